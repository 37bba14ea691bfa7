"""What an import compares with: all that the portal knows by name, and the entries that records mean."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from providers.catalogue.models import Dataset, DatasetSeries, Draft, HarvestSource, ImportedRecord, ImportLine, ImportRun
from providers.catalogue.queries.exporting import _facts, _variables, _world
from providers.catalogue.rules import WORKING, sha256, world
from providers.catalogue.rules.importing import SourceState, Standing
from providers.catalogue.rules.reading import Read
from providers.institutions.models import Institution


def reading_world() -> world.World:
    """All codes and institutions. Four queries."""
    return _world(Institution.objects.all(), list(DatasetSeries.objects.select_related("institution")))


@dataclass
class Meant:
    """One entry that a record may mean, locked with its draft. remembered: what is known of it by the names of its institution's
    catalogue; is_taken: another record of the batch changed it already."""

    dataset: Dataset
    draft: Draft | None
    variables: list[dict[str, Any]]
    remembered: list[ImportedRecord] = field(default_factory=list)
    is_taken: bool = False

    @property
    def untouched(self) -> bool:
        """Nobody but an import wrote the draft."""
        left = {(one.draft_ref, one.draft_version) for one in self.remembered}
        return self.draft is not None and (self.draft.ref, self.draft.version) in left

    @property
    def names(self) -> set[str]:
        return {*self.dataset.other_identifiers, *(one.identifier for one in self.remembered)}

    def said(self, identifier: str) -> str:
        """The digest of what was last read under this name; "" when it was never read, or was gone since."""
        return next((one.sha256 for one in self.remembered if one.identifier == identifier and one.gone_at is None), "")

    @property
    def was_published(self) -> bool:
        """Or retired since."""
        return self.dataset.publication not in WORKING

    @property
    def standing(self) -> Standing:
        return Standing(self.dataset.publication, self.dataset.origin, self.draft.state if self.draft else "", self.untouched)

    @property
    def published(self) -> dict[str, Any]:
        return self.dataset.content(self.variables)

    def as_exported(self, content: Mapping[str, Any]) -> world.Published:
        """The entry as it would be exported with that content."""
        return replace(_facts(self.dataset, self.variables), content=content)


@dataclass
class Known:
    """What a batch of records may mean: by the portal's own key, by the names that the institution's catalogue gave it."""

    by_key: dict[str, Meant] = field(default_factory=dict)
    by_name: dict[tuple[int, str], Meant] = field(default_factory=dict)

    def meant(self, read: Read, institution: Institution) -> Meant | None:
        """The entry of this record, whoever it belongs to when the record is the portal's own."""
        if read.key:
            return self.by_key.get(read.key)
        own = self.by_key.get(read.identifier)
        if own is not None and own.dataset.institution_id == institution.pk:
            return own
        return next((found for name in read.names if (found := self.by_name.get((institution.pk, name)))), None)


def known(pairs: Sequence[tuple[Read, Institution]]) -> Known:
    """Locks what the records may mean, in the order of ids. Seven queries, for one record or for hundreds."""
    keys = {key for read, _one in pairs for key in (read.key, read.identifier) if key and len(key) <= 80}
    names = {name for read, _one in pairs for name in read.names}
    holders = {one.pk for _read, one in pairs}
    remembered = ImportedRecord.objects.filter(institution__in=holders, identifier__in=names)
    wanted = {
        *Dataset.objects.filter(key__in=keys).values_list("pk", flat=True),
        *remembered.values_list("dataset_id", flat=True),
    }
    also = Dataset.objects.filter(
        institution__in=holders, other_identifiers__overlap=[name for name in names if len(name) <= 200]
    )
    wanted |= set(also.values_list("pk", flat=True))
    return _locked(wanted) if wanted else Known()


def _locked(wanted: Iterable[int]) -> Known:
    rows = Dataset.objects.select_for_update(of=("self",)).select_related("institution", "part_of", "series__institution")
    datasets = list(rows.filter(pk__in=wanted).defer("search_title", "search_text", "search_vector").order_by("pk"))
    drafts = {one.dataset_id: one for one in Draft.objects.select_for_update().filter(dataset__in=datasets).order_by("pk")}
    variables = _variables([row.pk for row in datasets])
    found, by_id = Known(), {row.pk: Meant(row, drafts.get(row.pk), variables.get(row.pk, [])) for row in datasets}
    for one in ImportedRecord.objects.filter(dataset__in=by_id).order_by("pk"):
        by_id[one.dataset_id].remembered.append(one)
    shared: dict[tuple[int, str], set[int]] = defaultdict(set)
    for meant in by_id.values():
        found.by_key[meant.dataset.key] = meant
        for name in meant.dataset.other_identifiers:
            shared[meant.dataset.institution_id, name].add(meant.dataset.pk)
    found.by_name = {place: by_id[next(iter(ids))] for place, ids in shared.items() if len(ids) == 1}
    for meant in by_id.values():
        found.by_name |= {(one.institution_id, one.identifier): meant for one in meant.remembered}
    return found


def as_before(run: ImportRun, reads: Iterable[Read]) -> dict[str, int]:
    """Identifier → id of the entry, of the records that this source described in the same words before. One query, and no lock:
    whatever became of the entry meanwhile, the source says nothing new of it."""
    said = {read.identifier: read for read in reads if read.refusal is None}
    remembered = ImportedRecord.objects.filter(source=run.source, identifier__in=said, gone_at=None).exclude(sha256="")
    rows = remembered.values_list("identifier", "sha256", "dataset_id")
    return {name: pk for name, digest, pk in rows if digest == sha256(said[name].values)}


def institutions_of(reads: Iterable[Read]) -> Mapping[str, Institution]:
    """Key → institution, for the publishers that the records name. One query."""
    keys = {read.publisher for read in reads if read.publisher}
    return {row.key: row for row in Institution.objects.filter(key__in=keys).select_related("organisation")}


def answered(run: ImportRun) -> Counter[str]:
    """How often the run's report names each record already: where a worker died, the next one goes on. One query."""
    return Counter(ImportLine.objects.filter(run=run).exclude(outcome="GONE").values_list("identifier", flat=True))


def not_answered(told: Counter[str], reads: Iterable[Read]) -> list[Read]:
    """The records that are left. told: of `answered`; counted down."""
    left = []
    for read in reads:
        if told[read.identifier] > 0:
            told[read.identifier] -= 1
        else:
            left.append(read)
    return left


def due_sources(now: datetime) -> list[int]:
    """Ids of the sources that are to be harvested now, the longest due first."""
    due = HarvestSource.objects.filter(state=SourceState.ACTIVE, next_at__lte=now).order_by("next_at", "pk")
    return list(due.values_list("pk", flat=True)[:100])

"""Records of an import, one after the other: what each may do to the catalogue, and what became of it (docs/adr/0013)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import DatabaseError, transaction

from portal.journal.actions import record as journal
from portal.journal.actions import record_births
from portal.kit import prepared
from portal.kit.models import make_ref
from providers.catalogue import queries, rules
from providers.catalogue.actions.batches import Batch, as_source, fitting, go_on, remember, remembered, told
from providers.catalogue.actions.drafting import _empty, _head, draft_of
from providers.catalogue.models import Dataset, Draft, ImportLine, ImportRun
from providers.catalogue.queries.reading import Meant
from providers.catalogue.rules import importing
from providers.catalogue.rules.importing import Importer, Outcome
from providers.catalogue.rules.reading import Lookup, Read, Reason, changed
from providers.institutions.models import Institution


def take(run: ImportRun, reads: Sequence[Read], lookup: Lookup, place: int, by: Any) -> list[ImportLine]:
    """What becomes of each record; the caller saves the lines. place: of the first one in the report.

    Writes: Dataset (DRAFT), Draft, ImportedRecord, Events and duties of each; never a published version.
    """
    named = queries.institutions_of(reads)
    as_before = queries.as_before(run, reads) if run.importer == Importer.SOURCE else {}
    pairs = [
        (read, one)
        for read in reads
        if read.refusal is None and read.identifier not in as_before and (one := _institution(run, read, named))
    ]
    batch = Batch(run, lookup, queries.known_codes_kept(), queries.known(pairs), by)
    lines = []
    for number, read in enumerate(reads):
        line = ImportLine(run=run, place=place + number, identifier=read.identifier, title=read.title[:200])
        line.reasons = [one.kept() for one in read.notes[:MOST_REASONS]]
        if read.refusal is None and read.identifier in as_before:
            line.outcome, line.dataset_id = Outcome.UNCHANGED, as_before[read.identifier]
        else:
            _decide(batch, read, _institution(run, read, named), line)
        lines.append(line)
    _create(batch)
    remember(batch)
    return lines


MOST_REASONS = 20  # notes of one record that its line keeps


def _institution(run: ImportRun, read: Read, named: Mapping[str, Institution]) -> Institution | None:
    """Whose record it is: of the institution that imports, or of the one that a registrar's document names."""
    if run.importer == Importer.REGISTRAR and read.publisher:
        return named.get(read.publisher)
    return run.institution


def _refuse(line: ImportLine, *reasons: Reason) -> None:
    line.outcome, line.reasons = Outcome.REFUSED, [one.kept() for one in reasons]


def _decide(batch: Batch, read: Read, institution: Institution | None, line: ImportLine) -> None:
    """Sets the line's outcome; writes what changed, keeps what is new for the end."""
    if read.refusal is not None:
        return _refuse(line, read.refusal)
    if institution is None:
        return _refuse(line, Reason("no_institution", {"name": read.publisher_name or "–"}))
    if read.publisher and read.publisher != institution.key:
        return _refuse(line, Reason("other_institution", {"name": read.publisher_name or read.publisher}))
    meant = batch.known.meant(read, institution)
    if meant is None:
        batch.fresh.append((read, institution, line))
        line.outcome = Outcome.CREATED
    elif meant.dataset.institution_id != institution.pk:
        _refuse(line, Reason("other_dataset"))
    else:
        line.dataset = meant.dataset
        try:
            with transaction.atomic():
                _compare(batch, read, meant, line)
        except DatabaseError:
            _refuse(line, Reason("unsaved"))
    return None


# ── An entry that is there ───────────────────────────────────────────────────────────────────────────
def _compare(batch: Batch, read: Read, meant: Meant, line: ImportLine) -> None:
    said, line.outcome = rules.sha256(read.values), Outcome.UNCHANGED
    values = _differing(batch, read, meant)
    if not values:
        return _seen(batch, read, meant, said)
    if meant.is_taken:
        return _refuse(line, Reason("twice"))
    meant.is_taken = True
    if reason := importing.closed_because(meant.standing, batch.run.importer):
        return _refuse(line, reason)
    return _change(batch, read, meant, values, said, line)


def _differing(batch: Batch, read: Read, meant: Meant) -> dict[str, Any]:
    """What the record says otherwise than what is published, and otherwise than the draft of the next version. A draft that only
    an import wrote follows the record, even back to what is published."""
    if set(read.values.get("other_identifiers") or ()) <= {*meant.names, meant.dataset.key}:
        read = replace(read, values=importing.without(read.values, {"other_identifiers"}))
    if meant.was_published and not meant.untouched:
        content = meant.published
        published = _changed(batch, read, meant, content)
        if not published or meant.draft is None:
            return published
    assert meant.draft is not None
    return _changed(batch, read, meant, meant.draft.content)


def _changed(batch: Batch, read: Read, meant: Meant, content: dict[str, Any]) -> dict[str, Any]:
    """A record of the portal's own documents is compared with these too: they cannot say everything."""
    return changed(read, content, meant.as_exported(content) if read.key else None, batch.lookup)


def _change(batch: Batch, read: Read, meant: Meant, values: dict[str, Any], said: str, line: ImportLine) -> None:
    """The draft beside the entry takes what changed. What does not fit is left out, with the reason."""
    dataset, began = meant.dataset, meant.draft is None
    draft = meant.draft or _begun(batch, dataset)
    content, left = fitting(batch, draft.content, values)
    line.reasons += left
    line.fields = sorted(name for name in values if content.get(name) != draft.content.get(name))
    if not line.fields:
        return _seen(batch, read, meant, said)
    line.outcome, draft.content = Outcome.CHANGED, content
    draft.save()
    if dataset.publication == rules.Publication.DRAFT:
        head = _head(content)
        for name, value in head.items():
            setattr(dataset, name, value)
        dataset.save(update_fields=list(head))
    event = "dataset.drafted" if began else "dataset.edited"
    journal(event, dataset, by=batch.by, organisations=dataset.organisation_ids(), data=told(batch, draft))
    go_on(batch, dataset, draft, line)
    return _seen(batch, read, meant, said, draft)


def _begun(batch: Batch, dataset: Dataset) -> Draft:
    """A draft that begins with what is published. The portal's own taking over keeps its marks; an institution's does not."""
    draft = draft_of(dataset, batch.by)
    if as_source(batch, dataset.institution):
        draft.content = dataset.content(queries.variables_of(dataset))
    return draft


# ── New entries ──────────────────────────────────────────────────────────────────────────────────────
def _create(batch: Batch) -> None:
    """All new entries with three statements; one by one where the database refuses one of them."""
    if not batch.fresh:
        return
    known, said = len(batch.memory), [list(line.reasons) for _read, _institution, line in batch.fresh]
    try:
        with transaction.atomic():
            _born(batch, batch.fresh)
    except DatabaseError:
        del batch.memory[known:]
        for one, reasons in zip(batch.fresh, said, strict=True):
            known, one[2].reasons = len(batch.memory), reasons
            try:
                with transaction.atomic():
                    _born(batch, [one])
            except DatabaseError:
                del batch.memory[known:]
                one[2].dataset = None
                _refuse(one[2], Reason("unsaved"))


def _born(batch: Batch, fresh: Sequence[tuple[Read, Institution, ImportLine]]) -> None:
    made: list[tuple[Dataset, Draft]] = []
    for read, institution, line in fresh:
        draft = _first_draft(batch, read, institution, line)
        dataset = Dataset(
            key=f"{institution.key[:60]}-{make_ref('d')[2:]}", institution=institution, publication=rules.LIFECYCLE.initial,
            origin=draft.content["origin"], **_head(draft.content),
        )  # fmt: skip
        made.append((dataset, draft))
    prepared.insert([dataset for dataset, _draft in made])
    for dataset, draft in made:
        draft.dataset = dataset
    prepared.insert([draft for _dataset, draft in made])
    for institution in {dataset.institution_id: dataset.institution for dataset, _draft in made}.values():
        births = [(dataset, draft) for dataset, draft in made if dataset.institution_id == institution.pk]
        record_births(
            (("dataset.drafted", dataset, told(batch, draft)) for dataset, draft in births),
            by=batch.by, organisations=institution.organisation_ids(),
        )  # fmt: skip
    for (read, institution, line), (dataset, draft) in zip(fresh, made, strict=True):
        line.dataset = dataset
        go_on(batch, dataset, draft, line)
        batch.memory.append(remembered(batch, institution, read.identifier, dataset, rules.sha256(read.values), draft))


def _first_draft(batch: Batch, read: Read, institution: Institution, line: ImportLine) -> Draft:
    """The draft of a new entry: what fits, and where it came from."""
    origin = rules.Origin.SOURCE if as_source(batch, institution) else rules.Origin.HOLDER
    empty = {**_empty(), "origin": origin.value, "profile": read.values.get("profile") or ""}
    values = {name: value for name, value in read.values.items() if name != "profile"}
    others = [*values.get("other_identifiers", ()), read.identifier]
    values["other_identifiers"] = list(dict.fromkeys(one for one in others if len(one) <= rules.LONGEST_ITEM))[:10]
    values.setdefault(
        "source", batch.run.source.address if batch.run.source else batch.run.document.name if batch.run.document else ""
    )
    content, left = fitting(batch, empty, values)
    line.reasons += left
    return Draft(state=rules.DRAFT_LIFECYCLE.initial, content=content)


# ── Memory ───────────────────────────────────────────────────────────────────────────────────────────
def _seen(batch: Batch, read: Read, meant: Meant, said: str, draft: Draft | None = None) -> None:
    """A harvest remembers what it did not know yet; an upload what it wrote. Nothing is written for what is as it was."""
    new = batch.run.importer == Importer.SOURCE and meant.said(read.identifier) != said
    if new or draft is not None:
        kept = draft or (meant.draft if meant.untouched else None)
        batch.memory.append(remembered(batch, meant.dataset.institution, read.identifier, meant.dataset, said, kept))

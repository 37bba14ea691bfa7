"""What the matching engine reads of datasets."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat

from providers.catalogue.models import Dataset
from providers.catalogue.rules import AVAILABLE


def for_needs(*, demo: bool, kinds: Sequence[str] = (), named: Sequence[str] = ()) -> QuerySet[Dataset]:
    """Published datasets that a need may be matched with. kinds: only those that hold one of them, say nothing about it, or
    are named, by their own key or their institution's."""
    found = Dataset.objects.published()
    if not demo:
        found = found.filter(institution__is_demo=False)
    if kinds:
        asked = Q(modality__overlap=list(kinds)) | Q(modality=[])
        if named:
            asked |= Q(key__in=list(named)) | Q(institution__key__in=list(named))
        found = found.filter(asked)
    return found


def within_reach(
    *, demo: bool, kinds: Sequence[str], named: Sequence[str] = (), spans: Sequence[tuple[int, int]] = ()
) -> QuerySet[Dataset]:
    """Of `for_needs`, what indexed columns do not stand against: open for applications, and, where diseases are asked for in
    comparable codes, no collection of other diseases alone. What is not said stands against nothing; who is named stays."""
    return for_needs(demo=demo, kinds=kinds, named=named).filter(_reached(spans) | _is(named))


def out_of_reach(
    *,
    demo: bool,
    kinds: Sequence[str],
    core: Sequence[str],
    named: Sequence[str] = (),
    spans: Sequence[tuple[int, int]] = (),
) -> dict[str, int]:
    """What `within_reach` leaves out: filter → datasets, at least; one that several stand against counts for each; "": all of them.

    core: of the kinds, those of which one is needed. One query.
    """
    held, closed = Q(modality__overlap=list(kinds)) | Q(modality=[]), ~Q(status=AVAILABLE)
    lacking = ~Q(modality__overlap=list(core)) & ~Q(modality=[])
    gone = for_needs(demo=demo).exclude(held & _reached(spans) | _is(named))
    counts = {"all": Count("pk"), "STATUS": Count("pk", filter=closed), "MODALITY": Count("pk", filter=lacking)}
    if spans:
        counts["DISEASE"] = Count("pk", filter=_others(spans))
    found = gone.aggregate(**counts)
    return {name if name != "all" else "": count for name, count in found.items()}


def _is(named: Sequence[str]) -> Q:
    return Q(key__in=list(named)) | Q(institution__key__in=list(named)) if named else Q(pk__in=[])


def _reached(spans: Sequence[tuple[int, int]]) -> Q:
    return Q(status=AVAILABLE) & ~_others(spans) if spans else Q(status=AVAILABLE)


def _others(spans: Sequence[tuple[int, int]]) -> Q:
    """Lists its diseases, all in comparable codes, and has none of these. Where one code cannot be compared, nothing is known."""
    return Q(disease_scope="LISTED", diseases_comparable=True) & ~Q(disease_spans__meets=tuple(spans))


type Marked = tuple[int, str, int, str]  # dataset id, its mark, institution id, its mark
_MARK = '"{0}".xmin::text || "{0}".ctid::text'


def marks(datasets: QuerySet[Dataset]) -> list[Marked]:
    """The datasets by key, each with marks that change with every write of its row and its institution's, whoever wrote it. One
    query."""
    return list(_marked(datasets).order_by("key").values_list(*_MARKED))


class Listed(NamedTuple):
    """A dataset of the market. number: of the version that is published; near: within the reach that was asked about."""

    marked: Marked
    key: str
    number: int
    near: bool

    @property
    def pk(self) -> int:
        return self.marked[0]


def listed(*, demo: bool, near: QuerySet[Dataset]) -> list[Listed]:
    """All of `for_needs` by key, and which of them are `near`, as of one moment. One query, which reads nothing else of them."""
    reached = Case(When(pk__in=near.values("pk"), then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = _marked(for_needs(demo=demo)).annotate(near=reached).order_by("key")
    return [Listed(row[:4], *row[4:]) for row in rows.values_list(*_MARKED, "key", "published_number", "near")]


def dataset_facts(ids: Sequence[int]) -> dict[int, tuple[int, dict[str, Any]]]:
    """Dataset id → number of its version, and facts as the engine reads them. One query, none for none."""
    rows = Dataset.objects.filter(pk__in=ids).only(*Dataset.MATCHED, "published_number") if ids else ()
    return {row.pk: (row.published_number or 0, row.facts()) for row in rows}


_MARKED = ("pk", "mark", "institution_id", "institution_mark")


def _marked(datasets: QuerySet[Dataset]) -> QuerySet[Dataset]:
    def mark(table: str) -> RawSQL:
        return RawSQL(_MARK.format(table), (), output_field=TextField())

    of_institution = Concat(F("institution__key"), mark("providers_institution"), output_field=TextField())
    return datasets.annotate(mark=mark("providers_dataset"), institution_mark=of_institution)

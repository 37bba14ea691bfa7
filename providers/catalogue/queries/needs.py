"""What the matching engine reads of datasets."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL

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


type Marked = tuple[int, int, str]  # dataset id, institution id, mark


def marks(datasets: QuerySet[Dataset]) -> list[Marked]:
    """The datasets by key, each with a mark that changes with every write of its row, whoever wrote it. One query."""
    mark = RawSQL('"providers_dataset".xmin::text || "providers_dataset".ctid::text', (), output_field=TextField())
    return list(datasets.annotate(mark=mark).order_by("key").values_list("pk", "institution_id", "mark"))


def dataset_facts(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Dataset id → facts as the engine reads them. One query, none for none."""
    rows = Dataset.objects.filter(pk__in=ids).only(*Dataset.MATCHED) if ids else ()
    return {row.pk: row.facts() for row in rows}

"""What the matching engine reads of datasets."""

from collections.abc import Sequence
from typing import Any

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


def matched(rows: QuerySet[Dataset], *more: str) -> QuerySet[Dataset]:
    """With what `Dataset.facts` reads and no other columns but these."""
    return rows.select_related("part_of").only(*Dataset.MATCHED, "part_of__key", *more)


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


def marked(datasets: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """mark, institution_mark: change with every write of the row and of its institution's, whoever wrote it."""

    def mark(table: str) -> RawSQL:
        return RawSQL(f'"{table}".xmin::text || "{table}".ctid::text', (), output_field=TextField())

    of_institution = Concat(F("institution__key"), mark("providers_institution"), output_field=TextField())
    return datasets.annotate(mark=mark("providers_dataset"), institution_mark=of_institution)


def reaching(near: QuerySet[Dataset], *, demo: bool) -> QuerySet[Dataset]:
    """All of `for_needs`, marked; near: whether it is one of those, as of the same moment."""
    reached = Case(When(pk__in=near.values("pk"), then=Value(True)), default=Value(False), output_field=BooleanField())
    return marked(for_needs(demo=demo)).annotate(near=reached)


def dataset_facts(ids: Sequence[int]) -> dict[int, tuple[int, dict[str, Any]]]:
    """Dataset id → number of its version, and facts as the engine reads them. One query, none for none."""
    rows = matched(Dataset.objects.filter(pk__in=ids), "published_number") if ids else ()
    return {row.pk: (row.published_number or 0, row.facts()) for row in rows}

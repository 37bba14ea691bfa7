"""The search page: what fits a wish, in order, with counts a facet."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from providers.catalogue.models import Dataset
from providers.institutions.models import Institution

FACETS = {  # parameter → (code list, column, is a list)
    "modality": ("modality", "modality", True),
    "region": ("region", "institution__region", False),
    "access_mode": ("access_mode", "access_mode", True),
    "availability": ("dataset_status", "status", False),
}


@dataclass(frozen=True)
class FacetValue:
    code: str
    word: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    values: list[FacetValue]


@dataclass(frozen=True)
class Wish:
    """What the reader typed and ticked: text, and codes a facet. each: single hospitals instead of their libraries."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]
    each: bool = False


def found(wish: Wish, *, without: str = "") -> QuerySet[Dataset]:
    """Published datasets that fit the wish; `without` leaves one facet out (for that facet's own counts).

    A library of several hospitals and its hospitals' own collections hold the same patients: the library stands for them
    until the reader, a text or a region asks for single hospitals.
    """
    rows = Dataset.objects.published()
    if wish.text:
        rows = rows.search(wish.text)
    for name, (_list, column, many) in FACETS.items():
        codes = wish.chosen.get(name, ())
        if codes and name != without:
            rows = rows.filter(**{f"{column}__overlap" if many else f"{column}__in": list(codes)})
    if wish.each or wish.text or (wish.chosen.get("region") and without != "region"):
        above = rows.filter(part_of__isnull=False).order_by().values("part_of")
        return rows.exclude(pk__in=above)
    return rows.filter(part_of__isnull=True)


@dataclass(frozen=True)
class Overview:
    """What fits a wish as a whole. total: datasets of the list; folded: single hospitals' published collections that stand
    behind its libraries, 0 when they are shown themselves; facets: with counts under the other choices."""

    total: int
    folded: int
    facets: list[Facet]


_CARD = (
    "key", "status", "title_ko", "title_en", "description_ko", "description_en", "individuals", "records", "record_unit",
    "temporal_start", "temporal_end", "access_mode", "commercial_use_allowed", "modality",
)  # fmt: skip


def in_order(rows: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """What can be applied for first, voucher suppliers before others, then by title; with what a card shows."""
    return (
        rows.select_related("institution")
        .only(*_CARD, "institution__name_ko", "institution__name_en", "institution__is_demo")
        .annotate(
            inside=_parts(Dataset.objects.all()),
            ready=Case(When(status="AVAILABLE", then=0), default=1),
        )
        .order_by("ready", "-institution__voucher_supplier", "title_ko", "key")
    )


def _parts(rows: QuerySet[Dataset]) -> Coalesce:
    """How many of these rows are parts of a dataset."""
    inside = rows.filter(part_of=OuterRef("pk")).order_by().values("part_of")
    return Coalesce(Subquery(inside.annotate(n=Count("pk")).values("n")), 0)


def overview(wish: Wish, labels: Mapping[str, Mapping[str, str]]) -> Overview:
    """Counts of the list and of every facet: one query, and one for each facet that is chosen. labels: `words`."""
    everywhere, total, folded = _counted(found(wish))
    told = []
    for name, (listed, _column, _many) in FACETS.items():
        counts = (_counted(found(wish, without=name))[0] if wish.chosen.get(name) else everywhere)[name]
        chosen = wish.chosen.get(name, ())
        values = [
            FacetValue(key, word, counts.get(key, 0), key in chosen)
            for key, word in labels.get(listed, {}).items()
            if counts.get(key) or key in chosen
        ]
        told.append(Facet(name, sorted(values, key=lambda v: -v.count) if name != "region" else values))
    return Overview(total, folded, told)


def _counted(rows: QuerySet[Dataset]) -> tuple[dict[str, Counter[str]], int, int]:
    """Facet → code → how many datasets carry it; how many in all; how many parts they have.

    One query: equal combinations of codes are counted by the database.
    """
    told: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    columns = [column for _list, column, _many in FACETS.values()]
    total = folded = 0
    counts = rows.order_by().values_list(*columns).annotate(n=Count("pk"), inside=Sum(_parts(Dataset.objects.published())))
    for *combination, n, inside in counts:
        total, folded = total + n, folded + inside
        for (name, (_list, _column, many)), value in zip(FACETS.items(), combination, strict=True):
            for code in value if many else [value]:
                told[name][code] += n
    return told, total, folded


def institutions_named(keys: Iterable[str]) -> dict[str, Institution]:
    return {row.key: row for row in Institution.objects.filter(key__in=list(keys))}


def published_counts(institutions: Iterable[Institution]) -> dict[int, int]:
    """Institution id → how many published datasets are applied for at it. One query."""
    rows = Dataset.objects.published().filter(institution__in=list(institutions)).order_by()
    return dict(rows.values_list("institution").annotate(n=Count("pk")))


def published_of(institution: Institution) -> QuerySet[Dataset]:
    """Published datasets that are applied for at the institution, by title."""
    return in_order(Dataset.objects.published().filter(institution=institution))

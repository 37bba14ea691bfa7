"""The catalogue's questions: words of codes, facets with counts, the search page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Func, QuerySet

from portal.kit.words import korean
from providers.catalogue.models import Code, CodeList, Dataset

FACETS = {  # parameter → (code list, column, is a list)
    "modality": ("modality", "modality", True),
    "region": ("region", "institution__region", False),
    "access_mode": ("access_mode", "access_mode", True),
    "availability": ("dataset_status", "status", False),
}


def code_lists(*keys: str) -> list[dict[str, Any]]:
    """Records shaped like seeds/reference/code_lists.json; all lists when no key is given. One query."""
    rows = Code.objects.select_related("code_list").order_by("code_list__key", "position")
    if keys:
        rows = rows.filter(code_list__key__in=keys)
    lists: dict[str, dict[str, Any]] = {}
    for row in rows:
        entry = lists.setdefault(row.code_list.key, {"key": row.code_list.key, "items": []})
        entry["items"].append({"code": row.code, "name_ko": row.name_ko, "name_en": row.name_en, **row.more})
    return list(lists.values())


def known_codes() -> dict[str, list[str]]:
    """Code list key → its codes, in order."""
    return {entry["key"]: [item["code"] for item in entry["items"]] for entry in code_lists()}


def words(*keys: str) -> dict[str, dict[str, str]]:
    """Code list key → code → word in the reader's language. One query."""
    name = "name_ko" if korean() else "name_en"
    return {entry["key"]: {item["code"]: item[name] for item in entry["items"]} for entry in code_lists(*keys)}


def choices(key: str) -> list[tuple[str, str]]:
    """(code, word) of one list, for a form field."""
    return list(words(key).get(key, {}).items())


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
    """What the reader typed and ticked: text, and codes a facet."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]


def found(wish: Wish, *, without: str = "", user: Any = None) -> QuerySet[Dataset]:
    """Published datasets that fit the wish; `without` leaves one facet out (for that facet's own counts)."""
    rows = Dataset.objects.published()
    if wish.text:
        rows = rows.search(wish.text)
    for name, (_list, column, many) in FACETS.items():
        codes = wish.chosen.get(name, ())
        if codes and name != without:
            rows = rows.filter(**{f"{column}__overlap" if many else f"{column}__in": list(codes)})
    return rows


def facets(wish: Wish) -> list[Facet]:
    """Every facet with counts under the other choices: one query each, however many datasets there are."""
    labels = words(*{listed for listed, _column, _many in FACETS.values()})
    told = []
    for name, (listed, column, many) in FACETS.items():
        code = Func(F(column), function="unnest") if many else F(column)
        rows = (
            found(wish, without=name)
            .order_by()
            .annotate(facet_code=code)
            .values_list("facet_code")
            .annotate(n=Count("pk"))
        )
        counts = dict(rows)
        chosen = wish.chosen.get(name, ())
        values = [
            FacetValue(key, word, counts.get(key, 0), key in chosen)
            for key, word in labels.get(listed, {}).items()
            if counts.get(key) or key in chosen
        ]
        told.append(Facet(name, sorted(values, key=lambda v: -v.count) if name != "region" else values))
    return told


def institutions_named(keys: Iterable[str]) -> dict[str, Any]:
    from providers.institutions.models import Institution

    return {row.key: row for row in Institution.objects.filter(key__in=list(keys))}


def lists() -> QuerySet[CodeList]:
    return CodeList.objects.prefetch_related("codes")

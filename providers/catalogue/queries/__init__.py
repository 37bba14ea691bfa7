"""The catalogue's questions: words of codes, facets with counts, the search page."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.kit.won import won
from portal.kit.words import korean, pick
from providers.catalogue import rules
from providers.catalogue.models import Code, CodeList, Dataset
from providers.institutions.models import Institution

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


WORDS_PLACE = "code_words:{}"  # in the cache; `actions.register_code_list` empties it


def words(*keys: str) -> dict[str, dict[str, str]]:
    """Code list key → code → word in the reader's language. One query, or none: lists change with a new seed only."""
    place = WORDS_PLACE.format("ko" if korean() else "en")
    kept: dict[str, dict[str, str]] | None = cache.get(place)
    if kept is None:
        name, kept = "name_ko" if korean() else "name_en", {}
        rows = Code.objects.order_by("code_list__key", "position").values_list("code_list__key", "code", name)
        for key, code, word in rows:
            kept.setdefault(key, {})[code] = word
        cache.set(place, kept, 60)
    return {key: kept[key] for key in keys if key in kept} if keys else kept


def word_of(key: str, column: str) -> Subquery:
    """An annotation for lists: the word of the code in `column`, in the reader's language. No query of its own."""
    name = "name_ko" if korean() else "name_en"
    return Subquery(Code.objects.filter(code_list__key=key, code=OuterRef(column)).values(name)[:1])


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


def lists() -> QuerySet[CodeList]:
    return CodeList.objects.prefetch_related("codes")


# ── Words of a dataset ───────────────────────────────────────────────────────────────────────────────
def says(text: str) -> str:
    """A note of the source in the reader's language; "" when there is no Korean for it.

    Notes are published in English; their Korean stands in locale/ko/providers.catalogue.po.
    """
    if not text or not korean():
        return text
    found = rules.LIBRARY_NOTE.fullmatch(text)
    if found:
        return rules.library_note_ko(found)
    translated = gettext(text)
    return "" if translated == text and not rules.HANGUL.search(text) else translated


def count_words(dataset: Dataset) -> str:
    """`7,559명` / `6,388 cases`; "" when nothing is published."""
    if dataset.individuals is not None:
        shown = ngettext("%(n)s person", "%(n)s persons", dataset.individuals) % {"n": f"{dataset.individuals:,}"}
        return gettext("%(count)s a year") % {"count": shown} if dataset.record_unit == "person per year" else shown
    if dataset.records is not None:
        return RECORDS.get(dataset.record_unit, RECORDS["record"]) % {"n": f"{dataset.records:,}"}
    return ""


RECORDS = {
    "record": _("%(n)s records"),
    "case": _("%(n)s cases"),
    "image": _("%(n)s images"),
    "slide image": _("%(n)s slide images"),
    "discharge": _("%(n)s discharges"),
    "vaccination": _("%(n)s vaccinations"),
    "visit": _("%(n)s visits"),
    "profile": _("%(n)s profiles"),
    "data item": _("%(n)s data items"),
}


def years_words(dataset: Dataset) -> str:
    """`2010~2023` ; `from 2010`; "" when nothing is published."""
    first, last = dataset.temporal_start[:4], dataset.temporal_end[:4]
    if first and last:
        return f"{first}–{last}" if first != last else first
    if first:
        return gettext("from %(year)s") % {"year": first}
    return gettext("until %(year)s") % {"year": last} if last else ""


def ages_words(dataset: Dataset) -> str:
    low, high = dataset.min_age, dataset.max_age
    if low is None and high is None:
        return ""
    if high is None:
        return gettext("%(n)d years and older") % {"n": low}
    return gettext("%(low)d to %(high)d years") % {"low": low or 0, "high": high}


def commercial_words(dataset: Dataset) -> str:
    return str(
        {True: _("Allowed"), False: _("Not allowed"), None: _("Not published: ask the holder")}[dataset.commercial_use_allowed]
    )


def cards(datasets: Iterable[Dataset], labels: Mapping[str, Mapping[str, str]] | None = None) -> list[dict[str, Any]]:
    """Items for the structured list. One query for all words, or none when `labels` brings them."""
    labels = labels or words("modality", "access_mode", "dataset_status")
    return [_card(dataset, labels) for dataset in datasets]


def _card(dataset: Dataset, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    unpublished = gettext("Not published")
    modes = ", ".join(labels["access_mode"].get(code, code) for code in dataset.access_mode)
    inside = getattr(dataset, "inside", 0)
    return {
        "title": pick(dataset, "title"),
        "url": f"/catalogue/{dataset.key}/",
        "badge": labels["dataset_status"].get(dataset.status, dataset.status),
        "tone": "done" if dataset.status == "AVAILABLE" else "neutral",
        "kicker": pick(dataset.institution, "name") + (f" · {gettext('Demo')}" if dataset.institution.is_demo else ""),
        "text": pick(dataset, "description"),
        "facts": [
            {"label": gettext("Size"), "value": count_words(dataset) or unpublished},
            {"label": gettext("Years"), "value": years_words(dataset) or unpublished},
            {"label": gettext("Way of use"), "value": modes or unpublished},
            {"label": gettext("For products"), "value": commercial_words(dataset)},
            *([{"label": gettext("Collections of the single hospitals"), "value": str(inside)}] if inside else []),
        ],
        "tags": [labels["modality"].get(code, code) for code in dataset.modality],
    }


@dataclass(frozen=True)
class Fact:
    """One row of a dataset's page: label, value and a note."""

    label: str
    value: str
    note: str = ""
    original: str = ""  # language of a value that stays as published


def fact_sheet(dataset: Dataset) -> dict[str, list[Fact]]:
    """The page's sections: what is inside, may I use it, how do I use it, where the facts come from. Two queries."""
    labels = words()
    named = institutions_named(dataset.holders)
    return {
        "inside": _inside(dataset, labels, named),
        "allowed": _allowed(dataset, labels),
        "use": _use(dataset, labels),
        "origin": _origin(dataset, labels),
    }


Labels = Mapping[str, Mapping[str, str]]


def _fact(dataset: Dataset, label: str, value: str, field: str = "", note: str = "") -> Fact:
    """A missing value is said, a value that nobody read in the source is marked."""
    if not value:
        return Fact(label, gettext("Not published"), note)
    marks = [note] if note else []
    if field and (field in dataset.recalled_fields or "*" in dataset.recalled_fields):
        marks.append(gettext("From general knowledge: confirm with the holder."))
    elif field and field in dataset.derived_fields:
        marks.append(gettext("Assigned by the portal from published facts."))
    return Fact(label, value, " ".join(marks))


def _listed(labels: Labels, listed: str, codes: Iterable[str]) -> str:
    return ", ".join(labels.get(listed, {}).get(code, code) for code in codes)


def _inside(dataset: Dataset, labels: Labels, named: Mapping[str, Any]) -> list[Fact]:
    areas = dataset.disease_areas
    diseases = "; ".join(f"{pick(area, 'label')} ({area['system']} {', '.join(area['codes'])})" for area in areas)
    scope = _listed(labels, "disease_scope", [dataset.disease_scope]) if dataset.disease_scope else ""
    whole = f"{scope}: {diseases}" if diseases and dataset.disease_scope == "ALL" else ""
    return [
        _fact(dataset, gettext("Kinds of data"), _listed(labels, "modality", dataset.modality), "modality"),
        _fact(dataset, gettext("Diseases"), whole or diseases or scope, "disease_areas.codes" if diseases else ""),
        _fact(dataset, gettext("Size"), count_words(dataset), "population", says(dataset.population_note)),
        _fact(dataset, gettext("Years of collection"), years_words(dataset), "temporal_start"),
        _fact(dataset, gettext("Ages"), ages_words(dataset), "min_age"),
        _fact(dataset, gettext("Annotation"), says(dataset.annotation), "annotation"),
        _fact(dataset, gettext("Data standards"), _listed(labels, "standard", dataset.standard), "standard"),
        _fact(
            dataset, gettext("Update frequency"), _listed(labels, "update_frequency", filter(None, [dataset.update_frequency]))
        ),
        _fact(dataset, gettext("Edition"), dataset.edition),
        _fact(dataset, gettext("Language"), ", ".join(str(LANGUAGES.get(code, code)) for code in dataset.language)),
        *(
            [Fact(gettext("Institutions whose data is inside"), ", ".join(pick(row, "name") for row in named.values()))]
            if named
            else []
        ),
    ]


LANGUAGES = {"ko": _("Korean"), "en": _("English")}


def _allowed(dataset: Dataset, labels: Labels) -> list[Fact]:
    commercial = _fact(
        dataset,
        gettext("Product development and validation"),
        commercial_words(dataset),
        "commercial_use_allowed" if dataset.commercial_use_allowed is not None else "",
        says(dataset.commercial_use_note),
    )
    return [
        commercial,
        _fact(dataset, gettext("Access rights"), _listed(labels, "access_rights", filter(None, [dataset.access_rights]))),
        _fact(dataset, gettext("Legal basis"), _listed(labels, "legal_basis", dataset.legal_basis), "legal_basis"),
    ]


def _use(dataset: Dataset, labels: Labels) -> list[Fact]:
    linkage = {True: gettext("Possible"), False: gettext("Not possible"), None: ""}[dataset.linkage_possible]
    return [
        _fact(dataset, gettext("Way of use"), _listed(labels, "access_mode", dataset.access_mode), "access_mode"),
        _fact(dataset, gettext("What may be taken out"), _listed(labels, "exit_kind", dataset.exits), "exits"),
        _fact(dataset, gettext("Linkage with other data"), linkage, "linkage_possible", says(dataset.linkage_note)),
    ]


def _origin(dataset: Dataset, labels: Labels) -> list[Fact]:
    return [
        _fact(dataset, gettext("Certainty"), _listed(labels, "certainty", filter(None, [dataset.certainty]))),
        Fact(
            gettext("Source"),
            dataset.source or gettext("Not published"),
            original="ko" if rules.HANGUL.search(dataset.source) else "en" if dataset.source else "",
        ),
        _fact(dataset, gettext("Landing page"), dataset.landing_page),
        _fact(dataset, gettext("Identifier"), dataset.key),
        *([Fact(gettext("Notes"), says(dataset.notes))] if says(dataset.notes) else []),
    ]


def fees(dataset: Dataset) -> list[Fact]:
    """The fee as published by the source; empty when nothing is published."""
    fee = dataset.fee
    if not fee:
        return []
    as_of = gettext("As of %(date)s.") % {"date": fee["as_of"]} if fee.get("as_of") else ""
    rows = [
        Fact(
            pick(item, "name"),
            gettext("%(won)s a %(unit)s") % {"won": won(item["amount_won"]), "unit": FEE_UNITS.get(item["unit"], item["unit"])},
            as_of,
        )
        for item in fee["items"]
    ]
    return rows or [Fact(gettext("Fee"), says(fee.get("note") or "") or gettext("Not published"), as_of)]


FEE_UNITS = {"day": _("day"), "GB": "GB"}

"""The search page: what fits a wish, in order, with counts a facet."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchRank
from django.core.cache import cache
from django.db import connection
from django.db.models import Case, Count, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from portal.journal.memory import remembered
from portal.kit.words import pick
from providers.catalogue import rules
from providers.catalogue.models import Dataset, any_phrase
from providers.catalogue.queries.codes import VOCABULARY_PLACE, code_lists
from providers.institutions.models import Institution

FACETS = {  # parameter → (code list, column, is a list)
    "modality": ("modality", "modality", True),
    "chapter": ("kcd_9_chapter", "disease_chapters", True),
    "access_mode": ("access_mode", "access_mode", True),
    "region": ("region", "institution__region", False),
    "institution": ("", "institution__key", False),
    "standard": ("standard", "standard", True),
    "purpose": ("permitted_purpose", "purposes", True),
    "lead": ("", "lead", False),
    "availability": ("dataset_status", "status", False),
}
MOST_COMPARED = 3
SORTS = ("fit", "title", "persons", "newest")
SPOKEN = ("disease_term", "body_part", "modality", "standard", "access_mode")  # code lists whose names are understood


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
    """What the reader typed and ticked: text, and codes a facet. each: single hospitals instead of their libraries; all_diseases:
    collections of all diseases too, where the text names one; sort: one of SORTS; terms: the text, understood; beside: keys of
    the datasets that are to be compared, at most MOST_COMPARED."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]
    each: bool = False
    all_diseases: bool = False
    sort: str = "fit"
    terms: tuple[rules.Term, ...] = field(default=())
    beside: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        return bool(self.text or any(self.chosen.values()))

    @property
    def says_nothing(self) -> bool:
        """Something was typed of which nothing can be looked for."""
        return bool(self.text) and not self.terms

    @property
    def is_particular(self) -> bool:
        """Anything but the list as it is first opened."""
        return self.narrowed or self.each or self.all_diseases or self.sort != SORTS[0] or bool(self.beside)

    @property
    def names_a_disease(self) -> bool:
        return any(term.spans for term in self.terms)


def wish(parameters: Any) -> Wish:
    """What an address says (a QueryDict); unknown codes simply find nothing."""
    chosen = {name: tuple(code for code in parameters.getlist(name) if code.isprintable() and code)[:20] for name in FACETS}
    text = " ".join(parameters.get("q", "").replace("\x00", " ").split())[:100]
    sort = parameters.get("sort", "")
    return Wish(
        text=text, chosen=chosen, each=parameters.get("show") == "each", all_diseases=parameters.get("scope") == "all",
        sort=sort if sort in SORTS else SORTS[0], terms=understood(text), beside=compared_keys(parameters.getlist("d")),
    )  # fmt: skip


def address_of(wish: Wish) -> str:
    """The address's part that asks the same again: text, filters and what is shown; not the order, nor what is compared."""
    asked = [("q", wish.text)] if wish.text else []
    asked += [(name, code) for name in FACETS for code in sorted(wish.chosen.get(name, ()))]
    asked += [("show", "each")] if wish.each else []
    asked += [("scope", "all")] if wish.all_diseases else []
    return urlencode(asked)


def asked_words(wish: Wish, labels: Mapping[str, Mapping[str, str]]) -> str:
    """`위암 · 내시경 · 서울특별시`: a search in words. labels: as for overview, with `institution`."""
    said = [wish.text] if wish.text else []
    for name, (listed, _column, _many) in FACETS.items():
        said += [labels.get(listed or name, {}).get(code, code) for code in wish.chosen.get(name, ())]
    return " · ".join(said)


def understood(text: str) -> tuple[rules.Term, ...]:
    """What was typed, by the words of the code lists; no query as a rule: lists change with a new seed only."""
    return rules.understand(text, _vocabulary()) if text else ()


def meant(wish: Wish) -> tuple[str, ...]:
    """What the reader of an empty list may have meant: other texts, at most three."""
    return rules.near(wish.text, _vocabulary()) if wish.text else ()


def _vocabulary() -> rules.Vocabulary:
    known: rules.Vocabulary | None = cache.get(VOCABULARY_PLACE)
    if known is None:
        known = rules.vocabulary(code_lists(*SPOKEN))
        cache.set(VOCABULARY_PLACE, known, 300)
    return known


def fitting_text(rows: Any, text: str) -> Any:
    """Those of the rows that fit what was typed; none where nothing of it can be looked for."""
    terms = understood(" ".join(text.split()))
    return rows.fitting(terms) if terms else rows.none()


# ── What fits ────────────────────────────────────────────────────────────────────────────────────────
def found(wish: Wish, *, without: str = "") -> QuerySet[Dataset]:
    """Published datasets that fit the wish; `without` leaves one facet out (for that facet's own counts).

    A library of several hospitals and its hospitals' own collections hold the same patients: the library stands for them
    until the reader, a region, an institution or a text that it does not fit itself asks for single hospitals.
    """
    rows = _fitting(wish, without)
    if wish.says_nothing:
        return rows.none()
    rule = _shown_as(wish, without)
    if rule == Shown.SINGLE:
        return rows.exclude(pk__in=rows.filter(part_of__isnull=False).order_by().values("part_of"))
    if rule == Shown.ONE_OF_BOTH:
        return rows.filter(Q(part_of__isnull=True) | ~Q(part_of__in=rows.order_by().values("pk")))
    return rows.filter(part_of__isnull=True)


class Shown(Enum):
    """Which of a library and its hospitals stand in a list, and the same in SQL over `base (pk, above)`."""

    LIBRARIES = "above IS NULL"
    ONE_OF_BOTH = "above IS NULL OR above NOT IN (SELECT pk FROM base)"  # a library that fits stands for its hospitals
    SINGLE = "pk NOT IN (SELECT above FROM base WHERE above IS NOT NULL)"


def _shown_as(wish: Wish, without: str) -> Shown:
    apart = {name for name in ("region", "institution") if wish.chosen.get(name)} - {without}
    if wish.each or apart:
        return Shown.SINGLE
    return Shown.ONE_OF_BOTH if wish.text else Shown.LIBRARIES


def _fitting(wish: Wish, without: str) -> QuerySet[Dataset]:
    """What fits text and filters, libraries and their hospitals alike."""
    rows = Dataset.objects.published().fitting(wish.terms, all_diseases=wish.all_diseases)
    for name, (_list, column, many) in FACETS.items():
        codes = wish.chosen.get(name, ())
        if not codes or name == without:
            continue
        if name == "purpose":
            rows = rows.filter(_permitted(codes))
        elif name == "lead":
            rows = rows.filter(reduce(or_, (Q(lead_days__range=LEADS.get(code, NEVER)) for code in codes)))
        else:
            rows = rows.filter(**{f"{column}__overlap" if many else f"{column}__in": list(codes)})
    return rows


def _permitted(codes: Iterable[str]) -> Q:
    """What the entry names, or what its word about commercial use says."""
    products = Q(commercial_use_allowed=True) if COMMERCIAL.intersection(codes) else Q(pk__in=[])
    return Q(purposes__overlap=list(codes)) | products


COMMERCIAL = frozenset({"PRODUCT_DEVELOPMENT", "EXTERNAL_VALIDATION"})  # what “allowed” on a card and a page is about


def _purposes() -> Any:
    """The purposes that an entry names, with the commercial ones where it allows commercial use; each once."""
    field = Dataset._meta.get_field("purposes")
    found: Any = F("purposes")
    for code in sorted(COMMERCIAL):
        more = Q(commercial_use_allowed=True) & ~Q(purposes__contains=[code])
        added = Func(found, Value(code), function="array_append", output_field=field)
        found = Case(When(more, then=added), default=found, output_field=field)
    return found


LEADS = {"20": (0, 20), "40": (21, 40), "60": (41, 60), "more": (61, 32767)}  # working days from the agreement to the data

NEVER = (-1, -1)
LEAD = Case(*(When(lead_days__range=span, then=Value(code)) for code, span in LEADS.items()), default=Value(""))


_CARD = (
    "key", "status", "title_ko", "title_en", "description_ko", "description_en", "individuals", "records", "record_unit",
    "temporal_start", "temporal_end", "access_mode", "commercial_use_allowed", "modality", "lead_days", "from_won",
)  # fmt: skip


def in_order(rows: QuerySet[Dataset], wish: Wish | None = None) -> QuerySet[Dataset]:
    """What can be applied for first; then by the wish's sort. With what a card shows.

    fit: where a text was typed, titles that say it before texts that do; then voucher suppliers before others, then by title.
    """
    rows = (
        rows.select_related("institution")
        .only(*_CARD, "institution__name_ko", "institution__name_en", "institution__is_demo")
        .annotate(inside=_parts(), ready=Case(When(status="AVAILABLE", then=0), default=1))
    )
    sort = wish.sort if wish else "fit"
    last = ("-institution__voucher_supplier", "title_ko", "key")
    if sort == "title":
        return rows.order_by("title_ko", "key")
    if sort == "persons":
        return rows.order_by(F("individuals").desc(nulls_last=True), *last)
    if sort == "newest":
        return rows.order_by(F("confirmed_at").desc(nulls_last=True), *last)
    if wish and wish.terms:
        return rows.annotate(score=_score(wish.terms)).order_by("ready", "-score", *last)
    return rows.order_by("ready", *last)


def _score(terms: Iterable[rules.Term]) -> Any:
    """How well the text fits: a phrase in the title counts five times one in the rest, a disease that the entry names as code twice."""
    score: Any = Value(0.0)
    for term in terms:
        text = any_phrase(term)
        if text is not None:
            score = score + SearchRank(F("search_vector"), text, weights=[0.1, 0.2, 0.4, 1.0])
        if term.spans:
            score = score + Case(When(disease_spans__meets=term.spans, then=Value(0.5)), default=Value(0.0))
        for listed, code in term.listed:
            score = score + Case(When(**{f"{listed}__contains": [code]}, then=Value(0.5)), default=Value(0.0))
    return score


def _parts() -> Coalesce:
    """How many published datasets are parts of this one."""
    inside = Dataset.objects.published().filter(part_of=OuterRef("pk")).order_by().values("part_of")
    return Coalesce(Subquery(inside.annotate(n=Count("pk")).values("n")), 0)


# ── Counts ───────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Overview:
    """What fits a wish as a whole. total: datasets of the list; folded: single hospitals' published collections that stand
    behind its libraries, 0 when they are shown themselves; wider: collections of all diseases that are left out because the text
    names one; facets: with counts under the other choices."""

    total: int
    folded: int
    wider: int
    facets: list[Facet]


def overview(wish: Wish, labels: Mapping[str, Mapping[str, str]]) -> Overview:
    """Counts of the list and of every facet: one statement, and one for each facet that is chosen. labels: `words`, with the
    words of `lead` beside. Of the list as it is first opened, which most readers see, remembered until something happens."""
    if wish.is_particular:
        return _overview(wish, labels)
    return remembered("catalogue.overview", lambda: _overview(wish, labels))


def _overview(wish: Wish, labels: Mapping[str, Mapping[str, str]]) -> Overview:
    everywhere, total, folded = _counted(wish)
    counts = {name: (_counted(wish, name)[0] if wish.chosen.get(name) else everywhere)[name] for name in FACETS}
    wider = 0
    if wish.names_a_disease and not wish.all_diseases:
        wider = found(replace(wish, all_diseases=True)).count() - total
    named = {**labels, "institution": _names({*counts["institution"], *wish.chosen.get("institution", ())})}
    told = []
    for name, (listed, _column, _many) in FACETS.items():
        chosen = wish.chosen.get(name, ())
        values = [
            FacetValue(key, word, counts[name].get(key, 0), key in chosen)
            for key, word in named.get(listed or name, {}).items()
            if counts[name].get(key) or key in chosen
        ]
        told.append(Facet(name, values if name in IN_ORDER else sorted(values, key=lambda v: -v.count)))
    return Overview(total, folded, max(wider, 0), told)


IN_ORDER = frozenset({"region", "chapter", "lead"})  # as their lists go, not by count


def counting(wish: Wish, without: str = "") -> tuple[str, Any]:
    """(statement, values) that count what `found` finds, looked for once: rows of (facet, code, count); facet "" with code "" is the whole, with "parts" the published parts."""
    columns = [column for _list, column, _many in FACETS.values()]
    names = [f"f{place}" for place in range(len(columns))]
    rows = _fitting(wish, without).order_by()
    asked, params = rows.values_list(
        "pk", "part_of", *({"lead": LEAD, "purposes": _purposes()}.get(c, c) for c in columns)
    ).query.sql_with_params()
    parts = ["SELECT '' AS facet, '' AS code, count(*) FROM hits"]
    parts.append(
        "SELECT '', 'parts', count(*) FROM providers_dataset p JOIN hits ON hits.pk = p.part_of_id WHERE p.publication = 'PUBLISHED'"
    )
    for name, column, (_list, _column, many) in zip(FACETS, names, FACETS.values(), strict=True):
        value = f"unnest(hits.{column})" if many else f"hits.{column}"
        parts.append(f"SELECT '{name}', {value} AS code, count(*) FROM hits GROUP BY 2")
    head = f"WITH base (pk, above, {', '.join(names)}) AS MATERIALIZED ({asked}), "
    head += f"hits AS MATERIALIZED (SELECT * FROM base WHERE {_shown_as(wish, without).value})"
    return f"{head} {' UNION ALL '.join(parts)}", params


def _counted(wish: Wish, without: str = "") -> tuple[dict[str, Counter[str]], int, int]:
    """Facet → code → how many datasets carry it; how many in all; how many published parts they have. One statement."""
    told: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    beside: dict[str, int] = {"": 0, "parts": 0}
    if wish.says_nothing:
        return told, 0, 0
    with connection.cursor() as cursor:
        cursor.execute(*counting(wish, without))
        for facet, code, count in cursor.fetchall():
            if facet:
                told[facet][code] = count
            else:
                beside[code] = count
    return told, beside[""], beside["parts"]


def _names(keys: Iterable[str]) -> dict[str, str]:
    """Institution key → name in the reader's language, by name."""
    found_ = Institution.objects.filter(key__in=list(keys)).only("key", "name_ko", "name_en")
    return dict(sorted(((row.key, pick(row, "name")) for row in found_), key=lambda pair: pair[1]))


def compared_keys(texts: Iterable[str]) -> tuple[str, ...]:
    """Keys of datasets out of an address, each once, at most MOST_COMPARED; what is no key says nothing."""
    return tuple(dict.fromkeys(text for text in texts if re.fullmatch(r"[\w-]{1,80}", text)))[:MOST_COMPARED]


def compared(keys: Iterable[str]) -> list[Dataset]:
    """Published datasets of these keys, in the order of the keys."""
    wanted = compared_keys(keys)
    rows = Dataset.objects.published().select_related("institution").in_bulk(wanted, field_name="key")
    return [rows[key] for key in wanted if key in rows]


def institutions_named(keys: Iterable[str]) -> dict[str, Institution]:
    return {row.key: row for row in Institution.objects.filter(key__in=list(keys))}


def published_counts(institutions: Iterable[Institution]) -> dict[int, int]:
    """Institution id → how many published datasets are applied for at it. One query."""
    rows = Dataset.objects.published().filter(institution__in=list(institutions)).order_by()
    return dict(rows.values_list("institution").annotate(n=Count("pk")))


def published_of(institution: Institution) -> QuerySet[Dataset]:
    """Published datasets that are applied for at the institution, by title."""
    return in_order(Dataset.objects.published().filter(institution=institution))

"""A dataset in words: its card, its fact sheet, its fees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.kit.won import won
from portal.kit.words import dash, korean, pick
from providers.catalogue import rules
from providers.catalogue.models import Dataset
from providers.catalogue.queries.codes import words
from providers.catalogue.queries.searching import institutions_named
from providers.catalogue.queries.telling import LANGUAGES, told


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
        return f"{first}{dash()}{last}" if first != last else first
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


def days_words(days: int) -> str:
    return ngettext("%(n)d working day", "%(n)d working days", days) % {"n": days}


def cards(datasets: Iterable[Dataset], labels: Mapping[str, Mapping[str, str]] | None = None) -> list[dict[str, Any]]:
    """Items for the structured list. One query for all words, or none when `labels` brings them."""
    labels = labels or words("modality", "access_mode", "dataset_status")
    return [_card(dataset, labels) for dataset in datasets]


def _card(dataset: Dataset, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    unpublished = gettext("Not published")
    modes = ", ".join(labels["access_mode"].get(code, code) for code in dataset.access_mode)
    inside = getattr(dataset, "inside", 0)
    return {
        "key": dataset.key,
        "title": pick(dataset, "title"),
        "url": f"/catalogue/{dataset.key}/",
        "badge": labels["dataset_status"].get(dataset.status, dataset.status),
        "tone": "done" if dataset.status == "AVAILABLE" else "neutral",
        "kicker": pick(dataset.institution, "name") + (f" · {gettext('Demonstration')}" if dataset.institution.is_demo else ""),
        "text": pick(dataset, "description"),
        "facts": [
            {"label": gettext("Size"), "value": count_words(dataset) or unpublished},
            {"label": gettext("Years"), "value": years_words(dataset) or unpublished},
            {"label": gettext("Way of use"), "value": modes or unpublished},
            {"label": gettext("Product development and validation"), "value": commercial_words(dataset)},
            *(
                [{"label": gettext("From (supply amount)"), "value": won(dataset.from_won)}]
                if dataset.from_won is not None
                else []
            ),
            *([{"label": gettext("Lead time"), "value": days_words(dataset.lead_days)}] if dataset.lead_days is not None else []),
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
    """The page's sections: what is inside, may I use it, how do I use it, where the facts come from. Two queries.

    What only the longer profiles ask stands there when it is published; what is not is named as a gap of the profile.
    """
    labels = words()
    every = institutions_named({*dataset.holders, dataset.custodian, dataset.access_body} - {""})
    named = {key: row for key, row in every.items() if key in dataset.holders}
    sections = {
        "inside": _inside(dataset, labels, named),
        "allowed": _allowed(dataset, labels),
        "use": _use(dataset, labels),
        "origin": _origin(dataset, labels),
        "desk": [],
    }
    for section, names in MORE.items():
        sections[section] += _more(dataset, names, labels, every)
    return sections


MORE = {
    "inside": ("planned_for", "dataset_type", "health_theme", "coding_systems", "population_coverage", "spatial", "temporal_resolution",
               "personal_data", "keywords"),
    "allowed": ("purposes", "applicable_legislation", "access_body"),
    "use": ("environment_seats", "environment_gpus", "environment_note", "retention_start", "retention_end"),
    "origin": ("provenance", "quality", "quality_url", "sample_url", "analytics_url", "documentation_url", "referenced_by",
               "distributions", "other_identifiers"),
    "desk": ("custodian", "contact_name", "contact_email", "contact_phone", "contact_page"),
}  # fmt: skip
REPEATED = frozenset({"keywords", "distributions"})  # derived ones only say again what stands on the page
PAIRED = {"population_coverage": _("Population"), "provenance": _("Origin"), "quality": _("Quality"), "keywords": _("Keywords"),
          "contact_name": _("Contact desk")}  # fmt: skip


def _more(dataset: Dataset, names: Iterable[str], labels: "Labels", named: Mapping[str, Any]) -> list["Fact"]:
    """Facts of the longer profiles, as far as they are published."""
    found = []
    for name in names:
        if name in PAIRED:
            first = f"{name}_ko" if korean() else f"{name}_en"
            column = first if not rules.is_empty(getattr(dataset, first)) else f"{name}_en" if korean() else f"{name}_ko"
            label = str(PAIRED[name])
        else:
            column, label = name, str(rules.BY_NAME[name].label)
        if name in REPEATED and column in dataset.derived_fields:
            continue
        value = told(column, getattr(dataset, column), labels, named)
        if value:
            found.append(_fact(dataset, label, value, column))
    return found


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
    certainty = _fact(dataset, gettext("Certainty"), _listed(labels, "certainty", filter(None, [dataset.certainty])))
    return [
        *([certainty] if dataset.origin == rules.Origin.SOURCE else []),  # whose own word it is needs no mark
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

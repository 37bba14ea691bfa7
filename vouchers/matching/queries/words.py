"""A need in words: everything that the company said."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from portal.kit.words import dash, day, korean, pick
from providers.catalogue import queries as catalogue
from vouchers.matching import rules
from vouchers.matching.models import Need
from vouchers.matching.queries.needs import CHECKED, linkage_targets
from vouchers.matching.rules import stages
from vouchers.matching.rules.content import span_words
from vouchers.rounds.models import Round


def need_facts(need: Need) -> list[tuple[str, list[tuple[str, str]], str]]:
    """(section, [(label, value)], labels of what was not said) of the whole description."""
    return document_facts(need.document, need.round)


def document_facts(d: dict[str, Any], round_: Round | None) -> list[tuple[str, list[tuple[str, str]], str]]:
    """The same of a need document, or of a part of one."""
    words = catalogue.words(*CHECKED, "modality")
    yes: dict[Any, str] = {True: gettext("Yes"), False: gettext("No")}

    def codes(listed: str, name: str) -> str:
        return ", ".join(words.get(listed, {}).get(code, code) for code in d.get(name) or ())

    def count(name: str) -> str:
        return f"{d[name]:,}" if d.get(name) is not None else ""

    disease, period = d.get("disease_codes") or {}, d.get("period") or (None, None)
    include = ", ".join(disease.get("include") or ())
    low, high = d.get("min_age"), d.get("max_age")
    ages = span_words(low, high)[0 if korean() else 1] if low is not None or high is not None else ""
    kinds = ", ".join(str(stages.LineKind.word(code)) for code in d.get("processing_wanted") or ())
    linked = dict(linkage_targets()) if d.get("linkage") else {}
    sections = [
        (gettext("What it is for"), [
            (gettext("Product or service"), d.get("product") or ""),
            (gettext("Purpose"), str(rules.Purpose.word(d["purpose"])) if d.get("purpose") else ""),
            (gettext("Regulatory route"), str(rules.RegulatoryRoute.word(d.get("regulatory_route") or ""))),
            (gettext("Real patients' data only"), yes.get(d.get("real_patients_required"), "")),
        ]),
        (gettext("Which patients"), [
            (gettext("Disease codes"), f"{_system(disease)} {include}" if include else ""),
            (gettext("Exclusion"), "; ".join(disease.get("exclude") or ())),
            (gettext("Ages"), ages),
            (gettext("Years of collection"), dash().join(str(y or "") for y in period) if any(period) else ""),
            (gettext("Patients wanted"), count("patients_wanted")),
            (gettext("Patients at least"), count("patients_minimum")),
            (gettext("Institutions at least"), count("sites_minimum")),
        ]),
        (gettext("Which data"), [
            (gettext("Kinds of data"), codes("modality", "modality")),
            (gettext("Variables"), ", ".join(d.get("variables") or ())),
            (gettext("Body parts"), ", ".join(d.get("body_parts") or ())),
            (gettext("Labels"), d.get("labels") or ""),
            (gettext("Follow-up in months, at least"), count("follow_up_months_minimum")),
            (gettext("Work wanted from the provider"), kinds),
        ]),
        (gettext("How it is used"), [
            (gettext("Ways of use accepted"), codes("access_mode", "access_modes_acceptable")),
            (gettext("What is to be taken out"), codes("exit_kind", "exports_wanted")),
            (gettext("GPU needed"), yes.get(d.get("gpu"), "")),
            (gettext("Seats in the analysis environment"), count("seats")),
            (gettext("Linkage with"), ", ".join(linked.get(key, key) for key in d.get("linkage") or ())),
            (gettext("IRB"), str(rules.IrbState.word(d.get("irb_state") or ""))),
        ]),
        (gettext("When and budget"), [
            (gettext("First day of the project"), _day_word(d.get("starts_on"))),
            (gettext("Last day of the project"), _day_word(d.get("ends_on"))),
            (gettext("Project in months"), count("project_months")),
            (gettext("Budget (won)"), count("budget_won")),
            (gettext("Track"), _track_word(d.get("track") or "", round_)),
        ]),
    ]  # fmt: skip
    return [
        (title, [row for row in rows if row[1]], ", ".join(label for label, value in rows if not value))
        for title, rows in sections
    ]


def _day_word(text: str | None) -> str:
    return day(date.fromisoformat(text)) if text else ""


def _track_word(key: str, round_: Round | None) -> str:
    track = round_.tracks.filter(key=key).first() if round_ and key else None
    return pick(track, "name") if track else key


def _system(disease: Mapping[str, Any]) -> str:
    """`KCD-9`: the code system, with its revision where one was named."""
    system = (disease.get("system") or "KCD").replace("_", "-")
    return f"{system}-{disease['version']}" if disease.get("version") else system

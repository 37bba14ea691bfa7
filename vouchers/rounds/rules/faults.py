"""What stops an announcement, in words, and where each fault is mended. Source: domain.md §6.1, 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.clock import to_kst
from vouchers.rounds.rules.allocating import allocating_fault_words
from vouchers.rounds.rules.assigning import assigning_fault_words
from vouchers.rounds.rules.changing import changing_fault_words
from vouchers.rounds.rules.clauses import clause_fault_words
from vouchers.rounds.rules.conflicts import conflict_fault_words
from vouchers.rounds.rules.grading import grading_fault_words
from vouchers.rounds.rules.outcomes import outcomes_fault_words
from vouchers.rounds.rules.paying import paying_fault_words
from vouchers.rounds.rules.policy import policy_faults
from vouchers.rounds.rules.questions import parse_questions, question_fault_words, question_faults, question_shape_faults
from vouchers.rounds.rules.quoting import quoting_fault_words, quoting_faults
from vouchers.rounds.rules.ranking import ranking_fault_words
from vouchers.rounds.rules.reminding import reminding_fault_words
from vouchers.rounds.rules.sampling import sampling_fault_words
from vouchers.rounds.rules.selection import selection_fault_words
from vouchers.rounds.rules.settling import settling_fault_words
from vouchers.rounds.rules.signalling import signalling_fault_words
from vouchers.rounds.rules.stages import CompanySize, EvaluationStage


@dataclass(frozen=True)
class Text:
    """A text of the call. place: `title`, `summary`, `tracks.<key>` or `criteria.<key>`. needed: it may not be empty."""

    place: str
    ko: str
    en: str
    needed: bool = True


def announcement_faults(
    *,
    body: Mapping[str, Any] | None,
    weights: Sequence[int],
    opens_at: datetime | None,
    closes_at: datetime | None,
    budget_won: int | None,
    tracks: Sequence[tuple[str, int | None, int | None]],
    now: datetime,
    projects: tuple[date | None, date | None] = (None, None),
    texts: Sequence[Text] = (),
    stages: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Everything that stops an announcement, as codes. tracks: (key, cap in won, slots). stages: (criterion's key, its stage)."""
    faults = ["no_policy"] if body is None else policy_faults(body)
    if sum(weights) != 100:
        faults.append(f"weights:{sum(weights)}")
    faults += _stage_faults(body or {}, stages)
    if opens_at is None or closes_at is None:
        faults.append("window_missing")
    elif not opens_at < closes_at:
        faults.append("window_order")
    elif closes_at <= now:
        faults.append("window_past")
    if not tracks:
        faults.append("no_tracks")
    for key, cap_won, slots in tracks:
        if cap_won is None or slots is None:
            faults.append(f"track_incomplete:{key}")
    if budget_won is None:
        faults.append("budget_missing")
    faults += [one for one in quoting_faults((body or {}).get("quoting", {}), closes_at) if one not in faults]
    return [*faults, *_project_faults(projects, closes_at), *text_faults(texts), *_asked_faults(body or {})]


def _stage_faults(body: Mapping[str, Any], stages: Sequence[tuple[str, str]]) -> list[str]:
    """A criterion is scored by a stage that the call has; the documents are always read."""
    held = {*(body.get("evaluation_stages") or ()), EvaluationStage.DOCUMENT}
    return [f"criterion_stage:{key}" for key, stage in stages if stage not in held]


def _asked_faults(body: Mapping[str, Any]) -> list[str]:
    """Of the call's own questions; those that cannot be read at all are a fault of the policy."""
    asked = body.get("questions", ())
    return [] if question_shape_faults(asked) else question_faults(parse_questions(asked))


def _project_faults(projects: tuple[date | None, date | None], closes_at: datetime | None) -> list[str]:
    """Projects start on the day of the close or later, and end after they started."""
    start, end = projects
    if start and closes_at and start < to_kst(closes_at).date():
        return ["project_before_close"]
    return ["project_order"] if start and end and end <= start else []


def text_faults(texts: Sequence[Text]) -> list[str]:
    """A call speaks both languages: a text that stands in one must stand in the other, a needed one in both."""
    return [
        f"no_{language}:{one.place}"
        for one in texts
        for language, words in (("korean", one.ko), ("english", one.en))
        if not words.strip() and (one.needed or one.ko.strip() or one.en.strip())
    ]


def budget_short_won(budget_won: int | None, tracks: Sequence[tuple[str, int | None, int | None]]) -> int:
    """How many won the ceilings × slots exceed the budget by: a warning, not a fault (domain.md §6.1)."""
    wanted = sum((cap or 0) * (slots or 0) for _key, cap, slots in tracks)
    return max(0, wanted - (budget_won or 0))


_FAULTS = {
    "no_policy": _("The policy has not been entered."),
    "missing": _("The policy lacks: %(what)s."),
    "no_rate": _("There is no grant rate for %(what)s."),
    "rate_range": _("The grant rate for %(what)s must lie above 0 and at most at 100 percent."),
    "rate_and_cash_over_one": _("For %(what)s the grant rate and the least own cash share exceed 100 percent together."),
    "vat_bearer": _("Only “borne by the company” is possible for value added tax today."),
    "not_a_number": _("The policy holds something that is no number: %(what)s."),
    "weights": _("The weights of the criteria add up to %(what)s instead of 100."),
    "window_missing": _("The opening and the closing time are missing."),
    "window_order": _("The call must open before it closes."),
    "window_past": _("The closing time has already passed."),
    "no_tracks": _("There is no track."),
    "track_incomplete": _("The ceiling or the number of slots of track %(what)s is missing."),
    "budget_missing": _("The budget is missing."),
    "region_bonus_range": _("The addition outside the capital area must lie below 100 percentage points."),
    "region_bonus_open": _("An addition outside the capital area needs a highest grant rate."),
    "rate_max_and_cash": _("The highest grant rate and the least own cash share exceed 100 percent together."),
    "stages": _("The stages of the evaluation name something unknown."),
    "feasibility_bands": _("Bands of patients must begin above the smallest count, each higher than the one before."),
    "demand_threshold": _("A group of unmet needs that providers see must consist of three companies at least."),
    "absence": _("What an absence from the presentation means is something unknown."),
    "criterion_stage": _(
        "The criterion “%(what)s” is scored by the presentation, but the policy of this call has no presentation. Add the stage to the policy, or score the criterion by the documents."
    ),
    "project_before_close": _("Projects cannot start before the call has closed."),
    "project_order": _("Projects must end after they start."),
    "no_korean": _("A Korean text is missing: %(what)s."),
    "no_english": _("An English text is missing: %(what)s."),
}


def fault_words(fault: str, names: Mapping[str, str] | None = None) -> str:
    """The sentence of a fault code, in the reader's language. names: `tracks.<key>`, `criteria.<key>` → what people call it."""
    code, _colon, what = fault.partition(":")
    if code.startswith("selection_"):
        return selection_fault_words(code, what)
    if code.startswith("conflicts_"):
        return conflict_fault_words(code)
    if code.startswith("allocating_"):
        return allocating_fault_words(code)
    if code.startswith("clauses_"):
        return clause_fault_words(code)
    if code.startswith("changing_"):
        return changing_fault_words(code)
    if code.startswith("paying_"):
        return paying_fault_words(code)
    if code.startswith("grading_"):
        return grading_fault_words(code)
    if code.startswith("reminding_"):
        return reminding_fault_words(code)
    if code.startswith("sampling_"):
        return sampling_fault_words(code)
    if code.startswith("outcomes_"):
        return outcomes_fault_words(code)
    if code.startswith("settling_"):
        return settling_fault_words(code)
    if code.startswith("signalling_"):
        return signalling_fault_words(code)
    if code.startswith("assigning_"):
        return assigning_fault_words(code)
    if code.startswith("quoting_"):
        return quoting_fault_words(code)
    if code.startswith("ranking_"):
        return ranking_fault_words(code, what)
    if code.startswith("question_"):
        return question_fault_words(code, what)
    if code in {"no_korean", "no_english"}:
        what = _place_words(what, names or {})
    elif code in _NAMED:
        what = (names or {}).get(f"{_NAMED[code]}.{what}") or what
    elif what in POLICY_WORDS:
        what = str(POLICY_WORDS[what])
    elif what in CompanySize._value2member_map_:
        what = str(CompanySize(what).label)
    return str(_FAULTS[code]).replace("%(what)s", what)


_NAMED = {"criterion_stage": "criteria", "track_incomplete": "tracks"}  # faults that name a row by its key


def _place_words(place: str, names: Mapping[str, str]) -> str:
    part, _dot, key = place.partition(".")
    return f"{_PLACE_WORDS[part]} {names.get(place) or key}".strip()


_PLACE_WORDS = {
    "title": _("Title"),
    "summary": _("Summary"),
    "tracks": _("Track"),
    "criteria": _("Criterion"),
}


def fault_place(fault: str) -> tuple[str, str]:
    """Where a fault is mended: (`facts`, `tracks`, `criteria`, `policy` or `questions`; the field there, "" for the part as a whole)."""
    code, _colon, what = fault.partition(":")
    if code.startswith("question_"):
        return "questions", what.partition("|")[0]
    if code in {"no_korean", "no_english"}:
        part = what.partition(".")[0]
        return (part, "") if part in {"tracks", "criteria"} else ("facts", f"{part}_{'ko' if code == 'no_korean' else 'en'}")
    if code in _PLACES:
        return _PLACES[code]
    if what in CompanySize._value2member_map_:
        return "policy", f"rate_{what}"
    return "policy", what if what in POLICY_WORDS else _POLICY_PLACES.get(code, "")


_PLACES = {
    "weights": ("criteria", ""),
    "criterion_stage": ("criteria", ""),
    "no_tracks": ("tracks", ""),
    "track_incomplete": ("tracks", ""),
    "budget_missing": ("facts", "budget_won"),
    "window_missing": ("facts", "opens_at"),
    "window_order": ("facts", "closes_at"),
    "window_past": ("facts", "closes_at"),
    "project_before_close": ("facts", "project_start_on"),
    "project_order": ("facts", "project_end_on"),
}
_POLICY_PLACES = {
    "vat_bearer": "vat_borne_by",
    "region_bonus_range": "region_bonus",
    "region_bonus_open": "grant_rate_max",
    "rate_max_and_cash": "grant_rate_max",
    "stages": "evaluation_stages",
    "feasibility_bands": "feasibility_bands",
    "demand_threshold": "demand_threshold",
    "absence": "presentation_absence",
    "selection_points": "bonus_cap",
    "selection_twice": "tie_0",
    "selection_objection": "objection_days",
    "selection_extension": "extension_days",
    "conflicts_years": "employer_years",
    "conflicts_days": "challenge_days",
    "assigning_weights": "assign_data",
    "assigning_load": "assign_load",
    "quoting_award": "quote_award_on",
    "allocating_range": "allocate_a_need",
    "changing_share": "change_shift_share",
    "grading_graders": "grade_graders",
    "grading_marks": "grade_mark_EXCELLENT",
    "reminding_days": "remind_application",
    "sampling_numbers": "sample_threshold_won",
    "outcomes_numbers": "outcome_surveys",
    "outcomes_questions": "outcome_questions",
    "outcomes_public": "outcome_questions",
    "settling_late": "settle_late",
    "settling_year": "settle_last_invoice",
    "signalling_points": "signal_strong_from",
    "signalling_thresholds": "signal_split_thresholds",
    "clauses_empty": "clauses_ko",
    "clauses_long": "clauses_ko",
    "ranking_weights": "rank_modality",
}
POLICY_WORDS = {
    "grant_rates": _("Grant rates"),
    "eligible_company_sizes": _("Companies that may apply"),
    "eligible_provider_types": _("Institutions that may supply"),
    "min_cash_rate": _("Least own cash share"),
    "in_kind_max_rate": _("Largest share in kind"),
    "vat_borne_by": _("Value added tax is borne by"),
    "rounding_unit_won": _("Rounding unit (won)"),
    "pass_mark": _("Pass mark"),
    "reserve_length": _("Length of the reserve list"),
    "min_evaluators": _("Least number of evaluators"),
    "required_documents": _("Required documents"),
    "disclosure_threshold": _("Smallest count that statistics disclose"),
    "region_bonus": _("Addition outside the capital area"),
}

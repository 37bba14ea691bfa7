"""The headings under which a call's policy is entered, in the order of the page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from vouchers.rounds import rules
from vouchers.rounds.forms.allocating import ALLOCATING_NAMES
from vouchers.rounds.forms.changing import CHANGING_NAMES
from vouchers.rounds.forms.clauses import CLAUSE_NAMES
from vouchers.rounds.forms.grading import GRADING_NAMES
from vouchers.rounds.forms.outcomes import OUTCOME_NAMES
from vouchers.rounds.forms.paying import PAYING_NAMES
from vouchers.rounds.forms.ranking import RANKING_NAMES
from vouchers.rounds.forms.reminding import REMINDING_NAMES
from vouchers.rounds.forms.sampling import SAMPLING_NAMES
from vouchers.rounds.forms.settling import SETTLING_NAMES
from vouchers.rounds.forms.signalling import SIGNALLING_NAMES

_EACH: dict[str, list[Any]] = {
    "rate": [size.value for size in rules.CompanySize], "paper": [*rules.PAPER_DAYS],
    "tie": [*range(len(rules.TieBreak) - 1)], "bonus": [code.value for code in rules.Advantage],
    "penalty": [code.value for code in rules.Penalty], "pool": [code.value for code in rules.Pool],
    "assign": [*rules.ASSIGNING_FIELDS], "days": [*rules.STEP_WORDS],
}  # fmt: skip


def policy_parts() -> list[tuple[Any, list[str]]]:
    """The policy's headings with the names of their fields; a field that is not named here stops the page."""
    each = {start: [f"{start}_{code}" for code in codes] for start, codes in _EACH.items()}
    return [
        (_("Grant and own share"), [
            *each["rate"], "region_bonus", "grant_rate_max", "min_cash_rate", "in_kind_max_rate", "rounding_unit_won", "vat_borne_by",
        ]),
        (_("Who may apply, with which documents"), [
            "eligible_company_sizes", "eligible_regions", "eligible_provider_types", "applications_per_company", "required_documents", *each["paper"],
        ]),
        (_("Evaluation"), ["evaluation_stages", "presentation_absence", "blind_review", "pass_mark", "pass_mark_counts", "min_evaluators"]),
        (_("Selection"), [
            "normalisation", "normalise_from", "trim", *each["tie"], *each["bonus"], "bonus_cap", *each["penalty"], "penalty_cap",
            *each["pool"], "reserve_length",
        ]),
        (_("Objections"), ["objection_days", "extension_days", "objection_body_ko", "objection_body_en", "provisional"]),
        (_("Conflicts of interest of evaluators"), [
            "employer_years", "advice_years", "challenge_days", "publishes_pool", "public_domains",
        ]),
        (_("Assignment of evaluators"), each["assign"]),
        (_("Quotes"), ["quote_investigator_agrees", "quote_letters", "quote_award_on"]),
        (_("Ranking of datasets for a need"), list(RANKING_NAMES)),
        (_("Proposals of offers"), list(ALLOCATING_NAMES)),
        (_("Paying out"), list(PAYING_NAMES)),
        (_("Final evaluation"), list(GRADING_NAMES)),
        (_("Settling, taking back, the year's end"), list(SETTLING_NAMES)),
        (_("Signs of fraud"), list(SIGNALLING_NAMES)),
        (_("Samples of payments for audits"), list(SAMPLING_NAMES)),
        (_("What came of the projects"), list(OUTCOME_NAMES)),
        (_("Agreements and their changes"), [*CLAUSE_NAMES, *CHANGING_NAMES]),
        (_("Smallest counts"), ["disclosure_threshold", "feasibility_threshold", "feasibility_bands", "demand_threshold"]),
        (_("Target days of each step"), each["days"]),
        (_("Reminders before a due day"), list(REMINDING_NAMES)),
        (_("Reason"), ["reason"]),
    ]  # fmt: skip

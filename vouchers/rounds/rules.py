"""A round's calendar, policy and lifecycle. Source: domain.md §1.9, 6.1, 6.14, 7; every number is data of the round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class RoundKind(Codes):
    LIVE = "LIVE", _("Live")
    REHEARSAL = "REHEARSAL", _("Rehearsal")
    DEMO = "DEMO", _("Demonstration")


class RoundStatus(Codes):
    DRAFT = "DRAFT", _("Draft")
    REVIEW = "REVIEW", _("Internal review")
    ANNOUNCED = "ANNOUNCED", _("Announced")
    EVALUATING = "EVALUATING", _("Evaluation")
    AWARDED = "AWARDED", _("Selection published")
    RUNNING = "RUNNING", _("Projects running")
    SETTLING = "SETTLING", _("Settlement")
    ARCHIVED = "ARCHIVED", _("Closed and archived")
    CANCELLED = "CANCELLED", _("Cancelled")


class Phase(Codes):
    """What people see: while ANNOUNCED the clock decides between upcoming, open and closed."""

    DRAFT = "DRAFT", _("Draft")
    REVIEW = "REVIEW", _("Internal review")
    ANNOUNCED = "ANNOUNCED", _("Opens soon")
    OPEN = "OPEN", _("Open for applications")
    CLOSED = "CLOSED", _("Applications closed")
    EVALUATING = "EVALUATING", _("Evaluation")
    AWARDED = "AWARDED", _("Selection published")
    RUNNING = "RUNNING", _("Projects running")
    SETTLING = "SETTLING", _("Settlement")
    ARCHIVED = "ARCHIVED", _("Closed and archived")
    CANCELLED = "CANCELLED", _("Cancelled")


class CompanySize(Codes):
    """기업 규모, as in reference/code_lists.json; a round's rates and doors speak of it before any company exists."""

    PRE_STARTUP = "PRE_STARTUP", _("Pre-founder")
    MICRO = "MICRO", _("Micro enterprise")
    SMALL = "SMALL", _("Small enterprise")
    MEDIUM = "MEDIUM", _("Medium enterprise")
    MID_SIZED = "MID_SIZED", _("Mid-sized enterprise")
    LARGE = "LARGE", _("Large enterprise")


class ProviderType(Codes):
    """Who may supply in a round (`eligible_provider_types`), as in reference/rounds.json."""

    MEDICAL_DATA_HOSPITAL = "MEDICAL_DATA_HOSPITAL", _("Medical-data hospital")
    HEALTHCARE_INSTITUTION = "HEALTHCARE_INSTITUTION", _("Healthcare institution")
    PUBLIC_AGENCY = "PUBLIC_AGENCY", _("Public health data agency")


class DocumentKind(Codes):
    """Files that a round may require with an application."""

    BUSINESS_REGISTRATION = "BUSINESS_REGISTRATION", _("Business registration certificate")
    SIZE_CERTIFICATE = "SIZE_CERTIFICATE", _("SME (micro enterprise) certificate")
    PROJECT_PLAN = "PROJECT_PLAN", _("Project plan")
    TAX_CLEARANCE = "TAX_CLEARANCE", _("Certificates of national and local tax payment")
    FINANCIAL_STATEMENTS = "FINANCIAL_STATEMENTS", _("Financial statements")
    PITCH_DECK = "PITCH_DECK", _("Slide deck")
    MATCH_CONFIRMATION = "MATCH_CONFIRMATION", _("Match confirmation")
    DATA_USE_PLAN = "DATA_USE_PLAN", _("Data use plan")
    SECURITY_PLEDGE = "SECURITY_PLEDGE", _("Security pledge")
    INTEGRITY_PLEDGE = "INTEGRITY_PLEDGE", _("Integrity pledge")
    REGISTER_EXTRACT = "REGISTER_EXTRACT", _("Corporate register extract")


class MatchTiming(Codes):
    BEFORE_SUBMISSION = "BEFORE_SUBMISSION", _("Match confirmed before submission")
    BEFORE_SELECTION = "BEFORE_SELECTION", _("Match confirmed before selection")
    AFTER_SELECTION = "AFTER_SELECTION", _("Match confirmed after selection")


S = RoundStatus
LIFECYCLE = Lifecycle(
    "round",
    S,
    S.DRAFT,
    {
        (S.DRAFT, "submit_for_review"): S.REVIEW,
        (S.REVIEW, "send_back"): S.DRAFT,
        (S.REVIEW, "announce"): S.ANNOUNCED,
        (S.ANNOUNCED, "extend"): S.ANNOUNCED,
        (S.ANNOUNCED, "begin_evaluation"): S.EVALUATING,
        (S.EVALUATING, "publish_selection"): S.AWARDED,
        (S.AWARDED, "start_projects"): S.RUNNING,
        (S.RUNNING, "begin_settlement"): S.SETTLING,
        (S.SETTLING, "archive"): S.ARCHIVED,
        (S.DRAFT, "cancel"): S.CANCELLED,
        (S.REVIEW, "cancel"): S.CANCELLED,
        (S.ANNOUNCED, "cancel"): S.CANCELLED,
        (S.EVALUATING, "cancel"): S.CANCELLED,
    },
)


def phase(status: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> Phase:
    """OPEN and CLOSED follow the server's clock; `closes_at` itself is already closed."""
    if status == S.ANNOUNCED and opens_at and closes_at:
        if now < opens_at:
            return Phase.ANNOUNCED
        return Phase.OPEN if now < closes_at else Phase.CLOSED
    return Phase(status)


TARGET_STEPS = {
    "eligibility": 5, "supplement": 5, "quote": 15, "irb_exemption": 5, "irb_expedited": 10, "irb_full": 20,
    "drb_institution": 15, "drb_joint": 20, "drb_recognised": 5, "site_adoption": 5, "award_acceptance": 5,
    "signature": 10, "provision": 20, "adequacy": 5, "milestone_acceptance": 7, "evidence_check": 5, "payment": 10,
    "evaluation": 10,
}  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """The frozen rules of one round, as stored in PolicyVersion.body. Rates are decimals as text, money whole won.

    grant_rates: company size → share of the supply amount paid by the grant (base: supply amount, VAT excluded).
    min_cash_rate, in_kind_max_rate: base supply amount. vat_borne_by: COMPANY or GRANT. rounding_unit_won: floor to it.
    target_days: step → working days.
    """

    grant_rates: Mapping[str, Decimal]
    eligible_company_sizes: Sequence[str]
    eligible_provider_types: Sequence[str]
    min_cash_rate: Decimal
    in_kind_max_rate: Decimal
    vat_borne_by: str
    rounding_unit_won: int
    pass_mark: Decimal
    reserve_length: int
    min_evaluators: int
    required_documents: Sequence[str]
    target_days: Mapping[str, int]
    disclosure_threshold: int
    applications_per_company: int
    feasibility_threshold: int = 10
    reminder_days: Sequence[int] = (7, 1)
    payee: str = "PROVIDER"
    consents: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    def days(self, step: str) -> int:
        return self.target_days.get(step, TARGET_STEPS[step])


def parse_policy(body: Mapping[str, Any]) -> Policy:
    """PolicyVersion.body → Policy. Raises KeyError or ArithmeticError for a body that `policy_faults` would refuse."""
    return Policy(
        grant_rates={size: Decimal(rate) for size, rate in body["grant_rates"].items()},
        eligible_company_sizes=tuple(body["eligible_company_sizes"]),
        eligible_provider_types=tuple(body["eligible_provider_types"]),
        min_cash_rate=Decimal(body["min_cash_rate"]),
        in_kind_max_rate=Decimal(body["in_kind_max_rate"]),
        vat_borne_by=body["vat_borne_by"],
        rounding_unit_won=int(body["rounding_unit_won"]),
        pass_mark=Decimal(body["pass_mark"]),
        reserve_length=int(body["reserve_length"]),
        min_evaluators=int(body["min_evaluators"]),
        required_documents=tuple(body["required_documents"]),
        target_days={**TARGET_STEPS, **body.get("target_days", {})},
        disclosure_threshold=int(body["disclosure_threshold"]),
        applications_per_company=int(body.get("applications_per_company", 1)),
        feasibility_threshold=int(body.get("feasibility_threshold", 10)),
        reminder_days=tuple(body.get("reminder_days", (7, 1))),
        payee=body.get("payee", "PROVIDER"),
        consents=tuple(body.get("consents", ())),
    )


@dataclass(frozen=True)
class Money:
    """One application's money, whole won. grant + own_cash = supply; project_cost = supply + own_in_kind."""

    supply_won: int
    vat_won: int
    grant_won: int
    own_cash_won: int
    own_in_kind_won: int
    cap_won: int | None
    rate: Decimal
    capped: bool

    @property
    def project_cost_won(self) -> int:
        return self.supply_won + self.own_in_kind_won

    @property
    def company_pays_won(self) -> int:
        """Own cash and the VAT that the company bears."""
        return self.own_cash_won + self.vat_won


def money(
    *,
    supply_won: int,
    taxable_won: int,
    company_size: str,
    cap_won: int | None,
    policy: Policy,
    budget_left_won: int | None = None,
    own_in_kind_won: int = 0,
) -> Money:
    """The formula of domain.md §1.9: grant = floor(min(cap, supply × rate, budget left)), the rest is own cash.

    supply_won: Σ quote lines without VAT; taxable_won: the part with VAT (10 %). Raises KeyError for a company size
    without a rate (such a round cannot be announced).
    """
    rate = policy.grant_rates[company_size]
    by_rate = int((Decimal(supply_won) * rate).to_integral_value(rounding=ROUND_FLOOR))
    limits = [by_rate, *(limit for limit in (cap_won, budget_left_won) if limit is not None)]
    unit = max(1, policy.rounding_unit_won)
    grant = max(0, min(limits)) // unit * unit
    cash_minimum = int(Decimal(supply_won) * policy.min_cash_rate)
    grant = min(grant, supply_won - cash_minimum) if supply_won else 0
    return Money(
        supply_won=supply_won,
        vat_won=taxable_won // 10,
        grant_won=grant,
        own_cash_won=supply_won - grant,
        own_in_kind_won=own_in_kind_won,
        cap_won=cap_won,
        rate=rate,
        capped=cap_won is not None and by_rate > cap_won,
    )


def policy_faults(body: Mapping[str, Any]) -> list[str]:
    """What stops this policy from being announced, as codes: missing rates, wrong shares, unknown bearer."""
    faults = []
    required = (
        "grant_rates", "eligible_company_sizes", "eligible_provider_types", "min_cash_rate", "in_kind_max_rate",
        "vat_borne_by", "rounding_unit_won", "pass_mark", "reserve_length", "min_evaluators", "required_documents",
        "disclosure_threshold",
    )  # fmt: skip
    faults += [f"missing:{name}" for name in required if body.get(name) in (None, "", {})]
    faults += [f"missing:{name}" for name in ("eligible_company_sizes", "eligible_provider_types") if body.get(name) == []]
    if faults:
        return faults
    faults += [f"no_rate:{size}" for size in body["eligible_company_sizes"] if size not in body["grant_rates"]]
    faults += [f"not_a_number:{name}" for name in _NUMBERS if not _is_number(body[name])]
    faults += [f"not_a_number:{size}" for size, rate in body["grant_rates"].items() if not _is_number(rate)]
    if any(fault.startswith("not_a_number") for fault in faults):
        return faults
    for size, rate in body["grant_rates"].items():
        if not Decimal(0) < Decimal(rate) <= Decimal(1):
            faults.append(f"rate_range:{size}")
        elif Decimal(rate) + Decimal(body["min_cash_rate"]) > 1:
            faults.append(f"rate_and_cash_over_one:{size}")
    if body["vat_borne_by"] != "COMPANY":
        faults.append("vat_bearer")
    return faults


_NUMBERS = (
    "min_cash_rate", "in_kind_max_rate", "rounding_unit_won", "pass_mark", "reserve_length", "min_evaluators",
    "disclosure_threshold",
)  # fmt: skip


def _is_number(text: Any) -> bool:
    try:
        return Decimal(str(text)).is_finite()
    except ArithmeticError:
        return False


def announcement_faults(
    *,
    body: Mapping[str, Any] | None,
    weights: Sequence[int],
    opens_at: datetime | None,
    closes_at: datetime | None,
    budget_won: int | None,
    tracks: Sequence[tuple[str, int | None, int | None]],
    now: datetime,
) -> list[str]:
    """Everything that stops an announcement, as codes. tracks: (key, cap in won, slots)."""
    faults = ["no_policy"] if body is None else policy_faults(body)
    if sum(weights) != 100:
        faults.append(f"weights:{sum(weights)}")
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
    return faults


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
}


def fault_words(fault: str) -> str:
    """The sentence of a fault code, in the reader's language."""
    code, _colon, what = fault.partition(":")
    if code == "missing" and what in POLICY_WORDS:
        what = str(POLICY_WORDS[what])
    elif what in CompanySize._value2member_map_:
        what = str(CompanySize(what).label)
    return str(_FAULTS[code]).replace("%(what)s", what)


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
}

STEP_WORDS = {
    "eligibility": _("Eligibility check"),
    "supplement": _("Supplement by the company"),
    "quote": _("Answer to a quote request"),
    "irb_exemption": _("IRB, exemption"),
    "irb_expedited": _("IRB, expedited review"),
    "irb_full": _("IRB, full review"),
    "drb_institution": _("DRB of one institution"),
    "drb_joint": _("Joint DRB"),
    "drb_recognised": _("Recognition of another DRB's decision"),
    "site_adoption": _("Adoption at the site after a joint decision"),
    "award_acceptance": _("Acceptance of the award"),
    "signature": _("Signature of the agreement"),
    "provision": _("Provision of the data"),
    "adequacy": _("Adequacy check of pseudonymisation"),
    "milestone_acceptance": _("Acceptance of a milestone"),
    "evidence_check": _("Check of the evidence"),
    "payment": _("Payment after the evidence check"),
    "evaluation": _("Evaluation"),
}


def worked_supply_won(cap_won: int | None, task_price_won: int | None, policy: Policy) -> int:
    """The supply amount of a worked example: the task price, else one at which the ceiling just begins to matter."""
    if task_price_won:
        return task_price_won
    rate = max(policy.grant_rates.values(), default=Decimal(1))
    return int(Decimal(cap_won or 100_000_000) / rate)

"""A round's policy: parsed, checked, and what stops an announcement. Source: domain.md §1.9, 6.14, 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from vouchers.rounds.rules.assigning import AssigningPolicy, assigning_fault_words, assigning_faults, parse_assigning
from vouchers.rounds.rules.conflicts import ConflictPolicy, conflict_fault_words, conflict_faults, parse_conflicts
from vouchers.rounds.rules.selection import SelectionPolicy, parse_selection, selection_fault_words, selection_faults
from vouchers.rounds.rules.stages import CompanySize

TARGET_STEPS = {
    "eligibility": 5, "supplement": 5, "quote": 15, "irb_exemption": 5, "irb_expedited": 10, "irb_full": 20,
    "drb_institution": 15, "drb_joint": 20, "drb_recognised": 5, "site_adoption": 5, "award_acceptance": 5,
    "signature": 10, "provision": 20, "adequacy": 5, "milestone_acceptance": 7, "evidence_check": 5, "payment": 10,
    "evaluation": 10, "objection": 10, "objection_opinion": 5,
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
    selection: SelectionPolicy = field(default_factory=SelectionPolicy)
    conflicts: ConflictPolicy = field(default_factory=ConflictPolicy)
    assigning: AssigningPolicy = field(default_factory=AssigningPolicy)

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
        selection=parse_selection(body.get("selection", {})),
        conflicts=parse_conflicts(body.get("conflicts", {})),
        assigning=parse_assigning(body.get("assigning", {})),
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
    apart = [*selection_faults(body.get("selection", {})), *conflict_faults(body.get("conflicts", {}))]
    return [*faults, *apart, *assigning_faults(body.get("assigning", {}))]


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
    if code.startswith("selection_"):
        return selection_fault_words(code, what)
    if code.startswith("conflicts_"):
        return conflict_fault_words(code)
    if code.startswith("assigning_"):
        return assigning_fault_words(code)
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
    "objection": _("Answer to an objection"),
    "objection_opinion": _("Opinion of the deciding unit on an objection"),
}

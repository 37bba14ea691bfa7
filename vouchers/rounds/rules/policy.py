"""A round's policy: parsed, checked, and what stops an announcement. Source: domain.md §1.9, 6.14, 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from vouchers.rounds.rules.allocating import AllocatingPolicy, allocating_faults, parse_allocating
from vouchers.rounds.rules.assigning import AssigningPolicy, assigning_faults, parse_assigning
from vouchers.rounds.rules.changing import ChangingPolicy, changing_faults, parse_changing
from vouchers.rounds.rules.clauses import ClauseText, clause_faults, parse_clauses
from vouchers.rounds.rules.conflicts import ConflictPolicy, conflict_faults, parse_conflicts
from vouchers.rounds.rules.grading import GradingPolicy, grading_faults, parse_grading
from vouchers.rounds.rules.outcomes import OutcomePolicy, outcomes_faults, parse_outcomes
from vouchers.rounds.rules.paying import PayingPolicy, parse_paying, paying_faults
from vouchers.rounds.rules.questions import Question, parse_questions, question_shape_faults
from vouchers.rounds.rules.quoting import QuotingPolicy, parse_quoting, quoting_faults
from vouchers.rounds.rules.ranking import RankingPolicy, parse_ranking, ranking_faults
from vouchers.rounds.rules.reminding import USUAL, RemindingPolicy, parse_reminding, reminding_faults
from vouchers.rounds.rules.sampling import SamplingPolicy, parse_sampling, sampling_faults
from vouchers.rounds.rules.selection import (
    CAPITAL_AREA,
    SelectionPolicy,
    parse_selection,
    selection_faults,
)
from vouchers.rounds.rules.settling import SettlingPolicy, parse_settling, settling_faults
from vouchers.rounds.rules.signalling import SignallingPolicy, parse_signalling, signalling_faults
from vouchers.rounds.rules.stages import Absence, EvaluationStage

TARGET_STEPS = {
    "eligibility": 5, "supplement": 5, "quote": 15, "irb_exemption": 5, "irb_expedited": 10, "irb_full": 20,
    "drb_institution": 15, "drb_joint": 20, "drb_recognised": 5, "site_adoption": 5, "award_acceptance": 5,
    "signature": 10, "provision": 20, "adequacy": 5, "milestone_acceptance": 7, "evidence_check": 5, "payment": 10,
    "evaluation": 10, "objection": 10, "objection_opinion": 5, "inquiry": 3, "match_confirmation": 5, "clarification": 5,
    "name_list": 5, "challenge": 5, "selection_proposal": 5, "selection_confirmation": 5, "letter_posting": 3, "letter_service": 5,
    "remedy": 5, "agreement_draft": 5, "agreement_dispatch": 3, "access_papers": 5, "receipt_confirmation": 5, "milestone_plan": 5,
    "disbursement_request": 10, "completion": 10, "voucher_claim": 10, "bank_question": 2, "project_start": 20,
    "quote_before_close": 5, "quote_agreement": 5,
    "feasibility": 10, "sourcing": 15, "proposal_answer": 10, "change_review": 10, "file_answer": 3, "payee_change": 3,
    "clause_answer": 5, "settlement_review": 20, "settlement_supplement": 10, "receipt_check": 5, "carry_over_review": 10,
    "restriction_entry": 5, "audit_answer": 10, "audit_judgement": 10, "audit_examination": 20, "outcome_answer": 40,
    "access_request": 5, "delivery": 10, "plan_warning": 3, "company_silence": 10,
    "final_opening": 10, "final_grading": 10, "final_decision": 5, "finding_answer": 10, "finding_check": 5, "inspection_report": 5, "escalation": 3,
    "halt_opinion": 10, "halt_decision": 5, "recovery": 20, "signal": 10,
}  # fmt: skip
FEASIBILITY_THRESHOLD, FEASIBILITY_BANDS = (
    10,
    (30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000),
)  # where a policy says nothing
DEMAND_THRESHOLD = 5
PAPER_DAYS = {"TAX_CLEARANCE": 30, "REGISTER_EXTRACT": 90, "FINANCIAL_STATEMENTS": 365}  # where a policy says nothing


@dataclass(frozen=True)
class Policy:
    """The frozen rules of one round, as stored in PolicyVersion.body. Rates are decimals as text, money whole won.

    grant_rates: company size → share of the supply amount paid by the grant (base: supply amount, VAT excluded).
    region_bonus: added to the rate of companies outside the capital area, a share too; grant_rate_max: what rate and addition
    reach at most. eligible_regions: where the head office must be, as codes of the region list; none: anywhere. evaluation_stages: EvaluationStage codes in order.
    feasibility_threshold: counts of patients below it are told as one band; feasibility_bands: where the further bands begin.
    demand_threshold: companies of which a group of unmet needs must consist before providers see it.
    presentation_absence: Absence code, for criteria that are scored by the presentation.
    min_cash_rate, in_kind_max_rate: base supply amount. vat_borne_by: COMPANY or GRANT. rounding_unit_won: floor to it.
    target_days: step → working days. clauses: of the agreements; none: the
    standard articles. reminder_days: working days before a due day, for matters of which `reminding` says nothing. blind_review: evaluators must not learn who applies. paper_days: kind of file → calendar
    days from its upload to the closing day for which it is taken over into another application; kinds without one never age.
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
    feasibility_bands: Sequence[int] = FEASIBILITY_BANDS
    demand_threshold: int = DEMAND_THRESHOLD
    reminder_days: Sequence[int] = USUAL
    payee: str = "PROVIDER"
    region_bonus: Decimal = Decimal(0)
    grant_rate_max: Decimal = Decimal(1)
    evaluation_stages: Sequence[str] = (EvaluationStage.DOCUMENT,)
    presentation_absence: str = Absence.ZERO
    blind_review: bool = False
    eligible_regions: Sequence[str] = ()
    consents: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    selection: SelectionPolicy = field(default_factory=SelectionPolicy)
    conflicts: ConflictPolicy = field(default_factory=ConflictPolicy)
    assigning: AssigningPolicy = field(default_factory=AssigningPolicy)
    ranking: RankingPolicy = field(default_factory=RankingPolicy)
    questions: Sequence[Question] = field(default_factory=tuple)
    paper_days: Mapping[str, int] = field(default_factory=lambda: PAPER_DAYS)
    quoting: QuotingPolicy = field(default_factory=QuotingPolicy)
    allocating: AllocatingPolicy = field(default_factory=AllocatingPolicy)
    changing: ChangingPolicy = field(default_factory=ChangingPolicy)
    paying: PayingPolicy = field(default_factory=PayingPolicy)
    settling: SettlingPolicy = field(default_factory=SettlingPolicy)
    grading: GradingPolicy = field(default_factory=GradingPolicy)
    reminding: RemindingPolicy = field(default_factory=RemindingPolicy)
    signalling: SignallingPolicy = field(default_factory=SignallingPolicy)
    sampling: SamplingPolicy = field(default_factory=SamplingPolicy)
    outcomes: OutcomePolicy = field(default_factory=OutcomePolicy)
    clauses: Sequence[ClauseText] = ()

    def days(self, step: str) -> int:
        return self.target_days.get(step, TARGET_STEPS[step])

    @property
    def uses_region(self) -> bool:
        """Whether the region decides about anything in this call."""
        return bool(self.eligible_regions or self.region_bonus or self.selection.pools)

    def rate(self, company_size: str, region: str = "") -> Decimal:
        """The share that the grant pays of the supply amount, with what the region adds; region "": not known, nothing added.

        Raises KeyError for a company size without a rate (such a round cannot be announced).
        """
        rate = self.grant_rates[company_size]
        if not self.region_bonus or not region or region in CAPITAL_AREA:
            return rate
        return max(rate, min(rate + self.region_bonus, self.grant_rate_max))


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
        feasibility_bands=tuple(body.get("feasibility_bands") or FEASIBILITY_BANDS),
        demand_threshold=int(body.get("demand_threshold") or DEMAND_THRESHOLD),
        reminder_days=tuple(body.get("reminder_days", USUAL)),
        payee=body.get("payee", "PROVIDER"),
        region_bonus=Decimal(body.get("region_bonus") or 0),
        grant_rate_max=Decimal(body.get("grant_rate_max") or 1),
        evaluation_stages=tuple(body.get("evaluation_stages") or (EvaluationStage.DOCUMENT,)),
        presentation_absence=body.get("presentation_absence") or Absence.ZERO,
        blind_review=bool(body.get("blind_review", False)),
        eligible_regions=tuple(body.get("eligible_regions") or ()),
        consents=tuple(body.get("consents", ())),
        selection=parse_selection(body.get("selection", {})),
        conflicts=parse_conflicts(body.get("conflicts", {})),
        assigning=parse_assigning(body.get("assigning", {})),
        ranking=parse_ranking(body.get("ranking", {})),
        questions=parse_questions(body.get("questions", ())),
        paper_days={**PAPER_DAYS, **body.get("paper_days", {})},
        quoting=parse_quoting(body.get("quoting", {})),
        allocating=parse_allocating(body.get("allocating", {})),
        changing=parse_changing(body.get("changing", {})),
        paying=parse_paying(body.get("paying", {})),
        settling=parse_settling(body.get("settling", {})),
        grading=parse_grading(body.get("grading", {})),
        reminding=parse_reminding(body.get("reminding", {})),
        signalling=parse_signalling(body.get("signalling", {})),
        sampling=parse_sampling(body.get("sampling", {})),
        outcomes=parse_outcomes(body.get("outcomes", {})),
        clauses=parse_clauses(body.get("clauses", ())),
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
    faults += _region_faults(body)
    if not set(body.get("evaluation_stages") or ()) <= {str(code) for code in EvaluationStage}:
        faults.append("stages")
    if body.get("presentation_absence", Absence.ZERO) not in {str(code) for code in Absence}:
        faults.append("absence")
    faults += _smallest_faults(body)
    if body["vat_borne_by"] != "COMPANY":
        faults.append("vat_bearer")
    apart = [*selection_faults(body.get("selection", {})), *conflict_faults(body.get("conflicts", {}))]
    asked = question_shape_faults(body.get("questions", ()))
    parts = (
        ("assigning", assigning_faults),
        ("quoting", quoting_faults),
        ("ranking", ranking_faults),
        ("allocating", allocating_faults),
        ("changing", changing_faults),
        ("paying", paying_faults),
        ("settling", settling_faults),
        ("grading", grading_faults),
        ("reminding", reminding_faults),
        ("signalling", signalling_faults),
        ("sampling", sampling_faults),
        ("outcomes", outcomes_faults),
    )
    named = [fault for name, judged in parts for fault in judged(body.get(name, {}))]
    return [*faults, *apart, *named, *clause_faults(body.get("clauses", ())), *asked]


def _smallest_faults(body: Mapping[str, Any]) -> list[str]:
    """Bands begin at whole numbers above the threshold, each above the one before; a group of two tells each about the other."""
    least, ends = int(body.get("feasibility_threshold") or FEASIBILITY_THRESHOLD), list(body.get("feasibility_bands") or ())
    rising = all(isinstance(one, int) for one in ends) and ends == sorted(set(ends))
    wrong = not rising or (ends and not least < ends[0] <= ends[-1] <= LARGEST_BAND)
    small = (body.get("demand_threshold") or DEMAND_THRESHOLD) < SMALLEST_GROUP
    return [code for code, is_wrong in (("feasibility_bands", wrong), ("demand_threshold", small)) if is_wrong]


SMALLEST_GROUP = 3  # with two, each company would know the other
LARGEST_BAND = 10**9


def _region_faults(body: Mapping[str, Any]) -> list[str]:
    """The addition for companies outside the capital area needs a ceiling that leaves room for the least own cash share."""
    bonus, most = body.get("region_bonus") or 0, body.get("grant_rate_max")
    if not _is_number(bonus) or (most not in (None, "") and not _is_number(most)):
        return ["not_a_number:region_bonus"]
    if not 0 <= Decimal(bonus) < 1:
        return ["region_bonus_range"]
    if Decimal(bonus) and not most:
        return ["region_bonus_open"]
    if most and not (Decimal(most) > 0 and Decimal(most) + Decimal(body["min_cash_rate"]) <= 1):
        return ["rate_max_and_cash"]
    return []


_NUMBERS = (
    "min_cash_rate", "in_kind_max_rate", "rounding_unit_won", "pass_mark", "reserve_length", "min_evaluators",
    "disclosure_threshold",
)  # fmt: skip


def _is_number(text: Any) -> bool:
    try:
        return Decimal(str(text)).is_finite()
    except ArithmeticError:
        return False


NEW_POLICY: Mapping[str, Any] = {
    "vat_borne_by": "COMPANY", "rounding_unit_won": 1, "min_evaluators": 3, "reserve_length": 0, "disclosure_threshold": 10,
    "applications_per_company": 1, "feasibility_threshold": 10, "evaluation_stages": ["DOCUMENT"],
}  # fmt: skip
"""What the form of a first policy holds already; every rate, mark and share is the officer's to enter (domain.md §0, 7)."""

STEP_WORDS = {
    "eligibility": _("Eligibility check"),
    "supplement": _("Supplement by the company"),
    "quote": _("Answer to a quote request"),
    "quote_agreement": _("Agreement to a quote in the institution"),
    "quote_before_close": _("Last answer to a quote request, before the call closes"),
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
    "inquiry": _("Answer to a question about the call"),
    "match_confirmation": _("Confirmation of a match by the provider"),
    "clarification": _("Answer to a provider's question about a quote request"),
    "name_list": _("Evaluators' look through the list of names"),
    "challenge": _("Decision on a challenged evaluator"),
    "selection_proposal": _("Proposal of the selection"),
    "selection_confirmation": _("Confirmation of the selection"),
    "letter_posting": _("Posting of a letter of the result"),
    "letter_service": _("Entry of a letter's day of service"),
    "remedy": _("Acting on an upheld objection"),
    "agreement_draft": _("Draft of the agreement"),
    "agreement_dispatch": _("Sending of the agreement for signature"),
    "access_papers": _("Check of the papers of an access request"),
    "receipt_confirmation": _("Confirmation that the data are there"),
    "milestone_plan": _("Plan of the milestones"),
    "disbursement_request": _("Request of a disbursement by the provider"),
    "completion": _("Completion of the agreement"),
    "clause_answer": _("Answer to a comment on an article of the agreement"),
    "access_request": _("Handing in of a data access request by the company"),
    "delivery": _("Least work of a provider on a milestone, once it has the data"),
    "company_silence": _("Silence of the company about a delivery, until the operator may accept in its place"),
    "final_opening": _("Opening of the final evaluation once everything was delivered"),
    "final_grading": _("Grading of a project by each evaluator"),
    "final_decision": _("Decision of the grade"),
    "finding_answer": _("Answer to a finding, where the report names no day"),
    "finding_check": _("Check of the answer to a finding"),
    "inspection_report": _("Report of an interim check or a site visit"),
    "escalation": _("Delay after which what is owed of a project is told to somebody else"),
    "plan_warning": _("Answer of the operator to a plan that runs late"),
    "change_review": _("Decision about a change of the agreement"),
    "feasibility": _("Answer to a question how many patients there are"),
    "sourcing": _("Help of the operator when nothing fits a need"),
    "proposal_answer": _("Answer of the company to proposed data"),
    "bank_question": _("Question to the bank about a payment without an answer"),
    "file_answer": _("Answer of the bank or the subsidy network to a payment file"),
    "payee_change": _("Wait after a payee's account changed, before anything is paid to it"),
    "project_start": _("Start of the projects after the selection"),
    "settlement_review": _("Review of a settlement"),
    "settlement_supplement": _("Supplement of a settlement by the company"),
    "receipt_check": _("Check of money that was paid back"),
    "carry_over_review": _("Decision about a carry-over past the year"),
    "restriction_entry": _("Entry of a restriction after money was ordered back"),
    "halt_opinion": _("Opinions on a notice of suspension or termination"),
    "halt_decision": _("Decision about a suspension or termination"),
    "recovery": _("Payback after a termination"),
    "signal": _("Decision about a strong sign of fraud"),
    "outcome_answer": _("Answer to the survey after a project by the company"),
    "audit_examination": _("Look at the payments of an audit sample"),
    "audit_answer": _("Answer to a finding of the auditor"),
    "audit_judgement": _("Judgement of an answer by the auditor"),
    "voucher_claim": _("Wait of an expired voucher for what was handed in by its last day"),
}

"""Does a call fit a company, by six answers and without an account: who may apply, which track, what it pays, by when.

Source: domain.md §1.8, 1.9, 6.2, 6.14. It decides nothing: the application's own eligibility check does that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit import clock, workdays
from portal.kit.codes import Codes
from vouchers.applications.rules.eligibility import Facts, Finding, Rule, judge
from vouchers.applications.rules.stages import Verdict
from vouchers.companies.rules import TaxStatus, Verification
from vouchers.rounds.rules import Money, Policy, money


class Standing(Codes):
    """Tax arrears, a closed or suspended business, a restriction of participation: is any of it there?"""

    NONE = "NONE", _("None of these")
    SOME = "SOME", _("At least one of these")
    UNSURE = "UNSURE", _("I do not know")


class Area(Codes):
    """Disease areas that people look for, as KCD codes and ranges (`AREA_CODES`)."""

    ANY = "ANY", _("Any, or healthy people too")
    LUNG_CANCER = "LUNG_CANCER", _("Lung cancer (C34)")
    STOMACH_CANCER = "STOMACH_CANCER", _("Stomach cancer (C16)")
    COLORECTAL_CANCER = "COLORECTAL_CANCER", _("Colorectal cancer (C18–C20)")
    LIVER_CANCER = "LIVER_CANCER", _("Liver cancer (C22)")
    BREAST_CANCER = "BREAST_CANCER", _("Breast cancer (C50)")
    PROSTATE_CANCER = "PROSTATE_CANCER", _("Prostate cancer (C61)")
    THYROID_CANCER = "THYROID_CANCER", _("Thyroid cancer (C73)")
    CANCER = "CANCER", _("Cancers in general (C00–C97)")
    HEART = "HEART", _("Heart disease (I20–I52)")
    ARRHYTHMIA = "ARRHYTHMIA", _("Arrhythmia (I47–I49)")
    STROKE = "STROKE", _("Stroke (I60–I69)")
    DIABETES = "DIABETES", _("Diabetes (E10–E14)")
    DEMENTIA = "DEMENTIA", _("Dementia (F00–F03, G30)")
    MENTAL = "MENTAL", _("Mental disorders (F00–F99)")
    EYE = "EYE", _("Eye disease (H00–H59)")
    LUNG = "LUNG", _("Respiratory disease (J00–J99)")
    DIGESTIVE = "DIGESTIVE", _("Digestive disease (K00–K93)")
    BONES = "BONES", _("Bones, joints and muscles (M00–M99)")
    KIDNEY = "KIDNEY", _("Kidney disease (N17–N19)")
    PREGNANCY = "PREGNANCY", _("Pregnancy and birth (O00–O99)")
    INFECTION = "INFECTION", _("Infections (A00–B99)")


AREA_CODES: Mapping[str, tuple[str, ...]] = {
    Area.ANY: (), Area.LUNG_CANCER: ("C34",), Area.STOMACH_CANCER: ("C16",), Area.COLORECTAL_CANCER: ("C18-C20",),
    Area.LIVER_CANCER: ("C22",), Area.BREAST_CANCER: ("C50",), Area.PROSTATE_CANCER: ("C61",), Area.THYROID_CANCER: ("C73",),
    Area.CANCER: ("C00-C97",), Area.HEART: ("I20-I52",), Area.ARRHYTHMIA: ("I47-I49",), Area.STROKE: ("I60-I69",),
    Area.DIABETES: ("E10-E14",), Area.DEMENTIA: ("F00-F03", "G30"), Area.MENTAL: ("F00-F99",), Area.EYE: ("H00-H59",),
    Area.LUNG: ("J00-J99",), Area.DIGESTIVE: ("K00-K93",), Area.BONES: ("M00-M99",), Area.KIDNEY: ("N17-N19",),
    Area.PREGNANCY: ("O00-O99",), Area.INFECTION: ("A00-B99",),
}  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """What was answered: codes, and the supply amount in whole won without VAT."""

    company_size: str
    region: str
    standing: str
    modality: str
    area: str
    budget_won: int

    def document(self, round_key: str | None) -> dict[str, Any]:
        """The same as a need document (contract.md): product development with real patients' data. The
        areas are categories that all revisions of the KCD share, so none is named."""
        codes = list(AREA_CODES[Area(self.area)])
        return {
            "round": round_key, "company_size": self.company_size, "region": self.region, "purpose": "PRODUCT_DEVELOPMENT",
            "modality": [self.modality], "budget_won": self.budget_won,
            "disease_codes": {"system": "KCD", "version": None, "include": codes, "exclude": []} if codes else None,
        }  # fmt: skip


# ── May we apply ─────────────────────────────────────────────────────────────────────────────────────
def findings(answers: Answers, policy: Policy) -> list[Finding]:
    """The rules that six answers can say something about: the size, and what stands against the business."""
    return [judge(Rule.SIZE, replace(_NOTHING_KNOWN, company_size=answers.company_size), policy), _standing(answers.standing)]


def _standing(standing: str) -> Finding:
    verdict, ko, en = {
        Standing.NONE: (
            Verdict.MET, "체납, 휴·폐업, 참여제한이 없다고 답했습니다. 접수 후 국세청과 참여제한 명단으로 확인합니다.",
            "You say that nothing stands against it. The tax service and the list of restrictions are asked after submission.",
        ),
        Standing.SOME: (
            Verdict.NOT_MET, "체납, 휴·폐업 또는 참여제한이 있으면 신청할 수 없습니다. 해소한 뒤에는 신청할 수 있습니다.",
            "With tax arrears, a closed or suspended business or a restriction you cannot apply. Once it is settled you can.",
        ),
        Standing.UNSURE: (
            Verdict.NEEDS_PERSON, "국세·지방세 완납증명과 사업자 상태를 먼저 확인해 주십시오.",
            "Check your tax clearance certificates and the status of your business first.",
        ),
    }[Standing(standing)]  # fmt: skip
    return Finding(Rule.RESTRICTION.value, verdict, ko, en, {"standing": standing})


def verdict_of(found: Sequence[Finding]) -> Verdict:
    """The worst of them: not met before a person's look before met."""
    held = {finding.verdict for finding in found}
    return next((one for one in (Verdict.NOT_MET, Verdict.NEEDS_PERSON) if one in held), Verdict.MET)


_NOTHING_KNOWN = Facts(
    brn="", tax_status=TaxStatus.UNKNOWN, company_size="", certificate_valid_to=None, certificate_size=None,
    verification=Verification.UNVERIFIED, restricted=False, other_live_applications=0, supply_won=0, grant_won=0,
    own_cash_won=0, own_in_kind_won=0, cap_won=None, matches_required=False, confirmed_matches=0, quotes_valid_until=None,
    provider_types=(), documents=(), submitted_at=None, deadline=None,
)  # fmt: skip


# ── Which track, and what it costs ───────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class TrackFit:
    """One track under the answers. money: None when the call has no rate for the size. best: the one to look at first."""

    key: str
    money: Money | None
    best: bool = False


def tracks(answers: Answers, policy: Policy, caps: Sequence[tuple[str, int | None]]) -> list[TrackFit]:
    """caps: (track's key, ceiling in won), in the order of the call. All of the work counts as taxed: the dearest case.

    Best is the track with the largest grant; of several with the same, the one with the lowest ceiling.
    """
    rows = [TrackFit(key, _money(answers, policy, cap)) for key, cap in caps]
    payable = [row for row in rows if row.money and row.money.grant_won]
    best = min(payable, key=_preference, default=None)
    return [replace(row, best=row is best) for row in rows]


def _money(answers: Answers, policy: Policy, cap: int | None) -> Money | None:
    if answers.company_size not in policy.grant_rates:
        return None
    won = answers.budget_won
    return money(
        supply_won=won, taxable_won=won, company_size=answers.company_size, cap_won=cap, policy=policy, region=answers.region
    )


def _preference(row: TrackFit) -> tuple[int, bool, int]:
    assert row.money is not None
    return -row.money.grant_won, row.money.cap_won is None, row.money.cap_won or 0


# ── By when ──────────────────────────────────────────────────────────────────────────────────────────
class Step(Codes):
    """What lies between the close of a call and the last payment, in this order."""

    ELIGIBILITY = "ELIGIBILITY", _("Eligibility check")
    EVALUATION = "EVALUATION", _("Evaluation and selection")
    ACCEPTANCE = "ACCEPTANCE", _("Acceptance of the award")
    SIGNATURE = "SIGNATURE", _("Agreement signed by all parties")
    REVIEW = "REVIEW", _("IRB and DRB side by side")
    PROVISION = "PROVISION", _("Data prepared and provided")
    MILESTONE = "MILESTONE", _("Delivery checked and accepted")
    PAYMENT = "PAYMENT", _("Evidence checked and paid")


@dataclass(frozen=True)
class Leg:
    """One step: its working days and the day on which it likely ends."""

    step: Step
    days: int
    ends_on: date


@dataclass(frozen=True)
class Calendar:
    """legs in order; ends_on the last of them; limit: the earlier of the project's end and 31 December of the fiscal year."""

    legs: tuple[Leg, ...]
    ends_on: date
    limit: date

    @property
    def spare(self) -> int:
        """Working days left before the limit; negative when it is too late."""
        return workdays.working_days_between(self.ends_on, self.limit)


def calendar(
    *, closes_at: datetime, starts_on: date | None, project_end: date | None, fiscal_year: int, policy: Policy, lead_days: int
) -> Calendar:
    """Target days of the policy one after the other, in working days of Korea. lead_days: the offer's own lead time, which
    counts where it is longer than the policy's preparation and adequacy review together. No work begins before `starts_on`, the first day of the projects."""
    days = policy.days
    planned = (
        (Step.ELIGIBILITY, days("eligibility")), (Step.EVALUATION, days("evaluation")), (Step.ACCEPTANCE, days("award_acceptance")),
        (Step.SIGNATURE, days("signature")), (Step.REVIEW, max(days("irb_expedited"), days("drb_institution"))),
        (Step.PROVISION, max(days("provision") + days("adequacy"), lead_days)), (Step.MILESTONE, days("milestone_acceptance")),
        (Step.PAYMENT, days("evidence_check") + days("payment")),
    )  # fmt: skip
    at, legs = clock.to_kst(closes_at).date(), []
    for step, n in planned:
        if step == Step.REVIEW and starts_on:
            at = max(at, starts_on)
        at = workdays.add_working_days(at, n)
        legs.append(Leg(step, n, at))
    year_end = date(fiscal_year, 12, 31)
    return Calendar(tuple(legs), at, min(project_end, year_end) if project_end else year_end)

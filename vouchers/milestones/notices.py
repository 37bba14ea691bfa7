"""What the room tells."""

from typing import Any

from portal.journal.actions import tell
from vouchers.agreements.models import Agreement
from vouchers.milestones.models import FinalEvaluation, Inspection, Milestone, PlanWarning
from vouchers.rounds.rules import Grade


def _context(milestone: Milestone, **more: Any) -> dict[str, Any]:
    return {
        "milestone": f"{milestone.number}. {milestone.title}",
        "agreement": milestone.agreement.number,
        "due_on": milestone.due_on.isoformat(),
        "institution_ko": milestone.institution.name_ko,
        "institution_en": milestone.institution.name_en,
        **more,
    }


def submitted(milestone: Milestone) -> None:
    """To the company: look at what was delivered."""
    tell(
        "milestone_submitted", app="vouchers", subject=milestone, organisation=milestone.agreement.company.organisation,
        url=f"/milestones/{milestone.ref}/", context=_context(milestone),
    )  # fmt: skip


def returned(milestone: Milestone) -> None:
    """To the provider: what must be mended."""
    if milestone.institution.organisation_id:
        tell(
            "milestone_returned", app="vouchers", subject=milestone, organisation=milestone.institution.organisation,
            url=f"/milestones/{milestone.ref}/", context=_context(milestone, reason=milestone.reason),
        )  # fmt: skip


def accepted(milestone: Milestone) -> None:
    """To the provider: a disbursement may be requested now; to the company for its record."""
    for organisation in (milestone.institution.organisation, milestone.agreement.company.organisation):
        if organisation is not None:
            tell(
                "milestone_accepted", app="vouchers", subject=milestone, organisation=organisation,
                url=f"/milestones/{milestone.ref}/", context=_context(milestone),
            )  # fmt: skip


def due_soon(milestone: Milestone, days_left: int, *, reminder: int) -> int:
    """To the provider, once for each of the round's reminder days (working days before the due day). Returns: told."""
    if not milestone.institution.organisation_id:
        return 0
    return tell(
        "milestone_due", app="vouchers", subject=milestone, organisation=milestone.institution.organisation,
        url=f"/milestones/{milestone.ref}/", context=_context(milestone, days_left=days_left),
        once=f"{milestone.due_on.isoformat()}:{reminder}",
    )  # fmt: skip


def replanned(agreement: Agreement, organisation: Any) -> None:
    """To a provider: its milestones were planned again after a change of the agreement."""
    tell(
        "milestones_replanned", app="vouchers", subject=agreement, organisation=organisation,
        url=f"/milestones/?agreement={agreement.ref}", context={"agreement": agreement.number, "title": agreement.award.application.title},
    )  # fmt: skip


def plan_warned(warning: PlanWarning) -> None:
    """To company and providers: what is left to do takes longer than what is left of the time."""
    _of_plan("plan_warned", warning)


def plan_answered(warning: PlanWarning) -> None:
    """To company and providers: what the operating agency does about it."""
    _of_plan("plan_answered", warning, answer=warning.answer)


def _of_plan(template: str, warning: PlanWarning, **more: Any) -> None:
    agreement = warning.agreement
    parties = agreement.parties.filter(left_by__isnull=True).exclude(role="OPERATOR").select_related("organisation")
    context = {
        "agreement": agreement.number, "title": agreement.award.application.title, "needed_days": warning.needed_days,
        "left_days": max(warning.left_days, 0), "limit": str(warning.limit), **more,
    }  # fmt: skip
    for party in parties:
        tell(
            template, app="vouchers", subject=warning, organisation=party.organisation, url=warning.get_absolute_url(), context=context
        )  # fmt: skip


def accepted_in_place(milestone: Milestone) -> None:
    """To company and provider: the operating agency accepted in the place of the company, and why."""
    _both("milestone_accepted_in_place", milestone, reason=milestone.in_place_reason)


def accepted_partly(milestone: Milestone, rest: Milestone) -> None:
    """To company and provider: a part counts and may be paid; the rest is delivered until its own day."""
    _both(
        "milestone_accepted_partly", milestone, missing=milestone.missing, accepted=milestone.amount_won, planned=milestone.planned_won,
        grant=milestone.grant_won, rest=rest.amount_won, rest_number=rest.number, rest_due_on=rest.due_on.isoformat(),
    )  # fmt: skip


def _both(template: str, milestone: Milestone, **more: Any) -> None:
    for organisation in (milestone.institution.organisation, milestone.agreement.company.organisation):
        if organisation is not None:
            tell(
                template, app="vouchers", subject=milestone, organisation=organisation, url=f"/milestones/{milestone.ref}/",
                context=_context(milestone, **more),
            )  # fmt: skip


GRADES = {
    Grade.EXCELLENT: ("우수", "excellent"), Grade.ORDINARY: ("보통", "ordinary"), Grade.CONDITIONAL: ("조건부", "passed on a condition"),
    Grade.GOOD_FAITH: ("성실실패", "good-faith failure"), Grade.FAIL: ("불합격", "failed"),
}  # fmt: skip


def final_opened(row: FinalEvaluation) -> None:
    """To company and providers: the project is graded now."""
    _of_final("final_evaluation_opened", row)


def final_decided(row: FinalEvaluation) -> None:
    """To company and providers: the grade with its reason; the letter says what it means and what can be done against it."""
    ko, en = GRADES[Grade(row.grade)]
    _of_final("final_evaluation_decided", row, grade_ko=ko, grade_en=en, reason=row.reason)


def _of_final(template: str, row: FinalEvaluation, **more: Any) -> None:
    agreement = row.agreement
    parties = agreement.parties.filter(left_by__isnull=True).exclude(role="OPERATOR").select_related("organisation")
    for party in parties:
        tell(
            template, app="vouchers", subject=row, organisation=party.organisation, url=row.get_absolute_url(),
            context={"agreement": agreement.number, "title": agreement.award.application.title, **more},
        )  # fmt: skip


KINDS = {"INTERIM": ("중간점검", "interim check"), "SITE_VISIT": ("현장점검", "site visit")}
RESULTS = {"ADEQUATE": ("적정", "adequate"), "IMPROVE": ("보완", "to be improved"), "STOP_ADVISED": ("중단 권고", "stop advised")}


def inspection_planned(row: Inspection) -> None:
    """To company and providers: when, where, what is looked at; or that it was moved or called off, and why."""
    _of_inspection(
        "inspection_planned", row, planned_on=row.planned_on.isoformat(), place=row.place, purpose=row.purpose, reason=row.reason,
        cancelled=row.status == "CANCELLED",
    )  # fmt: skip


def inspection_reported(row: Inspection) -> None:
    """To company and providers: the report is there."""
    ko, en = RESULTS[row.result]
    _of_inspection("inspection_reported", row, result_ko=ko, result_en=en)


def _of_inspection(template: str, row: Inspection, **more: Any) -> None:
    agreement, (ko, en) = row.agreement, KINDS[row.kind]
    for party in agreement.parties.filter(left_by__isnull=True).exclude(role="OPERATOR").select_related("organisation"):
        tell(
            template, app="vouchers", subject=row, organisation=party.organisation, url=row.get_absolute_url(),
            context={"agreement": agreement.number, "title": agreement.award.application.title, "kind_ko": ko, "kind_en": en, **more},
        )  # fmt: skip

"""The early warning: raised and relieved by the sweep that computes the plans, answered by the operating agency."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.milestones import notices
from vouchers.milestones.models import PlanWarning


@transaction.atomic
def warn_of_plan(*, agreement_id: int, needed_days: int, left_days: int, limit: str) -> bool:
    """The critical path takes longer than what is left: flagged once, and counted anew each time. Called by the room that knows
    every step. Writes: PlanWarning, Event, Duty, Notices when it is new. Returns: is it new?"""
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    if agreement.status != "ACTIVE":
        return False
    held = PlanWarning.objects.standing().filter(agreement=agreement).first()
    row = held or PlanWarning(agreement=agreement)
    if held and (held.needed_days, held.left_days, held.limit) == (needed_days, left_days, limit):
        return False
    row.needed_days, row.left_days, row.limit = needed_days, left_days, limit
    row.save()
    if held:
        return False
    figures = {"needed_days": needed_days, "left_days": left_days, "limit": str(limit)}
    journal.record("plan.warned", row, by=None, organisations=row.organisation_ids(), data=figures)
    journal.open_duty(
        row, "answer_warning", title_ko=f"일정 경고 조치: {agreement.number}", title_en=f"Act on a plan that runs late: {agreement.number}",
        url=row.get_absolute_url(), due_in=agreement.round.days("plan_warning"), role=Role.OPERATOR_CASE, by_mail=True, by=None,
    )  # fmt: skip
    notices.plan_warned(row)
    return True


@transaction.atomic
def relieve_plan(*, agreement_id: int) -> bool:
    """The plan fits again, or the agreement is no longer in force. Writes: PlanWarning, Event; closes the duty."""
    row = PlanWarning.objects.select_for_update(of=("self",)).standing().filter(agreement_id=agreement_id).first()
    if row is None:
        return False
    row.relieved_at = clock.now()
    row.save()
    journal.record("plan.relieved", row, by=None, organisations=row.organisation_ids())
    journal.close_duties(row, by=None)
    return True


@transaction.atomic
def answer_warning(*, warning_id: int, answer: str, by: Any) -> PlanWarning:
    """The operating agency says what is done about it; company and providers read it. Writes: PlanWarning, Event, Notices; closes
    the duty. Raises: Refused without words, or when the plan fits again."""
    row = PlanWarning.objects.select_for_update(of=("self",)).select_related("agreement__award__application").get(pk=warning_id)
    require(by, "vouchers.answer_warning")
    agreements.require_apart(row.agreement, by)
    if row.relieved_at is not None:
        raise Refused(_("The plan fits again: there is nothing to answer."), "relieved")
    if not answer.strip():
        raise Refused(_("Say what is done about it; company and providers read it."), "answer_missing", "answer")
    row.answer, row.answered_at, row.answered_by = answer.strip(), clock.now(), by
    row.save()
    journal.record("plan.answered", row, by=by, reason=row.answer, organisations=row.organisation_ids())
    journal.close_duty(row, "answer_warning", by=by)
    notices.plan_answered(row)
    return row

"""A decision that an objection upheld is taken back: the check goes on, or the evaluation does."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.journal.models import Event
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import notices, queries
from vouchers.applications.actions.deciding import move, require_apart, store_findings
from vouchers.applications.actions.drafting import locked
from vouchers.applications.models import Application


@transaction.atomic
def reopen_check(*, application_id: int, reason: str, by: User) -> Application:
    """“Not eligible” is taken back after an upheld objection, also when the selection was released: the check goes on.

    Every rule is asked again; a person's verdict stands until somebody judges anew. Writes: Application, EligibilityCheck,
    Event naming the verdict, Duty, Notice. Raises: Refused without a verdict, without a reason, with another live application.
    """
    application = locked(application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    verdict = _verdict(application, reason, queries.INELIGIBLE)
    application.decision_reason, application.supplement_sections = "", []
    move(application, "reopen_check", "application.check_reopened", by, reason.strip(), verdict=verdict.hash)
    store_findings(application)
    journal.open_duty(
        application, "decide_eligibility", title_ko=f"이의신청 인용에 따른 요건검토 결과 결정: {application}",
        title_en=f"Decide about eligibility again, after an objection: {application}",
        url=f"/admin/vouchers/application/{application.pk}/change/",
        due_in=queries.policy_of(application).days("eligibility"), role=Role.MINISTRY_OFFICER, by=by,
    )  # fmt: skip
    notices.application_reopened(application, reason.strip(), eligibility=True)
    return application


@transaction.atomic
def reopen(*, application_id: int, reason: str, by: User) -> Application:
    """Called by evaluation.reopen_case after an upheld objection: in evaluation again, to be run anew.

    Writes: Application, Event naming the verdict, Notice. Raises: Refused without a verdict or a reason, IllegalStep.
    """
    application = locked(application_id)
    require(by, "vouchers.propose_selection", application)
    require_apart(application, by)
    verdict = _verdict(application, reason, *queries.NOT_CHOSEN)
    application.decision_reason = ""
    move(application, "reopen", "application.reopened", by, reason.strip(), verdict=verdict.hash)
    notices.application_reopened(application, reason.strip(), eligibility=False)
    return application


def _verdict(application: Application, reason: str, *decisions: str) -> Event:
    verdict = queries.upheld_verdict(application, *decisions)
    if verdict is None:
        raise Refused(_("A decision is taken back only after an objection against it was upheld, and none was."), "no_verdict")
    if not reason.strip():
        raise Refused(_("Give the reason, with the objection; the company reads it."), "reason_missing", "reason")
    if queries.hindered_reopening(application):
        raise Refused(
            _("The company has another application to this track by now. Only one of the two can live."), "another_live"
        )
    return verdict

"""기피: an applicant names a member of the pool who should keep away from its application; an officer decides."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.evaluation import notices
from vouchers.evaluation.actions.conflicts import end_conflicted, record
from vouchers.evaluation.models import CaseConflict, Challenge, PoolMember
from vouchers.evaluation.queries import challenges as queries
from vouchers.evaluation.rules import conflicts as rules
from vouchers.evaluation.rules.stages import CHALLENGE_LIFECYCLE


@transaction.atomic
def file_challenge(*, application_id: int, member_id: int, statement: str, by: Any) -> Challenge:
    """The representative challenges a named member of the published pool, within the policy's days.

    Writes: Challenge FILED, Event challenge.filed, Duty of the officers. The evaluator learns nothing of it. Raises: Refused.
    """
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("round", "company__organisation")
        .get(pk=application_id)
    )
    require(by, "vouchers.submit_application", application)
    if not queries.may_challenge(application, clock.now()):
        raise Refused(_("Members of the pool can no longer be challenged in this round."), "window_closed")
    member = PoolMember.objects.filter(pk=member_id, round_id=application.round_id, ended_at__isnull=True).first()
    if member is None:
        raise Refused(_("This person is not in the pool of this round."), "not_in_pool", "member")
    if not statement.strip():
        raise Refused(_("Say why this person should not evaluate your application."), "statement_missing", "statement")
    if Challenge.objects.filter(application=application, member=member).exists():
        raise Refused(_("You challenged this person already."), "challenged_already", "member")
    row = Challenge(application=application, member=member, statement=statement.strip(), filed_by=by)
    row.save()
    _record("challenge.filed", row, by=by, to=row.status)
    journal.open_duty(
        row, "decide_challenge", title_ko=f"기피 신청 결정: {application.receipt_no}",
        title_en=f"Decide the challenge: {application.receipt_no}", url=f"/admin/vouchers/challenge/{row.pk}/change/",
        due_in=application.round.days("challenge"), role=Role.MINISTRY_OFFICER, by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def uphold_challenge(*, challenge_id: int, reason: str, by: Any) -> Challenge:
    """인용: the member keeps away from this application. Writes: Challenge UPHELD, CaseConflict, and what a conflict ends."""
    row = _decide(challenge_id, "uphold", reason, by)
    found = rules.Found(
        rules.ConflictGround.CHALLENGED, rules.PartyRole.COMPANY, row.application.company.name_ko,
        row.application.company.name_en or row.application.company.name_ko, row.ref,
    )  # fmt: skip
    conflict = CaseConflict(
        application=row.application, user=row.member.user, source=rules.ConflictSource.CHALLENGE, grounds=[asdict(found)]
    )
    conflict.save()
    record("conflict.inferred", conflict, by=by)
    end_conflicted(row.application)
    return row


@transaction.atomic
def reject_challenge(*, challenge_id: int, reason: str, by: Any) -> Challenge:
    """기각: the member may evaluate. Writes: Challenge REJECTED, Event, Notice to the company."""
    return _decide(challenge_id, "reject", reason, by)


_PAST = {"uphold": "upheld", "reject": "rejected"}


def _decide(challenge_id: int, verb: str, reason: str, by: Any) -> Challenge:
    case = Challenge.objects.values_list("application_id", flat=True).get(pk=challenge_id)
    Application.objects.select_for_update(of=("self",)).get(pk=case)  # before the challenge, as everybody who ends assignments
    row = (
        Challenge.objects.select_for_update(of=("self",))
        .select_related("application__round", "application__track", "application__company__organisation", "member__user")
        .get(pk=challenge_id)
    )
    require(by, "vouchers.assign_evaluator")
    applications.require_apart(row.application, by)
    if not reason.strip():
        raise Refused(_("Give a reason: the company reads it."), "reason_missing", "reason")
    before = row.status
    row.status = CHALLENGE_LIFECYCLE.step(before, verb)
    row.reason, row.decided_by, row.decided_at = reason.strip(), by, clock.now()
    row.save()
    _record(f"challenge.{_PAST[verb]}", row, by=by, frm=before, to=row.status, reason=row.reason)
    journal.close_duties(row, by=by)
    notices.challenge_decided(row)
    return row


def _record(name: str, row: Challenge, **facts: Any) -> None:
    """The company reads its own challenge."""
    data = {"application": row.application.ref, "member": row.member.ref}
    journal.record(name, row, organisations=row.organisation_ids(), data=data, **facts)

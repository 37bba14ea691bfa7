"""The verbs of a round's lifecycle. While it is announced, the server's clock alone opens and closes it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.rounds import notices, queries, rules
from vouchers.rounds.models import Round

S = rules.RoundStatus


@transaction.atomic
def submit_for_review(*, round_id: int, by: User | None) -> Round:
    """The draft is ready for the approver. Writes: Round REVIEW, Event, Duty announce. Raises: Refused naming all faults."""
    row = _locked(round_id)
    require(by, "vouchers.manage_round")
    after = rules.LIFECYCLE.step(row.status, "submit_for_review")
    _refuse_faults(row)
    _move(row, after, "round.submitted_for_review", by=by)
    journal.close_duty(row, "submit_for_review", by=by)
    journal.open_duty(
        row, "announce", title_ko=f"회차 공고 승인: {row.title_ko}", title_en=f"Approve the announcement: {row.title_en}",
        url=admin_url(row), due_at=rules.announce_due(clock.now(), row.opens_at), role=Role.MINISTRY_APPROVER, by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def send_back(*, round_id: int, reason: str, by: User | None) -> Round:
    """The approver wants changes. Writes: Round DRAFT, Event, Duty for the officers, Notice to the author."""
    row = _locked(round_id)
    require(by, "vouchers.announce_round")
    after = rules.LIFECYCLE.step(row.status, "send_back")
    _need_reason(reason)
    _move(row, after, "round.sent_back", by=by, reason=reason)
    journal.close_duty(row, "announce", by=by)
    journal.open_duty(
        row, "submit_for_review", title_ko=f"회차 보완: {row.title_ko}", title_en=f"Mend the round: {row.title_en}",
        url=admin_url(row), due_in=5, role=Role.MINISTRY_OFFICER, by=by,
    )  # fmt: skip
    notices.round_sent_back(row, reason)
    return row


@transaction.atomic
def announce(*, round_id: int, by: User | None) -> Round:
    """Makes the call public; policy, tracks and criteria freeze. Four eyes: whoever prepared the round cannot announce it.

    Writes: Round ANNOUNCED, PolicyVersion.frozen_at, Event (public), Notice. Raises: Refused naming all faults, NotAllowed.
    """
    row = _locked(round_id)
    require(by, "vouchers.announce_round")
    after = rules.LIFECYCLE.step(row.status, "announce")
    if by is not None and row.created_by_id == by.pk:
        raise NotAllowed(_("Whoever prepared a round cannot announce it. Ask another approver."), "four_eyes")
    _refuse_faults(row)
    version = row.policy_version()
    assert version is not None, "a round without a policy has faults"
    version.frozen_at = clock.now()
    version.save()
    row.announced_by, row.announced_on = by, clock.today()
    _move(row, after, "round.announced", by=by, public=True)
    journal.close_duty(row, "announce", by=by)
    notices.round_announced(row)
    return row


@transaction.atomic
def begin_evaluation(*, round_id: int, by: User | None) -> Round:
    """The call is closed and the evaluation begins. Writes: Round EVALUATING, Event, Duty to assign evaluators.

    Raises: Refused before the close, and while somebody may hand in late.
    """
    row = _locked(round_id)
    require(by, "vouchers.manage_round")
    after = rules.LIFECYCLE.step(row.status, "begin_evaluation")
    if row.phase != rules.Phase.CLOSED:
        raise Refused(_("The evaluation begins after the call has closed."), "not_closed")
    if rules.is_held(row.late_until, clock.now()):
        raise Refused(rules.HELD, "late_entry_open")
    _move(row, after, "round.evaluation_begun", by=by, public=True)
    journal.close_duty(row, "begin_evaluation", by=by)
    owe_evaluators(row, by=by)
    return row


@transaction.atomic
def publish_selection(*, round_id: int, by: User | None) -> Round:
    """Called by evaluation when a selection is confirmed. Writes: Round AWARDED, Event (public), Duty start_projects."""
    row = _locked(round_id)
    require(by, "vouchers.confirm_selection")
    _move(row, rules.LIFECYCLE.step(row.status, "publish_selection"), "round.selection_published", by=by, public=True)
    if row.is_rehearsal:  # as far as it goes
        return row
    journal.open_duty(
        row, "start_projects", title_ko=f"협약 체결 후 과제 수행 시작: {row.title_ko}",
        title_en=f"Start the projects once agreements stand: {row.title_en}",
        url=admin_url(row), due_in=row.policy().days("project_start"), role=Role.MINISTRY_OFFICER, by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def start_projects(*, round_id: int, by: User | None) -> Round:
    """Projects run. Writes: Round RUNNING, Event (public). Raises: Refused for a rehearsal."""
    if Round.objects.get(pk=round_id).is_rehearsal:
        raise Refused(_("A rehearsal ends with its released selection."), "rehearsal_ends")
    return _plain(round_id, "start_projects", "round.projects_started", by)


@transaction.atomic
def begin_settlement(*, round_id: int, by: User | None) -> Round:
    """Projects have ended, accounts are settled. Writes: Round SETTLING, Event (public)."""
    return _plain(round_id, "begin_settlement", "round.settlement_begun", by)


@transaction.atomic
def archive(*, round_id: int, by: User | None) -> Round:
    """Everything of the round is finished. Writes: Round ARCHIVED, Event (public)."""
    return _plain(round_id, "archive", "round.archived", by)


@transaction.atomic
def cancel(*, round_id: int, reason: str, by: User | None) -> Round:
    """The round does not take place. Once announced, only an approver cancels it, and the reason is public.

    Writes: Round CANCELLED, Event; closes every duty of the round; Notice when it was public.
    """
    row = _locked(round_id)
    was_public = row.status not in {S.DRAFT, S.REVIEW}
    require(by, "vouchers.announce_round" if was_public else "vouchers.manage_round")
    after = rules.LIFECYCLE.step(row.status, "cancel")
    _need_reason(reason)
    _move(row, after, "round.cancelled", by=by, reason=reason, public=was_public)
    journal.close_duties(row, by=by)
    if was_public:
        notices.round_cancelled(row, reason)
    return row


def turn(*, now: datetime) -> int:
    """What the clock brings, again and again without harm: closed calls wait for their evaluation.

    OPEN and CLOSED are stored nowhere. Writes: Duty begin_evaluation, one a closed round. Returns: rounds seen closed.
    """
    closed = list(Round.objects.filter(status=S.ANNOUNCED, closes_at__lte=now, is_reference=False).values_list("pk", flat=True))
    for pk in closed:
        with transaction.atomic():
            row = _locked(pk)
            if row.status != S.ANNOUNCED or row.closes_at is None or row.closes_at > now:
                continue
            journal.open_duty(
                row, "begin_evaluation", title_ko=f"접수 마감, 평가 시작: {row.title_ko}",
                title_en=f"Call closed, begin the evaluation: {row.title_en}", url=admin_url(row),
                due_at=queries.evaluation_due(row), role=Role.MINISTRY_OFFICER, by=None,
            )  # fmt: skip
    return len(closed)


@transaction.atomic
def hold_evaluation(*, round_id: int, until: datetime | None) -> None:
    """Told by applications: until when somebody may still hand in late; None: nobody may. Writes: Round.late_until."""
    Round.objects.filter(pk=round_id).update(late_until=until)


def owe_evaluators(row: Round, *, by: User | None) -> None:
    """The officers assign evaluators, by the policy's days for the evaluation. Writes: Duty."""
    journal.open_duty(
        row, "assign_evaluators", title_ko=f"평가위원 배정: {row.title_ko}", title_en=f"Assign evaluators: {row.title_en}",
        url=f"/admin/vouchers/assignment/assign/?round={row.pk}", role=Role.MINISTRY_OFFICER, by=by,
        due_in=row.days("evaluation"),
    )  # fmt: skip


def admin_url(row: Round) -> str:
    return f"/admin/vouchers/round/{row.pk}/change/"


def _refuse_faults(row: Round) -> None:
    faults = queries.faults_of(row)
    if faults:
        raise Refused(" ".join(queries.fault_sentences(row, faults)), "announcement_faults")


def _plain(round_id: int, verb: str, event: str, by: User | None) -> Round:
    row = _locked(round_id)
    require(by, "vouchers.manage_round")
    _move(row, rules.LIFECYCLE.step(row.status, verb), event, by=by, public=True)
    journal.close_duty(row, verb, by=by)
    return row


def _locked(round_id: int) -> Round:
    return Round.objects.select_for_update().get(pk=round_id)


def _move(
    row: Round,
    after: str,
    event: str,
    *,
    by: User | None,
    reason: str = "",
    public: bool = False,
) -> None:
    before, row.status = row.status, after
    row.save()
    version = row.policy_version()
    journal.record(
        event, row, by=by, frm=before, to=after, reason=reason, public=public and not row.is_rehearsal,
        policy_version=version.number if version else None,
    )  # fmt: skip


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Write a reason: the people concerned read it."), "reason_missing", "reason")

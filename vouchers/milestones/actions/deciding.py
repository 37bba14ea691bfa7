"""The grade is decided with its reason, made better by an objection that was right, and holds once nothing can change it any more."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.words import day
from vouchers.agreements import actions as agreements
from vouchers.companies import actions as companies
from vouchers.milestones import notices, queries, rules
from vouchers.milestones.actions.grading import CONDUCT, days, lock, record
from vouchers.milestones.models import FinalEvaluation
from vouchers.objections import queries as objections
from vouchers.rounds.rules import Grade, months_after


@transaction.atomic
def decide_grade(
    *, evaluation_id: int, reason: str, condition: str = "", condition_due_on: date | None = None, by: Any
) -> FinalEvaluation:
    """The grade follows from the points by the round's marks; the letter says it with its reason and the ways against it. By nobody
    who graded. condition: what must be done by condition_due_on, where the grade asks for one.

    Writes: FinalEvaluation DECIDED, Event, Notices. Raises: Refused.
    """
    row = lock(evaluation_id)
    require(by, CONDUCT)
    agreements.require_apart(row.agreement, by)
    scores = list(row.scores.all())
    if any(score.handed_in_at is None for score in scores):
        raise Refused(_("Not every evaluator has graded yet."), "grades_missing")
    if by.pk in {score.grader_id for score in scores}:
        raise NotAllowed(_("Somebody else must decide about what you graded."), "four_eyes")
    policy = queries.policy_of(row)
    points = [score.points for score in scores if score.points is not None]
    grade = rules.grade_of(
        points, [bool(score.good_faith) for score in scores], marks=policy.marks, allows_good_faith=policy.good_faith
    )
    row.points = rules.mean_points(points)
    _set(row, "decide_grade", "decided", grade, reason, condition, condition_due_on, by)
    journal.close_duty(row, "decide_grade", by=by)
    return row


@transaction.atomic
def judge_condition(*, evaluation_id: int, met: bool, reason: str, by: Any) -> FinalEvaluation:
    """Whether the condition was met: the grade is an ordinary pass then, else a failure; both may be objected to anew.
    Writes: FinalEvaluation DECIDED, Event, Notices; closes the duty. Raises: Refused."""
    row = lock(evaluation_id)
    require(by, CONDUCT)
    agreements.require_apart(row.agreement, by)
    if row.grade != Grade.CONDITIONAL:
        raise Refused(_("The grade carries no condition."), "no_condition")
    if not met and row.condition_due_on is not None and clock.today() <= row.condition_due_on:
        raise Refused(
            _("The condition may be met until %(day)s. Judge after that day that it was not.") % {"day": day(row.condition_due_on)},
            "condition_open", "met",
        )  # fmt: skip
    row.confirmed_at = None
    _set(row, "judge_condition", "decided", Grade.ORDINARY if met else Grade.FAIL, reason, "", None, by, met=met)
    journal.close_duty(row, "judge_condition", by=by)
    return row


@transaction.atomic
def regrade(
    *, evaluation_id: int, grade: str, reason: str, condition: str = "", condition_due_on: date | None = None, by: Any
) -> FinalEvaluation:
    """After an upheld objection: a better grade. By somebody who took no part in the attacked decision.

    Writes: FinalEvaluation, Event final_evaluation.regraded with the decision's hash, Notices. Raises: Refused."""
    row = lock(evaluation_id)
    require(by, CONDUCT)
    agreements.require_apart(row.agreement, by)
    objection = queries.upheld(row)
    if objection is None:
        raise Refused(_("Only an objection that was upheld changes a grade."), "not_upheld")
    if by.pk in objection.deciders:
        raise NotAllowed(_("You took part in the decision that was attacked. Somebody else must act on it."), "decided_before")
    if grade not in rules.better_than(row.grade):
        raise Refused(_("An objection that was right makes a grade better, never worse."), "not_better", "grade")
    _set(
        row,
        "regrade",
        "regraded",
        Grade(grade),
        reason,
        condition,
        condition_due_on,
        by,
        decision=objection.event.hash,
        before=row.grade,
    )
    journal.close_duty(row, "regrade", by=by)
    return row


def owe_regrades() -> int:
    """After an upheld objection somebody of the agency who took no part owes a better grade; no longer once the ministry found that
    nothing has to be done. Idempotent (sweep). Returns: how many are owed since now."""
    for ref in list(journal_queries.owed("regrade")):
        _close_regrade(ref)
    refs = {one.event.subject_ref for one in objections.to_act_on([queries.DECIDED])}
    new = refs - journal_queries.owing("regrade", refs)
    return sum(_owe_regrade(pk) for pk in FinalEvaluation.objects.filter(ref__in=new).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _close_regrade(ref: str) -> None:
    row = lock(FinalEvaluation.objects.values_list("pk", flat=True).get(ref=ref))
    if queries.upheld(row) is None:
        journal.close_duty(row, "regrade", by=None)


@transaction.atomic
def _owe_regrade(evaluation_id: int) -> bool:
    row = lock(evaluation_id)
    if queries.upheld(row) is None:
        return False
    journal.open_duty(
        row, "regrade", title_ko=f"이의신청 인용에 따른 등급 조정: {row.agreement.number}", title_en=f"Make a final grade better after an objection: {row.agreement.number}",
        url=row.get_absolute_url(), due_in=days(row, "remedy"), role=Role.OPERATOR_CASE, by_mail=True, by=None,
    )  # fmt: skip
    return True


def _set(
    row: FinalEvaluation,
    verb: str,
    event: str,
    grade: Grade,
    reason: str,
    condition: str,
    due_on: date | None,
    by: Any,
    **data: Any,
) -> None:
    """The grade with its reason; told to the parties, who read the letter."""
    if not reason.strip():
        raise Refused(_("Give the reason; company and providers read it."), "reason_missing", "reason")
    conditional = grade == Grade.CONDITIONAL
    if conditional and (not condition.strip() or due_on is None):
        raise Refused(_("This grade needs a condition and the day by which it is met."), "condition_missing", "condition")
    if conditional and due_on is not None and due_on <= clock.today():
        raise Refused(_("The day by which the condition is met lies in the future."), "condition_day", "condition_due_on")
    row.grade, row.reason, row.decided_by, row.decided_at = grade, reason.strip(), by, clock.now()
    row.condition, row.condition_due_on = (condition.strip(), due_on) if conditional else ("", None)
    before = row.status
    row.status = rules.FINAL_LIFECYCLE.step(row.status, verb)
    row.save()
    record(row, event, by=by, frm=before, to=row.status, reason=row.reason, grade=grade.value, points=str(row.points), **data)
    notices.final_decided(row)


def confirm_grades() -> int:
    """Grades that nothing can change any more hold from now on. Idempotent (sweep). Returns: how many."""
    return sum(_confirm(pk) for pk in queries.to_confirm())


@transaction.atomic
def _confirm(evaluation_id: int) -> bool:
    """Looks again once it is locked. Writes: FinalEvaluation CONFIRMED, Event, Duties of what follows."""
    row = lock(evaluation_id)
    if row.status != rules.FinalStatus.DECIDED or not queries.holds_now(row):
        return False
    row.status, row.confirmed_at = rules.FINAL_LIFECYCLE.step(row.status, "confirm_grade"), clock.now()
    row.save()
    record(row, "confirmed", by=None, frm=rules.FinalStatus.DECIDED, to=row.status, grade=row.grade)
    number = row.agreement.number
    if row.condition_due_on is not None:
        journal.open_duty(
            row, "judge_condition", title_ko=f"최종평가 조건 이행 확인: {number}", title_en=f"Judge whether the condition was met: {number}",
            url=row.get_absolute_url(), due_at=clock.end_of_day(row.condition_due_on), role=Role.OPERATOR_CASE, by=None,
        )  # fmt: skip
    if queries.policy_of(row).barred[row.grade] and row.restriction_id is None:
        journal.open_duty(
            row, "bar_company", title_ko=f"최종평가에 따른 참여제한 등록: {number}",
            title_en=f"Enter the restriction after a final evaluation: {number}", url=row.get_absolute_url(),
            due_in=days(row, "restriction_entry"), role=Role.MINISTRY_OFFICER, by_mail=True, by=None,
        )  # fmt: skip
    return True


@transaction.atomic
def bar_company(*, evaluation_id: int, by: Any) -> FinalEvaluation:
    """Enters the restriction that the round attaches to the grade; a second officer puts it in force as any other.

    Writes: Restriction through companies.restrict, FinalEvaluation.restriction, Event; closes the duty. Raises: Refused."""
    row = lock(evaluation_id)
    require(by, "vouchers.verify_company")
    agreements.require_apart(row.agreement, by)
    months = queries.policy_of(row).barred.get(row.grade, 0)
    if row.status != rules.FinalStatus.CONFIRMED or not months or row.restriction_id is not None:
        raise Refused(_("A restriction is entered once, after a grade that carries one holds."), "not_to_bar")
    company, today = row.agreement.company, clock.today()
    row.restriction = companies.restrict(
        name=company.name_ko, ground=f"최종평가 {Grade(row.grade).value} · {row.agreement.number}", starts_on=today,
        ends_on=months_after(today, months) - timedelta(days=1), brn=company.brn, corporate_no=company.corporate_no, by=by,
    )  # fmt: skip
    row.save()
    record(row, "company_barred", by=by, restriction=row.restriction.ref)
    journal.close_duty(row, "bar_company", by=by)
    return row

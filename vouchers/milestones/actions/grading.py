"""The final evaluation is opened with several graders, each of whom grades once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.milestones import notices, queries, rules
from vouchers.milestones.models import FinalEvaluation, FinalScore

CONDUCT = "vouchers.conduct_final_evaluation"


@transaction.atomic
def open_final_evaluation(*, agreement_id: int, grader_ids: Sequence[int], by: Any) -> FinalEvaluation:
    """Once everything was delivered. grader_ids: evaluators without a conflict, as many as the round asks for at least.

    Writes: FinalEvaluation, FinalScores, Event, Duties of the graders, Notices. Raises: Refused.
    """
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    require(by, CONDUCT)
    agreements.require_apart(agreement, by)
    least = agreement.round.policy().grading.graders
    if not least:
        raise Refused(_("This call has no final evaluation."), "no_final_evaluation")
    if agreement.status not in {"ACTIVE", "COMPLETED"} or not queries.all_settled(agreement.pk):
        raise Refused(_("A project is graded once every milestone is accepted, or rejected for good."), "deliveries_open")
    if FinalEvaluation.objects.filter(agreement=agreement).exists():
        raise Refused(_("The final evaluation of this project has begun already."), "begun_already")
    chosen = _graders(agreement, grader_ids)
    if len(chosen) < least:
        raise Refused(_("Choose at least %(n)d evaluators.") % {"n": least}, "too_few_graders", "graders")
    row = FinalEvaluation(agreement=agreement, opened_by=by)
    row.save()
    for grader in chosen:
        FinalScore(evaluation=row, grader=grader).save()
        _owe_grade(row, grader, by)
    record(row, "opened", by=by, to=row.status, graders=len(chosen))
    journal.close_duty(agreement, "open_final_evaluation", by=by)
    notices.final_opened(row)
    return row


def _graders(agreement: Agreement, grader_ids: Sequence[int]) -> list[User]:
    pool = {one.pk: one for one in queries.may_grade_pool(agreement)}
    if any(pk not in pool for pk in grader_ids):
        raise Refused(
            _("Somebody you chose is no evaluator or has a conflict of interest with a party. Choose again."),
            "not_a_grader",
            "graders",
        )
    return [pool[pk] for pk in dict.fromkeys(grader_ids)]


def _owe_grade(row: FinalEvaluation, grader: User, by: Any) -> None:
    number = row.agreement.number
    journal.open_duty(
        row, "grade_project", title_ko=f"최종평가 채점: {number}", title_en=f"Grade a project: {number}",
        url=f"/milestones/final/{row.ref}/grade/", due_in=days(row, "final_grading"), user=grader, by_mail=True, by=by,
    )  # fmt: skip


@transaction.atomic
def replace_grader(*, evaluation_id: int, grader_id: int, new_id: int, by: Any) -> FinalEvaluation:
    """Another evaluator in the place of one who cannot grade and has not yet. Writes: FinalScore, Event, Duties. Raises: Refused."""
    row = lock(evaluation_id)
    require(by, CONDUCT)
    agreements.require_apart(row.agreement, by)
    row.status = rules.FINAL_LIFECYCLE.step(row.status, "replace_grader")
    score = (
        FinalScore.objects.filter(evaluation=row, grader_id=grader_id, handed_in_at__isnull=True).select_related("grader").first()
    )
    if score is None:
        raise Refused(_("This evaluator has graded already, or does not grade this project."), "graded_already", "grader")
    if row.scores.filter(grader_id=new_id).exists():
        raise Refused(_("This evaluator grades the project already."), "grades_already", "new")
    (new,) = _graders(row.agreement, [new_id])
    journal.close_duty(row, "grade_project", user=score.grader, by=by)
    score.grader = new
    score.save()
    _owe_grade(row, new, by)
    record(row, "grader_replaced", by=by)
    return row


@transaction.atomic
def hand_in_grade(*, evaluation_id: int, points: Decimal, good_faith: bool, opinion: str, by: Any) -> FinalScore:
    """One grader, once. points: 0 to 100. Writes: FinalScore, Event; with the last one a Duty. Raises: Refused."""
    row = lock(evaluation_id)
    require(by, "vouchers.grade_project")
    agreements.require_apart(row.agreement, by)
    score = FinalScore.objects.select_for_update().filter(evaluation=row, grader=by).first()
    if score is None:
        raise NotAllowed(_("You do not grade this project."))
    rules.FINAL_LIFECYCLE.step(row.status, "hand_in_grade")
    if score.handed_in_at is not None:
        raise Refused(_("You have graded this project already."), "graded_already")
    if not 0 <= points <= rules.MOST_POINTS:
        raise Refused(_("Points lie between 0 and 100."), "points_range", "points")
    if not opinion.strip():
        raise Refused(_("Say why; the parties read it without your name."), "opinion_missing", "opinion")
    score.points, score.good_faith, score.opinion, score.handed_in_at = points, good_faith, opinion.strip(), clock.now()
    score.save()
    journal.record("final_evaluation.graded", row, by=by)
    journal.close_duty(row, "grade_project", user=by, by=by)
    if not row.scores.filter(handed_in_at__isnull=True).exists():
        number = row.agreement.number
        journal.open_duty(
            row, "decide_grade", title_ko=f"최종평가 등급 결정: {number}", title_en=f"Decide the final grade: {number}",
            url=row.get_absolute_url(), due_in=days(row, "final_decision"), role=Role.OPERATOR_CASE, by_mail=True, by=by,
        )  # fmt: skip
    return score


def sync_final_evaluations() -> int:
    """Projects whose deliveries are all settled are to be graded, where their round does so. Idempotent. Returns: how many since now."""
    rows = queries.gradable()
    for row in rows:
        _owe_opening(row)
    return len(rows)


@transaction.atomic
def _owe_opening(agreement: Agreement) -> None:
    journal.open_duty(
        agreement, "open_final_evaluation", title_ko=f"최종평가 시작: {agreement.number}",
        title_en=f"Open the final evaluation: {agreement.number}", url=f"/milestones/final/open/{agreement.ref}/",
        due_in=agreement.round.days("final_opening"), role=Role.OPERATOR_CASE, by_mail=True, by=None,
    )  # fmt: skip


def lock(evaluation_id: int) -> FinalEvaluation:
    FinalEvaluation.objects.select_for_update().get(pk=evaluation_id)
    found = FinalEvaluation.objects.select_related(
        "agreement__company__organisation", "agreement__round", "agreement__award__application"
    )
    return found.get(pk=evaluation_id)


def days(row: FinalEvaluation, step: str) -> int:
    return row.agreement.round.days(step)


def record(row: FinalEvaluation, event: str, *, by: Any, frm: str = "", to: str = "", reason: str = "", **data: Any) -> None:
    journal.record(
        f"final_evaluation.{event}", row, by=by, frm=frm, to=to, reason=reason, organisations=row.organisation_ids(), data=data
    )

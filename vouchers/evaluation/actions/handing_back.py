"""What a presentation does to the sheets of its application: they wait for it, and are asked anew when its record is corrected."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit import clock, workdays
from portal.kit.errors import Refused
from vouchers.applications.models import Application
from vouchers.evaluation import notices, rules
from vouchers.evaluation.actions.assignments import SCORE, owe
from vouchers.evaluation.actions.ending import record
from vouchers.evaluation.models import Assignment, PanelPhase, PresentationSlot, Score, cases_closed_to
from vouchers.evaluation.queries import presenting
from vouchers.rounds.models import Criterion
from vouchers.rounds.rules import EvaluationStage


def lock_sheets(application_ids: Iterable[int]) -> None:
    """Every sheet that holds points or may, after its application and before its presentation."""
    alive = rules.FILE_OPEN | rules.PENDING
    rows = Assignment.objects.select_for_update(of=("self",)).filter(application_id__in=application_ids, status__in=alive)
    list(rows.order_by("pk").values_list("pk", flat=True))


def give_time(slot: PresentationSlot, *, by: Any) -> int:
    """A sheet that waits for its presentation is due no sooner than the policy's days for the evaluation after it: nobody is
    reminded of what cannot be handed in. Inside the caller's transaction, which holds `lock_sheets`.

    Writes: Assignment.due_at, Duty. Returns: how many sheets got more time; none where all is scored by the documents.
    """
    due_at = presenting.due_after(slot)
    if due_at is None:
        return 0
    sheets = Assignment.objects.filter(application=slot.application, status__in=rules.PENDING, due_at__lt=due_at)
    rows = list(sheets.select_related("application__round", "evaluator").order_by("pk"))
    for sheet in rows:
        sheet.due_at = due_at
        sheet.save()
        if sheet.status == "ACCEPTED":
            owe(sheet, "submit_scores", *SCORE, by)
    return len(rows)


def hand_back(application: Application, *, by: Any) -> int:
    """Sheets go back to their evaluators without points of the presentation; all else stays as typed. Inside the caller's
    transaction, which holds `lock_sheets`. Nothing where no criterion is scored by the presentation, or an absence does not count.

    Writes: Score, Assignment ACCEPTED, Event assignment.handed_back, Duty, Notice (but for evaluators with a conflict). Returns: how many sheets went back. Raises:
    Refused while a panel is open, or once a selection locked the scores.
    """
    staged = Criterion.objects.filter(round_id=application.round_id, stage=EvaluationStage.PRESENTATION)
    if not presenting.zero_if_absent(application.round):
        return 0
    sheets = list(
        Assignment.objects.filter(application=application, status__in=rules.FILE_OPEN)
        .select_related("application__round", "application__company", "evaluator")
        .order_by("pk")
    )
    if any(sheet.status == "LOCKED" for sheet in sheets):
        raise Refused(_("A selection locked the scores of this application: who attended cannot be changed any more."), "locked")
    if PanelPhase.objects.filter(application=application, status="OPEN").exists():
        raise Refused(_("A panel about this application is open. Close it before you correct who attended."), "panel_open")
    back = [sheet for sheet in sheets if sheet.status == "SUBMITTED"]
    for sheet in back:
        _back(sheet, by)
    for score in Score.objects.filter(assignment__in=sheets, criterion__in=staged, points__isnull=False).order_by("pk"):
        score.points = None
        score.save()
    return len(back)


def _back(sheet: Assignment, by: Any) -> None:
    before = sheet.status
    sheet.status = rules.ASSIGNMENT_LIFECYCLE.step(before, "hand_back")
    sheet.submitted_at, sheet.total = None, None
    if sheet.due_at is None or sheet.due_at <= clock.now():
        sheet.due_at = workdays.due_at(clock.now(), sheet.application.round.policy().days("evaluation"))
    sheet.save()
    record("assignment.handed_back", sheet, by=by, frm=before, to=sheet.status)
    if sheet.application_id in cases_closed_to(sheet.evaluator_id):  # the sweep is about to end it; until then nothing is told
        return
    owe(
        sheet,
        "submit_scores",
        "출석 기록이 바로잡혔습니다. 다시 채점해 주십시오",
        "The attendance was corrected: score and hand in again",
        by,
    )
    notices.evaluation_handed_back(sheet)

"""The panel phase: opened and closed by an officer, re-scored in by its members; how long a file was read."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused, Stale
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.evaluation import notices, rules
from vouchers.evaluation.actions.assignments import ABSENT, Entered
from vouchers.evaluation.actions.ending import record
from vouchers.evaluation.actions.selection import sync_round
from vouchers.evaluation.actions.versions import keep_version, own
from vouchers.evaluation.models import Assignment, PanelPhase, Reading, Score
from vouchers.evaluation.queries import presenting
from vouchers.evaluation.rules import panels as panel_rules
from vouchers.evaluation.rules.presenting import Standing
from vouchers.rounds.models import Criterion


def open_panel(*, application_id: int, by: Any) -> PanelPhase:
    """Independent scoring is over for this application: its members see each other's scores and may re-score.

    Writes: PanelPhase OPEN, Event panel_phase.opened, Notice to each member; then the officers' duties of the round.
    Raises: NotAllowed, Refused (somebody has not handed in, fewer than two did, locked, opened before, conflict).
    """
    panel = _open(application_id, by)
    sync_round(panel.application.round_id)
    return panel


@transaction.atomic
def _open(application_id: int, by: Any) -> PanelPhase:
    application = Application.objects.select_for_update(of=("self",)).select_related("round", "company").get(pk=application_id)
    require(by, "vouchers.open_panel")
    applications.require_apart(application, by)
    if application.status != "IN_EVALUATION":
        raise Refused(_("This application is not in evaluation."), "not_in_evaluation")
    rows = list(Assignment.objects.filter(application=application).select_related("evaluator", "application__round"))
    code = panel_rules.hindrance(
        opened=PanelPhase.objects.filter(application=application).of_these_scores().exists(),
        pending=sum(row.status in rules.PENDING for row in rows),
        handed_in=sum(row.status in rules.HANDED_IN for row in rows),
        locked=sum(row.status == "LOCKED" for row in rows),
    )
    if code:
        raise Refused(panel_rules.HINDRANCES[code], code)
    panel = PanelPhase(application=application, opened_by=by)
    panel.save()
    _record("panel_phase.opened", panel, by=by)
    for row in rows:
        if row.status in rules.HANDED_IN:
            notices.panel_opened(row)
    return panel


def close_panel(*, panel_id: int, by: Any) -> PanelPhase:
    """Nobody re-scores any more; the scores count for the selection. Writes: PanelPhase CLOSED, Event; the officers' duties."""
    panel = _close(panel_id, by)
    sync_round(panel.application.round_id)
    return panel


@transaction.atomic
def _close(panel_id: int, by: Any) -> PanelPhase:
    panel = PanelPhase.objects.select_for_update(of=("self",)).select_related("application__company").get(pk=panel_id)
    require(by, "vouchers.open_panel")
    applications.require_apart(panel.application, by)
    panel.status = panel_rules.PANEL_LIFECYCLE.step(panel.status, "close_panel")
    panel.closed_by, panel.closed_at = by, clock.now()
    panel.save()
    _record("panel_phase.closed", panel, by=by, frm="OPEN")
    return panel


def _record(name: str, panel: PanelPhase, *, by: Any, frm: str = "") -> None:
    """Never with the company's organisation: the panel's work stays hidden from applicants."""
    journal.record(name, panel, by=by, frm=frm, to=panel.status, data={"application": panel.application.ref})


@transaction.atomic
def rescore(*, assignment_id: int, scores: Entered, reason: str, by: Any, version: int | None = None) -> Assignment:
    """A member changes points or reasons after the panel's discussion; what was scored before stays readable.

    scores: criterion id → (points 0–100, reason for the points). version: of the assignment as its page showed it. Writes:
    Score, ScoreVersion of each changed one, Assignment with its new total, Event assignment.rescored. Raises: NotAllowed,
    Stale, Refused (panel not open, no reason, nothing changed, points missing).
    """
    assignment = own(assignment_id, by)
    assignment.status = rules.ASSIGNMENT_LIFECYCLE.step(assignment.status, "rescore")
    if version is not None and version != assignment.version:
        raise Stale()
    panel = PanelPhase.objects.select_for_update().filter(application_id=assignment.application_id, status="OPEN").first()
    if panel is None:
        raise Refused(_("The panel of this application is not open: its scores do not change."), "panel_not_open")
    changed = _changed(assignment, scores)
    if not changed:
        raise Refused(_("Nothing was changed. Your scores stay as they are."), "nothing_changed")
    if not reason.strip():
        raise Refused(_("Say why you change your scores: the panel and the officer read it."), "reason_missing", "reason")
    before = assignment.total
    for score in changed:
        score.save()
        keep_version(score, reason.strip())
    assignment.total = _total(assignment)
    assignment.save()
    record(
        "assignment.rescored", assignment, by=by, frm="SUBMITTED", to=assignment.status, reason=reason.strip(),
        total=str(assignment.total), total_before=str(before),
    )  # fmt: skip
    return assignment


def _changed(assignment: Assignment, scores: Entered) -> list[Score]:
    """The scores that differ now, with their new points and reasons; not saved yet."""
    held = {score.criterion_id: score for score in assignment.scores.select_related("criterion")}
    standing = presenting.standings(assignment.application, [score.criterion for score in held.values()])
    found = []
    for criterion_id, (points, words) in scores.items():
        if criterion_id not in held:
            raise Refused(_("This criterion does not belong to the round. Reload the page."), "foreign_criterion")
        if points is None or not 0 <= points <= 100:
            raise Refused(_("Give whole points from 0 to 100."), "points_range", f"points_{criterion_id}")
        score = held[criterion_id]
        if points and standing.get(criterion_id) == Standing.ZERO:
            raise Refused(ABSENT, "absent", f"points_{criterion_id}")
        if (score.points, score.comment) != (points, words.strip()):
            score.points, score.comment = points, words.strip()
            found.append(score)
    return found


def _total(assignment: Assignment) -> Any:
    points = {c: n for c, n in Score.objects.filter(assignment=assignment).values_list("criterion_id", "points") if n is not None}
    weights = dict(Criterion.objects.filter(round_id=assignment.application.round_id).values_list("pk", "weight"))
    return rules.weighted_total(points, weights)


@transaction.atomic
def record_reading(*, assignment_id: int, opened_at: datetime, by: Any) -> Reading | None:
    """A page with the file reports that it is open in front of its evaluator. Writes: Reading.

    opened_at: when the portal made that page. None for a page too old to count. Raises: NotAllowed.
    """
    assignment = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment_id)
    require(by, "vouchers.score_application")
    if assignment.evaluator_id != by.pk or assignment.status not in rules.FILE_OPEN:
        raise NotAllowed()
    now = clock.now()
    if not 0 <= (now - opened_at).total_seconds() <= panel_rules.LONGEST_READING:
        return None
    last = Reading.objects.filter(assignment=assignment).aggregate(last=Max("beat_at"))["last"]
    seconds = panel_rules.read_since(opened_at.timestamp(), last.timestamp() if last else None, now.timestamp())
    reading = Reading.objects.filter(assignment=assignment, opened_at=opened_at).first()
    reading = reading or Reading(assignment=assignment, opened_at=opened_at)
    reading.beat_at, reading.seconds = now, reading.seconds + seconds
    reading.save()
    return reading

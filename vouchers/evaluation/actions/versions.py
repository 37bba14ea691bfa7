"""Every version of a score that was handed in, and the fetch of an evaluator's own assignment."""

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from portal.kit.access import require
from portal.kit.errors import NotAllowed
from vouchers.evaluation.models import Assignment, Score, ScoreVersion


def own(assignment_id: int, by: Any) -> Assignment:
    """The evaluator's own assignment, locked. Raises: NotAllowed for anybody else."""
    assignment = lock(assignment_id)
    require(by, "vouchers.score_application")
    if by is not None and assignment.evaluator_id != by.pk:
        raise NotAllowed()
    return assignment


def lock(assignment_id: int) -> Assignment:
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("application__round", "application__company__organisation", "evaluator", "assigned_by")
        .get(pk=assignment_id)
    )


def keep_first(assignment: Assignment) -> None:
    """The independent scores as handed in. Writes: ScoreVersion 1 of each; handed in again, a further one of what differs."""
    held = {v.criterion_id: v for v in ScoreVersion.objects.filter(assignment=assignment).order_by("number")}
    again = str(_("The record of attendance was corrected.")) if held else ""
    rows = []
    for score in Score.objects.filter(assignment=assignment).order_by("criterion_id"):
        last = held.get(score.criterion_id)
        if score.points is None or (last and (last.points, last.comment) == (score.points, score.comment)):
            continue
        rows.append(
            ScoreVersion(
                assignment=assignment, criterion_id=score.criterion_id, number=last.number + 1 if last else 1,
                points=score.points, comment=score.comment, reason=again if last else "",
                again=last is not None,
            )
        )  # fmt: skip
    ScoreVersion.objects.bulk_create(rows)


def keep_version(score: Score, reason: str) -> ScoreVersion:
    """A changed score beside what it was. Writes: ScoreVersion."""
    assert score.points is not None, "re-scored with points"
    held = ScoreVersion.objects.filter(assignment_id=score.assignment_id, criterion_id=score.criterion_id)
    number = (held.aggregate(last=Max("number"))["last"] or 0) + 1
    return ScoreVersion.objects.create(
        assignment_id=score.assignment_id, criterion_id=score.criterion_id, number=number, points=score.points,
        comment=score.comment, reason=reason,
    )  # fmt: skip

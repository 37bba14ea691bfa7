"""The pool and its conflicts; assignments, scores, the selection run, awards."""

from vouchers.evaluation.models.panels import PanelPhase, Reading, ScoreVersion
from vouchers.evaluation.models.pool import Affiliation, CaseConflict, Challenge, PoolMember
from vouchers.evaluation.models.presenting import PresentationSchedule, PresentationSeat, PresentationSlot
from vouchers.evaluation.models.proposing import AssignmentRun
from vouchers.evaluation.models.selecting import (
    Assignment,
    AssignmentQuerySet,
    Award,
    PenaltyRecord,
    Score,
    SelectionLetter,
    SelectionLine,
    SelectionRecord,
    SelectionRun,
    cases_closed_to,
)

__all__ = [
    "Affiliation", "Assignment", "AssignmentQuerySet", "AssignmentRun", "Award", "CaseConflict", "Challenge", "PanelPhase", "PenaltyRecord",
    "PoolMember", "PresentationSchedule", "PresentationSeat", "PresentationSlot", "Reading", "Score", "ScoreVersion", "SelectionLetter", "SelectionLine", "SelectionRecord", "SelectionRun", "cases_closed_to",
]  # fmt: skip

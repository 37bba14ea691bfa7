"""The room's doors in the admin: officers assign, run and propose a selection; approvers confirm it."""

from vouchers.evaluation.admin.assigning import AssignmentAdmin
from vouchers.evaluation.admin.awards import AwardAdmin
from vouchers.evaluation.admin.letters import SelectionLetterAdmin
from vouchers.evaluation.admin.panels import PanelPhaseAdmin
from vouchers.evaluation.admin.penalties import PenaltyRecordAdmin
from vouchers.evaluation.admin.pool import AffiliationAdmin, CaseConflictAdmin, ChallengeAdmin, PoolMemberAdmin
from vouchers.evaluation.admin.presenting import PresentationScheduleAdmin, PresentationSlotAdmin
from vouchers.evaluation.admin.proposing import AssignmentRunAdmin
from vouchers.evaluation.admin.selecting import SelectionRunAdmin

__all__ = [
    "AffiliationAdmin", "AssignmentAdmin", "AssignmentRunAdmin", "AwardAdmin", "CaseConflictAdmin", "ChallengeAdmin", "PanelPhaseAdmin", "PenaltyRecordAdmin",
    "PoolMemberAdmin", "PresentationScheduleAdmin", "PresentationSlotAdmin", "SelectionLetterAdmin", "SelectionRunAdmin",
]  # fmt: skip

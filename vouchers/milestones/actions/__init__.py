"""The verbs of deliveries: planned, handed in, accepted; planned again once the agreement was changed; warned of in time."""

from vouchers.milestones.actions.accepting import (
    accept_in_place,
    accept_milestone,
    confirm_milestone,
    reject_milestone,
    return_milestone,
    sync_completion,
)
from vouchers.milestones.actions.changing import approve_change, note_change, replan, sign_change
from vouchers.milestones.actions.deciding import bar_company, confirm_grades, decide_grade, judge_condition, owe_regrades, regrade
from vouchers.milestones.actions.delivering import plan, remind, shift_due_days, submit_milestone
from vouchers.milestones.actions.escalating import escalate
from vouchers.milestones.actions.grading import hand_in_grade, open_final_evaluation, replace_grader, sync_final_evaluations
from vouchers.milestones.actions.inspecting import (
    answer_finding,
    cancel_inspection,
    close_finding,
    move_inspection,
    plan_inspection,
    reopen_finding,
    report_inspection,
)
from vouchers.milestones.actions.objecting import object_to_grade
from vouchers.milestones.actions.promising import promise_indicators
from vouchers.milestones.actions.warning import answer_warning, relieve_plan, warn_of_plan

__all__ = [
    "accept_in_place",
    "accept_milestone",
    "answer_finding",
    "answer_warning",
    "approve_change",
    "bar_company",
    "cancel_inspection",
    "close_finding",
    "confirm_grades",
    "confirm_milestone",
    "decide_grade",
    "escalate",
    "hand_in_grade",
    "judge_condition",
    "move_inspection",
    "note_change",
    "object_to_grade",
    "open_final_evaluation",
    "owe_regrades",
    "plan",
    "plan_inspection",
    "promise_indicators",
    "regrade",
    "reject_milestone",
    "relieve_plan",
    "remind",
    "reopen_finding",
    "replace_grader",
    "replan",
    "report_inspection",
    "return_milestone",
    "shift_due_days",
    "sign_change",
    "submit_milestone",
    "sync_completion",
    "sync_final_evaluations",
    "warn_of_plan",
]

"""Doors of the room."""

from vouchers.milestones.views.changing import change, change_verb, replan, sign_change
from vouchers.milestones.views.delivering import decide, deliverable, detail, milestone_list, plan, submit
from vouchers.milestones.views.grading import final, final_file, final_verb, grade, letter, object_to, open_final
from vouchers.milestones.views.inspecting import (
    finding_file,
    finding_verb,
    inspection,
    inspection_verb,
    inspections,
    report,
    report_file,
)
from vouchers.milestones.views.measuring import indicators

__all__ = [
    "change",
    "change_verb",
    "decide",
    "deliverable",
    "detail",
    "final",
    "final_file",
    "final_verb",
    "finding_file",
    "finding_verb",
    "grade",
    "indicators",
    "inspection",
    "inspection_verb",
    "inspections",
    "letter",
    "milestone_list",
    "object_to",
    "open_final",
    "plan",
    "replan",
    "report",
    "report_file",
    "sign_change",
    "submit",
]  # fmt: skip

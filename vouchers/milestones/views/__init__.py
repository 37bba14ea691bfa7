"""Doors of the room."""

from vouchers.milestones.views.changing import change, change_verb, replan, sign_change
from vouchers.milestones.views.delivering import decide, deliverable, detail, milestone_list, plan, submit
from vouchers.milestones.views.measuring import indicators

__all__ = [
    "change", "change_verb", "decide", "deliverable", "detail", "indicators", "milestone_list", "plan", "replan", "sign_change", "submit",
]  # fmt: skip

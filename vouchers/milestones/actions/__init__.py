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
from vouchers.milestones.actions.delivering import plan, remind, submit_milestone
from vouchers.milestones.actions.promising import promise_indicators
from vouchers.milestones.actions.warning import answer_warning, relieve_plan, warn_of_plan

__all__ = [
    "accept_in_place", "accept_milestone", "answer_warning", "approve_change", "confirm_milestone", "note_change", "plan",
    "promise_indicators", "reject_milestone", "relieve_plan", "remind", "replan", "return_milestone", "sign_change",
    "submit_milestone", "sync_completion", "warn_of_plan",
]  # fmt: skip

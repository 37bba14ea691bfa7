"""The verbs of deliveries: planned, handed in, accepted; planned again once the agreement was changed."""

from vouchers.milestones.actions.changing import approve_change, note_change, replan, sign_change
from vouchers.milestones.actions.delivering import (
    accept_milestone,
    confirm_milestone,
    plan,
    reject_milestone,
    remind,
    return_milestone,
    submit_milestone,
    sync_completion,
)

__all__ = [
    "accept_milestone", "approve_change", "confirm_milestone", "note_change", "plan", "reject_milestone", "remind", "replan",
    "return_milestone", "sign_change", "submit_milestone", "sync_completion",
]  # fmt: skip

"""The verbs of the room: dossier and provision (requests), the boards (decisions), the joint DRB (joint)."""

from vouchers.access.actions.decisions import (
    confirm_letter,
    decide_drb,
    decide_ethics,
    file_letter,
    resubmit_drb,
    resubmit_ethics,
)
from vouchers.access.actions.dossier import DOSSIER_REQUIRED, missing
from vouchers.access.actions.joint import (
    adopt_joint,
    answer_joint,
    decide_joint,
    object_joint,
    propose_joint,
    start_joint,
)
from vouchers.access.actions.measuring import sync_measured_days, sync_measured_shares
from vouchers.access.actions.requests import (
    confirm_receipt,
    open_case,
    provide,
    request_supplement,
    save_dossier,
    start_preparation,
    start_review,
    submit_request,
    supply_supplement,
    withdraw,
)

__all__ = [
    "DOSSIER_REQUIRED", "adopt_joint", "answer_joint", "confirm_letter", "confirm_receipt", "decide_drb", "decide_ethics",
    "decide_joint", "file_letter", "missing", "object_joint", "open_case", "propose_joint", "provide",
    "request_supplement", "resubmit_drb", "resubmit_ethics", "save_dossier", "start_joint", "start_preparation", "start_review",
    "submit_request", "supply_supplement", "sync_measured_days", "sync_measured_shares", "withdraw",
]  # fmt: skip

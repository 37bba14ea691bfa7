"""The verbs of the room."""

from vouchers.settlements.actions.objecting import lower_disallowance, object_to_settlement, sync_objections
from vouchers.settlements.actions.receiving import confirm_receipt, enforce_debt, reject_receipt, repay, report_receipt
from vouchers.settlements.actions.reviewing import confirm_amount, judge_line, propose_amount, request_supplement, send_back
from vouchers.settlements.actions.stating import Stated, submit_statement, sync_ended

__all__ = [
    "Stated", "confirm_amount", "confirm_receipt", "enforce_debt", "judge_line", "lower_disallowance", "object_to_settlement",
    "propose_amount", "reject_receipt", "repay", "report_receipt", "request_supplement", "send_back", "submit_statement",
    "sync_ended", "sync_objections",
]  # fmt: skip

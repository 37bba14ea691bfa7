"""The verbs of the room."""

from vouchers.settlements.actions.auditing import ask_audit_file, make_next_audit_file
from vouchers.settlements.actions.clawing import (
    detect_clawback,
    drop_clawback,
    enter_restriction,
    give_prior_notice,
    order_clawback,
    report_order,
    state_opinion,
)
from vouchers.settlements.actions.closing import close_year, discard_rehearsal, go_on_closing, go_on_closings, rehearse_year
from vouchers.settlements.actions.escalating import escalate
from vouchers.settlements.actions.objecting import (
    lower_clawback,
    lower_disallowance,
    object_to_clawback,
    object_to_settlement,
    owe_lowering,
    sync_objections,
)
from vouchers.settlements.actions.owing import sync_recoveries
from vouchers.settlements.actions.receiving import confirm_receipt, enforce_debt, reject_receipt, report_receipt
from vouchers.settlements.actions.repaying import repay
from vouchers.settlements.actions.reviewing import confirm_amount, judge_line, propose_amount, request_supplement, send_back
from vouchers.settlements.actions.ruling import apply_ruling, enter_ruling
from vouchers.settlements.actions.sampling import (
    answer_audit_finding,
    clear_item,
    close_audit_finding,
    draw_sample,
    mark_finding,
    reopen_audit_finding,
    withdraw_audit_finding,
)
from vouchers.settlements.actions.stating import Stated, submit_statement, sync_ended

__all__ = [
    "Stated",
    "answer_audit_finding",
    "apply_ruling",
    "ask_audit_file",
    "clear_item",
    "close_audit_finding",
    "close_year",
    "confirm_amount",
    "confirm_receipt",
    "detect_clawback",
    "discard_rehearsal",
    "draw_sample",
    "drop_clawback",
    "enforce_debt",
    "enter_restriction",
    "enter_ruling",
    "escalate",
    "give_prior_notice",
    "go_on_closing",
    "go_on_closings",
    "judge_line",
    "lower_clawback",
    "lower_disallowance",
    "make_next_audit_file",
    "mark_finding",
    "object_to_clawback",
    "object_to_settlement",
    "order_clawback",
    "owe_lowering",
    "propose_amount",
    "rehearse_year",
    "reject_receipt",
    "reopen_audit_finding",
    "repay",
    "report_order",
    "report_receipt",
    "request_supplement",
    "send_back",
    "state_opinion",
    "submit_statement",
    "sync_ended",
    "sync_objections",
    "sync_recoveries",
    "withdraw_audit_finding",
]  # fmt: skip

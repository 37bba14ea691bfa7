"""The verbs of the room: disbursements (people), attempts (the bank), payees (accounts)."""

from vouchers.payments.actions.advancing import Cover, request_advance
from vouchers.payments.actions.answering import read_payment_answer, stop_waiting
from vouchers.payments.actions.attempts import claim_next, lose_track, mark_sent
from vouchers.payments.actions.closing import close_disbursement, sync_terminated
from vouchers.payments.actions.concluding import resume
from vouchers.payments.actions.disbursements import (
    approve_disbursement,
    check_evidence,
    confirm_disbursement,
    register_disbursement,
    request_disbursement,
    resubmit_disbursement,
    retry_disbursement,
)
from vouchers.payments.actions.filing import make_payment_file
from vouchers.payments.actions.halting import (
    consent_halt,
    decide_halt,
    give_halt_opinion,
    propose_halt,
    renew_halt,
    withdraw_halt,
)
from vouchers.payments.actions.payees import enter_payee, verify_payee
from vouchers.payments.actions.planning import sync_plans
from vouchers.payments.actions.returning import return_disbursement
from vouchers.payments.actions.settling import explain_attempt, park, reconcile, resolve_attempt, settle, withdraw_return
from vouchers.payments.actions.unregistering import unregister_disbursement
from vouchers.payments.actions.vouchers import expire_vouchers

__all__ = [
    "Cover",
    "approve_disbursement",
    "check_evidence",
    "claim_next",
    "close_disbursement",
    "confirm_disbursement",
    "consent_halt",
    "decide_halt",
    "enter_payee",
    "expire_vouchers",
    "explain_attempt",
    "give_halt_opinion",
    "lose_track",
    "make_payment_file",
    "mark_sent",
    "park",
    "propose_halt",
    "read_payment_answer",
    "reconcile",
    "register_disbursement",
    "renew_halt",
    "request_advance",
    "request_disbursement",
    "resolve_attempt",
    "resubmit_disbursement",
    "resume",
    "retry_disbursement",
    "return_disbursement",
    "settle",
    "stop_waiting",
    "sync_plans",
    "sync_terminated",
    "unregister_disbursement",
    "verify_payee",
    "withdraw_halt",
    "withdraw_return",
]

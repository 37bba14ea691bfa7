"""The verbs of agreements: drafting and versions, signing, what happens to one in force."""

from vouchers.agreements.actions.conduct import complete, owe_completion, resume, suspend, terminate
from vouchers.agreements.actions.drafting import draft, require_apart, return_to_draft, revise, send_for_signature
from vouchers.agreements.actions.ending import expire_voucher, lock_voucher, reopen_voucher, spend_voucher
from vouchers.agreements.actions.paper import formula, paper, signature_record
from vouchers.agreements.actions.signing import sign

__all__ = [
    "complete", "draft", "expire_voucher", "formula", "lock_voucher", "owe_completion", "paper", "reopen_voucher",
    "require_apart", "resume", "return_to_draft", "revise", "send_for_signature", "sign", "signature_record", "spend_voucher", "suspend", "terminate",
]  # fmt: skip

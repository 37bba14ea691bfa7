"""The verbs of agreements: drafting and versions, signing, changing, what happens to one in force."""

from vouchers.agreements.actions.authority import (
    authorised,
    confirm_authority,
    file_authority,
    refuse_authority,
    revoke_authority,
)
from vouchers.agreements.actions.carrying import decide_carry_over, request_carry_over
from vouchers.agreements.actions.changing import (
    approve_change,
    give_up_change,
    note_change,
    reject_change,
    request_change,
    sign_change,
    take_up_change,
    withdraw_change,
)
from vouchers.agreements.actions.conduct import (
    complete,
    end_with_year,
    note_ordered_back,
    note_recovered,
    owe_completion,
    resume,
    stop,
    terminate,
)
from vouchers.agreements.actions.drafting import draft, require_apart, return_to_draft, revise, send_for_signature
from vouchers.agreements.actions.ending import expire_voucher, lock_voucher, release_voucher, reopen_voucher, spend_voucher
from vouchers.agreements.actions.negotiating import answer_comment, comment_clause, negotiate
from vouchers.agreements.actions.paper import formula, paper, signature_record
from vouchers.agreements.actions.refusing import refuse_agreement
from vouchers.agreements.actions.signing import sign

__all__ = [
    "answer_comment",
    "approve_change",
    "authorised",
    "comment_clause",
    "complete",
    "confirm_authority",
    "decide_carry_over",
    "draft",
    "end_with_year",
    "expire_voucher",
    "file_authority",
    "formula",
    "give_up_change",
    "lock_voucher",
    "negotiate",
    "note_change",
    "note_ordered_back",
    "note_recovered",
    "owe_completion",
    "paper",
    "refuse_agreement",
    "refuse_authority",
    "reject_change",
    "release_voucher",
    "reopen_voucher",
    "request_carry_over",
    "request_change",
    "require_apart",
    "resume",
    "return_to_draft",
    "revise",
    "revoke_authority",
    "send_for_signature",
    "sign",
    "sign_change",
    "signature_record",
    "spend_voucher",
    "stop",
    "take_up_change",
    "terminate",
    "withdraw_change",
]

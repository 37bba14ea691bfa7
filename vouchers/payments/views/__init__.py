"""The browser's doors of the room."""

from vouchers.payments.views.advancing import guarantee, request_advance
from vouchers.payments.views.bank import (
    demo_answer,
    demo_bank,
    demo_hand_in,
)
from vouchers.payments.views.disbursements import (
    confirm,
    decide,
    detail,
    disbursement_list,
    evidence,
    explain,
    release,
    request_disbursement,
    resolve,
    resubmit,
    withdraw_return,
)
from vouchers.payments.views.files import (
    answer_download,
    file_detail,
    file_download,
    file_list,
    new_file,
    read_answer,
    stop_waiting,
)
from vouchers.payments.views.halting import (
    consent_halt,
    halt,
    halt_verb,
    new_halt,
    resume,
)
from vouchers.payments.views.planning import answer_warning, plan

__all__ = [
    "answer_download",
    "answer_warning",
    "confirm",
    "consent_halt",
    "decide",
    "demo_answer",
    "demo_bank",
    "demo_hand_in",
    "detail",
    "disbursement_list",
    "evidence",
    "explain",
    "file_detail",
    "file_download",
    "file_list",
    "guarantee",
    "halt",
    "halt_verb",
    "new_file",
    "new_halt",
    "plan",
    "read_answer",
    "release",
    "request_advance",
    "request_disbursement",
    "resolve",
    "resubmit",
    "resume",
    "stop_waiting",
    "withdraw_return",
]

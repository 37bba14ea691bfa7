"""The shape of input: of disbursements and files, of suspension and termination."""

from vouchers.payments.forms.advancing import AdvanceForm
from vouchers.payments.forms.disbursing import (
    HAND_IN_FAULTS,
    HOWS,
    MOODS,
    AnswerForm,
    ConfirmForm,
    ExplainForm,
    FileForm,
    HandInForm,
    MoodForm,
    RegisterForm,
    RequestForm,
    ResolveForm,
    ResubmitForm,
    StateFilter,
    WarningForm,
    settled_words,
)
from vouchers.payments.forms.halting import ConsentForm, HaltForm, HaltReasonForm, OpinionForm

__all__ = [
    "HAND_IN_FAULTS",
    "HOWS",
    "MOODS",
    "AdvanceForm",
    "AnswerForm",
    "ConfirmForm",
    "ConsentForm",
    "ExplainForm",
    "FileForm",
    "HaltForm",
    "HaltReasonForm",
    "HandInForm",
    "MoodForm",
    "OpinionForm",
    "RegisterForm",
    "RequestForm",
    "ResolveForm",
    "ResubmitForm",
    "StateFilter",
    "WarningForm",
    "settled_words",
]

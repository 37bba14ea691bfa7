"""The shape of what is typed about rounds."""

from vouchers.rounds.forms.calls import (
    CopyForm,
    ExtendForm,
    PolicyForm,
    RoundFilter,
    RoundForm,
)
from vouchers.rounds.forms.inquiries import (
    AnswerForm,
    AskForm,
)
from vouchers.rounds.forms.questions import (
    QuestionForm,
)

__all__ = [
    "AnswerForm", "AskForm", "CopyForm", "ExtendForm", "PolicyForm", "QuestionForm", "RoundFilter", "RoundForm",
]  # fmt: skip

"""The shape of what is typed about rounds."""

from vouchers.rounds.forms.amending import (
    AmendForm,
)
from vouchers.rounds.forms.calls import (
    CopyForm,
    PolicyForm,
    RehearseForm,
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
    "AmendForm", "AnswerForm", "AskForm", "CopyForm", "PolicyForm", "QuestionForm", "RehearseForm", "RoundFilter", "RoundForm",
]  # fmt: skip

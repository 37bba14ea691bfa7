"""The shape of a need, of a quote and of what the two sides say to each other."""

from vouchers.matching.forms.feasibility import AskCountForm, CannotCountForm, CountForm
from vouchers.matching.forms.needs import NeedForm, need_initial
from vouchers.matching.forms.quotes import (
    AgreementForm,
    AnswerForm,
    AskForm,
    QuestionForm,
    QuoteForm,
    ReasonForm,
    ReturnForm,
    given_lines,
    line_forms,
    quote_initial,
    shown_lines,
    typed_lines,
)
from vouchers.matching.forms.relaxing import relaxed
from vouchers.matching.forms.sourcing import NoteForm, ProposeForm, ResultForm, UselessForm
from vouchers.matching.forms.starting import CarriedForm, NewNeedForm

__all__ = [
    "AgreementForm",
    "AnswerForm",
    "AskCountForm",
    "AskForm",
    "CannotCountForm",
    "CarriedForm",
    "CountForm",
    "NeedForm",
    "NewNeedForm",
    "NoteForm",
    "ProposeForm",
    "QuestionForm",
    "QuoteForm",
    "ReasonForm",
    "ResultForm",
    "ReturnForm",
    "UselessForm",
    "given_lines",
    "line_forms",
    "need_initial",
    "quote_initial",
    "relaxed",
    "shown_lines",
    "typed_lines",
]

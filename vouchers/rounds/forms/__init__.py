"""The shape of what is typed about rounds."""

from vouchers.rounds.forms.calls import CopyForm, ExtendForm, PolicyForm, RoundFilter, RoundForm
from vouchers.rounds.forms.questions import QuestionForm

__all__ = ["CopyForm", "ExtendForm", "PolicyForm", "QuestionForm", "RoundFilter", "RoundForm"]

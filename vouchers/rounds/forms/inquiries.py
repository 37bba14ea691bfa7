"""The shape of a question about a call and of its answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from vouchers.rounds import rules
from vouchers.rounds.models import Inquiry


class AskForm(forms.Form):
    text = forms.CharField(
        label=_("Your question"), max_length=rules.INQUIRY_LENGTH, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is published with its answer, without your name and your company's. Leave out what is confidential."),
    )  # fmt: skip


def _words(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=4000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))


class AnswerForm(forms.Form):
    """Question and answer as everybody reads them; the question as asked is the start of the Korean one."""

    wants_subject = True
    question_ko = _words(_("Question as published (Korean)"))
    question_en = _words(_("Question as published (English)"))
    answer_ko = _words(_("Answer (Korean)"))
    answer_en = _words(_("Answer (English)"))

    def __init__(self, *args: Any, subject: Inquiry, **kwargs: Any) -> None:
        super().__init__(*args, initial={"question_ko": subject.asked}, **kwargs)

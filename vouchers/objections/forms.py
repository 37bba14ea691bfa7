"""The shape of input."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.kit.forms import CountedTextarea
from vouchers.objections import rules

LONGEST = 5000


class ObjectionForm(forms.Form):
    ground = forms.ChoiceField(label=_("Ground of the objection"))
    statement = forms.CharField(
        label=_("What is wrong, and what you ask for"), max_length=LONGEST, widget=CountedTextarea(attrs={"rows": 8}),
        help_text=_("The reviewer and the unit that decided read this."),
    )  # fmt: skip
    file = UploadField(label=_("Evidence"), required=False)
    file2 = UploadField(label=_("Second file"), required=False)
    file3 = UploadField(label=_("Third file"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [("", _("Choose")), *rules.Ground.choices()]  # type: ignore[attr-defined]

    def uploads(self) -> list[Any]:
        return [self.cleaned_data[name] for name in ("file", "file2", "file3") if self.cleaned_data[name]]


def _words(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=_("The company reads this."), max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "class": "border rounded-default w-full p-3"}),
    )  # fmt: skip


class OpinionForm(forms.Form):
    opinion = _words(_("Opinion of the deciding unit"))


class DecisionReasonForm(forms.Form):
    reason = _words(_("Reason of the decision"))


class WaiverForm(forms.Form):
    reason = _words(_("Why no act is needed"))


class RemedyForm(forms.Form):
    remedy = _words(_("What was done"))

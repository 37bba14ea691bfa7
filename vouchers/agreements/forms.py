"""Shapes of input: the period of an agreement, a signature, a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea, DateInput
from vouchers.agreements.rules import AgreementStatus


class PeriodForm(forms.Form):
    starts_on = forms.DateField(label=_("The agreement starts on"), widget=DateInput)
    ends_on = forms.DateField(label=_("The agreement ends on"), widget=DateInput)


class SignForm(forms.Form):
    """content_hash: of the text that was shown; read: the signer says so."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    read = forms.BooleanField(
        label=_("I have read the agreement and sign it for my organisation."),
        error_messages={"required": _("Tick the box to say that you have read the agreement.")},
    )
    code = forms.CharField(
        label=_("Code from your phone"), max_length=12, help_text=_("Six digits from the authenticator app that you set up."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The parties read it."),
        max_length=1000,
        widget=CountedTextarea(attrs={"rows": 3}),
        error_messages={"required": _("Give the reason: the parties read it.")},
    )


class AgreementFilter(forms.Form):
    """The list's filter, kept in the address."""

    status = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = [("", _("All states")), *AgreementStatus.choices()]  # type: ignore[attr-defined]

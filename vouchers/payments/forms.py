"""The shape of input."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.forms import CodeForm
from portal.documents.forms import UploadField
from portal.kit import clock
from portal.kit.forms import CountedTextarea, DateInput
from vouchers.agreements.models import Agreement
from vouchers.payments import rules


class RequestForm(forms.Form):
    invoice_no = forms.CharField(label=_("Tax invoice number"), max_length=40)
    invoice_on = forms.DateField(label=_("Invoice date"), widget=DateInput())
    file = UploadField(label=_("Tax invoice"))

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement

    def clean_invoice_on(self) -> date:
        """As the action judges it, but together with all else that is wrong: a refusal loses the file."""
        day: date = self.cleaned_data["invoice_on"]
        if fault := rules.invoice_day_fault(day, clock.today(), self.agreement.starts_on, self.agreement.ends_on):
            raise forms.ValidationError(fault)
        return day


class ResubmitForm(RequestForm):
    file = UploadField(label=_("Tax invoice"), required=False, help_text=_("Only when it changed."))


class ConfirmForm(forms.Form):
    """The day and proof of the company's own share; nothing to fill in when the voucher pays all (own_won 0)."""

    own_share_deposited_on = forms.DateField(label=_("Own share deposited on"), widget=DateInput())
    file = UploadField(label=_("Proof of the deposit"))

    def __init__(self, *args: Any, own_won: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not own_won:
            self.fields.clear()


class ResolveForm(CodeForm):
    outcome = forms.ChoiceField(
        label=_("What did the bank say?"), widget=forms.RadioSelect,
        choices=[
            ("PAID", _("The money was transferred")), ("SENT_BACK", _("The money was transferred and came back")),
            ("REFUSED", _("The money was not transferred")),
        ],
    )  # fmt: skip
    bank_ref = forms.CharField(label=_("Reference of the bank"), max_length=60, required=False)
    reason = forms.CharField(
        label=_("Who said it, when, by which record"), max_length=2000, widget=CountedTextarea(attrs={"rows": 3})
    )
    field_order = ("outcome", "bank_ref", "reason", "code")

    def facts(self) -> dict[str, Any]:
        """Arguments of actions.resolve_attempt."""
        data = self.cleaned_data
        return {
            "outcome": data["outcome"], "bank_ref": data["bank_ref"], "reason": data["reason"],
            "second_factor_code": data["code"],
        }  # fmt: skip


class ExplainForm(CodeForm):
    reason = forms.CharField(
        label=_("Who said it, when, by which record"), max_length=2000, widget=CountedTextarea(attrs={"rows": 3})
    )
    field_order = ("reason", "code")


class StateFilter(forms.Form):
    """Lists by state; an unknown state shows nothing."""

    status = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *rules.DisbursementStatus.choices()]
    )


MOODS = [
    ("good", _("Normal")), ("slow", _("Slow")), ("refuse", _("Refuses")),
    ("timeout_after_paying", _("Pays, then answers too late")), ("error_before_paying", _("Breaks before paying")),
    ("send_back", _("Pays, then sends the money back")), ("refuse_and_pay", _("Says it refused, and pays")),
    ("twice", _("Gets every order twice")), ("garbage", _("Answers garbage")), ("down", _("Down")),
]  # fmt: skip


class MoodForm(forms.Form):
    """How the demo's bank behaves from now on."""

    mood = forms.ChoiceField(
        label=_("How it behaves"), choices=MOODS, error_messages={"invalid_choice": _("Choose one of the buttons.")}
    )

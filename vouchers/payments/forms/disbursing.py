"""The shape of input."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.forms import CodeForm
from portal.documents.forms import UploadField
from portal.kit import clock
from portal.kit.forms import CountedTextarea, DateInput
from portal.kit.won import won
from portal.kit.words import pick
from vouchers.agreements.models import Agreement
from vouchers.payments import rules
from vouchers.payments.models import Disbursement
from vouchers.rounds.rules import Way


class WarningForm(forms.Form):
    """What is done about a plan that runs late."""

    answer = forms.CharField(
        label=_("What is done about it"), max_length=1000, widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("Company and providers read it: who does what sooner, or which change of the agreement you suggest."),
        error_messages={"required": _("Say what is done about it; company and providers read it.")},
    )  # fmt: skip


class RequestForm(forms.Form):
    invoice_no = forms.CharField(label=_("Tax invoice number"), max_length=40)
    invoice_on = forms.DateField(label=_("Invoice date"), widget=DateInput())
    file = UploadField(label=_("Tax invoice"))

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement

    def clean_invoice_no(self) -> str:
        number: str = self.cleaned_data["invoice_no"]
        if fault := rules.invoice_no_fault(number):
            raise forms.ValidationError(fault)
        return number

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

    def __init__(self, *args: Any, own_won: int, opened: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opened = opened
        if not own_won:
            self.fields.clear()

    def clean_own_share_deposited_on(self) -> date:
        """As the action judges it, but together with all else that is wrong: a refusal loses the file."""
        day: date = self.cleaned_data["own_share_deposited_on"]
        if fault := rules.deposit_day_fault(day, clock.today(), self.opened):
            raise forms.ValidationError(fault)
        return day


class ResolveForm(CodeForm):
    outcome = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            ("PAID", _("The money was transferred")), ("SENT_BACK", _("The money was transferred and came back")),
            ("REFUSED", _("The money was not transferred")),
        ],
    )  # fmt: skip
    bank_ref = forms.CharField(label=_("Reference of the transfer"), max_length=60, required=False)
    reason = forms.CharField(
        label=_("Who said it, when, by which record"), max_length=2000, widget=CountedTextarea(attrs={"rows": 3})
    )
    field_order = ("outcome", "bank_ref", "reason", "code")

    def __init__(self, *args: Any, way: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].label = rules.side_words(way)["question"]  # type: ignore[assignment]

    def facts(self) -> dict[str, Any]:
        """Arguments of actions.resolve_attempt."""
        data = self.cleaned_data
        return {
            "outcome": data["outcome"], "bank_ref": data["bank_ref"], "reason": data["reason"],
            "second_factor_code": data["code"],
        }  # fmt: skip


class RegisterForm(CodeForm):
    """The second factor, and how the payment is handed over where the round leaves a choice. ways: of the round; usual: the way
    that was chosen before, ""."""

    way = forms.ChoiceField(label=_("How it is handed over"), widget=forms.RadioSelect)
    field_order = ("way", "code")

    def __init__(self, *args: Any, ways: Sequence[Way], usual: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(ways) < 2:
            del self.fields["way"]
            return
        self.fields["way"].choices = [(way.value, way.label) for way in ways]  # type: ignore[attr-defined]
        self.fields["way"].initial = usual or ways[0].value


class FileForm(CodeForm):
    """Which of the due payments go into the file. due: Disbursement rows that this person may hand over; held: ids of those that
    wait for a statement, which are not chosen at first."""

    payments = forms.TypedMultipleChoiceField(
        label=_("Payments"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one payment."),
            "invalid_choice": _("One of these payments is not due any more. Reload the page and choose again."),
        },
    )  # fmt: skip
    field_order = ("payments", "code")

    def __init__(self, *args: Any, due: Sequence[Disbursement], held: Collection[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payments"].choices = [(row.pk, _payment_words(row, held=row.pk in held)) for row in due]  # type: ignore[attr-defined]
        self.fields["payments"].initial = [row.pk for row in due if row.pk not in held]


def _payment_words(row: Disbursement, *, held: bool) -> str:
    account = row.payee_account
    where = f"{account.bank} ···{account.number[-4:]}" if account else "—"
    company, payee = pick(row.milestone.agreement.company, "name"), pick(row.payee, "name")
    wait = f" · {_('refused before: its statement must be read first')}" if held else ""
    return f"{row.named()} · {company} → {payee} · {won(row.amount_won)} · {where}{wait}"


class AnswerForm(CodeForm):
    """What came back to a file. way: of the file, which says what kind of answer it has."""

    field_order = ("file", "code")

    def __init__(self, *args: Any, way: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds, hint = _ANSWERS[Way(way)]
        self.fields["file"] = UploadField(label=_("Answer to the file"), kinds=kinds, hint=hint)
        self.order_fields(self.field_order)


_ANSWERS: Mapping[Way, tuple[tuple[str, ...], Any]] = {
    Way.PAIN_001: (("xml",), _("The bank's status report (pain.002) or statement (camt.053).")),
    Way.SHEET: (("xlsx", "xml"), _("The result list as it was given, or the bank's statement (camt.053).")),
    Way.NETWORK: (("xlsx",), _("The result list as it was given.")),
}


def settled_words(settled: Mapping[str, int]) -> str:
    """What reading an answer did, for who read it."""
    words = [f"{rules.AttemptState.word(state)} {count}" for state, count in sorted(settled.items())]
    if not words:
        return str(_("The answer was read. It settles nothing new."))
    return str(_("The answer was read: %(what)s.")) % {"what": ", ".join(words)}


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


HOWS = [
    ("good", _("It executes all of it")), ("last", _("It refuses the last payment: account closed")),
    ("none", _("It refuses all of it")), ("lies", _("It reports the last payment as refused, and executes it")),
]  # fmt: skip
HAND_IN_FAULTS = {
    "unreadable": _("It does not know such a file. Download the payment file once more and hand that over."),
    "twice": _("It has this file already. Its answers are below."),
    "silent": _("The bank did not answer."),
}


class HandInForm(forms.Form):
    """A payment file, carried to the demo's bank by hand."""

    file = forms.FileField(
        label=_("Payment file"), widget=forms.ClearableFileInput(attrs={"accept": ".xml,.xlsx"}),
        error_messages={"required": _("Choose the payment file.")},
    )  # fmt: skip
    how = forms.ChoiceField(label=_("What it does with it"), choices=HOWS, initial="good", widget=forms.RadioSelect)

"""Payments in the admin: the verbs of operator, finance and registrar."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from portal.accounts.forms import CodeForm
from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.kit.entering import EnteredAdmin
from portal.kit.won import won, won_long
from portal.kit.words import korean, pick
from vouchers.payments import actions, queries, rules
from vouchers.payments.forms import RegisterForm
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAnswer, PaymentAttempt, PaymentFile


def _at(verb: str) -> Any:
    return lambda obj: rules.LIFECYCLE.can(obj.status, verb)


def _facts(obj: Disbursement) -> list[tuple[Any, Any]]:
    account = obj.payee_account
    return [
        (_("Payee"), obj.payee),
        (_("Paid by the voucher"), won_long(obj.amount_won)),
        (_("Account of the payee"), f"{account.bank} ···{account.number[-4:]}" if account else "—"),
        (_("Tax invoice number"), obj.invoice_no),
        (_("Invoice date"), obj.invoice_on),
        (_("Own share deposited on"), obj.own_share_deposited_on or "—"),
    ]


class WayForm(RegisterForm):
    """Of one payment: how it is handed over, where its round leaves a choice."""

    wants_subject = True

    def __init__(self, *args: Any, subject: Disbursement, **kwargs: Any) -> None:
        super().__init__(*args, ways=queries.ways_of(subject), usual=subject.way, **kwargs)


def _release(name: str, label: Any, action: Any, form: type[CodeForm] = CodeForm) -> Verb:
    """A step that lets money go: its decision page asks for the second factor; at the registration also for the way."""
    permission, _words = rules.RELEASES[name]
    return Verb(
        name, label, lambda pk, by, code, **way: action(disbursement_id=pk, second_factor_code=code, by=by, **way), permission,
        _at(f"{name}_disbursement"), facts=_facts, form=form,
        consequence=lambda obj: rules.consequence(name, queries.ways_of(obj)) % {"won": won_long(obj.amount_won), "payee": pick(obj.payee, "name")},
    )  # fmt: skip


@admin.display(description=_("Amount"), ordering="amount_won")
def amount_of(obj: PaymentAttempt) -> str:
    return won(obj.amount_won)


class AttemptInline(ReadOnlyInline, TabularInline):
    model = PaymentAttempt
    fields = ("ref", "state", "amount", "claimed_at", "sent_at", "settled_at", "bank_ref", "answer")
    readonly_fields = fields
    amount = staticmethod(amount_of)


@admin.register(Disbursement)
class DisbursementAdmin(VerbAdmin):
    list_display = ("milestone", "payee", "amount", "status", "paid_at", "ref")
    list_filter = ("status",)
    search_fields = ("ref", "invoice_no", "milestone__title")
    list_select_related = ("milestone", "payee")
    inlines = (AttemptInline,)
    fields = (
        "milestone", "voucher", "payee", "account", "status", "amount", "supply", "vat", "invoice_no", "invoice_on",
        "invoice_document", "own_share_deposited_on", "own_share_document", "requested_by", "confirmed_by", "checked_by",
        "checked_at", "approved_by", "approved_at", "registered_by", "registered_at", "paid_at", "reason",
    )  # fmt: skip
    verbs = (
        Verb("check", _("Evidence is complete"), lambda pk, by: actions.check_evidence(disbursement_id=pk, by=by),
             "vouchers.check_evidence", _at("check_evidence"), facts=_facts,
             consequence=lambda o: _("The payment clock starts: the payee waits for %(won)s.") % {"won": won(o.amount_won)}),
        _release("approve", _("Approve"), actions.approve_disbursement),
        _release("register", _("Register for payment"), actions.register_disbursement, WayForm),
        _release("retry", _("Retry the payment"), actions.retry_disbursement),
        Verb("return", _("Return to the provider"),
             lambda pk, by, reason: actions.return_disbursement(disbursement_id=pk, reason=reason, by=by),
             "vouchers.check_evidence", lambda o: o.status == "COMPANY_CONFIRMED", form=ReasonForm, danger=True),
        Verb("send-back", _("Return to the provider"),
             lambda pk, by, reason: actions.return_disbursement(disbursement_id=pk, reason=reason, by=by),
             "vouchers.approve_disbursement", queries.returned_by_finance, form=ReasonForm, danger=True),
        Verb("unregister", _("Take the registration back"),
             lambda pk, by, reason: actions.unregister_disbursement(disbursement_id=pk, reason=reason, by=by),
             "vouchers.unregister_disbursement", queries.may_be_unregistered, form=ReasonForm, facts=_facts, danger=True,
             consequence=lambda o: rules.leads_to(queries.unregistering(o))),
        Verb("close", _("Close without payment"),
             lambda pk, by, reason: actions.close_disbursement(disbursement_id=pk, reason=reason, by=by),
             "vouchers.approve_disbursement", queries.closable, form=ReasonForm, danger=True),
    )  # fmt: skip

    def headline(self, obj: Disbursement) -> str:
        return f"{obj.payee} · {won(obj.amount_won)}"

    @admin.display(description=_("Amount"), ordering="amount_won")
    def amount(self, obj: Disbursement) -> str:
        return won(obj.amount_won)

    @admin.display(description=_("Supply amount"))
    def supply(self, obj: Disbursement) -> str:
        return won(obj.supply_amount_won)

    @admin.display(description=_("VAT, paid by the company"))
    def vat(self, obj: Disbursement) -> str:
        return won(obj.vat_won)

    @admin.display(description=_("Account of the payee"))
    def account(self, obj: Disbursement) -> str:
        """Masked, as everywhere."""
        return f"{obj.payee_account.bank} ···{obj.payee_account.number[-4:]}" if obj.payee_account else "—"


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(VerbAdmin):
    list_display = ("payee", "state", amount_of, "claimed_at", "settled_at", "bank_ref", "ref")
    list_filter = ("state",)
    search_fields = ("ref", "key", "bank_ref")
    list_select_related = ("disbursement__payee",)

    @admin.display(description=_("Payee"), ordering="disbursement__payee__name_ko")
    def payee(self, obj: PaymentAttempt) -> Any:
        return obj.disbursement.payee

    def headline(self, obj: PaymentAttempt) -> str:
        return f"{obj.disbursement.payee} · {won(obj.amount_won)}"


class AnswerInline(ReadOnlyInline, TabularInline):
    model = PaymentAnswer
    fields = ("ref", "kind", "message_id", "read_by", "created_at", "sha256")
    readonly_fields = fields


@admin.register(PaymentFile)
class PaymentFileAdmin(VerbAdmin):
    """The record of what was handed over; made and answered at /payments/files/."""

    list_display = ("ref", "round", "way", "line_count", "total", "made_by", "created_at")
    list_filter = ("way",)
    search_fields = ("ref",)
    list_select_related = ("round", "made_by")
    inlines = (AnswerInline,)
    fields = ("ref", "round", "way", "account_ends", "pay_on", "line_count", "total", "made_by", "created_at", "fingerprint")

    def headline(self, obj: PaymentFile) -> str:
        return f"{obj.ref} · {won(obj.total_won)}"

    @admin.display(description=_("Sum"), ordering="total_won")
    def total(self, obj: PaymentFile) -> str:
        return won(obj.total_won)

    @admin.display(description=_("Account that pays"))
    def account_ends(self, obj: PaymentFile) -> str:
        return f"···{obj.account[-4:]}" if obj.account else "—"

    @admin.display(description=_("Fingerprint (SHA-256)"))
    def fingerprint(self, obj: PaymentFile) -> str:
        return obj.document.sha256


class PayeeAccountForm(forms.ModelForm):  # type: ignore[type-arg]
    bank_code = forms.ChoiceField(
        label=_("Bank"), choices=lambda: [("", "—"), *((code, rules.bank_words(code, korean=korean())) for code in rules.BANKS)],
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip

    class Meta:
        model = PayeeAccount
        fields = ("institution", "bank_code", "number", "holder", "contact")
        widgets = {
            "number": UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
            "contact": UnfoldAdminEmailInputWidget(),
        }
        help_texts = {"contact": _("Told at once when another account is entered in its place.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].required = True


def _account_facts(obj: PayeeAccount) -> list[tuple[Any, Any]]:
    """The whole number, which the second person compares with the copy of the bank book; lists show its end alone."""
    former = PayeeAccount.objects.filter(institution=obj.institution, pk__lt=obj.pk).order_by("-pk").first()
    return [
        (_("Payee"), obj.institution), (_("Bank"), obj.bank), (_("Account number"), obj.number), (_("Account holder"), obj.holder),
        (_("Contact for this account"), obj.contact or "—"),
        (_("Account that it replaces"), f"{former.bank} ···{former.number[-4:]}" if former else "—"),
        (_("Entered by"), obj.entered_by),
    ]  # fmt: skip


@admin.register(PayeeAccount)
class PayeeAccountAdmin(EnteredAdmin):
    enter_permission = "vouchers.enter_payee"
    entry_form = PayeeAccountForm
    list_display = ("institution", "bank", "masked", "holder", "is_current", "entered_by", "verified_by")
    list_filter = ("is_current",)
    list_select_related = ("institution", "entered_by", "verified_by")
    fields = ("institution", "bank", "masked", "holder", "contact", "is_current", "waits_until", "entered_by", "verified_by")
    verbs = (
        Verb("verify", _("Verify the account"), lambda pk, by: actions.verify_payee(account_id=pk, by=by),
             "vouchers.verify_payee", lambda o: o.is_current and o.verified_by_id is None,
             facts=_account_facts,
             consequence=lambda o: _("You say that number and holder are those of the copy of the bank book. Payments to %(payee)s may go to this account from now on.") % {"payee": o.institution}),
    )  # fmt: skip

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> PayeeAccount:
        """The second person's duty opens with it."""
        return actions.enter_payee(
            institution_id=data["institution"].pk, bank_code=data["bank_code"], number=data["number"], holder=data["holder"],
            contact=data["contact"], by=request.user,
        )  # fmt: skip

    def headline(self, obj: PayeeAccount) -> str:
        return f"{obj.institution} · {self.masked(obj)}"

    @admin.display(description=_("Bank"), ordering="bank_code")
    def bank(self, obj: PayeeAccount) -> str:
        return obj.bank

    @admin.display(description=_("Account number"))
    def masked(self, obj: PayeeAccount) -> str:
        return "···" + obj.number[-4:]

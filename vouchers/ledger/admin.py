"""The ledger in the admin: read; the one thing entered here is a round's budget, through the action."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from portal.kit.admin import ReadOnlyInline, Verb, VerbAdmin
from portal.kit.entering import EnteredAdmin
from portal.kit.models import make_ref
from portal.kit.showing import shortly
from portal.kit.won import won
from vouchers.ledger import actions, queries, rules
from vouchers.ledger.models import Account, Entry, LedgerEvent


class _OfARound:
    """A column for the round, in short; its title on demand."""

    @admin.display(description=_("Round"), ordering="round")
    def round_key(self, obj: Account | LedgerEvent) -> Any:
        return shortly(str(obj.round))


class EntryInline(ReadOnlyInline, TabularInline):
    model = Entry
    fields = ("account", "amount")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account__organisation", "account__round")

    @admin.display(description=_("Amount"))
    def amount(self, obj: Entry) -> str:
        return won(obj.amount_won)


@admin.register(Account)
class AccountAdmin(_OfARound, VerbAdmin):
    shows_persons = False
    list_display = ("kind", "owner_ref", "round_key", "balance")
    fields = readonly_fields = ("kind", "round", "owner_ref", "organisation", "balance")
    list_filter = ("kind", "round")
    search_fields = ("owner_ref", "ref")
    list_select_related = ("round", "organisation")
    ordering = ("-id",)

    def headline(self, obj: Account) -> str:
        return f"{obj.get_kind_display()} · {obj.organisation or obj.round}"

    @admin.display(description=_("Balance"), ordering="balance_won")
    def balance(self, obj: Account) -> str:
        return won(obj.balance_won)


class CorrectionForm(forms.Form):
    """Why a budget is booked back; nobody is told, auditors read it."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("Say what was wrong: auditors read it."), max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "class": "border rounded-default w-full p-3"}),
    )  # fmt: skip


class AppropriationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A round's budget, in whole won."""

    amount_won = forms.IntegerField(
        label=_("Amount (won)"), min_value=1, max_value=10**13, widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("A round gets at most the budget that its call names. For more, amend the call first."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget)
    once = forms.CharField(max_length=24, widget=forms.HiddenInput, initial=lambda: make_ref("once"))

    class Meta:
        model = LedgerEvent
        fields = ("round", "amount_won", "reason")


def _reversible(event: LedgerEvent) -> bool:
    return event.kind == rules.EventKind.APPROPRIATED and queries.reversed_by(event) is None


@admin.register(LedgerEvent)
class LedgerEventAdmin(_OfARound, EnteredAdmin):
    shows_persons = False
    enter_permission = "vouchers.appropriate_budget"
    entry_form = AppropriationForm
    list_display = ("at", "kind", "subject_ref", "round_key", "amount", "by")
    fields = readonly_fields = ("kind", "round", "subject_ref", "amount", "reason", "at", "by", "year", "key")
    verbs = (
        Verb(
            "reverse", _("Book the budget back"), lambda pk, by, reason: actions.reverse(event_id=pk, reason=reason, by=by),
            "vouchers.appropriate_budget", _reversible, form=CorrectionForm, danger=True,
            consequence=lambda obj: gettext(
                "%(amount)s leave what is available in the round. This entry stays; a new one corrects it."
            ) % {"amount": won(obj.amount_won)},
        ),
    )  # fmt: skip
    list_filter = ("kind", "round", "fiscal_year")
    search_fields = ("subject_ref", "key")
    list_select_related = ("by", "round")
    ordering = ("-at", "-id")
    inlines = (EntryInline,)

    @admin.display(description=_("Amount"), ordering="amount_won")
    def amount(self, obj: LedgerEvent) -> str:
        return won(obj.amount_won)

    @admin.display(description=_("Fiscal year"), ordering="fiscal_year")
    def year(self, obj: LedgerEvent) -> str:
        return str(obj.fiscal_year)

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> LedgerEvent:
        """Gives a round its budget."""
        return actions.appropriate(
            round_id=data["round"].pk, amount_won=data["amount_won"], reason=data["reason"], by=request.user,
            key=f"APPROPRIATED:{data['round'].ref}:{data['once']}",
        )  # fmt: skip

"""The ledger in the admin: read; the one thing entered here is a round's budget, through the action."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.kit.errors import DomainError
from portal.kit.models import make_ref
from portal.kit.won import won
from vouchers.ledger import actions, queries, rules
from vouchers.ledger.models import Account, Entry, LedgerEvent


class EntryInline(ReadOnlyInline, TabularInline):
    model = Entry
    show_title = False
    fields = ("account", "amount")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account")

    @admin.display(description=_("Amount"))
    def amount(self, obj: Entry) -> str:
        return won(obj.amount_won)


@admin.register(Account)
class AccountAdmin(VerbAdmin):
    shows_persons = False
    list_display = ("kind", "round", "owner_ref", "organisation", "balance")
    fields = readonly_fields = ("kind", "round", "owner_ref", "organisation", "balance")
    list_filter = ("kind", "round")
    search_fields = ("owner_ref", "ref")
    list_select_related = ("round", "organisation")
    ordering = ("-id",)

    @admin.display(description=_("Balance"), ordering="balance_won")
    def balance(self, obj: Account) -> str:
        return won(obj.balance_won)


class AppropriationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A round's budget, in whole won."""

    amount_won = forms.IntegerField(
        label=_("Amount (won)"), min_value=1, max_value=10**13, widget=UnfoldAdminIntegerFieldWidget
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget)
    once = forms.CharField(max_length=24, widget=forms.HiddenInput, initial=lambda: make_ref("once"))

    class Meta:
        model = LedgerEvent
        fields = ("round", "amount_won", "reason")


def _reversible(event: LedgerEvent) -> bool:
    return event.kind == rules.EventKind.APPROPRIATED and queries.reversed_by(event) is None


@admin.register(LedgerEvent)
class LedgerEventAdmin(VerbAdmin):
    shows_persons = False
    list_display = ("at", "kind", "subject_ref", "amount", "reason", "by", "year")
    fields = readonly_fields = ("kind", "round", "subject_ref", "amount", "reason", "at", "by", "year", "key")
    verbs = (
        Verb(
            "reverse", _("Book the budget back"), lambda pk, by, reason: actions.reverse(event_id=pk, reason=reason, by=by),
            "vouchers.appropriate_budget", _reversible, form=ReasonForm, danger=True,
            consequence=lambda obj: gettext(
                "%(amount)s leave what is available in the round. This entry stays; a new one corrects it."
            ) % {"amount": won(obj.amount_won)},
        ),
    )  # fmt: skip
    list_filter = ("kind", "round", "fiscal_year")
    search_fields = ("subject_ref", "key")
    list_select_related = ("by",)
    ordering = ("-at", "-id")
    inlines = (EntryInline,)

    @admin.display(description=_("Amount"), ordering="amount_won")
    def amount(self, obj: LedgerEvent) -> str:
        return won(obj.amount_won)

    @admin.display(description=_("Fiscal year"), ordering="fiscal_year")
    def year(self, obj: LedgerEvent) -> str:
        return str(obj.fiscal_year)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.readonly_fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("vouchers.appropriate_budget"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return AppropriationForm if obj is None else super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": (*AppropriationForm.Meta.fields, "once")})] if obj is None else super().get_fieldsets(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.inlines

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Adding gives a round its budget; a refusal comes back as a message."""
        if object_id is not None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        extra = {"show_save": True, "show_save_and_add_another": False, "show_save_and_continue": False}
        try:
            return admin.ModelAdmin.changeform_view(self, request, None, form_url, {**(extra_context or {}), **extra})
        except DomainError as error:
            messages.error(request, str(error.message))
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: LedgerEvent, form: Any, change: bool) -> None:
        data = form.cleaned_data
        made = actions.appropriate(
            round_id=data["round"].pk, amount_won=data["amount_won"], reason=data["reason"], by=request.user,
            key=f"APPROPRIATED:{data['round'].ref}:{data['once']}",
        )  # fmt: skip
        obj.__dict__.update({name: value for name, value in made.__dict__.items() if name != "_state"})
        obj._state.adding = False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The journal keeps the history, not Django's admin log."""

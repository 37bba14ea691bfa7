"""The ledger in the admin: read, never written."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, VerbAdmin
from portal.kit.won import won
from vouchers.ledger.models import Account, Entry, LedgerEvent


class EntryInline(ReadOnlyInline, TabularInline):
    model = Entry
    fields = ("account", "amount")
    readonly_fields = fields

    @admin.display(description=_("Amount"))
    def amount(self, obj: Entry) -> str:
        return won(obj.amount_won)


@admin.register(Account)
class AccountAdmin(VerbAdmin):
    list_display = ("ref", "round", "kind", "owner_ref", "organisation", "balance")
    list_filter = ("kind", "round")
    search_fields = ("owner_ref", "ref")
    list_select_related = ("round", "organisation")
    ordering = ("-id",)

    @admin.display(description=_("Balance"), ordering="balance_won")
    def balance(self, obj: Account) -> str:
        return won(obj.balance_won)


@admin.register(LedgerEvent)
class LedgerEventAdmin(VerbAdmin):
    list_display = ("at", "kind", "subject_ref", "amount", "reason", "by", "fiscal_year")
    list_filter = ("kind", "round", "fiscal_year")
    search_fields = ("subject_ref", "key")
    list_select_related = ("by",)
    ordering = ("-at", "-id")
    inlines = (EntryInline,)

    @admin.display(description=_("Amount"), ordering="amount_won")
    def amount(self, obj: LedgerEvent) -> str:
        return won(obj.amount_won)

"""Debts in the admin, to be read: money that came is checked on their page."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, VerbAdmin
from portal.kit.won import won
from portal.templatetags.portal import here
from vouchers.settlements.models import Debt, Receipt


class ReceiptInline(ReadOnlyInline, TabularInline):
    model = Receipt
    fields = readonly_fields = ("ref", "amount", "received_on", "status", "reported_by", "decided_by")

    @admin.display(description=gettext_lazy("Amount"))
    def amount(self, obj: Receipt) -> str:
        return won(obj.amount_won)


@admin.register(Debt)
class DebtAdmin(VerbAdmin):
    """What is owed; money that came is checked on its page."""

    list_display = ("agreement", "kind", "organisation", "status", "owed", "due_on")
    list_filter = ("status", "kind")
    search_fields = ("ref", "agreement__number", "organisation__name_ko", "organisation__name_en")
    list_select_related = ("agreement", "organisation")
    ordering = ("-created_at", "-id")
    inlines = (ReceiptInline,)
    fields = readonly_fields = (
        "kind", "agreement", "organisation", "status", "principal", "interest", "charged", "due_on", "suspended_on", "reason", "page",
    )  # fmt: skip

    def headline(self, obj: Debt) -> str:
        return f"{obj.agreement.number} · {obj.get_kind_display()}"

    @admin.display(description=gettext_lazy("Owed in all"))
    def owed(self, obj: Debt) -> str:
        return won(obj.owed_won)

    @admin.display(description=gettext_lazy("Principal"))
    def principal(self, obj: Debt) -> str:
        return won(obj.principal_won)

    @admin.display(description=gettext_lazy("Interest"))
    def interest(self, obj: Debt) -> str:
        return won(obj.interest_won)

    @admin.display(description=gettext_lazy("Late charge"))
    def charged(self, obj: Debt) -> str:
        return won(obj.charged_won)

    @admin.display(description=gettext_lazy("Page of who owes it"))
    def page(self, obj: Debt) -> Any:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj.ref)

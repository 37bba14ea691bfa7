"""Samples of payments and findings in the admin, to be read: auditors work on the pages of the room."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, VerbAdmin
from portal.kit.won import won
from portal.templatetags.portal import here
from vouchers.settlements.models import AuditFinding, AuditSample, SampleItem


def _link(row: AuditSample | AuditFinding) -> Any:
    return format_html('<a class="text-link" href="{}">{}</a>', here(row.get_absolute_url()), row.ref)


class ItemInline(ReadOnlyInline, TabularInline):
    model = SampleItem
    fields = readonly_fields = ("position", "disbursement", "amount", "why", "cleared_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("disbursement__milestone")

    @admin.display(description=gettext_lazy("Paid by the voucher"))
    def amount(self, obj: SampleItem) -> str:
        return won(obj.amount_won)


@admin.register(AuditSample)
class AuditSampleAdmin(VerbAdmin):
    list_display = ("round", "number", "paid_from", "paid_until", "frame_count", "drawn_by", "created_at")
    list_filter = ("round",)
    list_select_related = ("round", "drawn_by")
    search_fields = ("ref", "seed")
    ordering = ("-created_at", "-id")
    inlines = (ItemInline,)
    fields = readonly_fields = (
        "round", "number", "paid_from", "paid_until", "policy_version", "threshold", "size", "least", "interval", "rule", "seed",
        "frame_digest", "frame_count", "money", "drawn_by", "created_at", "page",
    )  # fmt: skip

    def headline(self, obj: AuditSample) -> str:
        return str(obj)

    @admin.display(description=gettext_lazy("Looked at in any case from (won)"))
    def threshold(self, obj: AuditSample) -> str:
        return won(obj.threshold_won)

    @admin.display(description=gettext_lazy("Interval (won)"))
    def interval(self, obj: AuditSample) -> str:
        return won(obj.interval_won)

    @admin.display(description=gettext_lazy("Money in the frame (won)"))
    def money(self, obj: AuditSample) -> str:
        return won(obj.frame_won)

    @admin.display(description=gettext_lazy("Page of the sample"))
    def page(self, obj: AuditSample) -> Any:
        return _link(obj)


@admin.register(AuditFinding)
class AuditFindingAdmin(VerbAdmin):
    list_display = ("agreement", "kind", "seriousness", "amount", "status", "created_at")
    list_filter = ("status", "seriousness", "kind", "item__sample__round")
    list_select_related = ("item__disbursement__milestone__agreement", "item__sample__round")
    search_fields = ("ref", "item__disbursement__milestone__agreement__number", "text")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "item", "kind", "seriousness", "amount", "text", "answered_as", "status", "marked_by", "created_at", "answer", "answered_by",
        "answered_at", "reason", "ended_by", "ended_at", "page",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        """Of samples that this person may see."""
        return super().get_queryset(request).filter(item__sample__in=AuditSample.objects.visible_to(request.user).values("pk"))

    def headline(self, obj: AuditFinding) -> str:
        return f"{obj.item.disbursement.milestone.agreement.number} · {obj.get_kind_display()}"

    @admin.display(description=gettext_lazy("Agreement"))
    def agreement(self, obj: AuditFinding) -> str:
        return obj.item.disbursement.milestone.agreement.number

    @admin.display(description=gettext_lazy("Wrong of it (won)"))
    def amount(self, obj: AuditFinding) -> str:
        return won(obj.amount_won)

    @admin.display(description=gettext_lazy("Page of the sample"))
    def page(self, obj: AuditFinding) -> Any:
        return _link(obj)

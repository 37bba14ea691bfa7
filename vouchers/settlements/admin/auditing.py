"""Whole files of projects in the admin, to be read: each is asked for on its project's page."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from portal.kit.admin import VerbAdmin
from portal.templatetags.portal import here
from vouchers.settlements.models import AuditFile


@admin.register(AuditFile)
class AuditFileAdmin(VerbAdmin):
    list_display = ("agreement", "status", "asked_by", "created_at")
    list_filter = ("status",)
    search_fields = ("ref", "agreement__number")
    list_select_related = ("agreement", "asked_by")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "agreement",
        "status",
        "asked_by",
        "created_at",
        "progress",
        "sha256",
        "manifest_sha256",
        "reason",
        "page",
    )

    def headline(self, obj: AuditFile) -> str:
        return obj.agreement.number

    @admin.display(description=gettext_lazy("Files put into it"))
    def progress(self, obj: AuditFile) -> str:
        return f"{obj.done} / {obj.total}"

    @admin.display(description=gettext_lazy("Page of the file"))
    def page(self, obj: AuditFile) -> Any:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj.ref)

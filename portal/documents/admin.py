"""Files as rows: what there is, whose, and what the scanner said. The content is opened through its owning case."""

from django.contrib import admin

from portal.documents.models import Document
from portal.kit.admin import VerbAdmin


@admin.register(Document)
class DocumentAdmin(VerbAdmin):
    list_display = ("name", "kind", "organisation", "size", "scan_state", "created_at")
    list_filter = ("scan_state", "is_generated", "kind")
    search_fields = ("ref", "name", "sha256")
    list_select_related = ("organisation",)
    fields = (
        "ref", "name", "kind", "organisation", "uploaded_by", "media_type", "size", "sha256", "scan_state", "scanned_at",
        "scan_note", "is_generated", "created_at",
    )  # fmt: skip
    readonly_fields = fields
    date_hierarchy = "created_at"

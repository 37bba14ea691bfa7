"""Access in the admin: to read; decisions are the boards' own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, VerbAdmin
from vouchers.access.forms import DossierForm
from vouchers.access.models import AccessCase, AccessRequest, JointReview


class RequestInline(ReadOnlyInline, TabularInline):
    model = AccessRequest
    fields = ("ref", "institution", "board", "status", "submitted_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("case", "institution", "board")


class _BoardFilter(admin.ChoicesFieldListFilter):
    """A board's state, called as its column: the request itself, the IRB and the DRB each have one."""

    def __init__(self, field: Any, request: Any, params: Any, model: Any, model_admin: Any, field_path: str) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        self.title = "IRB" if field_path.startswith("ethics") else "DRB"


@admin.register(AccessCase)
class AccessCaseAdmin(VerbAdmin):
    list_display = ("title", "company", "use_from", "use_until", "created_at", "ref")
    search_fields = ("ref", "title", "company__name_ko")
    list_select_related = ("company",)
    inlines = (RequestInline,)
    fields = ("company", "need", "title", "papers", "use_from", "use_until", "created_by")

    @admin.display(description=_("Dossier"))
    def papers(self, obj: AccessCase) -> str:
        """Field by field, as the company wrote it."""
        rows = (
            (field.label, obj.dossier.get(name)) for name, field in DossierForm.base_fields.items() if name in DossierForm.TEXTS
        )
        return format_html_join(mark_safe("<br>"), "{}: {}", ((label, text or "—") for label, text in rows))


@admin.register(AccessRequest)
class AccessRequestAdmin(VerbAdmin):
    list_display = ("case", "institution", "status", "irb", "drb", "submitted_at", "ref")
    list_filter = ("status", ("ethics__status", _BoardFilter), ("data_review__status", _BoardFilter))
    search_fields = ("ref", "case__title", "institution__name_ko")
    list_select_related = ("case", "institution", "ethics", "data_review")

    def headline(self, obj: AccessRequest) -> str:
        return f"{obj.case} · {obj.institution}"

    @admin.display(description="IRB")
    def irb(self, obj: AccessRequest) -> str:
        return obj.ethics.get_status_display()

    @admin.display(description="DRB")
    def drb(self, obj: AccessRequest) -> str:
        return obj.data_review.get_status_display()


@admin.register(JointReview)
class JointReviewAdmin(VerbAdmin):
    list_display = ("case", "lead", "status", "number", "due_at", "ref")
    list_filter = ("status",)
    list_select_related = ("case", "lead")

    def headline(self, obj: JointReview) -> str:
        return f"{obj.case} · {obj.lead}"

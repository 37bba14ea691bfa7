"""Awards, read-only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from portal.kit.admin import VerbAdmin
from portal.kit.won import won
from portal.templatetags.portal import kst
from vouchers.evaluation.admin import parts
from vouchers.evaluation.models import Award


@admin.register(Award)
class AwardAdmin(VerbAdmin):
    list_display = ("project_no", "application", "company", "grant", "status", "due", "decided_at")
    list_filter = ("status", "application__round", parts.OF_TRACK)
    search_fields = ("project_no", "application__receipt_no", "application__title")
    list_select_related = ("application__company",)
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "project_no", "application", "company", "grant", "status", "due", "decided_by", "decided_at", "reason", "run",
    )  # fmt: skip

    def headline(self, obj: Award) -> str:
        return f"{obj.project_no} · {obj.application.company}"

    @admin.display(description=gettext_lazy("Due"), ordering="due_at")
    def due(self, obj: Award) -> str:
        return kst(obj.due_at)

    @admin.display(description=gettext_lazy("Grant"), ordering="grant_won")
    def grant(self, obj: Award) -> str:
        return won(obj.grant_won)

    @admin.display(description=gettext_lazy("Company"))
    def company(self, obj: Award) -> str:
        return str(obj.application.company)

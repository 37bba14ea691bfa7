"""Surveys after projects in the admin, to be read and given up; companies answer on their own page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.templatetags.portal import here
from vouchers.outcomes import actions, rules
from vouchers.outcomes.models import OutcomeSurvey, OutcomeVersion


class VersionInline(ReadOnlyInline, TabularInline):
    model = OutcomeVersion
    fields = readonly_fields = ("number", "created_at", "submitted_by", "reason")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("submitted_by")


@admin.register(OutcomeSurvey)
class OutcomeSurveyAdmin(VerbAdmin):
    list_display = ("agreement", "number", "status", "covers_from", "covers_to", "due_on")
    list_filter = ("status", "round")
    search_fields = ("ref", "agreement__number", "company__name_ko", "company__name_en")
    list_select_related = ("agreement", "company", "round")
    ordering = ("due_on", "id")
    inlines = (VersionInline,)
    fields = readonly_fields = (
        "agreement", "company", "round", "number", "status", "covers_from", "covers_to", "opens_on", "due_on", "policy_version", "reason",
        "page",
    )  # fmt: skip
    verbs = (
        Verb(
            "waive", gettext_lazy("Ask no more"), lambda pk, by, reason: actions.waive_outcome(survey_id=pk, reason=reason, by=by),
            "vouchers.waive_outcome", lambda obj: rules.OUTCOME_LIFECYCLE.can(obj.status, "waive_outcome"), form=ReasonForm, danger=True,
            consequence=lambda obj: _("The company need not answer this survey any more and is told why."),
        ),
    )  # fmt: skip

    def headline(self, obj: OutcomeSurvey) -> str:
        return str(obj)

    @admin.display(description=gettext_lazy("Page of the survey"))
    def page(self, obj: OutcomeSurvey) -> Any:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj.ref)

"""Milestones in the admin."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.kit.won import won
from portal.templatetags.portal import here
from vouchers.milestones import actions, queries, rules
from vouchers.milestones.models import FinalEvaluation, FinalScore, Finding, Indicator, Inspection, Milestone, PlanWarning


def _at(verb: str):  # type: ignore[no-untyped-def]
    return lambda obj: rules.LIFECYCLE.can(obj.status, verb)


class IndicatorInline(ReadOnlyInline, TabularInline):
    model = Indicator
    fields = readonly_fields = ("position", "name", "sense", "target", "unit", "reached")

    @admin.display(description=_("Reached"))
    def reached(self, obj: Indicator) -> str:
        newest = obj.figures.order_by("-submission").first()
        return f"{newest.value.normalize():f}" if newest is not None else "—"


@admin.register(Milestone)
class MilestoneAdmin(VerbAdmin):
    list_display = ("title", "agreement", "number", "institution", "due_on", "status", "amount")
    list_filter = ("status", "uses_data", "due_on")
    search_fields = ("ref", "title", "agreement__number")
    list_select_related = ("agreement", "institution")
    list_only = (
        "ref", "number", "title", "due_on", "status", "amount_won", "agreement__number", "agreement__ref", "institution__name_ko",
        "institution__name_en",
    )  # fmt: skip
    fields = (
        "agreement", "institution", "number", "title", "description", "due_on", "uses_data", "amount", "grant", "vat", "status",
        "submitted_at", "submitted_by", "company_accepted_at", "company_accepted_by", "accepted_at", "accepted_by", "reason",
        "accepted_part", "missing", "planned", "part_of", "in_place_reason",
    )  # fmt: skip
    inlines = (IndicatorInline,)
    verbs = (
        Verb("confirm", _("Confirm the acceptance"), lambda pk, by: actions.confirm_milestone(milestone_id=pk, by=by),
             "vouchers.confirm_milestone", _at("confirm_milestone"), in_list=True),
        Verb("accept-in-place", _("Accept in the company's place"),
             lambda pk, by, reason: actions.accept_in_place(milestone_id=pk, reason=reason, by=by),
             "vouchers.confirm_milestone", lambda o: o.status == "SUBMITTED" and queries.is_silent(o), form=ReasonForm),
        Verb("return", _("Return for revision"),
             lambda pk, by, reason: actions.return_milestone(milestone_id=pk, reason=reason, by=by),
             "vouchers.confirm_milestone", lambda o: o.status == "COMPANY_ACCEPTED", form=ReasonForm),
        Verb("reject", _("Reject"), lambda pk, by, reason: actions.reject_milestone(milestone_id=pk, reason=reason, by=by),
             "vouchers.confirm_milestone", _at("reject_milestone"), form=ReasonForm, danger=True),
    )  # fmt: skip

    @admin.display(description=_("Paid by the voucher"))
    def grant(self, obj: Milestone) -> str:
        return won(obj.grant_won)

    @admin.display(description=_("Accepted (supply, VAT excluded)"))
    def accepted_part(self, obj: Milestone) -> str:
        return won(obj.accepted_won)

    @admin.display(description=_("Planned (supply, VAT excluded)"))
    def planned(self, obj: Milestone) -> str:
        return won(obj.planned_won)

    @admin.display(description=_("VAT, paid by the company"))
    def vat(self, obj: Milestone) -> str:
        return won(obj.vat_won)

    @admin.display(description=_("Amount"), ordering="amount_won")
    def amount(self, obj: Milestone) -> str:
        return won(obj.amount_won)


@admin.register(PlanWarning)
class PlanWarningAdmin(VerbAdmin):
    """Read here; answered on the plan's page, where the reason for it stands."""

    list_display = ("agreement", "needed_days", "left_days", "limit", "created_at", "relieved_at", "plan")
    list_filter = ("limit", ("relieved_at", admin.EmptyFieldListFilter))
    search_fields = ("ref", "agreement__number")
    list_select_related = ("agreement",)
    fields = (
        "agreement",
        "needed_days",
        "left_days",
        "limit",
        "created_at",
        "relieved_at",
        "answer",
        "answered_at",
        "answered_by",
        "plan",
    )

    @admin.display(description=_("Plan of the project"))
    def plan(self, obj: PlanWarning) -> str:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), _("To the plan"))


class ScoreInline(ReadOnlyInline, TabularInline):
    model = FinalScore
    fields = readonly_fields = ("grader", "points", "good_faith", "opinion", "handed_in_at")


@admin.register(FinalEvaluation)
class FinalEvaluationAdmin(VerbAdmin):
    """Read here; graded, decided and acted on on its own page."""

    list_display = ("agreement", "status", "grade", "points", "decided_at", "confirmed_at", "page")
    list_filter = ("status", "grade")
    search_fields = ("ref", "agreement__number")
    list_select_related = ("agreement",)
    inlines = (ScoreInline,)
    fields = (
        "agreement", "status", "grade", "points", "reason", "condition", "condition_due_on", "opened_by", "decided_by", "decided_at",
        "confirmed_at", "restriction", "page",
    )  # fmt: skip

    @admin.display(description=_("Page of the parties"))
    def page(self, obj: FinalEvaluation) -> str:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj.agreement.number)


class FindingInline(ReadOnlyInline, TabularInline):
    model = Finding
    fields = readonly_fields = ("position", "text", "party", "due_on", "status", "answer", "closed_at")


@admin.register(Inspection)
class InspectionAdmin(VerbAdmin):
    """Read here; planned and reported on the project's own page."""

    list_display = ("agreement", "kind", "planned_on", "status", "result", "page")
    list_filter = ("status", "kind", "result", "planned_on")
    search_fields = ("ref", "agreement__number")
    list_select_related = ("agreement",)
    inlines = (FindingInline,)
    fields = (
        "agreement", "kind", "planned_on", "place", "purpose", "status", "planned_by", "result", "report", "reported_at", "reported_by",
        "reason", "page",
    )  # fmt: skip

    @admin.display(description=_("Page of the parties"))
    def page(self, obj: Inspection) -> str:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj.agreement.number)

"""The officer's doors: assign evaluators and watch the progress."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action

from portal.kit import clock
from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.kit.errors import DomainError
from portal.templatetags.portal import kst
from vouchers.evaluation import actions, queries, rules
from vouchers.evaluation.admin import parts
from vouchers.evaluation.forms import AssignForm, AssignRoundForm
from vouchers.evaluation.models import Assignment, Score, cases_closed_to
from vouchers.evaluation.queries import challenges, panels
from vouchers.evaluation.queries import pool as pool_queries
from vouchers.rounds.models import Round


class ScoreInline(ReadOnlyInline, TabularInline):
    model = Score
    fields = readonly_fields = ("criterion", "points", "comment")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("criterion")


@admin.register(Assignment)
class AssignmentAdmin(parts.RoundPages, VerbAdmin):
    list_display = ("application", "receipt", "evaluator", "status", "due", "submitted", "total")
    list_filter = ("application__round", "status", parts.OF_TRACK)
    search_fields = ("application__receipt_no", "application__title", "evaluator__name", "evaluator__email")
    list_select_related = ("application", "evaluator")
    list_only = (
        "ref", "status", "due_at", "submitted_at", "total", "application__ref", "application__receipt_no", "application__title",
        "evaluator__name", "evaluator__email",
    )  # fmt: skip
    ordering = ("due_at", "id")
    inlines = (ScoreInline,)
    actions_list = ("assign_page",)
    change_form_template = "vouchers/evaluation/admin_assignment.html"
    fields = readonly_fields = (
        "application", "evaluator", "stage", "status", "assigned_by", "declared_at", "conflict_ground", "due", "submitted",
        "total", "comment", "reason",
    )  # fmt: skip
    verbs = (
        Verb(
            "withdraw", gettext_lazy("Take the assignment back"),
            lambda pk, by, reason: actions.withdraw_assignment(assignment_id=pk, reason=reason, by=by),
            "vouchers.assign_evaluator", parts.can(rules.ASSIGNMENT_LIFECYCLE, "withdraw_assignment"), form=ReasonForm, danger=True,
            consequence=lambda obj: _("The evaluator is told and the file closes. Entered scores no longer count."),
        ),
    )  # fmt: skip

    def case(self, request: HttpRequest, obj: Assignment) -> dict[str, Any]:
        """With everything of the case that its evaluator opened, and for how long."""
        found = super().case(request, obj)
        if obj.declared_at is None:
            return found
        return found | {"readers": panels.readers([obj]), "looks": panels.looks(obj)[: parts.PER_PAGE]}

    @admin.display(description=gettext_lazy("Receipt number"), ordering="application__receipt_no")
    def receipt(self, obj: Assignment) -> str:
        return obj.application.receipt_no or "–"

    @admin.display(description=gettext_lazy("Due"), ordering="due_at")
    def due(self, obj: Assignment) -> str:
        return kst(obj.due_at)

    @admin.display(description=gettext_lazy("Handed in"), ordering="submitted_at")
    def submitted(self, obj: Assignment) -> str:
        return kst(obj.submitted_at)

    def has_assign_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("vouchers.assign_evaluator")

    @action(description=gettext_lazy("Assign evaluators and see progress"), url_path="assign", permissions=["assign"])
    def assign_page(self, request: HttpRequest) -> HttpResponse:
        """Progress of a round and the form that assigns several evaluators to several applications."""
        chooser, programme = self._round(request, AssignRoundForm)
        form = self._assign_form(request, programme) if programme else None
        if request.method == "POST" and programme and form and form.is_valid():
            done = self._assign_all(request, form.cleaned_data)
            if done or not form.errors:
                return HttpResponseRedirect(request.get_full_path() if request.GET else f"{request.path}?round={programme.pk}")
        context = {
            "title": _("Assign evaluators"),
            "chooser": chooser,
            "programme": programme,
            "progress": queries.progress(programme) if programme else None,
            "page": Paginator(self._open(request, programme), parts.PER_PAGE).get_page(request.GET.get("page"))
            if programme
            else None,
            "window": challenges.window_words(programme) if programme else "",
            "pool_url": f"{reverse('admin:vouchers_poolmember_add')}?round={programme.pk}" if programme else "",
            "propose": reverse(f"{self.admin_site.name}:vouchers_assignmentrun_propose_page"),
            "form": form,
        }
        return self._page(request, "assign", context, 422 if form and form.errors else 200)

    def _open(self, request: HttpRequest, programme: Round) -> Any:
        """Applications that may get evaluators, but for those with which the officer has a conflict."""
        return queries.assignable(programme).exclude(pk__in=cases_closed_to(request.user.pk))

    def _assign_form(self, request: HttpRequest, programme: Round) -> AssignForm:
        return AssignForm(
            request.POST if request.method == "POST" else None, applications=self._open(request, programme),
            evaluators=pool_queries.askable(programme),
        )  # fmt: skip

    def _assign_all(self, request: HttpRequest, data: dict[str, Any]) -> int:
        """Each pair by itself; each refusal is named."""
        due_at: datetime | None = clock.end_of_day(data["due_on"]) if data["due_on"] else None
        done = 0
        for application in data["applications"]:
            for evaluator in data["evaluators"]:
                try:
                    actions.assign(application_id=application.pk, evaluator_id=evaluator.pk, due_at=due_at, by=request.user)
                    done += 1
                except DomainError as error:
                    messages.error(request, f"{application}: {error.message}")
        if done:
            messages.success(request, _("%(n)d assignments were made.") % {"n": done})
        return done

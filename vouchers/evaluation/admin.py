"""The officer's doors: assign evaluators, watch progress, propose a selection; the approver's: confirm it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action

from portal.accounts import queries as accounts
from portal.accounts.rules import Role
from portal.kit import clock
from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.kit.errors import DomainError
from portal.kit.won import won
from portal.kit.words import pick
from portal.templatetags.portal import kst, kst_text
from vouchers.evaluation import actions, queries, rules
from vouchers.evaluation.forms import AssignForm, RoundChoiceForm
from vouchers.evaluation.models import Assignment, Award, Score, SelectionLine, SelectionRun
from vouchers.rounds.models import Round


def _can(lifecycle: Any, verb: str) -> Callable[[Any], bool]:
    return lambda obj: lifecycle.can(obj.status, verb)


PER_PAGE = 50  # applications on the page that assigns


class _RoundPages:
    """Pages beside the list that work on one round: /admin/vouchers/<model>/<name>/?round=<id>."""

    def _round(self, request: HttpRequest) -> tuple[forms.Form, Round | None]:
        """The round of the address, else the newest one in evaluation."""
        form = RoundChoiceForm(request.GET if "round" in request.GET else None)
        if form.is_bound and form.is_valid():
            return form, form.cleaned_data["round"]
        first = form.fields["round"].queryset.first()  # type: ignore[attr-defined]
        return RoundChoiceForm(initial={"round": first}), first


class ScoreInline(ReadOnlyInline, TabularInline):
    model = Score
    fields = readonly_fields = ("criterion", "points", "comment")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("criterion")


@admin.register(Assignment)
class AssignmentAdmin(_RoundPages, VerbAdmin):
    list_display = ("application", "receipt", "evaluator", "status", "due", "submitted", "total")
    list_filter = ("application__round", "status", "application__track")
    search_fields = ("application__receipt_no", "application__title", "evaluator__name", "evaluator__email")
    list_select_related = ("application", "evaluator")
    list_only = (
        "ref", "status", "due_at", "submitted_at", "total", "application__ref", "application__receipt_no", "application__title",
        "evaluator__name", "evaluator__email",
    )  # fmt: skip
    ordering = ("due_at", "id")
    inlines = (ScoreInline,)
    actions_list = ("assign_page",)
    fields = readonly_fields = (
        "application", "evaluator", "stage", "status", "assigned_by", "declared_at", "conflict_ground", "due", "submitted",
        "total", "comment", "reason",
    )  # fmt: skip
    verbs = (
        Verb(
            "withdraw", gettext_lazy("Take the assignment back"),
            lambda pk, by, reason: actions.withdraw_assignment(assignment_id=pk, reason=reason, by=by),
            "vouchers.assign_evaluator", _can(rules.ASSIGNMENT_LIFECYCLE, "withdraw_assignment"), form=ReasonForm, danger=True,
            consequence=lambda obj: _("The evaluator is told and the file closes. Entered scores no longer count."),
        ),
    )  # fmt: skip

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
        chooser, programme = self._round(request)
        form = self._assign_form(request, programme) if programme else None
        if request.method == "POST" and programme and form and form.is_valid():
            done = self._assign_all(request, form.cleaned_data)
            if done or not form.errors:
                return HttpResponseRedirect(request.get_full_path() if request.GET else f"{request.path}?round={programme.pk}")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Assign evaluators"),
            "opts": self.opts,
            "chooser": chooser,
            "programme": programme,
            "progress": queries.progress(programme) if programme else None,
            "page": Paginator(queries.assignable(programme), PER_PAGE).get_page(request.GET.get("page")) if programme else None,
            "form": form,
            "back": reverse(f"{self.admin_site.name}:vouchers_assignment_changelist"),
        }
        return TemplateResponse(
            request, "vouchers/evaluation/admin_assign.html", context, status=422 if form and form.errors else 200
        )

    def _assign_form(self, request: HttpRequest, programme: Round) -> AssignForm:
        return AssignForm(
            request.POST if request.method == "POST" else None, applications=queries.assignable(programme),
            evaluators=accounts.holders_of(Role.EVALUATOR).order_by("name", "email"),
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


class LineInline(ReadOnlyInline, TabularInline):
    model = SelectionLine
    fields = readonly_fields = ("track", "rank", "company", "score", "outcome", "reserve_no", "grant", "why")
    verbose_name_plural = gettext_lazy("Ranked applications")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("application__company", "application__track")

    @admin.display(description=gettext_lazy("Track"))
    def track(self, obj: SelectionLine) -> str:
        return str(obj.application.track)

    @admin.display(description=gettext_lazy("Company"))
    def company(self, obj: SelectionLine) -> str:
        return str(obj.application.company)

    @admin.display(description=gettext_lazy("Grant"))
    def grant(self, obj: SelectionLine) -> str:
        return won(obj.grant_won) if obj.grant_won else "—"

    @admin.display(description=gettext_lazy("Reason"))
    def why(self, obj: SelectionLine) -> str:
        return pick(obj, "reason")


def _facts(run: SelectionRun) -> list[tuple[Any, Any]]:
    """Facts beside the policy, for the decision page."""
    found, policy = run.summary, run.round.policy()
    return [
        (_("Round"), run.round),
        (_("Proposed by"), f"{run.proposed_by} · {kst_text(run.created_at)}"),
        (_("Rules of the round"), _(
            "Pass mark %(mark)s, at least %(evaluators)d evaluations, %(reserve)d places on each reserve list"
        ) % {"mark": policy.pass_mark, "evaluators": policy.min_evaluators, "reserve": policy.reserve_length}),
        (_("Budget available"), won(found["budget_won"])),
        (_("Selected"), _("%(n)d projects, %(won)s") % {"n": found["selected"], "won": won(found["selected_won"])}),
        (_("Left after confirming"), won(found["budget_won"] - found["selected_won"])),
        *((pick(track, "name"), _track_words(track)) for track in queries.by_track(run)),
        (_("Reserve list"), found["reserve"]),
        (_("Not selected"), found["not_selected"]),
    ]  # fmt: skip


def _track_words(track: queries.TrackOutcome) -> str:
    """`10개 중 3개 선정 · 960,000,000원 (한도 320,000,000원)`."""
    words = _("%(n)d selected, %(won)s") % {"n": track.selected, "won": won(track.selected_won)}
    if track.slots is not None:
        words = _("%(n)d of %(slots)d slots, %(won)s") % {
            "n": track.selected, "slots": track.slots, "won": won(track.selected_won),
        }  # fmt: skip
    if track.cap_won is None:
        return words
    return f"{words} ({_('ceiling %(won)s each') % {'won': won(track.cap_won)}})"


def _consequence(run: SelectionRun) -> str:
    return _(
        "Confirming this selection assigns %(selected)s of the budget of %(budget)s. All results are released at once: companies "
        "are told, awards are made and the money is reserved."
    ) % {"selected": won(run.summary["selected_won"]), "budget": won(run.summary["budget_won"])}


def _blocking(blocker: queries.Blocker, found: queries.Obstacles) -> tuple[Any, str, str]:
    """(application, why it blocks, where that is mended)."""
    application = blocker.application
    assign = f"{reverse('admin:vouchers_assignment_assign_page')}?round={application.round_id}"
    match blocker.kind:
        case "UNASSIGNED":
            return application, _("Eligible, but no evaluator is assigned"), assign
        case "TOO_FEW":
            words = _("%(n)d of %(least)d evaluations: assign more evaluators")
            return application, words % {"n": blocker.n, "least": found.min_evaluators}, assign
        case "PENDING":
            address = reverse("admin:vouchers_assignment_changelist")
            return application, _("Not handed in yet: %(n)d") % {"n": blocker.n}, f"{address}?q={application.receipt_no}"
    address = reverse("admin:vouchers_application_change", args=[application.pk])
    return application, _("Not decided: %(state)s") % {"state": application.get_status_display()}, address


@admin.register(SelectionRun)
class SelectionRunAdmin(_RoundPages, VerbAdmin):
    list_display = ("round", "status", "proposed_by", "proposed", "confirmed_by", "confirmed_at", "selected")
    list_filter = ("status", "round")
    list_select_related = ("round", "proposed_by", "confirmed_by")
    ordering = ("-created_at",)
    inlines = (LineInline,)
    actions_list = ("propose_page",)
    fields = readonly_fields = (
        "round", "status", "proposed_by", "proposed", "confirmed_by", "confirmed_at", "budget", "selected", "reason",
    )  # fmt: skip
    verbs = (
        Verb(
            "confirm", gettext_lazy("Confirm the selection"),
            lambda pk, by: actions.confirm_selection(run_id=pk, by=by), "vouchers.confirm_selection",
            _can(rules.RUN_LIFECYCLE, "confirm_selection"), facts=_facts, consequence=_consequence,
            form=forms.Form, done=gettext_lazy("All results are released."),
        ),
        Verb(
            "discard", gettext_lazy("Discard"), lambda pk, by, reason: actions.discard(run_id=pk, reason=reason, by=by),
            "vouchers.confirm_selection", _can(rules.RUN_LIFECYCLE, "discard"), form=ReasonForm, danger=True,
        ),
        Verb(
            "take-back", gettext_lazy("Take the proposal back"),
            lambda pk, by, reason: actions.discard(run_id=pk, reason=reason, by=by),
            "vouchers.propose_selection", _can(rules.RUN_LIFECYCLE, "discard"), form=ReasonForm, danger=True,
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("Proposed on"), ordering="created_at")
    def proposed(self, obj: SelectionRun) -> str:
        return kst(obj.created_at)

    @admin.display(description=gettext_lazy("Selected"))
    def selected(self, obj: SelectionRun) -> str:
        return f"{obj.summary.get('selected', 0)} · {won(obj.summary.get('selected_won', 0))}"

    @admin.display(description=gettext_lazy("Budget available"))
    def budget(self, obj: SelectionRun) -> str:
        return won(obj.summary.get("budget_won", 0))

    def has_propose_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("vouchers.propose_selection")

    @action(description=gettext_lazy("Propose a selection"), url_path="propose", permissions=["propose"])
    def propose_page(self, request: HttpRequest) -> HttpResponse:
        """What a selection would say now, the consequence, then the button."""
        chooser, programme = self._round(request)
        refusal = ""
        if request.method == "POST" and programme:
            try:
                run = actions.propose_selection(round_id=programme.pk, by=request.user)
            except DomainError as error:
                refusal = str(error.message)
            else:
                messages.success(request, _("The selection is proposed. An approver confirms it."))
                return HttpResponseRedirect(self._change_url(run.pk))
        lines = queries.ranked(programme) if programme else []
        named = {a.pk: a for a in queries.in_evaluation(programme)} if programme else {}
        budget_won = queries.available_won(programme) if programme else 0
        found = queries.obstacles(programme) if programme else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Propose a selection"),
            "opts": self.opts,
            "chooser": chooser,
            "programme": programme,
            "progress": queries.progress(programme) if programme else None,
            "rows": [(line, named[line.application_id]) for line in lines if line.application_id in named],
            "summary": queries.summary(lines, budget_won),
            "refusal": refusal,
            "obstacles": found,
            "blockers": [_blocking(one, found) for one in found.blockers[:PER_PAGE]] if found else [],
            "run_url": self._change_url(found.run.pk) if found and found.run else "",
            "back": reverse(f"{self.admin_site.name}:vouchers_selectionrun_changelist"),
        }
        return TemplateResponse(
            request, "vouchers/evaluation/admin_propose.html", context, status=422 if refusal else 200
        )  # fmt: skip


@admin.register(Award)
class AwardAdmin(VerbAdmin):
    list_display = ("project_no", "application", "company", "grant", "status", "due", "decided_at")
    list_filter = ("status", "application__round", "application__track")
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


__all__ = ["AssignmentAdmin", "AwardAdmin", "SelectionRunAdmin"]

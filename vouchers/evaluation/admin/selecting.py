"""The doors of the selection: run it dry, compare, propose; the approver confirms."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from portal.kit.admin import ReasonForm, Verb, VerbAdmin
from portal.kit.won import won
from portal.templatetags.portal import kst
from vouchers.applications.models import Application
from vouchers.evaluation import actions, queries, rules
from vouchers.evaluation.admin import facts, parts, tables
from vouchers.evaluation.admin.rerunning import RerunPages
from vouchers.evaluation.forms import CompareForm, RunRoundForm
from vouchers.evaluation.models import SelectionRecord, SelectionRun, cases_closed_to


class TakeBackForm(ReasonForm):
    """Taken back by who proposed, nobody is told; by another officer, who proposed is."""

    wants_subject = wants_user = True

    def __init__(self, *args: Any, subject: SelectionRun, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = subject.proposed_by_id == user.pk
        words = _("It stays in the record's history; nobody is told.") if own else _("The officer who proposed reads it.")
        self.fields["reason"].help_text = words


@admin.register(SelectionRun)
class SelectionRunAdmin(RerunPages, VerbAdmin):
    list_display = ("round", "status", "proposed_by", "proposed", "confirmed_by", "confirmed_at", "selected")
    list_filter = ("status", "round")
    list_select_related = ("round", "proposed_by", "confirmed_by")
    ordering = ("-created_at",)
    actions_list = ("runs_page", "propose_page", "rerun_page")
    change_form_template = "vouchers/evaluation/admin_run.html"
    fields = readonly_fields = (
        "round", "status", "proposed_by", "proposed", "confirmed_by", "confirmed_at", "budget", "selected", "reason", "previous", "verdict", "engine",
        "policy_number", "inputs_sha256", "outputs_sha256",
    )  # fmt: skip
    verbs = (
        Verb(
            "confirm", gettext_lazy("Confirm the selection"),
            lambda pk, by: actions.confirm_selection(run_id=pk, by=by), "vouchers.confirm_selection",
            parts.can(rules.RUN_LIFECYCLE, "confirm_selection"), facts=facts.facts, consequence=facts.consequence,
            form=forms.Form, done=gettext_lazy("All results are released."), not_by="proposed_by",
        ),
        Verb(
            "discard", gettext_lazy("Discard"), lambda pk, by, reason: actions.discard(run_id=pk, reason=reason, by=by),
            "vouchers.confirm_selection", parts.can(rules.RUN_LIFECYCLE, "discard"), form=ReasonForm, danger=True,
        ),
        Verb(
            "take-back", gettext_lazy("Take the proposal back"),
            lambda pk, by, reason: actions.discard(run_id=pk, reason=reason, by=by),
            "vouchers.propose_selection", parts.can(rules.RUN_LIFECYCLE, "discard"), form=TakeBackForm, danger=True,
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("Computed on"), ordering="created_at")
    def proposed(self, obj: SelectionRun) -> str:
        return kst(obj.created_at)

    @admin.display(description=gettext_lazy("Selected"))
    def selected(self, obj: SelectionRun) -> str:
        chosen = _("%(n)s selected") % {"n": obj.summary.get("selected", 0)}
        return f"{chosen} · {won(obj.summary.get('selected_won', 0))}"

    @admin.display(description=gettext_lazy("Budget available"))
    def budget(self, obj: SelectionRun) -> str:
        return won(obj.summary.get("budget_won", 0))

    @admin.display(description=gettext_lazy("Verdict on the objection"))
    def verdict(self, obj: SelectionRun) -> str:
        return obj.cause.reason if obj.cause else "—"

    def get_urls(self) -> list[URLPattern]:
        """Two runs side by side, and a run's files."""
        info = self.opts.app_label, self.opts.model_name
        view = self.admin_site.admin_view
        return [
            path("compare/", view(self.compare_page), name="{}_{}_compare".format(*info)),
            path("<int:pk>/lines.csv", view(self.lines_csv), name="{}_{}_csv".format(*info)),
            path("<int:pk>/<str:part>.json", view(self.part_json), name="{}_{}_json".format(*info)),
            *super().get_urls(),
        ]

    def ways(self, request: HttpRequest, obj: SelectionRun) -> list[tuple[Any, str]]:
        address = reverse(f"{self.admin_site.name}:vouchers_selectionrun_runs_page")
        return [(_("All runs of this round"), f"{address}?round={obj.round_id}")]

    def ways_lead(self, obj: SelectionRun) -> bool:
        return False

    def case(self, request: HttpRequest, obj: SelectionRun) -> dict[str, Any]:
        """With the table of its lines, its budget and its pools."""
        record = queries.record_of(obj)
        found = super().case(request, obj) | {"record": record}
        if record is not None:
            result = queries.outputs_of(record)
            found |= {
                "page": tables.page_of(obj, record.inputs, result.lines, request.GET.get("page")), "result": result,
                "pools": tables.pool_rows(result), "run": obj,
            }  # fmt: skip
        return found

    # ── Runs of a round ──────────────────────────────────────────────────────────────────────────────
    def has_run_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("vouchers.run_selection")

    def has_propose_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("vouchers.propose_selection")

    def has_every_case_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Runs name every company and its scores, before the release too: who sees no run sees neither of these pages."""
        return bool(getattr(request.user, "sees_all_cases", False))

    @action(description=gettext_lazy("Runs of a round"), url_path="runs", permissions=["every_case"])
    def runs_page(self, request: HttpRequest) -> HttpResponse:
        """Every run of a round, the button that runs it dry, and two of them to compare."""
        chooser, programme = self._round(request, RunRoundForm)
        done = _("The selection was run dry. It binds nobody and releases nothing.")
        answer, refusal = self._made(request, programme, actions.run_selection, done)
        if answer is not None:
            return answer
        context = {
            "title": _("Runs of a round"),
            "chooser": chooser,
            "programme": programme,
            "progress": queries.progress(programme) if programme and programme.status == "EVALUATING" else None,
            "runs": list(queries.runs_of(programme)) if programme else [],
            "may_run": self.has_run_permission(request) and programme is not None and programme.status == "EVALUATING",
            "refusal": refusal,
            "compare_url": reverse(f"{self.admin_site.name}:vouchers_selectionrun_compare"),
        }
        return self._page(request, "runs", context, 422 if refusal else 200)

    def compare_page(self, request: HttpRequest) -> HttpResponse:
        """Who moves between two runs of a round, and why."""
        if not self.has_every_case_permission(request):
            raise PermissionDenied
        form = CompareForm(request.GET)
        context: dict[str, Any] = {"title": _("Compare two runs"), "form": form}
        if form.is_valid():
            before, after = form.cleaned_data["before"], form.cleaned_data["after"]
            self.write_down(request, after)
            found = queries.compare(before.record, after.record)
            context |= {"before": before, "after": after, "found": found, "steps": tables.steps(found)}
        return self._page(request, "compare", context, 200 if form.is_valid() else 422)

    # ── Files of a run ───────────────────────────────────────────────────────────────────────────────
    def _record(self, request: HttpRequest, pk: int) -> tuple[SelectionRun, SelectionRecord]:
        run = self.get_object(request, str(pk))
        record = queries.record_of(run) if run is not None else None
        if run is None or record is None:
            raise Http404
        self.write_down(request, run)
        return run, record

    def lines_csv(self, request: HttpRequest, pk: int) -> HttpResponse:
        run, record = self._record(request, pk)
        return _file(tables.csv_of(run, record), "text/csv; charset=utf-8", f"{run.ref}.csv")

    def part_json(self, request: HttpRequest, pk: int, part: str) -> HttpResponse:
        """Inputs or outputs, byte for byte as their hash says. The inputs tell who evaluated what: not to somebody with a
        conflict in one of the run's cases, since nothing can be left out of bytes under a hash."""
        run, record = self._record(request, pk)
        if part not in {"inputs", "outputs"}:
            raise Http404
        closed = Application.objects.filter(round_id=run.round_id, pk__in=cases_closed_to(request.user.pk))
        if part == "inputs" and closed.exists():
            messages.error(
                request,
                _("The inputs name the evaluators of a case with which a conflict of yours stands. A colleague opens them."),
            )
            return HttpResponseRedirect(self._change_url(pk))
        return _file(getattr(record, part), "application/json", f"{run.ref}-{part}.json")

    # ── The proposal ─────────────────────────────────────────────────────────────────────────────────
    @action(description=gettext_lazy("Propose a selection"), url_path="propose", permissions=["propose"])
    def propose_page(self, request: HttpRequest) -> HttpResponse:
        """What a selection would say now, the consequence, then the button."""
        chooser, programme = self._round(request)
        done = _("The selection is proposed. An approver confirms it.")
        answer, refusal = self._made(request, programme, actions.propose_selection, done)
        if answer is not None:
            return answer
        now = queries.computed(programme) if programme else None
        found = queries.obstacles(programme) if programme else None
        waiting = SelectionRun(round=programme) if programme else None
        context = {
            "title": _("Propose a selection"),
            "chooser": chooser,
            "programme": programme,
            "progress": queries.progress(programme) if programme else None,
            "page": tables.page_of(waiting, now.inputs, now.result.lines, request.GET.get("page")) if now and waiting else None,
            "pools": tables.pool_rows(now.result) if now else [],
            "result": now.result if now else None,
            "summary": queries.summary(now.result) if now else {},
            "refusal": refusal,
            "obstacles": found,
            "blockers": [facts.blocking(one, found) for one in found.blockers[: parts.PER_PAGE]] if found else [],
            "run_url": self._change_url(found.run.pk) if found and found.run else "",
        }
        return self._page(request, "propose", context, 422 if refusal else 200)


def _file(text: str, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(text.encode(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response

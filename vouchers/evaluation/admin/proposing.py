"""The officer's doors to proposed assignments: compute, look, change by hand at a price, apply."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from portal.kit.admin import KeptReasonForm, Verb, VerbAdmin
from portal.kit.errors import DomainError
from portal.templatetags.portal import kst
from vouchers.evaluation import actions, queries
from vouchers.evaluation.admin import parts, telling
from vouchers.evaluation.forms import SwapForm
from vouchers.evaluation.models import AssignmentRun
from vouchers.evaluation.queries import challenges, proposing
from vouchers.evaluation.rules import assigning as rules
from vouchers.evaluation.rules.stages import PROPOSAL_LIFECYCLE

ASSIGN = "vouchers.assign_evaluator"


def _applied(run: AssignmentRun) -> str:
    words = _("Each evaluator gets a mail and first says whether there is a conflict of interest. The file opens after that.")
    return " ".join(filter(None, (challenges.window_words(run.round), words)))


@admin.register(AssignmentRun)
class AssignmentRunAdmin(parts.RoundPages, VerbAdmin):
    list_display = ("round", "status", "proposed_by", "proposed", "applied_by", "changes")
    list_filter = ("status", "round")
    list_select_related = ("round", "proposed_by", "applied_by")
    ordering = ("-created_at",)
    actions_list = ("propose_page",)
    change_form_template = "vouchers/evaluation/admin_assignment_run.html"
    fields = readonly_fields = (
        "round", "status", "proposed_by", "proposed", "proven", "changes", "applied_by", "applied", "reason", "engine",
        "policy_number", "inputs_sha256",
    )  # fmt: skip
    verbs = (
        Verb(
            "apply", gettext_lazy("Apply the proposal"), lambda pk, by: actions.apply_proposal(run_id=pk, by=by), ASSIGN,
            parts.can(PROPOSAL_LIFECYCLE, "apply_proposal"), form=forms.Form,
            consequence=lambda obj: _applied(obj),
        ),
        Verb(
            "discard", gettext_lazy("Discard"), lambda pk, by, reason: actions.discard_proposal(run_id=pk, reason=reason, by=by),
            ASSIGN, parts.can(PROPOSAL_LIFECYCLE, "discard_proposal"), form=KeptReasonForm, danger=True,
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("Computed on"), ordering="created_at")
    def proposed(self, obj: AssignmentRun) -> str:
        return kst(obj.created_at)

    @admin.display(description=gettext_lazy("Carried out at"), ordering="applied_at")
    def applied(self, obj: AssignmentRun) -> str:
        return kst(obj.applied_at) or "—"

    def headline(self, obj: AssignmentRun) -> str:
        return f"{obj.round} · {_('Proposed assignments')}"

    def has_assign_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(ASSIGN)

    def get_urls(self) -> list[URLPattern]:
        """One application of a proposal, where it is changed by hand."""
        view = self.admin_site.admin_view(self.case_page)
        return [path("<int:pk>/case/<str:ref>/", view, name="vouchers_assignmentrun_case"), *super().get_urls()]

    def ways(self, request: HttpRequest, obj: AssignmentRun) -> list[tuple[Any, str]]:
        if not self.has_assign_permission(request):
            return []
        address = reverse(f"{self.admin_site.name}:vouchers_assignment_assign_page")
        return [(_("Assign evaluators and see progress"), f"{address}?round={obj.round_id}")]

    def ways_lead(self, obj: AssignmentRun) -> bool:
        return False

    def case(self, request: HttpRequest, obj: AssignmentRun) -> dict[str, Any]:
        """With its applications, loads and gaps, as far as they are open to the reader."""
        found = proposing.proposal(obj, request.user)
        teller = telling.Teller(found)
        refs = sorted((case.ref for case in found.problem.cases), key=lambda ref: ref not in teller.lacks)
        page = Paginator(refs, parts.PER_PAGE).get_page(request.GET.get("page"))
        page.object_list = teller.lines(list(page.object_list))
        seen = set(refs)
        count = sum(len(refs) for refs in found.pairs.values())
        refused = [(case, who) for case, who, _code in obj.refused if case in seen]
        return super().case(request, obj) | {
            "run": obj, "page": page, "count": count, "done": min(obj.done, count), "loads": teller.load_rows(), "figures": telling.figures(found),
            "gaps": telling.gaps(teller.lacks), "refused": [(case, teller.names.get(who, who)) for case, who in refused],
            "may_change": obj.status == "PROPOSED" and self.has_assign_permission(request),
        }  # fmt: skip

    # ── Compute ──────────────────────────────────────────────────────────────────────────────────────
    @action(description=gettext_lazy("Propose assignments"), url_path="propose", permissions=["assign"])
    def propose_page(self, request: HttpRequest) -> HttpResponse:
        """What is weighed, then the button; a proposal that waits is led to."""
        chooser, programme = self._round(request)
        done = _("Assignments are proposed. Nobody is asked before you apply them.")
        answer, refusal = self._made(request, programme, actions.propose_assignments, done)
        if answer is not None:
            return answer
        waiting = proposing.open_run(programme) if programme else None
        context = {
            "title": _("Propose assignments"),
            "chooser": chooser,
            "programme": programme,
            "progress": queries.progress(programme) if programme else None,
            "policy": programme.policy().assigning if programme else None,
            "refusal": refusal,
            "window": challenges.window_words(programme) if programme else "",
            "waiting": self._change_url(waiting.pk) if waiting else "",
        }
        return self._page(request, "propose_assignments", context, 422 if refusal else 200)

    # ── Change by hand ───────────────────────────────────────────────────────────────────────────────
    def case_page(self, request: HttpRequest, pk: int, ref: str) -> HttpResponse:
        """Who may come for whom, each with a price; the price of what is chosen; then the button."""
        run = self.get_object(request, str(pk))
        found = proposing.proposal(run, request.user) if run is not None else None
        if run is None or found is None or ref not in found.problem.case or not self.has_assign_permission(request):
            raise Http404
        self.write_down(request, run)
        teller, case, refusal = telling.Teller(found), found.problem.case[ref], ""
        form = SwapForm(request.POST if request.method == "POST" else request.GET)
        out, into, version = form.read(run.version)
        if request.method == "POST":
            try:
                actions.change_proposal(run_id=pk, case=ref, out=out, into=into, version=version, by=request.user)
            except DomainError as error:
                refusal = str(error.message)
            else:
                messages.success(request, _("The proposal is changed."))
                return HttpResponseRedirect(self._change_url(pk))
        price, refusal = self._price(found, ref, out, into, refusal)
        context = {
            "title": _("Change a proposal by hand"), "run": run, "line": teller.lines([ref])[0], "out": out, "into": into,
            "candidates": teller.candidates(case, out if out in found.pairs.get(ref, ()) else ""), "price": price, "refusal": refusal,
            "back": self._change_url(pk), "may_change": run.status == "PROPOSED",
        }  # fmt: skip
        return self._page(request, "assignment_case", context, 422 if refusal else 200)

    def _price(self, found: proposing.Proposal, ref: str, out: str, into: str, refusal: str) -> tuple[list[str], str]:
        """(what the chosen change costs in words, why it cannot be)"""
        if refusal or not (out or into):
            return [], refusal
        try:
            actions.check_change(found, ref, out, into)
        except DomainError as error:
            return [], str(error.message)
        return telling.cost_words(rules.cost(found.problem, found.changed(ref, out, into), found.optimum)), ""

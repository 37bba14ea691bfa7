"""The door of a run after an objection: what was upheld, what is evaluated again, what a run would say now."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from portal.kit.errors import DomainError
from vouchers.evaluation import actions, queries
from vouchers.evaluation.admin import parts
from vouchers.evaluation.forms import ReopenForm, RerunRoundForm
from vouchers.evaluation.models import cases_closed_to
from vouchers.rounds.models import Round


class RerunPages(parts.RoundPages):
    """/admin/vouchers/selectionrun/rerun/?round=<id>: one page, two buttons; for the list of runs."""

    write_down: Callable[..., None]

    @action(description=gettext_lazy("After an objection"), url_path="rerun", permissions=["propose"])
    def rerun_page(self, request: HttpRequest) -> HttpResponse:
        """Takes an application up again, or proposes the run that decides it anew. Cases with which a conflict of the reader
        stands are left out: each shows who evaluated it."""
        chooser, programme = self._round(request, RerunRoundForm)
        closed = set(cases_closed_to(request.user.pk))
        upheld = [one for one in queries.to_reopen(programme) if one.application.pk not in closed] if programme else []
        typed = ReopenForm(request.POST, choices=upheld) if "application" in request.POST else None
        refusal = ""
        if request.method == "POST" and programme and (typed is None or typed.is_valid()):
            try:
                return self._act(request, programme, typed)
            except DomainError as error:
                refusal = str(error.message)
        context = {
            "title": _("After an objection"), "chooser": chooser, "programme": programme, "refusal": refusal,
            "upheld": [_case(one, typed, upheld) for one in upheld], **(_now(programme) if programme else {}),
        }  # fmt: skip
        for one in upheld:
            self.write_down(request, one.application)
        return self._page(request, "rerun", context, 422 if refusal or (typed is not None and typed.errors) else 200)

    def _act(self, request: HttpRequest, programme: Round, typed: ReopenForm | None) -> HttpResponse:
        if typed is None:
            run = actions.propose_rerun(round_id=programme.pk, by=request.user)
            messages.success(request, _("The run is proposed. An approver confirms it."))
            return HttpResponseRedirect(self._change_url(run.pk))
        data = typed.cleaned_data
        actions.reopen_case(
            application_id=data["application"], reason=data["reason"], set_aside=data["set_aside"], by=request.user
        )
        messages.success(request, _("The application is evaluated again. Assign evaluators where scores were set aside."))
        return HttpResponseRedirect(f"{request.path}?round={programme.pk}")


def _case(one: queries.Upheld, typed: ReopenForm | None, upheld: list[queries.Upheld]) -> dict[str, Any]:
    """An upheld objection with its form; what was refused stands in it."""
    own = typed is not None and typed.data.get("application") == str(one.application.pk)
    return {
        "application": one.application, "verdict": one.verdict, "evaluations": one.evaluations, "left": one.left,
        "form": typed if own else ReopenForm(initial={"application": one.application.pk}, choices=upheld),
    }  # fmt: skip


def _now(programme: Round) -> dict[str, Any]:
    """What is evaluated again, and what a run would say about it."""
    found, reopened = queries.recomputed(programme), list(queries.reopened(programme))
    refs = {row.ref: row for row in reopened}
    lines = [line for line in found.result.lines if line.ref in refs] if found is not None else []
    before = queries.current_run(programme)
    teller = queries.Teller(programme, found.inputs) if found is not None else None
    waits = queries.waiting_proposal(programme)
    return {
        "reopened": reopened, "stuck": queries.stuck(programme), "result": found.result if found else None, "before": before, "waits": waits,
        "lines": [(refs[line.ref], line, teller.sentences(line)) for line in lines if teller is not None],
        "ready": bool(reopened) and waits is None and not queries.not_ready(programme),
        "assign_url": f"{reverse('admin:vouchers_assignment_assign_page')}?round={programme.pk}",
        "pool_url": f"{reverse('admin:vouchers_poolmember_add')}?round={programme.pk}",
        "penalty_url": reverse("admin:vouchers_penaltyrecord_changelist"),
    }  # fmt: skip

"""The officer's doors to the panel phase: open it for applications of a round, read scores and their history, close it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from portal.kit.admin import Verb, VerbAdmin
from portal.kit.errors import DomainError
from portal.templatetags.portal import kst
from vouchers.evaluation import actions
from vouchers.evaluation.admin import agreement as telling
from vouchers.evaluation.admin import parts
from vouchers.evaluation.forms import OpenPanelsForm, RunRoundForm
from vouchers.evaluation.models import PanelPhase, cases_closed_to
from vouchers.evaluation.queries import panels
from vouchers.evaluation.queries.agreement import quality
from vouchers.evaluation.rules.panels import PANEL_LIFECYCLE, hindrance
from vouchers.rounds.models import Round


@admin.register(PanelPhase)
class PanelPhaseAdmin(parts.RoundPages, VerbAdmin):
    list_display = ("application", "receipt", "status", "opened_by", "opened", "closed")
    list_filter = ("application__round", "status", parts.OF_TRACK)
    search_fields = ("application__receipt_no", "application__title")
    list_select_related = ("application", "opened_by")
    ordering = ("-opened_at", "-id")
    actions_list = ("round_page", "quality_page")
    change_form_template = "vouchers/evaluation/admin_panel.html"
    fields = readonly_fields = ("application", "status", "opened_by", "opened", "closed_by", "closed")
    verbs = (
        Verb(
            "close", gettext_lazy("Close the panel"), lambda pk, by: actions.close_panel(panel_id=pk, by=by), "vouchers.open_panel",
            parts.can(PANEL_LIFECYCLE, "close_panel"), form=forms.Form,
            consequence=lambda obj: _("Nobody re-scores any more. The scores count for the selection as they are now."),
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("Receipt number"), ordering="application__receipt_no")
    def receipt(self, obj: PanelPhase) -> str:
        return obj.application.receipt_no or "—"

    @admin.display(description=gettext_lazy("Opened at"), ordering="opened_at")
    def opened(self, obj: PanelPhase) -> str:
        return kst(obj.opened_at)

    @admin.display(description=gettext_lazy("Closed at"), ordering="closed_at")
    def closed(self, obj: PanelPhase) -> str:
        return kst(obj.closed_at) or "—"

    def persons_of(self, obj: PanelPhase) -> set[str]:
        return {obj.application.company.ref}

    def ways(self, request: HttpRequest, obj: PanelPhase) -> list[tuple[Any, str]]:
        address = reverse(f"{self.admin_site.name}:vouchers_panelphase_round_page")
        return [(_("Panels of a round"), f"{address}?round={obj.application.round_id}")]

    def ways_lead(self, obj: PanelPhase) -> bool:
        return False

    def case(self, request: HttpRequest, obj: PanelPhase) -> dict[str, Any]:
        """With every member's scores, their history, and how the file was read."""
        board = panels.board(obj.application)
        readers = panels.readers([member.assignment for member in board.members])
        return super().case(request, obj) | {"board": board, "readers": readers}

    # ── The panels of a round ────────────────────────────────────────────────────────────────────────
    def has_every_case_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(getattr(request.user, "sees_all_cases", False))

    @action(description=gettext_lazy("Panels of a round"), url_path="round", permissions=["every_case"])
    def round_page(self, request: HttpRequest) -> HttpResponse:
        """Where each application stands, and the form that opens panels."""
        chooser, programme = self._round(request)
        may = request.user.has_perm("vouchers.open_panel")
        form = self._form(request, programme) if programme else None
        if request.method == "POST" and programme and form and may and form.is_valid():
            self._open_all(request, form.cleaned_data["applications"])
            return HttpResponseRedirect(f"{request.path}?round={programme.pk}")
        context = {
            "title": _("Panels of a round"),
            "chooser": chooser,
            "programme": programme,
            "form": form,
            "may_open": may,
            "page": self._rows(request, programme) if programme else None,
            "counts": panels.counts(programme) if programme else {},
        }
        return self._page(request, "panels", context, 422 if form and form.errors else 200)

    @action(description=gettext_lazy("Agreement of the evaluators"), url_path="agreement", permissions=["every_case"])
    def quality_page(self, request: HttpRequest) -> HttpResponse:
        """How far the evaluators of a round agree, and who differs; nothing can be changed here."""
        chooser, programme = self._round(request, RunRoundForm)
        context = {
            "title": _("Agreement of the evaluators"),
            "chooser": chooser,
            "programme": programme,
        }
        if programme:
            context |= telling.page_of(quality(programme, cases_closed_to(request.user.pk)))
        return self._page(request, "agreement", context)

    def _form(self, request: HttpRequest, programme: Round) -> OpenPanelsForm:
        data = request.POST if request.method == "POST" else None
        return OpenPanelsForm(data, applications=self._applications(request, programme))

    def _applications(self, request: HttpRequest, programme: Round) -> Any:
        return panels.applications_of(programme, cases_closed_to(request.user.pk))

    def _rows(self, request: HttpRequest, programme: Round) -> Any:
        """One page of (application, its panel or None, whether it can open)."""
        found = Paginator(self._applications(request, programme), parts.PER_PAGE).get_page(request.GET.get("page"))
        rows: list[Any] = list(found.object_list)
        phases = panels.phases_of(rows)
        found.object_list = [
            (row, phases.get(row.pk), not hindrance(
                opened=row.pk in phases, pending=row.pending_count, handed_in=row.handed_in_count, locked=0
            )) for row in rows
        ]  # fmt: skip
        return found

    def _open_all(self, request: HttpRequest, applications: Any) -> None:
        """Each by itself; each refusal is named."""
        done = 0
        for application in applications:
            try:
                actions.open_panel(application_id=application.pk, by=request.user)
                done += 1
            except DomainError as error:
                messages.error(request, f"{application.receipt_no}: {error.message}")
        if done:
            messages.success(request, _("%(n)d panels were opened. Their members were told.") % {"n": done})

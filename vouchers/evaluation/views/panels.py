"""The evaluator's doors to the panel: the page of a handed-in case, re-scoring, the reports of reading time."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.journal import actions as journal
from portal.kit.access import needs
from portal.kit.errors import DomainError, NotAllowed, Stale
from portal.kit.htmx import form_errors, page, redirect
from vouchers.evaluation import actions
from vouchers.evaluation.forms import RescoreForm
from vouchers.evaluation.models import Assignment
from vouchers.evaluation.queries import panels, presenting
from vouchers.evaluation.views.cases import content_of, own_assignment, read_mark, reading_of


def show_handed_in(request: HttpRequest, row: Assignment, form: RescoreForm | None = None, status: int = 200) -> HttpResponse:
    """Own scores; once the panel was opened, the others' too, and while it is open the form that changes own ones."""
    board = panels.board_for(row)
    task = panels.PANEL if board else panels.FILE
    journal.saw(request.user, row.application, persons=[row.application.company.ref], what=task)
    own = next((one for one in board.members if one.assignment.pk == row.pk), None) if board else None
    if form is None and board and board.is_open and row.status == "SUBMITTED":
        form = RescoreForm(assignment=row)
    context = {
        "row": row,
        **content_of(row),
        "lines": [
            (score.criterion, score)
            for score in row.scores.select_related("criterion").order_by("criterion__stage", "criterion__position")
        ],
        "board": board,
        "own": own,
        "form": form,
        **reading_of(row),
        "seat": presenting.seat_in(row),
        "absent": presenting.absent_on(row.application),
    }
    return page(request, "vouchers/evaluation/handed_in.html", context, status=status)


@needs("vouchers.score_application")
@require_POST
def rescore(request: HttpRequest, ref: str) -> HttpResponse:
    """Changes own points or reasons in the open panel, with the reason of the change."""
    row = own_assignment(request, ref)
    form = RescoreForm(request.POST, assignment=row)
    status = _rescore(row, form, request)
    if status != 200:
        return show_handed_in(request, own_assignment(request, ref), form, status)
    messages.success(request, _("Your changed scores count from now on. What you scored first stays on the record."))
    return redirect(request, reverse("evaluation:assignment", args=[ref]) + "#panel-title")


def _rescore(row: Assignment, form: RescoreForm, request: HttpRequest) -> int:
    if not form.is_valid():
        return 422
    data: dict[str, Any] = form.cleaned_data
    given = {"scores": form.scores(), "reason": data["reason"], "version": data["version"]}
    try:
        actions.rescore(assignment_id=row.pk, by=request.user, **given)
    except Stale as error:
        form.add_error(None, str(error.message))
        form.show_version(Assignment.objects.values_list("version", flat=True).get(pk=row.pk))
        return 409
    except DomainError as error:
        form_errors(form, error)
        return 422
    return 200


@needs("vouchers.score_application")
@require_POST
def reading(request: HttpRequest, ref: str) -> HttpResponse:
    """A page says that it is still open in front of its evaluator."""
    row = own_assignment(request, ref)
    opened_at = read_mark(row, request.POST.get("mark", ""))
    if opened_at is not None:
        try:
            actions.record_reading(assignment_id=row.pk, opened_at=opened_at, by=request.user)
        except NotAllowed:
            return HttpResponse(status=204)  # the file was closed meanwhile: nothing is counted
    return HttpResponse(status=204)

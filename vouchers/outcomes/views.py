"""Surveys after projects in the browser: the list with its table to take along, a survey with its versions, the form."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import queries as accounts
from portal.journal import actions as journal
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.forms import ReasonForm
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from portal.kit.sheets import csv_lines
from portal.kit.words import day, moment, pick
from vouchers.outcomes import actions, forms, queries, rules
from vouchers.outcomes.models import OutcomeSurvey, OutcomeVersion

PER_PAGE = 30


def _listed(request: HttpRequest) -> Any:
    """The surveys that the address asks for: the page and its table are the same."""
    status = request.GET.get("status", "")
    return queries.listed(
        request.user, round_key=request.GET.get("round", ""), status="" if status == "LATE" else status, late=status == "LATE"
    )


@signed_in
@require_GET
def surveys(request: HttpRequest) -> HttpResponse:
    """Mine, or for the offices all, by due day."""
    rounds = [(key, pick({"t_ko": ko, "t_en": en}, "t")) for key, ko, en in queries.rounds_asked(request.user)]
    shown = Pages(_listed(request), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown, "form": forms.OutcomeFilter(request.GET or None, rounds=rounds), "query": request.GET.urlencode(),
        "sees_all": accounts.sees_all(request.user), "narrowed": bool(request.GET.get("round") or request.GET.get("status")),
    }  # fmt: skip
    return page(request, "vouchers/outcomes/list.html", context)


@signed_in
@require_GET
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The same list as a table, with every answer; for those who see every case."""
    if not accounts.sees_all(request.user):
        raise Http404
    found = list(_listed(request))
    journal.saw(request.user, OutcomeSurvey, persons={one.company.ref for one in found}, what="outcome surveys as a table")
    response = StreamingHttpResponse(csv_lines(_table(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="outcomes.csv"'
    return response


def _table(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    last, asked = queries.last_answers(found), {one.key: one for survey in found for one in survey.questions}
    yield [
        _("Agreement"), _("Company"), _("Round"), _("Which survey"), _("Asks about the time from"), _("Asks about the time until"),
        _("Due on"), _("State"), _("Version"), _("Handed in"), *(pick({"t_ko": one.ko, "t_en": one.en}, "t") for one in asked.values()),
    ]  # fmt: skip
    for one in found:
        answer = last.get(one.pk)
        told = answer.answers if answer else {}
        yield [
            one.agreement.number, pick(one.company, "name"), pick(one.round, "title"), one.number, day(one.covers_from), day(one.covers_to),
            day(one.due_on), str(one.get_status_display()), answer.number if answer else "", moment(answer.created_at) if answer else "",
            *(_cell(told.get(key)) for key in asked),
        ]  # fmt: skip


def _cell(value: Any) -> Any:
    return "" if value is None else (_("Yes") if value else _("No")) if isinstance(value, bool) else value


def _row(request: HttpRequest, ref: str) -> OutcomeSurvey:
    row = get_object_or_404(queries.surveys_for(request.user), ref=ref)
    journal.saw(request.user, row, persons=[row.company.ref], what="outcome survey", whose=row.organisation_ids())
    return row


@signed_in
@require_GET
def survey(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _row(request, ref))


def _show(request: HttpRequest, row: OutcomeSurvey, bound: ReasonForm | None = None) -> HttpResponse:
    """bound: a reason that could not be accepted."""
    versions = [(one, _told(row, one)) for one in queries.versions_of(row)]
    context = {
        "row": row, "versions": versions, "may": queries.may(request.user, row), "reason_form": bound or ReasonForm(),
        "sees_all": accounts.sees_all(request.user),
    }  # fmt: skip
    return page(request, "vouchers/outcomes/survey.html", context, status=422 if bound else 200)


def _told(row: OutcomeSurvey, version: OutcomeVersion) -> list[dict[str, Any]]:
    """Each question with its answer and addresses."""
    return [
        {"question": one, "value": version.answers.get(one.key), "links": version.links.get(one.key, ())} for one in row.questions
    ]


@needs("vouchers.answer_outcome")
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, ref: str) -> HttpResponse:
    """The form: saved as a draft, handed in, or corrected."""
    row = _row(request, ref)
    may = queries.may(request.user, row)
    if not (may["submit"] or may["correct"]):
        raise Http404
    form = _form(request, row, corrects=may["correct"])
    drafts = request.POST.get("do") == "draft"
    if drafts:
        form.as_draft()
    if request.method == "POST" and form.is_valid():
        try:
            if drafts:
                actions.save_draft(survey_id=row.pk, answers=form.answers(), links=form.links(), by=request.user)
            else:
                _hand_in(request, row, form, corrects=may["correct"])
        except actions.Unanswered as error:
            form.refuse(error.by_key)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Saved. It is not handed in yet.") if drafts else _("Handed in. Thank you."))
            return redirect(request, request.path if drafts else row.get_absolute_url())
    context = {"row": row, "form": form, "corrects": may["correct"]}
    return page(request, "vouchers/outcomes/answer.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, row: OutcomeSurvey, *, corrects: bool) -> forms.OutcomeForm:
    """What was saved last stands in it: the draft, else what was handed in."""
    last = next(iter(queries.versions_of(row)), None)
    held = row.draft or ({"answers": last.answers, "links": last.links} if last else {})
    data = request.POST if request.method == "POST" else None
    return forms.OutcomeForm(data, survey=row, held=held.get("answers", {}), links=held.get("links", {}), corrects=corrects)


def _hand_in(request: HttpRequest, row: OutcomeSurvey, form: forms.OutcomeForm, *, corrects: bool) -> None:
    given = {"survey_id": row.pk, "answers": form.answers(), "links": form.links(), "by": request.user}
    if corrects:
        actions.correct_outcome(**given, reason=form.cleaned_data["reason"])
    else:
        actions.submit_outcome(**given)


@needs("vouchers.waive_outcome")
@require_POST
def waive(request: HttpRequest, ref: str) -> HttpResponse:
    row, form = _row(request, ref), ReasonForm(request.POST)
    rules.OUTCOME_LIFECYCLE.step(row.status, "waive_outcome")  # an old page is told so
    if not form.is_valid():
        return _show(request, row, form)
    actions.waive_outcome(survey_id=row.pk, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, _("The survey is not asked any more. The company was told why."))
    return redirect(request, row.get_absolute_url())

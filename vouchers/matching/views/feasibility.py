"""A count asked for before any review: the company asks, the institution answers with a band. One page for both."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from providers.catalogue.models import Dataset
from vouchers.companies import actions as companies
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import FeasibilityQuery
from vouchers.matching.rules import asking
from vouchers.matching.rules import feasibility as rules
from vouchers.matching.views.needs import need_or_404
from vouchers.matching.views.panels import Verb, panels, perform

PAGE_SIZE = 20
BOXES = {"waiting": _("Waiting for your count"), "answered": _("Count answered"), "ended": _("Ended")}
VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "refuse", _("Say that you cannot count"),
            lambda row, by, **why: actions.refuse_feasibility(query_id=row.pk, by=by, **why),
            _("Sent. The company was told."), forms.CannotCountForm, danger=True,
        ),
        Verb(
            "withdraw", _("Withdraw the question"), lambda row, by: actions.withdraw_feasibility(query_id=row.pk, by=by),
            _("Withdrawn. The institution was told."),
        ),
    )
}  # fmt: skip


@needs("vouchers.ask_feasibility")
@require_http_methods(["GET", "HEAD", "POST"])
def ask_count(request: HttpRequest, ref: str) -> HttpResponse:
    """Asks the holder of a dataset. `for` is the dataset's key."""
    need = need_or_404(request, ref)
    key = request.GET.get("for", "").replace("\x00", "")
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user).select_related("institution"), key=key)
    form = forms.AskCountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask_feasibility(
                need_id=need.pk, dataset_id=dataset.pk, message=form.cleaned_data["message"], by=request.user
            )
            messages.success(request, str(_("Your question was sent. You get a notice when the answer arrives.")))
            return redirect(request, reverse("matching:count", args=[made.ref]))
        except DomainError as error:
            form_errors(form, error)
    problem = "" if dataset.is_open() or form.errors else str(asking.NOT_OPEN)
    context = {"need": need, "dataset": dataset, "form": form, "problem": problem, **queries.asking_facts(need)}
    return page(request, "vouchers/matching/count_ask.html", context, status=422 if form.errors else 200)


@needs("vouchers.answer_feasibility")
@require_safe
def counts_inbox(request: HttpRequest) -> HttpResponse:
    """Questions by due day; the tabs are kept in the address."""
    box = request.GET.get("box", "waiting")
    box = box if box in BOXES else "waiting"
    counts = queries.counts_in_boxes(request.user)
    tabs = [{"label": word, "url": f"?box={name}", "count": counts[name], "current": name == box} for name, word in BOXES.items()]
    pages = Pages(queries.counts_inbox(request.user, box), PAGE_SIZE)
    pages.count = counts[box]  # already asked for the tabs
    found = pages.get_page(request.GET.get("page"))
    return page(request, "vouchers/matching/counts.html", {"page": found, "tabs": tabs, "box": box})


def count_or_404(request: HttpRequest, ref: str) -> FeasibilityQuery:
    """The question, if the person may see it; that it was looked at is written down."""
    row = get_object_or_404(queries.counts_for(request.user), ref=ref)
    companies.saw(row, of=row.need.company, what="need", by=request.user)
    return row


@signed_in
@require_safe
def count_detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, count_or_404(request, ref))


@needs("vouchers.answer_feasibility")
@require_POST
def count_answer(request: HttpRequest, ref: str) -> HttpResponse:
    row = count_or_404(request, ref)
    form = forms.CountForm(request.POST, query=row)
    if form.is_valid():
        try:
            actions.answer_feasibility(query_id=row.pk, by=request.user, **form.cleaned_data)
            messages.success(request, str(_("Sent. The company sees the band only.")))
            return redirect(request, reverse("matching:count", args=[ref]))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
    return _show(request, row, form=form, status=422)


@signed_in
@require_POST
def count_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    row, back = count_or_404(request, ref), reverse("matching:count", args=[ref])
    if not _may(request.user, row).get(verb, True):
        raise PermissionDenied
    return perform(request, VERBS, verb, row, lambda **more: _show(request, count_or_404(request, ref), **more), back)


def _may(user: Any, row: FeasibilityQuery) -> dict[str, bool]:
    """Verb → whether it is this person's: answering and refusing the institution's, withdrawing the company's."""
    answers, asks = (
        user.has_perm("vouchers.answer_feasibility", row.institution),
        user.has_perm("vouchers.ask_feasibility", row.need.company),
    )
    return {"refuse": answers, "withdraw": asks}


def _show(
    request: HttpRequest, row: FeasibilityQuery, *, form: Any = None, bound: Any = None, problem: str = "", status: int = 200
) -> HttpResponse:
    may = _may(request.user, row)
    shown = [
        VERBS[name] for name, can in may.items() if can and rules.FEASIBILITY_LIFECYCLE.can(row.status, f"{name}_feasibility")
    ]
    if bound and all(verb.name != bound[0] for verb in shown):
        bound, problem = None, problem or " ".join(bound[1].non_field_errors())
    may_answer = may["refuse"] and rules.FEASIBILITY_LIFECYCLE.can(row.status, "answer_feasibility")
    context = {
        "row": row, "need": row.need, "problem": problem, "of_company": may["withdraw"], "sections": queries.count_facts(row),
        "answer": queries.answer_words(row), "enough": rules.enough(row.band, row.criteria.get("patients_minimum")) if row.band else "",
        "form": (form or forms.CountForm(query=row)) if may_answer else None, "smallest": row.bounds[0],
        "panels": panels(shown, lambda name: reverse("matching:count_verb", args=[row.ref, name]), bound),
        "timeline": queries.timeline(row),
    }  # fmt: skip
    return page(request, "vouchers/matching/count.html", context, status=status)

"""Doors of the room."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.forms import Form, formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import actions as documents
from portal.documents import responses
from portal.documents.queries import not_taken_because
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError, IllegalStep
from portal.kit.forms import ReasonForm
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from providers.institutions.models import Institution
from vouchers.agreements.models import Agreement
from vouchers.companies import actions as companies
from vouchers.milestones import actions, forms, queries
from vouchers.milestones.models import Deliverable, Milestone

PER_PAGE = 20
PLAN_ROWS = 4
MOST_ROWS = 40


@signed_in
@require_GET
def milestone_list(request: HttpRequest) -> HttpResponse:
    found = queries.listed(request.user)
    status = request.GET.get("status", "")
    if status:
        found = found.filter(status=status)
    whose = request.GET.get("agreement", "")
    if whose:
        found = found.filter(agreement__ref=whose[:24])
    shown = Pages(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown, "status": status, "whose": shown[0].agreement if whose and shown else None, "form": forms.StateFilter(request.GET or None),
        "unplanned": queries.unplanned(request.user) if request.user.has_perm("vouchers.plan_milestones") else [],
    }  # fmt: skip
    return page(request, "vouchers/milestones/list.html", context)


def _milestone(request: HttpRequest, ref: str) -> Milestone:
    row = get_object_or_404(queries.milestones_for(request.user), ref=ref)
    companies.saw(row, of=row.agreement.company, what="milestone", by=request.user)
    return row


@signed_in
@require_GET
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _milestone(request, ref))


FORMS: Mapping[str, type[Form]] = {
    "return": ReasonForm, "reject": ReasonForm, "accept-part": forms.PartForm, "accept-in-place": ReasonForm,
}  # fmt: skip


def _show(request: HttpRequest, row: Milestone, bound: tuple[str, Form] | None = None) -> HttpResponse:
    """The milestone's page; bound: the verb whose form could not be accepted, and that form."""
    measure = queries.measure(row)
    first = {"accept-part": {"accepted_won": measure.suggested_won}} if measure.suggested_won else {}
    typed = {verb.replace("-", "_"): form(auto_id=f"id_{verb}_%s", initial=first.get(verb)) for verb, form in FORMS.items()}
    typed |= {bound[0].replace("-", "_"): bound[1]} if bound else {}
    context = {
        "row": row, "deliverables": row.deliverables.select_related("document").order_by("-submission", "id"),
        "overdue": queries.is_overdue(row), "may": {k.replace("-", "_"): v for k, v in queries.may(request.user, row).items()},
        "forms": typed, "access_allowed": queries.access_allowed(row), "begun": queries.has_begun(row), "measure": measure,
        "own_won": row.amount_won - row.grant_won, "held": not_taken_because(queries.handed_in(row)),
        "use_begins": queries.use_begins(row), "rest": queries.rest_of(row),
        "part": queries.part_of(row),
    }  # fmt: skip
    return page(request, "vouchers/milestones/detail.html", context, status=422 if bound else 200)


def plan_formset(request: HttpRequest, payees: list[Institution], initial: Sequence[Mapping[str, Any]] = ()) -> Any:
    """As many blocks as were sent or are filled already, one more where somebody asked for it."""
    asked = request.POST.get("form-TOTAL_FORMS", "")
    rows = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else max(PLAN_ROWS, len(initial))
    rows = min(max(rows + ("add" in request.POST), PLAN_ROWS), MOST_ROWS)
    formset_class = formset_factory(forms.PlanItemForm, extra=max(0, rows - len(initial)), max_num=MOST_ROWS, min_num=0)
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None:
        data["form-TOTAL_FORMS"], data["form-INITIAL_FORMS"] = str(rows), "0"
    return formset_class(data, initial=None if data is not None else list(initial), form_kwargs={"payees": payees})


@needs("vouchers.plan_milestones")
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    """The operator plans the deliveries of an agreement in force."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).select_related("company"), ref=agreement_ref)
    payees, sums = queries.payees(agreement)
    formset = plan_formset(request, payees)
    error = ""
    if request.method == "POST" and "add" not in request.POST and formset.is_valid():
        items = [form.cleaned_data for form in formset if form.has_changed()]
        try:
            actions.plan(agreement_id=agreement.pk, items=items, by=request.user)
        except DomainError as refused:
            error = str(refused.message)
        else:
            messages.success(request, _("The milestones were planned."))
            return redirect(request, f"{reverse('milestones:list')}?agreement={agreement.ref}")
    wrong = bool(error) or (request.method == "POST" and "add" not in request.POST and formset.total_error_count() > 0)
    context = {"agreement": agreement, "formset": formset, "sums": sums, "error": error, "wrong": wrong}
    return page(request, "vouchers/milestones/plan.html", context, status=422 if wrong else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    row = _milestone(request, ref)
    organisation = row.institution.organisation
    if organisation is None or not request.user.has_perm("vouchers.submit_milestone", organisation):
        raise Http404
    if queries.has_begun(row) and not queries.may(request.user, row)["submit"]:  # before the first day the action names it
        raise IllegalStep("milestone", row.status, "submit_milestone")
    form = forms.SubmitForm(
        request.POST if request.method == "POST" else None, request.FILES or None, indicators=row.indicators.all()
    )
    if request.method == "POST" and form.is_valid():
        uploads = [form.cleaned_data[name] for name in ("file", "file2", "file3") if form.cleaned_data[name]]
        try:
            with documents.all_or_nothing():  # a refused submission leaves no stray file behind
                files = [
                    documents.upload(file=u, kind="deliverable", organisation=organisation, by=request.user) for u in uploads
                ]
                actions.submit_milestone(
                    milestone_id=row.pk, documents=files, note=form.cleaned_data["note"], figures=form.figures(), by=request.user
                )
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The milestone was submitted. The company checks it next."))
            return redirect(request, reverse("milestones:detail", args=[row.ref]))
    return page(
        request,
        "vouchers/milestones/submit.html",
        {"row": row, "form": form, "use_begins": queries.use_begins(row)},
        status=422 if form.errors else 200,
    )


_VERBS: dict[str, Any] = {
    "accept": actions.accept_milestone,
    "accept-part": actions.accept_milestone,
    "accept-in-place": actions.accept_in_place,
    "confirm": actions.confirm_milestone,
    "return": actions.return_milestone,
    "reject": actions.reject_milestone,
}


DONE = {
    "accept": gettext_lazy("Accepted. The operating agency checks the acceptance next."),
    "accept-part": gettext_lazy("Accepted in part. The operating agency checks it next; then the rest becomes a milestone of its own."),
    "accept-in-place": gettext_lazy("Accepted in the company's place. Company and provider were told; a colleague of yours checks it next."),
    "confirm": gettext_lazy("Confirmed. The provider may request the disbursement now."),
    "return": gettext_lazy("Returned to the provider with your reason."),
    "reject": gettext_lazy("Rejected. The provider was told the reason."),
}  # fmt: skip


@signed_in
@require_POST
def decide(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """accept or accept-part (company), accept-in-place, confirm or reject (operator), return (whose turn it is)."""
    row = _milestone(request, ref)
    if verb not in _VERBS:
        raise Http404
    form = FORMS[verb](request.POST, auto_id=f"id_{verb}_%s") if verb in FORMS else None
    if form is not None and not form.is_valid() and queries.may(request.user, row)[verb]:
        return _show(request, row, (verb, form))
    try:
        _VERBS[verb](milestone_id=row.pk, by=request.user, **_given(form))
    except DomainError as error:
        if form is None or error.status == 403 or not error.field:
            raise
        form_errors(form, error)
        return _show(request, row, (verb, form))
    messages.success(request, DONE[verb])
    return redirect(request, reverse("milestones:detail", args=[row.ref]))


def _given(form: Form | None) -> dict[str, Any]:
    """What was typed; of what cannot be accepted nothing, so that the action says who may and why not."""
    empty = {"accepted_won": 0}
    return {name: form.cleaned_data.get(name, empty.get(name, "")) for name in form.fields} if form is not None else {}


@signed_in
@require_GET
def deliverable(request: HttpRequest, ref: str, deliverable_ref: str) -> HttpResponse:
    row = _milestone(request, ref)
    found = get_object_or_404(Deliverable.objects.select_related("document"), milestone=row, ref=deliverable_ref)
    return responses.download(found.document, by=request.user, case=row)

"""A clawback in the browser of whom it concerns: the notice, an opinion, the order, an objection."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portal.documents import actions as documents
from portal.documents import responses
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.objections import queries as objections
from vouchers.objections.forms import ObjectionForm
from vouchers.objections.rules import in_time
from vouchers.settlements import actions, forms, queries, rules
from vouchers.settlements.models import Clawback


def _row(request: HttpRequest, ref: str) -> Clawback:
    row = get_object_or_404(queries.clawbacks_for(request.user), ref=ref)
    journal.saw(request.user, row, persons=[row.organisation.ref], what="clawback", whose=row.organisation_ids())
    return row


@signed_in
@require_GET
def clawback_detail(request: HttpRequest, ref: str) -> HttpResponse:
    row = _row(request, ref)
    decision = queries.decision(row)
    context = {
        "row": row, "may": queries.may_with_clawback(request.user, row), "decision": decision, "debts": list(row.debts.order_by("pk")),
        "objection": objections.filed_against(decision.event) if decision else None,
        "late": decision is not None and not in_time(decision.open_until, clock.now()),
        "lowers": queries.may_lower(row, request.user, "vouchers.order_clawback"),
        "ordered": row.ordered_on is not None,
    }  # fmt: skip
    return page(request, "vouchers/settlements/clawback.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def opinion(request: HttpRequest, ref: str) -> HttpResponse:
    """Whom the notice concerns says what they think of it, once."""
    row = _row(request, ref)
    if not request.user.has_perm("vouchers.state_opinion", row.organisation):
        raise Http404
    rules.CLAWBACK_LIFECYCLE.step(row.status, "state_opinion")  # an old page is told before anything is typed
    form = forms.OpinionForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, by = form.cleaned_data["file"], request.user
        try:
            with documents.all_or_nothing():
                kept = documents.upload(file=file, kind="opinion", organisation=row.organisation, by=by) if file else None
                actions.state_opinion(clawback_id=row.pk, opinion=form.cleaned_data["opinion"], document=kept, by=by)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your opinion was given. It is read before anything is decided."))
            return redirect(request, row.get_absolute_url())
    context = {"claw": row, "form": form, "title": _("Give an opinion")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def object_to_order(request: HttpRequest, ref: str) -> HttpResponse:
    """An objection against the order; one that was filed is shown instead."""
    row = _row(request, ref)
    decision = queries.decision(row)
    if decision is None or not queries.may_with_clawback(request.user, row)["object"]:
        raise Http404
    filed = objections.filed_against(decision.event)
    if filed is not None:
        return redirect(request, reverse("objections:detail", args=[filed.ref]))
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given, by = form.cleaned_data, request.user
        try:
            with documents.all_or_nothing():
                files = [
                    documents.upload(file=one, kind="objection", organisation=row.organisation, by=by) for one in form.uploads()
                ]
                filed = actions.object_to_clawback(
                    clawback_id=row.pk, ground=given["ground"], statement=given["statement"], documents=files, by=by
                )
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your objection is filed. You hear the decision by the due day."))
            return redirect(request, reverse("objections:detail", args=[filed.ref]))
    context = {"claw": row, "form": form, "decision": decision, "title": _("Object to the order")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


@needs("vouchers.order_clawback")
@require_http_methods(["GET", "POST"])
def lower_order(request: HttpRequest, ref: str) -> HttpResponse:
    """After an upheld objection: less is ordered back."""
    row = _row(request, ref)
    if queries.upheld(row) is None:
        raise Http404
    form = forms.LowerClawbackForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.lower_clawback(clawback_id=row.pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Lowered. The company was told; the ministry records that it was acted on."))
            return redirect(request, row.get_absolute_url())
    context = {"claw": row, "form": form, "title": _("Lower what was ordered back")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def opinion_file(request: HttpRequest, ref: str) -> HttpResponseBase:
    row = _row(request, ref)
    if row.opinion_file is None:
        raise Http404
    return responses.download(row.opinion_file, by=request.user, case=row)

"""Samples of payments in the browser: the auditor draws, looks and marks; who was asked answers. Each look is written down."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.journal import actions as journal
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.forms import ReasonForm
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from vouchers.settlements import actions, queries
from vouchers.settlements.forms import sampling as forms
from vouchers.settlements.models import AuditFinding, AuditSample, SampleItem

PER_PAGE = 20
DRAW = "vouchers.draw_sample"


@signed_in
@require_GET
def samples(request: HttpRequest) -> HttpResponse:
    """Every sample that was drawn, with how far it is."""
    shown = Pages(queries.samples_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "vouchers/settlements/samples.html", {"page": shown, "may_draw": request.user.has_perm(DRAW)})


@needs(DRAW)
@require_http_methods(["GET", "POST"])
def new_sample(request: HttpRequest) -> HttpResponse:
    form = forms.SampleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = actions.draw_sample(
                round_id=data["round"].pk, paid_from=data["paid_from"], paid_until=data["paid_until"], by=request.user
            )
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Drawn. The sample and all from which it can be drawn again are kept."))
            return redirect(request, row.get_absolute_url())
    return page(request, "vouchers/settlements/sample_new.html", {"form": form}, status=422 if form.errors else 200)


def _sample(request: HttpRequest, ref: str) -> AuditSample:
    return get_object_or_404(queries.samples_for(request.user), ref=ref)


@signed_in
@require_GET
def sample(request: HttpRequest, ref: str) -> HttpResponse:
    """What was drawn by which rule, and where each payment stands."""
    row = _sample(request, ref)
    items = list(queries.items_for(request.user, row))
    journal.saw(
        request.user, row, persons=[one.disbursement.milestone.agreement.company.ref for one in items], what="audit sample"
    )
    context = {"row": row, "items": items, "standing": queries.sample_standing(row), "may_draw": request.user.has_perm(DRAW)}
    return page(request, "vouchers/settlements/sample.html", context)


def _item(request: HttpRequest, ref: str, item_ref: str) -> SampleItem:
    found = get_object_or_404(queries.items_for(request.user, _sample(request, ref)), ref=item_ref)
    company = found.disbursement.milestone.agreement.company
    journal.saw(request.user, found, persons=[company.ref], what="payment of an audit sample")
    return found


@signed_in
@require_GET
def sample_item(request: HttpRequest, ref: str, item_ref: str) -> HttpResponse:
    return _show(request, _item(request, ref, item_ref))


def _show(request: HttpRequest, item: SampleItem, *, about: str = "", **bound: Any) -> HttpResponse:
    """about: the finding whose verb was sent back; bound: the form that was."""
    found = [
        {
            "row": one,
            "may": queries.may_with_finding(request.user, one),
            "answer_form": forms.AnswerForm(auto_id=f"id_%s_{one.ref}"),
        }
        for one in item.findings.all()
    ]
    context = {
        "item": item, "row": item.sample, "agreement": item.disbursement.milestone.agreement, "findings": found,
        "may_draw": request.user.has_perm(DRAW), "file": queries.files_of(request.user, item), "form": forms.FindingForm(),
        "clear_form": forms.ClearForm(), "stands": any(one["row"].status != "WITHDRAWN" for one in found), "reason_form": ReasonForm(), "about": about, **bound,
    }  # fmt: skip
    return page(request, "vouchers/settlements/sample_item.html", context, status=422 if bound else 200)


@needs(DRAW)
@require_POST
def mark_finding(request: HttpRequest, ref: str, item_ref: str) -> HttpResponse:
    item, form = _item(request, ref, item_ref), forms.FindingForm(request.POST)
    if form.is_valid():
        try:
            actions.mark_finding(item_id=item.pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Marked. Who answers was told."))
            return redirect(request, item.get_absolute_url())
    return _show(request, item, form=form)


@needs(DRAW)
@require_POST
def clear_item(request: HttpRequest, ref: str, item_ref: str) -> HttpResponse:
    item, form = _item(request, ref, item_ref), forms.ClearForm(request.POST)
    if form.is_valid():
        try:
            actions.clear_item(item_id=item.pk, note=form.cleaned_data["note"], by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("No finding about this payment."))
            return redirect(request, item.get_absolute_url())
    return _show(request, item, clear_form=form)


@signed_in
@require_POST
def finding_verb(request: HttpRequest, ref: str, item_ref: str, finding_ref: str, verb: str) -> HttpResponse:
    """answer, close, reopen, withdraw."""
    item = _item(request, ref, item_ref)
    row = get_object_or_404(AuditFinding, item=item, ref=finding_ref)
    if verb not in _VERBS:
        raise Http404
    act, done, field = _VERBS[verb]
    form = forms.AnswerForm(request.POST) if field == "answer" else ReasonForm(request.POST) if field else None
    if form is None or form.is_valid():
        try:
            act(finding_id=row.pk, by=request.user, **(form.cleaned_data if form else {}))
        except DomainError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, done)
        return redirect(request, item.get_absolute_url())
    return _show(request, item, about=f"{verb}-{row.ref}", bound=form)


_VERBS: dict[str, tuple[Callable[..., Any], Any, str]] = {  # verb → (action, what is said, the form's field)
    "answer": (actions.answer_audit_finding, gettext_lazy("Answered. The auditor judges it."), "answer"),
    "close": (actions.close_audit_finding, gettext_lazy("Closed."), ""),
    "reopen": (actions.reopen_audit_finding, gettext_lazy("Sent back to be answered again."), "reason"),
    "withdraw": (actions.withdraw_audit_finding, gettext_lazy("Withdrawn. It stays in the record."), "reason"),
}

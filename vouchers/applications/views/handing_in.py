"""Certify and submit, answer a supplement, withdraw."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.kit.access import signed_in
from portal.kit.errors import DomainError, Stale
from portal.kit.htmx import form_errors, page, redirect
from vouchers.applications import actions, queries, rules
from vouchers.applications.forms import SubmitForm, WithdrawForm
from vouchers.applications.models import Application
from vouchers.applications.views.fetch import application_or_404


@signed_in
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """The last look: what is missing, who certified, the declaration. POST `certify` certifies only."""
    if request.method == "POST":
        return _sent(request, ref)
    application = application_or_404(request, ref)
    if application.receipt_no:  # the back button
        return redirect(request, reverse("applications:receipt", args=[ref]))
    return _submit_page(request, application, _fresh(application), status=200)


def _sent(request: HttpRequest, ref: str) -> HttpResponse:
    """The short way of the last minute: nothing about the application is read here that the action reads anyhow."""
    form = SubmitForm(request.POST)
    certifies = "certify" in request.POST
    if form.is_valid():
        try:
            (_certify if certifies else _submit)(request, ref, form.cleaned_data["content"])
            return _after(request, ref, certified=certifies)
        except Stale as error:
            application = application_or_404(request, ref)
            return _submit_page(request, application, _fresh(application), status=409, stale=error.message)
        except DomainError as error:
            form_errors(form, error)
    application = application_or_404(request, ref)
    if application.receipt_no:  # the second click of a double click, which may have waited for the first
        return redirect(request, reverse("applications:receipt", args=[ref]))
    return _submit_page(request, application, form, status=422)


def _submit(request: HttpRequest, ref: str, content: str) -> None:
    given: dict[str, Any] = {"declaration": content, "by": request.user, "arrived_at": request.arrived_at}  # type: ignore[attr-defined]
    if actions.submit_own(ref=ref, **given) is None:
        actions.submit(application_id=application_or_404(request, ref, whole=False).pk, **given)


def _certify(request: HttpRequest, ref: str, content: str) -> None:
    actions.certify(
        application_id=application_or_404(request, ref, whole=False).pk, declaration=content, by=request.user,
        arrived_at=request.arrived_at,  # type: ignore[attr-defined]
    )  # fmt: skip


def _fresh(application: Application) -> SubmitForm:
    return SubmitForm(initial={"content": queries.content_hash(application)})


def _submit_page(request: HttpRequest, application: Application, form: Any, status: int, **more: Any) -> HttpResponse:
    overview = queries.progress(application)
    signers = queries.signers(application, queries.content_hash(application))
    context = {
        "application": application,
        "form": form,
        "progress": overview,
        "signers": signers,
        "joint": application.company.joint_representation and len(signers) > 1,
        "others_waiting": [s for s in signers if s.certified_at is None and s.user.pk != request.user.pk],
        "i_certified": any(s.certified_at and s.user.pk == request.user.pk for s in signers),
        "may_submit": request.user.has_perm("vouchers.submit_application", application),
        "open": queries.is_open_for(application),
        "closes_at": queries.closes_at(application),
        "is_draft": application.status == rules.ApplicationStatus.DRAFT,
        **more,
    }
    return page(request, "vouchers/applications/submit.html", context, status=status)


def _after(request: HttpRequest, ref: str, *, certified: bool) -> HttpResponse:
    if certified:
        messages.success(request, _("Certified. Once every joint representative has certified, it can be submitted."))
        return redirect(request, reverse("applications:submit", args=[ref]))
    return redirect(request, reverse("applications:receipt", args=[ref]))


@signed_in
@require_POST
def supply_supplement(request: HttpRequest, ref: str) -> HttpResponse:
    """Hands the answered supplement back."""
    application = application_or_404(request, ref)
    try:
        actions.supply_supplement(application_id=application.pk, by=request.user)
        messages.success(request, _("The supplement was handed in. The check goes on."))
    except DomainError as error:
        messages.error(request, str(error.message))
    return redirect(request, reverse("applications:detail", args=[ref]))


@signed_in
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Takes the application back; for one that was handed in with a reason."""
    application = application_or_404(request, ref)
    data = request.POST if request.method == "POST" else None
    form = WithdrawForm(data, needed=application.submitted_at is not None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(application_id=application.pk, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("The application was withdrawn."))
            return redirect(request, reverse("applications:detail", args=[ref]))
        except DomainError as error:
            form_errors(form, error)
    context = {
        "application": application,
        "form": form,
        "possible": rules.LIFECYCLE.can(application.status, "withdraw"),
        "may_withdraw": request.user.has_perm("vouchers.withdraw_application", application),
    }
    return page(request, "vouchers/applications/withdraw.html", context, status=422 if form.errors else 200)

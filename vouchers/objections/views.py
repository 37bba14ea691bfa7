"""Doors of the company that objects; reviewers and officers work in the admin."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import actions as documents
from portal.documents.responses import download
from portal.kit import clock
from portal.kit.access import signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from portal.kit.words import korean
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.objections import actions, queries, rules
from vouchers.objections.forms import ObjectionForm
from vouchers.objections.models import Objection, ObjectionDocument

PER_PAGE = 20


@signed_in
@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    """Objections of my company; for reviewers and officers all."""
    shown = Pages(queries.mine(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "vouchers/objections/list.html", {"page": shown})


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Against the decision that stands about an application (`?of=`); an objection that was filed is shown instead."""
    seen = Application.objects.visible_to(request.user).select_related(
        "round", "track", "company__organisation", "policy_version"
    )
    application = get_object_or_404(seen, ref=request.GET.get("of", ""))
    companies.saw(application, of=application.company, what="outcome", by=request.user)
    filed = queries.against(application)
    if filed is not None:
        return redirect(request, reverse("objections:detail", args=[filed.ref]))
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = _file(request, application, form)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your objection is filed. You hear the decision by the due day."))
            return redirect(request, reverse("objections:detail", args=[row.ref]))
    return page(request, "vouchers/objections/new.html", _beside(request, application, form), status=422 if form.errors else 200)


def _file(request: HttpRequest, application: Application, form: ObjectionForm) -> Objection:
    with documents.all_or_nothing():  # a refused objection leaves no stray file behind
        organisation = application.company.organisation
        files = [
            documents.upload(file=file, kind="objection", organisation=organisation, by=request.user) for file in form.uploads()
        ]
        return actions.file_objection(
            application_id=application.pk, ground=form.cleaned_data["ground"], statement=form.cleaned_data["statement"],
            documents=files, by=request.user,
        )  # fmt: skip


def _beside(request: HttpRequest, application: Application, form: ObjectionForm) -> dict[str, Any]:
    """What is decided, until when the objection is possible, and whether this person may file it."""
    decision = queries.decision(application)
    return {
        "application": application,
        "decision": decision,
        "late": decision is not None and not rules.in_time(decision.open_until, clock.now()),
        "may_file": request.user.has_perm("vouchers.file_objection", application),
        "form": form,
    }


def _objection(request: HttpRequest, ref: str) -> Objection:
    found = Objection.objects.visible_to(request.user).select_related("company", "round", "event", "decided_by")
    row = get_object_or_404(found, ref=ref)
    companies.saw(row, of=row.company, what="objection", by=request.user)
    return row


@signed_in
@require_GET
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    """What is attacked and why, where it stands, what was decided."""
    row = _objection(request, ref)
    context = {
        "row": row,
        "decision": rules.ATTACKABLE[row.event_name].words,
        "decided_reason": queries.decided_reason(row, korean=korean()),
        "documents": queries.documents_of(row),
        "upheld": row.status in rules.UPHELD,
        "may_withdraw": row.status in rules.LIVE and request.user.has_perm("vouchers.file_objection", row),
    }
    return page(request, "vouchers/objections/detail.html", context)


@signed_in
@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    row = _objection(request, ref)
    actions.withdraw(objection_id=row.pk, by=request.user)
    messages.success(request, _("You took your objection back."))
    return redirect(request, reverse("objections:detail", args=[ref]))


@signed_in
@require_GET
def document(request: HttpRequest, ref: str, document_ref: str) -> HttpResponseBase:
    row = _objection(request, ref)
    found = get_object_or_404(ObjectionDocument.objects.select_related("document"), objection=row, ref=document_ref)
    return download(found.document, by=request.user, case=row)

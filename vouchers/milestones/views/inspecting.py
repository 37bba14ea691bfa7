"""Interim checks and site visits in the browser: planned, reported, their findings followed up and settled."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form, formset_factory
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import queries as accounts
from portal.documents import actions as documents
from portal.documents import responses
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.forms import ReasonForm
from portal.kit.htmx import form_errors, page, redirect
from vouchers.agreements import queries as agreed
from vouchers.agreements.models import Agreement
from vouchers.companies import actions as companies
from vouchers.milestones import actions, forms, queries
from vouchers.milestones.models import Finding, Inspection

FINDINGS = 4


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def inspections(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    """All of a project; the operating agency plans the next one here."""
    found = Agreement.objects.visible_to(request.user).select_related("company", "award__application")
    row = get_object_or_404(found, ref=agreement_ref)
    companies.saw(row, of=row.company, what="inspection", by=request.user)
    if agreed.left_by(row, request.user) is not None:
        raise Http404
    plans = request.user.has_perm("vouchers.plan_inspection")
    form = forms.PlanInspectionForm(request.POST or None) if plans and row.status == "ACTIVE" else None
    if request.method == "POST" and form is None:  # the action says who may, and why not now
        actions.plan_inspection(
            agreement_id=row.pk, kind="INTERIM", planned_on=row.ends_on, place="", purpose="", by=request.user
        )
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = actions.plan_inspection(agreement_id=row.pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Planned. Company and providers were told."))
            return redirect(request, made.get_absolute_url())
    context = {"agreement": row, "rows": queries.inspections_of(row, request.user), "form": form}
    return page(request, "vouchers/milestones/inspections.html", context, status=422 if form is not None and form.errors else 200)


def _inspection(request: HttpRequest, ref: str) -> Inspection:
    row = get_object_or_404(queries.inspections_for(request.user), ref=ref)
    companies.saw(row, of=row.agreement.company, what="inspection", by=request.user)
    return row


@signed_in
@require_GET
def inspection(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _inspection(request, ref))


def _show(request: HttpRequest, row: Inspection, verb: str = "", bound: Form | None = None) -> HttpResponse:
    """verb, bound: the form that was refused; of a finding its reference stands before the verb."""
    inspects = queries.may_inspect(request.user, row)
    made = {
        "move": forms.MoveInspectionForm(auto_id="id_move_%s", initial={"place": row.place}),
        "cancel": ReasonForm(auto_id="id_cancel_%s"),
    }
    shown: dict[str, Form] = {**(made if inspects else {}), **({verb: bound} if bound is not None and ":" not in verb else {})}
    findings = queries.findings_of(row, request.user)
    for one in findings:
        ref = one["row"].ref
        one["forms"] = {"answer": forms.AnswerForm(auto_id=f"id_{ref}_%s"), "reopen": ReasonForm(auto_id=f"id_{ref}_reopen_%s")}
        if bound is not None and verb.startswith(f"{ref}:"):
            one["forms"][verb.partition(":")[2]] = bound
    context = {"row": row, "inspects": inspects, "forms": shown, "findings": findings}
    return page(request, "vouchers/milestones/inspection.html", context, status=422 if bound is not None else 200)


@needs("vouchers.plan_inspection")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """The report with up to FINDINGS findings."""
    row = _inspection(request, ref)
    if not queries.may_inspect(request.user, row):
        return redirect(request, row.get_absolute_url())
    parties = list(queries.who_may_follow_up(row.agreement))
    blocks = formset_factory(forms.FindingForm, extra=FINDINGS, max_num=FINDINGS)
    sent = request.method == "POST"
    form = forms.ReportForm(request.POST if sent else None, request.FILES or None)
    formset = blocks(request.POST if sent else None, form_kwargs={"parties": parties})
    if sent and form.is_valid() and formset.is_valid():
        try:
            _report(request, row, form, [one.cleaned_data for one in formset if one.cleaned_data.get("text")])
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Reported. Company and providers were told."))
            return redirect(request, row.get_absolute_url())
    wrong = sent and (bool(form.errors) or formset.total_error_count() > 0)
    context = {"row": row, "form": form, "formset": formset}
    return page(request, "vouchers/milestones/inspection_report.html", context, status=422 if wrong else 200)


def _report(request: HttpRequest, row: Inspection, form: Form, findings: list[dict[str, Any]]) -> None:
    with documents.all_or_nothing():  # a refused report leaves no stray file behind
        upload, operator = form.cleaned_data["file"], accounts.organisation_of(request.user, "OPERATOR")
        document = documents.upload(file=upload, kind="inspection", organisation=operator, by=request.user) if upload else None
        actions.report_inspection(
            inspection_id=row.pk, result=form.cleaned_data["result"], report=form.cleaned_data["report"], document=document,
            findings=findings, by=request.user,
        )  # fmt: skip


VERBS: Mapping[str, tuple[Callable[..., Any], Callable[..., Form], Any]] = {
    "move": (actions.move_inspection, forms.MoveInspectionForm, gettext_lazy("Moved. Company and providers were told.")),
    "cancel": (actions.cancel_inspection, ReasonForm, gettext_lazy("Called off. Company and providers were told.")),
}


@needs("vouchers.plan_inspection")
@require_POST
def inspection_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    if verb not in VERBS:
        raise Http404
    row, (run, make, done) = _inspection(request, ref), VERBS[verb]
    form = make(request.POST, auto_id=f"id_{verb}_%s")
    if not form.is_valid():
        return _show(request, row, verb, form)
    try:
        run(inspection_id=row.pk, by=request.user, **form.cleaned_data)
    except DomainError as error:
        if error.status == 403 or not error.field:
            raise
        form_errors(form, error)
        return _show(request, row, verb, form)
    messages.success(request, str(done))
    return redirect(request, row.get_absolute_url())


FINDING_DONE = {
    "answer": gettext_lazy("Handed in. The operating agency checks it."),
    "close": gettext_lazy("Settled."),
    "reopen": gettext_lazy("Opened again. The party was asked once more."),
}


@signed_in
@require_POST
def finding_verb(request: HttpRequest, ref: str, finding_ref: str, verb: str) -> HttpResponse:
    """answer (the party), close or reopen (the operating agency)."""
    if verb not in FINDING_DONE:
        raise Http404
    row = _inspection(request, ref)
    finding = next((one["row"] for one in queries.findings_of(row, request.user) if one["row"].ref == finding_ref), None)
    if finding is None:
        raise Http404
    form: Form | None = None
    if verb == "answer":
        form = forms.AnswerForm(request.POST, request.FILES or None, auto_id=f"id_{finding_ref}_%s")
    elif verb == "reopen":
        form = ReasonForm(request.POST, auto_id=f"id_{finding_ref}_reopen_%s")
    if form is not None and not form.is_valid():
        return _show(request, row, f"{finding_ref}:{verb}", form)
    try:
        _run(request, finding, verb, form)
    except DomainError as error:
        if error.status == 403 or not error.field or form is None:
            raise
        form_errors(form, error)
        return _show(request, row, f"{finding_ref}:{verb}", form)
    messages.success(request, str(FINDING_DONE[verb]))
    return redirect(request, row.get_absolute_url())


def _run(request: HttpRequest, finding: Finding, verb: str, form: Form | None) -> None:
    if verb == "close" or form is None:
        actions.close_finding(finding_id=finding.pk, by=request.user)
        return
    if verb == "reopen":
        actions.reopen_finding(finding_id=finding.pk, reason=form.cleaned_data["reason"], by=request.user)
        return
    with documents.all_or_nothing():
        upload, organisation = form.cleaned_data["file"], finding.party.organisation
        document = documents.upload(file=upload, kind="finding", organisation=organisation, by=request.user) if upload else None
        actions.answer_finding(finding_id=finding.pk, answer=form.cleaned_data["answer"], document=document, by=request.user)


@signed_in
@require_GET
def report_file(request: HttpRequest, ref: str) -> HttpResponseBase:
    row = _inspection(request, ref)
    if row.document is None:
        raise Http404
    return responses.download(row.document, by=request.user, case=row)


@signed_in
@require_GET
def finding_file(request: HttpRequest, ref: str, finding_ref: str) -> HttpResponseBase:
    row = _inspection(request, ref)
    found = next((one["row"] for one in queries.findings_of(row, request.user) if one["row"].ref == finding_ref), None)
    if found is None or found.document is None:
        raise Http404
    return responses.download(found.document, by=request.user, case=row)

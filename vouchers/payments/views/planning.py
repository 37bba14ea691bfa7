"""The plan of a project: every step of all its rooms with who has it, and whether the rest still fits into the time."""

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.agreements import queries as agreed
from vouchers.agreements.models import Agreement
from vouchers.companies import actions as companies
from vouchers.milestones import actions as milestones
from vouchers.milestones import queries as milestone_queries
from vouchers.payments import forms, queries


def _agreement(request: HttpRequest, ref: str) -> Agreement:
    found = Agreement.objects.visible_to(request.user).filter(
        Q(status__in=[*queries.PLANNED, "COMPLETED"]) | Q(activated_at__isnull=False)
    )
    row = get_object_or_404(found.select_related("company", "round", "award__application"), ref=ref)
    companies.saw(row, of=row.company, what="project_plan", by=request.user)
    return row


@signed_in
@require_GET
def plan(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    row = _agreement(request, agreement_ref)
    ended = row.status not in (*queries.PLANNED, "COMPLETED")  # a project that was terminated has no plan any more
    if ended or agreed.left_by(row, request.user) is not None:  # who left reads what was agreed until then, and no plan
        return redirect(request, reverse("agreements:detail", args=[row.ref]))
    return _show(request, row)


def _show(request: HttpRequest, row: Agreement, form: Form | None = None) -> HttpResponse:
    warning = queries.standing_warning(row)
    answers = warning is not None and request.user.has_perm("vouchers.answer_warning")
    context = {
        "row": row, "plan": queries.plan_of(row, request.user), "warning": warning,
        "form": form or (forms.WarningForm() if answers else None), "over": row.status == "COMPLETED",
        "final": milestone_queries.final_of(row),
    }  # fmt: skip
    return page(request, "vouchers/payments/plan.html", context, status=422 if form is not None else 200)


@needs("vouchers.answer_warning")
@require_POST
def answer_warning(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    """What the operating agency does about a plan that runs late."""
    row, form = _agreement(request, agreement_ref), forms.WarningForm(request.POST)
    warning = queries.standing_warning(row)
    if warning is None:
        messages.info(request, _("The plan fits again: there is nothing to answer."))
        return redirect(request, reverse("payments:plan", args=[row.ref]))
    if not form.is_valid():
        return _show(request, row, form)
    try:
        milestones.answer_warning(warning_id=warning.pk, answer=form.cleaned_data["answer"], by=request.user)
    except DomainError as error:
        form_errors(form, error)
        return _show(request, row, form)
    messages.success(request, _("Company and providers were told what is done about it."))
    return redirect(request, reverse("payments:plan", args=[row.ref]))

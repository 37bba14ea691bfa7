"""The provider asks for an advance, where the round allows one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portal.documents import actions as documents
from portal.documents import responses
from portal.journal import actions as journal
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.payments import actions, forms, queries
from vouchers.payments.models import Disbursement


@needs("vouchers.request_disbursement")
@require_http_methods(["GET", "HEAD", "POST"])
def request_advance(request: HttpRequest, milestone_ref: str) -> HttpResponse:
    """milestone_ref: the provider's first milestone, on which its advance hangs."""
    found = next((one for one in queries.advances_for(request.user) if one.anchor.ref == milestone_ref), None)
    if found is None:
        return _asked_already(request, milestone_ref)
    form = forms.AdvanceForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        agreement=found.agreement,
        guaranteed=found.guaranteed,
    )
    if request.method == "POST" and form.is_valid():
        try:
            with documents.all_or_nothing():
                row = _request(request, found, form)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The advance was requested. The company confirms it next."))
            return redirect(request, reverse("payments:detail", args=[row.ref]))
    context = {
        "form": form,
        "found": found,
        "milestone": found.anchor,
        "percent": found.agreement.round.policy().paying.advance_percent,
    }
    return page(request, "vouchers/payments/advance.html", context, status=422 if form.errors else 200)


def _asked_already(request: HttpRequest, milestone_ref: str) -> HttpResponse:
    row = queries.disbursements_for(request.user).filter(milestone__ref=milestone_ref, kind="ADVANCE").first()
    if row is None:
        raise Http404
    return redirect(request, reverse("payments:detail", args=[row.ref]))


def _request(request: HttpRequest, found: queries.Advance, form: forms.AdvanceForm) -> Disbursement:
    data, organisation = form.cleaned_data, found.anchor.institution.organisation

    def taken(name: str, kind: str) -> Any:
        return documents.upload(file=data[name], kind=kind, organisation=organisation, by=request.user, field=name)

    cover = None
    if found.guaranteed:
        cover = actions.Cover(
            data["issuer"], data["number"], data["guarantee_won"], data["valid_until"], taken("guarantee_file", "guarantee")
        )
    return actions.request_advance(
        agreement_id=found.agreement.pk, institution_id=found.anchor.institution_id, invoice_no=data["invoice_no"],
        invoice_on=data["invoice_on"], invoice_document=taken("file", "tax_invoice"), guarantee=cover, by=request.user,
    )  # fmt: skip


@signed_in
@require_GET
def guarantee(request: HttpRequest, ref: str) -> HttpResponse:
    """The guarantee of an advance itself."""
    row = get_object_or_404(queries.disbursements_for(request.user).filter(kind="ADVANCE", guarantee__isnull=False), ref=ref)
    journal.saw(request.user, row, persons=[row.payee.ref], what="guarantee", whose=row.organisation_ids())
    return responses.download(row.guarantee.document, by=request.user, case=row)

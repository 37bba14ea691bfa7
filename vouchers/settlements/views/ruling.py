"""A ruling about an order, in the browser of the offices; whom the order concerns reads it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import actions as documents
from portal.documents import responses
from portal.journal import actions as journal
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.settlements import actions, forms, queries
from vouchers.settlements.models import Clawback


def _row(request: HttpRequest, ref: str) -> Clawback:
    row = get_object_or_404(queries.clawbacks_for(request.user), ref=ref)
    journal.saw(request.user, row, persons=[row.organisation.ref], what="clawback", whose=row.organisation_ids())
    return row


@needs("vouchers.prepare_clawback")
@require_http_methods(["GET", "POST"])
def ruling(request: HttpRequest, ref: str) -> HttpResponse:
    """Entered with its proof; somebody else puts it in force."""
    row = _row(request, ref)
    if not queries.may_with_clawback(request.user, row)["enter_ruling"]:
        raise Http404
    form = forms.RulingForm(request.POST if request.method == "POST" else None, request.FILES or None, row=row)
    if request.method == "POST" and form.is_valid():
        given, by = dict(form.cleaned_data), request.user
        try:
            with documents.all_or_nothing():
                kept = documents.upload(file=given.pop("file"), kind="ruling", organisation=row.organisation, by=by)
                actions.enter_ruling(clawback_id=row.pk, document=kept, by=by, **given)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Entered. Somebody else of finance puts it in force."))
            return redirect(request, row.get_absolute_url())
    context = {"claw": row, "form": form, "title": _("Enter a ruling about the order")}
    return page(request, "vouchers/settlements/form.html", context, status=422 if form.errors else 200)


@needs("vouchers.order_clawback")
@require_POST
def apply_ruling(request: HttpRequest, ref: str) -> HttpResponse:
    row = _row(request, ref)
    actions.apply_ruling(clawback_id=row.pk, by=request.user)
    messages.success(request, _("The ruling is in force. Who owes it was told."))
    return redirect(request, row.get_absolute_url())


@signed_in
@require_GET
def ruling_file(request: HttpRequest, ref: str) -> HttpResponseBase:
    row = _row(request, ref)
    if row.ruling_file is None:
        raise Http404
    return responses.download(row.ruling_file, by=request.user, case=row)

"""A project's whole file: one button, a page that shows how far it is, the download, and the check that anybody may make."""

import hashlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import responses
from portal.journal import actions as journal
from portal.kit import throttle
from portal.kit.access import needs, public
from portal.kit.htmx import page, redirect
from vouchers.agreements.models import Agreement
from vouchers.settlements import actions, forms, queries
from vouchers.settlements.models import AuditFile

TIMES, SECONDS = 20, 600  # files from one address
MAKERS = "vouchers.make_audit_file"


@needs(MAKERS)
@require_POST
def make_audit_file(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), ref=agreement_ref)
    row = actions.ask_audit_file(agreement_id=agreement.pk, by=request.user)
    messages.success(request, _("A worker puts it together. You may leave this page; you get a notice when it is ready."))
    return redirect(request, row.get_absolute_url())


def _row(request: HttpRequest, ref: str) -> AuditFile:
    row = get_object_or_404(queries.audit_files_for(request.user), ref=ref)
    journal.saw(request.user, row, persons=[row.agreement.company.ref], what="auditfile")
    return row


@needs(MAKERS)
@require_GET
def audit_file(request: HttpRequest, ref: str) -> HttpResponse:
    """How far it is; the page asks again by itself while it is made."""
    row = _row(request, ref)
    context = {"row": row, "waits": row.status in {"WAITING", "MAKING"}}
    return page(request, "vouchers/settlements/audit_file.html", context, part="standing")


@needs(MAKERS)
@require_GET
def audit_download(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Each download is written down, whoever asked for the file."""
    row = _row(request, ref)
    if row.document is None:
        raise Http404
    journal.saw(request.user, row, persons=[row.agreement.company.ref], what=f"file {row.document.ref}")
    return responses.download(row.document, by=request.user, case=row)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def verify_audit_file(request: HttpRequest) -> HttpResponse:
    """Whether an archive, or the list of fingerprints in it, is as the portal made it. The file is compared and forgotten."""
    sent = request.method == "POST"
    form = forms.VerifyForm(request.POST, request.FILES) if sent else forms.VerifyForm()
    context: dict[str, object] = {"form": form}
    if sent and throttle.spent("verify-audit", request.META.get("REMOTE_ADDR", ""), times=TIMES, seconds=SECONDS):
        form.add_error(None, _("Too many files were verified from your address. Wait ten minutes, then try again."))
        return page(request, "vouchers/settlements/verify.html", context, status=429)
    if sent and form.is_valid():
        digest = hashlib.sha256()
        for chunk in form.cleaned_data["file"].chunks():
            digest.update(chunk)
        context |= {"done": True, "sha256": digest.hexdigest(), "found": queries.audit_file_of(digest.hexdigest())}
    response = page(request, "vouchers/settlements/verify.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response

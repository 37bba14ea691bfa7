"""Anybody who holds the file learns whether it is a version of an agreement, signed by whom, and whether it still holds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.kit import throttle
from portal.kit.access import public
from portal.kit.htmx import page
from vouchers.agreements import queries
from vouchers.agreements.forms import VerifyForm

TIMES, SECONDS = 20, 600  # files from one address


@public
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The file is read, compared and forgotten."""
    sent = request.method == "POST"
    form = VerifyForm(request.POST, request.FILES) if sent else VerifyForm()
    context: dict[str, Any] = {"form": form}
    if sent and throttle.spent("verify-agreement", request.META.get("REMOTE_ADDR", ""), times=TIMES, seconds=SECONDS):
        form.add_error(None, _("Too many files were verified from your address. Wait ten minutes, then try again."))
        return page(request, "vouchers/agreements/verify.html", context, status=429)
    if sent and form.is_valid():
        sha256, named = queries.fingerprint(form.cleaned_data["file"].chunks())
        found = queries.verified(sha256)
        context |= {"done": True, "sha256": sha256, "found": found, "named": named if not found and queries.known(named) else ""}
    response = page(request, "vouchers/agreements/verify.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response

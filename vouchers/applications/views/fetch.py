"""May-see is the fetch: an application of one's own company (or, for officials, a submitted one), else 404."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from portal.kit.access import signed_in
from portal.kit.htmx import page
from vouchers.applications import rules
from vouchers.applications.forms import SectionForm
from vouchers.applications.models import Application
from vouchers.companies import actions as companies


def application_or_404(request: HttpRequest, ref: str, *, whole: bool = True) -> Application:
    """An official who opens a company's application is written down. whole: with what a page about it shows."""
    found = Application.objects.visible_to(request.user).select_related("company")
    if whole:
        found = found.select_related("round", "track", "company__organisation", "need", "policy_version", "submitted_by")
        found = found.prefetch_related("sections")
    application = get_object_or_404(found, ref=ref)
    companies.saw(application, of=application.company, what="application", by=request.user)
    return application


def section_key(key: str) -> rules.SectionKey:
    if key not in set(rules.SectionKey):
        raise Http404
    return rules.SectionKey(key)


def signed_in_keeping_text(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """As `signed_in`, but what was typed into a section when the session ended comes back with a note (401)."""
    guarded = signed_in(view)

    @wraps(view)
    def inner(request: HttpRequest, ref: str, key: str, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated or request.method != "POST":
            return guarded(request, ref=ref, key=key, **kwargs)
        return _lost(request, key)

    inner.access = "signed_in"  # type: ignore[attr-defined]
    return inner


def _lost(request: HttpRequest, key: str) -> HttpResponse:
    """The session ended while somebody typed: nothing is read from the database, what they sent is shown again."""
    form = SectionForm(section_key(key), request.POST)
    own = [(name, value) for name in request.POST if name[:2] == "q_" for value in request.POST.getlist(name)]
    context = {
        "form": form, "key": section_key(key), "version": request.POST.get("version", ""), "lost": True, "own": own,
        "own_seen": [(name, request.POST[name]) for name in request.POST if name.startswith("seen_q_")],
    }  # fmt: skip
    if getattr(request, "htmx", False):
        return page(request, "vouchers/applications/saved.html", context, status=401)
    return page(request, "vouchers/applications/lost.html", context, status=401)

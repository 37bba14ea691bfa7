"""The feed of one's notices, and in a demonstration the mailbox in which every mail ends."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.journal import actions, queries
from portal.kit import clock
from portal.kit.access import public, signed_in
from portal.kit.htmx import page, redirect
from portal.kit.pages import Pages


@signed_in
@require_GET
def feed(request: HttpRequest) -> HttpResponse:
    """What the portal told me, the newest first."""
    found = Pages(queries.feed(request.user), 20).get_page(request.GET.get("page"))
    shown = queries.worded(found, "en" if get_language() == "en" else "ko")
    return page(request, "journal/feed.html", {"page": found, "notices": shown, "unread": queries.unread(request.user)})


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    actions.read_notices(by=request.user, before=clock.now())
    messages.success(request, _("All notices are marked as read."))
    return redirect(request, reverse("journal:feed"))


@signed_in
@require_GET
def open_notice(request: HttpRequest, ref: str) -> HttpResponse:
    """From a notice to the page that it speaks of; on the way it is marked as read, so the page itself writes nothing."""
    notice = actions.read_notice(ref=ref, by=request.user)
    if notice is None:
        raise Http404
    target = notice.url if notice.url.startswith("/") and not notice.url.startswith("//") else "/home/notices/"
    return redirect(request, f"/en{target}" if get_language() == "en" else target)


@public
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail that the demonstration sent, to whomever."""
    _demo_only()
    found = queries.mailbox()
    words = request.GET.get("q", "").strip()[:100]
    if words:
        found = queries.search_mailbox(words)
    return page(request, "journal/mailbox.html", {"page": Pages(found, 30).get_page(request.GET.get("page")), "q": words})


@public
@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    _demo_only()
    return page(request, "journal/mail.html", {"mail": get_object_or_404(queries.mailbox(), pk=pk)})


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404

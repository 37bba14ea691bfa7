"""Doors of the roof: public home, each role's desk, health, the demo clock, errors."""

import hmac
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.desk import health, queries
from portal.desk.privacy import KINDS, RECORDS
from portal.kit import clock
from portal.kit.access import needs, public, saves_while_typing, sentences_of, signed_in
from portal.kit.htmx import page
from portal.templatetags.portal import digits, kst_text


@public
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The public home: what this is, what is open, where to begin."""
    return page(request, "portal/front.html", queries.front())


@public
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """What is stored about people, for what, for how long, and whom to ask."""
    return page(request, "portal/privacy.html", {"kinds": KINDS, "records": RECORDS})


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The desk: what do I owe, by when."""
    due, kind = request.GET.get("due", ""), request.GET.get("kind", "")
    desk = queries.desk(request.user, due=due, kind=kind)
    return page(request, "portal/home.html", {"desk": desk, "counts": _counts(desk), **queries.home(request.user)})


def _counts(desk: queries.DeskView) -> list[dict[str, Any]]:
    """How much waits, by urgency; a number that is not nought leads to its duties."""
    shown = (
        (_("Late"), desk.late, "?due=late#list", "danger"), (_("Due today"), desk.today, "?due=today#list", "wait"),
        (_("Due within five working days"), desk.soon, "?due=soon#list", ""), (_("All that waits for me"), desk.total, "?#list", ""),
    )  # fmt: skip
    return [
        {"label": label, "value": digits(n), "url": url if n else "", "tone": tone if n else ""} for label, n, url, tone in shown
    ]


@public
@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look when what they show has no page around it: a download, an answer of the API."""
    return HttpResponseRedirect(static("portal/img/favicon.svg"))


@public
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@public
@require_GET
def ready(request: HttpRequest) -> HttpResponse:
    """200 when every part answers, 503 naming the part that does not."""
    parts = health.parts()
    good = all(parts.values())
    return JsonResponse(
        {"status": "ok" if good else "failing", "parts": {k: "ok" if v else "failing" for k, v in parts.items()}},
        status=200 if good else 503,
    )


@public
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; from this machine, or with the token."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not settings.PRODUCTION
    if not local and not (settings.METRICS_TOKEN and hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode())):
        raise Http404
    return HttpResponse(health.metrics(), content_type="text/plain; version=0.0.4")


@needs("desk.move_clock")
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """The demo's administrator lets time pass: some days, until just after a call closes, or into the next year."""
    if not settings.DEMO:
        raise Http404
    now, to = clock.now(), request.POST.get("to", "")
    target = queries.next_closing(now) if to == "close" else clock.kst(clock.today().year + 1, 1, 1, 9) if to == "year" else None
    if to == "close" and target is None:
        messages.error(request, _("No call is open, so none can be closed."))
        return HttpResponseRedirect(reverse("desk:home"), status=303)
    days = {"day": 1, "week": 7, "month": 30, "close": 0, "year": 0}.get(to)
    if days is None:
        messages.error(
            request, _("Choose how far the clock moves: a day, a week, 30 days, to the close of the call, or into the next year.")
        )
        return HttpResponseRedirect(reverse("desk:home"), status=303)
    clock.move_forward((target - now + timedelta(seconds=1)) if target else timedelta(days=days))
    messages.success(request, _("The demo clock now stands at %(time)s.") % {"time": kst_text(clock.now())})
    return HttpResponseRedirect(request.headers.get("Referer") or reverse("desk:home"), status=303)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """An old page or refused cookies: says how to go on and shows what was written. It is shown only, never offered for
    sending again: the form may have come from somebody else's page."""
    if saves_while_typing(request):
        return render(request, "lost.html#note", {"inside": True}, status=403)
    return render(request, "403_csrf.html", {"reason": reason, "sentences": sentences_of(request)}, status=403)

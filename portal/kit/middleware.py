"""The one place where a refusal that no view turned into a form error becomes an honest page."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.urls import Resolver404, resolve

from portal.kit import clock
from portal.kit.access import page_of, source
from portal.kit.errors import DomainError


class client_address:  # noqa: N801 - named like the functions that middleware usually are
    """Who asks: behind our proxy the last address that it wrote (a client may have written others before), else the peer's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
        if forwarded:
            request.META["REMOTE_ADDR"] = forwarded.rpartition(",")[2].strip()
        token = source.set(request.META.get("REMOTE_ADDR", "")[:45])
        try:
            return self.get_response(request)
        finally:
            source.reset(token)


class arrival:  # noqa: N801 - named like the functions that middleware usually are
    """When a request was here as a whole, by this server's clock: `request.arrived_at`, taken once, before anything is asked.

    The body is awaited first, so that no deadline is met by a first line whose rest follows later. None where it is longer
    than any form (a file): nothing is measured by the arrival of those.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        whole = True
        try:
            _ = request.body
        except RequestDataTooBig:  # refused by its length, unread
            whole = False
        except UnreadablePostError:  # whoever reads it next answers for it
            pass
        request.arrived_at = clock.now() if whole else None  # type: ignore[attr-defined]
        return self.get_response(request)


class domain_errors:  # noqa: N801 - named like the functions that middleware usually are
    """A DomainError out of a view: back to the page it came from with the sentence, or a page that says it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError) or request.path.startswith("/api/"):
            return None
        back = request.META.get("HTTP_REFERER", "")
        if request.method == "POST" and back.startswith(f"{request.scheme}://{request.get_host()}/"):
            messages.error(request, str(error.message))
            if getattr(request, "htmx", False):
                return HttpResponse(status=204, headers={"HX-Redirect": back})
            return HttpResponseRedirect(back, status=303)
        return render(request, "409.html", {"error": error}, status=error.status)


class body_limit:  # noqa: N801 - named like the functions that middleware usually are
    """A body longer than any form's files together is refused by its stated length: nothing of it is kept, on disk or elsewhere.

    Stands behind what knows the reader and before what reads the form. The rest is listened to for a while and thrown away:
    a browser shows an answer only once it has said everything.
    """

    PATIENCE = 30.0  # seconds

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) <= settings.MAX_BODY_BYTES:
            return self.get_response(request)
        end = monotonic() + self.PATIENCE
        with suppress(OSError):
            while request.read(1 << 20) and monotonic() < end:
                pass
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        if request.path.startswith("/api/"):
            title = "The body is too long."
            return JsonResponse({"title": title, "status": 413}, status=413, content_type="application/problem+json")
        return render(request, "413.html", {"limit": limit, "page": page_of(request, page_above(request))}, status=413)


class no_dead_ends:  # noqa: N801 - named like the functions that middleware usually are
    """A 405 never reaches a reader bare: a verb's address, opened like a page, leads to the page that the verb belongs to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or request.path.startswith("/api/"):
            return response
        allow = response.headers.get("Allow", "")
        if request.method in {"GET", "HEAD"} and "GET" not in allow:
            return HttpResponseRedirect(page_above(request))
        refused = render(request, "405.html", {"page": page_above(request)}, status=405)
        refused.headers["Allow"] = allow
        return refused


def page_above(request: HttpRequest) -> str:
    """The nearest address above this one that has a page which this person may open; at the latest the start.

    It may be another verb's: then it leads on in the same way.
    """
    parts = request.path.strip("/").split("/")
    while len(parts) > 1:
        parts.pop()
        address = f"/{'/'.join(parts)}/"
        try:
            found = resolve(address)
        except Resolver404:
            continue
        access = getattr(found.func, "access", "")
        if access in {"", "public", "signed_in"} or request.user.is_anonymous or request.user.has_perm(access):
            return address
    return "/"

"""Who may: every view says it once, every action asks as its first line.

May-see is the fetch (`visible_to`, else 404). May-do is a permission resolved over RoleGrants by the authentication
backend. A view that nobody decided about has no `access` mark and fails the route-access test.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from portal.kit.errors import NotAllowed

View = Callable[..., HttpResponseBase]
source: ContextVar[str] = ContextVar("source", default="")  # the network address that is being answered; "" outside a request


def require(by: Any, perm: str, obj: Any = None) -> None:
    """Raises NotAllowed unless `by` holds `perm` (for `obj`'s organisations when one is given).

    `by` None is the portal itself (clock, reference data); doors never pass None.
    """
    if by is not None and not by.has_perm(perm, obj):
        raise NotAllowed()


def require_somebody(by: Any) -> None:
    """Raises NotAllowed unless somebody is signed in: for what everybody decides for themselves, without a role."""
    if by is None or not by.is_authenticated:
        raise NotAllowed()


def public(view: View) -> View:
    """Anybody, without signing in."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anybody who is signed in; what is seen is decided by the fetch."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    inner.access = "signed_in"  # type: ignore[attr-defined]
    return inner


def needs(perm: str) -> Callable[[View], View]:
    """Only those who hold `perm` for at least one organisation; the action asks again for the row."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not request.user.has_perm(perm):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        inner.access = perm  # type: ignore[attr-defined]
        return inner

    return decorate


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in and back to the page; what somebody had typed when the session ended is shown again instead (401)."""
    typed = typed_in(request)
    htmx = getattr(request, "htmx", False)
    if typed and saves_while_typing(request):
        return render(request, "lost.html#note", {"inside": not _target(request).endswith(COUNTED)}, status=401)
    if typed and not htmx:
        context = {"typed": typed, "sentences": sentences_of(request)}
        return render(request, "lost.html", context | {"files": bool(request.FILES)}, status=401)
    response = redirect_to_login(page_of(request, "/home/"))
    if htmx:  # a lost session inside a fragment: the whole page goes to the sign-in
        response.headers["HX-Redirect"] = response["Location"]
        response.status_code = 204
    return response


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form carried, without its token."""
    return [(name, text) for name, texts in request.POST.lists() for text in texts if name != "csrfmiddlewaretoken" and text]


def sentences_of(request: HttpRequest) -> list[str]:
    """What somebody wrote in words, to be shown again so that it can be copied; never a password."""
    return [text for name, text in typed_in(request) if " " in text.strip() and "password" not in name]


def saves_while_typing(request: HttpRequest) -> bool:
    """Whether a form keeps itself, or counts, while somebody types: the answer lands in its own place, the text stays."""
    return _target(request).endswith(("save-state", "saved", COUNTED))


COUNTED = "counted"  # the place beside a form that says what its answers come to


def _target(request: HttpRequest) -> str:
    return str(getattr(getattr(request, "htmx", None), "target", "") or "")


def page_of(request: HttpRequest, unknown: str) -> str:
    """Where to come back to: a verb has no page of its own, so the page that its button stood on, else `unknown`."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = request.META.get("HTTP_REFERER", "")
    home = f"{request.scheme}://{request.get_host()}"
    return came_from.removeprefix(home) if came_from.startswith(f"{home}/") else unknown

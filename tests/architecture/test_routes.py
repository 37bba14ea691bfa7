"""A URL that nobody decided about fails: every view of ours says who may open it."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

THIRD_PARTY = ("allauth.", "django.contrib.admin", "unfold.", "drf_spectacular.")


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def _module(view: Any) -> str:
    return getattr(getattr(view, "view_class", None) or getattr(view, "cls", None) or view, "__module__", "")


def _access(view: Any) -> str | None:
    for holder in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        if getattr(holder, "access", None):
            return str(holder.access)
    return None


def test_every_route_says_who_may_open_it() -> None:
    undecided = []
    for path, view in routes():
        module = _module(view)
        if module.startswith(THIRD_PARTY) or "admin/" in path:
            continue
        if _access(view) is None:
            undecided.append(f"{path} ({module})")
    assert not undecided, "\n".join(undecided)


def test_the_admin_is_closed_to_everybody_else(client) -> None:
    """The admin's own views are wrapped by admin_view: no session, no page."""
    response = client.get("/admin/")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"] or "/admin/login/" in response["Location"]


def test_no_route_serves_uploaded_files_directly() -> None:
    from django.conf import settings

    assert not settings.MEDIA_URL or settings.MEDIA_URL == "/"
    assert not [path for path, _view in routes() if "media" in path or "uploads" in path]

"""What every page knows: whether this is a demo, where its clock stands, unread notices."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.accounts import queries as accounts
from portal.journal import queries as journal
from portal.kit import clock


def house(request: HttpRequest) -> dict[str, Any]:
    """Asked once a request, however many templates it renders; what a page does not show is not asked at all."""
    found: dict[str, Any] | None = getattr(request, "_house", None)
    if found is None:
        found = _house(request)
        request._house = found  # type: ignore[attr-defined]
    return found


def _house(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {
        "DEMO": settings.DEMO,
        "SHOW_GOV_MASTHEAD": settings.SHOW_GOV_MASTHEAD,
        "now": clock.now(),
        "clock_moved": bool(clock.offset()) if settings.DEMO else False,
        "unread_notices": SimpleLazyObject(lambda: _unread(user)),
        "my_roles": SimpleLazyObject(lambda: accounts.roles_of(user) if _signed_in(user) else frozenset()),
    }


def _unread(user: Any) -> int:
    """Fetched with the person; asked where a test or a fresh sign-in put another user object on the request."""
    if not _signed_in(user):
        return 0
    known: int | None = getattr(user, "unread_notices", None)
    return journal.unread(user) if known is None else known


def _signed_in(user: Any) -> bool:
    return bool(user is not None and user.is_authenticated)

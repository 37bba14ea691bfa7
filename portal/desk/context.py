"""What every page knows: whether this is a demo, where its clock stands, unread notices."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.accounts import queries as accounts
from portal.journal import queries as journal
from portal.kit import clock


def house(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    signed_in = bool(user is not None and user.is_authenticated)
    return {
        "DEMO": settings.DEMO,
        "SHOW_GOV_MASTHEAD": settings.SHOW_GOV_MASTHEAD,
        "now": clock.now(),
        "clock_moved": bool(clock.offset()) if settings.DEMO else False,
        "unread_notices": journal.unread(user) if signed_in else 0,
        "my_roles": accounts.roles_of(user) if signed_in else frozenset(),
    }

"""Numbers that are the same for everybody, worked out again only when something has happened.

Every change records an event in its own transaction, so the newest event's number says whether anything moved since.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils.translation import get_language

from portal.kit import clock

SECONDS = 60  # at the longest: two transactions may commit in another order than their events are numbered


def remembered[Found](key: str, compute: Callable[[], Found]) -> Found:
    """`compute()`, or what it gave since the newest event, at most SECONDS ago, on this day and in this language.

    Only for what every reader may see alike; whoever shows it says as of when. One query when nothing moved.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM journal_event")
        (newest,) = cursor.fetchone()
    place = f"remembered:{key}:{get_language()}:{clock.today().isoformat()}:{newest}"
    found: Any = cache.get(place)
    if found is None:
        found = compute()
        cache.set(place, found, SECONDS)
    return found  # type: ignore[no-any-return]

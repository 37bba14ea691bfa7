"""Numbers that are the same for everybody, worked out again only when something has happened.

Every change records an event in its own transaction, so the newest event's number says whether anything moved since.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import connection
from django.utils.translation import get_language

from portal.kit import clock

SECONDS = 60  # at the longest: two transactions may commit in another order than their events are numbered
_seen: ContextVar[dict[Any, Any] | None] = ContextVar("memory_seen", default=None)


def remembered[Found](key: str, compute: Callable[[], Found], seconds: int = SECONDS) -> Found:
    """`compute()`, or what it gave since the newest event, at most `seconds` ago, on this day and in this language.

    Only for what every reader of the key may see alike; whoever shows it says as of when, or remembers it for a few seconds
    only. At most one query a request when nothing moved; asked again in the same request it is at hand.
    """
    language, seen = get_language(), _seen.get()
    found: Any = seen.get((key, language)) if seen is not None else None
    if found is None:
        place = f"remembered:{key}:{language}:{clock.today().isoformat()}:{_newest()}"
        found = cache.get(place)
        if found is None:
            found = compute()
            cache.set(place, found, seconds)
        if seen is not None:
            seen[key, language] = found
    return found  # type: ignore[no-any-return]


def know_newest(newest: int | None) -> None:
    """The newest event's number as a request has asked it already, together with something else."""
    seen = _seen.get()
    if seen is not None:
        seen.setdefault("newest", newest)


def _newest() -> int | None:
    """The newest event's number; asked once a request, so that all numbers of a page are of one moment."""
    seen = _seen.get()
    if seen is not None and "newest" in seen:
        return seen["newest"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM journal_event")
        newest: int | None = cursor.fetchone()[0]
    if seen is not None:
        seen["newest"] = newest
    return newest


request_started.connect(lambda **_given: _seen.set({}), weak=False, dispatch_uid="memory_begins")
request_finished.connect(lambda **_given: _seen.set(None), weak=False, dispatch_uid="memory_ends")

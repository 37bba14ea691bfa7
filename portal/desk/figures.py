"""Numbers of the whole house, common to all who may see them: queues, waits, the ministry's dashboard."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Min, Q

from portal.journal.memory import remembered
from portal.journal.models import Duty
from portal.kit import clock
from vouchers.statistics import queries as statistics
from vouchers.statistics import rules


def dashboard(round_key: str, by: str) -> dict[str, Any]:
    """The ministry's dashboard: a truth common to all who may see it, as it stands since the last event.

    Raises KeyError for a dimension or a round that is not known.
    """
    if by not in rules.DIMENSIONS:
        raise KeyError(by)
    statistics.require_round(round_key)
    found = remembered(f"dashboard:{round_key}:{by}", lambda: _dashboard(round_key, by))
    return {**found, "chosen": round_key, "by": by, "dimensions": rules.DIMENSIONS.values()}


def _dashboard(round_key: str, by: str) -> dict[str, Any]:
    page = statistics.tables(by=(by,), round_key=round_key, public=False)
    return {
        "figures": statistics.headline(round_key), "funnel": statistics.funnel(round_key), "tables": page.tables,
        "rounds": page.rounds, "queues": _queues(), "waits": _waits(),
    }  # fmt: skip


def ministry_figures() -> dict[str, Any]:
    """The few numbers that a director asks for; the statistics room defines them."""
    return statistics.headline()


@dataclass(frozen=True)
class Queue:
    """One kind of duty across the house: how many are open, since when the oldest, how many late."""

    verb: str
    title_ko: str
    title_en: str
    open: int
    late: int
    oldest: Any


def queues() -> list[Queue]:
    """Where work waits in the whole house, the fullest first, as it stands since the last event."""
    return remembered("queues", _queues)


def _queues() -> list[Queue]:
    rows = (
        Duty.objects.filter(closed_at__isnull=True)
        .values("verb")
        .annotate(
            open=Count("id"), oldest=Min("opened_at"), title_ko=Min("title_ko"), title_en=Min("title_en"),
            late=Count("id", filter=Q(due_at__lte=clock.now(), paused_at__isnull=True)),
        )
        .order_by("-open", "verb")[:12]
    )  # fmt: skip
    return [Queue(r["verb"], r["title_ko"], r["title_en"], r["open"], r["late"], r["oldest"]) for r in rows]


@dataclass(frozen=True)
class Wait:
    """How long a step took, in calendar days from opening to closing: median and 90th percentile, and how many."""

    verb: str
    title_ko: str
    title_en: str
    median_days: float
    p90_days: float
    count: int


def usual_waits() -> dict[str, Wait]:
    """Duty's verb → how long it took so far, as of at most a minute ago: nobody's next step depends on it."""
    found: dict[str, Wait] | None = cache.get("usual_waits")
    if found is None:
        found = {wait.verb: wait for wait in _waits()}
        cache.set("usual_waits", found, 60)
    return found


def _waits() -> list[Wait]:
    """Closed duties by verb, without those of rehearsals. In SQL, since medians do not fit the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT verb, min(title_ko), min(title_en), count(*),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at) / 86400),
                   percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at) / 86400)
            FROM journal_duty WHERE closed_at IS NOT NULL AND NOT rehearsed GROUP BY verb ORDER BY count(*) DESC, verb
            """
        )
        return [Wait(v, ko, en, round(float(m), 1), round(float(p), 1), n) for v, ko, en, n, m, p in cursor.fetchall()]

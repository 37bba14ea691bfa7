"""Each role's home: what do I owe, by when."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min

from portal.accounts import queries as accounts
from portal.journal import queries as journal
from portal.journal.models import Duty
from portal.kit import clock, workdays


@dataclass(frozen=True)
class DeskView:
    """duties: open ones in order of their due day; counts by urgency, each a number of duties."""

    duties: list[Duty]
    late: int
    today: int
    soon: int
    total: int


def desk(user: Any, limit: int = 100) -> DeskView:
    """What this person owes now. One query for the list, one for the counts."""
    owed = journal.duties_of(accounts.grants_of(user), user.pk)
    now = clock.now()
    counts: Counter[str] = Counter()
    for due in owed.values_list("due_at", flat=True):
        if due is None:
            continue
        left = workdays.left(due, now)
        counts["late" if due <= now else "today" if left <= 0 else "soon" if left <= 5 else "later"] += 1
    duties = list(owed.select_related("organisation")[:limit])
    return DeskView(duties, counts["late"], counts["today"], counts["soon"], owed.count())


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
    """Where work waits, the fullest first. Two queries."""
    now = clock.now()
    rows = (
        Duty.objects.filter(closed_at__isnull=True)
        .values("verb")
        .annotate(open=Count("id"), oldest=Min("opened_at"), title_ko=Min("title_ko"), title_en=Min("title_en"))
        .order_by("-open")[:12]
    )
    late = dict(
        Duty.objects.filter(closed_at__isnull=True, due_at__lte=now)
        .values("verb")
        .annotate(n=Count("id"))
        .values_list("verb", "n")
    )
    return [
        Queue(r["verb"], r["title_ko"], r["title_en"], r["open"], late.get(r["verb"], 0), r["oldest"]) for r in rows
    ]


def ministry_figures() -> dict[str, Any]:
    """The few numbers that a director asks for; the statistics room defines them."""
    from vouchers.statistics import queries as statistics

    return statistics.headline()

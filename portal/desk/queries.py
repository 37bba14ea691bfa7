"""Each role's home: what do I owe, by when."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.rules import COMPANY_ROLES, PROVIDER_ROLES, STAFF_ROLES, Role
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


def desk(user: Any, limit: int = 50) -> DeskView:
    """What this person owes now: the first `limit` by due day. One query for the list, one for the counts."""
    owed = journal.duties_of(accounts.grants_of(user), user.pk)
    now = clock.now()
    tonight = clock.end_of_day(clock.today())
    week = workdays.due_at(now, 5)
    counts = owed.order_by().aggregate(
        late=Count("id", filter=Q(due_at__lte=now)),
        today=Count("id", filter=Q(due_at__gt=now, due_at__lte=tonight)),
        soon=Count("id", filter=Q(due_at__gt=tonight, due_at__lte=week)),
        total=Count("id"),
    )
    duties = list(owed.select_related("organisation")[:limit])
    return DeskView(duties, counts["late"], counts["today"], counts["soon"], counts["total"])


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


def front() -> dict[str, Any]:
    """The public home: open calls first, and what one finds here. A constant number of queries."""
    from providers.catalogue.models import Dataset
    from providers.institutions.models import Institution
    from vouchers.rounds import queries as rounds

    shown = [(found, found.phase) for found in rounds.public_rounds()[:8]]
    return {
        "open_rounds": [found for found, phase in shown if phase == "OPEN"],
        "other_rounds": [(found, phase) for found, phase in shown if phase != "OPEN"][:5],
        "datasets": Dataset.objects.published().count(),
        "institutions": Institution.objects.count(),
        "figures": ministry_figures(),
    }


def next_closing(now: Any) -> Any:
    """When the next open call closes, or None."""
    from vouchers.rounds.models import Round

    return Round.objects.open_at(now).order_by("closes_at").values_list("closes_at", flat=True).first()


def home(user: Any) -> dict[str, Any]:
    """What stands beside the duties: the rooms that this person's roles use, and the newest notices."""
    roles = accounts.roles_of(user)
    return {
        "rooms": [(label, url) for label, url, wanted in _ROOMS if not wanted or roles & wanted],
        "company": _company(user) if roles & COMPANY_ROLES else None,
        "needs_company": not roles,
        "notices": journal.worded(journal.feed(user)[:5], "en" if get_language() == "en" else "ko"),
    }


def _company(user: Any) -> Any:
    from vouchers.companies import queries as companies

    return companies.company_of(user)


_ROOMS: tuple[tuple[Any, str, frozenset[str]], ...] = (
    (_("My company"), "/companies/", COMPANY_ROLES),
    (_("Data needs and quotes"), "/matching/needs/", COMPANY_ROLES),
    (_("Applications"), "/applications/", COMPANY_ROLES),
    (_("Quote requests"), "/matching/requests/", frozenset({Role.PROVIDER_MANAGER})),
    (_("Datasets and offers"), "/providers/", frozenset({Role.PROVIDER_MANAGER})),
    (_("Evaluation"), "/evaluation/", frozenset({Role.EVALUATOR})),
    (_("Agreements"), "/agreements/", COMPANY_ROLES | PROVIDER_ROLES | {Role.OPERATOR_CASE}),
    (_("Data access"), "/access/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Milestones"), "/milestones/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Disbursements"), "/payments/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Case work (admin)"), "/admin/", STAFF_ROLES),
)


def dashboard(round_key: str, by: str) -> dict[str, Any]:
    """The ministry's dashboard. A constant number of queries."""
    from vouchers.statistics import queries as statistics
    from vouchers.statistics import rules

    by = by if by in rules.DIMENSIONS else "track"
    known = list(statistics.rounds())
    round_key = round_key if any(r.key == round_key for r in known) else ""
    return {
        "figures": statistics.headline(round_key),
        "funnel": statistics.funnel(round_key),
        "tables": [statistics.table(key, by=(by,), round_key=round_key, public=False) for key in rules.MEASURES],
        "rounds": known,
        "chosen": round_key,
        "by": by,
        "dimensions": rules.DIMENSIONS.values(),
        "queues": queues(),
        "waits": waits(),
    }


@dataclass(frozen=True)
class Wait:
    """How long a step took, in calendar days from opening to closing: median and 90th percentile, and how many."""

    verb: str
    title_ko: str
    title_en: str
    median_days: float
    p90_days: float
    count: int


def waits() -> list[Wait]:
    """Closed duties by verb. One query in SQL, since medians do not fit the ORM."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT verb, min(title_ko), min(title_en), count(*),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at) / 86400),
                   percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at) / 86400)
            FROM journal_duty WHERE closed_at IS NOT NULL GROUP BY verb ORDER BY count(*) DESC, verb LIMIT 15
            """
        )
        return [Wait(v, ko, en, round(float(m), 1), round(float(p), 1), n) for v, ko, en, n, m, p in cursor.fetchall()]

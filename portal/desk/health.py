"""Is every part there? And the numbers a monitoring system asks for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db import connection

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    cache.set("health", "1", 5)
    if cache.get("health") != "1":
        raise ConnectionError


def _queue() -> None:
    import redis

    redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "cache": _cache, "queue": _queue}


def parts() -> dict[str, bool]:
    """Part → does it answer."""
    found = {}
    for name, check in CHECKS.items():
        try:
            check()
            found[name] = True
        except Exception:
            found[name] = False
    return found


def metrics() -> bytes:
    """Gauges from the tables that sweeps read: what waits, what is parked."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    from portal.journal.models import Duty, Notice
    from vouchers.payments.models import PaymentAttempt

    registry = CollectorRegistry()
    for name, words, value in (
        ("portal_duties_open", "Open duties", Duty.objects.filter(closed_at__isnull=True).count()),
        ("portal_notices_waiting", "Notices not mailed yet", Notice.objects.filter(state="WAITING").count()),
        ("portal_attempts_parked", "Payments waiting for a person", PaymentAttempt.objects.filter(state="PARKED").count()),
    ):
        Gauge(name, words, registry=registry).set(value)
    _queues(registry)
    return generate_latest(registry)


def _queues(registry: "CollectorRegistry") -> None:
    """What waits at the broker and since when, a queue; how long ago a job ended, and how often in a row it failed."""
    from prometheus_client import Gauge

    from portal.journal import queries
    from portal.journal.models import Job
    from portal.kit import clock

    depth = Gauge("portal_queue_depth", "Messages that wait at the broker", ["queue"], registry=registry)
    oldest = Gauge("portal_queue_oldest_seconds", "Age of the oldest of them", ["queue"], registry=registry)
    parked = Gauge("portal_queue_parked", "Work that failed too often and waits for a person", ["queue"], registry=registry)
    late = Gauge("portal_queue_late", "1 where the queue is late", ["queue"], registry=registry)
    for one in queries.queues():
        if one.depth is not None:
            depth.labels(one.key).set(one.depth)
            oldest.labels(one.key).set(one.oldest_seconds or 0)
        parked.labels(one.key).set(one.parked)
        late.labels(one.key).set(one.late)
    since = Gauge("portal_job_seconds_since", "Seconds since a job last ended", ["job", "queue"], registry=registry)
    failures = Gauge("portal_job_failures", "Failures of a job in a row", ["job", "queue"], registry=registry)
    now = clock.now() - clock.offset()
    for job in Job.objects.order_by("name"):
        since.labels(job.name, job.queue).set((now - job.ended_at).total_seconds())
        failures.labels(job.name, job.queue).set(job.failures)

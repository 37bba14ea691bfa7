"""Is every part there? And the numbers a monitoring system asks for."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection


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
    return generate_latest(registry)

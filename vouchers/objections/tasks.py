"""The clock's door: what ended applications held is free again."""

from celery import shared_task

from portal.kit import clock
from vouchers.objections import actions


@shared_task(name="objections.release_matches")
def release_matches() -> int:
    """Matches of applications that nothing can bring back. Idempotent."""
    return actions.release_matches(clock.now())

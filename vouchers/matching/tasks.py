"""The clock's door: quotes and questions whose time is over."""

from celery import shared_task

from portal.kit import clock
from vouchers.matching import actions


@shared_task(name="matching.note_views")
def note_views() -> int:
    """What the institutions opened is marked as seen. Idempotent."""
    return actions.note_views()


@shared_task(name="matching.expire_quotes")
def expire_quotes() -> int:
    return actions.expire_quotes(clock.now())


@shared_task(name="matching.expire_feasibility")
def expire_feasibility() -> int:
    return actions.expire_feasibility(clock.now())


@shared_task(name="matching.compute_allocations")
def compute_allocations() -> int:
    return actions.compute_allocations()


@shared_task(name="matching.lapse_proposals")
def lapse_proposals() -> int:
    return actions.lapse_proposals(clock.now())

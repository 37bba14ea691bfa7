"""The clock's door: surveys that are owed by now, and what is late."""

from celery import shared_task

from portal.kit import clock
from vouchers.outcomes import actions


@shared_task(name="outcomes.open_surveys")
def open_surveys() -> int:
    """Returns: how many were opened."""
    return actions.open_surveys(now=clock.now())


@shared_task(name="outcomes.escalate")
def escalate() -> int:
    """Returns: people told."""
    return actions.escalate(now=clock.now())

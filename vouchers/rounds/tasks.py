"""What the clock does with rounds."""

from celery import shared_task

from portal.kit import clock
from vouchers.rounds import actions


@shared_task(name="rounds.turn")
def turn() -> int:
    """Closed calls become a duty of the officers. Idempotent."""
    return actions.turn(now=clock.now())

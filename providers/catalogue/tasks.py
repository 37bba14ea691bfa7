"""The catalogue's clock."""

from celery import shared_task

from portal.kit import clock
from providers.catalogue import actions, queries


@shared_task(name="catalogue.ask_if_right")
def ask_if_right() -> int:
    """Asks institutions whether entries that nobody confirmed for long are still right. Returns: entries asked about."""
    return sum(actions.ask_if_right(dataset_id=pk) for pk in queries.unconfirmed(clock.now()))

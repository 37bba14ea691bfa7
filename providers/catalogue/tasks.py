"""The catalogue's clock."""

from celery import shared_task

from portal.kit import clock
from providers.catalogue import actions, queries


@shared_task(name="catalogue.ask_if_right")
def ask_if_right() -> int:
    """Asks institutions whether entries that nobody confirmed for long are still right. Returns: entries asked about."""
    return sum(actions.ask_if_right(dataset_id=pk) for pk in queries.unconfirmed(clock.now()))


@shared_task(name="catalogue.tell_searches")
def tell_searches() -> int:
    """Tells people what is new in the searches that they keep. Returns: datasets told of."""
    now = clock.now()
    return sum(actions.tell_search(search_id=pk, now=now) for pk in queries.untold(now))

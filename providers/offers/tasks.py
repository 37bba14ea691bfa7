"""The offers' clock."""

from celery import shared_task

from providers.offers import actions


@shared_task(name="offers.sync_offered")
def sync_offered() -> int:
    """Offers begin and end with their days: what the catalogue says of the time to the data follows. Returns: datasets changed."""
    return actions.sync_offered()


@shared_task(name="offers.sync_checks")
def sync_checks() -> int:
    """Offers that wait for their check stand in the operating agency's queue. Returns: how many were put there."""
    return actions.sync_checks()


@shared_task(name="offers.sync_wider")
def sync_wider() -> int:
    """A dataset's new version may say less than its offers promise: they are paused. Returns: how many."""
    return actions.sync_wider()


@shared_task(name="offers.renew_capacities")
def renew_capacities() -> int:
    """A new month, quarter or year: an offer takes its whole capacity again. Returns: how many were renewed."""
    return actions.renew_capacities()

"""The offers' clock."""

from celery import shared_task

from providers.offers import actions


@shared_task(name="offers.sync_lead_days")
def sync_lead_days() -> int:
    """Offers begin and end with their days: what the catalogue says of the time to the data follows. Returns: datasets changed."""
    return actions.sync_lead_days()

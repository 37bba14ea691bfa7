"""The clock's door."""

from celery import shared_task

from vouchers.access import actions


@shared_task(name="access.sync_measured_days")
def sync_measured_days() -> int:
    """How long quotes, reviews and preparation took, told to the institutions. Returns: figures that changed."""
    return actions.sync_measured_days()


@shared_task(name="access.sync_measured_shares")
def sync_measured_shares() -> int:
    """Which shares of quote requests and reviews were answered positively, told to the institutions. Returns: figures that changed."""
    return actions.sync_measured_shares()

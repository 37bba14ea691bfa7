"""The clock's door: projects that ended are to be settled; what an objection held back is owed again."""

from celery import shared_task

from vouchers.settlements import actions


@shared_task(name="settlements.sync_ended")
def sync_ended() -> int:
    """Returns: how many settlements were opened."""
    return actions.sync_ended()


@shared_task(name="settlements.sync_objections")
def sync_objections() -> int:
    """Returns: how many debts are owed again."""
    return actions.sync_objections()

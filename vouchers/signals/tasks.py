"""The clock's door: signs of fraud, looked for once an hour."""

from celery import shared_task

from vouchers.signals import actions


@shared_task(name="signals.sweep")
def sweep() -> int:
    """Returns: how many signals are new or have new evidence."""
    return actions.sweep_signals()

"""The clock's door: unanswered awards lapse."""

from celery import shared_task

from portal.kit import clock
from vouchers.evaluation import actions


@shared_task(name="evaluation.lapse_awards")
def lapse_awards() -> int:
    return actions.lapse_awards(clock.now())

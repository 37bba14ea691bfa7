"""The clock's door."""

from celery import shared_task

from portal.kit import clock
from vouchers.milestones import actions


@shared_task(name="milestones.remind")
def remind() -> int:
    """Reminders at the round's reminder days; each is told once."""
    return actions.remind(now=clock.now())


@shared_task(name="milestones.sync_completion")
def sync_completion() -> int:
    """Agreements whose deliveries are all settled are to be completed. Returns: how many are owed since now."""
    return actions.sync_completion()


@shared_task(name="milestones.sync_final_evaluations")
def sync_final_evaluations() -> int:
    """Delivered projects are to be graded; grades that nothing can change any more hold, others are to be made better. Returns: how many of
    all."""
    return actions.sync_final_evaluations() + actions.confirm_grades() + actions.owe_regrades()


@shared_task(name="milestones.escalate")
def escalate() -> int:
    """What is owed and late is told to somebody else, once. Returns: people told."""
    return actions.escalate(now=clock.now())

"""The clock's door: projects that ended, debts that an objection held back, fiscal years that are being closed,
whole files of projects."""

from celery import shared_task

from portal.kit import clock
from vouchers.settlements import actions


@shared_task(name="settlements.sync_ended")
def sync_ended() -> int:
    """Returns: how many settlements were opened, and how many parties owe since now what a termination takes back."""
    return actions.sync_ended() + actions.sync_recoveries()


@shared_task(name="settlements.sync_objections")
def sync_objections() -> int:
    """Returns: how many debts are owed again, and how many amounts are to be lowered since now."""
    return actions.sync_objections() + actions.owe_lowering()


@shared_task(name="settlements.go_on_closings")
def go_on_closings() -> int:
    """Fiscal years that are being closed, line by line. Returns: lines that were booked."""
    return actions.go_on_closings()


@shared_task(name="settlements.make_audit_files")
def make_audit_files() -> int:
    """Whole files of projects that somebody asked for, one after the other. Returns: how many were made."""
    made = 0
    while actions.make_next_audit_file():
        made += 1
    return made


@shared_task(name="settlements.escalate")
def escalate() -> int:
    """What is owed of them and late by the days of its round. Returns: people told."""
    return actions.escalate(now=clock.now())

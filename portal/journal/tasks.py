"""The clock's door: mails leave, reminders are told, days are sealed. Each is safe to run twice and at once."""

import time

import structlog
from celery import shared_task

from portal.journal import actions, gateways, queries
from portal.journal.rules import NoticeState, Outcome
from portal.kit import clock

log = structlog.get_logger("journal")
SWEEP_SECONDS = 45.0  # one sweep ends by itself; the next one goes on


@shared_task(name="journal.deliver_notices")
def deliver_notices() -> int:
    """Mails what is due: claim (committed), send outside of any transaction, settle. Returns mails sent."""
    _find_lost()
    sent, end = 0, time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < end and (notice := actions.claim_notice()) is not None:
        result = gateways.send(
            ref=notice.ref, to=notice.address, subject=notice.title, body=notice.body, calendar=notice.calendar
        )
        settled = actions.settle_notice(notice_id=notice.pk, outcome=result.outcome, error=result.error)
        sent += settled.state == NoticeState.SENT
        if settled.state in {NoticeState.FAILED, NoticeState.UNCLEAR}:
            log.warning("notice_parked", notice=notice.ref, state=settled.state, error=result.error)
    return sent


def _find_lost() -> None:
    """A worker died between sending and settling: ask the other side where it can be asked, else leave it to a person."""
    while (notice := actions.claim_lost()) is not None:
        log.warning("notice_unclear", notice=notice.ref)
        received = gateways.was_received(notice.ref)
        if received is not None:
            outcome = Outcome.SENT if received else Outcome.NOT_SENT
            actions.settle_notice(notice_id=notice.pk, outcome=outcome, error="asked the mailbox")


@shared_task(name="journal.remind")
def remind() -> int:
    """Tells who owes something that is due soon, by the days of its round. Returns people told."""
    return actions.each("journal.remind", queries.to_remind(), actions.remind_of)


@shared_task(name="journal.watch_queues")
def watch_queues() -> int:
    """Tells who runs the portal of queues that are late. Returns: how many are."""
    return actions.tell_of_late_queues()


@shared_task(name="journal.seal_day")
def seal_day() -> str:
    """Seals the events up to yesterday, once a day. Returns the head, or nothing."""
    seal = actions.seal_day()
    return seal.head if seal else ""


@shared_task(name="journal.forget_accesses")
def forget_accesses() -> int:
    """Entries of the access log past their time. Idempotent. Returns: how many were erased."""
    return actions.forget_accesses(now=clock.now())

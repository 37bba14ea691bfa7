"""The clock's door: pays what is registered, asks the statement about what is unclear, watches what was settled."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.db import transaction

from portal.kit import clock
from vouchers.payments import actions, gateways, queries

BATCH = 50


def send_one(attempt_id: int, statement: Mapping[str, gateways.Answer] | None = None) -> gateways.Answer | None:
    """One attempt: only who wins CLAIMED → SENT calls the bank, outside any transaction. Returns: the bank's answer, None when
    nothing was sent."""
    transfer = actions.mark_sent(attempt_id=attempt_id, statement=statement)
    if transfer is None:
        return None
    assert not transaction.get_connection().in_atomic_block or settings.TESTING, "no network inside a transaction"
    answer = gateways.send(transfer, url=gateways.address(), now=clock.now())
    actions.settle(attempt_id=attempt_id, answer=answer)
    return answer


@shared_task(name="payments.pay_due")
def pay_due() -> int:
    """Every registered disbursement, at most BATCH a sweep; none while the bank does not answer at all, and none after an
    unclear answer: of a bank that falls ill one payment a sweep is for people to look after, not all of them. Returns: sent."""
    if not queries.anything_to_pay() or not gateways.reachable(url=gateways.address()):
        return 0
    asked_at, since = clock.now(), queries.tried_since()
    statement, sent = _of_former_attempts(since), 0
    for attempt_id in _due(statement, since, asked_at):
        answer = send_one(attempt_id, statement)
        sent += answer is not None
        if answer is not None and answer.outcome == gateways.Outcome.UNKNOWN:
            break  # the others wait, unclaimed
    return sent


def _due(statement: Mapping[str, gateways.Answer] | None, since: datetime | None, asked_at: datetime) -> Iterator[int]:
    """Attempts to send: those that were claimed and left, then new ones, each claimed when it is its turn."""
    silent = since is not None and statement is None  # then nothing is sent of what was tried before
    yield from queries.claimed_orphans(first=silent)
    for _turn in range(BATCH):
        attempt = actions.claim_next(statement=statement, since=since, asked_at=asked_at)
        if attempt is None:
            return
        yield attempt.pk


def _of_former_attempts(since: datetime | None) -> Mapping[str, gateways.Answer] | None:
    """The statement over whatever was tried before and is to be paid now; it settles at once what moved after all."""
    found = gateways.statement(url=gateways.address(), since=since) if since else None
    if found is not None:
        actions.reconcile(statement=found, now=clock.now())
    return found


@shared_task(name="payments.reconcile")
def reconcile() -> int:
    """What is unclear is decided by the bank's own record. Returns: how many were settled."""
    now = clock.now()
    actions.lose_track(now=now)
    since = queries.unclear_since()
    if since is None:
        return 0
    found = gateways.statement(url=gateways.address(), since=since)
    return 0 if found is None else actions.reconcile(statement=found, now=now)


@shared_task(name="payments.watch_statement")
def watch_statement() -> int:
    """Transfers that were settled lately: did the bank send one back, or execute one that it had refused? Returns: how many
    were overturned."""
    now = clock.now()
    since = queries.watched_since(now)
    found = gateways.statement(url=gateways.address(), since=since) if since else None
    return 0 if found is None else actions.reconcile(statement=found, now=now)


@shared_task(name="payments.sync_terminated")
def sync_terminated() -> int:
    """Unpaid disbursements of agreements that were terminated wait for a person who closes them. Returns: how many."""
    return actions.sync_terminated()


@shared_task(name="payments.expire_vouchers")
def expire_vouchers() -> int:
    """Vouchers past their last day. Returns: how many ended."""
    return actions.expire_vouchers(now=clock.now())


@shared_task(name="payments.sync_plans")
def sync_plans() -> int:
    """Plans of projects in force, computed anew. Returns: how many are flagged or relieved since now."""
    return actions.sync_plans()

"""Claim → send: the attempt row is committed before the bank is called; an unknown outcome is never sent again.

Two transactions a payment and no network inside one. A worker may die anywhere: CLAIMED was not sent yet and may be taken
up by anybody (one conditional update wins); SENT without an answer becomes UNKNOWN and is decided by the bank's statement,
else by a person (settling.py).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from portal.journal import actions as journal
from portal.kit import clock
from vouchers.payments import gateways, rules
from vouchers.payments.models import Disbursement, PaymentAttempt

T = rules.AttemptState
SENT_PATIENCE = timedelta(seconds=60)  # longer than any call to the bank may take


def record(attempt: PaymentAttempt, name: str, before: str, *, by: Any, reason: str = "", **data: Any) -> None:
    journal.record(
        f"payment_attempt.{name}", attempt, by=by, frm=before, to=attempt.state, reason=reason,
        data={"disbursement": attempt.disbursement.ref, "amount_won": attempt.amount_won, "key": attempt.key, **data},
    )  # fmt: skip


@transaction.atomic
def claim_next(
    *,
    statement: Mapping[str, gateways.Answer] | None = None,
    since: datetime | None = None,
    asked_at: datetime | None = None,
) -> PaymentAttempt | None:
    """Takes one registered disbursement without a live attempt. Writes: PaymentAttempt CLAIMED with who released it, Event.
    Committed alone.

    statement: the bank's record since the first attempt of what is payable (`queries.tried_since`). A disbursement that was
    tried before is taken only with it, and only while it shows none of the former transfers: a refusal that was in truth
    paid is never paid twice. since, asked_at: from when on the statement tells, and when the bank was asked for it; what was
    tried before the one or registered after the other waits for the next statement.
    """
    disbursement = _take_payable(statement, since, asked_at)
    if disbursement is None:
        return None
    attempt = PaymentAttempt(
        disbursement=disbursement, key=gateways.new_key(disbursement.ref), amount_won=disbursement.amount_won,
        state=T.CLAIMED, claimed_at=clock.now(), approved_by_id=disbursement.approved_by_id,
        registered_by_id=disbursement.registered_by_id,
    )  # fmt: skip
    attempt.save()
    record(attempt, "claimed", "", by=None)
    return attempt


def _take_payable(
    statement: Mapping[str, gateways.Answer] | None, since: datetime | None, asked_at: datetime | None
) -> Disbursement | None:
    """Locks one payable row. It is asked again once it is locked: another worker may have claimed and committed between."""
    gone: list[int] = []
    while True:
        waiting = Disbursement.objects.payable().exclude(pk__in=gone).order_by("registered_at", "id")
        found = waiting.select_for_update(skip_locked=True).first()
        if found is None:
            return None
        fresh = Disbursement.objects.payable().filter(pk=found.pk).first()
        if fresh is not None and _nothing_moved(fresh, statement, since, asked_at):
            return fresh
        gone.append(found.pk)


def _nothing_moved(
    disbursement: Disbursement,
    statement: Mapping[str, gateways.Answer] | None,
    since: datetime | None,
    asked_at: datetime | None,
) -> bool:
    former = dict(disbursement.attempts.values_list("key", "claimed_at"))
    if not former or statement is None:
        return not former
    registered_at = disbursement.registered_at
    if (since and min(former.values()) < since) or (asked_at and registered_at and registered_at > asked_at):
        return False  # that statement does not tell of every former transfer
    return _none_moved(disbursement.attempts.all(), statement)


def _none_moved(former: QuerySet[PaymentAttempt], statement: Mapping[str, gateways.Answer]) -> bool:
    states = former.values_list("key", "state")
    return all(rules.lets_another_leave(state, statement[key].outcome) for key, state in states if key in statement)


@transaction.atomic
def mark_sent(*, attempt_id: int, statement: Mapping[str, gateways.Answer] | None = None) -> gateways.Transfer | None:
    """CLAIMED → SENT for exactly one caller, who then calls the bank; None for everybody else. Writes: PaymentAttempt.

    statement: the bank's record, where it was read; what it shows as moved of the same payment keeps this one back.
    """
    attempt = PaymentAttempt.objects.select_for_update().filter(pk=attempt_id, state=T.CLAIMED).first()
    if attempt is None:
        return None
    former = PaymentAttempt.objects.filter(disbursement_id=attempt.disbursement_id).exclude(pk=attempt_id)
    if statement is not None and not _none_moved(former, statement):
        return None
    disbursement = Disbursement.objects.select_related("payee_account", "milestone").get(pk=attempt.disbursement_id)
    assert disbursement.payee_account is not None, "approved only with a verified account"
    attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "send")
    attempt.sent_at = clock.now()
    attempt.save()
    record(attempt, "sent", T.CLAIMED, by=None)
    account = disbursement.payee_account
    return gateways.Transfer(
        key=attempt.key, amount_won=attempt.amount_won, bank_code=account.bank_code, account=account.number,
        holder=account.holder, text=f"{disbursement.ref} {disbursement.milestone.title}",
    )  # fmt: skip


@transaction.atomic
def lose_track(*, now: datetime) -> int:
    """SENT longer than any call may take: whoever sent it is dead. SENT → UNKNOWN. Returns: how many."""
    lost = 0
    for attempt in PaymentAttempt.objects.select_for_update(skip_locked=True).filter(
        state=T.SENT, sent_at__lt=now - SENT_PATIENCE
    ):
        attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "lose_track")
        attempt.answer = "no answer"
        attempt.save()
        record(attempt, "lost", T.SENT, by=None, reason="no answer")
        lost += 1
    return lost

"""Claim → send: the attempt row is committed before the bank is called; an unknown outcome is never sent again.

Two transactions a payment and no network inside one. A worker may die anywhere: CLAIMED was not sent yet and may be taken
up by anybody (one conditional update wins); SENT without an answer becomes UNKNOWN and is decided by the bank's statement,
else by a person (settling.py).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from portal.documents.queries import not_taken_because
from portal.journal import actions as journal
from portal.kit import clock, prepared
from portal.kit.errors import Refused
from vouchers.agreements.rules import PAYABLE_AGREEMENTS, VoucherStatus
from vouchers.ledger import queries as money
from vouchers.milestones import queries as milestones
from vouchers.payments import gateways, queries, rules
from vouchers.payments.actions.closing import owe_closing
from vouchers.payments.actions.disbursements import keep, require_unhindered
from vouchers.payments.actions.tries import drop_claimed, record
from vouchers.payments.actions.yearly import refuse_after_year
from vouchers.payments.models import Disbursement, PaymentAttempt

T = rules.AttemptState
TERMINATED = "not sent: the agreement was terminated"
YEAR_OVER = "not sent: its fiscal year is over and it was not carried over"
FAILED = "not sent: its project failed and nothing more is paid of it"
SENT_PATIENCE = timedelta(seconds=60)  # longer than any call to the bank may take


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
        registered_by_id=disbursement.registered_by_id, account_id=disbursement.payee_account_id,
    )  # fmt: skip
    prepared.insert([attempt])
    data = {"disbursement": disbursement.ref, "amount_won": attempt.amount_won, "key": attempt.key}
    journal.record_births([("payment_attempt.claimed", attempt, data)], by=None, to=attempt.state)
    return attempt


def _take_payable(
    statement: Mapping[str, gateways.Answer] | None, since: datetime | None, asked_at: datetime | None
) -> Disbursement | None:
    """Locks one payable row. It is asked again once it is locked: another worker may have claimed and committed between."""
    gone: list[int] = []
    while True:
        found = queries.next_payable(gone)
        if found is None:
            return None
        fresh = queries.still_payable(found)
        if fresh is not None and _nothing_moved(fresh, statement, since, asked_at):
            return fresh
        gone.append(found)


def _nothing_moved(
    disbursement: Disbursement,
    statement: Mapping[str, gateways.Answer] | None,
    since: datetime | None,
    asked_at: datetime | None,
) -> bool:
    former = queries.tries_of(disbursement)
    if not former or statement is None:
        return not former
    if queries.waiting_for_closing([disbursement.ref]):
        return False  # what was dropped since it can never be paid is not taken up again
    registered_at = disbursement.registered_at
    if (since and min(one.claimed_at for one in former) < since) or (asked_at and registered_at and registered_at > asked_at):
        return False  # that statement does not tell of every former transfer
    return _none_moved(former, statement)


def _none_moved(former: Iterable[PaymentAttempt], statement: Mapping[str, gateways.Answer]) -> bool:
    def frees(attempt: PaymentAttempt) -> bool:
        shown = statement.get(attempt.key)
        if shown is None:
            return rules.lets_another_leave(attempt.state, None)
        return rules.lets_another_leave(attempt.state, shown.outcome, whole=shown.whole(attempt.amount_won))

    return all(map(frees, former))


@transaction.atomic
def mark_sent(*, attempt_id: int, statement: Mapping[str, gateways.Answer] | None = None) -> gateways.Transfer | None:
    """CLAIMED → SENT for exactly one caller, who then calls the bank; None for everybody else. Writes: PaymentAttempt.

    statement: the bank's record, where it was read; what it shows as moved of the same payment keeps this one back. Whether
    the payment may leave is asked once more: it waits while the agreement is suspended, the virus scan holds a file, the final
    evaluation or the tax service speaks against it or its year is over, and is dropped, for finance to close, once the agreement was terminated.
    """
    disbursement, attempt = queries.locked_with(attempt_id)
    claimed = attempt.state == T.CLAIMED and attempt.file_id is None
    if not claimed or not _may_leave(disbursement, attempt, statement or {}):
        return None
    account = disbursement.payee_account
    if attempt.account_id not in {None, disbursement.payee_account_id}:
        account = attempt.account
    assert account is not None, "approved only with a verified account"
    attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "send")
    attempt.sent_at = clock.now()
    with prepared.together():
        keep(attempt)
        record(attempt, "sent", T.CLAIMED, by=None)
    return gateways.Transfer(
        key=attempt.key, amount_won=attempt.amount_won, bank_code=account.bank_code, account=account.number,
        holder=account.holder, text=f"{disbursement.ref} {disbursement.named("ko")}",
    )  # fmt: skip


def _may_leave(disbursement: Disbursement, attempt: PaymentAttempt, statement: Mapping[str, gateways.Answer]) -> bool:
    agreement = disbursement.milestone.agreement
    if rules.pays_no_more(agreement.status):
        drop_claimed(disbursement, TERMINATED)
        owe_closing(disbursement, by=None)
        return False
    if queries.year_lost(disbursement):
        drop_claimed(disbursement, YEAR_OVER)
        owe_closing(disbursement, by=None)
        return False
    if milestones.money_lost(disbursement.milestone):
        drop_claimed(disbursement, FAILED)
        owe_closing(disbursement, by=None)
        return False
    payable = agreement.status in PAYABLE_AGREEMENTS and disbursement.voucher.status == VoucherStatus.ISSUED
    held = not_taken_because([disbursement.invoice_document, disbursement.own_share_document])
    payable = payable and money.held_open(agreement.round_id, "COMMITTED", disbursement.voucher.ref)
    if not payable or held or not _none_moved(queries.tries_of(disbursement, but=attempt.pk), statement):
        return False
    try:
        require_unhindered(disbursement)
        refuse_after_year(disbursement)
    except Refused:
        return False
    return True


@transaction.atomic
def lose_track(*, now: datetime) -> int:
    """SENT longer than any call may take: whoever sent it is dead. SENT → UNKNOWN. What left in a file waits for its answer.
    Returns: how many."""
    lost = 0
    for attempt in PaymentAttempt.objects.select_for_update(skip_locked=True).filter(
        state=T.SENT, file__isnull=True, sent_at__lt=now - SENT_PATIENCE
    ):
        attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "lose_track")
        attempt.answer = "no answer"
        attempt.save()
        record(attempt, "lost", T.SENT, by=None, reason="no answer")
        lost += 1
    return lost

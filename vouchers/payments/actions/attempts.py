"""Claim → send → settle. The attempt row is committed before the bank is called; an unknown outcome is never sent again.

Two transactions a payment and no network inside one. A worker may die anywhere: CLAIMED was not sent yet and may be taken
up by anybody (one conditional update wins); SENT without an answer becomes UNKNOWN and is decided by the bank's statement,
else by a person.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.agreements import actions as agreements
from vouchers.ledger import actions as ledger
from vouchers.payments import gateways, notices, rules
from vouchers.payments.actions.disbursements import lock, move, owe
from vouchers.payments.models import Disbursement, PaymentAttempt

T, S = rules.AttemptState, rules.DisbursementStatus
SENT_PATIENCE = timedelta(seconds=60)  # longer than any call to the bank may take
PARK_AFTER = timedelta(minutes=10)  # the bank's statement had this long to show the transfer


def _record(attempt: PaymentAttempt, name: str, before: str, *, by: Any, reason: str = "") -> None:
    journal.record(
        f"payment_attempt.{name}", attempt, by=by, frm=before, to=attempt.state, reason=reason,
        data={"disbursement": attempt.disbursement.ref, "amount_won": attempt.amount_won, "key": attempt.key},
    )  # fmt: skip


@transaction.atomic
def claim_next() -> PaymentAttempt | None:
    """Takes one registered disbursement without a live attempt. Writes: PaymentAttempt CLAIMED, Event. Committed alone."""
    disbursement = _take_payable()
    if disbursement is None:
        return None
    attempt = PaymentAttempt(
        disbursement=disbursement, key=gateways.new_key(disbursement.ref), amount_won=disbursement.amount_won,
        state=T.CLAIMED, claimed_at=clock.now(),
    )  # fmt: skip
    attempt.save()
    _record(attempt, "claimed", "", by=None)
    return attempt


def _take_payable() -> Disbursement | None:
    """Locks one payable row. It is asked again once it is locked: another worker may have claimed and committed between."""
    gone: list[int] = []
    while True:
        waiting = Disbursement.objects.payable().exclude(pk__in=gone).order_by("registered_at", "id")
        found = waiting.select_for_update(skip_locked=True).first()
        if found is None or Disbursement.objects.payable().filter(pk=found.pk).exists():
            return found
        gone.append(found.pk)


@transaction.atomic
def mark_sent(*, attempt_id: int) -> gateways.Transfer | None:
    """CLAIMED → SENT for exactly one caller, who then calls the bank; None for everybody else. Writes: PaymentAttempt."""
    attempt = PaymentAttempt.objects.select_for_update().filter(pk=attempt_id, state=T.CLAIMED).first()
    if attempt is None:
        return None
    disbursement = Disbursement.objects.select_related("payee_account", "milestone").get(pk=attempt.disbursement_id)
    assert disbursement.payee_account is not None, "approved only with a verified account"
    attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "send")
    attempt.sent_at = clock.now()
    attempt.save()
    _record(attempt, "sent", T.CLAIMED, by=None)
    account = disbursement.payee_account
    return gateways.Transfer(
        key=attempt.key, amount_won=attempt.amount_won, bank_code=account.bank_code, account=account.number,
        holder=account.holder, text=f"{disbursement.ref} {disbursement.milestone.title}",
    )  # fmt: skip


@transaction.atomic
def settle(*, attempt_id: int, answer: gateways.Answer, by: Any = None, reason: str = "") -> PaymentAttempt:
    """Books what the bank said, once. PAID: ledger, disbursement, notice in the same transaction. REFUSED: the disbursement
    fails and may be retried. UNKNOWN: nothing moves but the state. Safe to call again with the same answer."""
    found = PaymentAttempt.objects.filter(pk=attempt_id).values_list("disbursement_id", flat=True).get()
    disbursement = lock(found)
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    attempt.disbursement = disbursement
    if attempt.state in {T.PAID, T.REFUSED}:
        if attempt.state == T.REFUSED and answer.outcome == gateways.Outcome.PAID:
            _contradicted(attempt, answer)
        return attempt
    before = attempt.state
    if answer.outcome == gateways.Outcome.UNKNOWN:
        if attempt.state == T.SENT:
            attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "lose_track")
            attempt.answer = answer.words[:300]
            attempt.save()
            _record(attempt, "lost", before, by=by, reason=answer.words)
        return attempt
    verb = "settle_paid" if answer.outcome == gateways.Outcome.PAID else "settle_refused"
    attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, verb)
    attempt.settled_at, attempt.bank_ref, attempt.answer = clock.now(), answer.bank_ref[:60], answer.words[:300]
    attempt.reason, attempt.resolved_by = reason or attempt.reason, by
    attempt.save()
    _record(attempt, "paid" if verb == "settle_paid" else "refused", before, by=by, reason=reason or answer.words)
    journal.close_duty(attempt, "resolve_attempt", by=by)
    if verb == "settle_paid":
        _book(disbursement, attempt, by)
    else:
        move(disbursement, "settle_failed", by=by, reason=answer.words)
        owe(
            disbursement, "retry_disbursement", "은행이 거절한 지급을 다시 등록해 주십시오",
            "Retry a payment that the bank refused", step="payment", by=by, role="PAYMENT_REGISTRAR",
        )  # fmt: skip
        notices.failed(disbursement, answer.words)
    return attempt


def _contradicted(attempt: PaymentAttempt, answer: gateways.Answer) -> None:
    """The bank shows money that a person or the bank itself had called not transferred: nothing is booked, people look."""
    if journal_queries.history(attempt).filter(name="payment_attempt.contradicted").exists():
        return
    _record(attempt, "contradicted", attempt.state, by=None, reason=f"{answer.bank_ref} {answer.words}".strip())
    _owe_a_look(attempt, "settle_contradiction")
    notices.parked(attempt.disbursement)


def _book(disbursement: Disbursement, attempt: PaymentAttempt, by: Any) -> None:
    disbursement.paid_at = clock.now()
    move(disbursement, "settle_paid", by=by, key=attempt.key)
    ledger.pay(
        round_id=disbursement.milestone.agreement.round_id, voucher_ref=disbursement.voucher.ref,
        amount_won=attempt.amount_won, key=attempt.key, reason=f"{disbursement.ref} {disbursement.milestone.title}", by=by,
    )  # fmt: skip
    journal.close_duties(disbursement, by=by)
    agreements.spend_voucher(voucher_id=disbursement.voucher_id)
    notices.paid(disbursement)


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
        _record(attempt, "lost", T.SENT, by=None, reason="no answer")
        lost += 1
    return lost


def reconcile(*, statement: Mapping[str, gateways.Answer], now: datetime) -> int:
    """Decides UNKNOWN and PARKED attempts by the bank's own record; what it never shows is parked for a person.

    statement: end-to-end id → answer, read after `now`. Returns: how many were settled.
    """
    settled = 0
    for attempt in PaymentAttempt.objects.filter(state__in=[T.UNKNOWN, T.PARKED]).order_by("id"):
        answer = statement.get(attempt.key)
        if answer is not None and answer.amount_won not in {None, attempt.amount_won}:
            park(attempt_id=attempt.pk)  # the bank's record names another amount: a person looks
        elif answer is not None:
            settle(attempt_id=attempt.pk, answer=answer)
            settled += 1
        elif attempt.state == T.UNKNOWN and (attempt.sent_at or attempt.claimed_at) < now - PARK_AFTER:
            park(attempt_id=attempt.pk)
    for attempt in PaymentAttempt.objects.filter(state=T.REFUSED, key__in=list(statement)):
        settle(attempt_id=attempt.pk, answer=statement[attempt.key])
    return settled


@transaction.atomic
def park(*, attempt_id: int) -> None:
    """Nobody knows: a person asks the bank. Writes: PaymentAttempt PARKED, Event, Duty, Notice."""
    disbursement = lock(PaymentAttempt.objects.values_list("disbursement_id", flat=True).get(pk=attempt_id))
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state != T.UNKNOWN:
        return
    attempt.disbursement = disbursement
    attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "park")
    attempt.save()
    _record(attempt, "parked", T.UNKNOWN, by=None)
    _owe_a_look(attempt, "resolve_attempt")
    notices.parked(attempt.disbursement)


def _owe_a_look(attempt: PaymentAttempt, verb: str) -> None:
    journal.open_duty(
        attempt, verb, title_ko=f"이체 결과를 은행에 확인해 주십시오: {attempt.disbursement.milestone.title}",
        title_en=f"Ask the bank about a transfer: {attempt.disbursement.milestone.title}",
        url=f"/payments/{attempt.disbursement.ref}/", due_in=2, role="OPERATOR_FINANCE", by=None,
    )  # fmt: skip


@transaction.atomic
def resolve_attempt(*, attempt_id: int, paid: bool, bank_ref: str, reason: str, by: Any) -> PaymentAttempt:
    """A person settles a parked attempt by what the bank said. Not who registered it. Writes: as `settle`."""
    require(by, "vouchers.resolve_attempt")
    attempt = PaymentAttempt.objects.select_related("disbursement").get(pk=attempt_id)
    if attempt.disbursement.registered_by_id == by.pk:
        raise Refused(_("Somebody else must resolve a payment that you registered."), "four_eyes")
    if attempt.state != T.PARKED:
        raise Refused(_("This payment does not wait for a person."), "not_parked")
    if not reason.strip() or (paid and not bank_ref.strip()):
        raise Refused(_("Write down what the bank said, and its reference when the money moved."), "reason_missing", "reason")
    answer = gateways.Answer(gateways.Outcome.PAID if paid else gateways.Outcome.REFUSED, bank_ref.strip(), reason.strip())
    return settle(attempt_id=attempt_id, answer=answer, by=by, reason=reason.strip())

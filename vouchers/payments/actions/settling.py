"""What became of a transfer: by the bank's answer, by its statement, else by a person. Booked once, corrected by new entries.

The ledger follows the bank's own book: a paid transfer that came back is booked back, one that the bank had called refused
and executed after all is booked as paid. What cannot be booked (another amount, another attempt under way) is for people.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import second_factor
from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit import clock, prepared
from portal.kit.access import require
from portal.kit.errors import DomainError, Refused
from vouchers.agreements import actions as agreements
from vouchers.ledger import actions as ledger
from vouchers.ledger import queries as ledger_queries
from vouchers.payments import gateways, notices, queries, rules
from vouchers.payments.actions.closing import owe_closing
from vouchers.payments.actions.disbursements import keep, move, owe, require_apart
from vouchers.payments.actions.tries import drop_claimed, end, record
from vouchers.payments.models import Disbursement, PaymentAttempt

log = logging.getLogger(__name__)
T, S, OUT = rules.AttemptState, rules.DisbursementStatus, gateways.Outcome
NOT_SENT = "not sent: an earlier transfer of the same payment was executed"
DIFFERS = "not sent: the bank's record of an earlier transfer of the same payment differs from ours"
PARK_AFTER = timedelta(minutes=10)  # the bank's statement had this long to show the transfer


@transaction.atomic
def settle(*, attempt_id: int, answer: gateways.Answer, by: Any = None, reason: str = "") -> PaymentAttempt:
    """Books what the bank said, once. PAID: ledger, disbursement, notice in the same transaction. REFUSED: no money moved; the
    disbursement fails and may be retried. SENT_BACK: money moved and came back, booked before or not; the disbursement is
    approved anew. UNKNOWN: nothing moves but the state. Of a settled attempt only what overturns it counts
    (`rules.overturns`). Safe to call again with the same answer."""
    disbursement, attempt = _locked(attempt_id)
    if attempt.state in {T.PAID, T.REFUSED, T.SENT_BACK}:
        if rules.overturns(attempt.state, answer.outcome):
            _overturn(disbursement, attempt, answer)
        elif _proves(attempt.state, answer.outcome) and answer.whole(attempt.amount_won):
            _show(disbursement, attempt)
        elif _completed(attempt, answer):
            journal.close_duty(disbursement, "settle_rest", by=None)
    elif answer.outcome == OUT.UNKNOWN:
        _lose(attempt, answer, by)
    elif answer.outcome == OUT.PAID:
        _pay(disbursement, attempt, answer, by=by, reason=reason)
    elif answer.outcome == OUT.SENT_BACK:  # before anything was booked
        _send_back(disbursement, attempt, answer, by=by, reason=reason)
    else:
        _refuse(disbursement, attempt, answer, by=by, reason=reason)
    return attempt


def _locked(attempt_id: int) -> tuple[Disbursement, PaymentAttempt]:
    return queries.locked_with(attempt_id)


def _lose(attempt: PaymentAttempt, answer: gateways.Answer, by: Any) -> None:
    if attempt.state != T.SENT:
        return
    attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "lose_track")
    attempt.answer = answer.words[:300]
    keep(attempt)
    record(attempt, "lost", T.SENT, by=by, reason=answer.words)


def _pay(
    disbursement: Disbursement, attempt: PaymentAttempt, answer: gateways.Answer, *, by: Any = None, reason: str = ""
) -> None:
    end(attempt, "settle_paid", "paid", answer, by=by, reason=reason)
    disbursement.paid_at = clock.now()
    with prepared.together():
        move(disbursement, "settle_paid", by=by, key=attempt.key)
        journal.close_duties(disbursement, by=by)
    agreement = disbursement.milestone.agreement
    ledger.pay(
        round_id=agreement.round_id, voucher_ref=disbursement.voucher.ref, amount_won=attempt.amount_won, key=attempt.key, by=by,
        **_names(disbursement),
    )  # fmt: skip
    if not ledger_queries.balance(agreement.round_id, "COMMITTED", disbursement.voucher.ref):  # its row is locked since the move
        agreements.spend_voucher(voucher_id=disbursement.voucher_id)
    with prepared.together():
        notices.paid(disbursement, attempt.key)


def _refuse(
    disbursement: Disbursement, attempt: PaymentAttempt, answer: gateways.Answer, *, by: Any = None, reason: str = ""
) -> None:
    """No money moved: it fails, and the registrar may retry. When a former transfer came back meanwhile, the approval stands no
    more, so finance approves anew instead."""
    end(attempt, "settle_refused", "refused", answer, by=by, reason=reason)
    back = disbursement.attempts.filter(state=T.SENT_BACK).order_by("-settled_at", "-id").first()
    if back is not None and not rules.approval_stands(disbursement.approved_at, back.settled_at):
        _anew(disbursement, back, back.answer, by=by)
        return
    move(disbursement, "settle_failed", by=by, reason=answer.words)
    if not owe_closing(disbursement, by=by):
        owe(
            disbursement, "retry_disbursement", "거절된 지급을 다시 등록해 주십시오",
            "Retry a payment that was refused", step="payment", by=by, role="PAYMENT_REGISTRAR",
        )  # fmt: skip
    notices.failed(disbursement, answer.words)


def _overturn(disbursement: Disbursement, attempt: PaymentAttempt, answer: gateways.Answer) -> None:
    """The statement says otherwise than what was settled. What cannot be booked is left to people."""
    whole = answer.whole(attempt.amount_won)
    if whole and attempt.state == T.PAID:
        _send_back(disbursement, attempt, answer)
    elif whole and answer.outcome == OUT.SENT_BACK:
        _came_back_after_all(disbursement, attempt, answer)
    elif whole and attempt.state == T.REFUSED and disbursement.status in {S.FAILED, S.REGISTERED} and _alone(disbursement):
        _pay(disbursement, attempt, answer)
    else:
        _contradicted(disbursement, attempt, answer)


def _show(disbursement: Disbursement, attempt: PaymentAttempt) -> None:
    """The statement shows as come back what already counts so: nothing about it is owed any more."""
    if attempt.shown_back_at is None:
        attempt.shown_back_at = clock.now()
        keep(attempt)
        record(attempt, "shown_back", attempt.state, by=None)
    for verb in ("prove_return", "explain_attempt"):
        journal.close_duty(attempt, verb, by=None)
    journal.close_duty(disbursement, "settle_rest", by=None)


def _alone(disbursement: Disbursement) -> bool:
    """Is no other transfer under way or paid? One that was claimed and not sent yet is dropped: the former one did move."""
    if disbursement.attempts.filter(state__in=(rules.LIVE_ATTEMPTS - {T.CLAIMED}) | {T.PAID}).exists():
        return False
    drop_claimed(disbursement, NOT_SENT)
    return True


def _came_back_after_all(disbursement: Disbursement, attempt: PaymentAttempt, answer: gateways.Answer) -> None:
    """What the bank called refused had moved and came back. Nothing was booked of it; a release of now stands no more, unless
    another transfer was sent under it already."""
    if disbursement.status in {S.FAILED, S.APPROVED, S.REGISTERED} and _alone(disbursement):
        _send_back(disbursement, attempt, answer)
    else:
        end(attempt, "settle_sent_back", "sent_back", answer)
        journal.close_duty(disbursement, "settle_rest", by=None)


def _send_back(
    disbursement: Disbursement, attempt: PaymentAttempt, answer: gateways.Answer, *, by: Any = None, reason: str = ""
) -> None:
    """The payee's bank did not take the money: what was booked goes back to the voucher; finance looks, then approves once
    more. On a person's word alone nothing leaves again before the statement shows the return, which finance owes meanwhile."""
    booked = attempt.state == T.PAID
    end(attempt, "settle_sent_back", "sent_back", answer, by=by, reason=reason)
    if attempt.shown_back_at is None:
        _owe_a_look(attempt, "prove_return")
    _anew(disbursement, attempt, answer.words, by=by)
    if booked:
        ledger.take_back(
            round_id=disbursement.milestone.agreement.round_id, voucher_ref=disbursement.voucher.ref,
            amount_won=attempt.amount_won, key=attempt.key, by=by, **_names(disbursement),
        )  # fmt: skip
        agreements.reopen_voucher(voucher_id=disbursement.voucher_id)


def _anew(disbursement: Disbursement, back: PaymentAttempt, words: str, *, by: Any) -> None:
    """A transfer of it came back: no approval stands, finance looks and approves anew. A payment of a terminated agreement is
    closed by finance instead. back: that transfer; words: why, as the bank puts it."""
    disbursement.paid_at = disbursement.approved_at = disbursement.registered_at = None
    disbursement.approved_by = disbursement.registered_by = None
    move(disbursement, "settle_sent_back", by=by, reason=words, key=back.key)
    journal.close_duties(disbursement, by=by)  # whoever was to retry or register it waits for the new approval
    if not owe_closing(disbursement, by=by):
        owe(
            disbursement, "approve_disbursement", "되돌아온 지급을 확인하고 다시 승인해 주십시오",
            "Look at a payment that came back and approve it again", step="payment", by=by, role="OPERATOR_FINANCE",
        )  # fmt: skip
    notices.sent_back(disbursement, words, back.key)


@transaction.atomic
def contradict(*, attempt_id: int, answer: gateways.Answer) -> None:
    """An answer says otherwise than was settled, and may not overturn it: nothing is booked, people look. Writes: Event, Duty,
    Notice; what was claimed of the payment is dropped."""
    _contradicted(*_locked(attempt_id), answer)


def _contradicted(disbursement: Disbursement, attempt: PaymentAttempt, answer: gateways.Answer) -> None:
    """The bank's record and ours differ in a way that no entry can mend: nothing is booked, nothing more leaves (what was
    claimed is dropped), people look. Each contradiction is told once, also after an earlier one of the same transfer was
    explained; again when the payment was paid meanwhile, as both may have moved then."""
    drop_claimed(disbursement, DIFFERS)
    reason = f"{answer.bank_ref} {answer.words}".strip()
    paid = disbursement.status == S.PAID
    said = {"shown": str(answer.outcome), "shown_won": answer.amount_won, "paid": paid}
    for told in journal_queries.history(attempt).filter(name="payment_attempt.contradicted"):
        if told.reason == reason and {**said, **told.data}.items() >= said.items():
            return
    record(attempt, "contradicted", attempt.state, by=None, reason=reason, **said)
    _owe_a_look(attempt, "explain_attempt")
    notices.parked(attempt.disbursement)


def _names(disbursement: Disbursement) -> dict[str, str]:
    """What the ledger says of it, in both languages."""
    milestone = disbursement.milestone
    about = f"{milestone.agreement.number}, {milestone}"
    return {
        "reason": f"협약 {about}: 지급 {disbursement.ref}",
        "reason_en": f"Agreement {about}: disbursement {disbursement.ref}",
    }


def reconcile(*, statement: Mapping[str, gateways.Answer], now: datetime) -> int:
    """Decides UNKNOWN and PARKED attempts by the bank's own record; what it never shows is parked for a person. What it says
    otherwise than was settled overturns that.

    statement: end-to-end id → answer, read after `now`. Each attempt stands in a transaction of its own: one that cannot be
    settled is logged and waits for the next statement, the others go on. Returns: how many were settled or overturned.
    """
    unclear = PaymentAttempt.objects.filter(state__in=[T.UNKNOWN, T.PARKED]).order_by("id")
    settled = sum(_apart(attempt, lambda one: _decide(one, statement, now)) for attempt in unclear)
    back = [key for key, answer in statement.items() if answer.outcome == OUT.SENT_BACK]
    paid = Q(state=T.PAID) & (Q(key__in=back) | Q(explained_by__isnull=False))
    ended = PaymentAttempt.objects.filter(paid | Q(state__in=[T.REFUSED, T.SENT_BACK])).order_by("id")
    for attempt in ended.only("key", "ref", "state"):
        if attempt.key in statement and _tells(attempt.state, statement[attempt.key].outcome):
            settled += _apart(attempt, lambda one: settle(attempt_id=one.pk, answer=statement[one.key]).state != one.state)
    return settled


def _tells(state: str, outcome: str) -> bool:
    """Whether the statement says something about a settled transfer: another thing, or that what came back did come back, or
    that one whose record had differed is paid as it was booked."""
    return rules.overturns(state, outcome) or _proves(state, outcome) or state == outcome == T.PAID


def _proves(state: str, outcome: str) -> bool:
    return state == T.SENT_BACK and rules.lets_another_leave(state, outcome)


def _completed(attempt: PaymentAttempt, answer: gateways.Answer) -> bool:
    """Whether the bank completed a paid transfer of which its record had shown a part as come back."""
    explained = attempt.state == T.PAID and attempt.explained_by_id is not None
    return explained and answer.outcome == OUT.PAID and answer.whole(attempt.amount_won)


def _apart(attempt: PaymentAttempt, decide: Callable[[PaymentAttempt], bool]) -> bool:
    """One attempt in its own transaction: what goes wrong with it is logged, undone, and stops no other."""
    try:
        with transaction.atomic():
            return decide(attempt)
    except Exception:
        log.exception("payment attempt %s could not be reconciled", attempt.ref)
        return False


def _decide(attempt: PaymentAttempt, statement: Mapping[str, gateways.Answer], now: datetime) -> bool:
    """An attempt without a known outcome, by the statement. Returns: was it settled?"""
    answer = statement.get(attempt.key)
    if answer is not None and answer.whole(attempt.amount_won):
        return _settle_or_park(attempt, answer)
    if answer is not None or (attempt.sent_at or attempt.claimed_at) < now - PARK_AFTER:
        park(attempt_id=attempt.pk)  # the bank's record names another amount, or none in time: a person looks
    return False


def _settle_or_park(attempt: PaymentAttempt, answer: gateways.Answer) -> bool:
    """What the bank did and the ledger cannot book (no money stands behind it any more, its year is closed) is for people, and is
    tried again with every statement. Returns: was it settled?"""
    try:
        with transaction.atomic():
            settle(attempt_id=attempt.pk, answer=answer)
    except (DomainError, IntegrityError):
        log.exception("payment attempt %s cannot be booked", attempt.ref)
        park(attempt_id=attempt.pk)
        return False
    return True


@transaction.atomic
def park(*, attempt_id: int) -> None:
    """Nobody knows: a person asks the bank. Writes: PaymentAttempt PARKED, Event, Duty, Notice."""
    _disbursement, attempt = _locked(attempt_id)
    if attempt.state != T.UNKNOWN:
        return
    attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "park")
    keep(attempt)
    record(attempt, "parked", T.UNKNOWN, by=None)
    _owe_a_look(attempt, "resolve_attempt")
    notices.parked(attempt.disbursement)


LOOKS = {
    "ask": ("이체 결과를 확인해 주십시오", "Find out what became of a transfer"),
    "closed": ("종결한 뒤에 이체된 대금을 돌려받고 경위를 적어 주십시오", "Have money taken back that moved after closing, and write down how"),
    "prove_return": ("되돌아온 이체가 기록에 나타나게 해 주십시오", "Have the record show the return of a transfer"),
}  # fmt: skip


def _owe_a_look(attempt: PaymentAttempt, verb: str) -> None:
    """Finance asks the bank. Of a closed payment nothing can be booked any more, so the money is to come back."""
    ko, en = LOOKS.get(verb) or LOOKS["closed" if attempt.disbursement.status == S.CLOSED else "ask"]
    named = attempt.disbursement.named
    journal.open_duty(
        attempt, verb, title_ko=f"{ko}: {named('ko')}", title_en=f"{en}: {named('en')}",
        url=f"/payments/{attempt.disbursement.ref}/", due_in=attempt.disbursement.milestone.agreement.round.days("bank_question"),
        role="OPERATOR_FINANCE", by=None, by_mail=verb == "prove_return",
    )  # fmt: skip


@transaction.atomic
def resolve_attempt(
    *, attempt_id: int, outcome: str, bank_ref: str, reason: str, second_factor_code: str, by: Any
) -> PaymentAttempt:
    """A person settles a parked attempt by what the bank said: never who approved or registered it. Writes: as `settle`.

    outcome: PAID, REFUSED (nothing moved) or SENT_BACK (it moved and came back: another transfer leaves only once the bank's
    statement shows that too, approved by somebody else).
    """
    _disbursement, attempt = _locked(attempt_id)
    require_other_eyes(attempt, by)
    if attempt.state != T.PARKED:
        raise Refused(_("This payment does not wait for a person."), "not_parked")
    if not reason.strip() or (outcome != OUT.REFUSED and not bank_ref.strip()):
        raise Refused(_("Write down what you were told, and the reference when the money moved."), "reason_missing", "reason")
    second_factor.check(by, second_factor_code)
    answer = gateways.Answer(OUT(outcome), bank_ref.strip(), reason.strip())
    return settle(attempt_id=attempt_id, answer=answer, by=by, reason=reason.strip())


@transaction.atomic
def explain_attempt(*, attempt_id: int, reason: str, second_factor_code: str, by: Any) -> PaymentAttempt:
    """A person writes down what the bank says about a contradiction that was not booked; never who approved or registered the
    transfer. Writes: PaymentAttempt.explained_by, Event; closes the duty.

    Words book nothing. The disbursement keeps its state, and nothing leaves of an unpaid one while the statement contradicts
    ours: finance owes `settle_rest`, that the bank completes the transfer or takes it back, also of a paid one of which a part
    came back. The duty ends when the statement shows all of it as paid or as come back, or when the payment is closed after a
    termination."""
    disbursement, attempt = _locked(attempt_id)
    require_other_eyes(attempt, by)
    if not queries.is_contradicted(attempt):
        raise Refused(_("Nothing about this transfer waits for an explanation."), "not_contradicted")
    if not reason.strip():
        raise Refused(_("Write down what you were told."), "reason_missing", "reason")
    second_factor.check(by, second_factor_code)
    attempt.explained_by = by
    keep(attempt)
    record(attempt, "explained", attempt.state, by=by, reason=reason.strip())
    journal.close_duty(attempt, "explain_attempt", by=by)
    if disbursement.status != S.CLOSED:
        owe(
            disbursement, "settle_rest", "그 이체를 마치거나 되돌리게 해 주십시오",
            "Have a transfer completed or taken back", step="payment", by=by, role="OPERATOR_FINANCE", by_mail=True,
        )  # fmt: skip
    return attempt


@transaction.atomic
def withdraw_return(*, attempt_id: int, reason: str, second_factor_code: str, by: Any) -> PaymentAttempt:
    """Takes back a person's word that a transfer came back, which the bank's statement does not show: never who said it, nor
    who approved or registered the transfer. Nothing was booked on that word. The transfer waits for the statement or a person
    again, its payment counts as registered under its first approval. Writes: PaymentAttempt PARKED, Disbursement, Events,
    Duties, Notice. Raises: Refused."""
    disbursement, attempt = _locked(attempt_id)
    require_other_eyes(attempt, by)
    if not rules.may_withdraw(by.pk, attempt.resolved_by_id, attempt.released_by):
        raise Refused(_("Somebody else must take back what you wrote down."), "four_eyes")
    if not attempt.rests_on_a_word:
        raise Refused(_("No person's word that this transfer came back waits for its record."), "not_withdrawable")
    if not reason.strip():
        raise Refused(_("Write down what you were told."), "reason_missing", "reason")
    rules.LIFECYCLE.step(disbursement.status, "withdraw_return")
    second_factor.check(by, second_factor_code)
    attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "withdraw_return")
    attempt.withdrawn_by, attempt.resolved_by, attempt.settled_at, attempt.bank_ref = by, None, None, ""
    keep(attempt)
    record(attempt, "return_withdrawn", T.SENT_BACK, by=by, reason=reason.strip())
    for verb in ("prove_return", "explain_attempt"):
        journal.close_duty(attempt, verb, by=by)
    _registered_again(disbursement, attempt, reason.strip(), by)
    _owe_a_look(attempt, "resolve_attempt")
    notices.parked(disbursement)
    return attempt


def _registered_again(disbursement: Disbursement, attempt: PaymentAttempt, reason: str, by: Any) -> None:
    """As it was when that transfer was claimed: approved and registered by whoever released it then."""
    approved = journal_queries.history(disbursement).filter(name="disbursement.approved", at__lte=attempt.claimed_at).last()
    disbursement.approved_by, disbursement.registered_by = attempt.approved_by, attempt.registered_by
    disbursement.approved_at = approved.at if approved else attempt.claimed_at
    disbursement.registered_at = disbursement.registered_at or attempt.claimed_at
    move(disbursement, "withdraw_return", by=by, reason=reason, key=attempt.key)
    journal.close_duties(disbursement, by=by)


def require_other_eyes(attempt: PaymentAttempt, by: Any) -> None:
    """Raises: NotAllowed without the permission, Refused for who approved, registered or handed over this transfer or has a conflict."""
    require(by, "vouchers.resolve_attempt")
    require_apart(attempt.disbursement, by)
    if not rules.may_resolve(by.pk, attempt.released_by):
        raise Refused(_("Somebody else must resolve a payment that you approved, registered or handed over."), "four_eyes")

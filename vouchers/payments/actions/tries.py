"""What is written of one transfer, whatever became of it."""

from typing import Any

from portal.journal import actions as journal
from portal.kit import clock, prepared
from vouchers.payments import gateways, rules
from vouchers.payments.actions.disbursements import keep
from vouchers.payments.models import Disbursement, PaymentAttempt

T = rules.AttemptState


def record(attempt: PaymentAttempt, name: str, before: str, *, by: Any, reason: str = "", **data: Any) -> None:
    journal.record(
        f"payment_attempt.{name}", attempt, by=by, frm=before, to=attempt.state, reason=reason,
        data={"disbursement": attempt.disbursement.ref, "amount_won": attempt.amount_won, "key": attempt.key, **data},
    )  # fmt: skip


def end(attempt: PaymentAttempt, verb: str, past: str, answer: gateways.Answer, *, by: Any = None, reason: str = "") -> None:
    """Steps the attempt and keeps what the bank said; nobody owes an answer about it any more. What came back by the statement,
    not by a person's word, is marked so."""
    before, attempt.state = attempt.state, rules.ATTEMPT_LIFECYCLE.step(attempt.state, verb)
    attempt.settled_at, attempt.answer = clock.now(), answer.words[:300]
    attempt.bank_ref = answer.bank_ref[:60] or attempt.bank_ref
    attempt.reason, attempt.resolved_by = reason or attempt.reason, by or attempt.resolved_by
    attempt.shown_back_at = attempt.settled_at if attempt.state == T.SENT_BACK and by is None else None
    with prepared.together():
        keep(attempt)
        record(attempt, past, before, by=by, reason=reason or answer.words)
        journal.close_duties(attempt, by=by, verbs=["resolve_attempt", "explain_attempt"])
    if attempt.file is not None and not attempt.file.lines.filter(state__in=rules.LIVE_ATTEMPTS).exists():
        journal.close_duty(attempt.file, "read_payment_answer", by=by)


def drop_claimed(disbursement: Disbursement, why: str) -> None:
    """What was claimed and not sent yet never leaves: CLAIMED → REFUSED, with the reason. The disbursement is locked."""
    for attempt in disbursement.attempts.filter(state=T.CLAIMED):
        attempt.disbursement = disbursement
        attempt.state = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "lose_track")
        attempt.save()
        record(attempt, "lost", T.CLAIMED, by=None, reason=why)
        end(attempt, "settle_refused", "refused", gateways.Answer(gateways.Outcome.REFUSED, "", why))

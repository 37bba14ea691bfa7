"""What came back to a payment file: read whole or not at all, and settled line by line as any answer of the bank."""

from collections import Counter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents import queries as document_queries
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.words import moment
from vouchers.payments import queries, rules
from vouchers.payments.actions.attempts import record
from vouchers.payments.actions.filing import name_of
from vouchers.payments.actions.settling import park, settle
from vouchers.payments.models import Disbursement, PaymentAnswer, PaymentAttempt, PaymentFile
from vouchers.rounds.rules import Way

T = rules.AttemptState


@transaction.atomic
def read_payment_answer(*, file_id: int, document: Document, by: Any) -> PaymentAnswer:
    """Books what an answer says of each payment of this file: paid, refused (it fails, and may be mended and registered again),
    come back (by a statement alone), or nothing yet.

    Never by who approved or registered one of them. Raises: Refused where the answer cannot be read, is to another file or
    account, names other amounts or unknown references, or was read before; then nothing changes. Writes: PaymentAnswer, and as
    `settle` for each line; Event."""
    require(by, "vouchers.send_payments")
    file, lines = _locked(file_id)
    _require_other_eyes(lines, by)
    _require_new(PaymentAnswer.objects.filter(file=file, sha256=document.sha256).first())
    content = document_queries.content_of(document)
    reading = rules.read_message(content) if file.way == Way.PAIN_001 else rules.read_result(file.way, content)
    if reading.message_id:
        same = PaymentAnswer.objects.filter(file=file, kind=reading.kind, message_id=reading.message_id[:60])
        _require_new(same.first())
    said = rules.judged(reading, _asked(file, lines), queries.known_keys(reading.answers, but=file))
    before = {line.pk: line.state for line in lines}
    settled = {line.pk: settle(attempt_id=line.pk, answer=said[line.key]).state for line in lines if line.key in said}
    changed = Counter(str(state) for pk, state in settled.items() if state != before[pk])
    answer = PaymentAnswer(
        file=file, kind=reading.kind, document=document, sha256=document.sha256, message_id=reading.message_id[:60],
        made_at=reading.made_at, covers_from=reading.covers_from, settled=dict(changed), read_by=by,
    )  # fmt: skip
    answer.save()
    journal.record(
        "payment_file.answered", file, by=by,
        data={"answer": answer.ref, "kind": str(reading.kind), "sha256": document.sha256, "settled": dict(changed)},
    )  # fmt: skip
    return answer


def _locked(file_id: int) -> tuple[PaymentFile, list[PaymentAttempt]]:
    """The file with its lines, whose payments are locked in one order; the row itself is written once and locked by nobody."""
    file = PaymentFile.objects.get(pk=file_id)
    paid = file.lines.values("disbursement_id")
    list(Disbursement.objects.select_for_update().filter(pk__in=paid).order_by("pk").values_list("pk", flat=True))
    return file, list(queries.lines_of(file))


def _require_other_eyes(lines: list[PaymentAttempt], by: Any) -> None:
    for line in lines:
        if not rules.may_resolve(by.pk, line.released_by):
            raise NotAllowed(
                str(_("%(payment)s: you approved or registered it, so somebody else must read the answer."))
                % {"payment": name_of(line.disbursement)},
                "four_eyes",
            )


def _require_new(former: PaymentAnswer | None) -> None:
    if former is not None:
        raise Refused(
            str(_("This answer was read already, on %(when)s. Nothing was booked again.")) % {"when": moment(former.created_at)},
            "answer_twice", "file",
        )  # fmt: skip


def _asked(file: PaymentFile, lines: list[PaymentAttempt]) -> rules.Asked:
    held = {line.key: rules.Line(name_of(line.disbursement), line.amount_won, line.state) for line in lines}
    return rules.Asked(message_id=file.ref, account=file.account, lines=held)


@transaction.atomic
def stop_waiting(*, file_id: int, reason: str, by: Any) -> int:
    """No answer came by its due day: each open payment waits for a person, who asks and writes down what became of it. An
    answer that comes later is still read. Writes: PaymentAttempt PARKED, Events, Duties, Notices. Returns: how many."""
    require(by, "vouchers.send_payments")
    file, lines = _locked(file_id)
    if not queries.is_overdue(file, clock.now()):
        raise Refused(_("The answer is not overdue, or nothing of the file is open any more."), "not_overdue")
    if not reason.strip():
        raise Refused(_("Write down whom you asked and what they said."), "reason_missing", "reason")
    waiting = [line for line in lines if line.state == T.SENT]
    for line in waiting:
        _park(line, reason.strip(), by)
    journal.record("payment_file.not_answered", file, by=by, reason=reason.strip(), data={"lines": len(waiting)})
    return len(waiting)


def _park(line: PaymentAttempt, reason: str, by: Any) -> None:
    line.state, line.answer = rules.ATTEMPT_LIFECYCLE.step(line.state, "lose_track"), "no answer"
    line.save()
    record(line, "lost", T.SENT, by=by, reason=reason)
    park(attempt_id=line.pk)

"""What came back to a payment file: read whole or not at all, and settled line by line as any answer of the bank."""

from collections import Counter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import second_factor
from portal.documents import queries as document_queries
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.words import moment
from vouchers.agreements.models import Voucher
from vouchers.payments import queries, rules
from vouchers.payments.actions.disbursements import require_apart
from vouchers.payments.actions.filing import name_of
from vouchers.payments.actions.settling import contradict, park, settle
from vouchers.payments.actions.tries import record
from vouchers.payments.models import Disbursement, PaymentAnswer, PaymentAttempt, PaymentFile
from vouchers.rounds.rules import Way

T = rules.AttemptState


@transaction.atomic
def read_payment_answer(*, file_id: int, document: Document, second_factor_code: str, by: Any) -> PaymentAnswer:
    """Books what an answer says of each payment of this file: paid, refused (it fails, and may be mended and registered again),
    come back (by a statement, or the network's list), or nothing yet. What it says otherwise than was settled is not booked: that
    transfer waits for people. A statement is one of the account: what it says of other files counts too.

    With a fresh second factor, never by who approved, registered or handed over one of them, or has a conflict. Raises: Refused
    where the answer cannot be read, is to another file or account, names other amounts or unknown references, or was read
    before; then nothing changes. Writes: PaymentAnswer, and as `settle` for each line; Event."""
    require(by, "vouchers.send_payments")
    content = document_queries.content_of(document)
    file = PaymentFile.objects.get(pk=file_id)
    _require_new(PaymentAnswer.objects.filter(file=file, sha256=document.sha256).first())
    reading = _read(file, content)
    lines, others = _locked(file, reading)
    _require_other_eyes(lines, by)
    if reading.message_id:
        same = PaymentAnswer.objects.filter(file=file, kind=reading.kind, message_id=reading.message_id[:60])
        _require_new(same.first())
    known = queries.known_keys(reading.answers, but=file)
    judgment = rules.judged(reading, _asked(file, lines), known)
    second_factor.check(by, second_factor_code)
    changed = _book(reading, judgment, lines, others, by)
    told = {**judgment.booked, **{one.key: reading.answers[one.key] for one in others}}
    answer = PaymentAnswer(
        file=file, kind=reading.kind, document=document, sha256=document.sha256, message_id=reading.message_id[:60],
        made_at=reading.made_at, covers_from=reading.covers_from, covers_to=reading.covers_to, settled=dict(changed),
        said={key: str(one.outcome) for key, one in told.items()}, read_by=by,
    )  # fmt: skip
    answer.save()
    journal.record(
        "payment_file.answered", file, by=by,
        data={
            "answer": answer.ref, "kind": str(reading.kind), "sha256": document.sha256, "settled": dict(changed),
            "differs": sorted(judgment.differs), "strange": list(judgment.strange[:100]),
        },
    )  # fmt: skip
    return answer


def _read(file: PaymentFile, content: bytes) -> rules.Reading:
    """In the format that belongs to the file's way; a statement belongs to each way that pays from the bank's account."""
    if file.way == Way.PAIN_001:
        return rules.read_message(content)
    if file.way != Way.SHEET or not content[:64].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return rules.read_result(file.way, content)
    reading = rules.read_message(content)
    if reading.kind != rules.AnswerKind.CAMT_053:
        raise Refused(_("This is no answer to such a file. Choose the result list, or the bank's statement (camt.053)."), "answer_unreadable", "file")  # fmt: skip
    return reading


def _locked(file: PaymentFile, reading: rules.Reading | None = None) -> tuple[list[PaymentAttempt], list[PaymentAttempt]]:
    """Lines of the file, and the other transfers of which the answer speaks. Their payments, then the vouchers of these, are locked
    in one order, so that two answers at once wait for each other; the file's row is written once and locked by nobody."""
    told = queries.also_told(reading, but=file) if reading else PaymentAttempt.objects.none()
    paid = {*file.lines.values_list("disbursement_id", flat=True), *told.values_list("disbursement_id", flat=True)}
    rows = list(Disbursement.objects.select_for_update().filter(pk__in=paid).order_by("pk").values_list("voucher_id", flat=True))
    list(Voucher.objects.select_for_update().filter(pk__in=rows).order_by("pk").values_list("pk", flat=True))
    return list(queries.lines_of(file)), list(told)


def _book(
    reading: rules.Reading, judgment: rules.Judgment, lines: list[PaymentAttempt], others: list[PaymentAttempt], by: Any
) -> Counter[str]:
    """What the answer changed, {state: how many}. Of what a statement that the bank made later told already, an older one says
    nothing."""
    later = queries.told_later(reading, [*judgment.booked, *(one.key for one in others)])
    changed: Counter[str] = Counter()
    for line in lines:
        if line.key in judgment.differs:
            contradict(attempt_id=line.pk, answer=judgment.differs[line.key])
        elif line.key in judgment.booked and line.key not in later:
            changed.update(_moved(line, judgment.booked[line.key]))
    for other in others:
        if other.key not in later:
            changed.update(_other(other, reading.answers[other.key], by))
    return changed


def _moved(line: PaymentAttempt, answer: rules.Answer) -> list[str]:
    after = settle(attempt_id=line.pk, answer=answer).state
    return [str(after)] if after != line.state else []


def _other(line: PaymentAttempt, answer: rules.Answer, by: Any) -> list[str]:
    """A line of another file: settled as its own answer would settle it; where the amount differs, or the reader released it, what
    differs waits for people, and what is open for its own answer."""
    if rules.may_resolve(by.pk, line.released_by) and (answer.whole(line.amount_won) or line.state not in rules.LIVE_ATTEMPTS):
        return _moved(line, answer)
    if not answer.whole(line.amount_won) or rules.overturns(line.state, answer.outcome):
        contradict(attempt_id=line.pk, answer=answer)
    return []


def _require_other_eyes(lines: list[PaymentAttempt], by: Any) -> None:
    for line in lines:
        if not rules.may_resolve(by.pk, line.released_by):
            raise NotAllowed(
                str(_("%(payment)s: you approved, registered or handed it over, so somebody else must read the answer."))
                % {"payment": name_of(line.disbursement)},
                "four_eyes",
            )
        require_apart(line.disbursement, by)


def _require_new(former: PaymentAnswer | None) -> None:
    if former is not None:
        raise Refused(
            str(_("This answer was read already, on %(when)s. Nothing was booked again.")) % {"when": moment(former.created_at)},
            "answer_twice", "file",
        )  # fmt: skip


def _asked(file: PaymentFile, lines: list[PaymentAttempt]) -> rules.Asked:
    held = {line.key: rules.Line(name_of(line.disbursement), line.amount_won, line.state) for line in lines}
    return rules.Asked(message_id=file.ref, account=file.account, lines=held, pay_on=file.pay_on)


@transaction.atomic
def stop_waiting(*, file_id: int, reason: str, by: Any) -> int:
    """No answer came by its due day: each open payment waits for a person, who asks and writes down what became of it. An
    answer that comes later is still read. Never by who released one of them. Writes: PaymentAttempt PARKED, Events, Duties, Notices. Returns: how many."""
    require(by, "vouchers.send_payments")
    file = PaymentFile.objects.get(pk=file_id)
    lines, _others = _locked(file)
    _require_other_eyes(lines, by)
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

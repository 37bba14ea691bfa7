"""Each lock of the payment path is set aside in turn: two who meet there then no longer wait for each other, and what was a clear
sentence, or nothing, becomes an error of the database, which is the last to stand. So each lock is known to be needed.

A lock is set aside by taking FOR UPDATE out of its statement; the two wait for each other before their first write, so that both
have read what stood before.
"""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection

from portal.accounts import second_factor
from portal.documents import actions as documents
from portal.documents.rules import ANSWERS
from portal.kit import clock
from portal.kit.errors import DomainError
from tests.actions.test_payees import enter
from tests.committed import together
from tests.factories import bank_answers
from tests.factories import projects as p
from vouchers.agreements import actions as agreements
from vouchers.ledger import actions as ledger
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAttempt

OUT = gateways.Outcome
LOCK = re.compile(r"\s+FOR (?:NO KEY )?UPDATE(?: OF [\w\", ]+)?(?: SKIP LOCKED)?")
WRITES = re.compile(r"\s*(?:INSERT|UPDATE|WITH step_0|WITH closed)")
# lock → what its statement looks like
LOCKS = {
    "payment": r"FROM vouchers_disbursement WHERE id = \$1 FOR UPDATE",
    "payment of a transfer": r"a\.disbursement_id = d\.id WHERE a\.id = \$1 FOR UPDATE OF d",
    "transfer": r"FROM vouchers_paymentattempt a WHERE a\.id = \$1 FOR UPDATE",
    "transfers without an answer": r'FROM "vouchers_paymentattempt".*SKIP LOCKED',
    "next payment to claim": r'FROM "vouchers_disbursement".*SKIP LOCKED',
    "payments and vouchers of a file": r'FROM "vouchers_(disbursement|voucher)" WHERE .*ORDER BY .*FOR UPDATE$',
    "payee": r'FROM "providers_institution".*FOR UPDATE',
    "account to verify": r'FROM "vouchers_payeeaccount".*FOR UPDATE',
    "pot": r"FROM vouchers_account a JOIN .*FOR UPDATE OF a",
    "voucher of a release": r"FROM vouchers_voucher WHERE id = \$1 FOR UPDATE",
    "voucher of a request": r"FROM vouchers_voucher WHERE agreement_id = \$1 FOR UPDATE",
}  # fmt: skip


# there the second one waits for a lock of the voucher or of the transfers all the same, with what it read before
ALSO_HELD = {"payment", "payments and vouchers of a file"}


@dataclass
class Aside:
    """A wrapper of every statement of one thread: the lock is left out; before its first write the other one is waited for."""

    looks: str
    meet: threading.Barrier
    met: bool = False
    taken: bool = False
    patience: float = 2.0  # seconds

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.looks and re.search(self.looks, sql.strip(), re.DOTALL):
            sql, self.taken = LOCK.sub("", sql), True
        elif not self.met and WRITES.match(sql):
            self.met = True
            with suppress(threading.BrokenBarrierError):
                self.meet.wait(self.patience)
        return execute(sql, params, many, context)


def meets(*functions: Callable[[], Any], without: str = "") -> list[Any]:
    """The results of functions that meet, without that lock where one is named."""
    meet = threading.Barrier(len(functions))
    patience = 0.4 if without in ALSO_HELD else 2.0
    wrappers = [Aside(LOCKS[without] if without else "", meet, met=not without, patience=patience) for _one in functions]

    def wrapped(function: Callable[[], Any], wrapper: Aside) -> Any:
        with connection.execute_wrapper(wrapper):
            return function()

    pairs = zip(functions, wrappers, strict=True)
    results = together(*[lambda f=function, w=wrapper: wrapped(f, w) for function, wrapper in pairs])
    assert not without or any(wrapper.taken for wrapper in wrappers), f"nothing took the lock: {without}"
    return results


def clean(results: list[Any]) -> bool:
    """Somebody did it, and whoever did not was told why."""
    return all(isinstance(one, DomainError) or not isinstance(one, Exception) for one in results) and not all(
        isinstance(one, DomainError) for one in results
    )


def done(results: list[Any]) -> int:
    return sum(not isinstance(one, Exception) for one in results)


def world() -> tuple[p.Project, p.Office, dict[str, list[Disbursement]]]:
    """Two or three payments in each state in which people and sweeps meet."""
    at, milestones = p.planned(parts=16)
    desk, rows, wanted = p.office(), {}, iter(milestones)
    p.account(at, desk)
    for name, count in (("checked", 2), ("back", 2), ("sent", 3), ("filed", 2), ("registered", 2)):
        rows[name] = [_payment(at, desk, next(wanted), name) for _n in range(count)]
    return at, desk, rows


def _payment(at: p.Project, desk: p.Office, milestone: Any, goal: str) -> Disbursement:
    p.accept(at, milestone)
    row = p.request(at, milestone)
    if goal == "checked":
        p.confirm(at, row)
        return actions.check_evidence(disbursement_id=row.pk, by=at.operator)
    p.approve(at, row, desk)
    p.released("register", row, desk.registrar, way="PAIN_001" if goal in {"filed", "registered"} else "GATEWAY")
    if goal in {"filed", "registered"}:
        return row
    attempt = actions.claim_next()
    assert attempt is not None and attempt.disbursement_id == row.pk
    actions.mark_sent(attempt_id=attempt.pk)
    if goal == "back":  # a person's word
        actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(OUT.UNKNOWN))
        actions.park(attempt_id=attempt.pk)
        actions.resolve_attempt(
            attempt_id=attempt.pk, outcome="SENT_BACK", bank_ref="BK2", reason="전화",
            second_factor_code=second_factor.demo_code(desk.reader), by=desk.reader,
        )  # fmt: skip
    return row


def test_without_a_lock_two_who_meet_at_a_payment_are_told_nothing(committed_db):
    at, desk, rows = world()
    other = p.office().finance
    wrong: list[str] = []

    def tried(lock: str, *functions: Callable[[], Any], aside: bool) -> None:
        results = meets(*functions, without=lock if aside else "")
        if aside and clean(results) and (lock != "account to verify" or done(results) == 1):
            wrong.append(f"nothing goes wrong without the lock: {lock} {results}")
        if not aside and (not clean(results) or (lock == "account to verify" and done(results) != 1)):
            wrong.append(f"with every lock in place: {lock} {results}")

    def of(row: Disbursement) -> PaymentAttempt:
        return row.attempts.get()

    for row, aside in zip(rows["checked"], (False, True), strict=True):
        approve = [lambda by=by, row=row: p.released("approve", row, by) for by in (desk.finance, desk.second)]
        tried("payment", *approve, aside=aside)
    for row, aside in zip(rows["back"], (False, True), strict=True):
        code = second_factor.demo_code(other)
        given = {"attempt_id": of(row).pk, "reason": "정정", "second_factor_code": code, "by": other}
        taken_back = lambda given=given: actions.withdraw_return(**given)
        tried("payment of a transfer", lambda row=row: p.released("approve", row, desk.second), taken_back, aside=aside)
    late = clock.now() + timedelta(minutes=2)
    for row, lock in zip(rows["sent"], ("", "transfer", "transfers without an answer"), strict=True):
        PaymentAttempt.objects.filter(state="SENT", file=None).exclude(pk=of(row).pk).update(sent_at=late)
        PaymentAttempt.objects.filter(pk=of(row).pk).update(sent_at=clock.now())
        paid = lambda row=row: actions.settle(attempt_id=of(row).pk, answer=gateways.Answer(OUT.PAID, "BK1"))
        lost = lambda: actions.lose_track(now=late + timedelta(seconds=30))
        tried(lock or "transfer", paid, lost, aside=bool(lock))
    for row, aside in zip(rows["registered"], (False, True), strict=True):
        Disbursement.objects.filter(pk=row.pk).update(way="GATEWAY")
        tried("next payment to claim", actions.claim_next, actions.claim_next, aside=aside)
    for row, aside in zip(rows["filed"], (False, True), strict=True):
        file = p.file_of(desk, [row])
        content = bank_answers.paid(file)
        papers = [uploaded(content, desk) for _one in range(2)]
        tried(
            "payments and vouchers of a file",
            *[lambda file=file, paper=paper: answered(file, paper, desk) for paper in papers],
            aside=aside,
        )
    for aside in (False, True):
        numbers = [f"220-111-{n}{aside:d}1111" for n in (1, 2)]
        tried("payee", *[lambda number=number: enter(at, desk.registrar, number) for number in numbers], aside=aside)
        account = PayeeAccount.objects.get(institution=at.institution, is_current=True)
        verify = [lambda by=by, pk=account.pk: actions.verify_payee(account_id=pk, by=by) for by in (desk.finance, desk.second)]
        tried("account to verify", *verify, aside=aside)
        pot = {"round_id": at.agreement.round_id, "owner_ref": f"app-{aside}", "amount_won": 1, "organisation": None}
        ledger.reserve(**pot, reason="연다", by=None)
        tried("pot", *[lambda pot=pot: ledger.reserve(**pot, reason="한 번", by=None, turn="once")] * 2, aside=aside)
    assert not wrong, "\n".join(wrong)


def uploaded(content: bytes, desk: p.Office) -> Any:
    upload = SimpleUploadedFile("answer.xml", content, content_type="application/xml")
    return documents.upload(file=upload, kind="payment_answer", by=desk.reader, types=ANSWERS)


def answered(file: Any, document: Any, desk: p.Office) -> Any:
    code = second_factor.demo_code(desk.reader)
    return actions.read_payment_answer(file_id=file.pk, document=document, second_factor_code=code, by=desk.reader)


class Behind:
    """Both wait here before they write until a third one, which begins once both have read, is done."""

    def __init__(self) -> None:
        self.read, self.done = threading.Semaphore(0), threading.Event()

    def wait(self, _seconds: float) -> None:
        self.read.release()
        self.done.wait(5)

    def third(self, function: Callable[[], Any]) -> Any:
        assert all(self.read.acquire(timeout=10) for _one in range(2)), "they did not come"
        try:
            return function()
        finally:
            self.done.set()


def test_without_its_locks_money_would_be_released_from_a_voucher_that_ends_meanwhile(committed_db):
    at, (first, second, *_rest) = p.planned(parts=4)
    desk, behind = p.office(), Behind()
    p.account(at, desk)
    p.accept(at, first)
    p.accept(at, second)
    row, invoice = p.request(at, first), p.paper(at.provider_organisation, at.manager, "tax_invoice")
    p.confirm(at, row)
    actions.check_evidence(disbursement_id=row.pk, by=at.operator)

    def aside(lock: str, function: Callable[[], Any]) -> Any:
        with connection.execute_wrapper(wrapper := Aside(LOCKS[lock], behind)):  # type: ignore[arg-type]
            try:
                return function()
            finally:
                assert wrapper.taken, lock

    results = together(
        lambda: aside("voucher of a release", lambda: p.released("approve", row, desk.finance)),
        lambda: aside("voucher of a request", lambda: p.request(at, second, invoice_document=invoice)),
        lambda: behind.third(lambda: agreements.expire_voucher(voucher_id=row.voucher_id)),
    )
    assert [isinstance(one, DatabaseError) for one in results] == [True, True, False], results

"""The whole drama: payments are requested, approved, sent and settled while acts of faults are struck; then what must hold.

An act carries its own payments. At its end the reconciler runs once after the patience with an answer and once after the
patience with the statement: by then each payment is paid, refused, or parked for a person. People settle what is parked and
retry what was refused, and every payment ends at the bank exactly once.
"""

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import connections

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.journal.models import Event
from portal.kit import clock
from portal.management.faults.acts import PATIENCE, Fault
from portal.management.faults.naive import PREFIX, Naive, transfers
from portal.management.faults.stage import BANK_TIMEOUT, Stage
from portal.management.faults.workers import Cast
from vouchers.agreements.models import Agreement
from vouchers.ledger import queries as ledger
from vouchers.milestones.models import Milestone
from vouchers.payments import actions, tasks
from vouchers.payments.actions.attempts import SENT_PATIENCE
from vouchers.payments.actions.settling import PARK_AFTER
from vouchers.payments.models import Disbursement, PaymentAttempt

OWN, CELERY = ("payer0", "payer1"), ("celery", "beat")
PAYERS = (*OWN, *CELERY)
LONG = 120.0  # seconds without any step: only a machine that pays nothing gets there, and fails
LIVE = ("CLAIMED", "SENT")
BEFORE_REGISTERED = (
    "REQUESTED",
    "COMPANY_CONFIRMED",
    "EVIDENCE_CHECKED",
    "APPROVED",
)  # a late task of Celery may have paid one since


class Broken(AssertionError):
    """What must hold does not hold."""


def hold(true: Any, words: str) -> None:
    if not true:
        raise Broken(words)


@dataclass
class Outcome:
    """One act, in payments. times: faults struck; answered: paid by the bank's answer; stated: paid by its statement; refused:
    retried by a person; parked: settled by a person; stuck: none of these after the reconciler's period."""

    name: str
    times: int = 0
    payments: int = 0
    answered: int = 0
    stated: int = 0
    refused: int = 0
    parked: int = 0
    stuck: int = 0
    twice: int = 0
    lost: int = 0
    naive_twice: int = 0
    naive_lost: int = 0
    seconds: float = 0.0

    def add(self, other: "Outcome") -> None:
        for one in fields(self):
            if one.name != "name":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass
class Play:
    """few: how many payments meet a mood of the bank before it changes."""

    stage: Stage
    cast: Cast
    milestones: list[int]
    seed: int = 20261123
    few: int = 2
    naive: Naive | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    batch: list[int] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    seen: int = 0
    working: tuple[str, ...] = ()
    beside: bool = False

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.second = User.objects.get(pk=self.cast.second)
        self.registrar = User.objects.get(pk=self.cast.registrar)

    def open(self) -> None:
        self.cast.save(self.stage.folder)
        self.employ()
        self.stage.start_bank()
        self.stage.start_workers("clerk", *PAYERS, *(["naive"] if self.naive else []))
        self.stage.mood("good")
        self.until(lambda: all(self.stage.worker_pid(name) for name in self.stage.workers), "the workers start")
        if self.naive:
            self.naive.start()

    def close(self) -> None:
        if self.naive:
            self.naive.end()

    # ── What the faults ask ──────────────────────────────────────────────────────────────────────────
    def wait(self, true: Callable[[], bool], seconds: float) -> bool:
        """Whether it came true in time. A database that is away knows nothing."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.ask(true, False):
                return True
            time.sleep(0.05)
        return False

    def ask(self, question: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return question()
        except Exception:  # the database was killed
            connections.close_all()
            return otherwise

    def until(self, true: Callable[[], Any], words: str) -> None:
        """Waits as long as anything moves at all; a slow machine is no fault. Raises: Broken."""
        moved, end = self.ask(self.moved, None), time.monotonic() + LONG
        while not self.wait(lambda: bool(true()), min(5.0, LONG)):
            if (now := self.ask(self.moved, moved)) != moved:
                moved, end = now, time.monotonic() + LONG
            hold(time.monotonic() < end, f"{words}: nothing moved for {LONG:.0f} s")

    def moved(self) -> tuple[Any, int]:
        """Another one whenever a step was made in one of the designs."""
        return Event.objects.order_by("-pk").values_list("pk", flat=True).first(), len(self.naive.unpaid()) if self.naive else 0

    def rows(self) -> Any:
        return Disbursement.objects.filter(milestone__in=self.batch)

    def attempts(self) -> Any:
        return PaymentAttempt.objects.filter(disbursement__milestone__in=self.batch)

    def done(self, who: str) -> bool:
        """Whether nothing is left that this kind of worker could do in this act. What is SENT by a worker that died stays so
        until the reconciler's patience ends."""
        if who == "people":
            return bool(self.rows().exclude(status__in=BEFORE_REGISTERED).count() == len(self.batch))
        return not self.rows().payable().exists() and not self.attempts().filter(state="CLAIMED").exists()

    def naive_owes(self) -> bool:
        return self.naive is not None and self.beside and bool(set(self.naive.unpaid()) & set(self.refs))

    def tried(self) -> int:
        return int(self.ask(lambda: self.attempts().exclude(state__in=LIVE).count(), 0))

    def in_the_middle(self, who: str) -> bool:
        """Waits until payments made a step since the last time and one is on its way. Returns: one is."""
        self.wait(lambda: self._moves(who) or self.done(who), PATIENCE)
        self.seen = self.ask(lambda: self._steps(who), self.seen)
        return not self.ask(lambda: self.done(who), False)

    def _moves(self, who: str) -> bool:
        live = who == "people" or self.attempts().filter(state__in=LIVE).exists()
        return live and self._steps(who) > self.seen

    def _steps(self, who: str) -> int:
        return sum((self.rows() if who == "people" else self.attempts()).values_list("version", flat=True))

    # ── An act ───────────────────────────────────────────────────────────────────────────────────────
    def act(self, name: str, faults: Sequence[Fault], payments: int, times: int, *, beside: bool = True) -> Outcome:
        """`times` rounds of these faults over so many new payments; beside: and over as many of the naive design. Raises: Broken."""
        found, self.beside, begin = Outcome(name, payments=payments), beside and self.naive is not None, time.monotonic()
        self.batch, self.milestones = self.milestones[:payments], self.milestones[payments:]
        hold(len(self.batch) == payments, f"{name}: no milestones are left to be paid")
        self.stage.leave("batch", self.batch)
        self.seen = 0
        found.times += self.strike([one for one in faults if one.who == "people"], times)
        self.until(lambda: self.done("people"), f"{name}: everything is registered")
        self.refs = list(self.rows().values_list("ref", flat=True))
        if self.naive and self.beside:
            self.naive.owe(self.refs, 1000)
        self.seen = 0
        for who in ("payers", "celery"):
            found.times += self.pay(who, [one for one in faults if one.who == who], times)
        self.finish(name)
        self.look(found)
        self.mend(found)
        found.seconds = time.monotonic() - begin
        self.outcomes.append(found)
        return found

    def pay(self, who: str, faults: Sequence[Fault], times: int) -> int:
        if not faults:
            return 0
        self.stage.mood("slow" if faults[0].slow else "good", faults[0].slow)
        self.employ(*(CELERY if who == "celery" else OWN))
        return self.strike(faults, times)

    def finish(self, name: str) -> None:
        """Whatever can be sent is sent, and no call is under way any more."""
        self.stage.traps.disarm("naive")
        self.stage.mood("good")
        self.employ(*OWN)
        self.until(lambda: self.done("payers"), f"{name}: whatever can be sent is sent")
        self.employ()
        time.sleep(BANK_TIMEOUT)
        self.until(self.stage.at_rest, f"{name}: the bank is at rest")

    def employ(self, *names: str) -> None:
        """Who pays now; the others rest. Celery rests as long as no beat pokes it."""
        beat = "beat" in self.working
        self.working = names
        self.stage.leave("off", [name for name in PAYERS if name not in names])
        if beat and "beat" not in names:
            self.stage.kill_worker("beat")

    def strike(self, faults: Sequence[Fault], times: int) -> int:
        return sum(fault.strike(self) for fault in itertools.chain.from_iterable(itertools.repeat(faults, times)))

    # ── What became of it ────────────────────────────────────────────────────────────────────────────
    def look(self, found: Outcome) -> None:
        """The reconciler's turn, after each of its patiences once; then each payment is in a clear state."""
        self.until(lambda: Disbursement.objects.exists(), "the database answers")
        for later in (SENT_PATIENCE, PARK_AFTER):
            clock.move_forward(later + timedelta(seconds=5))  # for everybody here: the workers read the same clock
            tasks.reconcile()
            hold(not self.attempts().filter(state="SENT").exists(), f"{found.name}: sent, and nobody looks after it")
        tasks.watch_statement()
        for row in self.rows().prefetch_related("attempts"):
            last = max(row.attempts.all(), key=lambda one: one.pk, default=None)
            found.answered += row.status == "PAID" and last.answer != "statement"
            found.stated += row.status == "PAID" and last.answer == "statement"
            found.refused += row.status == "FAILED"
            found.parked += row.status == "REGISTERED" and last is not None and last.state == "PARKED"
        found.stuck = found.payments - found.answered - found.stated - found.refused - found.parked
        self.compare()

    def mend(self, found: Outcome) -> None:
        """People end what machines could not: finance asks the bank, the registrar registers again."""
        moved = {row["key"] for row in self.stage.book()}
        for attempt in self.attempts().filter(state="PARKED"):
            hold(attempt.key not in moved, f"{found.name}: the statement shows {attempt.key}, and it is parked")
            actions.resolve_attempt(
                attempt_id=attempt.pk, outcome="REFUSED", bank_ref="", reason="은행 확인: 이체 없음",
                second_factor_code=second_factor.demo_code(self.second), by=self.second,
            )  # fmt: skip
        for row in self.rows().filter(status="FAILED"):
            code = second_factor.demo_code(self.registrar)
            actions.retry_disbursement(disbursement_id=row.pk, second_factor_code=code, by=self.registrar)
        self.employ(*OWN)
        self.until(lambda: not self.rows().exclude(status="PAID").exists(), f"{found.name}: every payment is paid")
        self.employ()
        self.until(lambda: not self.naive_owes(), "the naive design ends")
        self.count(found)

    def count(self, found: Outcome) -> None:
        """Transfers at the bank for each payment, in both designs."""
        book = self.stage.book()
        owner = dict(self.attempts().values_list("key", "disbursement__ref"))
        times = Counter(owner[row["key"]] for row in book if row["key"] in owner)
        found.twice = sum(n > 1 for n in times.values())
        found.lost = sum(not times[ref] for ref in self.refs)
        if self.beside:
            paid = transfers(book)
            found.naive_twice = sum(paid.get(ref, 0) > 1 for ref in self.refs)
            found.naive_lost = sum(not paid.get(ref, 0) for ref in self.refs)

    def compare(self) -> None:
        """The ledger against the bank's own book, to the won; whatever the bank moved belongs to an attempt."""
        book = {row["key"]: row["amount_won"] for row in self.stage.book() if not str(row["key"]).startswith(PREFIX)}
        ours = PaymentAttempt.objects.filter(disbursement__milestone__agreement=self.cast.agreement)
        known, wanted = set(PaymentAttempt.objects.values_list("key", flat=True)), dict(ours.values_list("key", "amount_won"))
        mine = {key: won for key, won in book.items() if key in wanted}
        hold(set(book) <= known, "a transfer that no attempt knows")
        hold(all(won == wanted[key] for key, won in mine.items()), "a transfer of another amount")
        paid = ledger.voucher_balance(Agreement.objects.get(pk=self.cast.agreement).voucher.ref).paid_won
        hold(paid == sum(mine.values()), f"the ledger paid {paid} won, the bank {sum(mine.values())}")
        hold(set(ours.filter(state="PAID").values_list("key", flat=True)) == set(mine), "paid here and there is not the same")

    def end(self) -> Outcome:
        """All acts together. Raises: Broken, CommandError (`verify`)."""
        self.compare()
        call_command("verify")
        total = Outcome("all together")
        for one in self.outcomes:
            total.add(one)
        return total


def milestones_of(agreement: int) -> list[int]:
    return list(Milestone.objects.filter(agreement=agreement).order_by("number").values_list("pk", flat=True))


HEADS = (
    "times", "payments", "answered", "stated", "refused", "parked", "stuck", "twice", "lost", "naive_twice", "naive_lost", "seconds",
)  # fmt: skip


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """Faults × outcomes, as lines of text."""
    lines = [f"{'fault':34}" + "".join(f"{head.replace('_', ' '):>12}" for head in HEADS)]
    return [*lines, *(f"{one.name:34}" + "".join(f"{getattr(one, head):>12,.0f}" for head in HEADS) for one in outcomes)]

"""Disbursements and their transfers against a model of a few lines and a bank with a book of its own, whatever comes in whatever
order: people, sweeps, kills, files, answers of every kind, also wrong ones. The model says what the portal must then say; the
bank's book says whether money left twice.
"""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from portal.accounts import second_factor
from portal.journal import queries as journal
from portal.kit import clock
from portal.kit.errors import DomainError
from tests.actions.payments_model import GOALS, LIVE, MOODS, OUT, STEPS, Killed, Pay, Try, scene
from tests.actions.test_payments_files import read
from tests.factories import bank_answers
from tests.factories import projects as p
from vouchers.ledger import queries as ledger
from vouchers.payments import actions, gateways, queries, tasks
from vouchers.payments.models import Disbursement, PaymentAttempt, PaymentFile

FILED = ["pays", "refuses", "refuses and pays"]


class Payments(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.at, self.desk, (first, second, self.milestone), self.other = scene()
        self.pays = [Pay(row.pk, row.ref, row.way, row.amount_won, "REGISTERED") for row in (first, second)]
        self.now, self.count, self.mood = clock.now(), 1, "pays"
        self.files: list[PaymentFile] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @contextmanager
    def then(self, minutes: float = 0.02):
        """A little later, with this bank at the other end."""
        self.now += timedelta(minutes=minutes)
        bank = {"send": self.send, "statement": self.statement, "reachable": lambda **_given: True}
        with clock.at(self.now), mock.patch.multiple(gateways, **bank):
            yield

    def number(self) -> int:
        self.count += 1
        return self.count

    def refuses(self, call: Callable[[], Any]) -> None:
        with self.then(), pytest.raises(DomainError), transaction.atomic():
            call()

    # ── The bank ─────────────────────────────────────────────────────────────────────────────────────
    def send(self, transfer: gateways.Transfer, **_given: Any) -> gateways.Answer:
        pay = next(one for one in self.pays if transfer.key.startswith(one.ref))
        one = next((own for own in pay.tries if own.key == transfer.key), None)
        if one is None:
            assert pay.way == "GATEWAY" and pay.may_be_claimed(), "sent what must not leave"
            pay.tries.append(one := Try(transfer.key, pay.approved))
        assert (one.state, transfer.amount_won, pay.held(one)) == ("CLAIMED", pay.won, False), "sent again, or beside another"
        one.state, one.sent_at = "SENT", self.now
        one.out, answer = MOODS[self.mood]
        if answer is None:
            raise Killed
        self.told(pay, one, answer)
        return gateways.Answer(answer, "BK1", "said")

    def statement(self, **_given: Any) -> dict[str, gateways.Answer]:
        """The bank's record, which the portal reads at once: whatever it shows is to be so then."""
        tries = [(pay, one) for pay in self.pays for one in pay.tries if one.file is None]
        shown = {one.key: self.shown(pay, one) for pay, one in tries if one.out or one.back}
        for pay, one in tries:
            self.reads(pay, one)
        return shown

    def shown(self, pay: Pay, one: Try) -> gateways.Answer:
        return gateways.Answer(OUT.SENT_BACK if one.back else OUT.PAID, "BK1", "statement", pay.won, 0 if one.back else None)

    # ── The model ────────────────────────────────────────────────────────────────────────────────────
    def told(self, pay: Pay, one: Try, outcome: str, *, by_person: bool = False) -> None:
        """An answer about a transfer without a known outcome."""
        one.said = by_person or one.said
        if outcome == OUT.UNKNOWN:
            one.state = "UNKNOWN"
        elif outcome == OUT.PAID:
            one.state = pay.status = "PAID"
        elif outcome == OUT.SENT_BACK:
            one.state, one.shown, one.came_back, pay.status = "SENT_BACK", not by_person, self.number(), "SENT_BACK"
        else:
            one.state = "REFUSED"
            pay.status = "SENT_BACK" if any(own.came_back > pay.approved for own in pay.tries) else "FAILED"

    def reads(self, pay: Pay, one: Try) -> None:
        """A statement that tells of this transfer, or shows nothing of it."""
        if one.state in {"UNKNOWN", "PARKED"} or (one.state == "SENT" and one.file and (one.out or one.back)):
            if one.out or one.back:
                self.told(pay, one, OUT.SENT_BACK if one.back else OUT.PAID)
            elif one.state == "UNKNOWN" and one.sent_at and self.now - one.sent_at > timedelta(minutes=10):
                one.state = "PARKED"
        elif one.state == "SENT_BACK":
            one.shown, pay.differs = one.shown or one.back, pay.differs or one.out
        elif (one.state == "REFUSED" and (one.out or one.back)) or (one.state == "PAID" and one.back):
            others = [own for own in pay.live() if own is not one]
            assert all(own.state == "CLAIMED" for own in others), "a second transfer left beside one that had moved"
            for own in others:
                own.state = "REFUSED"
            self.told(pay, one, OUT.SENT_BACK if one.back else OUT.PAID)

    # ── People ───────────────────────────────────────────────────────────────────────────────────────
    def act(self, pay: Pay, verb: str) -> Any:
        row, desk = Disbursement.objects.get(pk=pay.pk), self.desk
        if verb in {"approve", "register", "retry"}:
            return p.released(verb, row, desk.finance if verb == "approve" else desk.registrar)
        if verb == "confirm":
            return p.confirm(self.at, row)
        if verb == "check":
            return actions.check_evidence(disbursement_id=pay.pk, by=self.at.operator)
        if verb == "resubmit":
            given = {"invoice_no": f"M-{self.number()}", "invoice_on": clock.today(), "invoice_document": None}
            return actions.resubmit_disbursement(disbursement_id=pay.pk, by=self.at.manager, **given)
        turn = {"REQUESTED": self.at.company, "COMPANY_CONFIRMED": self.at.operator}
        by = turn.get(pay.status, desk.finance) if verb == "return" else desk.finance
        action = {"return": actions.return_disbursement, "unregister": actions.unregister_disbursement}.get(
            verb, actions.close_disbursement
        )
        return action(disbursement_id=pay.pk, reason="모형", by=by)

    def goal(self, pay: Pay, verb: str) -> str:
        """Where that verb leads now; "": it must be refused."""
        if verb == "return":
            return "RETURNED" if pay.status in {"REQUESTED", "COMPANY_CONFIRMED", "EVIDENCE_CHECKED"} else ""
        if verb == "unregister":
            back = "FAILED" if pay.tries and pay.tries[-1].state == "REFUSED" else "APPROVED"
            return back if pay.status == "REGISTERED" and not pay.live() else ""
        return GOALS[verb] if STEPS.get(pay.status) == verb else ""

    def does(self, pay: Pay, verb: str) -> None:
        goal = self.goal(pay, verb)
        if not goal:
            self.refuses(lambda: self.act(pay, verb))
            return
        with self.then():
            self.act(pay, verb)
        if goal == "APPROVED" and verb == "approve":
            pay.approved = self.number()
        if goal == "REGISTERED":
            for one in pay.tries:
                one.freed = False
        pay.status = goal

    @precondition(lambda self: any(pay.status in STEPS for pay in self.pays))
    @rule(data=st.data(), how_many=st.sampled_from([1, 1, 3]))
    def next_steps(self, data, how_many) -> None:
        """What people owe; often several steps of one payment, so that the deeper states come within a few draws."""
        pay = data.draw(st.sampled_from([one for one in self.pays if one.status in STEPS]))
        for _turn in range(how_many):
            if pay.status in STEPS:
                self.does(pay, STEPS[pay.status])

    @rule(data=st.data(), verb=st.sampled_from(["return", "close", *GOALS]))
    def any_verb(self, data, verb) -> None:
        self.does(data.draw(st.sampled_from(self.pays)), verb)

    @precondition(lambda self: any(pay.status == "REGISTERED" for pay in self.pays))
    @rule(data=st.data())
    def unregister(self, data) -> None:
        self.does(data.draw(st.sampled_from([one for one in self.pays if one.status == "REGISTERED"])), "unregister")

    @precondition(lambda self: len(self.pays) == 2)
    @rule()
    def request(self) -> None:
        with self.then():
            row = p.request(self.at, self.milestone)
        self.pays.append(Pay(row.pk, row.ref, "GATEWAY", row.amount_won, "REQUESTED"))

    @precondition(lambda self: self.tries("PARKED"))
    @rule(data=st.data(), wrong=st.sampled_from(["", "", "REFUSED", "SENT_BACK"]))
    def settled_by_a_person(self, data, wrong) -> None:
        pay, one = data.draw(st.sampled_from(self.tries("PARKED")))
        outcome = wrong or ("SENT_BACK" if one.back else "PAID" if one.out else "REFUSED")
        by = self.desk.reader
        with self.then():
            actions.resolve_attempt(
                attempt_id=PaymentAttempt.objects.get(key=one.key).pk, outcome=outcome, bank_ref="BK2", reason="전화",
                second_factor_code=second_factor.demo_code(by), by=by,
            )  # fmt: skip
        self.told(pay, one, outcome, by_person=True)

    @precondition(lambda self: self.words())
    @rule(data=st.data())
    def a_word_is_taken_back(self, data) -> None:
        pay, one = data.draw(st.sampled_from(self.words()))
        with self.then():
            actions.withdraw_return(
                attempt_id=PaymentAttempt.objects.get(key=one.key).pk, reason="정정",
                second_factor_code=second_factor.demo_code(self.other), by=self.other,
            )  # fmt: skip
        one.state, one.said, one.came_back, pay.differs = "PARKED", False, 0, False
        pay.status, pay.approved = "REGISTERED", one.released

    def tries(self, *states: str) -> list[tuple[Pay, Try]]:
        return [(pay, one) for pay in self.pays for one in pay.tries if one.state in states]

    def words(self) -> list[tuple[Pay, Try]]:
        return [(pay, one) for pay, one in self.tries("SENT_BACK") if one.said and not one.shown]

    # ── The clock ────────────────────────────────────────────────────────────────────────────────────
    @rule(mood=st.sampled_from(list(MOODS)))
    def sweep(self, mood) -> None:
        self.mood, killed = mood, False
        with self.then():
            try:
                tasks.pay_due()
            except Killed:
                killed = True
        if not killed and MOODS[mood][1] != OUT.UNKNOWN:
            due = [pay.ref for pay in self.pays if pay.way == "GATEWAY" and (pay.may_be_claimed() or self.claimed(pay))]
            assert not due, f"nothing left of {due}"

    @rule(moods=st.lists(st.sampled_from(list(MOODS)), min_size=2, max_size=2))
    def two_usual_days(self, moods) -> None:
        """Everybody does what is owed, and the bank run comes: what failed is tried again whatever the bank said of it."""
        for mood in moods:
            for pay in self.pays:
                if pay.status in STEPS:
                    self.does(pay, STEPS[pay.status])
            self.sweep(mood)

    def claimed(self, pay: Pay) -> bool:
        return any(one.state == "CLAIMED" for one in pay.tries)

    @rule()
    def a_worker_dies_after_its_claim(self) -> None:
        with self.then():
            asked_at, since = clock.now(), queries.tried_since()
            found = tasks._of_former_attempts(since)
            due = [pay for pay in self.pays if pay.way == "GATEWAY" and pay.may_be_claimed()]
            attempt = actions.claim_next(statement=found, since=since, asked_at=asked_at)
        assert (attempt is None) == (not due), due
        if attempt is not None:
            pay = next(one for one in due if one.pk == attempt.disbursement_id)
            pay.tries.append(Try(attempt.key, pay.approved))

    @rule(minutes=st.sampled_from([2, 12]))
    def reconcile(self, minutes) -> None:
        with self.then(minutes):
            for _pay, one in self.tries("SENT"):
                if one.file is None and one.sent_at and self.now - one.sent_at > timedelta(seconds=60):
                    one.state = "UNKNOWN"
            tasks.reconcile()
            tasks.watch_statement()
        self.equals_the_bank("GATEWAY")

    def equals_the_bank(self, way: str) -> None:
        """Of what a statement was just read: booked is what is out, but for what only a person can say."""
        for pay in self.pays:
            for one in pay.tries if pay.way == way and not pay.differs else ():
                assert one.state in LIVE or (one.state == "PAID") == one.out, (pay, one)

    @precondition(lambda self: any(one.out for pay in self.pays for one in pay.tries))
    @rule(data=st.data())
    def the_payees_bank_sends_it_back(self, data) -> None:
        one = data.draw(st.sampled_from([one for pay in self.pays for one in pay.tries if one.out]))
        one.out, one.back = False, True

    # ── Files ────────────────────────────────────────────────────────────────────────────────────────
    @precondition(lambda self: self.pays[1].status == "REGISTERED")
    @rule(mood=st.sampled_from(FILED))
    def file(self, mood) -> None:
        pay = self.pays[1]
        row = Disbursement.objects.get(pk=pay.pk)
        if not pay.may_be_claimed() or pay.differs:
            self.refuses(lambda: p.file_of(self.desk, [row]))
            return
        with self.then():
            made = p.file_of(self.desk, [row])
        self.files.append(made)
        pay.tries.append(Try(made.lines.get().key, pay.approved, "SENT", self.now, made, out=MOODS[mood][0]))

    @precondition(lambda self: any(one.file for _pay, one in self.tries("SENT")))
    @rule(lies=st.booleans())
    def report(self, lies) -> None:
        """pain.002: what moved is paid, or said to be refused; what did not move is refused."""
        pay, one = next((pay, one) for pay, one in self.tries("SENT") if one.file)
        paid = (one.out or one.back) and not lies
        line = {"key": one.key, "status": "ACSC" if paid else "RJCT"}
        with self.then():
            read(one.file, bank_answers.report(one.file.ref, [line], name=f"R{self.number()}"), self.desk.reader)
        self.told(pay, one, OUT.PAID if paid else OUT.REFUSED)

    @precondition(lambda self: self.files)
    @rule()
    def statement_of_the_account(self) -> None:
        """camt.053, read to the newest file: it tells of the account's other files as well."""
        pay, file = self.pays[1], self.files[-1]
        moved = [one for one in pay.tries if one.out or one.back]
        entries = [{"key": one.key, "amount": pay.won} for one in moved]
        entries += [{"key": one.key, "amount": pay.won, "back": True} for one in moved if one.back]
        with self.then():
            content = bank_answers.statement(file.account, entries, name=f"S{self.number()}", begins=self.now - timedelta(days=2))
            read(file, content, self.desk.reader)
        for one in pay.tries:
            self.reads(pay, one)
            if one.file == file and pay.status == "REGISTERED":
                one.freed = True
        self.equals_the_bank("PAIN_001")

    # ── What must always be so ───────────────────────────────────────────────────────────────────────
    @initialize(mood=st.sampled_from(list(MOODS)), filed=st.sampled_from(FILED))
    def begin(self, mood, filed) -> None:
        """One was tried at the gateway, one is in a file, one waits to be asked for."""
        self.sweep(mood)
        self.file(filed)

    @invariant()
    def agrees(self) -> None:
        rows = {row.pk: row for row in Disbursement.objects.select_related("milestone__agreement")}
        for pay in self.pays:
            held = [(one.key, one.state) for one in rows[pay.pk].attempts.order_by("id")]
            assert (rows[pay.pk].status, held) == (pay.status, [(one.key, one.state) for one in pay.tries]), pay
            assert sum(one.out for one in pay.tries) <= 1, f"paid twice: {pay}"
        booked = ledger.voucher_balance(rows[self.pays[0].pk].voucher.ref).paid_won
        assert booked == sum(pay.won for pay in self.pays if pay.status == "PAID")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # of the ledger: what a commit would ask
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for pay in self.pays:
            self.clear(pay, rows[pay.pk])

    def clear(self, pay: Pay, row: Disbursement) -> None:
        """Somebody owes the next step, or the page says where the money is; what holds it back is said."""
        attempts = list(queries.attempts_of(row))
        if pay.status == "REGISTERED":
            asked = all(journal.open_duties(one).exists() for one in attempts if one.state == "PARKED")
            assert asked and queries.bank_stage(row, attempts), f"nobody knows where the money is: {pay}"
        else:
            assert journal.open_duties(row).exists() or pay.status == "PAID", f"nobody owes the next step: {pay}"
        if pay.differs or any(one.state == "SENT_BACK" and not one.shown for one in pay.tries):
            assert queries.kept_back(row, attempts) or pay.status == "PAID", pay


def test_payments_do_what_their_model_does(db):
    steps = settings(
        max_examples=8, stateful_step_count=10, database=None, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Payments, settings=steps)

"""The ledger against a model of a few lines: whatever is booked in whatever order, the pots hold what the model holds."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.kit.errors import Refused
from tests.factories.providers import person
from tests.factories.rounds import make_round
from vouchers.ledger import actions, queries
from vouchers.ledger.models import LedgerEvent
from vouchers.ledger.rules import AccountKind as K

BUDGET = 1_000
WON = st.sampled_from([-1, 0, 100, 100, 200, 300, 700])  # few, so that pots are often emptied to the last won
AWARD = st.sampled_from(["app-1", "app-2"])
KEY = st.sampled_from(["k1", "k2", "k3"])


def voucher(award: str) -> str:
    return award.replace("app", "vch")


class Ledger(RuleBasedStateMachine):
    """pots: (kind, owner) → won; booked: key → (from, to, won)."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.programme, self.approver = make_round(budget_won=BUDGET), person("MINISTRY_APPROVER")
        self.pots: dict[tuple[str, str], int] = {}
        self.booked: dict[str, tuple[tuple[str, str], tuple[str, str], int]] = {}
        self.turns: dict[tuple[str, str], int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def move(self, booking, source, target, won, action, **given) -> None:
        """The action does what the model says: it books once, gives the same again, or refuses."""
        known = self.booked.get(booking)
        if won <= 0 or (known and known[2] != won) or (not known and source[0] != K.TREASURY and self.pots.get(source, 0) < won):
            with pytest.raises(Refused if won <= 0 or known else actions.OverBudget), transaction.atomic():
                action(round_id=self.programme.pk, amount_won=won, reason="모형", by=None, **given)
            return
        before = LedgerEvent.objects.count()
        action(round_id=self.programme.pk, amount_won=won, reason="모형", by=None, **given)
        assert LedgerEvent.objects.count() - before == (0 if known else 1)
        if not known:
            self.pots[source] = self.pots.get(source, 0) - won
            self.pots[target] = self.pots.get(target, 0) + won
            self.booked[booking] = (source, target, won)

    def turn(self, kind: str, owner: str) -> int:
        """Releases and expiries are numbered: each is another movement."""
        self.turns[kind, owner] = self.turns.get((kind, owner), 0) + 1
        return self.turns[kind, owner]

    @property
    def free(self) -> tuple[str, str]:
        return K.AVAILABLE, self.programme.ref

    @initialize(won=st.sampled_from([300, 700, BUDGET]))
    def appropriate(self, won) -> None:
        actions.appropriate(round_id=self.programme.pk, amount_won=won, reason="예산", by=self.approver)
        self.pots[self.free], self.pots[K.TREASURY, self.programme.ref] = won, -won

    @rule(award=AWARD, won=WON)
    def reserve(self, award, won) -> None:
        give = {"owner_ref": award, "organisation": None}
        self.move(f"R{award}", self.free, (K.RESERVED, award), won, actions.reserve, **give)

    @rule(award=AWARD, won=WON)
    def commit(self, award, won) -> None:
        give = {"owner_ref": award, "voucher_ref": voucher(award)}
        self.move(f"C{award}", (K.RESERVED, award), (K.COMMITTED, voucher(award)), won, actions.commit, **give)

    @rule(award=AWARD, won=WON, key=KEY)
    def pay(self, award, won, key) -> None:
        pot = voucher(award)
        give = {"voucher_ref": pot, "key": f"{pot}{key}"}
        self.move(f"P{pot}{key}", (K.COMMITTED, pot), (K.PAID, pot), won, actions.pay, **give)

    @rule(award=AWARD, won=WON, key=KEY)
    def take_back(self, award, won, key) -> None:
        pot = voucher(award)
        give = {"voucher_ref": pot, "key": f"{pot}{key}"}
        self.move(f"B{pot}{key}", (K.PAID, pot), (K.COMMITTED, pot), won, actions.take_back, **give)

    @rule(award=AWARD, won=WON, key=KEY)
    def recover(self, award, won, key) -> None:
        pot = voucher(award)
        give = {"voucher_ref": pot, "key": f"{pot}{key}"}
        self.move(f"V{pot}{key}", (K.PAID, pot), (K.RECOVERED, pot), won, actions.recover, **give)

    @rule(award=AWARD, won=st.sampled_from([100, 200]), committed=st.booleans())
    def release(self, award, won, committed) -> None:
        owner, kind = (voucher(award), K.COMMITTED) if committed else (award, K.RESERVED)
        if self.pots.get((kind, owner), 0) >= won:
            key = f"L{owner}{self.turn('L', owner)}"
            self.move(key, (kind, owner), self.free, won, actions.release, owner_ref=owner, kind=kind)

    @rule(award=AWARD, won=st.sampled_from([100, 200]))
    def expire(self, award, won) -> None:
        pot = voucher(award)
        if self.pots.get((K.COMMITTED, pot), 0) >= won:
            key = f"X{pot}{self.turn('X', pot)}"
            self.move(key, (K.COMMITTED, pot), (K.EXPIRED, pot), won, actions.expire, voucher_ref=pot)

    @invariant()
    def agrees(self) -> None:
        for (kind, owner), won in self.pots.items():
            assert queries.balance(self.programme.pk, kind, owner) == won, (kind, owner)
        assert sum(self.pots.values()) == 0 and list(queries.faults()) == []
        at = queries.position(self.programme.pk)
        spent = at.available_won + at.reserved_won + at.committed_won + at.paid_won + at.expired_won + at.recovered_won
        assert at.appropriated_won == spent


@pytest.mark.django_db
def test_the_ledger_does_what_its_model_does():
    steps = settings(
        max_examples=12,
        stateful_step_count=25,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Ledger, settings=steps)

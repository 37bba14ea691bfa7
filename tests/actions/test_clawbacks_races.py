"""Orders and a settlement that meet, in connections of their own, never claim the same won."""

import pytest
from django.db import DatabaseError, transaction

from portal.kit.errors import Refused
from tests.committed import together
from tests.factories import settling as s
from vouchers.settlements import actions
from vouchers.settlements.models import Debt, Settlement

HALF = 160_000_000


def heard(at, row):
    return actions.state_opinion(clawback_id=row.pk, opinion="의견", by=at.company)


def order(row, by):
    return actions.order_clawback(clawback_id=row.pk, amount_won=HALF, surcharge_times=0, reason="환수", by=by)


def test_two_orders_and_a_settlement_that_meet_claim_the_money_once(committed_db):
    at, desk, first = s.noticed(amount_won=HALF)
    second = actions.detect_clawback(
        agreement_id=at.agreement.pk, organisation_id=at.firm.organisation.pk, ground="BREACH", facts="사실", amount_won=HALF,
        by=at.operator,
    )  # fmt: skip
    second = actions.give_prior_notice(clawback_id=second.pk, by=at.operator)
    for row in (first, second):
        heard(at, row)
    settlement = Settlement.objects.get()
    s.state(at, settlement, {})
    s.judge(at, settlement)
    actions.propose_amount(settlement_id=settlement.pk, by=at.operator)
    answers = together(
        lambda: order(first, desk.finance), lambda: order(second, desk.finance),
        lambda: actions.confirm_amount(settlement_id=settlement.pk, by=desk.finance), behind=at.agreement,
    )  # fmt: skip
    refused = [one for one in answers if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [Refused, Refused], answers
    assert {one.code for one in refused} <= {"amount", "moved_since"}
    (debt,) = Debt.objects.all()
    assert debt.principal_won == HALF
    again = Debt.objects.get()
    again.pk, again.ref = None, ""
    with pytest.raises(DatabaseError, match="the voucher holds"), transaction.atomic():
        again.save()


def test_a_receipt_and_an_objection_that_meet_wait_for_each_other(committed_db):
    at, desk, row = s.noticed()
    heard(at, row)
    row = actions.order_clawback(clawback_id=row.pk, amount_won=1_000_000, surcharge_times=0, reason="환수", by=desk.finance)
    receipt = s.report(Debt.objects.get(), 1_000_000, at.company)
    answers = together(
        lambda: actions.object_to_clawback(clawback_id=row.pk, ground="FACTS", statement="사실과 다름", by=at.company),
        lambda: s.arrived(receipt, desk.finance), behind=row,
    )  # fmt: skip
    assert not [one for one in answers if isinstance(one, Exception)], answers  # no deadlock, whoever comes first
    assert Debt.objects.get().status == "PAID"

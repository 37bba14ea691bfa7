"""Who lets money go, and who may say what became of it: money that came back is approved anew, an attempt keeps its releasers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from portal.accounts import second_factor
from portal.accounts.rules import Role
from portal.kit import clock
from portal.kit.errors import IllegalStep
from tests.actions.test_payments_overturned import (
    BACK,
    BOOKED,
    GRANT,
    OUT,
    PAID,
    REFUSED,
    broken,
    money,
    open_duties,
    read,
    refused,
    sent,
    state,
)  # fmt: skip
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.ledger import actions as ledger
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement, PaymentAttempt

pytestmark = pytest.mark.django_db


def test_what_came_back_before_it_was_booked_is_approved_anew_and_each_attempt_keeps_its_releasers():
    at, desk, row, first = sent(gateways.Answer(OUT.UNKNOWN))
    mine, released = Disbursement.objects.filter(pk=row.pk), Disbursement.objects.get(pk=row.pk)
    assert [read(first, BACK), read(first, BACK)] == [1, 0]
    assert (state(row), money(at)) == ("SENT_BACK", (0, GRANT))
    assert (open_duties("approve_disbursement"), open_duties("retry_disbursement")) == (1, 0)
    with pytest.raises(IllegalStep):
        p.released("retry", row, desk.registrar)
    broken(mine, status="FAILED")
    again = {"approved_by": desk.finance, "approved_at": released.approved_at, "registered_by": desk.registrar}
    broken(mine, status="REGISTERED", **again)  # an approval that is older than what came back
    other = person(Role.PAYMENT_REGISTRAR)
    p.released("approve", row, desk.second)
    Disbursement.objects.filter(pk=row.pk).update(approved_at=released.approved_at)
    refused("approve_anew", p.released, verb="register", row=row, by=other)
    Disbursement.objects.filter(pk=row.pk).update(approved_at=clock.now())
    p.released("register", row, other)
    second = actions.claim_next(statement={first.key: BACK})
    first.refresh_from_db()
    assert first.released_by == {desk.finance.pk, desk.registrar.pk} and second.released_by == {desk.second.pk, other.pk}
    tries = PaymentAttempt.objects.filter(pk=second.pk)
    broken(tries, approved_by=desk.finance)
    broken(tries, state="SENT_BACK")  # nothing was sent yet
    _contradicted_again_and_again(desk, first)


def _contradicted_again_and_again(desk, first):
    """Who released the first attempt does not explain it, though others released the second; a new contradiction is told."""
    read(first, BOOKED)
    given = {"attempt_id": first.pk, "reason": "은행 확인"}
    for who in (desk.finance, desk.registrar):
        code = second_factor.demo_code(who)
        refused("four_eyes", actions.explain_attempt, **given, second_factor_code=code, by=who)
        for column in ("explained_by", "resolved_by"):
            broken(PaymentAttempt.objects.filter(pk=first.pk), **{column: who})
    code = second_factor.demo_code(desk.second)
    actions.explain_attempt(**given, second_factor_code=code, by=desk.second)
    read(first, BOOKED)
    assert open_duties("explain_attempt") == 0  # the same again is not news
    read(first, gateways.Answer(OUT.PAID, "BK7", "statement", GRANT))
    assert open_duties("explain_attempt") == 1


def test_a_refused_transfer_that_came_back_after_all_holds_the_retry_until_it_is_approved_anew():
    at, desk, row, attempt = sent(REFUSED)
    p.released("retry", row, desk.registrar)
    assert actions.claim_next(statement={attempt.key: BACK}) is None
    orphan = actions.claim_next(statement={})
    for shown in (BOOKED, BACK):
        assert actions.mark_sent(attempt_id=orphan.pk, statement={attempt.key: shown}) is None
    assert read(attempt, BACK) == 1
    assert (state(row), money(at), open_duties("approve_disbursement")) == ("SENT_BACK", (0, GRANT), 1)
    assert PaymentAttempt.objects.get(pk=orphan.pk).state == "REFUSED"


def test_an_attempt_that_cannot_be_reconciled_stops_no_other(monkeypatch, caplog):
    _at, _desk, rows = p.registered(parts=2)
    keys = []
    for _row in rows:
        attempt = actions.claim_next()
        actions.mark_sent(attempt_id=attempt.pk)
        actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(OUT.UNKNOWN))
        keys.append(attempt.key)
    booked = ledger.pay

    def pay(**given):
        if given["key"] == keys[0]:
            raise IntegrityError("a planted fault")
        return booked(**given)

    monkeypatch.setattr(ledger, "pay", pay)
    statement = dict.fromkeys(keys, PAID)
    assert actions.reconcile(statement=statement, now=clock.now() + timedelta(minutes=1)) == 1
    assert [PaymentAttempt.objects.get(key=key).state for key in keys] == ["UNKNOWN", "PAID"]
    assert "could not be reconciled" in caplog.text
    monkeypatch.setattr(ledger, "pay", booked)
    assert actions.reconcile(statement=statement, now=clock.now()) == 1

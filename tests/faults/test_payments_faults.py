"""Workers, beat, Valkey, PostgreSQL and the bank are killed at every step of a payment and at random, and people's actions too.

The short form of `make bench ONLY=faults` (portal/management/faults): from the request to the settlement through the actions,
on a server of its own. What must hold: each payment is paid at the bank exactly once, whatever cannot be known is parked for a
person after the reconciler's period, the ledger equals the bank's own book to the won, and `verify` accepts. The design that
one writes first pays twice beside it, so the harness is known to bite.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from portal.kit.embedded.processes import free_port
from portal.management.faults import acts, play, stage
from portal.management.faults.naive import Naive
from portal.management.faults.workers import Cast
from tests.factories import projects as p
from vouchers.payments import gateways, tasks
from vouchers.payments.models import Disbursement, PaymentAttempt

PAYMENTS = 44


@pytest.fixture
def drama(committed_db: str) -> Iterator[play.Play]:
    at, desk = p.project(), p.office()
    p.planned(at, parts=50)
    p.account(at, desk)
    people = (at.company, at.manager, at.operator, desk.finance, desk.registrar, desk.second)
    cast = Cast(at.agreement.pk, *(person.pk for person in people))
    here = connection.settings_dict
    source = f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{committed_db}"
    with stage.opened(source) as opened:
        found = play.Play(opened, cast, play.milestones_of(at.agreement.pk), naive=Naive(opened.services, opened.folder))
        try:
            found.open()
            yield found
        finally:
            found.close()


@pytest.mark.slow
def test_whatever_is_killed_each_payment_is_paid_once(drama: play.Play) -> None:
    machines = [one for one in acts.MACHINES if one.who != "celery"]
    celery = [one for one in acts.MACHINES if one.who == "celery"]
    answer = [one for one in acts.STEPS if "with the answer" in one.name]
    found = {
        name: drama.act(name, faults, payments, times, beside=name == "beside the naive design")
        for name, faults, payments, times in (
            ("people at each step", acts.PEOPLES, 3, 2), ("workers at each step", acts.STEPS, 9, 1),
            ("beside the naive design", answer, 3, 2), ("machines", machines, 8, 1), ("Celery", celery, 5, 1),
            ("the bank", [*acts.BANK, acts.DOWN], 9, 1), ("storm", [acts.storm(drama.dice)], 7, 5),
        )
    }  # fmt: skip
    total = drama.end()
    print("\n".join(play.table([*drama.outcomes, total])))
    assert (total.payments, total.stuck, total.twice, total.lost) == (PAYMENTS, 0, 0, 0)
    assert Disbursement.objects.filter(status="PAID").count() == PAYMENTS
    struck = {name: one.times for name, one in found.items()}
    assert struck["people at each step"] == 10 and struck["workers at each step"] == len(acts.STEPS), struck
    assert struck["machines"] == len(machines) and struck["Celery"] == len(celery), struck
    assert struck["the bank"] > len(acts.BANK) // 2 and struck["storm"] >= 2, struck
    assert found["the bank"].parked + found["the bank"].refused + found["the bank"].stated > 4, "the bank was kind"
    assert found["beside the naive design"].naive_twice > 0, "the harness does not bite"


@pytest.mark.django_db
def test_while_the_bank_is_down_payments_wait_unclaimed(settings: Any) -> None:
    settings.BANK_GATEWAY_URL = f"http://127.0.0.1:{free_port()}"
    p.registered()
    assert tasks.pay_due() == 0 and tasks.reconcile() == 0
    assert not PaymentAttempt.objects.exists()


@pytest.mark.django_db
def test_a_bank_that_falls_ill_in_a_sweep_leaves_one_payment_unclear_and_the_others_unclaimed(monkeypatch: Any) -> None:
    p.registered(parts=4)
    paid, unclear = (
        gateways.Answer(gateways.Outcome.PAID, "BK1", "ACSC"),
        gateways.Answer(gateways.Outcome.UNKNOWN, "", "HTTP 500"),
    )
    answers = iter([paid, unclear, paid])
    monkeypatch.setattr(gateways, "reachable", lambda *, url: True)
    monkeypatch.setattr(gateways, "send", lambda *_args, **_words: next(answers))
    assert tasks.pay_due() == 2
    assert sorted(PaymentAttempt.objects.values_list("state", flat=True)) == ["PAID", "UNKNOWN"]

"""People and clocks that meet over one payment, with real connections: one of them wins, and the money stays right."""

from datetime import timedelta

from django.core.management import call_command

from portal.journal.models import Event
from portal.kit import clock
from portal.kit.errors import IllegalStep
from tests.committed import together
from tests.factories import projects as p
from vouchers.agreements.models import Voucher
from vouchers.ledger import queries as ledger
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement

PAID = gateways.Answer(gateways.Outcome.PAID, "BK1", "ACSC")


def test_two_who_approve_at_once_approve_once(committed_db):
    at, (milestone, *_rest) = p.planned(parts=2)
    desk = p.office()
    p.account(at, desk)
    p.accept(at, milestone)
    row = p.request(at, milestone)
    p.confirm(at, row)
    actions.check_evidence(disbursement_id=row.pk, by=at.operator)
    both = [lambda by=by: p.released("approve", row, by) for by in (desk.finance, desk.second)]
    results = together(*both, behind=Disbursement.objects.get(pk=row.pk))
    assert sum(isinstance(one, Disbursement) for one in results) == 1, results
    assert sum(isinstance(one, IllegalStep) for one in results) == 1, results
    assert Event.objects.filter(name="disbursement.approved").count() == 1


def test_a_voucher_that_ends_while_its_payment_settles_loses_no_won(committed_db):
    _at, _desk, (first, second) = p.registered(parts=2)
    for row in (first, second):
        attempt = actions.claim_next()
        actions.mark_sent(attempt_id=attempt.pk)
        if row is first:
            actions.settle(attempt_id=attempt.pk, answer=PAID)
    late = clock.now() + timedelta(days=260)
    results = together(
        lambda: actions.settle(attempt_id=attempt.pk, answer=PAID), lambda: actions.expire_vouchers(now=late),
        behind=Voucher.objects.get(),
    )  # fmt: skip
    assert not [one for one in results if isinstance(one, Exception)], results
    voucher = Voucher.objects.get()
    held = ledger.voucher_balance(voucher.ref)
    assert (voucher.status, held.paid_won, held.open_won) == ("SPENT", voucher.grant_won, 0)
    assert Disbursement.objects.filter(status="PAID").count() == 2
    call_command("verify")

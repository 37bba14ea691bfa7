"""A termination meets a payment, with real connections: what was shown is written, or nothing is."""

from django.core.management import call_command

from tests.committed import together
from tests.factories import halts
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.agreements.models import Voucher
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import LedgerEvent
from vouchers.payments import actions, gateways, rules
from vouchers.payments.models import Disbursement

PAID = gateways.Answer(gateways.Outcome.PAID, "BK1", "ACSC")


def test_a_payment_settles_while_the_termination_is_decided(committed_db):
    at, milestones = p.planned(parts=2)
    desk = p.office()
    p.account(at, desk)
    p.accept(at, milestones[0])
    row = p.request(at, milestones[0])
    p.approve(at, row, desk)
    p.released("register", row, desk.registrar)
    attempt = actions.claim_next()
    actions.mark_sent(attempt_id=attempt.pk)
    noticed = halts.asked(at.agreement, by=at.operator, at_fault="COMPANY")
    halts.heard(noticed)
    shown, approver = rules.consequences_of(noticed.figures), person("MINISTRY_APPROVER")
    results = together(
        lambda: halts.decide(noticed, by=approver), lambda: actions.settle(attempt_id=attempt.pk, answer=PAID),
        behind=Disbursement.objects.get(pk=row.pk),
    )  # fmt: skip
    codes = [getattr(one, "code", one) for one in results if isinstance(one, Exception)]
    assert codes in ([], ["figures_moved"]), codes
    voucher = Voucher.objects.get()
    held = ledger.voucher_balance(voucher.ref)
    assert held.paid_won == shown.kept_won  # what was under way was kept for it
    assert (voucher.status, held.open_won) == (("ISSUED", shown.released_won) if codes else ("CANCELLED", 0))
    assert sum(LedgerEvent.objects.filter(kind="RELEASED").values_list("amount_won", flat=True)) == (
        0 if codes else shown.released_won
    )
    call_command("verify")

"""A voucher ends: spent to the last won, or expired with what is left; and nothing is paid from one that ended."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.accounts.rules import Role
from portal.journal import queries as journal
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import Refused
from tests.factories import halts
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.agreements.models import Voucher
from vouchers.ledger import queries as ledger
from vouchers.payments import actions, gateways, tasks
from vouchers.payments.models import Disbursement
from vouchers.rounds import actions as rounds

GRANT = 320_000_000
PAID = gateways.Answer(gateways.Outcome.PAID, "BK1", "ACSC")
LAST = timedelta(days=200)  # factories: the agreement's last day

pytestmark = pytest.mark.django_db


def after(days):
    return clock.now() + LAST + timedelta(days=days)


def pay(count=1):
    for _turn in range(count):
        attempt = actions.claim_next()
        actions.mark_sent(attempt_id=attempt.pk)
        actions.settle(attempt_id=attempt.pk, answer=PAID)


def position(at):
    voucher = Voucher.objects.get()
    return voucher.status, *(
        ledger.balance(at.agreement.round_id, kind, voucher.ref) for kind in ("COMMITTED", "EXPIRED", "PAID")
    )


def test_an_unused_voucher_expires_after_its_last_day_once():
    at, _rows = p.planned()
    assert actions.expire_vouchers(now=after(0)) == 0  # the last day still counts, to its end
    assert actions.expire_vouchers(now=after(1)) == 1
    assert position(at) == ("EXPIRED", 0, GRANT, 0)
    assert actions.expire_vouchers(now=after(1)) == 0
    event = Event.objects.get(name="voucher.expired")
    assert event.data["left_won"] == GRANT and set(event.organisations) == at.agreement.organisation_ids()
    told = set(Notice.objects.filter(template="voucher_expired").values_list("user", flat=True))
    assert told == {at.company.pk, at.manager.pk}
    call_command("verify")


def test_a_voucher_paid_to_the_last_won_is_spent():
    at, _desk, _rows = p.registered(parts=2)
    pay()
    assert position(at) == ("ISSUED", GRANT // 2, 0, GRANT // 2)
    pay()
    assert position(at) == ("SPENT", 0, 0, GRANT)
    assert Event.objects.filter(name="voucher.spent").count() == 1
    assert actions.expire_vouchers(now=after(30)) == 0


def test_a_payment_on_its_way_holds_the_voucher_and_the_rest_expires_after_it():
    at, rows = p.planned(parts=2)
    desk = p.office()
    p.account(at, desk)
    p.accept(at, rows[0])
    row = p.request(at, rows[0])
    p.approve(at, row, desk)
    p.released("register", row, desk.registrar)
    assert actions.expire_vouchers(now=after(60)) == 0
    pay()
    assert actions.expire_vouchers(now=after(60)) == 1
    assert position(at) == ("EXPIRED", 0, GRANT // 2, GRANT // 2)
    call_command("verify")


def test_what_was_handed_in_waits_ten_working_days_and_its_duty_ends_with_the_money():
    at, (milestone,) = p.planned()
    p.accept(at, milestone)
    assert actions.expire_vouchers(now=after(3)) == 0
    assert actions.expire_vouchers(now=after(30)) == 1
    assert not Duty.objects.filter(verb="request_disbursement", closed_at__isnull=True).exists()
    with pytest.raises(Refused) as error:
        p.request(at, milestone)
    assert error.value.code == "voucher_ended"


def test_an_amendment_may_lengthen_that_wait_and_never_shortens_it():
    at, (milestone,) = p.planned()
    p.accept(at, milestone)
    why = {"reason_ko": "정비", "reason_en": "Order", "by": person(Role.MINISTRY_APPROVER)}
    rounds.amend(round_id=at.agreement.round_id, target_days={"voucher_claim": 1}, **why)
    assert actions.expire_vouchers(now=after(10)) == 0  # the application keeps the days under which it was handed in
    rounds.amend(round_id=at.agreement.round_id, target_days={"voucher_claim": 40}, **why)
    assert actions.expire_vouchers(now=after(30)) == 0
    assert actions.expire_vouchers(now=after(80)) == 1


def test_a_returned_request_cannot_be_sent_again_once_the_voucher_expired():
    at, (milestone,) = p.planned()
    p.accept(at, milestone)
    row = p.request(at, milestone)
    actions.return_disbursement(disbursement_id=row.pk, reason="세금계산서 불일치", by=at.company)
    assert actions.expire_vouchers(now=after(30)) == 1
    assert not journal.open_duties(Disbursement.objects.get()).exists()
    with pytest.raises(Refused) as error:
        actions.resubmit_disbursement(
            disbursement_id=row.pk, invoice_no="B-1", invoice_on=clock.today(), invoice_document=None, by=at.manager
        )
    assert error.value.code == "voucher_ended"


def test_the_sweep_of_the_clock_expires(monkeypatch):
    p.planned()
    now = after(1)
    monkeypatch.setattr("portal.kit.clock.now", lambda: now)
    call_command("tick")
    assert Voucher.objects.get().status == "EXPIRED"
    assert tasks.expire_vouchers() == 0


def test_a_suspended_agreements_voucher_waits():
    at, _rows = p.planned()
    halts.suspended(at.agreement, by=at.operator)
    assert actions.expire_vouchers(now=after(30)) == 0
    actions.resume(agreement_id=at.agreement.pk, by=at.operator)
    assert actions.expire_vouchers(now=after(30)) == 1


@pytest.mark.parametrize("ended", ["suspended", "terminated"])
def test_nothing_is_released_while_the_agreement_stands_still_or_has_ended(ended):
    at, _desk, (registered,) = p.registered()
    getattr(halts, ended)(at.agreement, by=at.operator)
    assert actions.claim_next() is None
    assert Disbursement.objects.get(pk=registered.pk).status == "REGISTERED"


@pytest.mark.parametrize("ended", ["suspended", "terminated"])
def test_approval_and_registration_are_refused_while_the_agreement_stands_still_or_has_ended(ended):
    at, rows = p.planned(parts=2)
    desk = p.office()
    p.account(at, desk)
    for row in rows:
        p.accept(at, row)
    checked, approved = p.request(at, rows[0]), p.request(at, rows[1])
    p.confirm(at, checked)
    actions.check_evidence(disbursement_id=checked.pk, by=at.operator)
    p.approve(at, approved, desk)
    getattr(halts, ended)(at.agreement, by=at.operator)
    for verb, row, who in (
        ("approve", checked, desk.finance),
        ("register", approved, desk.registrar),
    ):
        with pytest.raises(Refused) as error:
            p.released(verb, row, who)
        assert error.value.code == "agreement_not_active"
    with pytest.raises(IntegrityError), transaction.atomic():
        Disbursement.objects.filter(pk=approved.pk).update(status="REGISTERED", registered_by=desk.registrar)


def test_an_account_that_was_replaced_after_the_approval_is_not_paid():
    at, rows = p.planned()
    desk = p.office()
    p.account(at, desk)
    p.accept(at, rows[0])
    row = p.request(at, rows[0])
    p.approve(at, row, desk)
    new = actions.enter_payee(
        institution_id=at.institution.pk, bank_code="004", number="222-222-222222", holder="가상병원", by=desk.registrar
    )
    with pytest.raises(Refused) as error:
        p.released("register", row, desk.registrar)
    assert error.value.code == "payee_unverified"
    actions.verify_payee(account_id=new.pk, by=desk.second)
    with clock.at(clock.now() + timedelta(days=12)):  # a changed account waits
        assert p.released("register", row, desk.registrar).payee_account == new


def test_the_database_ends_a_voucher_once_and_only_with_an_empty_pot():
    p.planned()
    for status in ("SPENT", "EXPIRED"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Voucher.objects.update(status=status)
    actions.expire_vouchers(now=after(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.update(status="ISSUED")


def test_a_spent_voucher_stays_spent_when_its_agreement_is_terminated():
    at, _desk, _rows = p.registered()
    pay()
    halts.terminated(at.agreement, by=at.operator)
    assert position(at)[0] == "SPENT"

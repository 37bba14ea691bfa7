"""A registered payment is taken back while nothing holds it; whoever comes first, it or what sends, has the payment."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed
from tests.actions.test_payees import enter
from tests.actions.test_payments_files import refused, state
from tests.committed import second, together
from tests.factories import halts
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement, PaymentAttempt, PaymentFile

REFUSED = gateways.Answer(gateways.Outcome.REFUSED, "", "AC04")
BACK = gateways.Answer(gateways.Outcome.SENT_BACK, "BK1", "AC04")


def take_back(row, by, reason="계좌 오기재"):
    return actions.unregister_disbursement(disbursement_id=row.pk, reason=reason, by=by)


def owed():
    return set(Duty.objects.filter(subject_type="disbursement", closed_at__isnull=True).values_list("verb", flat=True))


def changed(at, desk):
    """Another account takes the place of the payee's, and is verified."""
    new = enter(at, desk.registrar)
    actions.verify_payee(account_id=new.pk, by=desk.finance)
    return new


def tried(answer):
    attempt = actions.claim_next()
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=answer)
    return attempt


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["finance", "registrar"])
def test_an_untried_payment_is_approved_again_and_leaves_only_once_registered_anew(who):
    at, desk, (row,) = p.registered(1)
    back = take_back(row, getattr(desk, who), " 계좌 오기재 ")
    assert (back.status, back.registered_by, back.registered_at) == ("APPROVED", None, None) and back.approved_by == desk.finance
    assert owed() == {"register_disbursement"} and actions.claim_next() is None
    event = Event.objects.get(name="disbursement.unregistered")
    assert (event.frm, event.to, event.reason, event.by) == ("REGISTERED", "APPROVED", "계좌 오기재", getattr(desk, who))
    told = Notice.objects.filter(template="disbursement_unregistered", body__contains="사유: 계좌 오기재")
    assert {at.company.pk, at.manager.pk} <= set(told.values_list("user", flat=True))
    with pytest.raises(IllegalStep):
        take_back(row, desk.finance)
    with pytest.raises(NotAllowed):
        p.released("register", row, desk.finance)  # who approved never registers, whatever was taken back
    p.released("register", row, desk.registrar)
    assert actions.claim_next().disbursement_id == row.pk and owed() == set()


@pytest.mark.django_db
def test_an_approval_ends_with_the_account_that_it_was_given_for():
    at, desk, (row,) = p.registered(1, way="PAIN_001")
    new = changed(at, desk)
    back = take_back(row, desk.registrar)
    assert (back.status, back.approved_by, back.approved_at) == ("EVIDENCE_CHECKED", None, None)
    assert owed() == {"approve_disbursement"}
    assert Notice.objects.filter(template="disbursement_unregistered", body__contains="새 계좌로 다시 승인").exists()
    with pytest.raises(IllegalStep):
        p.released("register", row, desk.registrar)
    assert p.released("approve", row, desk.second).payee_account == new
    refused("payee_waits", p.released, "register", row, desk.registrar)
    with clock.at(clock.now() + timedelta(days=12)):
        p.released("register", row, desk.registrar, way="GATEWAY")  # never tried: it may leave another way
        assert actions.claim_next().account == new


@pytest.mark.django_db
def test_what_the_bank_refused_stands_as_refused_and_what_came_back_is_approved_anew():
    at, desk, (refused_one, back_one) = p.registered(2)
    first = tried(REFUSED)
    p.released("retry", refused_one, desk.registrar)
    second_try = tried(BACK)
    p.released("approve", back_one, desk.second)
    p.released("register", back_one, desk.registrar)
    assert {first.disbursement_id, second_try.disbursement_id} == {refused_one.pk, back_one.pk}
    changed(at, desk)
    assert (take_back(refused_one, desk.second).status, take_back(back_one, desk.second).status) == ("FAILED", "SENT_BACK")
    assert owed() == {"retry_disbursement", "approve_disbursement"}
    late = gateways.Answer(gateways.Outcome.PAID, "BK9", "statement", refused_one.amount_won)
    actions.reconcile(statement={first.key: late}, now=clock.now())
    assert state(refused_one) == "PAID", "the statement still has the last word"


@pytest.mark.django_db
def test_nothing_is_taken_back_that_a_transfer_or_a_file_holds_or_by_others():
    at, desk, (claimed, filed) = p.registered(2)
    Disbursement.objects.filter(pk=filed.pk).update(way="PAIN_001")
    refused("reason_missing", take_back, filed, desk.finance, " ")
    for who in (at.manager, at.company, at.operator, person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            take_back(filed, who)
    attempt = actions.claim_next()
    assert attempt.disbursement_id == claimed.pk
    p.file_of(desk, [filed])
    for row in (claimed, filed):
        refused("not_unregisterable", take_back, row, desk.finance)
        with pytest.raises(IntegrityError, match="its registration stands"), transaction.atomic():
            Disbursement.objects.filter(pk=row.pk).update(status="APPROVED", registered_by=None, registered_at=None)
    assert {state(row) for row in (claimed, filed)} == {"REGISTERED"}


@pytest.mark.django_db
def test_a_payment_of_a_terminated_agreement_is_closed_and_not_taken_back():
    at, desk, (row,) = p.registered(1)
    halts.terminated(at.agreement, by=at.operator)
    refused("not_unregisterable", take_back, row, desk.finance)


def test_a_file_that_is_made_meanwhile_holds_the_payment_or_finds_it_gone(committed_db):
    _at, desk, (first, other) = p.registered(2, way="PAIN_001")
    made = together(lambda: p.file_of(desk, [first]), lambda: second(lambda: take_back(first, desk.finance)), behind=first)
    assert isinstance(made[0], PaymentFile) and made[1].code == "not_unregisterable", made
    gone = together(lambda: take_back(other, desk.finance), lambda: second(lambda: p.file_of(desk, [other])), behind=other)
    assert isinstance(gone[0], Disbursement) and gone[1].code == "not_due", gone
    assert (state(first), state(other)) == ("REGISTERED", "APPROVED") and PaymentAttempt.objects.count() == 1


def test_a_send_that_starts_meanwhile_holds_the_payment_or_finds_nothing(committed_db):
    _at, desk, (row, *_more) = p.registered(1)
    attempt = actions.claim_next()
    sent = together(
        lambda: actions.mark_sent(attempt_id=attempt.pk), lambda: second(lambda: take_back(row, desk.finance)), behind=row
    )
    assert sent[0].key == attempt.key and sent[1].code == "not_unregisterable", sent
    assert state(row) == "REGISTERED"


def test_a_claim_passes_over_what_is_being_taken_back(committed_db):
    _at, desk, (row,) = p.registered(1)
    with transaction.atomic():
        take_back(row, desk.finance)
        assert together(actions.claim_next) == [None]
    assert state(row) == "APPROVED" and not PaymentAttempt.objects.exists()
    p.released("register", row, desk.registrar)
    with transaction.atomic():
        attempt = actions.claim_next()
        late = together(lambda: _within(row, desk))
    assert attempt is not None and "lock" in str(late[0]), late
    refused("not_unregisterable", take_back, row, desk.finance)


def _within(row, desk):
    """Taken back by one who does not wait long for the lock."""
    from django.db import connection

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '300ms'")
        return take_back(row, desk.finance)

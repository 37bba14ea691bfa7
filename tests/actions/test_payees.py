"""A payee's account that changes: told to both contacts, waits, and redirects nothing that is under way."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.documents import queries as document_queries
from portal.journal.models import Notice
from portal.kit import clock
from tests.actions.test_payments_files import filed, read, refused
from tests.factories import bank_answers as answers
from tests.factories import projects as p
from vouchers.payments import actions, rules
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAttempt


def enter(at: p.Project, by: Any, number: str = "220-987-654321", contact: str = "new@hospital.example") -> PayeeAccount:
    return actions.enter_payee(
        institution_id=at.institution.pk, bank_code="004", number=number, holder="가상병원", contact=contact, by=by
    )


@pytest.mark.django_db
def test_a_changed_account_is_told_to_both_contacts_and_waits():
    at, (first, _second) = p.planned(parts=2)
    desk = p.office()
    old = enter(at, desk.registrar, "110-123-456789", "old@hospital.example")
    actions.verify_payee(account_id=old.pk, by=desk.finance)
    assert old.waits_until is None and not Notice.objects.filter(template="payee_changed").exists()
    p.accept(at, first)
    row = p.request(at, first)
    p.approve(at, row, desk)
    new = enter(at, desk.registrar)
    told = Notice.objects.filter(template="payee_changed")
    assert {"old@hospital.example", "new@hospital.example", at.manager.email, desk.finance.email} <= set(
        told.values_list("address", flat=True)
    )
    assert told.filter(address="old@hospital.example", body__contains="···6789").filter(body__contains="···4321").exists()
    actions.verify_payee(account_id=new.pk, by=desk.finance)
    assert new.waits_until and new.waits_until > clock.today()
    refused("payee_waits", p.released, "register", row, desk.registrar)
    with pytest.raises(IntegrityError, match="changed and waits"), transaction.atomic():
        Disbursement.objects.filter(pk=row.pk).update(
            status="REGISTERED", registered_by=desk.registrar, registered_at=clock.now(), way="GATEWAY", payee_account=new
        )
    with clock.at(clock.now() + timedelta(days=12)):
        assert p.released("register", row, desk.registrar).payee_account == new


@pytest.mark.django_db
def test_a_changed_account_waits_by_sql_too():
    at, desk, (row,) = p.registered(1)
    changed = enter(at, desk.registrar)
    actions.verify_payee(account_id=changed.pk, by=desk.finance)
    with pytest.raises(IntegrityError, match="changed and waits"), transaction.atomic():
        Disbursement.objects.filter(pk=row.pk).update(payee_account=changed)
    far = clock.now() + timedelta(days=40)
    Disbursement.objects.filter(pk=row.pk).update(
        payee_account=changed, registered_at=far
    )  # as if registered when it waited no more
    assert actions.claim_next() is None
    row.refresh_from_db()
    attempt = PaymentAttempt(
        disbursement=row, key="k-1", amount_won=row.amount_won, claimed_at=clock.now(), approved_by_id=row.approved_by_id,
        registered_by_id=row.registered_by_id, account_id=row.payee_account_id,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="changed and waits"), transaction.atomic():
        attempt.save()


@pytest.mark.django_db
def test_a_failed_payment_is_not_registered_by_sql_for_an_account_that_waits():
    at, desk, (row,), file = filed(1)
    read(file, answers.paid(file, refuse=[0]), desk.reader)
    changed = enter(at, desk.registrar)
    actions.verify_payee(account_id=changed.pk, by=desk.finance)
    with pytest.raises(IntegrityError, match="changed and waits"), transaction.atomic():
        Disbursement.objects.filter(pk=row.pk).update(status="REGISTERED", payee_account=changed)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["GATEWAY", "PAIN_001"])
def test_a_change_during_a_payment_never_redirects_it(way):
    at, desk, (row,) = p.registered(1, way=way)
    before = row.payee_account
    changed = enter(at, desk.registrar)
    actions.verify_payee(account_id=changed.pk, by=desk.finance)
    if way == "GATEWAY":
        attempt = actions.claim_next()
        transfer = actions.mark_sent(attempt_id=attempt.pk)
    else:
        file = p.file_of(desk, [row])
        attempt, (transfer,) = file.lines.get(), rules.read_pain_001(document_queries.content_of(file.document))[1]
    assert transfer.account == before.number and attempt.account == before
    with pytest.raises(IntegrityError, match="under way to its account"), transaction.atomic():
        Disbursement.objects.filter(pk=row.pk).update(payee_account=changed)
    with pytest.raises(IntegrityError, match="another account is a new row"), transaction.atomic():
        PayeeAccount.objects.filter(pk=before.pk).update(number=changed.number)

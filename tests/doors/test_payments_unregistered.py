"""A registered payment is taken back in the browser and in the admin: by whom, with which words, and what a wrong input answers."""

import pytest
from django.test import Client

from portal.accounts.rules import Role
from tests.actions.test_payees import enter
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.payments import actions
from vouchers.payments.models import Disbursement

pytestmark = pytest.mark.django_db


def test_finance_or_the_registrar_take_a_registration_back_in_the_browser() -> None:
    at, desk, (row,) = p.registered(1, way="PAIN_001")
    page, path = f"/payments/{row.ref}/", f"/payments/{row.ref}/unregister/"
    for who, may in ((desk.second, True), (desk.registrar, True), (at.company, False), (at.manager, False), (at.operator, False)):
        assert (path in as_(who).get(page).content.decode()) is may
    given = {"reason": "계좌번호 오기재"}
    assert [as_(who).post(path, given).status_code for who in (at.firm.staff, at.manager, at.operator)] == [403] * 3
    assert as_(make.firm().staff).post(path, given).status_code == 404 and Client().post(path).status_code == 302
    client = as_(desk.second)
    empty = client.post(path, {"reason": " "})
    assert empty.status_code == 422 and 'href="#back_reason"' in empty.content.decode()
    long = client.post(path, {"reason": "가" * 2001})
    assert long.status_code == 422 and long.content.decode().count("가" * 2001) == 1
    new = enter(at, desk.registrar)
    words = client.get(f"/en{page}").content.decode()
    assert "leaves for the former account" in words and "the approval ends too" in words
    actions.verify_payee(account_id=new.pk, by=desk.finance)
    assert client.post(path, given).status_code == 303
    assert client.post(path, given).status_code == 409
    after = as_(at.company).get(page).content.decode()
    assert Disbursement.objects.get().status == "EVIDENCE_CHECKED" and "계좌번호 오기재" in after and path not in after


def test_a_registration_is_taken_back_in_the_admin() -> None:
    _at, desk, (row,) = p.registered(1)
    client, path = as_(desk.registrar), f"/admin/vouchers/disbursement/{row.pk}/verb/unregister/"
    assert "다시 등록할 때까지 아무것도 나가지 않습니다" in client.get(path).content.decode()
    assert as_(person(Role.OPERATOR_CASE)).get(path).status_code == 403
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "계좌 확인"}).status_code == 302
    assert Disbursement.objects.get().status == "APPROVED"
    gone = client.get(path)
    assert gone.status_code == 302 and client.post(path, {"reason": "다시"}).status_code == 422

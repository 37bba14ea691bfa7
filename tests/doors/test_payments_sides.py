"""Whoever pays is named: where the subsidy network does, neither page nor mail speaks of a bank; in the admin the way is chosen."""

import re

import pytest

from portal.accounts import second_factor
from portal.journal.models import Notice
from tests.actions.test_payments_files import NETWORK, XLSX, filed, read
from tests.doors import as_
from tests.factories import bank_answers as answers
from tests.factories import projects as p
from vouchers.payments import rules
from vouchers.payments.models import Disbursement

pytestmark = pytest.mark.django_db


def test_a_payment_that_the_subsidy_network_refuses_speaks_of_no_bank() -> None:
    _at, desk, (row,), file = filed(1, "NETWORK", **NETWORK)
    line = file.lines.get()
    read(file, answers.network_result(file.ref, [(line.key, line.amount_won, "반려", "", "계좌 오류")]), desk.reader, XLSX)
    client = as_(desk.registrar)
    english, korean = (client.get(f"{language}/payments/{row.ref}/").content.decode() for language in ("/en", ""))
    assert "The subsidy network refused the payment" in english and "보조금통합관리망이 지급을 거절했습니다" in korean
    shown = re.sub(r"<header.*?</header>|<script.*?</script>", "", korean, flags=re.DOTALL)
    assert not re.search("은행(이|에|의| 기록)", shown) and not re.search(r"[Tt]he bank|by the bank", english)
    (mail,) = {one.body for one in Notice.objects.filter(template="disbursement_failed", user=desk.registrar)}
    assert "보조금통합관리망의 답" in mail and "은행" not in mail


def test_what_pages_say_differs_by_side_and_is_whole() -> None:
    bank, network = rules.side_words("GATEWAY"), rules.side_words("NETWORK")
    assert bank.keys() == network.keys() and all(str(bank[name]) != str(network[name]) for name in bank)
    for why in ("closed", "differs", "rest", "rest_paid", "unproved"):
        assert rules.kept_back_words(why, "PAIN_001") != rules.kept_back_words(why, "NETWORK")


def test_the_registrar_chooses_the_way_in_the_admin_too() -> None:
    at, (milestone,) = p.planned()
    desk = p.office()
    p.account(at, desk)
    p.accept(at, milestone)
    row = p.request(at, milestone)
    p.approve(at, row, desk)
    client, path = as_(desk.registrar), f"/admin/vouchers/disbursement/{row.pk}/verb/register/"
    shown = client.get(path).content.decode()
    assert shown.count('name="way"') == 3 and "고른 방법으로" in shown
    code = second_factor.demo_code(desk.registrar)
    for bad in ({"way": "GATEWAY"}, {"code": code}, {"way": "NETWORK", "code": code}):
        assert client.post(path, bad).status_code == 422, bad
    assert client.post(path, {"way": "SHEET", "code": code}).status_code == 302
    assert (Disbursement.objects.get().status, Disbursement.objects.get().way) == ("REGISTERED", "SHEET")

"""What a voucher has left, on the agreement's page, the company's desk and from its application on."""

import html
import re
from typing import Any

import pytest
from django.utils.translation import override

from tests.doors import as_
from tests.factories import projects as p
from vouchers.payments import actions, gateways

pytestmark = pytest.mark.django_db


def words(path: str, user: Any) -> str:
    found = as_(user).get(path)
    assert found.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(found.content.decode())))


def test_issued_paid_and_left_and_the_way_from_the_application() -> None:
    at, _desk, rows = p.registered(parts=2)
    attempt = actions.claim_next()
    assert attempt is not None
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(outcome=gateways.Outcome.PAID, bank_ref="B-1"))
    for user in (at.company, at.manager, at.operator):
        shown = words(f"/agreements/{at.agreement.ref}/", user)
        assert re.search("발급액 320,000,000원.+지급액 160,000,000원.+잔액 160,000,000원", shown)
    assert "바우처: 발급액 320,000,000원, 지급액 160,000,000원, 잔액 160,000,000원" in words("/home/", at.company)
    application = at.agreement.award.application
    page = as_(at.company).get(f"/applications/{application.ref}/").content.decode()
    parts = [f"/milestones/{row.milestone.ref}/" for row in rows] + [f"/payments/{row.ref}/" for row in rows]
    for address in (f"/evaluation/awards/{at.agreement.award.ref}/", f"/agreements/{at.agreement.ref}/", *parts):
        assert address in page, address
    assert "과제 수행 중" in page and "선정과 협약" not in page
    with override("en"):
        assert "The project is under way" in words(f"/en/applications/{application.ref}/", at.company)

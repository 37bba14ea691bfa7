"""A wrong word that money came back, in the browser: who may take it back, and what the page says meanwhile."""

from typing import Any

import pytest

from portal.accounts import second_factor
from portal.accounts.rules import Role
from tests.doors import as_
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement

pytestmark = pytest.mark.django_db


def test_another_person_takes_back_that_a_transfer_came_back(settings: Any) -> None:
    at, desk, (row,) = p.registered()
    settings.BANK_GATEWAY_URL = "http://127.0.0.1:9"  # nobody listens: the person's word counts
    attempt = actions.claim_next()
    assert attempt is not None
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(gateways.Outcome.UNKNOWN))
    page, path = f"/en/payments/{row.ref}/", f"/payments/{row.ref}/attempts/{attempt.ref}/withdraw/"
    actions.park(attempt_id=attempt.pk)
    assert as_(desk.second).get(path).status_code == 409  # no word stands yet
    actions.resolve_attempt(
        attempt_id=attempt.pk, outcome="SENT_BACK", bank_ref="X", reason="전화",
        second_factor_code=second_factor.demo_code(desk.second), by=desk.second,
    )  # fmt: skip
    other = person(Role.OPERATOR_FINANCE)
    for who, may in ((at.company, False), (desk.finance, False), (desk.second, False), (other, True)):
        assert (path in as_(who).get(page).content.decode()) is may
    assert "somebody else takes that back" in as_(desk.second).get(page).content.decode()
    assert [as_(who).get(path).status_code for who in (at.company, at.manager, at.operator)] == [403] * 3
    given = {"reason": "은행 정정", "code": second_factor.demo_code(other)}
    assert as_(desk.second).post(path, {**given, "code": second_factor.demo_code(desk.second)}).status_code == 422
    client = as_(other)
    assert client.get(path).status_code == 200
    for bad in ({}, {**given, "reason": ""}, {**given, "code": "0"}):
        assert client.post(path, bad).status_code == 422, bad
    assert client.post(path, given).status_code == 303
    assert Disbursement.objects.get().status == "REGISTERED"
    assert "The bank has not answered yet" in client.get(page).content.decode()

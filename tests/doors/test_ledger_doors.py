"""A round's budget in the admin: given once, added to, booked back by a new entry; read by auditors, closed to others."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.doors import as_
from tests.factories.providers import person
from tests.factories.rounds import make_round
from vouchers.ledger import actions, queries
from vouchers.ledger.models import LedgerEvent

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def page_of(name, *args) -> str:
    return reverse(f"{admin.site.name}:vouchers_{name}", args=args)


def given(client, programme, **changes):
    """The form as the page sends it, with the page's own number."""
    shown = client.get(page_of("ledgerevent_add"))
    assert all(f'name="{name}"' in text(shown) for name in ("round", "amount_won", "reason", "once"))
    once = shown.context["adminform"].form.initial.get("once") or shown.context["adminform"].form["once"].value()
    return {"round": programme.pk, "amount_won": "1000000000", "reason": "본예산", "once": once, **changes}


def test_the_approver_gives_a_budget_once_and_may_add_to_it():
    programme, client = make_round(), as_(person("MINISTRY_APPROVER"))
    first = given(client, programme)
    assert client.post(page_of("ledgerevent_add"), first).status_code == 302
    client.post(page_of("ledgerevent_add"), first)  # a second click books nothing
    assert queries.position(programme.pk).available_won == 1_000_000_000
    more = given(client, programme, amount_won="440000000", reason="추가경정예산")
    assert client.post(page_of("ledgerevent_add"), more).status_code == 302
    assert queries.position(programme.pk).appropriated_won == 1_440_000_000


def test_more_than_the_call_says_comes_back_beside_the_amount():
    programme, client = make_round(budget_won=100_000_000), as_(person("MINISTRY_APPROVER"))
    answer = client.post(page_of("ledgerevent_add"), given(client, programme, amount_won="200000000"))
    assert answer.status_code == 422 and "amount_won" in answer.context["adminform"].form.errors
    assert (
        "공고에 적힌 예산까지만" in text(answer)
        and "공고를 변경하여 예산을 올리십시오" in text(answer)
        and not LedgerEvent.objects.exists()
    )
    english = client.post(f"/en{page_of('ledgerevent_add')}", given(client, programme, amount_won="200000000"))
    assert "by an amendment of the call first" in text(english)
    assert client.post(page_of("ledgerevent_add"), given(client, programme, amount_won="100000000")).status_code == 302


@pytest.mark.parametrize("change", [{"amount_won": ""}, {"amount_won": "-5"}, {"amount_won": "많이"}, {"amount_won": "1" * 30},
                                    {"reason": ""}, {"reason": "가" * 301}, {"round": "99999999"}, {"round": "x"}])  # fmt: skip
def test_bad_budgets_are_named_and_nothing_typed_is_lost(change):
    programme, client = make_round(), as_(person("MINISTRY_APPROVER"))
    answer = client.post(page_of("ledgerevent_add"), given(client, programme, **{"reason": "본예산 편성", **change}))
    assert answer.context["adminform"].form.errors and not LedgerEvent.objects.exists()
    if "reason" not in change:
        assert "본예산 편성" in text(answer)


def test_only_the_approver_opens_the_form_and_auditors_read():
    programme = make_round()
    for role in ("MINISTRY_OFFICER", "OPERATOR_FINANCE", "AUDITOR"):
        client = as_(person(role))
        assert client.get(page_of("ledgerevent_add")).status_code == 403
        assert client.post(page_of("ledgerevent_add"), {"round": programme.pk, "amount_won": 1, "reason": "x"}).status_code == 403
        for name in ("ledgerevent", "account"):
            assert client.get(page_of(f"{name}_changelist")).status_code == 200
    assert Client().get(page_of("ledgerevent_add")).status_code == 302
    assert not LedgerEvent.objects.exists()


def test_a_wrong_budget_is_booked_back_by_a_new_entry():
    approver, programme = person("MINISTRY_APPROVER"), make_round()
    wrong = actions.appropriate(round_id=programme.pk, amount_won=9_000, reason="오타", by=approver)
    client, address = as_(approver), page_of("ledgerevent_verb", wrong.pk, "reverse")
    assert "9,000원" in text(client.get(address))
    assert client.post(address, {"reason": ""}).status_code == 422
    assert as_(person("AUDITOR")).post(address, {"reason": "x"}).status_code == 403
    assert client.post(address, {"reason": "0이 하나 빠졌습니다."}).status_code == 302
    assert client.post(address, {"reason": "다시"}).status_code == 422
    assert LedgerEvent.objects.count() == 2 and queries.position(programme.pk).appropriated_won == 0
    assert "정정" in text(client.get(page_of("ledgerevent_change", LedgerEvent.objects.get(kind="REVERSED").pk)))
    assert "예산 되돌리기" not in text(client.get(page_of("ledgerevent_change", wrong.pk)))
    assert list(queries.faults()) == []

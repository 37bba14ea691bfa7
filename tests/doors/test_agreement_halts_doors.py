"""Suspension and termination in the browser: one table of figures for whoever may see it, then asked, agreed to, decided."""

import pytest
from django.test import Client

from portal.accounts import second_factor
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import halts
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.agreements.models import Agreement, AgreementHalt
from vouchers.payments import actions, gateways, queries

pytestmark = pytest.mark.django_db
FIGURES = ("320,000,000", "160,000,000")


def text(response) -> str:
    return response.content.decode()


def test_a_company_sees_first_what_it_would_do_then_asks_and_every_party_reads_the_same():
    at, rows = p.planned(parts=2)
    p.accept(at, rows[0])
    page, new = f"/agreements/{at.agreement.ref}/", f"/payments/halts/new/{at.agreement.ref}/"
    client = as_(at.company)
    assert new in text(client.get(page))
    for user, status in ((make.firm().representative, 404), (at.firm.staff, 403), (person("AUDITOR"), 403)):
        assert as_(user).get(new).status_code == status
    assert Client().get(new).status_code == 302
    form = {"kind": "TERMINATION", "way": "CONSENT", "ground": "PURPOSE_LOST", "statement": "사업을 접습니다."}
    wrong = client.post(new, form | {"ground": "", "propose": "1"})
    assert wrong.status_code == 422 and "사업을 접습니다." in text(wrong) and 'href="#id_ground"' in text(wrong)
    assert client.post(new, form | {"way": "FAULT"}).status_code == 422  # a notice is the operating agency's
    shown = client.post(new, form | {"preview": "1"})
    _figures, hashed = queries.preview_halt(Agreement.objects.get(), **form)
    assert shown.status_code == 200 and all(won in text(shown) for won in FIGURES) and hashed in text(shown)
    stale = client.post(new, form | {"propose": "1", "shown": "0" * 64})
    assert stale.status_code == 422 and hashed in text(stale)
    answer = client.post(new, form | {"propose": "1", "shown": hashed})
    row = AgreementHalt.objects.get()
    assert answer.status_code == 303 and answer.url == row.get_absolute_url()
    for user in (at.company, at.firm.staff, at.manager, at.operator, person("MINISTRY_OFFICER"), person("AUDITOR")):
        assert all(won in text(as_(user).get(row.get_absolute_url())) for won in FIGURES)
    assert as_(make.firm().representative).get(row.get_absolute_url()).status_code == 404
    assert client.get(new).status_code == 303 and row.get_absolute_url() in text(client.get("/en" + page))


def test_every_party_agrees_with_a_code_and_the_last_one_carries_it_out():
    at, _rows = p.planned()
    row = halts.asked(at.agreement, by=at.operator)
    here, sign = row.get_absolute_url(), f"{row.get_absolute_url()}consent/"
    assert as_(person("MINISTRY_OFFICER")).get(sign).status_code == 303  # shows it, agrees to nothing
    assert as_(make.firm().representative).get(sign).status_code == 404
    for who in (at.company, at.manager, at.operator):
        client = as_(who)
        assert sign in text(client.get(here)) and all(won in text(client.get(sign)) for won in FIGURES[:1])
        assert client.post(sign, {"content_hash": row.content_hash, "read": "on", "code": "1"}).status_code == 422
        code = second_factor.demo_code(who)
        assert client.post(sign, {"content_hash": row.content_hash, "code": code}).status_code == 422
        assert client.post(sign, {"content_hash": row.content_hash, "read": "on", "code": code}).status_code == 303
    done = text(as_(at.company).get("/en" + here))
    assert "Carried out" in done and "What it did" in done and sign not in done


def test_a_notice_is_answered_decided_and_what_comes_back_is_recorded():
    at, desk, _rows = p.registered(parts=2)
    attempt = actions.claim_next()
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(gateways.Outcome.PAID, "BK1"))
    row = halts.asked(at.agreement, by=at.operator, at_fault="PROVIDER", ground="OTHER_USE")
    here, client = row.get_absolute_url(), as_(person("MINISTRY_APPROVER"))
    waits = text(client.get(here))
    assert f"{here}dismiss/" in waits and f"{here}uphold/" not in waits  # opinions may still come
    for who in (at.company, at.manager):
        assert as_(who).post(f"{here}opinion/", {"text": ""}).status_code == 422
        assert as_(who).post(f"{here}opinion/", {"text": "사실이 아닙니다."}).status_code == 303
        assert as_(who).post(f"{here}uphold/", {"reason": "x", "content_hash": row.content_hash}).status_code == 403
    assert "사실이 아닙니다." in text(client.get(here)) and f"{here}uphold/" in text(client.get(here))
    assert client.post(f"{here}uphold/", {"reason": "", "content_hash": row.content_hash}).status_code == 422
    assert client.post(f"{here}dance/").status_code == 404
    for status in (303, 422):
        assert client.post(f"{here}uphold/", {"reason": "확인", "content_hash": row.content_hash}).status_code == status
    assert Agreement.objects.get().status == "TERMINATED"
    recovery = row.recoveries.get()
    assert recovery.left_won == 160_000_000
    assert "/settlements/" in text(as_(at.company).get(here)) and "160,000,000" in text(as_(desk.finance).get(here))


def test_a_suspended_agreement_is_resumed_by_the_operating_agency():
    at, _rows = p.planned()
    halts.suspended(at.agreement, by=at.operator)
    page, go = f"/agreements/{at.agreement.ref}/", f"/payments/halts/resume/{at.agreement.ref}/"
    assert go in text(as_(at.operator).get(page)) and as_(at.company).post(go).status_code == 403
    for _again in range(2):
        assert as_(at.operator).post(go).status_code == 303
    assert Agreement.objects.get().status == "ACTIVE"


def test_the_page_asks_as_many_questions_with_many_payments_as_with_one(django_assert_max_num_queries):
    at, _desk, _rows = p.registered(parts=8)
    row = halts.asked(at.agreement, by=at.company)
    client = as_(at.company)
    client.get(row.get_absolute_url())
    with django_assert_max_num_queries(60):
        client.get(row.get_absolute_url())

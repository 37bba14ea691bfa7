"""The institution agrees in the browser: who sees a prepared quote, who may agree, and the mailed link."""

from typing import Any

import pytest
from django.test import Client

from portal.accounts.rules import Role
from portal.kit import clock
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching.models import Quote, QuoteDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_prepared_quote_is_shown_to_the_institution_alone(at: quotes.Stage) -> None:
    draft, _secret = quotes.prepared(at)
    page = f"/matching/requests/{draft.request.ref}/"
    for insider in (at.hospital.user, quotes.approver(at.hospital.organisation)):
        shown = text(as_(insider).get(page))
        assert "준비한 견적" in shown and "100,000,000" in shown and "가상 연구책임자" in shown
    company = text(as_(at.firm.user).get(f"/matching/quotes/{draft.request.ref}/"))
    assert "100,000,000" not in company and "연구책임자" not in company
    for official in (Role.OPERATOR_CASE, Role.AUDITOR):
        shown = text(as_(providers.person(official)).get(page))
        assert "준비한 견적" not in shown and "100,000,000" not in shown and "견적을 준비했습니다" not in shown
    assert as_(at.firm.user).get(page).status_code == 404
    assert as_(providers.provider().user).get(page).status_code == 404


def test_while_a_quote_waits_for_agreement_the_institution_reads_that_and_not_that_it_saw_the_request(at: quotes.Stage) -> None:
    draft, _secret = quotes.prepared(at)
    type(draft.request).objects.filter(pk=draft.request_id).update(status="VIEWED", viewed_at=clock.now())
    for page in ("/en/matching/requests/", f"/en/matching/requests/{draft.request.ref}/"):
        shown = text(as_(at.hospital.user).get(page))
        assert "A prepared quote waits for agreement" in shown and "Seen by the provider" not in shown
    assert "Seen by the provider" in text(as_(at.firm.user).get(f"/en/matching/quotes/{draft.request.ref}/"))


def test_approve_through_the_page(at: quotes.Stage) -> None:
    draft, secret = quotes.prepared(at)
    approver = quotes.approver(at.hospital.organisation)
    page, verb = f"/matching/requests/{draft.request.ref}/", f"/matching/drafts/{draft.ref}/do/approve/"
    assert f'action="{verb}"' in text(as_(approver).get(page)) and verb not in text(as_(at.hospital.user).get(page))
    assert Client().post(verb).status_code == 302
    for outsider in (at.firm.user, providers.provider().user, providers.person(Role.AUDITOR)):
        assert as_(outsider).post(verb).status_code == 404
    assert as_(at.hospital.user).post(verb).status_code == 403
    assert as_(approver).post(verb).status_code == 303
    assert as_(approver).post(verb).status_code == 409  # the second click
    shown = text(as_(at.hospital.user).get(page))
    assert "동의했습니다" in shown and Quote.objects.count() == 0
    assert Client().post(f"/matching/agree/{secret}/", {"agree": "1", "agrees": "on"}).status_code == 303
    assert Quote.objects.count() == 1 and "h-draft" not in text(as_(approver).get(page))


def test_return_through_the_page_keeps_what_was_typed_and_fills_the_form_again(at: quotes.Stage) -> None:
    draft, _secret = quotes.prepared(at)
    approver, verb = as_(quotes.approver(at.hospital.organisation)), f"/matching/drafts/{draft.ref}/do/return/"
    empty = approver.post(verb, {"return-text": " "})
    assert empty.status_code == 422 and "form-hint-invalid" in text(empty)
    assert approver.post(verb, {"return-text": "단가가 낮습니다."}).status_code == 303
    office = as_(at.hospital.user)
    assert "단가가 낮습니다." in text(office.get(f"/matching/requests/{draft.request.ref}/"))
    form = text(office.get(f"/matching/requests/{draft.request.ref}/quote/"))
    assert "영상 추출과 가명처리" in form and "investigator@hospital.example" in form and "35,000" in form
    late = approver.post(verb, {"return-text": "다시"})
    assert late.status_code in (409, 422)


def test_an_investigator_with_an_account_agrees_on_the_page(at: quotes.Stage) -> None:
    person = providers.person(Role.DRB_MEMBER, at.hospital.organisation)
    draft, _secret = quotes.prepared(at, investigator_email=person.email)
    page, verb = f"/matching/requests/{draft.request.ref}/", f"/matching/drafts/{draft.ref}/do/agree/"
    assert verb in text(as_(person).get(page)) and verb not in text(as_(at.hospital.user).get(page))
    assert as_(at.hospital.user).post(verb).status_code == 403
    assert as_(person).post(verb).status_code == 303
    assert QuoteDraft.objects.get().investigator_agreed_by == "ACCOUNT"


def test_the_mailed_link_opens_the_quote_once_and_to_nobody_without_it(at: quotes.Stage) -> None:
    _draft, secret = quotes.prepared(at)
    anybody, page = Client(), f"/matching/agree/{secret}/"
    shown = anybody.get(page)
    assert shown.status_code == 200 and "가상 연구책임자" in text(shown) and "영상 추출과 가명처리" in text(shown)
    assert "100,000,000" in text(shown) and "1억" in text(shown)
    assert anybody.get(f"/en{page}").status_code == 200
    assert QuoteDraft.objects.get().investigator_agreed_at is None  # looking is not agreeing
    unticked = anybody.post(page, {"agree": "1"})
    assert unticked.status_code == 422 and "error-summary" in text(unticked)
    no_reason = anybody.post(page, {"return": "1", "return-text": ""})
    assert no_reason.status_code == 422 and QuoteDraft.objects.get().status == "PREPARED"
    done = anybody.post(page, {"agree": "1", "agrees": "on"}, follow=True)
    assert done.status_code == 200 and "기록" in text(done)
    for again in (anybody.get(page), anybody.post(page, {"agree": "1", "agrees": "on"})):
        assert again.status_code == 404 and "100,000,000" not in text(again)
    for wrong in ("x", "a" * 200, "%00", secret[:-1]):
        assert anybody.get(f"/matching/agree/{wrong}/").status_code == 404


def test_the_mailed_link_may_say_no(at: quotes.Stage) -> None:
    draft, secret = quotes.prepared(at)
    page = f"/matching/agree/{secret}/"
    assert Client().post(page, {"return": "1", "return-text": "자료가 모자랍니다."}).status_code == 303
    draft.refresh_from_db()
    assert (draft.status, draft.reason) == ("RETURNED", "자료가 모자랍니다.") and Client().get(page).status_code == 404


def test_a_new_link_through_the_page(at: quotes.Stage) -> None:
    draft, secret = quotes.prepared(at)
    verb = f"/matching/drafts/{draft.ref}/do/resend/"
    assert as_(quotes.approver(at.hospital.organisation)).post(verb).status_code == 403
    assert as_(at.hospital.user).post(verb).status_code == 303
    assert Client().get(f"/matching/agree/{secret}/").status_code == 404
    assert as_(at.hospital.user).post(f"/matching/drafts/{draft.ref}/do/nothing/").status_code == 404


def test_the_approver_has_an_inbox_and_a_way_to_it(at: quotes.Stage) -> None:
    quotes.prepared(at)
    approver = as_(quotes.approver(at.hospital.organisation))
    assert approver.get("/matching/")["Location"] == "/matching/requests/"
    shown = text(approver.get("/matching/requests/"))
    assert at.need.title in shown and "동의를 기다립니다" in shown
    desk = text(approver.get("/home/"))
    assert "견적에 동의해 주십시오" in desk and "/matching/requests/" in desk
    assert as_(providers.person(Role.DRB_MEMBER, at.hospital.organisation)).get("/matching/requests/").status_code == 403
    assert approver.get(f"/matching/requests/{at.need.quote_requests.get().ref}/quote/").status_code == 403

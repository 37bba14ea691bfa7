"""Several providers asked at once and their quotes side by side, in the browser; no company sees another's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from portal.kit import clock
from providers.offers import rules as offers
from providers.offers.models import Offer
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching import actions
from vouchers.matching.models import QuoteRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def text(answer: Any) -> str:
    return answer.content.decode()


def another(at: quotes.Stage) -> quotes.Stage:
    """The same need, asked of another hospital."""
    hospital = providers.provider()
    return quotes.Stage(at.round, at.firm, at.need, hospital, providers.offer(hospital, published=True))


def value(at: quotes.Stage) -> str:
    return f"{at.offer.dataset.key}:{at.offer.ref}"


# ── Several at once ──────────────────────────────────────────────────────────────────────────────────
def test_ask_several_from_the_ranking_with_one_message(at: quotes.Stage) -> None:
    other = another(at)
    actions.run_match(need_id=at.need.pk, by=at.firm.user)
    browser, page = as_(at.firm.colleague), f"/matching/needs/{at.need.ref}/"
    ranking = text(browser.get(page))
    assert ranking.count('form="ask-many"') == 2 and 'id="ask-many"' in ranking
    url = f"{page}ask/?many=1&for={value(at)}&for={value(other)}"
    asked = text(browser.get(url))
    assert str(at.hospital.institution.name_ko) in asked and str(other.hospital.institution.name_ko) in asked
    assert browser.post(url, {"message": "가" * 2001}).status_code == 422
    done = browser.post(url, {"message": "견적을 부탁드립니다."}, follow=True)
    assert done.status_code == 200 and QuoteRequest.objects.count() == 2
    assert other.hospital.institution.name_ko in text(done) and "2" in text(done)
    again = browser.post(url, {"message": "견적을 부탁드립니다."}, follow=True)
    assert QuoteRequest.objects.count() == 2 and text(again).count("이미 요청") >= 2


def test_nothing_ticked_says_so_and_leads_back(at: quotes.Stage) -> None:
    browser, page = as_(at.firm.user), f"/matching/needs/{at.need.ref}/"
    back = browser.get(f"{page}ask/?many=1", follow=True)
    assert back.redirect_chain[-1][0] == page and "고르" in text(back)
    assert browser.get(f"{page}ask/?many=1&for=nothing:").status_code == 404


def test_the_page_after_it_is_the_companys(at: quotes.Stage) -> None:
    event = actions.request_quotes(need_id=at.need.pk, wanted=[(at.offer.dataset_id, at.offer.pk)], message="", by=at.firm.user)
    page = f"/matching/needs/{at.need.ref}/asked/{event.seq}/"
    assert as_(at.firm.colleague).get(page).status_code == 200
    for outsider in (quotes.firm().user, at.hospital.user):
        assert as_(outsider).get(page).status_code == 404
    assert Client().get(page).status_code == 302
    assert as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/asked/999/").status_code == 404


def test_too_late_to_ask_is_said_before_anything_is_typed(at: quotes.Stage) -> None:
    with clock.at(at.round.closes_at - timedelta(days=1)):  # type: ignore[operator]
        page = text(as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/ask/?for={value(at)}"))
    assert "이제 견적을 요청할 수 없습니다" in page and "<textarea" not in page


# ── Side by side ─────────────────────────────────────────────────────────────────────────────────────
def test_quotes_stand_side_by_side_with_what_changed(at: quotes.Stage) -> None:
    other = another(at)
    first = quotes.quoted(at)
    quotes.quoted(at, first.request, lines=quotes.lines(unit_price_won=30_000), lead_time_days=35)
    quotes.quoted(other, lines=quotes.lines(unit_price_won=40_000))
    browser = as_(at.firm.colleague)
    page = text(browser.get(f"/matching/needs/{at.need.ref}/compare/"))
    assert page.index(at.hospital.institution.name_ko) < page.index(other.hospital.institution.name_ko)  # the cheapest first
    for fact in ("90,000,000", "110,000,000", "96,000,000", "최대", "자부담", "35근무일", "폐쇄분석실"):
        assert fact in page, fact
    assert "무엇이 바뀌었" in page and "100,000,000" in page and "40근무일" in page
    assert browser.get(f"/en/matching/needs/{at.need.ref}/compare/").status_code == 200
    assert f"/matching/needs/{at.need.ref}/compare/" in text(browser.get(f"/matching/needs/{at.need.ref}/"))


def test_time_to_data_is_one_way_for_the_forms_the_datasets_pages_and_the_quotes(at: quotes.Stage) -> None:
    made = quotes.quoted(at, lead_time_days=35)
    Offer.objects.filter(pk=at.offer.pk).update(lead_time_days=35)
    key = at.offer.dataset.key  # type: ignore[union-attr]
    holder = at.hospital.institution
    route = offers.route(promised=holder.target_days, measured=holder.measured_days, lead_days=[35], joint=at.offer.joint_drb)
    whole, left = f"{route.least}~{route.most}근무일", "{}~{}근무일".format(*route.after_quote)
    browser, provider = as_(at.firm.user), as_(at.hospital.user)
    for page in (f"/catalogue/{key}/", f"/catalogue/compare/?d={key}"):
        assert whole in text(browser.get(page)) and "데이터심의(DRB)" in text(browser.get(page)), page
    beside = text(browser.get(f"/matching/needs/{at.need.ref}/compare/"))
    assert left in beside and "35근무일" in beside and whole not in beside
    for page in (f"/providers/offers/{at.offer.ref}/edit/", f"/matching/requests/{made.request.ref}/quote/"):
        assert str(offers.LEAD_TIME) in text(provider.get(page)), page


def test_a_delivery_earlier_than_the_steps_allow_is_marked(at: quotes.Stage) -> None:
    quotes.quoted(at, lead_time_days=35, earliest_delivery_on=clock.today() + timedelta(days=3))
    page = text(as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/compare/"))
    assert "이유를 물어보십시오" in page and "공급 상품에 적힌 기간보다" not in page


def test_what_differs_from_the_offer_is_told_to_who_agrees_and_to_the_company(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    Offer.objects.filter(pk=at.offer.pk).update(access_modes=["CLOSED_ROOM"])
    quotes.prepared(at, request, lead_time_days=41, access_mode="REMOTE_VDI")
    page = text(as_(quotes.approver(at.hospital.organisation)).get(f"/matching/requests/{request.ref}/"))
    assert (
        "공급 상품이나 요청과 다른 점" in page
        and "공급 상품에 없는 이용 방식" in page
        and "공급 상품에 적힌 것보다 깁니다" in page
    )
    other = another(at)
    quotes.quoted(other, lead_time_days=41, access_mode="REMOTE_VDI")
    beside = text(as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/compare/"))
    assert "공급 상품에 적힌 기간보다 깁니다" in beside


def test_without_a_quote_the_comparison_says_why_it_is_empty(at: quotes.Stage) -> None:
    quotes.asked(at)
    assert "아직 견적이 없습니다" in text(as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/compare/"))


def test_no_company_and_no_provider_sees_anothers_quotes(at: quotes.Stage) -> None:
    other, rival = another(at), quotes.firm()
    mine = quotes.quoted(at)
    quotes.quoted(other, lines=quotes.lines(unit_price_won=43_210))
    theirs = quotes.Stage(at.round, rival, quotes.need(rival, at.round), at.hospital, at.offer)
    quotes.quoted(theirs, lines=quotes.lines(unit_price_won=12_340))
    page = f"/matching/needs/{at.need.ref}/compare/"
    for outsider in (rival.user, at.hospital.user, other.hospital.user, quotes.approver(at.hospital.organisation)):
        assert as_(outsider).get(page).status_code == 404
    assert Client().get(page).status_code == 302
    own = text(as_(rival.user).get(f"/matching/needs/{theirs.need.ref}/compare/"))
    assert "54,680,000" in own and "100,000,000" not in own and "116,420,000" not in own
    at_the_hospital = text(as_(at.hospital.user).get(f"/matching/requests/{mine.request.ref}/"))
    assert "100,000,000" in at_the_hospital and "116,420,000" not in at_the_hospital
    assert "116,420,000" in text(as_(providers.person(Role.AUDITOR)).get(page))  # who sees every case


def test_the_comparison_needs_the_same_queries_for_1_and_20_quotes(at: quotes.Stage) -> None:
    browser, page = as_(at.firm.user), f"/matching/needs/{at.need.ref}/compare/"
    quotes.quoted(at)

    def counted() -> int:
        browser.get(page)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(page).status_code == 200
        return len(found)

    before = counted()
    for _ in range(19):
        other = another(at)
        again = quotes.quoted(other)
        quotes.quoted(other, again.request)
    assert counted() == before

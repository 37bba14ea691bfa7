"""Quotes in the browser: asked for, given, talked about, accepted, confirmed, declined."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from portal.kit import clock, words
from tests.doors import as_
from tests.factories import quotes
from vouchers.matching import actions, queries
from vouchers.matching.models import Match, Quote, QuoteDraft, QuoteRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def text(answer: Any) -> str:
    return answer.content.decode()


# ── Asking, quoting, accepting ───────────────────────────────────────────────────────────────────────
def test_ask_for_a_quote(at: quotes.Stage) -> None:
    browser, url = as_(at.firm.colleague), f"/matching/needs/{at.need.ref}/ask/?for={at.offer.dataset.key}:{at.offer.ref}"
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"message": "가" * 2001}).status_code == 422
    assert browser.post(url, {"message": "부탁드립니다."}).status_code == 303
    assert browser.post(url, {"message": "부탁드립니다."}).status_code == 422  # a second click
    assert QuoteRequest.objects.count() == 1
    for wrong in ("", "nothing", f"{at.offer.dataset.key}:ofr-0000000000", f"nothing:{at.offer.ref}"):
        assert browser.get(f"/matching/needs/{at.need.ref}/ask/?for={wrong}").status_code == 404, wrong
    assert as_(quotes.firm().user).get(url).status_code == 404


def sent(**more: Any) -> dict[str, Any]:
    form: dict[str, Any] = {
        "line-TOTAL_FORMS": 2, "line-INITIAL_FORMS": 0,
        "valid_until": (clock.today() + timedelta(days=quotes.VALID_DAYS)).isoformat(), "lead_time_days": 40, "access_mode": "CLOSED_ROOM", **quotes.INVESTIGATOR,
    }  # fmt: skip
    for n, line in enumerate(quotes.lines()):
        form |= {f"line-{n}-{name}": value for name, value in line.items()}
    return {**form, **more}


def with_parties(form: dict[str, Any], at: quotes.Stage) -> dict[str, Any]:
    own = at.hospital.institution.pk
    parties = ("data_holder", "contracting_party", "reviewing_board", "payee")
    return {**{f"line-{n}-{name}": own for n in range(3) for name in parties}, **form}


def test_quote_form_adds_previews_and_sends(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    nobody = as_(at.hospital.user).post(f"/matching/requests/{request.ref}/quote/", with_parties(sent(send="1"), at))
    assert nobody.status_code == 422 and "공급기관 견적 승인자" in text(nobody) and "영상 추출과 가명처리" in text(nobody)
    quotes.approver(at.hospital.organisation)
    browser, url = as_(at.hospital.user), f"/matching/requests/{request.ref}/quote/"
    first = text(browser.get(url))
    assert "30,000,000" in first  # from the offer's price list
    added = browser.post(url, with_parties(sent(add="1"), at))
    assert added.status_code == 200 and 'name="line-2-description"' in text(added) and "영상 추출과 가명처리" in text(added)
    odd = {"line-1-quantity": "1,500", "lead_time_days": "40일"}
    kept = text(browser.post(url, with_parties(sent(remove="0") | odd, at)))
    assert 'value="1,500"' in kept and 'value="40일"' in kept and 'type="number"' not in kept
    removed = browser.post(url, with_parties(sent(remove="0"), at))
    assert 'name="line-1-description"' not in text(removed) and "심의 수수료" in text(removed)
    preview = browser.post(url, with_parties(sent(preview="1"), at))
    assert preview.status_code == 200 and "107,000,000" in text(preview) and Quote.objects.count() == 0
    unnamed = browser.post(url, with_parties(sent(), at))  # no button, no quote
    assert unnamed.status_code == 200 and Quote.objects.count() == 0
    done = browser.post(url, with_parties(sent(send="1"), at))
    assert done.status_code == 303 and QuoteDraft.objects.get().vat_won == 7_000_000 and Quote.objects.count() == 0
    again = browser.get(url)
    assert "영상 추출과 가명처리" in text(again)


@pytest.mark.parametrize(
    "wrong",
    [
        {"line-0-quantity": "0"}, {"line-0-quantity": "x"}, {"line-0-unit_price_won": "x"}, {"line-0-unit": ""},
        {"line-0-description": "가" * 201}, {"line-0-kind": "GIFT"}, {"line-0-payee": "999999"}, {"valid_until": ""},
        {"valid_until": "2020-01-01"}, {"access_mode": "POST"}, {"line-TOTAL_FORMS": "0"}, {"line-TOTAL_FORMS": "x"},
        {"line-TOTAL_FORMS": "99999"}, {"lead_time_days": "0"}, {"assumptions": "가" * 2001}, {"investigator_name": " "},
        {"investigator_email": ""}, {"investigator_email": "nobody"},
    ],
)  # fmt: skip
def test_quote_form_refuses_bad_input(at: quotes.Stage, wrong: dict[str, Any]) -> None:
    request = quotes.asked(at)
    answer = as_(at.hospital.user).post(f"/matching/requests/{request.ref}/quote/", with_parties(sent(send="1", **wrong), at))
    assert answer.status_code == 422 and QuoteDraft.objects.count() == 0


def test_all_that_is_wrong_with_a_quote_is_said_at_once(at: quotes.Stage) -> None:
    """Lines, days, and what only the action knows; nothing typed is lost."""
    request = quotes.asked(at)
    wrong = {"line-0-unit": "", "valid_until": clock.today().isoformat(), "earliest_delivery_on": "2020-01-01", "assumptions": "유지됨",
             "investigator_name": " ", "lead_time_days": "0"}  # fmt: skip
    with override("en"):
        answer = as_(at.hospital.user).post(
            f"/en/matching/requests/{request.ref}/quote/", with_parties(sent(send="1", **wrong), at)
        )
    page = text(answer)
    assert answer.status_code == 422 and "유지됨" in page and not QuoteDraft.objects.exists()
    for said in ("Enter a unit", "must stay valid until the award", "cannot lie in the past", "Name the principal investigator"):
        assert said in page, said
    assert 'href="#id_lead_time_days"' in page
    lost = with_parties(sent(send="1", valid_until="2020-01-01", earliest_delivery_on="2020-01-01"), at)
    page = text(as_(at.hospital.user).post(f"/en/matching/requests/{request.ref}/quote/", lost))
    assert "valid today at least" in page and "cannot lie in the past" in page


def test_the_pages_of_a_quote_say_the_same_days(at: quotes.Stage) -> None:
    award = queries.award_on(at.round)
    assert award is not None
    with override("en"):
        asking, reach = (
            text(as_(at.firm.user).get(f"/en/matching/needs/{at.need.ref}/ask/?for={at.offer.dataset.key}")),
            words.day(award),
        )
    assert (
        f"{queries.quote_days(at.round)} working days of the call" in asking or "last day on which a quote still serves" in asking
    )
    request = quotes.asked(at)
    office = as_(at.hospital.user)
    form = text(office.get(f"/en/matching/requests/{request.ref}/quote/"))
    assert f'value="{queries.quote_times(at.round).usual_valid(clock.now()).isoformat()}"' in form
    for page in (asking, text(office.get(f"/en/matching/requests/{request.ref}/")), form):
        assert reach in page
    quotes.quoted(at, request)
    decided = text(as_(at.firm.user).get(f"/en/matching/quotes/{request.ref}/"))
    assert "You can accept this quote until" in decided or "can be accepted until" in decided


def test_lines_that_did_not_arrive_are_said_so(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    answer = as_(at.hospital.user).post(f"/matching/requests/{request.ref}/quote/", {"valid_until": "2030-01-01", "send": "1"})
    assert (
        answer.status_code == 422 and "항목이 모두 전송되지 않았습니다" in text(answer) and "ManagementForm" not in text(answer)
    )


def test_asking_for_what_is_not_there_is_not_found(at: quotes.Stage) -> None:
    company, page = as_(at.firm.user), f"/matching/needs/{at.need.ref}/ask/"
    for query in ("", "?for=", "?for=nothing:", "?for=%00:", f"?for={at.offer.dataset.key}:%00x", "?for=" + "x" * 3000):
        assert company.get(page + query).status_code == 404, query
    stranger = as_(quotes.firm().user)
    assert stranger.get(f"{page}?for={at.offer.dataset.key}:{at.offer.ref}").status_code == 404


def test_the_needs_page_says_whose_turn_it_is(at: quotes.Stage) -> None:
    company, page = as_(at.firm.user), f"/matching/needs/{at.need.ref}/"
    request = quotes.asked(at)
    assert "공급기관이 견적을 작성합니다" in text(company.get(page))
    actions.ask_clarification(request_id=request.pk, question="몇 건입니까?", by=at.hospital.user)
    assert "수요기업이 질문에 답합니다" in text(company.get(page))
    quote = quotes.quoted(at, request)
    shown = text(company.get(page))
    assert "수요기업이 수락하거나 거절합니다" in shown and "100,000,000" in shown
    match = actions.accept_quote(quote_id=quote.pk, by=at.firm.user)
    assert "공급기관이 매칭을 확인합니다" in text(company.get(page))
    actions.confirm_match(match_id=match.pk, by=at.hospital.user)
    assert "양측이 확인했습니다" in text(company.get(page))
    actions.cancel_match(match_id=match.pk, reason="사정이 생겼습니다.", by=at.firm.user)
    assert "할 일이 없습니다" in text(company.get(page))


def test_an_expired_quote_is_not_accepted_through_the_page(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    quotes.quoted(at, request)
    company, page = as_(at.firm.user), f"/matching/quotes/{request.ref}/"
    with clock.at(clock.now() + timedelta(days=quotes.VALID_DAYS + 1)):
        answer = company.post(f"{page}do/accept/")
    assert answer.status_code in (409, 422) and "유효" in text(answer) and not Match.objects.exists()


def test_talk_accept_and_confirm_through_the_pages(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    company, hospital = as_(at.firm.user), as_(at.hospital.user)
    mine, theirs = f"/matching/quotes/{request.ref}/", f"/matching/requests/{request.ref}/"
    empty = hospital.post(f"{theirs}do/ask/", {"ask-text": " "})
    assert empty.status_code == 422 and "form-hint-invalid" in text(empty)
    assert hospital.post(f"{theirs}do/ask/", {"ask-text": "몇 건입니까?"}).status_code == 303
    assert "몇 건입니까?" in text(company.get(mine))
    assert company.post(f"{mine}do/clarify/", {"clarify-text": "2,000건입니다."}).status_code == 303
    assert company.post(f"{mine}do/accept/").status_code == 409  # no quote yet
    quotes.quoted(at, request)
    assert "최대 비용은" in text(company.get(mine))
    assert company.post(f"{mine}do/accept/").status_code == 303
    assert company.post(f"{mine}do/accept/").status_code == 409  # the second click
    match = Match.objects.get()
    page = f"/matching/matches/{match.ref}/"
    assert "확인 기한" in text(company.get(page))  # whose turn it is, and until when
    assert as_(at.firm.colleague).post(f"{page}do/confirm/").status_code == 403
    assert company.post(f"{page}do/confirm/").status_code == 409
    assert hospital.post(f"{page}do/confirm/").status_code == 303
    assert "양측 확인 완료" in text(company.get(page)) and "확인 기한" not in text(company.get(page))
    assert hospital.post(f"{page}do/cancel/", {"cancel-text": ""}).status_code == 422
    assert hospital.post(f"{page}do/cancel/", {"cancel-text": "사정이 생겼습니다."}).status_code == 303
    late = company.post(f"{page}do/cancel/", {"cancel-text": "늦었습니다."})
    assert late.status_code == 422


def test_decline_and_withdraw_through_the_pages(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    company, hospital = as_(at.firm.user), as_(at.hospital.user)
    assert company.post(f"/matching/quotes/{request.ref}/do/withdraw/").status_code == 303
    other = quotes.asked(at)
    assert hospital.post(f"/matching/requests/{other.ref}/do/decline/", {"decline-text": ""}).status_code == 422
    declined = hospital.post(f"/matching/requests/{other.ref}/do/decline/", {"decline-text": "어렵습니다."}, follow=True)
    assert "어렵습니다." in text(declined)
    assert hospital.get(f"/matching/requests/{other.ref}/quote/").status_code == 303


def test_a_newer_quote_is_never_accepted_unread(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    first = quotes.quoted(at, request)
    company, page = as_(at.firm.user), f"/matching/quotes/{request.ref}/"
    assert f'name="quote" value="{first.ref}"' in text(company.get(page))
    second = quotes.quoted(at, request)
    answer = company.post(f"{page}do/accept/", {"quote": first.ref})
    assert answer.status_code == 409 and "새 견적" in text(answer) and not Match.objects.exists()
    assert company.post(f"{page}do/decline/", {"quote": first.ref, "decline-text": "비쌉니다."}).status_code == 422
    assert company.post(f"{page}do/accept/", {"quote": "quo-0000000000"}).status_code == 409
    assert company.post(f"{page}do/accept/", {"quote": second.ref}).status_code == 303


def test_no_quote_is_asked_for_where_none_is_given(at: quotes.Stage) -> None:
    type(at.offer).objects.filter(pk=at.offer.pk).update(status="PAUSED")
    actions.run_match(need_id=at.need.pk, by=at.firm.user)
    company, page = as_(at.firm.user), f"/matching/needs/{at.need.ref}/"
    assert "견적을 요청하십시오." in text(company.get(page))
    institution = at.hospital.institution
    type(institution).objects.filter(pk=institution.pk).update(organisation=None)  # nobody of it answers here
    assert "견적을 요청하십시오." not in text(company.get(page))


def test_a_quotes_page_tells_the_day_of_the_answer_beside_its_validity(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    quotes.quoted(at, request)
    page = text(as_(at.firm.user).get(f"/matching/quotes/{request.ref}/"))
    assert "답변 기한" in page and "견적 유효기간" in page

"""Pages of needs, quotes and matches as owner, colleague, provider, stranger and anonymous."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from portal.kit import clock
from providers.offers import queries as offers
from tests.doors import as_
from tests.factories import providers, quotes
from tests.factories.rounds import make_round
from vouchers.matching import actions, queries
from vouchers.matching.models import Match, Need, Quote, QuoteRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def text(answer: Any) -> str:
    return answer.content.decode()


# ── Who sees what ────────────────────────────────────────────────────────────────────────────────────
def test_company_pages_by_reader(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    match = actions.accept_quote(quote_id=quotes.quoted(at, request).pk, by=at.firm.user)
    pages = [f"/matching/needs/{at.need.ref}/", f"/matching/quotes/{request.ref}/", f"/matching/matches/{match.ref}/"]
    for prefix in ("", "/en"):
        for page in pages:
            for reader in (at.firm.user, at.firm.colleague, providers.person(Role.AUDITOR)):
                assert as_(reader).get(prefix + page).status_code == 200, page
            assert as_(quotes.firm().user).get(prefix + page).status_code == 404, page
            assert as_().get(prefix + page).status_code == 302, page
    for page in pages[:2]:  # the company's own pages are not the provider's
        assert as_(at.hospital.user).get(page).status_code == 404
    assert as_(at.hospital.user).get(pages[2]).status_code == 200


def test_provider_pages_by_reader(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    colleague = providers.person(Role.PROVIDER_MANAGER, at.hospital.organisation)
    for reader in (at.hospital.user, colleague):
        for page in (f"/matching/requests/{request.ref}/", f"/matching/requests/{request.ref}/quote/", "/matching/requests/"):
            assert as_(reader).get(page).status_code == 200, page
    stranger = providers.provider().user
    assert as_(stranger).get(f"/matching/requests/{request.ref}/").status_code == 404
    assert as_(stranger).get(f"/matching/requests/{request.ref}/quote/").status_code == 404
    assert as_(at.firm.user).get(f"/matching/requests/{request.ref}/").status_code == 404
    assert as_(at.firm.user).get("/matching/requests/").status_code == 403
    assert as_().get("/matching/requests/").status_code == 302


def test_a_provider_never_sees_another_ones_quote(at: quotes.Stage) -> None:
    rival = providers.provider()
    other = quotes.Stage(at.round, at.firm, at.need, rival, providers.offer(rival, published=True))
    mine, theirs = quotes.asked(at), quotes.asked(other)
    quotes.quoted(other, theirs, assumptions="비밀 조건")
    answer = as_(at.hospital.user).get(f"/matching/requests/{mine.ref}/")
    assert answer.status_code == 200 and "비밀 조건" not in text(answer) and str(rival.institution) not in text(answer)
    assert as_(at.hospital.user).get(f"/matching/requests/{theirs.ref}/").status_code == 404


def test_writing_verbs_refuse_strangers_and_anonymous(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    match = actions.accept_quote(quote_id=quotes.quoted(at, request).pk, by=at.firm.user)
    company = [f"/matching/needs/{at.need.ref}/do/rank/", f"/matching/needs/{at.need.ref}/copy/",
               f"/matching/quotes/{request.ref}/do/accept/", f"/matching/needs/{at.need.ref}/edit/"]  # fmt: skip
    for page in [*company, f"/matching/requests/{request.ref}/do/decline/", f"/matching/matches/{match.ref}/do/cancel/"]:
        assert as_().post(page, {"decline-text": "x", "cancel-text": "x"}).status_code in {302, 401}, page
        assert as_(quotes.firm().user).post(page).status_code in (403, 404), page
        assert as_(providers.provider().user).post(page).status_code in (403, 404), page
        assert as_(providers.person(Role.AUDITOR)).post(page).status_code == 403, page
    assert as_(at.firm.user).post(f"/matching/needs/{at.need.ref}/do/eat/").status_code == 404
    back = as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/do/rank/")
    assert back.status_code == 302 and back["Location"] == f"/matching/needs/{at.need.ref}/"  # a verb opened like a page


# ── The company describes and posts ──────────────────────────────────────────────────────────────────
def typed(need: Need, **more: Any) -> dict[str, Any]:
    return {
        "version": need.version, "title": "폐결절", "purpose": "PRODUCT_DEVELOPMENT", "modality_IMAGING": ["CT"],
        "disease_include": "c34, C18 - C20", "first_year": "2015", "budget_won": "200,000,000", "gpu": "true",
        "variables": "결절 위치\n결절 크기", "round": need.round_id or "", **more,
    }  # fmt: skip


def test_new_need_save_and_post(at: quotes.Stage) -> None:
    browser = as_(at.firm.user)
    assert browser.post("/matching/needs/new/", {"company": at.firm.company.pk, "title": ""}).status_code == 422
    answer = browser.post("/matching/needs/new/", {"company": at.firm.company.pk, "title": "폐결절", "round": at.round.pk})
    need = Need.objects.latest("pk")
    assert answer.status_code == 303 and answer["Location"] == f"/matching/needs/{need.ref}/edit/"
    answer = browser.post(f"/matching/needs/{need.ref}/edit/", typed(need))
    need.refresh_from_db()
    assert answer.status_code == 303 and need.status == "DRAFT"
    assert need.document["disease_codes"]["include"] == ["C34", "C18-C20"]
    assert need.document["period"] == [2015, None] and need.document["variables"] == ["결절 위치", "결절 크기"]
    page = text(browser.get(f"/matching/needs/{need.ref}/edit/"))
    assert "C34, C18-C20" in page and "200,000,000" in page and "결절 크기" in page
    answer = browser.post(f"/matching/needs/{need.ref}/edit/", typed(need, go="1"), follow=True)
    need.refresh_from_db()
    assert need.status == "POSTED" and at.offer.title_ko in text(answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"disease_include": "폐암"}, {"min_age": "60", "max_age": "40"}, {"min_age": "abc"}, {"min_age": "-1"},
        {"first_year": "15"}, {"first_year": "2020", "last_year": "2010"}, {"budget_won": "많이"}, {"title": "가" * 151},
        {"patients_minimum": "10", "patients_wanted": "5"}, {"modality_IMAGING": ["XX"]}, {"round": "999999"},
        {"variables": "\n".join(str(n) for n in range(60))}, {"product": "\x00"}, {"track": "HUGE"},
        {"disease_include": ",".join(f"C{n}" for n in range(10, 99))},
    ],
)  # fmt: skip
def test_edit_refuses_bad_input_and_keeps_what_was_typed(wrong: dict[str, Any]) -> None:
    providers.code_lists()
    owner = quotes.firm()
    need = quotes.need(owner, posted=False)
    browser = as_(owner.user)
    answer = browser.post(f"/matching/needs/{need.ref}/edit/", typed(need, labels="결절 위치 표시", **wrong))
    assert answer.status_code == 422 and "결절 위치 표시" in text(answer)
    assert "form-hint-invalid" in text(answer)


def test_the_trail_of_the_edit_page_says_what_is_done_there() -> None:
    providers.code_lists()
    owner = quotes.firm()
    need = quotes.need(owner, posted=False)
    for path, words in (
        (f"/matching/needs/{need.ref}/edit/", "데이터 수요 수정"),
        (f"/en/matching/needs/{need.ref}/edit/", "Edit the data need"),
    ):
        trail = re.search(r"<nav[^>]*breadcrumb.*?</nav>", text(as_(owner.user).get(path)), re.S)
        assert trail and words in trail.group() and need.title in trail.group()


def test_autosave_keeps_the_valid_and_names_the_wrong() -> None:
    providers.code_lists()
    owner = quotes.firm()
    need = quotes.need(owner, posted=False)
    browser = as_(owner.user)
    url = f"/matching/needs/{need.ref}/edit/?auto=1"
    answer = browser.post(url, typed(need, title="새 이름"), headers={"HX-Request": "true"})
    need.refresh_from_db()
    assert answer.status_code == 200 and need.title == "새 이름" and "<html" not in text(answer)
    assert f'value="{need.version}"' in text(answer)
    answer = browser.post(url, typed(need, title="또 다른 이름", min_age="abc"), headers={"HX-Request": "true"})
    need.refresh_from_db()
    assert answer.status_code == 200 and "data-unsaved" in text(answer) and need.title == "또 다른 이름"
    answer = browser.post(url, typed(need, version=1, title="늦은 저장"), headers={"HX-Request": "true"})
    need.refresh_from_db()
    assert answer.status_code == 409 and need.title == "또 다른 이름"


def test_half_typed_and_repeated_autosaves_are_no_mistake() -> None:
    """A pair of which one half was typed is named, not refused; the same text with an old version loses nobody's."""
    providers.code_lists()
    owner = quotes.firm()
    need = quotes.need(owner, posted=False)
    browser, url = as_(owner.user), f"/matching/needs/{need.ref}/edit/?auto=1"
    sent = typed(need, min_age="40", max_age="4", title="나이를 쓰는 중")
    half = browser.post(url, sent, headers={"HX-Request": "true"})
    assert half.status_code == 200 and "data-unsaved" in text(half) and "form-hint-invalid" not in text(half)
    again = browser.post(url, sent, headers={"HX-Request": "true"})  # its version is the one before the first answer
    need.refresh_from_db()
    assert again.status_code == 200 and f'value="{need.version}"' in text(again) and need.title == "나이를 쓰는 중"
    page = text(browser.get(f"/matching/needs/{need.ref}/edit/"))
    assert 'hx-sync="this:queue last"' in page and "data-autosave" in page  # what is queued goes with the newest version


def test_posting_without_a_modality_says_so() -> None:
    providers.code_lists()
    owner = quotes.firm()
    need = quotes.need(owner, posted=False)
    answer = as_(owner.user).post(f"/matching/needs/{need.ref}/edit/", typed(need, modality_IMAGING=[], go="1"))
    need.refresh_from_db()
    assert answer.status_code == 422 and need.status == "DRAFT"


def test_results_reasons_and_excluded_in_both_languages(at: quotes.Stage) -> None:
    browser = as_(at.firm.user)
    korean, english = (text(browser.get(f"{p}/matching/needs/{at.need.ref}/")) for p in ("", "/en"))
    assert "견적 요청하기" in korean and "100점 만점" in korean
    assert "Ask for a quote" in english and "of 100 points" in english and "Consists of what you asked for" in english


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
        "valid_until": (clock.today() + timedelta(days=20)).isoformat(), "lead_time_days": 40, "access_mode": "CLOSED_ROOM",
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
    assert done.status_code == 303 and Quote.objects.get().vat_won == 7_000_000
    again = browser.get(url)
    assert "영상 추출과 가명처리" in text(again)


@pytest.mark.parametrize(
    "wrong",
    [
        {"line-0-quantity": "0"}, {"line-0-quantity": "x"}, {"line-0-unit_price_won": "x"}, {"line-0-unit": ""},
        {"line-0-description": "가" * 201}, {"line-0-kind": "GIFT"}, {"line-0-payee": "999999"}, {"valid_until": ""},
        {"valid_until": "2020-01-01"}, {"access_mode": "POST"}, {"line-TOTAL_FORMS": "0"}, {"line-TOTAL_FORMS": "x"},
        {"line-TOTAL_FORMS": "99999"}, {"lead_time_days": "0"}, {"assumptions": "가" * 2001},
    ],
)  # fmt: skip
def test_quote_form_refuses_bad_input(at: quotes.Stage, wrong: dict[str, Any]) -> None:
    request = quotes.asked(at)
    answer = as_(at.hospital.user).post(f"/matching/requests/{request.ref}/quote/", with_parties(sent(send="1", **wrong), at))
    assert answer.status_code == 422 and Quote.objects.count() == 0


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
    with clock.at(clock.now() + timedelta(days=31)):
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
    assert as_(at.firm.colleague).post(f"{page}do/confirm/").status_code == 403
    assert company.post(f"{page}do/confirm/").status_code == 409
    assert hospital.post(f"{page}do/confirm/").status_code == 303
    assert "양측 확인 완료" in text(company.get(page))
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


# ── Lists stay as quick as they are ──────────────────────────────────────────────────────────────────
def counted(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(url).status_code == 200
    return len(found)


def test_lists_need_the_same_queries_for_1_and_30_rows(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    quotes.quoted(at, request)
    company, hospital = as_(at.firm.user), as_(at.hospital.user)
    pages = [(company, "/matching/needs/"), (hospital, "/matching/requests/?box=quoted"),
             (company, f"/matching/needs/{at.need.ref}/")]  # fmt: skip
    before = [counted(browser, url) for browser, url in pages]
    for n in range(30):
        other = quotes.need(at.firm, at.round, posted=False, title=f"수요 {n}")
        Need.objects.filter(pk=other.pk).update(status="POSTED")
        row = QuoteRequest(need=other, institution=at.hospital.institution, dataset=at.offer.dataset, offer=at.offer,
                           due_at=clock.now(), created_by=at.firm.user, status="SENT")  # fmt: skip
        row.save()
        quotes.quoted(at, row)
    assert [counted(browser, url) for browser, url in pages] == before


def test_the_needs_page_needs_the_same_queries_for_1_and_20_requests(at: quotes.Stage) -> None:
    company, page = as_(at.firm.user), f"/matching/needs/{at.need.ref}/"
    quotes.quoted(at, quotes.asked(at))
    before = counted(company, page)
    for _ in range(19):
        hospital = providers.provider()
        offer = providers.offer(hospital, published=True)
        row = actions.request_quote(
            need_id=at.need.pk, institution_id=hospital.institution.pk, dataset_id=offer.dataset_id, offer_id=offer.pk,
            by=at.firm.user,
        )  # fmt: skip
        quotes.quoted(at, row, by=hospital.user)
    assert counted(company, page) == before


def test_home_leads_each_side_to_its_list(at: quotes.Stage) -> None:
    assert as_(at.firm.user).get("/matching/")["Location"] == "/matching/needs/"
    assert as_(at.hospital.user).get("/matching/")["Location"] == "/matching/requests/"


def test_admin_shows_rows_read_only(at: quotes.Stage) -> None:
    match = quotes.accepted(at)
    officer = as_(providers.person(Role.MINISTRY_OFFICER))
    for url in (
        "/admin/vouchers/need/", f"/admin/vouchers/need/{at.need.pk}/change/",
        "/admin/vouchers/quoterequest/", f"/admin/vouchers/quoterequest/{match.quote.request_id}/change/",
        "/admin/vouchers/match/", f"/admin/vouchers/match/{match.pk}/change/",
    ):  # fmt: skip
        assert officer.get(url).status_code == 200, url
    before = Need.objects.get(pk=at.need.pk).status
    officer.post(f"/admin/vouchers/need/{at.need.pk}/change/", {"status": "CLOSED"})
    assert Need.objects.get(pk=at.need.pk).status == before


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


def test_a_timeline_runs_from_the_oldest_to_the_newest(at: quotes.Stage) -> None:
    for entries in (queries.timeline(at.need, quotes.asked(at)), offers.timeline(at.offer)):
        when = [entry["when"] for entry in entries]
        assert len(when) > 1 and when == sorted(when)


def test_a_new_need_offers_only_calls_in_which_a_match_can_still_count() -> None:
    providers.code_lists()
    owner, soon = quotes.firm(), make_round(key="open-call")
    later = make_round(key="later-call", match_timing="AFTER_SELECTION")
    url, browser = "/matching/needs/new/", as_(owner.user)

    def offered(page: str) -> set[int]:
        return {row.pk for row in (soon, later) if f'<option value="{row.pk}"' in page}

    assert offered(text(browser.get(url))) == {soon.pk, later.pk}
    need = quotes.need(owner, posted=False)
    Need.objects.filter(pk=need.pk).update(round=soon)
    with clock.at(max(soon.closes_at, later.closes_at)):
        assert offered(text(browser.get(url))) == {later.pk}
        for status, counts in (("AWARDED", {later.pk}), ("RUNNING", set())):
            type(later).objects.filter(pk=later.pk).update(status=status)
            assert offered(text(browser.get(url))) == counts
        type(later).objects.filter(pk=later.pk).update(status="ANNOUNCED")
        edit = text(browser.get(f"/matching/needs/{need.ref}/edit/"))
        assert offered(edit) == {soon.pk, later.pk}  # what stands in the need stays choosable


def test_an_institution_outside_the_portal_is_reached_at_its_own_page(at: quotes.Stage) -> None:
    shown = queries.answer(at.need).results[0]
    dataset = shown.dataset
    dataset.landing_page = "https://data.hospital.example/ct"
    assert shown.apply_at == ""  # it answers here
    away = replace(shown, cannot=queries.NOT_IN_PORTAL)
    assert away.apply_at == dataset.landing_page
    page = render_to_string("vouchers/matching/result.html", {"result": away, "need": at.need, "may_ask": True})
    assert f'href="{dataset.landing_page}"' in page
    dataset.landing_page = "javascript:alert(1)"
    assert away.apply_at == ""


def test_no_quote_is_asked_for_where_none_is_given() -> None:
    from vouchers.matching.queries.results import _without_asking

    assert (
        _without_asking("공개된 공급 상품(가격·처리기간)이 없습니다. 견적을 요청하십시오.")
        == "공개된 공급 상품(가격·처리기간)이 없습니다."
    )
    english = "No offer with price and lead time is published: ask for a quote."
    assert _without_asking(english) == "No offer with price and lead time is published."


def test_a_quotes_page_tells_the_day_of_the_answer_beside_its_validity(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    quotes.quoted(at, request)
    page = text(as_(at.firm.user).get(f"/matching/quotes/{request.ref}/"))
    assert "답변 기한" in page and "견적 유효기간" in page

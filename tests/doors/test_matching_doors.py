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
from django.utils.translation import override

from portal.accounts.rules import Role
from portal.kit import clock
from portal.kit.errors import Refused
from providers.offers import queries as offers
from tests.doors import as_
from tests.factories import providers, quotes
from tests.factories.rounds import make_round
from vouchers.matching import actions, queries
from vouchers.matching.models import Need
from vouchers.matching.rules import asking

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
    assert need.document["disease_codes"]["version"] == "9", "the newest of the code list, where nothing was chosen"
    assert need.document["period"] == [2015, None] and need.document["variables"] == ["결절 위치", "결절 크기"]
    page = text(browser.get(f"/matching/needs/{need.ref}/edit/"))
    assert "C34, C18-C20" in page and "200,000,000" in page and "결절 크기" in page
    answer = browser.post(
        f"/matching/needs/{need.ref}/edit/",
        typed(need, go="1", disease_version="8", disease_include="폐암, lung  cancer, i48"),
        follow=True,
    )
    need.refresh_from_db()
    assert need.status == "POSTED" and at.offer.title_ko in text(answer)
    assert "KCD-8 C33-C34, I48" in text(answer), "a disease may be named"


@pytest.mark.parametrize(
    "wrong",
    [
        {"disease_include": "처음 듣는 병"}, {"min_age": "60", "max_age": "40"}, {"min_age": "abc"}, {"min_age": "-1"},
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
    assert "점수를 높이려면" in korean and "점이 오릅니다" in korean
    found = queries.answer(at.need)
    assert found is not None
    for page in (korean, english):  # one unit: on the card and part by part
        assert page.count(f"{found.results[0].score / 100:.1f}") >= 1 and f"{found.results[0].score:,}" not in page
        assert ">21.0<" in page and "2,100" not in page
    assert "What would raise the score" in english and "points more" in english


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
        quotes.quoted(at, quotes.asked(at, need_id=other.pk))
    more = [1, 0, 0]  # rows on a second page: now they are counted as well
    assert [counted(browser, url) for browser, url in pages] == [had + also for had, also in zip(before, more, strict=True)]


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
    away = replace(shown, cannot=asking.NOT_IN_PORTAL)
    assert away.apply_at == dataset.landing_page
    page = render_to_string("vouchers/matching/result.html", {"result": away, "need": at.need, "may_ask": True})
    assert f'href="{dataset.landing_page}"' in page
    dataset.landing_page = "javascript:alert(1)"
    assert away.apply_at == ""


def test_what_the_page_offers_to_ask_is_what_may_be_asked(at: quotes.Stage) -> None:
    """One rule for the button and for the action."""
    institution, offer, today = at.hospital.institution, at.offer, clock.today()
    closed: tuple[tuple[Any, dict[str, Any], str], ...] = (
        (institution, {"status": "SUSPENDED"}, "not_in_portal"), (institution, {"organisation": None}, "not_in_portal"),
        (institution, {"voucher_supplier": False}, "not_a_supplier"), (offer, {"status": "PAUSED"}, "not_published"),
        (offer, {"valid_from": today + timedelta(days=1)}, "not_published"), (offer.dataset, {"publication": "PAUSED"}, "not_published"),
    )  # fmt: skip
    for row, changes, code in closed:
        held = {name: getattr(row, name) for name in changes}
        type(row).objects.filter(pk=row.pk).update(**changes)
        with pytest.raises(Refused) as refused:
            quotes.asked(at)
        found = queries.answer(at.need)
        assert found is not None and refused.value.code == code, changes
        assert [one.cannot for one in found.results if one.dataset == offer.dataset] == [asking.HINDRANCES[code]], changes
        type(row).objects.filter(pk=row.pk).update(**held)
    assert quotes.asked(at)


def test_who_asks_for_what_the_ranking_left_out_reads_why(at: quotes.Stage) -> None:
    need = quotes.need(at.firm, at.round, exports_wanted=["DATA_EXPORT"])
    run = need.match_runs.get()
    assert [entry["filter"] for entry in run.result["excluded"]] == ["EXPORT"]
    page = text(as_(at.firm.user).get(f"/en/matching/needs/{need.ref}/ask/", {"for": at.offer.dataset.key}))
    assert "The ranking of your need left this out:" in page and run.result["excluded"][0]["reason_en"].split(".")[0] in page
    assert "left this out" not in text(
        as_(at.firm.user).get(f"/en/matching/needs/{at.need.ref}/ask/", {"for": at.offer.dataset.key})
    )


def test_where_nobody_of_the_list_answers_here_the_page_says_so_first(at: quotes.Stage) -> None:
    page, said = f"/en/matching/needs/{at.need.ref}/", "None of these is quoted for here"
    assert said not in text(as_(at.firm.user).get(page))
    type(at.hospital.institution).objects.filter(pk=at.hospital.institution.pk).update(organisation=None)
    shown = text(as_(at.firm.user).get(page))
    assert said in shown and "Of the sets below" not in shown and shown.index(said) < shown.index("Chest CT collection")


def test_nobody_is_told_to_ask_who_answers_no_quotes_here(at: quotes.Stage) -> None:
    data = providers.dataset(providers.provider())
    need = quotes.need(at.firm, at.round)

    def shown() -> queries.Shown:
        with override("en"):
            found = queries.answer(need)
        assert found is not None
        return next(one for one in found.results if one.dataset.key == data.key)

    assert "Ask for a quote." in shown().warnings and not shown().cannot
    type(data).objects.filter(pk=data.pk).update(publication="PAUSED")
    assert "Ask for a quote." not in shown().warnings and shown().cannot
    assert "No offer with price and lead time is published." in shown().warnings

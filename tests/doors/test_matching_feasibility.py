"""Pages of a count asked for before any review: owner, colleague, provider, stranger, anonymous; leaks between companies."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching import actions
from vouchers.matching.models import FeasibilityQuery

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def text(answer: Any) -> str:
    return answer.content.decode()


def asked(at: quotes.Stage, **more: Any) -> FeasibilityQuery:
    return actions.ask_feasibility(**{"need_id": at.need.pk, "dataset_id": at.offer.dataset_id, "by": at.firm.user, **more})


def test_pages_by_reader(at: quotes.Stage) -> None:
    query = asked(at)
    page, asking = f"/matching/feasibility/{query.ref}/", f"/matching/needs/{at.need.ref}/count/?for={at.offer.dataset.key}"
    for prefix in ("", "/en"):
        for reader in (
            at.firm.user,
            at.firm.colleague,
            at.hospital.user,
            providers.person(Role.AUDITOR),
            providers.person(Role.OPERATOR_CASE),
        ):
            assert as_(reader).get(prefix + page).status_code == 200
        for reader in (quotes.firm().user, providers.provider().user):
            assert as_(reader).get(prefix + page).status_code == 404
        assert as_().get(prefix + page).status_code == 302
        assert as_(at.firm.colleague).get(prefix + asking).status_code == 200
        assert as_(quotes.firm().user).get(prefix + asking).status_code == 404
        assert as_(at.hospital.user).get(prefix + asking).status_code == 403
        assert as_(at.hospital.user).get(prefix + "/matching/feasibility/").status_code == 200
        assert as_(at.firm.user).get(prefix + "/matching/feasibility/").status_code == 403
        assert as_().get(prefix + "/matching/feasibility/").status_code == 302


def test_from_the_ranking_to_the_answer(at: quotes.Stage) -> None:
    company, hospital = as_(at.firm.user), as_(at.hospital.user)
    need = f"/matching/needs/{at.need.ref}/"
    link = f"{need}count/?for={at.offer.dataset.key}"
    assert link in text(company.get(need))
    page = text(company.get(link))
    assert "C34" in page and "10명 미만은 구분하지 않습니다" in page and "폐결절을 찾는 소프트웨어" not in page
    answer = company.post(link, {"message": "흡연력도 볼 수 있습니까?"})
    query = FeasibilityQuery.objects.get()
    assert answer.status_code == 303 and answer["Location"] == f"/matching/feasibility/{query.ref}/"
    assert at.offer.dataset.title_ko in text(hospital.get("/matching/feasibility/"))
    there = f"/matching/feasibility/{query.ref}/"
    page = text(hospital.get(there))
    assert "C34" in page and "흡연력" in page and "폐결절을 찾는 소프트웨어" not in page and "200,000,000" not in page
    assert hospital.post(f"{there}answer/", {"count": "1234", "basis": "COUNTED"}).status_code == 303
    for reader in (company, hospital, as_(providers.person(Role.AUDITOR))):
        shown = text(reader.get(there))
        assert "1,000~2,999명" in shown and "1234" not in shown.replace(query.ref, "")
    assert "필요한 최소 환자 수 이상입니다." in text(company.get(there))
    assert "1,000~2,999명" in text(company.get(need)) and "1,000 to 2,999" in text(company.get(f"/en{need}"))


@pytest.mark.parametrize("wrong", [
    {"basis": "COUNTED"}, {"count": "5", "band_low": "10", "basis": "COUNTED"}, {"count": "many", "basis": "COUNTED"}, {"count": "-3", "basis": "COUNTED"},
    {"count": "12"}, {"band_low": "37", "basis": "COUNTED"}, {"count": "12", "basis": "MAGIC"}, {"count": "9" * 40, "basis": "COUNTED"}, {"count": "1\x002", "basis": "COUNTED"},
])  # fmt: skip
def test_a_wrong_answer_keeps_what_was_typed(at: quotes.Stage, wrong: dict[str, str]) -> None:
    query = asked(at)
    answer = as_(at.hospital.user).post(f"/matching/feasibility/{query.ref}/answer/", wrong)
    assert answer.status_code == 422 and "form-hint-invalid" in text(answer)
    if wrong.get("count") == "many":
        assert 'value="many"' in text(answer)
    query.refresh_from_db()
    assert query.status == "ASKED"


def test_verbs_refuse_everybody_else(at: quotes.Stage) -> None:
    query = asked(at)
    there = f"/matching/feasibility/{query.ref}/"
    for page in (f"{there}do/refuse/", f"{there}answer/", f"{there}do/withdraw/"):
        sent = {"refuse-reason": "NO_STAFF", "count": "50", "basis": "COUNTED"}
        assert as_().post(page, sent).status_code in {302, 401}
        assert as_(quotes.firm().user).post(page, sent).status_code in (403, 404)
        assert as_(providers.provider().user).post(page, sent).status_code == 404
        assert as_(providers.person(Role.AUDITOR)).post(page, sent).status_code == 403
    assert as_(at.hospital.user).post(f"{there}do/withdraw/").status_code == 403
    assert as_(at.firm.user).post(f"{there}answer/", {"count": "50", "basis": "COUNTED"}).status_code == 403
    assert as_(at.firm.user).post(f"{there}do/eat/").status_code == 404
    query.refresh_from_db()
    assert query.status == "ASKED"


def test_refuse_in_the_browser_and_a_count_in_words_is_not_let_through(at: quotes.Stage) -> None:
    query = asked(at)
    there, hospital = f"/matching/feasibility/{query.ref}/", as_(at.hospital.user)
    answer = hospital.post(f"{there}do/refuse/", {"refuse-reason": "OTHER", "refuse-text": "세 명뿐입니다"})
    assert answer.status_code == 422 and "세 명뿐입니다" in text(answer) and "숫자나 수를 나타내는 말은" in text(answer)
    assert (
        hospital.post(f"{there}do/refuse/", {"refuse-reason": "OTHER", "refuse-text": "조회 권한이 없습니다"}).status_code == 303
    )
    assert "조회 권한이 없습니다" in text(as_(at.firm.user).get(there))
    again = hospital.post(f"{there}answer/", {"count": "50", "basis": "COUNTED"})
    assert again.status_code == 422


def test_one_company_never_sees_anothers_question(at: quotes.Stage) -> None:
    rival = quotes.firm()
    other = quotes.need(rival, at.round, title="경쟁사의 수요")
    theirs = asked(at, need_id=other.pk, by=rival.user, message="비밀 질문")
    mine = asked(at)
    company = as_(at.firm.user)
    for page in (f"/matching/needs/{at.need.ref}/", f"/matching/feasibility/{mine.ref}/", "/home/"):
        assert "비밀 질문" not in text(company.get(page)) and "경쟁사" not in text(company.get(page))
    assert company.get(f"/matching/feasibility/{theirs.ref}/").status_code == 404
    assert company.get(f"/matching/needs/{at.need.ref}/count/?for=nothing").status_code == 404


def counted(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(url).status_code == 200
    return len(found)


def test_the_inbox_needs_the_same_queries_for_1_and_30_questions(at: quotes.Stage) -> None:
    asked(at)
    hospital, company = as_(at.hospital.user), as_(at.firm.user)
    pages = [(hospital, "/matching/feasibility/"), (company, f"/matching/needs/{at.need.ref}/")]
    before = [counted(browser, url) for browser, url in pages]
    for n in range(29):
        asked(at, need_id=quotes.need(at.firm, at.round, title=f"수요 {n}").pk)
        other = providers.offer(at.hospital, published=True)
        asked(at, dataset_id=other.dataset_id)
    after = [counted(browser, url) for browser, url in pages]
    assert after == before


def test_the_desk_shows_what_is_owed_and_the_admin_the_band_only(at: quotes.Stage) -> None:
    query = asked(at)
    assert f"/matching/feasibility/{query.ref}/" in text(as_(at.hospital.user).get("/home/"))
    actions.answer_feasibility(query_id=query.pk, count=1234, basis="COUNTED", by=at.hospital.user)
    officer = as_(providers.person(Role.MINISTRY_OFFICER))
    for page in ("/admin/vouchers/feasibilityquery/", f"/admin/vouchers/feasibilityquery/{query.pk}/change/"):
        answer = officer.get(page)
        assert answer.status_code == 200 and "1,000~2,999명" in text(answer)

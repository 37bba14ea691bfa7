"""Pages of a ranking as it was, and of why a dataset is not in it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching import actions, queries, rules
from vouchers.matching.models import MatchRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def text(answer: Any) -> str:
    return answer.content.decode()


def test_pages_by_reader(at: quotes.Stage) -> None:
    run = queries.latest_run(at.need)
    assert run is not None
    for page in (f"/matching/needs/{at.need.ref}/rankings/{run.ref}/", f"/matching/needs/{at.need.ref}/why/"):
        for prefix in ("", "/en"):
            for reader in (at.firm.user, at.firm.colleague, providers.person(Role.AUDITOR)):
                assert as_(reader).get(prefix + page).status_code == 200
            for reader in (quotes.firm().user, at.hospital.user):
                assert as_(reader).get(prefix + page).status_code == 404
            assert as_().get(prefix + page).status_code == 302
    other = quotes.need(at.firm, at.round)
    assert as_(at.firm.user).get(f"/matching/needs/{other.ref}/rankings/{run.ref}/").status_code == 404
    assert as_(at.firm.user).get(f"/matching/needs/{other.ref}/why/?run={run.ref}").status_code == 404


def test_an_older_ranking_is_found_shown_and_made_again(at: quotes.Stage) -> None:
    first = MatchRun.objects.get(need=at.need)
    browser, need = as_(at.firm.user), f"/matching/needs/{at.need.ref}/"
    actions.run_match(need_id=at.need.pk, by=at.firm.user)
    page = f"{need}rankings/{first.ref}/"
    assert page in text(browser.get(need))
    shown = text(browser.get(page))
    assert at.offer.title_ko in shown or at.offer.dataset.title_ko in shown
    assert first.sha256 in shown and "한 바이트도 다르지 않은" not in shown
    assert "한 바이트도 다르지 않은" in text(browser.get(f"{page}?check=1"))
    assert "byte by byte" in text(browser.get(f"/en{page}?check=1"))


def test_why_not_of_an_older_engine_says_so(at: quotes.Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ENGINE_VERSION", "9.0.0")
    there = f"/en/matching/needs/{at.need.ref}/why/"
    page = text(as_(at.firm.user).get(there, {"dataset": at.offer.dataset.key}))
    assert "As the matching engine of then (version 1." in page and "It fits: rank 1." in page


def test_why_not_is_asked_by_key_address_and_words(at: quotes.Stage) -> None:
    small = providers.offer(at.hospital, published=True).dataset
    type(small).objects.filter(pk=small.pk).update(individuals=3, title_ko="작은 모음", title_en="A small collection")
    browser, need = as_(at.firm.user), f"/matching/needs/{at.need.ref}/"
    for asked in (small.key, f"https://portal.example/en/catalogue/{small.key}/"):
        page = text(browser.get(f"{need}why/", {"dataset": asked}))
        assert "순위를 매길 때는 카탈로그에 없던" in page and "환자 수가 부족합니다" in page and "더 적은 환자 수로" in page
    assert "조건에 맞습니다: 1위" in text(browser.get(f"{need}why/", {"dataset": at.offer.dataset.key}))
    assert "It fits: rank 1." in text(browser.get(f"/en{need}why/", {"dataset": at.offer.dataset.key}))


@pytest.mark.parametrize("asked", ["없는말없는말", "\x00", "x" * 900, "'; DROP TABLE", "%%"])
def test_a_name_that_nothing_has_says_so(at: quotes.Stage, asked: str) -> None:
    answer = as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/why/", {"dataset": asked, "run": ""})
    assert answer.status_code == 200 and "제외한 조건" not in text(answer)


def test_a_draft_has_no_ranking_to_ask_about(at: quotes.Stage) -> None:
    draft = quotes.need(at.firm, at.round, posted=False)
    page = text(as_(at.firm.user).get(f"/matching/needs/{draft.ref}/why/", {"dataset": at.offer.dataset.key}))
    assert "아직 순위가 없습니다" in page


def test_the_needs_page_needs_the_same_queries_for_1_and_20_rankings(at: quotes.Stage) -> None:
    browser, page = as_(at.firm.user), f"/matching/needs/{at.need.ref}/"

    def counted() -> int:
        browser.get(page)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(page).status_code == 200
        return len(found)

    actions.run_match(need_id=at.need.pk, by=at.firm.user)
    one = counted()
    for _ in range(20):
        actions.run_match(need_id=at.need.pk, by=at.firm.user)
    assert counted() == one


def test_a_need_that_reads_as_none_today_says_so(at: quotes.Stage) -> None:
    run = queries.latest_run(at.need)
    assert run is not None
    codes = {"system": "KCD", "version": "9", "include": ["C18-2"], "exclude": []}  # was read as C18–C29 once
    document = {**run.document, "disease_codes": codes}
    old = MatchRun(
        need=at.need, engine_version="1.3.0", need_version=1, document=document, policy=run.policy, facts=run.facts,
        sha256=run.sha256, result={**run.result, "results": [], "excluded": []},
    )  # fmt: skip
    old.save()
    asked = {"dataset": at.offer.dataset.key, "run": old.ref}
    answer = as_(at.firm.user).get(f"/en/matching/needs/{at.need.ref}/why/", asked)
    assert answer.status_code == 200 and "“C18-2” in “Disease codes (disease_codes)” is not a disease code" in text(answer)

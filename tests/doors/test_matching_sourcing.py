"""The operator's desk for needs that nothing fits, the company's view of it, and unmet demand for providers."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from portal.kit import clock
from tests.doors import as_
from tests.factories import providers, quotes, sourcing
from tests.factories.rounds import make_round
from vouchers.matching import actions
from vouchers.matching.models import Need, SourcingProposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def on() -> sourcing.Search:
    return sourcing.search()


def text(answer: Any) -> str:
    return answer.content.decode()


def test_pages_by_reader(on: sourcing.Search) -> None:
    page = f"/matching/sourcing/{on.case.ref}/"
    for prefix in ("", "/en"):
        for reader in (on.at.firm.user, on.at.firm.colleague, on.operator, providers.person(Role.AUDITOR)):
            assert as_(reader).get(prefix + page).status_code == 200
        for reader in (quotes.firm().user, on.at.hospital.user):
            assert as_(reader).get(prefix + page).status_code == 404
        assert as_().get(prefix + page).status_code == 302
        assert as_(on.operator).get(prefix + "/matching/sourcing/").status_code == 200
        for reader in (on.at.firm.user, on.at.hospital.user, providers.person(Role.MINISTRY_OFFICER)):
            assert as_(reader).get(prefix + "/matching/sourcing/").status_code == 403


def test_the_operator_looks_proposes_and_closes_in_the_browser(on: sourcing.Search) -> None:
    operator, company, page = as_(on.operator), as_(on.at.firm.user), f"/matching/sourcing/{on.case.ref}/"
    assert page in text(operator.get("/matching/sourcing/")) and page in text(operator.get("/home/"))
    assert page in text(company.get(f"/matching/needs/{on.need.ref}/"))
    assert operator.post(f"{page}do/take_up/").status_code == 303
    assert operator.post(f"{page}do/note/", {"note-text": "한빛병원에 전화"}).status_code == 303
    shown = text(operator.get(f"{page}?look={on.at.offer.dataset.key}"))
    value = f"d:{on.at.offer.dataset.key}"
    assert f'value="{value}"' in shown
    sent = {"look": on.at.offer.dataset.key, "found": value, "reason": "함께 찍은 심전도가 있습니다."}
    wrong = operator.post(f"{page}propose/", {**sent, "reason": ""})
    assert wrong.status_code == 422 and f'value="{value}"' in text(wrong)
    assert operator.post(f"{page}propose/", sent).status_code == 303
    again = operator.post(f"{page}propose/", sent)
    assert again.status_code == 422 and "이미 제안한 데이터입니다" in text(again)
    proposal = SourcingProposal.objects.get()
    seen = text(company.get(page))
    assert "함께 찍은 심전도" in seen and "한빛병원에 전화" not in seen and str(on.operator) not in seen.split("진행 기록")[0]
    assert company.post(f"{page}proposals/{proposal.ref}/useful/").status_code == 303
    assert company.post(f"{page}proposals/{proposal.ref}/useful/").status_code == 409
    assert operator.post(f"{page}do/found/", {"found-text": "찾았습니다."}).status_code == 303
    assert "찾았습니다." in text(company.get(page))
    assert "전담기관에 데이터 찾기 요청" in text(company.get(f"/matching/needs/{on.need.ref}/"))
    assert company.post(f"/matching/needs/{on.need.ref}/help/").status_code == 303


def test_of_no_use_is_a_second_step_with_a_reason_on_the_page_and_on_the_desk(on: sourcing.Search) -> None:
    proposal, company, page = sourcing.proposed(on), as_(on.at.firm.user), f"/matching/sourcing/{on.case.ref}/"
    assert page in text(company.get("/home/"))
    answer, field = f"{page}proposals/{proposal.ref}/not_useful/", f"{proposal.ref}-text"
    bare = company.post(answer, {field: " "})
    assert (
        bare.status_code == 422 and '<details class="verb-more" open>' in text(bare) and proposal_status(proposal) == "PROPOSED"
    )
    assert company.post(answer, {field: "소아 자료입니다."}).status_code == 303
    assert "소아 자료입니다." in text(as_(on.operator).get(page))
    assert page not in text(company.get("/home/")).split("최근 알림")[0]
    assert company.post(f"{page}proposals/{proposal.ref}/useful/").status_code == 303
    assert proposal_status(proposal) == "USEFUL"


def proposal_status(proposal: SourcingProposal) -> str:
    return str(SourcingProposal.objects.values_list("status", flat=True).get(pk=proposal.pk))


def test_the_record_in_the_admin_leads_to_the_page_where_a_case_is_worked_on(on: sourcing.Search) -> None:
    record, page = f"/en/admin/vouchers/sourcingcase/{on.case.pk}/change/", f"/en/matching/sourcing/{on.case.ref}/"
    waiting = text(as_(on.operator).get(record))
    for address in (page, f"{page}#verbs", f"{page}#h-look"):
        assert f'href="{address}"' in waiting
    assert on.need.title in waiting.partition("</h1>")[0].rpartition("<h1")[2]
    assert "Take up the case" in waiting and "Say what came of it" not in waiting
    actions.take_up_sourcing(case_id=on.case.pk, by=on.operator)
    taken = text(as_(on.operator).get(record))
    assert "Take up the case" not in taken and "Say what came of it" in taken
    seen = text(as_(providers.person(Role.AUDITOR)).get(record))
    assert f'href="{page}"' in seen and f'href="{page}#h-look"' not in seen


def test_verbs_refuse_everybody_else(on: sourcing.Search) -> None:
    proposal = sourcing.proposed(on)
    page = f"/matching/sourcing/{on.case.ref}/"
    sent = {"note-text": "x", "found-text": "x", "not_found-text": "x", "look": "CT", "found": "i:x", "reason": "x"}
    for verb in ("do/take_up/", "do/note/", "do/found/", "do/not_found/", "propose/"):
        assert as_().post(page + verb, sent).status_code in {302, 401}
        for reader in (on.at.firm.user, on.at.hospital.user, quotes.firm().user, providers.person(Role.AUDITOR)):
            assert as_(reader).post(page + verb, sent).status_code == 403
    answer = f"{page}proposals/{proposal.ref}/useful/"
    assert as_(quotes.firm().user).post(answer).status_code == 404
    for reader in (on.operator, on.at.hospital.user, providers.person(Role.AUDITOR)):
        assert as_(reader).post(answer).status_code == 403
    assert as_(quotes.firm().user).post(f"/matching/needs/{on.need.ref}/help/").status_code == 404
    assert as_(on.operator).post(f"{page}do/eat/").status_code == 404
    assert as_(on.at.firm.user).post(f"{page}proposals/{proposal.ref}/perhaps/").status_code == 404


def test_the_need_says_that_a_proposal_waits_for_the_company(on: sourcing.Search) -> None:
    company, page = as_(on.at.firm.user), f"/en/matching/needs/{on.need.ref}/"
    assert "waits for your answer" not in text(company.get(page))
    proposal = sourcing.proposed(on)
    assert "1 proposal waits for your answer" in text(company.get(page))
    company.post(f"/matching/sourcing/{on.case.ref}/proposals/{proposal.ref}/useful/")
    assert "waits for your answer" not in text(company.get(page))


@pytest.mark.parametrize("look", ["없는말없는말", "\x00", "%", "x" * 500, "https://elsewhere.example/catalogue/nothing/"])
def test_a_search_that_finds_nothing_says_so(on: sourcing.Search, look: str) -> None:
    answer = as_(on.operator).get(f"/matching/sourcing/{on.case.ref}/", {"look": look})
    assert answer.status_code == 200 and 'name="found"' not in text(answer)


def test_an_address_of_the_catalogue_names_its_dataset(on: sourcing.Search) -> None:
    key = on.at.offer.dataset.key
    answer = as_(on.operator).get(f"/matching/sourcing/{on.case.ref}/", {"look": f"https://portal.example/en/catalogue/{key}/"})
    assert f'value="d:{key}"' in text(answer)


def counted(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(url).status_code == 200
    return len(found)


def test_lists_need_the_same_queries_for_1_and_30_rows(on: sourcing.Search) -> None:
    sourcing.proposed(on)
    operator, case = as_(on.operator), f"/matching/sourcing/{on.case.ref}/"
    pages = ["/matching/sourcing/?box=progress", "/matching/sourcing/?box=open", case, "/matching/demand/"]
    sourcing.unmet(on.at.firm, on.at.round)
    before = [counted(operator, page) for page in pages]
    for n in range(18):
        sourcing.proposed(on, dataset_id=providers.offer(on.at.hospital, published=True).dataset_id)
        sourcing.unmet(quotes.firm(), on.at.round, title=f"수요 {n}")
        actions.note_sourcing(case_id=on.case.pk, text=f"기록 {n}", by=on.operator)
    assert [counted(operator, page) for page in pages] == before


# ── Unmet demand ─────────────────────────────────────────────────────────────────────────────────────
def crowd(round_: Any, count: int, **changes: Any) -> list[Need]:
    """Unmet needs of so many companies, posted last week."""
    with clock.at(clock.now() - timedelta(days=9)):
        return [
            sourcing.unmet(quotes.firm(), round_, title=f"비밀 제목 {n}", product=f"비밀 제품 {n}", **changes)
            for n in range(count)
        ]


def test_unmet_demand_names_nobody_and_shows_no_small_group() -> None:
    providers.code_lists()
    hospital, round_ = providers.provider(), make_round(opens_at=clock.now() - timedelta(days=20), policy={"demand_threshold": 3})
    providers.offer(hospital, published=True)
    many = crowd(round_, 7)
    rare = crowd(
        round_, 1, modality=["GENOMICS"], disease_codes={"system": "KCD", "version": "9", "include": ["Q90"], "exclude": []}
    )
    for reader in (hospital.user, providers.person(Role.OPERATOR_CASE), providers.person(Role.AUDITOR)):
        page = text(as_(reader).get("/matching/demand/"))
        assert "심전도" in page and "신생물" in page and ">6<" in page
        for need in [*many, *rare]:
            assert (
                need.company.name_ko not in page and need.title not in page and need.ref not in page and "비밀 제품" not in page
            )
        assert (
            "유전체" not in page
            and "선천" not in page
            and ">7<" not in page
            and ">8<" not in page
            and "GANGWON" not in page
            and "강원" not in page
        )
    assert "Too few" not in text(as_(hospital.user).get("/en/matching/demand/"))


def test_fewer_companies_than_the_threshold_and_needs_of_this_week_are_not_told() -> None:
    providers.code_lists()
    hospital, round_ = providers.provider(), make_round(opens_at=clock.now() - timedelta(days=20), policy={"demand_threshold": 4})
    providers.offer(hospital, published=True)
    crowd(round_, 3)
    for _ in range(5):
        sourcing.unmet(quotes.firm(), round_)  # posted now
    page = text(as_(hospital.user).get("/matching/demand/"))
    assert "보여 드리기에는 수가 적습니다" in page and "심전도" not in page


def test_the_strictest_round_decides_and_a_need_without_a_call_counts_by_the_usual_threshold() -> None:
    providers.code_lists()
    hospital = providers.provider()
    providers.offer(hospital, published=True)
    loose = make_round(opens_at=clock.now() - timedelta(days=20), policy={"demand_threshold": 3})
    crowd(loose, 4)
    assert ">3<" in text(as_(hospital.user).get("/matching/demand/"))
    crowd(None, 1)
    page = text(as_(hospital.user).get("/matching/demand/"))
    assert ">5<" in page and ">3<" not in page


def test_who_sees_unmet_demand() -> None:
    for reader, status in (
        (providers.provider().user, 200),
        (providers.person(Role.MINISTRY_OFFICER), 200),
        (quotes.firm().user, 403),
    ):
        assert as_(reader).get("/matching/demand/").status_code == status
    assert as_().get("/matching/demand/").status_code == 302


def test_a_real_provider_never_sees_demo_demand() -> None:
    providers.code_lists()
    hospital, round_ = providers.provider(), make_round(opens_at=clock.now() - timedelta(days=20), policy={"demand_threshold": 3})
    providers.offer(hospital, published=True)
    crowd(round_, 4)
    assert "심전도" in text(as_(hospital.user).get("/matching/demand/"))
    type(hospital.user).objects.filter(pk=hospital.user.pk).update(is_demo=False)
    hospital.user.refresh_from_db()
    from vouchers.matching import queries

    assert queries.unmet_demand(clock.now(), demo=False).total == 0

"""A round's allocation as officers see it, its proposals as company and provider see them, and nobody else."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.rules import Role
from tests.actions.test_allocations import at, computed, dearer, ordered, published  # noqa: F401 (a fixture)
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching import actions, tasks
from vouchers.matching.models import Allocation, OfferProposal
from vouchers.matching.queries.proposed import proposals_to, without_company
from vouchers.matching.rules.allocations import MOST_DEATHS

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return answer.content.decode()


def page_of(name: str, *args: Any) -> str:
    return reverse(f"admin:vouchers_{name}", args=args)


def test_an_officer_orders_watches_compares_and_an_approver_publishes(at: Any) -> None:  # noqa: F811
    quotes.asked(at)
    officer, approver, order = as_(at.officer), as_(at.approver), page_of("allocation_order_page")
    assert "계산 요청" in text(officer.get(order)) and order in text(officer.get(page_of("allocation_changelist")))
    wrong = officer.post(order, {"round": at.round.pk, "budget_won": "-1"})
    assert wrong.status_code == 422 and 'href="#id_budget_won"' in text(wrong) and 'value="-1"' in text(wrong)
    assert officer.post(order, {"round": at.round.pk, "budget_won": ""}).status_code == 302
    run = Allocation.objects.get()
    change, publish = page_of("allocation_change", run.pk), page_of("allocation_verb", run.pk, "publish")
    assert "처리 대기" in text(officer.get(change)) and "<progress" in text(officer.get(change))
    assert tasks.compute_allocations() == 1
    shown = text(officer.get(change))
    assert at.need.title in shown and at.second.title in shown and "0.0000 %" in shown and "<progress" not in shown
    assert officer.get(publish).status_code == 403  # publishing is the approver's
    assert "예약되는 것은 없습니다" in text(approver.get(publish)) and approver.post(publish).status_code == 302
    assert OfferProposal.objects.exists() and "What is proposed, beside what companies chose" in text(officer.get(f"/en{change}"))
    assert approver.post(publish).status_code == 422  # once


def test_the_page_promises_what_is_published(at: Any) -> None:  # noqa: F811
    elsewhere = providers.provider()
    kept = providers.offer(elsewhere, published=True, capacity=1)
    run = computed(at)
    assert len(run.outputs["pairs"]) == 2
    dearer(at, at.offer)
    officer, approver, publish = as_(at.officer), as_(at.approver), page_of("allocation_verb", run.pk, "publish")
    page = text(officer.get(page_of("allocation_change", run.pk)))
    assert "공개할 수 있는 제안" in page and "1 · 1" in page and "그 뒤에 가격이 바뀌었습니다" in page
    asked = text(approver.get(publish))
    assert "제안 1건을" in asked and "1건은 더 이상 유효하지 않아" in asked
    assert approver.post(publish).status_code == 302 and OfferProposal.objects.get().offer == kept
    assert "공개한 제안" in text(officer.get(page_of("allocation_change", run.pk)))


def test_what_can_no_longer_be_published_says_so_and_is_computed_again(at: Any) -> None:  # noqa: F811
    run = computed(at)
    dearer(at, at.offer)
    page, publish = page_of("allocation_change", run.pk), page_of("allocation_verb", run.pk, "publish")
    assert "다시 계산해 주십시오" in text(as_(at.approver).get(page)) and as_(at.approver).get(publish).status_code == 302
    assert as_(at.approver).post(publish).status_code == 422
    again = page_of("allocation_verb", run.pk, "again")
    assert as_(at.approver).post(again).status_code == 403 and "같은 예산" in text(as_(at.officer).get(again))
    answer = as_(at.officer).post(again)
    made = Allocation.objects.get(status="ORDERED")
    assert answer.status_code == 302 and answer["Location"] == page_of("allocation_change", made.pk)
    run.refresh_from_db()
    assert run.status == "DISCARDED"


def test_one_that_was_given_up_says_why_and_how_to_go_on(at: Any) -> None:  # noqa: F811
    made = ordered(at)
    Allocation.objects.filter(pk=made.pk).update(claimed_at="2026-01-01T00:00Z", deaths=MOST_DEATHS - 1)
    assert actions.compute_allocations() == 0
    page = page_of("allocation_change", made.pk)
    assert "3번 잇따라 중단" in text(as_(at.officer).get(page)) and "다시 계산하기" in text(as_(at.officer).get(page))
    assert "It cost 3 workers" in text(as_(at.officer).get(f"/en{page}"))


def test_a_round_without_needs_is_refused_with_a_reason(at: Any) -> None:  # noqa: F811
    from tests.factories.rounds import make_round

    empty = make_round()
    answer = as_(at.officer).post(page_of("allocation_order_page"), {"round": empty.pk})
    assert answer.status_code == 422 and "기다리는 수요가 없습니다" in text(answer) and "autofocus" in text(answer)
    assert as_(at.officer).post(page_of("allocation_order_page"), {"round": "x"}).status_code == 422
    assert not Allocation.objects.exists()


def test_nobody_else_sees_or_orders_allocations(at: Any) -> None:  # noqa: F811
    run = computed(at)
    addresses = [page_of("allocation_order_page"), page_of("allocation_changelist"), page_of("allocation_change", run.pk),
                 page_of("allocation_verb", run.pk, "publish"), page_of("allocation_verb", run.pk, "discard")]  # fmt: skip
    for client in (Client(), as_(at.firm.user), as_(at.hospital.user), as_(providers.person(Role.EVALUATOR))):
        assert {client.get(address).status_code for address in addresses} <= {302, 403, 404}
        assert client.post(addresses[3]).status_code in {302, 403, 404}
    auditor = as_(providers.person(Role.AUDITOR))
    assert auditor.get(addresses[2]).status_code == 200 and auditor.post(addresses[0], {"round": at.round.pk}).status_code == 403
    assert Allocation.objects.get().status == "COMPUTED" and not OfferProposal.objects.exists()


def test_what_is_proposed_stands_on_the_needs_page(at: Any) -> None:  # noqa: F811
    published(at)
    one = OfferProposal.objects.filter(offer=at.offer).get()
    owner = at.firm if one.need == at.need else at.rival
    for prefix, words in (("", "이 수요에 제안된 데이터"), ("/en", "Proposed for this need")):
        page = f"{prefix}/matching/needs/{one.need.ref}/"
        for reader in (owner.user, owner.colleague, providers.person(Role.AUDITOR)):
            assert words in text(as_(reader).get(page))
        assert as_(quotes.firm().user).get(page).status_code == as_(at.hospital.user).get(page).status_code == 404
        assert as_().get(page).status_code == 302
    shown = text(as_(owner.user).get(f"/matching/needs/{one.need.ref}/"))
    ask = f"/matching/needs/{one.need.ref}/ask/?for={one.dataset.key}%3A{one.offer.ref}"
    assert ask in shown and one.words["ko"][0] in shown
    assert as_(owner.user).post(ask, {"message": ""}).status_code == 303  # the way that there was before
    assert "견적 요청 보기" in text(as_(owner.user).get(f"/matching/needs/{one.need.ref}/"))
    actions.lapse_proposals(one.lapses_at)
    assert "이 수요에 제안된 데이터" not in text(as_(owner.user).get(f"/matching/needs/{one.need.ref}/"))


def test_a_provider_sees_what_is_needed_and_not_by_whom(at: Any) -> None:  # noqa: F811
    published(at)
    page = "/matching/proposals/"
    shown = text(as_(at.hospital.user).get(page))
    assert at.offer.dataset.title_ko in shown and "C34" in shown and "환자" in shown
    for name in (at.firm.company.name_ko, at.rival.company.name_ko, at.need.title, at.second.title):
        assert name not in shown
    assert "Proposed needs" in text(as_(at.hospital.user).get(f"/en{page}"))
    other = text(as_(providers.provider().user).get(page))
    assert at.offer.dataset.title_ko not in other and "지금 제안된 것이 없습니다" in other
    assert as_(at.firm.user).get(page).status_code == 403 and as_().get(page).status_code == 302


def test_the_number_of_queries_does_not_depend_on_the_rows(at: Any) -> None:  # noqa: F811
    def asked() -> list[int]:
        found = []
        for ask in (
            lambda: without_company(list(proposals_to(at.hospital.user))),
            lambda: text(as_(at.officer).get(page_of("allocation_change", run.pk))),
        ):
            ask()
            with CaptureQueriesContext(connection) as queries:
                ask()
            found.append(len(queries))
        return found

    run = published(at)
    few = asked()
    for turn in range(6):
        data = providers.dataset(at.hospital, key=f"more-{turn}")
        providers.offer(at.hospital, data, published=True)
        quotes.need(at.firm, at.round, title=f"수요 {turn}")
    run = published(at)
    assert run.proposals.count() > 5 and asked() == few


def test_the_sweeps_are_known(at: Any) -> None:  # noqa: F811
    from portal.celery import SWEEPS

    ordered(at)
    assert {"matching.compute_allocations", "matching.lapse_proposals"} <= set(SWEEPS)
    assert (tasks.compute_allocations(), tasks.compute_allocations(), tasks.lapse_proposals()) == (1, 0, 0)

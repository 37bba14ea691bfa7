"""Processing work that is offered without a dataset: everybody finds it on the institution's page, and companies ask for it."""

from typing import Any

import pytest

from portal.accounts.rules import Role
from portal.journal.models import Notice
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching import actions
from vouchers.matching.models import QuoteRequest

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def work(at: quotes.Stage, title: str = "판독 라벨링") -> Any:
    """Labelling that the hospital offers without a dataset of its own."""
    from providers.offers import actions as offers

    made = offers.create_offer(
        institution=at.hospital.institution, dataset=None, values=providers.values(kind="PROCESSING", title_ko=title, title_en="Labelling"),
        lines=providers.lines(), by=at.hospital.user,
    )  # fmt: skip
    return providers.publish(made, at.hospital)


def page_of(at: quotes.Stage) -> str:
    return f"/providers/institutions/{at.hospital.institution.key}/"


def test_everybody_finds_the_work_on_the_institutions_page(at: quotes.Stage) -> None:
    assert "제공하는 가공 작업" not in text(as_().get(page_of(at)))
    offer = work(at)
    for who in (None, at.firm.user, at.firm.colleague, at.hospital.user):
        shown = text(as_(who).get(page_of(at)))
        assert "제공하는 가공 작업" in shown and "판독 라벨링" in shown
        assert (f"/matching/ask/?for=:{offer.ref}" in shown) is (who is not at.hospital.user)
    type(offer).objects.filter(pk=offer.pk).update(status="PAUSED")
    assert "판독 라벨링" not in text(as_().get(page_of(at)))


def test_the_work_of_thirty_offers_costs_no_more_queries_than_that_of_one(
    at: quotes.Stage, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    work(at)
    browser = as_()
    with CaptureQueriesContext(
        connection,
    ) as one:
        browser.get(page_of(at))
    for n in range(4):
        work(at, f"작업 {n}")
    with django_assert_max_num_queries(len(one)):
        browser.get(page_of(at))


def test_ask_for_the_work_for_one_of_the_companys_needs(at: quotes.Stage) -> None:
    offer = work(at)
    ask = f"/matching/ask/?for=:{offer.ref}"
    assert as_().get(ask).status_code == 302
    assert as_(at.hospital.user).get(ask).status_code == 403
    stranger = text(as_(quotes.firm().user).get(ask))
    assert "등록한 데이터 수요가 없습니다" in stranger and at.need.title not in stranger
    for who in (at.firm.user, at.firm.colleague):
        shown = text(as_(who).get(ask))
        assert "판독 라벨링" in shown and f"/matching/needs/{at.need.ref}/ask/?for=%3A{offer.ref}" in shown
    company, form = as_(at.firm.user), f"/matching/needs/{at.need.ref}/ask/?for=%3A{offer.ref}"
    assert "판독 라벨링" in text(company.get(form))
    assert as_(quotes.firm().user).get(form).status_code == 404
    sent = company.post(form, {"message": "라벨링만 부탁드립니다."})
    request = QuoteRequest.objects.get()
    assert sent.status_code == 303 and (request.dataset, request.offer, request.institution) == (None, offer, offer.institution)
    assert "판독 라벨링" in Notice.objects.get(template="quote_requested", user=at.hospital.user, language="ko").body
    for who, there in ((at.firm.user, f"/matching/quotes/{request.ref}/"), (at.hospital.user, f"/matching/requests/{request.ref}/"),
                       (at.hospital.user, "/matching/requests/"), (at.firm.user, f"/matching/needs/{at.need.ref}/")):  # fmt: skip
        shown = as_(who).get(there)
        assert shown.status_code == 200 and "판독 라벨링" in text(shown), there
    again = company.post(form, {"message": ""})
    assert again.status_code == 409 or "이미" in text(again)


def test_the_work_is_quoted_and_matched_like_any_other(at: quotes.Stage) -> None:
    offer = work(at)
    request = actions.request_quote(
        need_id=at.need.pk, institution_id=offer.institution_id, offer_id=offer.pk, message="", by=at.firm.user
    )
    match = actions.accept_quote(quote_id=quotes.quoted(at, request).pk, by=at.firm.user)
    actions.confirm_match(match_id=match.pk, by=at.hospital.user)
    for who in (at.firm.user, at.hospital.user):
        assert "판독 라벨링" in text(as_(who).get(f"/matching/matches/{match.ref}/"))
    assert "판독 라벨링" in text(as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/compare/"))


def test_one_message_to_a_result_and_to_processing_work(at: quotes.Stage) -> None:
    offer = work(at)
    form = f"/matching/needs/{at.need.ref}/ask/?many=1&for={at.offer.dataset.key}:{at.offer.ref}&for=:{offer.ref}"
    company = as_(at.firm.user)
    sent = company.post(form, {"message": "둘 다 부탁드립니다."}, follow=True)
    assert QuoteRequest.objects.count() == 2 and "판독 라벨링" in text(sent)
    again = company.post(form, {"message": "한 번 더 부탁드립니다."}, follow=True)
    assert QuoteRequest.objects.count() == 2 and "판독 라벨링" in text(again)


def test_nobody_asks_for_what_is_not_there_or_for_a_datasets_offer_as_work(at: quotes.Stage) -> None:
    company = as_(at.firm.user)
    for wanted in (f":{at.offer.ref}", ":ofr-nothing", ":", ":\x00"):
        for there in ("/matching/ask/", f"/matching/needs/{at.need.ref}/ask/"):
            assert company.get(there, {"for": wanted}).status_code == 404
    assert as_(providers.person(Role.AUDITOR)).get(f"/matching/ask/?for=:{work(at).ref}").status_code == 403


def test_what_was_taken_out_since_stops_no_other_and_loses_no_message(at: quotes.Stage) -> None:
    paused, gone = work(at), quotes.stage()
    type(paused).objects.filter(pk=paused.pk).update(status="PAUSED")
    dataset = gone.offer.dataset
    type(dataset).objects.filter(pk=dataset.pk).update(publication="PAUSED")
    wanted = [f"{at.offer.dataset.key}:{at.offer.ref}", f":{paused.ref}", f"{dataset.key}:{gone.offer.ref}"]
    form = f"/matching/needs/{at.need.ref}/ask/?many=1&" + "&".join(f"for={one}" for one in wanted)
    company = as_(at.firm.user)
    assert company.get(form).status_code == 200
    sent = company.post(form, {"message": "모두 부탁드립니다."}, follow=True)
    assert [row.offer for row in QuoteRequest.objects.all()] == [at.offer]
    shown = text(sent)
    assert shown.count("이 데이터셋이나 공급 상품은 더 이상 공개되어 있지 않습니다") == 2 and "판독 라벨링" in shown
    alone = company.post(f"/matching/needs/{at.need.ref}/ask/?for=:{paused.ref}", {"message": "이것만 부탁드립니다."})
    assert alone.status_code == 422 and "이것만 부탁드립니다." in text(alone)
    never = providers.offer(at.hospital)
    assert company.get(f"/matching/needs/{at.need.ref}/ask/?for={never.dataset.key}:{never.ref}").status_code == 404

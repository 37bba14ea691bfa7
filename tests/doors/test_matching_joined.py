"""Several datasets together on a need's page: each leads to its page and can be asked for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from providers.offers import actions as offers
from tests.doors import as_
from tests.doors.test_matching_doors import text
from tests.factories import providers, quotes
from vouchers.matching import queries
from vouchers.matching.models import MatchRun, Need
from vouchers.matching.rules import asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    """Data of two hospitals is needed; two have some."""
    found = quotes.stage()
    rival = providers.provider()
    providers.offer(rival, published=True)
    wanted = quotes.need(found.firm, found.round, sites_minimum=2)
    return quotes.Stage(found.round, found.firm, wanted, found.hospital, found.offer)


def joined_of(need: Need) -> queries.Joined:
    found = queries.answer(need)
    assert found is not None
    (one,) = found.joined
    return one


def test_each_part_leads_to_its_page_and_can_be_asked_for(at: quotes.Stage) -> None:
    page, bundle = f"/matching/needs/{at.need.ref}/", joined_of(at.need)
    assert len(bundle.parts) == 2 and all(part.offer for part in bundle.parts)
    for prefix, ask in (("", "견적 요청"), ("/en", "Ask for a quote")):
        shown = text(as_(at.firm.user).get(prefix + page))
        for part in bundle.parts:
            assert part.dataset is not None and part.offer is not None
            assert f'href="{prefix}/catalogue/{part.dataset.key}/"' in shown
            assert f"?for={part.dataset.key}%3A{part.offer.ref}" in shown and ask in shown
    many = f"{page}ask/?{bundle.handed}"
    assert f'href="{many.replace("&", "&amp;")}"' in text(as_(at.firm.user).get(page))
    answer = as_(at.firm.user).post(many, {"message": "두 병원 자료를 함께 쓰려고 합니다."})
    assert answer.status_code in (302, 303) and at.need.quote_requests.count() == 2
    set_ = text(as_(at.firm.user).get("/en" + page)).partition("Several datasets together")[2]
    assert set_.count("To your quote request") == 2 and not joined_of(at.need).askable


def test_who_may_not_ask_sees_the_parts_alone(at: quotes.Stage) -> None:
    page = f"/matching/needs/{at.need.ref}/"
    shown = text(as_(providers.person(Role.AUDITOR)).get(page))
    assert joined_of(at.need).parts[0].title in shown and "/ask/?for=" not in shown
    assert as_(quotes.firm().user).get(page).status_code == 404 and as_().get(page).status_code == 302


def test_a_part_that_is_offered_no_more_is_not_asked_for(at: quotes.Stage) -> None:
    offers.pause(offer_id=at.offer.pk, by=at.hospital.user)
    bundle = joined_of(at.need)
    assert [part.cannot for part in bundle.parts].count(asking.NOT_PUBLISHED) == 1 and len(bundle.askable) == 1
    assert "This entry is no longer published." in text(as_(at.firm.user).get(f"/en/matching/needs/{at.need.ref}/"))


def test_a_ranking_of_before_names_its_datasets(at: quotes.Stage) -> None:
    run = at.need.match_runs.order_by("-pk")[0]
    before = dict(run.result)
    before["bundles"] = [{name: value for name, value in one.items() if name != "offers"} for one in before["bundles"]]
    found = queries.answer(at.need, run=MatchRun(need=at.need, engine_version="1.3.0", result=before))
    assert found is not None and [part.offer for part in found.joined[0].parts] == [None, None]
    assert all(part.dataset for part in found.joined[0].parts)


def test_the_number_of_queries_does_not_depend_on_the_sets(at: quotes.Stage) -> None:
    def asked(need: Need) -> int:
        with CaptureQueriesContext(connection) as found:
            queries.answer(need)
        return len(found)

    asked(at.need)
    one = asked(at.need)
    run = at.need.match_runs.order_by("-pk")[0]
    more = MatchRun(need=at.need, engine_version=run.engine_version, result={**run.result, "bundles": run.result["bundles"] * 9})
    with CaptureQueriesContext(connection) as found:
        queries.answer(at.need, run=more)
    assert len(found) == one - 1  # the ranking itself was given

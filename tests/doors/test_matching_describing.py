"""The need form's help: how many datasets still fit, and what each relaxation adds, as somebody types and without a script."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from portal.kit import clock
from providers.catalogue.models import Dataset
from providers.offers.models import OfferLine
from tests.doors import as_
from tests.factories import providers, quotes
from tests.factories.rounds import make_round
from vouchers.matching import queries, rules
from vouchers.matching.models import Need

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "counted"}


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def owner() -> quotes.Firm:
    providers.code_lists()
    return quotes.firm()


@pytest.fixture
def need(owner: quotes.Firm) -> Need:
    return quotes.need(owner, make_round(), posted=False)


def published(**columns: Any) -> Dataset:
    found = providers.dataset(providers.provider(), published=True)
    Dataset.objects.filter(pk=found.pk).update(**columns)
    found.refresh_from_db()
    return found


def typed(need: Need, **more: Any) -> dict[str, Any]:
    return {"version": need.version, "title": "폐결절", "modality_IMAGING": ["CT"], "round": need.round_id, **more}


def there(need: Need) -> str:
    return f"/matching/needs/{need.ref}/edit/fits/"


def test_the_count_follows_what_is_typed_and_not_what_is_saved(owner: quotes.Firm, need: Need) -> None:
    published(individuals=100), published(individuals=100_000)
    browser = as_(owner.user)
    answer = browser.post(there(need), typed(need), headers=HTMX)
    assert answer.status_code == 200 and "<strong>2</strong>" in text(answer) and "<html" not in text(answer)
    answer = browser.post(there(need), typed(need, patients_minimum="5000"), headers=HTMX)
    assert "<strong>1</strong>" in text(answer) and 'value="PATIENTS:"' in text(answer) and "+1건" in text(answer)
    need.refresh_from_db()
    assert need.document.get("patients_minimum") == 500  # nothing was kept
    english = browser.post("/en" + there(need), typed(need, patients_minimum="5000"), headers=HTMX)
    assert "<strong>1</strong> dataset of the catalogue still fits." in text(english) and "adds 1" in text(english)


def test_without_a_script_the_button_opens_the_page_with_everything_typed(owner: quotes.Firm, need: Need) -> None:
    published()
    answer = as_(owner.user).post(there(need), typed(need, labels="결절 위치 표시", min_age="abc"))
    page = text(answer)
    assert answer.status_code == 422 and "<html" in page and "<strong>1</strong>" in page
    assert "결절 위치 표시" in page and 'value="abc"' in page


def test_a_relaxation_is_applied_and_kept_and_nothing_typed_is_lost(owner: quotes.Firm, need: Need) -> None:
    published(temporal_start="2001", temporal_end="2003")
    browser = as_(owner.user)
    sent = typed(need, first_year="2015", last_year="2020", labels="결절", variables="크기, 위치", purpose="SCIENTIFIC_RESEARCH")
    assert 'value="PERIOD:"' in text(browser.post(there(need), sent, headers=HTMX))
    page = text(browser.post(there(need), {**sent, "relax": "PERIOD:"}))
    need.refresh_from_db()
    assert need.document.get("period") is None and need.document["labels"] == "결절" and need.title == "폐결절"
    assert "<strong>1</strong>" in page and 'value="2015"' not in page and "결절" in page and "크기" in page
    assert f'name="version" id="id_version" value="{need.version}"' in page


def test_a_relaxation_beside_something_wrong_keeps_both(owner: quotes.Firm, need: Need) -> None:
    published()
    answer = as_(owner.user).post(
        there(need), typed(need, exports_wanted=["RESULT_EXPORT"], min_age="abc", relax="EXPORT:RESULT_EXPORT")
    )
    need.refresh_from_db()
    assert answer.status_code == 422 and 'value="abc"' in text(answer) and "exports_wanted" not in need.document


def test_a_stale_page_says_so_instead_of_overwriting(owner: quotes.Firm, need: Need) -> None:
    answer = as_(owner.user).post(there(need), typed(need, version=need.version - 1, relax="PERIOD:"))
    before = need.document
    need.refresh_from_db()
    assert answer.status_code == 422 and need.document == before and need.title != "폐결절"


@pytest.mark.parametrize("wrong", ["", "EAT:", "ACCESS_MODE:NOWHERE", "VARIABLE:\x00", "PERIOD", ":::"])
def test_a_relaxation_that_nobody_offers_changes_nothing_else(owner: quotes.Firm, need: Need, wrong: str) -> None:
    answer = as_(owner.user).post(there(need), typed(need, labels="결절", relax=wrong))
    assert answer.status_code in (200, 422) and "결절" in text(answer)


def test_before_a_kind_of_data_is_ticked_the_place_says_what_is_missing(owner: quotes.Firm, need: Need) -> None:
    answer = as_(owner.user).post(there(need), {"version": need.version, "title": "폐결절"}, headers=HTMX)
    assert answer.status_code == 200 and "데이터 종류를 하나 이상" in text(answer) and "<strong>" not in text(answer)


def test_only_the_company_counts(owner: quotes.Firm, need: Need) -> None:
    assert as_(owner.colleague).post(there(need), typed(need), headers=HTMX).status_code == 200
    assert as_(quotes.firm().user).post(there(need), typed(need)).status_code == 404
    assert as_(providers.provider().user).post(there(need), typed(need)).status_code == 403
    assert as_(providers.person(Role.AUDITOR)).post(there(need), typed(need)).status_code == 403
    lost = as_().post(there(need), typed(need, labels="긴 설명"))
    assert lost.status_code == 401 and "긴 설명" in text(lost)
    note = as_().post(there(need), typed(need), headers=HTMX)
    assert note.status_code == 401 and "HX-Redirect" not in note and 'id="save-state"' not in text(note)


def test_a_need_that_was_asked_about_is_not_relaxed() -> None:
    at = quotes.stage()
    quotes.asked(at)
    answer = as_(at.firm.user).post(there(at.need), typed(at.need, relax="PERIOD:"))
    assert answer.status_code == 303


def test_demo_data_counts_only_for_demo_calls(owner: quotes.Firm, need: Need) -> None:
    published()
    assert "<strong>1</strong>" in text(as_(owner.user).post(there(need), typed(need), headers=HTMX))
    assert "<strong>0</strong>" in text(as_(owner.user).post(there(need), typed(need, round=""), headers=HTMX))


def counted(owner: quotes.Firm, need: Need) -> int:
    with CaptureQueriesContext(connection) as found:
        assert as_(owner.user).post(there(need), typed(need), headers=HTMX).status_code == 200
    return len(found)


def test_as_many_queries_for_thirty_datasets_as_for_one(owner: quotes.Firm, need: Need) -> None:
    hospital = providers.provider()
    providers.offer(hospital, published=True)
    one = counted(owner, need)
    for _ in range(29):
        providers.offer(hospital, published=True)
    assert counted(owner, need) == one
    assert counted(owner, need) == one - 4  # what was read already stays read


def test_what_is_kept_is_read_again_after_every_change(owner: quotes.Firm, need: Need) -> None:
    found = published(individuals=100)
    assert len(queries.near(real(need), need.round)) == 1
    Dataset.objects.filter(pk=found.pk).update(individuals=7)
    assert [c.individuals for c in queries.near(real(need), need.round)] == [7]
    type(found.institution).objects.filter(pk=found.institution_id).update(status="SUSPENDED")
    assert [c.holder.active for c in queries.near(real(need), need.round)] == [False]
    Dataset.objects.filter(pk=found.pk).update(publication="PAUSED")
    assert queries.near(real(need), need.round) == []


@pytest.mark.parametrize("most", ["MOST_KEPT", "MOST_PRICED"])
def test_a_process_that_has_read_much_keeps_what_is_asked_for_now(
    owner: quotes.Firm, need: Need, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    providers.offer(providers.provider(), published=True)
    before = queries.near(real(need), need.round)
    first = queries.reading._kept
    assert queries.near(real(need), need.round)[0] is before[0] and queries.reading._kept is first
    monkeypatch.setattr(queries.reading, most, 0)
    first.offers |= {(-number, ""): {} for number in range(2 * first.largest)}  # of other markets, not asked for now
    assert queries.near(real(need), need.round) == before and queries.reading._kept is not first


def test_a_line_alone_is_read_again_too(owner: quotes.Firm, need: Need) -> None:
    offer = providers.offer(providers.provider(), published=True)

    def work() -> list[tuple[str, ...]]:
        return [c.offer.processing for c in queries.near(real(need), need.round) if c.offer]

    assert work() == [("EXTRACTION", "LABELLING")] == work()
    offer.lines.filter(position=1).update(kind="LABOUR")
    assert work() == [("LABELLING", "LABOUR")]
    offer.lines.filter(position=1).delete()
    assert work() == [("LABELLING",)]
    OfferLine.objects.bulk_create([OfferLine(offer=offer, position=3, kind="EXTRACTION", unit="CASE", unit_price_won=1)])
    assert work() == [("EXTRACTION", "LABELLING")]
    other = providers.offer(providers.provider())
    offer.lines.filter(position=3).update(offer=other, position=9)
    assert work() == [("LABELLING",)]


def test_a_paused_offer_or_one_of_a_closed_dataset_is_none(owner: quotes.Firm, need: Need) -> None:
    offer = providers.offer(providers.provider(), published=True)
    assert [c.offer is not None for c in queries.near(real(need), need.round)] == [True]
    type(offer).objects.filter(pk=offer.pk).update(valid_to=clock.today() - timedelta(days=1))
    assert [c.offer for c in queries.near(real(need), need.round)] == [None]
    type(offer).objects.filter(pk=offer.pk).update(valid_to=None)
    Dataset.objects.filter(pk=offer.dataset_id).update(status="PLANNED")
    assert [c.offer for c in queries.near(real(need), need.round)] == [None]
    assert queries.near(real(need), None) == []  # a demo's institution


def test_the_near_candidates_are_those_of_the_ranking(owner: quotes.Firm, need: Need) -> None:
    hospital = providers.provider()
    providers.offer(hospital, published=True), published(modality=[]), published(modality=["ECG"])
    all_of_them = queries.candidates_for(need.round)
    wanted = [c for c in all_of_them if not c.modality or "CT" in c.modality]
    assert len(all_of_them) == 3 and sorted(queries.near(real(need), need.round), key=lambda c: c.id) == sorted(
        wanted, key=lambda c: c.id
    )


def real(need: Need) -> rules.Need:
    return rules.parse_need(need.document, queries.known_codes())


def test_the_form_page_asks_by_itself_and_has_a_button_without_a_script(owner: quotes.Firm, need: Need) -> None:
    page = text(as_(owner.user).get(f"/matching/needs/{need.ref}/edit/"))
    place = re.search(r'<div id="counted"[^>]*>', page)
    assert place and f'hx-post="{there(need)}"' in place.group() and 'hx-include="#need-form"' in place.group()
    assert re.search(rf'<button type="submit" form="need-form"[^>]*formaction="{there(need)}#h-fits"', page)


# ── Posting ──────────────────────────────────────────────────────────────────────────────────────────
def test_all_that_keeps_a_need_from_being_posted_is_said_at_once(owner: quotes.Firm, need: Need) -> None:
    browser, page = as_(owner.user), f"/en/matching/needs/{need.ref}/edit/"
    wrong = typed(
        need, title="", modality_IMAGING=[], min_age="70", max_age="20", disease_include="C34, XXX, YYY", labels="남는 말", go="1"
    )
    answer = browser.post(page, wrong)
    assert answer.status_code == 422 and "남는 말" in text(answer)
    for said in ("short name", "at least one kind of data", "youngest age is above", "“XXX” is neither", "“YYY” is neither"):
        assert said in text(answer), said
    draft = browser.post(page, typed(need, title="", modality_IMAGING=[]))  # kept as it is: a draft may lack much
    assert draft.status_code == 303

"""What a quote is for, and how much of it: begun with what the company wants, compared by quantity, read in either language."""

from typing import Any

import pytest

from tests.doors import as_
from tests.factories import quotes
from vouchers.matching.models import QuoteLine
from vouchers.matching.rules import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def text(answer: Any) -> str:
    return answer.content.decode()


def of_offer(quantity: int, **changes: Any) -> list[dict[str, Any]]:
    """As somebody who reads English hands it over."""
    line = {"kind": "LABELLING", "description": "Labelling", "unit": "case", "quantity": quantity, "unit_price_won": 20_000}
    return [{**line, "tax_kind": "TAXABLE", **changes}]


def test_the_form_begins_with_what_the_company_wants_and_says_when_it_is_less(at: quotes.Stage) -> None:
    request, provider = quotes.asked(at), as_(at.hospital.user)
    page = f"/matching/requests/{request.ref}/quote/"
    first = text(provider.get(page))
    assert 'name="line-1-quantity" value="2000"' in first and 'name="line-0-quantity" value="1"' in first
    assert "희망하는 환자 수는 2,000명이고, 최소 500명" in first and "최소 수량보다 적습니다" not in first
    typed = {f"line-0-{name}": str(value) for name, value in of_offer(499, unit="건")[0].items()}
    typed |= {f"line-0-{name}": str(at.hospital.institution.pk) for name in stages.PARTIES}
    shown = text(provider.post(page, {"line-TOTAL_FORMS": "1", "line-INITIAL_FORMS": "0", "preview": "1", **typed}))
    assert "최소 수량보다 적습니다" in shown and "견적 수량 499" in shown
    half = text(provider.post(page, {"line-TOTAL_FORMS": "1", "line-INITIAL_FORMS": "0", "add": "1", "line-0-quantity": "많이"}))
    assert "많이" in half and "최소 수량보다 적습니다" not in half


def test_lines_of_the_offer_are_read_in_either_language(at: quotes.Stage) -> None:
    made = quotes.quoted(at, lines=[*of_offer(1000), *of_offer(2, description="Courier", unit="box")])
    line = QuoteLine.objects.get(quote=made, position=1)
    assert (line.description, line.unit) == ("Labelling", "case")  # as it was written
    browser, provider = as_(at.firm.user), as_(at.hospital.user)
    need = f"/matching/needs/{at.need.ref}/"
    for reader, page in (
        (browser, f"/matching/quotes/{made.request.ref}/"), (browser, f"{need}compare/"),
        (provider, f"/matching/requests/{made.request.ref}/"),
    ):  # fmt: skip
        korean, english = text(reader.get(page)), text(reader.get(f"/en{page}"))
        assert "라벨링" in korean and "1,000 건" in korean and "1,000 case" not in korean, page
        assert ">Labelling" in english and "1,000 case" in english, page
        assert "Courier" in korean and "2 box" in korean, page  # nobody translated it


def test_the_agreeing_read_the_draft_in_their_language(at: quotes.Stage) -> None:
    draft, _secret = quotes.prepared(at, lines=of_offer(400))
    assert draft.content["lines"][0]["title_ko"] == "라벨링" and draft.content["lines"][0]["description"] == "Labelling"
    page = text(as_(quotes.approver(draft.request.institution.organisation)).get(f"/matching/requests/{draft.request.ref}/"))
    assert "라벨링" in page and "400 건" in page and "견적 수량 400" in page


def test_words_that_the_offer_does_not_say_stay_as_written(at: quotes.Stage) -> None:
    draft, _secret = quotes.prepared(at, lines=of_offer(600, kind="EXTRACTION"))
    assert "title_ko" not in draft.content["lines"][0]


def test_quantities_stand_beside_the_prices(at: quotes.Stage) -> None:
    quotes.quoted(at, lines=of_offer(400))
    browser = as_(at.firm.user)
    need = f"/matching/needs/{at.need.ref}/"
    compared, short = text(browser.get(f"{need}compare/")), text(browser.get(need))
    assert "1 건당 20,000원" in compared and "라벨링: 400 건 × 20,000원 = 8,000,000원" in compared
    for page in (compared, short):
        assert "400 건" in page and "견적 수량 400: 수요에 필요한 최소 환자 수 500명보다 적습니다" in page


def test_enough_is_no_warning(at: quotes.Stage) -> None:
    quotes.quoted(at, lines=of_offer(500))
    page = text(as_(at.firm.user).get(f"/matching/needs/{at.need.ref}/compare/"))
    assert "500 건" in page and "최소 환자 수" not in page

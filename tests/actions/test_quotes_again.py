"""What a match that ended leaves behind: the same can be asked for again, and the need waits for offers like any other."""

import pytest

from portal.journal.models import Event
from portal.kit.errors import Refused
from tests.doors import as_
from tests.factories import quotes
from vouchers.matching import actions
from vouchers.matching.models import Match, QuoteRequest
from vouchers.matching.queries.allocating import waiting_needs

pytestmark = pytest.mark.django_db
REASON = "사정이 바뀌었습니다."


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("ended_by", ["company", "provider", "portal"])
def test_after_its_match_ended_the_same_offer_is_asked_for_again_on_the_same_need(confirmed: bool, ended_by: str) -> None:
    at = quotes.stage()
    match = quotes.confirmed(at) if confirmed else quotes.accepted(at)
    first = match.quote.request
    with pytest.raises(Refused) as error:
        quotes.asked(at)
    assert error.value.code == "asked_already"
    if ended_by == "portal":
        assert actions.release_match(match_id=match.pk)
    else:
        actions.cancel_match(match_id=match.pk, reason=REASON, by=at.firm.user if ended_by == "company" else at.hospital.user)
    first.refresh_from_db()
    at.need.refresh_from_db()
    assert (first.status, at.need.status) == ("MATCH_ENDED", "POSTED")
    assert Event.objects.filter(name="quote_request.match_ended", subject_ref=first.ref).count() == 1
    second = quotes.asked(at)
    assert second.pk != first.pk and quotes.quoted(at, second).request == second
    with pytest.raises(Refused) as error:
        quotes.asked(at)
    assert error.value.code == "asked_already"
    new = actions.accept_quote(quote_id=second.quotes.get().pk, by=at.firm.user)
    assert actions.confirm_match(match_id=new.pk, by=at.hospital.user).status == "CONFIRMED"
    assert Match.objects.filter(need=at.need).count() == 2 and QuoteRequest.objects.filter(need=at.need).count() == 2


def test_a_need_whose_match_ended_waits_for_offers_again() -> None:
    at = quotes.stage()
    assert list(waiting_needs(at.round)) == [at.need]
    match = quotes.accepted(at)
    assert not waiting_needs(at.round).exists()
    actions.cancel_match(match_id=match.pk, reason=REASON, by=at.firm.user)
    assert list(waiting_needs(at.round)) == [at.need]


def test_the_result_can_be_ticked_again_and_the_old_page_says_what_became_of_it() -> None:
    at = quotes.stage()
    match = quotes.confirmed(at)
    company, tick = as_(at.firm.user), f'value="{at.offer.dataset.key}:{at.offer.ref}"'
    place = f"/matching/needs/{at.need.ref}/"
    assert tick not in company.get(place).content.decode()
    actions.cancel_match(match_id=match.pk, reason=REASON, by=at.firm.user)
    assert tick in company.get(place).content.decode()
    request = match.quote.request
    for who, page in ((at.firm.user, "quotes"), (at.hospital.user, "requests")):
        shown = as_(who).get(f"/matching/{page}/{request.ref}/").content.decode()
        assert "수락, 매칭 종료" in shown and "매칭이 끝나 견적 요청도 끝남" in shown
    assert as_(at.hospital.user).get("/matching/requests/?box=ended").content.decode().count(request.ref) >= 1

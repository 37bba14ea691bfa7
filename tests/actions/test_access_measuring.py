"""How long the steps of an institution took is measured over its newest cases and told to it once."""

from datetime import date, datetime, timedelta

import pytest

from portal.journal.models import Event
from portal.kit import clock
from portal.kit.clock import KST
from providers.institutions import actions as institutions
from providers.institutions.models import Institution
from providers.offers import queries as offers
from tests.factories import projects as p
from tests.factories import providers, quotes
from vouchers.access import actions, queries
from vouchers.access.models import AccessRequest, DataReview, EthicsReview
from vouchers.access.queries import measuring
from vouchers.matching import actions as matching
from vouchers.matching.models import QuoteRequest

pytestmark = pytest.mark.django_db


def took(request: AccessRequest, last: int, paused: int = 0) -> None:
    """Its IRB review ran from Monday, 8 March 2027, until that day of March."""
    begun, ended = (datetime(2027, 3, day, 10, tzinfo=KST) for day in (8, last))
    EthicsReview.objects.filter(request=request).update(started_at=begun, closed_at=ended, paused_days=paused)


def test_an_institution_is_told_the_median_of_its_cases_without_their_pauses():
    requests = [p.allowed().sites[0].request for _ in range(3)]
    board = requests[0].board
    for request, last, paused in zip(requests, (12, 16, 9), (1, 0, 0), strict=True):  # 4 − 1, 6 and 1 working days
        took(request, last, paused)
        assert board.pk not in {one.institution_id for one in queries.measured_days()}, "two cases say nothing"
        AccessRequest.objects.filter(pk=request.pk).update(board=board)
    assert actions.sync_measured_days() == 2  # the IRB and the DRB
    told = Institution.objects.get(pk=board.pk).measured_days
    assert told["irb_exemption"] == {"median": 3, "n": 3, "as_of": date(2027, 3, 16).isoformat()}
    assert told["drb"]["n"] == 3 and set(told) == {"irb_exemption", "drb"}
    assert actions.sync_measured_days() == 0
    assert Event.objects.filter(subject_ref=board.ref, name="institution.measured").count() == 2


def test_a_kind_of_data_has_days_of_its_own_once_there_were_enough_requests_for_it():
    requests = [p.allowed().sites[0].request for _ in range(4)]
    board = requests[0].board
    AccessRequest.objects.filter(pk__in=[one.pk for one in requests]).update(board=board)
    for request, last, kinds in zip(requests, (12, 16, 9, 31), (["CT"], ["CT", "ECG"], ["CT"], ["ECG"]), strict=True):
        took(request, last)
        asked = providers.dataset(providers.provider(), modality=kinds)
        QuoteRequest.objects.filter(pk=request.match.quote.request_id).update(dataset=asked)
    actions.sync_measured_days()
    told = Institution.objects.get(pk=board.pk).measured_days["irb_exemption"]
    assert told["by_modality"] == {"CT": {"median": 4, "n": 3}} and told["n"] == 4, "two requests for an ECG say nothing"
    alike = offers.reviewed_alike(providers.dataset(providers.provider()))  # chest CT of somebody else
    assert {(one.institution, one.n, one.own) for one in alike} == {(board, 3, False)}
    assert 4 in {one.median for one in alike}
    assert offers.reviewed_alike(asked) == [], "an ECG"


def test_a_review_that_is_still_open_or_had_no_clock_is_no_case():
    running = [p.in_review().sites[0].request for _ in range(3)]
    letters = [p.allowed().sites[0].request for _ in range(3)]
    for given in (running, letters):
        AccessRequest.objects.filter(pk__in=[one.pk for one in given]).update(board=given[0].board)
    for model in (EthicsReview, DataReview):
        model.objects.filter(request__in=letters).update(due_at=None)
    assert queries.measured_days() == []
    EthicsReview.objects.filter(request__in=letters).update(due_at=datetime(2027, 3, 31, tzinfo=KST))
    assert [(one.institution_id, one.step) for one in queries.measured_days()] == [(letters[0].board_id, "irb_exemption")]


def test_a_review_that_nobody_decided_is_no_case():
    """The company withdrew, or the other track refused: the board did not need so few days, it did not get to decide."""
    withdrawn, refused = p.in_review(), p.in_review()
    actions.withdraw(request_id=withdrawn.sites[0].request.pk, reason="과제 변경", by=withdrawn.firm.representative)
    p.decide_drb(refused.sites[0], "refuse", reason="결합 근거 없음", conditions="")
    ended = [at.sites[0].request.pk for at in (withdrawn, refused)]
    assert EthicsReview.objects.filter(request__in=ended, closed_at__isnull=False, due_at__isnull=False).count() == 2
    counted = {(board, step) for board, step, *_clock in measuring._cases() if step != "quote"}
    assert counted == {(refused.sites[0].request.board_id, "drb")}


@pytest.mark.parametrize("answered", [True, False])
def test_days_on_which_a_quote_waited_for_the_companys_answer_are_not_the_institutions(answered):
    with clock.at(datetime(2027, 3, 8, 10, tzinfo=KST)):  # a Monday
        at = quotes.stage()
        request = quotes.asked(at)
    with clock.at(datetime(2027, 3, 9, 10, tzinfo=KST)):
        matching.ask_clarification(request_id=request.pk, question="몇 건입니까?", by=at.hospital.user)
    with clock.at(datetime(2027, 3, 12, 10, tzinfo=KST)):
        if answered:
            matching.clarify(request_id=request.pk, answer="2,000건입니다.", by=at.firm.user)
        quotes.quoted(at, request)
    ((_institution, step, begun, ended, stood, _kinds),) = measuring._cases()
    assert (step, ended - begun, stood) == ("quote", timedelta(days=4), 3)


def test_an_institution_is_told_its_share_of_positive_answers_once_there_are_enough():
    site = p.allowed().sites[0]
    board = site.request.board
    least = site.request.match.quote.request.need.round.policy().disclosure_threshold
    assert actions.sync_measured_shares() > 0
    told = Institution.objects.get(pk=board.pk).measured_rates["review"]
    assert told["least"] == least and ("permille" in told) is (least <= 1)
    reviews = [p.allowed().sites[0].request for _ in range(2)]
    AccessRequest.objects.filter(pk__in=[one.pk for one in reviews]).update(board=board)
    DataReview.objects.filter(request=reviews[0]).update(status="REFUSED")
    share = next(one for one in queries.measured_shares() if (one.institution_id, one.kind) == (board.pk, "review"))
    assert (share.positive, share.n) == (2, 3)
    record = institutions.record_measured_rate(
        institution_id=board.pk, kind="review", positive=2, n=3, least=3, as_of=share.as_of
    )
    assert record.measured_rates["review"]["permille"] == 667
    actions.sync_measured_shares()
    assert actions.sync_measured_shares() == 0


def test_a_request_counts_by_its_answer():
    stage = quotes.stage()
    request = quotes.asked(stage)
    assert not [one for one in queries.measured_shares() if one.kind == "quote"], "nobody answered yet"
    matching.decline_request(request_id=request.pk, reason="처리 여력이 없습니다", by=stage.hospital.user)
    (share,) = queries.measured_shares()
    assert (share.institution_id, share.kind, share.positive, share.n) == (request.institution_id, "quote", 0, 1)
    QuoteRequest.objects.filter(pk=request.pk).update(status="WITHDRAWN")
    assert queries.measured_shares() == []

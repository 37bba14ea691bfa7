"""One message to several providers, and who opened it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import providers, quotes, rounds
from vouchers.companies import actions as companies
from vouchers.matching import actions, queries
from vouchers.matching.models import QuoteRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def another(at: quotes.Stage) -> Any:
    """A second hospital's offer."""
    return providers.offer(providers.provider(), published=True)


def ask(at: quotes.Stage, *offers: Any, **more: Any) -> Event:
    wanted = [(offer.dataset_id, offer.pk) for offer in offers]
    return actions.request_quotes(
        **{"need_id": at.need.pk, "wanted": wanted, "message": "견적을 부탁드립니다.", "by": at.firm.user, **more}
    )


# ── Several at once ──────────────────────────────────────────────────────────────────────────────────
def test_request_quotes_asks_each_on_its_own(at: quotes.Stage) -> None:
    other = another(at)
    event = ask(at, at.offer, other)
    rows = QuoteRequest.objects.order_by("pk")
    assert [row.offer for row in rows] == [at.offer, other] and {row.message for row in rows} == {"견적을 부탁드립니다."}
    assert event.data == {"sent": [row.ref for row in rows], "refused": []}
    assert Duty.objects.filter(verb="quote", closed_at=None).count() == 2
    assert Notice.objects.filter(template="quote_requested").values("user").distinct().count() == 2


def test_what_stops_one_stops_no_other_and_is_told(at: quotes.Stage) -> None:
    quotes.asked(at)
    paused, fine = another(at), another(at)
    type(paused).objects.filter(pk=paused.pk).update(status="PAUSED")
    event = ask(at, at.offer, paused, fine)
    assert [one["code"] for one in event.data["refused"]] == ["asked_already", "not_published"] and len(event.data["sent"]) == 1
    shown = queries.asked_at_once(at.need, event.seq)
    assert shown is not None
    assert [row.offer for row in shown.sent] == [fine]
    assert [dataset for dataset, _why in shown.not_sent] == [at.offer.dataset, paused.dataset]
    assert len({why for _dataset, why in shown.not_sent}) == 2
    assert queries.asked_at_once(at.need, event.seq + 1) is None
    assert queries.asked_at_once(quotes.need(at.firm, at.round), event.seq) is None


def test_request_quotes_refuses_the_whole_where_nobody_could_be_asked(at: quotes.Stage) -> None:
    with pytest.raises(NotAllowed):
        ask(at, at.offer, by=quotes.firm().user)
    with pytest.raises(Refused):
        ask(at)
    with pytest.raises(Refused) as error:
        ask(at, at.offer, message="가" * 2001)
    assert error.value.field == "message"
    with pytest.raises(Refused):
        ask(at, at.offer, need_id=quotes.need(at.firm, at.round, posted=False).pk)
    late = rounds.make_round(closes_at=clock.now() + timedelta(days=3))
    with pytest.raises(Refused) as error:
        ask(at, at.offer, need_id=quotes.need(at.firm, late).pk)
    assert error.value.code == "too_late_to_ask" and not QuoteRequest.objects.exists()


# ── Seen ─────────────────────────────────────────────────────────────────────────────────────────────
def opened(request: QuoteRequest, by: Any) -> int:
    companies.saw(request, of=request.need.company, what="need", by=by)
    return actions.note_views()


def test_a_request_is_seen_once_somebody_of_the_institution_opened_it(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    due = request.due_at
    for outsider in (at.firm.user, providers.provider().user, providers.person(Role.OPERATOR_CASE)):
        assert opened(request, outsider) == 0
    reader = providers.person(Role.IRB_LIAISON, at.hospital.organisation)
    assert opened(request, reader) == 1
    request.refresh_from_db()
    assert request.status == "VIEWED" and request.viewed_at is not None and request.due_at == due
    event = Event.objects.get(name="quote_request.viewed")
    assert (event.by, event.frm, event.to) == (reader, "SENT", "VIEWED")
    assert opened(request, at.hospital.user) == 0  # the first time counts
    assert Duty.objects.get(subject_ref=request.ref, verb="quote", closed_at=None).paused_at is None


def test_from_seen_everything_is_possible_as_before(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    opened(request, at.hospital.user)
    with pytest.raises(Refused):
        quotes.asked(at)  # it is still open
    request = actions.ask_clarification(request_id=request.pk, question="몇 건입니까?", by=at.hospital.user)
    request = actions.clarify(request_id=request.pk, answer="2,000건", by=at.firm.user)
    assert request.status == "VIEWED"
    assert quotes.quoted(at, request).number == 1
    other = quotes.asked(at, need_id=quotes.need(at.firm, at.round).pk)
    opened(other, at.hospital.user)
    assert (
        actions.decline_request(request_id=other.pk, reason="어렵습니다.", by=at.hospital.user).status == "DECLINED_BY_PROVIDER"
    )
    third = quotes.asked(at, need_id=quotes.need(at.firm, at.round).pk)
    opened(third, at.hospital.user)
    with clock.at(clock.now() + timedelta(days=70)):
        assert actions.expire_quotes() == 2  # and what was quoted: the call has closed
    third.refresh_from_db()
    assert third.status == "EXPIRED"
    with pytest.raises(IllegalStep):
        actions.withdraw_request(request_id=third.pk, by=at.firm.user)


def test_a_question_shows_that_it_was_seen(at: quotes.Stage) -> None:
    request = actions.ask_clarification(request_id=quotes.asked(at).pk, question="몇 건입니까?", by=at.hospital.user)
    assert request.viewed_at is not None


def test_the_database_wants_the_moment_and_keeps_one_live_request(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteRequest.objects.filter(pk=request.pk).update(status="VIEWED")
    opened(request, at.hospital.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteRequest(
            need=request.need, institution=request.institution, dataset=request.dataset, offer=request.offer,
            due_at=request.due_at, latest_at=request.latest_at, created_by=request.created_by,
        ).save()  # fmt: skip

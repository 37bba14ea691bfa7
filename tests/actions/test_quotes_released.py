"""What an application held that ended without an award is free again, once, and both sides are told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.rules import Role
from portal.journal.models import Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories import providers, quotes, rounds
from vouchers.applications import actions as applications
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.matching import actions as matching
from vouchers.matching.models import Match, QuoteRequest
from vouchers.objections import actions

pytestmark = pytest.mark.django_db
LATER = timedelta(days=60)  # the time to object has run out


def held(application: Application, capacity: int = 2) -> tuple[Match, Any]:
    """The application's match, of an offer that has one order less since."""
    match = Match.objects.get(pk=application.application_matches.get().match_id)
    offer = providers.offer(providers.provider(), published=True, capacity=capacity)
    QuoteRequest.objects.filter(pk=match.quote.request_id).update(offer=offer)
    type(offer).objects.filter(pk=offer.pk).update(open_capacity=capacity - 1)
    Match.objects.filter(pk=match.pk).update(order_taken_at=match.provider_confirmed_at)
    return match, offer


def open_orders(offer: Any) -> int:
    offer.refresh_from_db()
    return int(offer.open_capacity)


def test_not_eligible_frees_the_match_once_nobody_can_object_any_more() -> None:
    at = ev.panel(2, ineligible=1)
    kept, lost = (held(application) for application in at.applications)
    assert actions.release_matches(clock.now()) == 0  # the company may still object
    with clock.at(clock.now() + LATER):
        assert actions.release_matches() == 1
        assert actions.release_matches() == 0  # once
    match, offer = lost
    match.refresh_from_db()
    assert (match.status, open_orders(offer)) == ("RELEASED", 2)
    kept[0].refresh_from_db()
    assert (kept[0].status, open_orders(kept[1])) == ("CONFIRMED", 1)
    assert Event.objects.filter(name="match.released", subject_ref=match.ref).count() == 1
    told = Notice.objects.filter(template="match_released", subject_ref=match.ref).values_list("user_id", flat=True)
    assert match.institution.organisation is not None
    assert set(told) >= {at.firms[1].representative.pk} and len(told) > 1


def test_an_objection_that_is_not_decided_keeps_the_match() -> None:
    at = ev.panel(1, ineligible=1)
    application = at.applications[0]
    match, offer = held(application)
    row = actions.file_objection(
        application_id=application.pk, ground="FACTS", statement="다른 과제입니다. 다시 판단해 주십시오.",
        by=at.firms[0].representative,
    )  # fmt: skip
    reviewer = providers.person(Role.OBJECTION_REVIEWER)
    with clock.at(clock.now() + LATER):
        assert actions.release_matches() == 0
        actions.take_up(objection_id=row.pk, by=reviewer)
        actions.find_inadmissible(objection_id=row.pk, reason="기간이 지났습니다.", by=reviewer)
        assert actions.release_matches() == 1 and open_orders(offer) == 2
    match.refresh_from_db()
    assert match.status == "RELEASED"


def test_withdrawn_frees_after_the_closing_and_a_draft_that_was_never_handed_in_too() -> None:
    round_ = rounds.make_round()
    owner = make.firm()
    application = make.submitted(owner, round_)
    _match, offer = held(application)
    applications.withdraw(application_id=application.pk, reason="내년에 다시 신청합니다.", by=owner.representative)
    draft = make.draft(make.firm(), round_)
    _other, second = held(draft)
    assert actions.release_matches() == 0  # the company may begin anew with the same match
    with clock.at(clock.now() + LATER):
        assert actions.release_matches() == 2
    assert open_orders(offer) == open_orders(second) == 2


def test_a_match_in_another_application_of_the_company_stays() -> None:
    round_ = rounds.make_round()
    owner = make.firm()
    application = make.submitted(owner, round_)
    match, offer = held(application)
    applications.withdraw(application_id=application.pk, reason="다른 과제로 신청합니다.", by=owner.representative)
    ApplicationMatch.objects.create(application=make.submitted(make.firm(), round_), match=match)
    with clock.at(clock.now() + LATER):
        assert actions.release_matches() == 0
    assert open_orders(offer) == 1


def test_release_match_is_no_verb_of_a_person() -> None:
    application = make.submitted()
    match, _offer = held(application)
    with pytest.raises(NotAllowed):
        matching.release_match(match_id=match.pk, by=make.officer())


def test_the_database_frees_no_match_in_use_and_lends_none_that_was_freed() -> None:
    application = make.submitted()
    match, _offer = held(application)
    for status in ("SUBMITTED", "SELECTED"):
        Application.objects.filter(pk=application.pk).update(status=status)
        with pytest.raises(IntegrityError), transaction.atomic():
            Match.objects.filter(pk=match.pk).update(status="RELEASED")
    Application.objects.filter(pk=application.pk).update(status="NOT_SELECTED")
    Match.objects.filter(pk=match.pk).update(status="RELEASED")
    with pytest.raises(IntegrityError), transaction.atomic():
        Match.objects.filter(pk=match.pk).update(status="CONFIRMED")
    other = make.draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationMatch.objects.create(application=other, match=match)


def test_a_match_of_before_the_limit_gives_nothing_back_that_it_never_took() -> None:
    at = quotes.stage(capacity=None)
    match = quotes.confirmed(at)
    assert match.order_taken_at is None
    offer = type(at.offer).objects.get(pk=at.offer.pk)
    offer.capacity = offer.open_capacity = 3
    offer.capacity_since = clock.today().replace(month=1, day=1)
    offer.save()
    other = quotes.stage().firm
    request = quotes.asked(at, need_id=quotes.need(other, at.round).pk, by=other.user)
    second = confirmed_by(at, request, other)
    assert second.order_taken_at is not None and open_orders(offer) == 2
    matching.cancel_match(match_id=match.pk, reason="사정이 바뀌었습니다.", by=at.firm.user)
    assert open_orders(offer) == 2
    matching.cancel_match(match_id=second.pk, reason="사정이 바뀌었습니다.", by=other.user)
    assert open_orders(offer) == 3


def confirmed_by(at: quotes.Stage, request: QuoteRequest, firm: quotes.Firm) -> Match:
    match = matching.accept_quote(quote_id=quotes.quoted(at, request).pk, by=firm.user)
    return matching.confirm_match(match_id=match.pk, by=at.hospital.user)


def test_the_database_knows_no_order_of_a_match_that_nobody_confirmed() -> None:
    match = quotes.accepted(quotes.stage())
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Match.objects.filter(pk=match.pk).update(order_taken_at=clock.now())
    assert error.value.__cause__.diag.constraint_name == "match_order_of_confirmed"  # type: ignore[union-attr]

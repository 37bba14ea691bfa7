"""A match with which nobody applied is free again once its call closed: the order comes back once, and both sides are told."""

from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import DomainError, NotAllowed
from tests.actions.test_quotes_released import open_orders
from tests.committed import together
from tests.factories import applications as make
from tests.factories import providers, quotes, rounds
from vouchers.applications import actions
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.matching import actions as matching
from vouchers.matching.models import Match, Need

HOUR = timedelta(hours=1)


def free(match: Match, offer: Any) -> tuple[str, int]:
    match.refresh_from_db()
    return match.status, open_orders(offer)


@pytest.mark.django_db
def test_a_match_without_an_application_is_released_once_when_its_call_has_closed() -> None:
    at = quotes.stage(capacity=1)
    match = quotes.confirmed(at)
    closes_at = at.round.closes_at
    assert free(match, at.offer) == ("CONFIRMED", 0)
    assert actions.release_unused_matches(now=closes_at - timedelta(microseconds=1)) == 0
    with clock.at(closes_at):
        assert actions.release_unused_matches(now=closes_at) == 1
        assert actions.release_unused_matches(now=closes_at) == 0  # once
    assert free(match, at.offer) == ("RELEASED", 1)
    assert Event.objects.filter(name="match.unused", subject_ref=match.ref).count() == 1
    assert Need.objects.get(pk=at.need.pk).status == "POSTED"
    assert not Duty.objects.filter(subject_ref__in=[match.ref, match.quote.request.ref], closed_at__isnull=True).exists()
    for told in (at.firm.user, at.hospital.user):
        mail = Notice.objects.get(template="match_unused", user=told, language="ko")
        assert at.round.title_ko in mail.body and f"/matching/matches/{match.ref}/" in mail.body


@pytest.mark.django_db
def test_a_match_that_only_the_company_confirmed_is_released_too_and_gives_nothing_back() -> None:
    at = quotes.stage(capacity=1)
    match = quotes.accepted(at)
    with clock.at(at.round.closes_at):
        assert actions.release_unused_matches(now=at.round.closes_at) == 1
    assert free(match, at.offer) == ("RELEASED", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("timing", ["BEFORE_SELECTION", "AFTER_SELECTION"])
def test_a_call_that_takes_matches_later_keeps_them(timing: str) -> None:
    round_ = rounds.make_round(match_timing=timing)
    owner = make.firm()
    match = make.match(owner, make.need(owner, round_))
    assert actions.release_unused_matches(now=round_.closes_at + HOUR) == 0
    match.refresh_from_db()
    assert match.status == "CONFIRMED"


@pytest.mark.django_db
def test_a_need_of_no_call_keeps_its_match() -> None:
    owner = make.firm()
    row = Need(company=owner.company, title="상시", document={"modality": ["CT"]}, status="POSTED", created_by=owner.staff)
    row.save()
    make.match(owner, row)
    assert actions.release_unused_matches(now=clock.now() + timedelta(days=900)) == 0


@pytest.mark.django_db
def test_what_an_application_stands_on_or_its_company_may_still_choose_stays() -> None:
    round_ = rounds.make_round()
    owner, rival = make.firm(), make.firm()
    application = make.submitted(owner, round_)
    used = Match.objects.get(pk=application.application_matches.get().match_id)
    spare, unused = make.match(owner, used.need), make.match(rival, make.need(rival, round_))
    later = round_.closes_at + HOUR
    for status in ("SUBMITTED", "ELIGIBILITY_CHECK", "SUPPLEMENT_REQUESTED"):
        Application.objects.filter(pk=application.pk).update(status=status)
        assert actions.release_unused_matches(now=later) == (1 if status == "SUBMITTED" else 0)  # the rival's
        assert Match.objects.get(pk=spare.pk).status == Match.objects.get(pk=used.pk).status == "CONFIRMED"
    assert Match.objects.get(pk=unused.pk).status == "RELEASED"
    Application.objects.filter(pk=application.pk).update(status="ELIGIBLE")
    assert actions.release_unused_matches(now=later) == 1
    assert Match.objects.get(pk=spare.pk).status == "RELEASED" and Match.objects.get(pk=used.pk).status == "CONFIRMED"


@pytest.mark.django_db
def test_a_late_entry_keeps_what_its_company_may_choose_until_it_ends() -> None:
    owner, round_ = make.firm(), rounds.make_round()
    draft = make.start(owner, round_)
    match = make.match(owner, make.need(owner, round_))
    with clock.at(round_.closes_at + HOUR):
        late = actions.propose_late_entry(
            round_id=round_.pk, track_id=draft.track_id, company_id=owner.company.pk, person_id=owner.representative.pk,
            until=round_.closes_at + timedelta(days=1), reason="포털 장애로 마감 전에 제출하지 못함", by=make.officer(),
        )  # fmt: skip
        assert actions.release_unused_matches(now=clock.now()) == 0
        actions.reject_late_entry(
            late_entry_id=late.pk, reason="장애 기록이 없습니다.", by=providers.person(Role.MINISTRY_APPROVER)
        )
        assert actions.release_unused_matches(now=clock.now()) == 1
    match.refresh_from_db()
    assert match.status == "RELEASED"


@pytest.mark.django_db
def test_no_person_releases_a_match() -> None:
    match = quotes.confirmed(quotes.stage())
    with pytest.raises(NotAllowed):
        matching.release_match(match_id=match.pk, unused=True, by=match.company_confirmed_by)


# ── At once, with real commits ───────────────────────────────────────────────────────────────────────
def test_swept_twice_and_cancelled_at_once_gives_the_order_back_once(committed_db: str) -> None:
    at = quotes.stage(capacity=3)
    match = quotes.confirmed(at)

    def sweep() -> int:
        with clock.at(at.round.closes_at):
            return actions.release_unused_matches(now=at.round.closes_at)

    results = together(
        sweep, sweep, lambda: matching.cancel_match(match_id=match.pk, reason="사정이 생겼습니다.", by=at.hospital.user),
        behind=match.quote.request,
    )  # fmt: skip
    status, orders = free(match, at.offer)
    assert orders == 3 and status in {"RELEASED", "CANCELLED"}
    assert sum(result == 1 or isinstance(result, Match) for result in results) == 1
    assert Event.objects.filter(name__in=["match.unused", "match.cancelled"]).count() == 1


def test_chosen_at_the_last_moment_and_swept_at_once_one_wins(committed_db: str) -> None:
    owner, round_ = make.firm(), rounds.make_round()
    draft = make.start(owner, round_)
    match = make.match(owner, make.need(owner, round_))
    offer = providers.offer(providers.provider(), published=True, capacity=2)
    type(match.quote.request).objects.filter(pk=match.quote.request_id).update(offer=offer)
    type(offer).objects.filter(pk=offer.pk).update(open_capacity=1)
    Match.objects.filter(pk=match.pk).update(order_taken_at=match.provider_confirmed_at)
    results = together(
        lambda: actions.choose_match(application_id=draft.pk, match_id=match.pk, by=owner.staff),
        lambda: actions.release_unused_matches(now=round_.closes_at),
        behind=match,
    )
    if isinstance(results[0], ApplicationMatch):
        assert free(match, offer) == ("CONFIRMED", 1) and results[1] == 0
    else:
        assert isinstance(results[0], DomainError) and results[1] == 1 and free(match, offer) == ("RELEASED", 2)
        assert not ApplicationMatch.objects.exists()

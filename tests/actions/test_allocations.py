"""Offers of a round allocated: ordered, computed, published by a second person, lapsed. Nothing is reserved by it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from portal.accounts.rules import Role
from portal.journal.models import Event, Notice
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from providers.catalogue.models import Dataset
from providers.institutions import actions as institutions
from providers.offers import actions as offers
from providers.offers.actions.capacity import take_capacity
from providers.offers.models import Offer
from tests.factories import providers, quotes
from tests.factories.rounds import make_draft, make_round
from vouchers.ledger.models import Entry
from vouchers.matching import actions
from vouchers.matching.models import Allocation, OfferProposal, QuoteRequest
from vouchers.matching.queries import allocating as queries
from vouchers.matching.queries.allocated import lines
from vouchers.matching.rules import allocating
from vouchers.matching.rules.allocations import ABANDONED_AFTER_MINUTES, MOST_DEATHS, LeftOut
from vouchers.rounds.actions import cancel as close_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return stage_of_two()


def stage_of_two() -> Any:
    """One place, which two needs want."""
    found = quotes.stage(capacity=1)
    found.rival = quotes.firm()  # type: ignore[attr-defined]
    found.second = quotes.need(found.rival, found.round, title="간암 CT", patients_minimum=600)  # type: ignore[attr-defined]
    found.officer, found.approver = (providers.person(role) for role in (Role.MINISTRY_OFFICER, Role.MINISTRY_APPROVER))  # type: ignore[attr-defined]
    return found


@contextmanager
def refusal(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as error:
        yield
    assert error.value.code == code


def ordered(at: Any, **more: Any) -> Allocation:
    return actions.order_allocation(**{"round_id": at.round.pk, "by": at.officer, **more})


def computed(at: Any, **more: Any) -> Allocation:
    made = ordered(at, **more)
    assert actions.compute_allocations() == 1
    return Allocation.objects.get(pk=made.pk)


def published(at: Any) -> Allocation:
    return actions.publish_allocation(allocation_id=computed(at).pk, by=at.approver)


def events(row: Any) -> list[str]:
    return [event.name for event in Event.objects.filter(subject_ref=row.ref).order_by("seq")]


def test_order_then_compute(at: Any) -> None:
    made = ordered(at)
    assert (made.status, made.step, made.policy_number) == ("ORDERED", "WAITING", 1) and not OfferProposal.objects.exists()
    assert actions.compute_allocations() == 1 and actions.compute_allocations() == 0
    made.refresh_from_db()
    assert (made.status, made.step, made.engine) == ("COMPUTED", "DONE", allocating.ENGINE)
    body = json.loads(made.inputs)
    assert body["terms"] == queries.terms_of(at.round).document() and sum(body["weights"].values()) == 10_000
    assert {name for name, _places in body["needs"]} == {at.need.ref, at.second.ref}
    assert made.outputs["worth"] == made.outputs["bound"] >= made.outputs["greedy"]
    place = [name for _need, name, _score, _cost in made.outputs["pairs"]]
    assert place.count(f"{at.offer.dataset.key}:{at.offer.ref}") == 1  # one place, though both fit
    assert events(made) == ["allocation.ordered", "allocation.computed"]
    assert Notice.objects.get(subject_ref=made.ref, template="allocation_ready").user == at.officer


def test_computed_again_it_is_the_same(at: Any) -> None:
    first = computed(at)
    assert allocating.outcome(first.inputs).document() == {
        name: first.outputs[name] for name in ("pairs", "worth", "bound", "greedy", "place", "first")
    }
    second = computed(at)
    assert second.inputs == first.inputs and second.outputs == first.outputs
    assert Allocation.objects.get(pk=first.pk).status == "DISCARDED"


def test_publish_tells_both_sides_and_reserves_nothing(at: Any) -> None:
    before = (Offer.objects.get(pk=at.offer.pk).open_capacity, Entry.objects.count())
    row = published(at)
    made = list(OfferProposal.objects.order_by("pk"))
    assert made and {one.status for one in made} == {"OPEN"} and row.status == "PUBLISHED"
    days = queries.terms_of(at.round).lapse_days
    assert row.lapses_at == made[0].lapses_at == workdays.due_at(clock.now(), days)
    assert {one.need.company.organisation_id for one in made} <= {
        at.firm.company.organisation_id,
        at.rival.company.organisation_id,
    }
    assert all(one.words["ko"] and len(one.words["ko"]) == len(one.words["en"]) for one in made)
    told = {(notice.template, notice.user) for notice in Notice.objects.filter(template__in=["offer_proposed", "needs_proposed"])}
    assert ("needs_proposed", at.hospital.user) in told and len(told) > len({one.need_id for one in made})
    assert (Offer.objects.get(pk=at.offer.pk).open_capacity, Entry.objects.count()) == before
    assert not QuoteRequest.objects.exists()
    liaison = providers.person(Role.IRB_LIAISON, at.hospital.organisation)  # of the institution, but deals with no requests
    assert OfferProposal.objects.visible_to(at.hospital.user).exists() and not OfferProposal.objects.visible_to(liaison).exists()
    assert events(row)[-1] == "allocation.published" and events(made[0]) == ["offer_proposal.made"]


def test_whoever_ordered_it_does_not_publish_it(at: Any) -> None:
    own = Allocation(round=at.round, ordered_by=at.approver)  # as if a person held both roles
    own.save()
    assert actions.compute_allocations() == 1
    with refusal("four_eyes"):
        actions.publish_allocation(allocation_id=own.pk, by=at.approver)
    with pytest.raises(NotAllowed):
        actions.publish_allocation(allocation_id=own.pk, by=at.officer)
    for stranger in (at.firm.user, at.hospital.user, at.approver):
        with pytest.raises(NotAllowed):
            ordered(at, by=stranger)
    with pytest.raises(IntegrityError, match="allocation_four_eyes"), transaction.atomic():
        Allocation.objects.filter(pk=own.pk).update(
            status="PUBLISHED", published_by=at.approver, published_at=clock.now(), lapses_at=clock.now()
        )


def test_a_company_takes_a_proposal_up_by_asking_for_a_quote(at: Any) -> None:
    published(at)
    one = OfferProposal.objects.filter(offer=at.offer).get()
    owner = at.firm if one.need == at.need else at.rival
    at.need, at.firm = one.need, owner
    quotes.confirmed(at)
    assert OfferProposal.objects.get(pk=one.pk).status == "ENDED"  # it served its purpose
    assert one.need.ref not in {need.ref for need in queries.waiting_needs(at.round)}  # and it waits for nothing more


def test_what_companies_chose_is_compared(at: Any) -> None:
    quotes.asked(at)
    row = computed(at)
    name, score = row.outputs["chosen"][at.need.ref]
    assert name == f"{at.offer.dataset.key}:{at.offer.ref}" and score > 0
    found, totals = lines(row)
    mine = next(line for line in found if line.need == at.need)
    assert mine.chosen and mine.gain == (mine.proposed[0][1] if mine.proposed else 0) - score
    assert next(line for line in found if line.need == at.second).gain is None
    assert totals.needs == 2 and totals.chosen == 1 and totals.gain + totals.lose + totals.same == 1
    assert totals.gap == 0


def test_one_budget_for_all_is_kept(at: Any) -> None:
    assert at.offer.floor_won
    row = computed(at, budget_won=at.offer.floor_won - 1)
    assert sum(cost for *_pair, cost in row.outputs["pairs"]) < at.offer.floor_won
    assert row.outputs["worth"] <= row.outputs["bound"] and json.loads(row.inputs)["budget_won"] == at.offer.floor_won - 1
    with refusal("bad_budget"):
        ordered(at, budget_won=0)


def test_the_database_keeps_to_the_budget(at: Any) -> None:
    row = actions.publish_allocation(allocation_id=computed(at, budget_won=at.offer.floor_won).pk, by=at.approver)
    one = row.proposals.get()
    need = at.second if one.need == at.need else at.need
    beyond = (
        "INSERT INTO vouchers_offerproposal (ref, created_at, updated_at, version, allocation_id, need_id, institution_id, dataset_id,"
        " offer_id, price_won, score, words, status, lapses_at) SELECT 'ofp-x', now(), now(), 0, allocation_id, %s, institution_id,"
        " dataset_id, offer_id, price_won, score, words, status, lapses_at FROM vouchers_offerproposal WHERE id = %s"
    )
    assert "more than the budget" in refused(beyond, need.pk, one.pk)


def test_proposals_lapse(at: Any) -> None:
    row = published(at)
    assert actions.lapse_proposals(row.lapses_at - timedelta(seconds=1)) == 0
    assert actions.lapse_proposals(row.lapses_at) == row.proposals.count() and actions.lapse_proposals(row.lapses_at) == 0
    one = OfferProposal.objects.first()
    assert one and one.status == "LAPSED" and events(one) == ["offer_proposal.made", "offer_proposal.lapsed"]


def test_a_newer_publication_replaces_the_older_one(at: Any) -> None:
    published(at)
    old = set(OfferProposal.objects.values_list("pk", flat=True))
    second = published(at)
    assert set(OfferProposal.objects.open().values_list("allocation", flat=True)) == {second.pk}
    assert set(OfferProposal.objects.filter(status="WITHDRAWN").values_list("pk", flat=True)) == old


def test_what_no_longer_stands_is_not_proposed(at: Any) -> None:
    row = computed(at)
    for owner, need in ((at.firm, at.need), (at.rival, at.second)):
        actions.close_need(need_id=need.pk, by=owner.user)
    with refusal("nothing_left"):
        actions.publish_allocation(allocation_id=row.pk, by=at.approver)
    with refusal("no_needs"):
        ordered(at)


# ── What no longer holds when it is published ────────────────────────────────────────────────────────
def dearer(at: Any, offer: Offer, **values: Any) -> None:
    more = [replace(line, unit_price_won=line.unit_price_won + (0 if values else 1)) for line in providers.lines()]
    offer.refresh_from_db()
    offers.edit(
        offer_id=offer.pk, version=offer.version, values=providers.values(**values), lines=more, dataset=offer.dataset,
        by=at.hospital.user,
    )  # fmt: skip


def taken(_at: Any, offer: Offer) -> None:
    for _turn in range(offer.open_capacity or 0):
        take_capacity(offer_id=offer.pk, by=None)


def unavailable(_at: Any, offer: Offer) -> None:
    assert offer.dataset is not None
    Dataset.objects.filter(pk=offer.dataset.pk).update(status="PLANNED")


def suspended(at: Any, offer: Offer) -> None:
    institutions.suspend(institution_id=offer.institution_id, reason="자료 점검", by=None)


def need_changed(at: Any, offer: Offer) -> None:
    need = at.pairs[f"{offer.dataset.key}:{offer.ref}"]
    owner = at.firm if need == at.need else at.rival
    actions.save_need(
        need_id=need.pk, company_id=owner.company.pk, round_id=at.round.pk, title=need.title,
        document={**need.document, "patients_wanted": 2100}, by=owner.user,
    )  # fmt: skip


CHANGES = {
    "PRICE": dearer,
    "CHANGED": lambda at, offer: dearer(at, offer, lead_time_days=41),
    "GONE": lambda at, offer: offers.pause(offer_id=offer.pk, by=at.hospital.user),
    "FULL": taken,
    "UNAVAILABLE": unavailable,
    "SUSPENDED": suspended,
    "NEED": need_changed,
}


@pytest.mark.parametrize("code", CHANGES)
def test_what_changed_since_is_left_out_with_its_reason(at: Any, code: str) -> None:
    elsewhere = providers.provider()
    other = providers.offer(elsewhere, published=True, capacity=1)
    row = computed(at)
    at.pairs = {name: {at.need.ref: at.need, at.second.ref: at.second}[need] for need, name, *_rest in row.outputs["pairs"]}
    assert len(at.pairs) == 2  # one place each
    hit = at.offer
    CHANGES[code](at, hit)
    before = queries.holding(row)
    assert before.pairs and [one[1] for one in before.left] == [f"{hit.dataset.key}:{hit.ref}"]
    assert before.left[0][2] == code
    found = actions.publish_allocation(allocation_id=row.pk, by=at.approver)
    assert [one.offer for one in OfferProposal.objects.all()] == [other]
    assert found.left_out == [list(one) for one in before.left]
    assert Event.objects.get(name="allocation.published").data == {"proposals": 1, "left_out": 1}
    shown, totals = lines(found)
    assert (totals.proposed, totals.left) == (1, 1)
    assert [str(word) for line in shown for _title, word in line.left] == [str(LeftOut.word(code))]


def test_an_allocation_is_published_only_where_a_match_still_counts(at: Any) -> None:
    row = computed(at)
    close_round(round_id=at.round.pk, reason="예산 사정", by=None)
    assert queries.hindrance(row)
    with refusal("round_not_open"):
        actions.publish_allocation(allocation_id=row.pk, by=at.approver)
    assert not OfferProposal.objects.exists()


# ── Workers that die ─────────────────────────────────────────────────────────────────────────────────
def test_a_worker_that_died_is_followed_by_another(at: Any) -> None:
    made = ordered(at)
    long_ago = clock.now() - timedelta(hours=2)
    Allocation.objects.filter(pk=made.pk).update(claimed_at=clock.now())
    assert actions.compute_allocations() == 0  # somebody is at it
    Allocation.objects.filter(pk=made.pk).update(claimed_at=long_ago)
    assert actions.compute_allocations() == 1
    row = Allocation.objects.get(pk=made.pk)
    assert (row.status, row.deaths) == ("COMPUTED", 1)


def test_one_that_keeps_killing_its_workers_is_given_up_and_ordered_again(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made, real = ordered(at, budget_won=90_000_000), queries.case_of
    monkeypatch.setattr(queries, "case_of", lambda _round: (_ for _ in ()).throw(SystemExit))  # nothing is written after that
    for _turn in range(MOST_DEATHS):
        with pytest.raises(SystemExit):
            actions.compute_allocations()
        Allocation.objects.filter(pk=made.pk).update(claimed_at=clock.now() - timedelta(hours=2))
    assert actions.compute_allocations() == 0
    made.refresh_from_db()
    assert (made.status, made.deaths) == ("FAILED", MOST_DEATHS) and str(MOST_DEATHS) in made.reason
    assert Notice.objects.get(subject_ref=made.ref).user == at.officer and events(made)[-1] == "allocation.failed"
    monkeypatch.setattr(queries, "case_of", real)
    again = actions.order_again(allocation_id=made.pk, by=at.officer)
    assert (again.status, again.budget_won, again.deaths) == ("ORDERED", 90_000_000, 0)
    assert actions.compute_allocations() == 1
    with pytest.raises(NotAllowed):
        actions.order_again(allocation_id=made.pk, by=at.approver)


def test_each_is_claimed_when_its_turn_comes(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waited long for the one before it is not taken for abandoned by another sweep."""
    other = quotes.need(at.firm, make_round(by=at.officer), title="다른 회차의 수요")
    first, second_ = ordered(at), ordered(at, round_id=other.round_id)
    real = queries.case_of
    with time_machine.travel(clock.now(), tick=False) as travel:

        def slow(round_: Any) -> Any:
            travel.shift(timedelta(minutes=2 * ABANDONED_AFTER_MINUTES))
            return real(round_)

        monkeypatch.setattr(queries, "case_of", slow)
        begun = clock.now()
        assert actions.compute_allocations() == 2
    first.refresh_from_db()
    second_.refresh_from_db()
    assert first.claimed_at == begun and second_.claimed_at == begun + timedelta(minutes=2 * ABANDONED_AFTER_MINUTES)


def test_discarded_while_it_is_computed(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made, real = ordered(at), queries.case_of

    def meanwhile(round_: Any) -> Any:
        actions.discard_allocation(allocation_id=made.pk, reason="잘못 요청함", by=at.officer)
        return real(round_)

    monkeypatch.setattr(queries, "case_of", meanwhile)
    assert actions.compute_allocations() == 0
    made.refresh_from_db()
    assert (made.status, made.inputs, made.reason) == ("DISCARDED", "", "잘못 요청함")


def test_a_failure_is_told_and_kept(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> Any:
        raise ArithmeticError("the flow has no optimum")

    made = ordered(at)
    monkeypatch.setattr(queries, "case_of", broken)
    assert actions.compute_allocations() == 1
    made.refresh_from_db()
    assert made.status == "FAILED" and "no optimum" in made.reason
    assert Notice.objects.get(subject_ref=made.ref, template="allocation_ready").user == at.officer
    with pytest.raises(IllegalStep):
        actions.publish_allocation(allocation_id=made.pk, by=at.approver)


def test_only_a_round_that_is_open_to_needs(at: Any) -> None:
    with refusal("round_not_open"):
        ordered(at, round_id=make_draft().pk)


def test_discard_needs_a_reason(at: Any) -> None:
    row = computed(at)
    with refusal("reason_missing"):
        actions.discard_allocation(allocation_id=row.pk, reason=" ", by=at.officer)


def refused(sql: str, *values: Any) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(error.value)


def test_the_database_keeps_what_was_computed(at: Any) -> None:
    row = computed(at)
    table = "UPDATE vouchers_allocation SET "
    assert "as it was computed" in refused(table + "outputs = '{}' WHERE id = %s", row.pk)
    assert "as it was ordered" in refused(table + "budget_won = 1 WHERE id = %s", row.pk)
    assert "as it was computed" in refused(table + "inputs = 'x' WHERE id = %s", row.pk)
    assert "allocation_published" in refused(table + "published_at = now() WHERE id = %s", row.pk)
    assert "allocation_reason" in refused(table + "status = 'DISCARDED' WHERE id = %s", row.pk)
    assert "allocation_left_out" in refused(table + """left_out = '[["a", "b", "GONE"]]' WHERE id = %s""", row.pk)
    assert "allocation_deaths" in refused(table + "deaths = 3 WHERE id = %s", row.pk)
    assert "are kept" in refused("DELETE FROM vouchers_allocation WHERE id = %s", row.pk)
    made = ordered(at)
    assert "not that of the inputs" in refused(table + "inputs_sha256 = repeat('a', 64) WHERE id = %s", made.pk)
    assert "allocation_computed" in refused(table + "status = 'COMPUTED' WHERE id = %s", made.pk)
    assert "allocation_one_open" in refused(
        "INSERT INTO vouchers_allocation (ref, created_at, updated_at, version, round_id, status, step, ordered_by_id, engine, inputs,"
        " inputs_sha256, outputs, reason, deaths, left_out) SELECT 'alc-x', now(), now(), 0, round_id, 'ORDERED', 'WAITING', ordered_by_id, '', '', '', '{}', '', 0, '[]'"
        " FROM vouchers_allocation WHERE id = %s", made.pk,
    )  # fmt: skip


def test_the_database_keeps_proposals(at: Any) -> None:
    row = published(at)
    one = row.proposals.first()
    assert one is not None
    table = "UPDATE vouchers_offerproposal SET "
    assert "only ends" in refused(table + "score = 1 WHERE id = %s", one.pk)
    assert "is over" in refused("UPDATE vouchers_allocation SET reason = 'x' WHERE id = %s", row.pk)
    assert "are kept" in refused("DELETE FROM vouchers_offerproposal WHERE id = %s", one.pk)
    copied = (
        "INSERT INTO vouchers_offerproposal (ref, created_at, updated_at, version, allocation_id, need_id, institution_id, dataset_id,"
        " score, words, status, lapses_at) SELECT 'ofp-x', now(), now(), 0, {allocation}, need_id, institution_id, dataset_id, {score},"
        " words, status, lapses_at FROM vouchers_offerproposal WHERE id = %s"
    )
    assert "offer_proposal_once" in refused(copied.format(allocation="allocation_id", score="score"), one.pk)
    assert "offer_proposal_score" in refused(copied.format(allocation="allocation_id", score="10001"), one.pk)
    of_offer = copied.replace(" lapses_at)", " lapses_at, offer_id, price_won)").replace(
        ", lapses_at FROM", ", lapses_at, {offer} FROM"
    )
    for offer in ("offer_id, price_won + 1", "offer_id, NULL", "NULL, 1"):
        assert "offer_proposal_costs" in refused(of_offer.format(allocation="allocation_id", score="score", offer=offer), one.pk)
    other = computed(at)
    assert "only a published" in refused(copied.format(allocation=other.pk, score="score"), one.pk)
    actions.lapse_proposals(row.lapses_at)
    assert "only ends" in refused(table + "status = 'OPEN' WHERE id = %s", one.pk)


def test_the_number_of_queries_does_not_depend_on_the_needs(at: Any, django_assert_num_queries: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        lines(row)  # the process reads what is new to it
        with CaptureQueriesContext(connection) as found:
            queries.case_of(at.round)
            lines(row)
        return len(found)

    row = computed(at)
    few = asked()
    for _turn in range(5):
        quotes.need(at.firm, at.round)
    row = computed(at)
    assert asked() == few

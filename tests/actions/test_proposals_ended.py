"""What was proposed for a need ends when the need is changed, served or closed: neither side reads what stands no longer."""

from typing import Any

import pytest

from portal.journal.models import Event
from portal.kit.errors import Refused
from tests.actions.test_allocations import computed, published, stage_of_two
from tests.committed import second, together
from tests.doors import as_
from tests.factories import quotes
from vouchers.matching import actions
from vouchers.matching.models import Need, OfferProposal
from vouchers.matching.queries.proposed import proposed_for


def saved(need: Need, by: Any, *, title: str = "", **changes: Any) -> Need:
    return actions.save_need(
        need_id=need.pk, company_id=need.company_id, round_id=need.round_id, title=title or need.title,
        document={**need.document, **changes}, by=by,
    )  # fmt: skip


def proposed() -> tuple[Any, OfferProposal, Any]:
    """The stage, its one proposal, and the firm that it went to."""
    at = stage_of_two()
    published(at)
    one = OfferProposal.objects.select_related("need").get()
    return at, one, at.firm if one.need == at.need else at.rival


def ended(one: OfferProposal) -> bool:
    one.refresh_from_db()
    told = Event.objects.filter(name="offer_proposal.ended", subject_ref=one.ref).count()
    assert told == (one.status == "ENDED")
    return bool(told)


@pytest.mark.django_db
def test_a_need_that_closes_ends_what_was_proposed_for_it() -> None:
    at, one, firm = proposed()
    provider = as_(at.hospital.user)
    assert one.dataset.title_ko in provider.get("/matching/proposals/").content.decode()
    actions.close_need(need_id=one.need_id, by=firm.user)
    assert ended(one)
    assert one.dataset.title_ko not in provider.get("/matching/proposals/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"patients_minimum": 900}, {"modality": ["MRI"]}, {"budget_won": 300_000_000}])
def test_a_need_that_changes_ends_what_was_proposed_for_the_earlier_one(change: dict[str, Any]) -> None:
    _at, one, firm = proposed()
    saved(one.need, firm.user, **change)
    assert ended(one)
    assert proposed_for(one.need, []) == []


@pytest.mark.django_db
def test_a_need_for_another_call_ends_it_too_and_another_title_does_not() -> None:
    _at, one, firm = proposed()
    saved(one.need, firm.user, title="다른 이름")
    assert not ended(one)
    actions.save_need(
        need_id=one.need_id,
        company_id=one.need.company_id,
        round_id=None,
        title="다른 이름",
        document=one.need.document,
        by=firm.user,
    )
    assert ended(one)


@pytest.mark.django_db
def test_a_match_elsewhere_ends_what_was_proposed() -> None:
    at, one, firm = proposed()
    other = quotes.stage().hospital
    offer = quotes.providers.offer(other, published=True)
    request = quotes.asked(
        at, need_id=one.need_id, institution_id=other.institution.pk, dataset_id=offer.dataset_id, offer_id=offer.pk, by=firm.user
    )
    quote = quotes.quoted(at, request, by=other.user)
    match = actions.accept_quote(quote_id=quote.pk, by=firm.user)
    assert not ended(one)
    actions.confirm_match(match_id=match.pk, by=other.user)
    assert ended(one)


@pytest.mark.django_db
def test_a_draft_and_an_unchanged_need_end_nothing() -> None:
    _at, one, firm = proposed()
    saved(one.need, firm.user)
    assert not ended(one)


def test_a_need_that_changes_while_it_is_proposed_for_is_not_proposed_for(committed_db: str) -> None:
    """Whoever is first: no proposal stands for the document of before."""
    at = stage_of_two()
    row = computed(at)
    name = row.outputs["pairs"][0][0]
    need = Need.objects.get(ref=name)
    firm = at.firm if need == at.need else at.rival
    results = together(
        lambda: saved(need, firm.user, patients_minimum=900),
        lambda: second(lambda: actions.publish_allocation(allocation_id=row.pk, by=at.approver)),
        behind=need,
    )
    assert isinstance(results[0], Need) and isinstance(results[1], Refused), results
    assert not OfferProposal.objects.open().exists()

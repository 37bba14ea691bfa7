"""An allocation is published while a provider changes its price, or an officer has it computed anew: on real connections."""

import pytest

from portal.kit.errors import Refused
from tests.actions.test_allocations import computed, dearer, ordered, stage_of_two
from tests.committed import second, together
from vouchers.matching import actions
from vouchers.matching.models import Allocation, OfferProposal

pytestmark = pytest.mark.usefixtures("committed_db")


def test_a_price_that_changes_while_it_is_published() -> None:
    """Either the proposal has the old price and stood before, or it is not made."""
    at = stage_of_two()
    row = computed(at)
    results = together(
        lambda: dearer(at, at.offer), lambda: second(lambda: actions.publish_allocation(allocation_id=row.pk, by=at.approver)),
        behind=at.offer,
    )  # fmt: skip
    assert results[0] is None and isinstance(results[1], Refused) and results[1].code == "nothing_left", results
    assert not OfferProposal.objects.exists()


def test_publishing_and_ordering_anew_at_once() -> None:
    at = stage_of_two()
    row = computed(at)
    results = together(
        lambda: actions.publish_allocation(allocation_id=row.pk, by=at.approver),
        lambda: second(lambda: ordered(at)),
        behind=at.round,
    )
    assert all(isinstance(one, Allocation) for one in results), results
    assert sorted(Allocation.objects.values_list("status", flat=True)) == ["ORDERED", "PUBLISHED"]

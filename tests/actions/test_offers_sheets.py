"""Two uploads at once: one is applied whole, the other is told that it came too late."""

import pytest

from providers.offers import actions, rules
from providers.offers.models import Offer, OfferLine
from tests.committed import together
from tests.factories import providers


def change(offer: Offer, days: int) -> rules.Change:
    values = {name: getattr(offer, name) for name in actions.FIELDS} | {"lead_time_days": days}
    return rules.Change(offer.ref, offer.version, values, tuple(providers.lines()), offer.dataset.key)


def test_edit_many_by_two_at_once_applies_one_whole(committed_db: str) -> None:
    owner = providers.provider()
    offers = [providers.offer(owner, published=True) for _ in range(3)]
    uploads = [[change(offer, days) for offer in order] for days, order in ((11, offers), (22, offers[::-1]))]
    results = together(
        *(lambda changes=changes: actions.edit_many(changes=changes, by=owner.user) for changes in uploads), behind=offers[0]
    )
    refused = [result for result in results if isinstance(result, rules.NotApplied)]
    assert len(refused) == 1 and {wrong.field for wrong in refused[0].wrong} == {"version"}
    assert {wrong.ref for wrong in refused[0].wrong} == {offer.ref for offer in offers}
    done = {offer.lead_time_days for offer in Offer.objects.all()}
    assert len(done) == 1 and done <= {11, 22}
    assert OfferLine.objects.count() == 6


@pytest.mark.django_db
def test_edit_many_changes_none_when_one_is_refused() -> None:
    owner, other = providers.provider(), providers.provider()
    mine, foreign = providers.offer(owner), providers.offer(other)
    with pytest.raises(rules.NotApplied) as refused:
        actions.edit_many(changes=[change(mine, 5), change(foreign, 5)], by=owner.user)
    assert [(wrong.ref, wrong.field) for wrong in refused.value.wrong] == [(foreign.ref, "ref")]
    assert not Offer.objects.filter(lead_time_days=5).exists()

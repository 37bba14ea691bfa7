"""How many orders an offer still takes in its period: taken, given back, renewed when the next period begins."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.journal.actions import each
from portal.journal.actions import record as journal
from portal.kit import clock
from portal.kit.errors import Refused
from providers.offers import rules
from providers.offers.actions.offering import locked
from providers.offers.models import Offer


@transaction.atomic
def take_capacity(*, offer_id: int, by: Any) -> Offer:
    """One order is taken (a match was confirmed). Refused when none is open. Writes: open_capacity, Event."""
    offer = locked(offer_id)
    renewed(offer)
    if offer.open_capacity is None:
        return offer
    if offer.open_capacity == 0:
        raise Refused(_("This offer takes no more orders in this period. Choose another one or ask the institution."), "full")
    offer.open_capacity -= 1
    offer.save()
    journal("offer.capacity_taken", offer, by=by, organisations=offer.organisation_ids())
    return offer


@transaction.atomic
def give_back_capacity(*, offer_id: int, by: Any, taken_at: datetime | None = None) -> Offer:
    """A taken order fell away. taken_at: when it was taken: one of an earlier period leaves nothing free in this one.

    Writes: open_capacity, Event.
    """
    offer = locked(offer_id)
    renewed(offer)
    if taken_at is not None and offer.capacity_since and clock.to_kst(taken_at).date() < offer.capacity_since:
        return offer
    if offer.open_capacity is not None and offer.capacity is not None and offer.open_capacity < offer.capacity:
        offer.open_capacity += 1
        offer.save()
        journal("offer.capacity_given_back", offer, by=by, organisations=offer.organisation_ids())
    return offer


def renewed(offer: Offer) -> bool:
    """A locked offer whose period has turned takes its whole capacity again. Writes: open_capacity, capacity_since, Event."""
    if offer.capacity is None or offer.capacity_since is None:
        return False
    start = rules.period_start(offer.capacity_period, clock.today())
    if start <= offer.capacity_since:
        return False
    before, offer.open_capacity, offer.capacity_since = offer.open_capacity, offer.capacity, start
    offer.save()
    data = {"open_capacity": offer.open_capacity, "before": before, "since": start.isoformat()}
    journal("offer.capacity_renewed", offer, by=None, organisations=offer.organisation_ids(), data=data)
    return True


def renew_capacities() -> int:
    """Every offer whose period has turned (sweep). Idempotent; each in its own transaction. Returns: how many were renewed."""
    today = clock.today()
    turned = Q()
    for period in rules.Period:
        turned |= Q(capacity_period=period, capacity_since__lt=rules.period_start(period, today))
    due = Offer.objects.filter(turned).exclude(status=rules.OfferStatus.RETIRED).order_by("pk").values_list("pk", flat=True)
    return each("offers.renew_capacities", due, _renew)


@transaction.atomic
def _renew(offer_id: int) -> bool:
    return renewed(locked(offer_id))

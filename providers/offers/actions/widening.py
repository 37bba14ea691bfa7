"""A dataset says less than before: offers that promise more than it does now wait until their institution mends them."""

from django.db import transaction

from portal.journal.actions import each
from providers.offers import notices, queries, rules
from providers.offers.actions.offering import _journal, _wider, locked
from providers.offers.models import Offer


def sync_wider() -> int:
    """Published offers that are wider than their dataset are paused; what was asked for already goes on. Idempotent (sweep).

    Writes: Offer PAUSED, Event offer.outgrown, Notice of the institution; each in its own transaction. Returns: how many.
    """
    return each("offers.sync_wider", queries.wider_than_dataset(), _pause)


@transaction.atomic
def _pause(offer_id: int) -> bool:
    offer = locked(offer_id)
    fields = _wider(offer)
    if offer.status != rules.OfferStatus.PUBLISHED or not fields:
        return False
    before, offer.status = offer.status, rules.LIFECYCLE.step(offer.status, "pause")
    offer.save()
    _written(offer, before, fields)
    return True


def _written(offer: Offer, before: str, fields: list[str]) -> None:
    lines = [row.rule() for row in offer.lines.all()]
    _journal("offer.outgrown", offer, None, lines=lines, also={"wider": fields}, frm=before, to=offer.status)
    notices.offer_outgrown(offer, fields)

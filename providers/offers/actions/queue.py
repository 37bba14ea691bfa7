"""What the operating agency owes an offer: its check, from the hand-in until it is published, returned or retired."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from portal.accounts.rules import Role
from portal.journal.actions import close_duty, each, open_duty
from portal.journal.queries import open_duties, owed
from providers.offers import rules
from providers.offers.models import Offer

CHECK_DAYS = 5  # working days in which the operating agency answers, as for a dataset's entry


def queued(verb: str, offer: Offer, by: Any) -> None:
    """After the step `verb`, within its transaction. Writes: Duty check_offer of the operating agency, or closes it."""
    if verb == "submit":
        _owe(offer, by)
    elif verb in ("publish", "return", "retire"):
        close_duty(offer, "check_offer", by=by)


def sync_checks() -> int:
    """Offers that wait for their check without standing in the queue, as those handed in before there was one. Idempotent.

    Writes: Duty. Returns: how many were put there.
    """
    waiting = _waiting().exclude(ref__in=owed("check_offer")).order_by("pk").values_list("pk", flat=True)
    return each("offers.sync_checks", list(waiting), _put)


@transaction.atomic
def _put(offer_id: int) -> bool:
    offer = _waiting().select_for_update(of=("self",)).filter(pk=offer_id).first()
    if offer is None or open_duties(offer).filter(verb="check_offer").exists():
        return False
    _owe(offer, None)
    return True


def _waiting() -> QuerySet[Offer]:
    return Offer.objects.filter(status__in=[rules.OfferStatus.SUBMITTED, rules.OfferStatus.METADATA_CHECK])


def _owe(offer: Offer, by: Any) -> None:
    open_duty(
        offer, "check_offer",
        title_ko=f"공급 상품 점검: {offer.title_ko}", title_en=f"Check an offer: {offer.title_en or offer.title_ko}",
        url=f"/admin/providers/offer/{offer.pk}/change/", due_in=CHECK_DAYS, role=Role.OPERATOR_CASE, by=by,
    )  # fmt: skip

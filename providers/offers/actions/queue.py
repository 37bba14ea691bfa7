"""What the operating agency owes an offer: its check, from the hand-in until it is published, returned or retired."""

from typing import Any

from portal.accounts.rules import Role
from portal.journal.actions import close_duty, open_duty
from providers.offers.models import Offer

CHECK_DAYS = 5  # working days in which the operating agency answers, as for a dataset's entry


def queued(verb: str, offer: Offer, by: Any) -> None:
    """After the step `verb`, within its transaction. Writes: Duty check_offer of the operating agency, or closes it."""
    if verb == "submit":
        open_duty(
            offer, "check_offer",
            title_ko=f"공급 상품 점검: {offer.title_ko}", title_en=f"Check an offer: {offer.title_en or offer.title_ko}",
            url=f"/admin/providers/offer/{offer.pk}/change/", due_in=CHECK_DAYS, role=Role.OPERATOR_CASE, by=by,
        )  # fmt: skip
    elif verb in ("publish", "return", "retire"):
        close_duty(offer, "check_offer", by=by)

"""Questions about a call (질의): asked by a company before the close, answered in public to all. Source: domain.md §6.1, 7."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules.stages import Phase

INQUIRY_LENGTH = 2000  # letters
INQUIRIES_WAITING = 5  # of one organisation on one call


class InquiryStatus(Codes):
    ASKED = "ASKED", _("Waits for an answer")
    ANSWERED = "ANSWERED", _("Answered in public")
    SET_ASIDE = "SET_ASIDE", _("Set aside")


INQUIRY_LIFECYCLE = Lifecycle(
    "inquiry",
    InquiryStatus,
    InquiryStatus.ASKED,
    {
        (InquiryStatus.ASKED, "answer"): InquiryStatus.ANSWERED,
        (InquiryStatus.ASKED, "set_aside"): InquiryStatus.SET_ASIDE,
    },
)


def takes_inquiries(phase: Phase) -> bool:
    """From the announcement to the close: an answer that comes later helps only some."""
    return phase in {Phase.ANNOUNCED, Phase.OPEN}


def answer_due(by_days: datetime, closes_at: datetime | None) -> datetime:
    """By the round's target days, never after the close."""
    return min(by_days, closes_at) if closes_at else by_days

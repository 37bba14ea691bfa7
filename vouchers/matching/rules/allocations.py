"""States of an allocation and of what it proposes; who may publish it. Source: domain.md §3.5, 6.8."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import Refused
from portal.kit.lifecycle import Lifecycle

ABANDONED_AFTER_MINUTES = 30  # a worker that says nothing for so long is gone; somebody else takes over


class AllocationStatus(Codes):
    ORDERED = "ORDERED", _("Being computed")
    COMPUTED = "COMPUTED", _("Computed, not published")
    FAILED = "FAILED", _("Could not be computed")
    PUBLISHED = "PUBLISHED", _("Published")
    DISCARDED = "DISCARDED", _("Discarded")


class OfferProposalStatus(Codes):
    OPEN = "OPEN", _("Proposed")
    LAPSED = "LAPSED", _("Lapsed")
    WITHDRAWN = "WITHDRAWN", _("Replaced by a newer proposal")


class Step(Codes):
    """How far the computing is."""

    WAITING = "WAITING", _("Waiting for a worker")
    READING = "READING", _("Reading needs and offers")
    SCORING = "SCORING", _("Scoring every need against every offer")
    SOLVING = "SOLVING", _("Looking for the best choice")
    DONE = "DONE", _("Done")


A, P = AllocationStatus, OfferProposalStatus
ALLOCATION_LIFECYCLE = Lifecycle(
    "allocation",
    A,
    A.ORDERED,
    {
        (A.ORDERED, "compute_allocation"): A.COMPUTED,
        (A.ORDERED, "fail_allocation"): A.FAILED,
        (A.ORDERED, "discard_allocation"): A.DISCARDED,
        (A.COMPUTED, "publish_allocation"): A.PUBLISHED,
        (A.COMPUTED, "discard_allocation"): A.DISCARDED,
    },
)
OFFER_PROPOSAL_LIFECYCLE = Lifecycle(
    "offer_proposal",
    P,
    P.OPEN,
    {(P.OPEN, "lapse"): P.LAPSED, (P.OPEN, "withdraw"): P.WITHDRAWN},
)
ALLOCATION_EVENT_WORDS: dict[str, str | Promise] = {
    "allocation.ordered": _("Computation ordered"),
    "allocation.computed": _("Computed"),
    "allocation.failed": _("Could not be computed"),
    "allocation.published": _("Published: companies and providers were told"),
    "allocation.discarded": _("Discarded"),
}


def check_publisher(ordered_by: int, published_by: int) -> None:
    """Four eyes: who ordered it does not publish it. Raises Refused."""
    if ordered_by == published_by:
        raise Refused(_("Somebody else must publish what you had computed."), "four_eyes")


def lapsed(lapses_at: datetime, now: datetime) -> bool:
    return lapses_at <= now

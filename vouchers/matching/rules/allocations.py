"""States of an allocation and of what it proposes; who may publish it, and what of it still holds then. Source: domain.md §3.5, 6.8."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import Refused
from portal.kit.lifecycle import Lifecycle

ABANDONED_AFTER_MINUTES = 30  # a worker that says nothing for so long is gone; somebody else takes over
MOST_DEATHS = 3  # one that kills its worker so often is given up


class AllocationStatus(Codes):
    ORDERED = "ORDERED", _("Being computed")
    COMPUTED = "COMPUTED", _("Computed, not published")
    FAILED = "FAILED", _("Could not be computed")
    PUBLISHED = "PUBLISHED", _("Published")
    DISCARDED = "DISCARDED", _("Scrapped")


class OfferProposalStatus(Codes):
    OPEN = "OPEN", _("Proposed")
    LAPSED = "LAPSED", _("Lapsed")
    WITHDRAWN = "WITHDRAWN", _("Replaced by a newer proposal")
    ENDED = "ENDED", _("The need was changed, served or closed")


class Step(Codes):
    """How far the computing is."""

    WAITING = "WAITING", _("Waiting for a worker")
    READING = "READING", _("Reading needs and offers")
    SCORING = "SCORING", _("Scoring every need against every offer")
    SOLVING = "SOLVING", _("Looking for the best choice")
    DONE = "DONE", _("Done")


class LeftOut(Codes):
    """Why a computed pair is not proposed: what it stood on when it was computed holds no longer."""

    SERVED = "SERVED", _("The need waits no longer: it is served or closed.")
    NEED = "NEED", _("The company changed the need since.")
    GONE = "GONE", _("It is no longer published or offered like this.")
    UNAVAILABLE = "UNAVAILABLE", _("The dataset is not available at present.")
    SUSPENDED = "SUSPENDED", _("The institution is not active at present.")
    PRICE = "PRICE", _("Its price changed since.")
    FULL = "FULL", _("Its places were taken since.")
    CHANGED = "CHANGED", _("The provider changed the offer or the dataset since.")


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
    {(P.OPEN, "lapse"): P.LAPSED, (P.OPEN, "withdraw"): P.WITHDRAWN, (P.OPEN, "end"): P.ENDED},
)
ALLOCATION_EVENT_WORDS: dict[str, str | Promise] = {
    "allocation.ordered": _("Computation ordered"),
    "allocation.computed": _("Computed"),
    "allocation.failed": _("Could not be computed"),
    "allocation.published": _("Published: companies and providers were told"),
    "allocation.discarded": _("Scrapped"),
}


DIED = _(
    "It cost %(n)d workers, one after the other, and was given up. Have it computed again; if that fails too, tell the operating agency."
)


def claimable(claimed_at: datetime | None, now: datetime) -> bool:
    """Nobody took it, or whoever did says nothing for too long."""
    return claimed_at is None or claimed_at <= now - timedelta(minutes=ABANDONED_AFTER_MINUTES)


def given_up(deaths: int) -> bool:
    return deaths >= MOST_DEATHS


def check_publisher(ordered_by: int, published_by: int) -> None:
    """Four eyes: who ordered it does not publish it. Raises Refused."""
    if ordered_by == published_by:
        raise Refused(_("Somebody else must publish what you had computed."), "four_eyes")


type Pair = tuple[str, str, int, int | None]  # need, candidate, score, whole won or None where nobody says


@dataclass(frozen=True)
class Standing:
    """A candidate as it stands. mark: digest of all that the engine reads of it but price and places; floor_won: as the offer says,
    None where it says nothing; room: open places, None for any number."""

    mark: str
    floor_won: int | None = None
    room: int | None = None
    available: bool = True
    active: bool = True

    def kept(self) -> list[Any]:
        """As an allocation remembers it."""
        return [self.mark, self.floor_won]


@dataclass(frozen=True)
class Parted:
    """Of an allocation: the pairs that still hold, and the others as (need, candidate, LeftOut)."""

    pairs: tuple[Pair, ...]
    left: tuple[tuple[str, str, str], ...]

    @property
    def price_won(self) -> int:
        return sum(cost or 0 for _need, _name, _score, cost in self.pairs)


def parted(pairs: Sequence[Pair], seen: Mapping[str, Any], needs: Mapping[str, str], offers: Mapping[str, Standing]) -> Parted:
    """seen: need or candidate → what it was when it was computed; needs: need → mark, of those that wait now; offers: candidate →
    how it stands now. Where places are scarcer than they were, the pairs with the higher score keep them."""
    taken: Counter[str] = Counter()
    why: dict[tuple[str, str], str] = {}
    for need, name, _score, _cost in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])):
        found = offers.get(name), offers.get(name.partition(":")[0] + ":")
        reason = _left_out(seen.get(need), seen.get(name), needs.get(need), *found, taken[name])
        if reason is None:
            taken[name] += 1
        else:
            why[need, name] = reason
    held = tuple(pair for pair in pairs if (pair[0], pair[1]) not in why)
    return Parted(held, tuple((need, name, why[need, name]) for need, name, _score, _cost in pairs if (need, name) in why))


def _left_out(
    need_then: Any, then: Any, need_now: str | None, now: Standing | None, bare: Standing | None, taken: int
) -> str | None:
    """bare: the dataset without an offer, as it stands where nothing of it is offered."""
    if need_now is None:
        return LeftOut.SERVED
    if need_now != need_then:
        return LeftOut.NEED
    if not (data := now or bare or Standing("")).active:
        return LeftOut.SUSPENDED
    if not data.available:
        return LeftOut.UNAVAILABLE
    if now is None:
        return LeftOut.GONE
    mark, floor_won = then or ("", None)
    if now.floor_won != floor_won:
        return LeftOut.PRICE
    if now.mark != mark:
        return LeftOut.CHANGED
    return LeftOut.FULL if now.room is not None and taken >= now.room else None


def check_round(open_: bool) -> None:
    """Raises Refused where matches count no longer."""
    if not open_:
        raise Refused(
            _("In this round a match can no longer count, so nothing is proposed in it. Discard the allocation."),
            "round_not_open",
        )


def check_proposed(found: Parted, budget_won: int | None) -> None:
    """Something is left to propose, and it keeps to the budget. Raises Refused."""
    if not found.pairs:
        raise Refused(_("Nothing of this allocation can be proposed any more. Have it computed again."), "nothing_left")
    if budget_won is not None and found.price_won > budget_won:
        raise Refused(_("What is proposed costs more than the budget. Have it computed again."), "over_budget")


def lapsed(lapses_at: datetime, now: datetime) -> bool:
    return lapses_at <= now

"""The year's end: what stays in a pot expires, or is carried over as far as it was approved. Source: domain.md §4.9. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class ClosingStatus(Codes):
    REHEARSED = "REHEARSED", _("Rehearsed, nothing booked")
    CLOSING = "CLOSING", _("Being booked")
    CLOSED = "CLOSED", _("Year closed")
    DISCARDED = "DISCARDED", _("Discarded")


class Fate(Codes):
    EXPIRE = "EXPIRE", _("Lapses with the year")
    CARRY = "CARRY", _("Is carried over")


S = ClosingStatus
CLOSING_LIFECYCLE = Lifecycle(
    "year_closing", S, S.REHEARSED,
    {
        (S.REHEARSED, "close_year"): S.CLOSING,
        (S.REHEARSED, "discard_rehearsal"): S.DISCARDED,
        (S.CLOSING, "finish_closing"): S.CLOSED,
    },
)  # fmt: skip


@dataclass(frozen=True)
class Share:
    """What becomes of a part of a pot. account: its id; whole won."""

    account: int
    fate: Fate
    amount_won: int


def fates(account: int, balance_won: int, carried_won: int) -> list[Share]:
    """A pot's balance, whole, as far as it was approved to be carried over, the rest expires."""
    carried = min(balance_won, max(0, carried_won))
    parts = [Share(account, Fate.CARRY, carried), Share(account, Fate.EXPIRE, balance_won - carried)]
    return [part for part in parts if part.amount_won]


def digest(shares: Sequence[Share]) -> str:
    """Of the table that was rehearsed: what is closed is that and nothing else."""
    lines = sorted((share.account, str(share.fate), share.amount_won) for share in shares)
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()


def over(year: int, today: date) -> bool:
    """A year is closed once its last day is over."""
    return today > date(year, 12, 31)


def same_money(before: Mapping[str, int], after: Mapping[str, int], expires_won: int) -> bool:
    """The trial balance of a year before and after: both add up to nothing, what the state gave is the same, and what the table lets
    expire stands as expired. What was paid may have come back meanwhile: that is not the close's."""
    expired = after.get("EXPIRED", 0) - before.get("EXPIRED", 0)
    return (
        sum(before.values()) == sum(after.values()) == 0 and after.get("CARRIED", 0) == 0
        and before.get("TREASURY", 0) == after.get("TREASURY", 0) and expired >= expires_won
    )  # fmt: skip

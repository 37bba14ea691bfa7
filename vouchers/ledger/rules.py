"""Double entry in whole won. Source: domain.md §6.11, 7.

Money moves between accounts: appropriated → available (round) → reserved (award) → committed (voucher) → paid; released
goes back to available, expired leaves the year, recovered comes back from paid. A mistake is not erased: a reversed event
books it back. Every event's entries sum to zero.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes


class AccountKind(Codes):
    TREASURY = "TREASURY", _("Appropriation by the state")  # the only account that may go below zero
    AVAILABLE = "AVAILABLE", _("Available in the round")
    RESERVED = "RESERVED", _("Reserved for an award")
    COMMITTED = "COMMITTED", _("Committed to a voucher")
    PAID = "PAID", _("Paid")
    EXPIRED = "EXPIRED", _("Expired")
    RECOVERED = "RECOVERED", _("Recovered")
    CARRIED = "CARRIED", _("On its way into the next year")  # empty again within the same moment


class EventKind(Codes):
    APPROPRIATED = "APPROPRIATED", _("Appropriated")
    RESERVED = "RESERVED", _("Reserved")
    COMMITTED = "COMMITTED", _("Committed (voucher issued)")
    RELEASED = "RELEASED", _("Released")
    PAID = "PAID", _("Paid")
    REVERSED = "REVERSED", _("Reversed")
    EXPIRED = "EXPIRED", _("Expired")
    RECOVERED = "RECOVERED", _("Recovered")
    CARRIED = "CARRIED", _("Carried over")


A = AccountKind
# event kind → the allowed (from, to) account kinds
ROUTES: dict[EventKind, frozenset[tuple[AccountKind, AccountKind]]] = {
    EventKind.APPROPRIATED: frozenset({(A.TREASURY, A.AVAILABLE)}),
    EventKind.RESERVED: frozenset({(A.AVAILABLE, A.RESERVED)}),
    EventKind.COMMITTED: frozenset({(A.RESERVED, A.COMMITTED)}),
    EventKind.RELEASED: frozenset({(A.RESERVED, A.AVAILABLE), (A.COMMITTED, A.AVAILABLE)}),
    EventKind.PAID: frozenset({(A.COMMITTED, A.PAID)}),
    EventKind.REVERSED: frozenset({(A.PAID, A.COMMITTED), (A.AVAILABLE, A.TREASURY), (A.RECOVERED, A.PAID)}),
    EventKind.EXPIRED: frozenset({(A.COMMITTED, A.EXPIRED), (A.RESERVED, A.EXPIRED), (A.AVAILABLE, A.EXPIRED)}),
    EventKind.RECOVERED: frozenset({(A.PAID, A.RECOVERED)}),
    EventKind.CARRIED: frozenset(
        {(A.COMMITTED, A.CARRIED), (A.CARRIED, A.COMMITTED), (A.RESERVED, A.CARRIED), (A.CARRIED, A.RESERVED)}
    ),
}


OPEN_POTS = frozenset({A.AVAILABLE, A.RESERVED, A.COMMITTED})
LEAVES_CLOSED = frozenset({EventKind.EXPIRED, EventKind.CARRIED})
COMES_CLOSED = frozenset({EventKind.CARRIED, EventKind.REVERSED})  # a transfer may still come back from the bank


def year_closed(kind: EventKind, *, source: int | None, target: int | None) -> int | None:
    """The closed year that a move would touch, None: it may be booked. source, target: the year with which each pot was closed."""
    if source is not None and kind not in LEAVES_CLOSED:
        return source
    return target if target is not None and kind not in COMES_CLOSED else None


@dataclass(frozen=True)
class Line:
    """One side of a move: account id and signed won."""

    account_id: int
    amount_won: int


def move(from_account: int, to_account: int, amount_won: int) -> tuple[Line, Line]:
    """Two entries that sum to zero. amount_won: whole won > 0. Raises ValueError otherwise."""
    if amount_won <= 0:
        raise ValueError("a move carries a positive amount")
    return Line(from_account, -amount_won), Line(to_account, amount_won)


def over_call_won(said_won: int | None, given_won: int, more_won: int) -> int:
    """How much the ledger would hold beyond the budget of the call, whole won; a call that names none has none."""
    return max(0, given_won + more_won - (said_won or 0))

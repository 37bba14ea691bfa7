"""Clawback (환수): ground, prior notice, opinion, order, surcharge, exclusion. Source: domain.md §6.12, 1.7 (보조금법 제30·31조의2·33조,
제33조의2, 시행령 제14조). Whole won. Pure."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules import SURCHARGE_MOST


class ClawbackStatus(Codes):
    DETECTED = "DETECTED", _("Detected, no notice yet")
    NOTICED = "NOTICED", _("Prior notice given, opinion possible")
    HEARD = "HEARD", _("Opinion was given")
    ORDERED = "ORDERED", _("Ordered back")
    CLOSED = "CLOSED", _("Paid back")
    CANCELLED = "CANCELLED", _("Order cancelled")
    DROPPED = "DROPPED", _("Not pursued")


S = ClawbackStatus
CLAWBACK_LIFECYCLE = Lifecycle(
    "clawback", S, S.DETECTED,
    {
        (S.DETECTED, "give_prior_notice"): S.NOTICED,
        (S.NOTICED, "state_opinion"): S.HEARD,
        (S.NOTICED, "order_clawback"): S.ORDERED,
        (S.HEARD, "order_clawback"): S.ORDERED,
        **{(state, "drop_clawback"): S.DROPPED for state in (S.DETECTED, S.NOTICED, S.HEARD)},
        (S.ORDERED, "report_order"): S.ORDERED,
        (S.CLOSED, "report_order"): S.CLOSED,
        (S.CANCELLED, "report_order"): S.CANCELLED,
        (S.ORDERED, "enter_ruling"): S.ORDERED,
        (S.CLOSED, "enter_ruling"): S.CLOSED,
        (S.ORDERED, "lower_clawback"): S.ORDERED,
        (S.CLOSED, "lower_clawback"): S.CLOSED,
        (S.ORDERED, "cancel_order"): S.CANCELLED,
        (S.CLOSED, "cancel_order"): S.CANCELLED,
        (S.ORDERED, "close"): S.CLOSED,
    },
)  # fmt: skip
ORDERED = frozenset({S.ORDERED, S.CLOSED})
UNDECIDED = frozenset({S.DETECTED, S.NOTICED, S.HEARD})


def surcharge_won(amount_won: int, times: int) -> int:
    """제재부가금 on what is taken back. Raises ValueError beyond what the law allows."""
    if not 0 <= times <= SURCHARGE_MOST or amount_won < 0:
        raise ValueError("a surcharge is at most five times what is taken back")
    return amount_won * times


def times_fault(times: int, ground: str, table: Mapping[str, int]) -> bool:
    """More than the round's table has for this ground?"""
    return not 0 <= times <= table[ground]


def heard(opinion_until: date | None, today: date, *, given: bool) -> bool:
    """Whether an order may follow: the opinion was given, or its days are over (행정절차법 제21·22조)."""
    return given or (opinion_until is not None and today > opinion_until)


def must_exclude(earlier: int, ground: str, table: Mapping[str, int]) -> bool:
    """Whether with this order the company must be kept out: earlier orders for the same ground, and this one."""
    return earlier + 1 >= table[ground]


def recoverable_won(paid_won: int, owed_won: int) -> int:
    """What can still be taken back: what was paid and did not come back, less what is already owed."""
    return max(0, paid_won - owed_won)

"""Accepting on paper: a part of a delivery with the money that follows it, figures beside what was promised, and silence.

Source: domain.md §6.10; what a part is paid is the same share of every sum, rounded down, and the rest keeps the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.workdays import working_days_between


@dataclass(frozen=True)
class Sums:
    """Of a milestone, in whole won: supply amount, the voucher's share of it, VAT."""

    amount_won: int
    grant_won: int
    vat_won: int

    @property
    def own_won(self) -> int:
        return self.amount_won - self.grant_won


def parted(whole: Sums, accepted_won: int) -> tuple[Sums, Sums]:
    """(what is accepted, the rest): grant and VAT in proportion, rounded down for the accepted part; both add up to the whole.

    Raises: ValueError unless something and not everything is accepted.
    """
    if not 0 < accepted_won < whole.amount_won:
        raise ValueError(accepted_won)
    part = Sums(
        accepted_won, whole.grant_won * accepted_won // whole.amount_won, whole.vat_won * accepted_won // whole.amount_won
    )
    rest = Sums(whole.amount_won - accepted_won, whole.grant_won - part.grant_won, whole.vat_won - part.vat_won)
    return part, rest


class Sense(Codes):
    """Which way an indicator is better."""

    AT_LEAST = "AT_LEAST", _("or more")
    AT_MOST = "AT_MOST", _("or less")


@dataclass(frozen=True)
class Reached:
    """One indicator: promised target (above zero) and what was reached (zero or more)."""

    sense: str
    target: Decimal
    value: Decimal

    @property
    def percent(self) -> int:
        """How much of the promise was kept, 0 to 100, rounded down."""
        if self.sense == Sense.AT_MOST:
            share = Decimal(1) if self.value <= self.target else self.target / self.value
        else:
            share = self.value / self.target
        return int((min(share, Decimal(1)) * 100).to_integral_value(rounding=ROUND_FLOOR))

    @property
    def is_kept(self) -> bool:
        return self.value <= self.target if self.sense == Sense.AT_MOST else self.value >= self.target


def reached_percent(figures: Sequence[Reached]) -> int | None:
    """The mean of all, rounded down; None without any. A suggestion only: people decide what is accepted."""
    return sum(one.percent for one in figures) // len(figures) if figures else None


def suggested_won(amount_won: int, percent: int | None) -> int | None:
    """What the figures suggest to accept, while they keep neither nothing nor everything. Whole won."""
    return amount_won * percent // 100 if percent is not None and 0 < percent < 100 else None


def is_silent(submitted_on: date, today: date, days: int) -> bool:
    """Whether the company has let so many working days pass after the delivery without a word."""
    return working_days_between(submitted_on, today) > days

"""Advance tranche (선급금): where the round allows it, money before a delivery, against a guarantee instead of an acceptance.
Source: domain.md §1.9 (advance_rate), 6.11; issue 5.

Rate and need of a guarantee are data of the round. What was advanced is netted from the provider's later tranches in proportion to
their grant, the last one takes what is left; what was never worked off comes back when the agreement is terminated (`halting.py`).
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes


class TrancheKind(Codes):
    MILESTONE = "MILESTONE", _("For an accepted milestone")
    ADVANCE = "ADVANCE", _("Advance")


def advance_won(grants_won: Sequence[int], rate: Decimal) -> int:
    """What may be advanced to a provider: the round's share of the grant of its milestones, whole won, rounded down."""
    return int((sum(grants_won) * rate).to_integral_value(rounding=ROUND_FLOOR))


def guarantee_fault(amount_won: int, valid_until: date, *, advance_won: int, last_day: date) -> str:
    """Why a guarantee does not cover an advance, as a code; "": it does. last_day: of the agreement, which it must outlast."""
    if amount_won < advance_won:
        return "guarantee_small"
    return "guarantee_short" if valid_until < last_day else ""


def netted_won(grant_won: int, *, outstanding_won: int, left_won: int) -> int:
    """What of an advance is netted from one tranche, whole won. outstanding: advanced and not netted yet; left: grant of all tranches
    still to be paid to this provider, this one too."""
    if grant_won >= left_won:
        return min(outstanding_won, grant_won)
    return min(outstanding_won * grant_won // left_won, grant_won)

"""Past the fiscal year (이월): nothing is committed beyond 31 December without an approved carry-over. Source: domain.md §4.9 (국가재정법
제3·48조, year independence). Pure."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class CarryOverStatus(Codes):
    REQUESTED = "REQUESTED", _("Carry-over asked for")
    APPROVED = "APPROVED", _("Carry-over approved")
    REJECTED = "REJECTED", _("Carry-over not approved")


C = CarryOverStatus
CARRY_LIFECYCLE = Lifecycle(
    "carry_over",
    C,
    C.REQUESTED,
    {(C.REQUESTED, "approve_carry_over"): C.APPROVED, (C.REQUESTED, "reject_carry_over"): C.REJECTED},
)


def last_day(fiscal_year: int) -> date:
    """31 December of the fiscal year (국가재정법 제2조)."""
    return date(fiscal_year, 12, 31)


def proposed_period(round_start: date | None, round_end: date | None, fiscal_year: int, today: date) -> dict[str, date | None]:
    """What a draft proposes: from the project's start, or today when that is over, to the call's end, and not beyond its fiscal year."""
    year_end = last_day(fiscal_year)
    return {"starts_on": max(round_start or today, today), "ends_on": min(round_end, year_end) if round_end else None}


def past_year(ends_on: date, fiscal_year: int, *, carried: bool) -> bool:
    """Would money of the year be committed beyond it without a carry-over, or beyond the next year with one?"""
    return ends_on > last_day(fiscal_year + 1 if carried else fiscal_year)


def too_late(day: date, last: date, *, carried: bool) -> bool:
    """After the year's last day of invoices or payments; what is carried over is bound by the next year's."""
    return not carried and day > last

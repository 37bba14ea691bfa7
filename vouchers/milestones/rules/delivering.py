"""Milestones. Source: domain.md §6.10."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class MilestoneStatus(Codes):
    PLANNED = "PLANNED", _("Planned")
    SUBMITTED = "SUBMITTED", _("Submitted")
    COMPANY_ACCEPTED = "COMPANY_ACCEPTED", _("Accepted by the company")
    ACCEPTED = "ACCEPTED", _("Acceptance confirmed")
    REVISION_REQUESTED = "REVISION_REQUESTED", _("Returned for revision")
    REJECTED = "REJECTED", _("Rejected for good")
    DROPPED = "DROPPED", _("Dropped by a change")


S = MilestoneStatus
LIFECYCLE = Lifecycle(
    "milestone",
    S,
    S.PLANNED,
    {
        (S.PLANNED, "submit_milestone"): S.SUBMITTED,
        (S.REVISION_REQUESTED, "submit_milestone"): S.SUBMITTED,
        (S.SUBMITTED, "accept_milestone"): S.COMPANY_ACCEPTED,
        (S.SUBMITTED, "return_milestone"): S.REVISION_REQUESTED,
        (S.COMPANY_ACCEPTED, "confirm_milestone"): S.ACCEPTED,
        (S.COMPANY_ACCEPTED, "return_milestone"): S.REVISION_REQUESTED,
        (S.COMPANY_ACCEPTED, "reject_milestone"): S.REJECTED,
        (S.PLANNED, "drop_milestone"): S.DROPPED,
        (S.REVISION_REQUESTED, "drop_milestone"): S.DROPPED,
    },
)


SETTLED = frozenset({S.ACCEPTED, S.REJECTED, S.DROPPED})  # nothing more is delivered of it


def overdue(status: str, due_on: date, today: date) -> bool:
    """Derived, never stored: the provider still has to hand in, and the due day has passed."""
    return status in {S.PLANNED, S.REVISION_REQUESTED} and today > due_on


def begun(starts_on: date, today: date) -> bool:
    """Whether the agreement's first day has come: before it nothing is handed in, and no invoice could name a day within it."""
    return today >= starts_on


def shares(total_won: int, parts_won: Sequence[int]) -> list[int]:
    """total_won shared out in proportion to parts_won (whole won, in order): what is due up to each part, less what was due
    before it. The shares add up to the total, and while the total is at most the sum of the parts none exceeds its part."""
    whole, done, before, found = sum(parts_won), 0, 0, []
    for part in parts_won:
        done += part
        due = total_won * done // whole if whole else 0
        found.append(due - before)
        before = due
    return found


DELIVERED = frozenset({S.SUBMITTED, S.COMPANY_ACCEPTED, S.ACCEPTED})  # paid, under way or about to be: never agreed away
OPEN = frozenset({S.PLANNED, S.REVISION_REQUESTED})


@dataclass(frozen=True)
class Part:
    """One milestone of a plan. payee: institution id; whole won, as in `Milestone`."""

    payee: int
    status: str
    due_on: date
    amount_won: int
    grant_won: int
    vat_won: int


def below_delivered(
    parts: Sequence[Part], *, by_payee: Mapping[int, int], vat_by_payee: Mapping[int, int], grant_won: int, own_won: int
) -> tuple[str, int | None, int]:
    """What a changed agreement would take away of what was delivered: (code, payee, the least that must stay in whole won);
    ("", None, 0) when nothing. by_payee: institution → its lines; grant, own: of the whole agreement, as changed."""
    held = [part for part in parts if part.status in DELIVERED]
    for payee in dict.fromkeys(part.payee for part in held):
        own = [part for part in held if part.payee == payee]
        if (least := sum(part.amount_won for part in own)) > by_payee.get(payee, 0):
            return "lines", payee, least
        if (least := sum(part.vat_won for part in own)) > vat_by_payee.get(payee, 0):
            return "vat", payee, least
    if (least := sum(part.grant_won for part in held)) > grant_won:
        return "grant", None, least
    if (least := sum(part.amount_won - part.grant_won for part in held)) > own_won:
        return "own", None, least
    return "", None, 0


def left_to_plan(parts: Sequence[Part], by_payee: Mapping[int, int]) -> dict[int, int]:
    """Institution → what its open milestones add up to, whole won: its lines without what it delivered and what was rejected for
    good; a change that takes away from a provider takes what was rejected first."""
    gone: dict[int, int] = {}
    for part in parts:
        if part.status in DELIVERED or part.status == S.REJECTED:
            gone[part.payee] = gone.get(part.payee, 0) + part.amount_won
    payees = dict.fromkeys([*by_payee, *gone, *(part.payee for part in parts)])
    return {payee: max(0, by_payee.get(payee, 0) - gone.get(payee, 0)) for payee in payees}


@dataclass(frozen=True)
class Agreed:
    """What milestones must fit: institution → its lines and their VAT; grant and own cash of all; the period. Whole won."""

    by_payee: Mapping[int, int]
    vat_by_payee: Mapping[int, int]
    grant_won: int
    own_won: int
    first_day: date
    last_day: date


def out_of_plan(parts: Sequence[Part], agreed: Agreed) -> set[int]:
    """Institutions whose open milestones no longer fit: they do not add up to what is left of their lines or its VAT, fall due
    outside the period, or all of them together would take more of the grant or of the own share than is left of it."""
    left = left_to_plan(parts, agreed.by_payee)
    open_ones = [part for part in parts if part.status in OPEN]
    held = [part for part in parts if part.status in DELIVERED]
    apart = {payee for payee, won in left.items() if sum(p.amount_won for p in open_ones if p.payee == payee) != won}
    apart |= {part.payee for part in open_ones if not agreed.first_day <= part.due_on <= agreed.last_day}
    whole = {part.payee for part in open_ones} - {part.payee for part in parts if part.status == S.REJECTED}
    for payee in whole:
        vat = sum(part.vat_won for part in [*open_ones, *held] if part.payee == payee)
        apart |= {payee} if vat != agreed.vat_by_payee.get(payee, 0) else set()
    grant = sum(part.grant_won for part in [*open_ones, *held])
    own = sum(part.amount_won - part.grant_won for part in [*open_ones, *held])
    if grant > agreed.grant_won or own > agreed.own_won:
        apart |= {part.payee for part in open_ones}
    return apart


def share_left(total_won: int, delivered_won: int, whole_won: int, whole_delivered_won: int, open_won: int) -> int:
    """What of a sum (grant or VAT) falls on the milestones still open, in proportion: what is left of it, for as much of what is
    left of the lines as they cover. Whole won, rounded down."""
    left = whole_won - whole_delivered_won
    return (total_won - delivered_won) * open_won // left if left else 0

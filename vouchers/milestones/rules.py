"""Milestones. Source: domain.md §6.10."""

from collections.abc import Sequence
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
    },
)


SETTLED = frozenset({S.ACCEPTED, S.REJECTED})  # nothing more is delivered of it


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

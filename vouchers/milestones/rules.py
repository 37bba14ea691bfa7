"""Milestones. Source: domain.md §6.10."""

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


def overdue(status: str, due_on: date, today: date) -> bool:
    """Derived, never stored: not accepted or rejected, and the due day has passed."""
    return status not in {S.ACCEPTED, S.REJECTED, S.COMPANY_ACCEPTED} and today > due_on

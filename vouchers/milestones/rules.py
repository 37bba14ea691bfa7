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
    """Derived, never stored: the provider still has to hand in, and the due day has passed."""
    return status in {S.PLANNED, S.REVISION_REQUESTED} and today > due_on

"""What the room tells."""

from typing import Any

from portal.journal.actions import tell
from vouchers.agreements.models import Agreement
from vouchers.milestones.models import Milestone


def _context(milestone: Milestone, **more: Any) -> dict[str, Any]:
    return {
        "milestone": f"{milestone.number}. {milestone.title}",
        "agreement": milestone.agreement.number,
        "due_on": milestone.due_on.isoformat(),
        "institution_ko": milestone.institution.name_ko,
        "institution_en": milestone.institution.name_en,
        **more,
    }


def submitted(milestone: Milestone) -> None:
    """To the company: look at what was delivered."""
    tell(
        "milestone_submitted", app="vouchers", subject=milestone, organisation=milestone.agreement.company.organisation,
        url=f"/milestones/{milestone.ref}/", context=_context(milestone),
    )  # fmt: skip


def returned(milestone: Milestone) -> None:
    """To the provider: what must be mended."""
    if milestone.institution.organisation_id:
        tell(
            "milestone_returned", app="vouchers", subject=milestone, organisation=milestone.institution.organisation,
            url=f"/milestones/{milestone.ref}/", context=_context(milestone, reason=milestone.reason),
        )  # fmt: skip


def accepted(milestone: Milestone) -> None:
    """To the provider: a disbursement may be requested now; to the company for its record."""
    for organisation in (milestone.institution.organisation, milestone.agreement.company.organisation):
        if organisation is not None:
            tell(
                "milestone_accepted", app="vouchers", subject=milestone, organisation=organisation,
                url=f"/milestones/{milestone.ref}/", context=_context(milestone),
            )  # fmt: skip


def due_soon(milestone: Milestone, days_left: int, *, reminder: int) -> int:
    """To the provider, once for each of the round's reminder days (working days before the due day). Returns: told."""
    if not milestone.institution.organisation_id:
        return 0
    return tell(
        "milestone_due", app="vouchers", subject=milestone, organisation=milestone.institution.organisation,
        url=f"/milestones/{milestone.ref}/", context=_context(milestone, days_left=days_left),
        once=f"{milestone.due_on.isoformat()}:{reminder}",
    )  # fmt: skip


def replanned(agreement: Agreement, organisation: Any) -> None:
    """To a provider: its milestones were planned again after a change of the agreement."""
    tell(
        "milestones_replanned", app="vouchers", subject=agreement, organisation=organisation,
        url=f"/milestones/?agreement={agreement.ref}", context={"agreement": agreement.number, "title": agreement.award.application.title},
    )  # fmt: skip

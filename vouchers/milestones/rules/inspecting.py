"""Interim checks and site visits on paper: their steps, results, and the findings that somebody follows up. Source: domain.md §6.10."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class InspectionKind(Codes):
    INTERIM = "INTERIM", _("Interim check")
    SITE_VISIT = "SITE_VISIT", _("Site visit")


class InspectionStatus(Codes):
    PLANNED = "PLANNED", _("Date set")
    HELD = "HELD", _("Held and reported")
    CANCELLED = "CANCELLED", _("Called off")


class InspectionResult(Codes):
    ADEQUATE = "ADEQUATE", _("Adequate")
    IMPROVE = "IMPROVE", _("To be improved")
    STOP_ADVISED = "STOP_ADVISED", _("Stop advised")


class FindingStatus(Codes):
    OPEN = "OPEN", _("To be answered")
    ANSWERED = "ANSWERED", _("Answer handed in")
    CLOSED = "CLOSED", _("Settled")


S, F, R = InspectionStatus, FindingStatus, InspectionResult
INSPECTION_LIFECYCLE = Lifecycle(
    "inspection",
    S,
    S.PLANNED,
    {
        (S.PLANNED, "move_inspection"): S.PLANNED,
        (S.PLANNED, "report_inspection"): S.HELD,
        (S.PLANNED, "cancel_inspection"): S.CANCELLED,
    },
)
FINDING_LIFECYCLE = Lifecycle(
    "finding",
    F,
    F.OPEN,
    {
        (F.OPEN, "answer_finding"): F.ANSWERED,
        (F.ANSWERED, "close_finding"): F.CLOSED,
        (F.ANSWERED, "reopen_finding"): F.OPEN,
    },
)


def report_fault(result: str, findings: int) -> str:
    """Why a report does not hold together; "": it does. findings: how many it names."""
    if result != R.ADEQUATE and not findings:
        return str(_("Name at least one finding: what is to be improved, by whom, until when."))
    return ""


def finding_days_fault(days: Sequence[date], today: date) -> bool:
    """Whether a day to follow up has passed already."""
    return any(day < today for day in days)

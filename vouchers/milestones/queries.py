"""Lists and what is derived: overdue, progress."""

from typing import Any

from django.db.models import QuerySet, Sum

from portal.kit import clock
from vouchers.agreements.models import Agreement
from vouchers.milestones import rules
from vouchers.milestones.models import Milestone


def milestones_for(user: Any) -> QuerySet[Milestone]:
    """What this person may see, by due day, everything a list shows in one query."""
    return (
        Milestone.objects.visible_to(user)
        .select_related("agreement", "agreement__company", "agreement__award", "institution")
        .order_by("due_on", "id")
    )


def of_agreement(agreement: Agreement) -> QuerySet[Milestone]:
    return Milestone.objects.filter(agreement=agreement).select_related("institution").order_by("number")


def planned_won(agreement: Agreement) -> int:
    """Σ of the milestones' shares of the supply amount, whole won."""
    return Milestone.objects.filter(agreement=agreement).aggregate(won=Sum("amount_won"))["won"] or 0


def is_overdue(milestone: Milestone) -> bool:
    return rules.overdue(milestone.status, milestone.due_on, clock.today())

"""What the journal's lists must not tell: who evaluates a case with which a conflict of the reader stands, and signs of fraud."""

from dataclasses import dataclass, field
from typing import Any

from vouchers.applications.models import Application
from vouchers.evaluation.models import Assignment, PresentationSeat, cases_closed_to
from vouchers.signals.models import SEE


@dataclass(frozen=True)
class Closed:
    """cases: refs of the applications; assignments: refs of who has them, and of the seats in their
    presentations; evaluators: ids of these people. kinds: of records that this reader may not even know of."""

    cases: list[str] = field(default_factory=list)
    assignments: list[str] = field(default_factory=list)
    evaluators: set[int] = field(default_factory=set)
    kinds: tuple[str, ...] = ()


def records(user: Any) -> Closed:
    """One query for a reader without a conflict, else four."""
    closed, kinds = cases_closed_to(user.pk), () if user.has_perm(SEE) else ("signal",)
    if not closed:
        return Closed(kinds=kinds)
    cases = list(Application.objects.filter(pk__in=closed).values_list("ref", flat=True))
    rows = list(Assignment.objects.filter(application_id__in=closed).values_list("ref", "evaluator_id"))
    seats = PresentationSeat.objects.filter(slot__application_id__in=closed).values_list("ref", flat=True)
    return Closed(cases, [*(ref for ref, _user in rows), *seats], {user for _ref, user in rows}, kinds)

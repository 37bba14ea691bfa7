"""What stands beside an evaluator's list, asked by one quick statement: for most people, on most days, nothing."""

from dataclasses import dataclass, field
from typing import Any

from portal.kit import prepared
from vouchers.evaluation.models import Assignment, PresentationSeat
from vouchers.evaluation.queries.panels import talks_of
from vouchers.evaluation.queries.presenting import seats_of

_STANDS = """
SELECT EXISTS (SELECT FROM vouchers_presentationseat WHERE evaluator_id = %(user)s AND released_at IS NULL),
       EXISTS (SELECT FROM vouchers_panelphase AS panel JOIN vouchers_assignment AS own USING (application_id)
               WHERE panel.status = 'OPEN' AND own.evaluator_id = %(user)s AND own.status IN ('SUBMITTED', 'LOCKED'))
"""


@dataclass(frozen=True)
class Beside:
    """seats: presentations to hear. talks: own evaluations whose panel is open."""

    seats: list[PresentationSeat] = field(default_factory=list)
    talks: list[Assignment] = field(default_factory=list)


def beside(user: Any) -> Beside:
    """One query where nobody seated the evaluator and no panel is open, else two more for each."""
    seated, talking = prepared.first_row(_STANDS, {"user": user.pk}) or (False, False)
    return Beside(seats_of(user) if seated else [], talks_of(user) if talking else [])

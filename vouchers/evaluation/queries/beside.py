"""What stands beside an evaluator's list, asked by one statement: for most people, on most days, nothing."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.kit import prepared
from vouchers.evaluation.models import Assignment
from vouchers.evaluation.queries.panels import talks_of

_STANDS = """
SELECT (SELECT json_agg(json_build_array(slot.application_id, seat.ref, seat.starts_at, slot.place, application.receipt_no)
                        ORDER BY seat.starts_at, seat.id)
        FROM vouchers_presentationseat AS seat
        JOIN vouchers_presentationslot AS slot ON slot.id = seat.slot_id
        JOIN vouchers_presentationschedule AS schedule ON schedule.id = slot.schedule_id
        JOIN vouchers_application AS application ON application.id = slot.application_id
        WHERE seat.evaluator_id = %(user)s AND seat.released_at IS NULL
          AND slot.status = 'INVITED' AND schedule.status = 'PUBLISHED'),
       EXISTS (SELECT FROM vouchers_panelphase AS panel JOIN vouchers_assignment AS own USING (application_id)
               WHERE panel.status = 'OPEN' AND own.evaluator_id = %(user)s AND own.status IN ('SUBMITTED', 'LOCKED'))
"""


@dataclass(frozen=True)
class OwnSeat:
    """A presentation that an evaluator hears: ahead, or begun and not recorded yet."""

    ref: str
    starts_at: datetime
    place: str
    receipt_no: str


@dataclass(frozen=True)
class Beside:
    """seats: presentations to hear, by time. talks: own evaluations whose panel is open."""

    seats: list[OwnSeat] = field(default_factory=list)
    talks: list[Assignment] = field(default_factory=list)


def beside(user: Any, closed: Collection[int]) -> Beside:
    """closed: ids of applications with which a conflict stands; nothing of them is told. One query, one more where a panel is
    open."""
    held, talking = prepared.first_row(_STANDS, {"user": user.pk}) or (None, False)
    seats = [
        OwnSeat(ref, datetime.fromisoformat(starts_at), place, receipt_no)
        for case, ref, starts_at, place, receipt_no in held or ()
        if case not in closed
    ]
    return Beside(seats, talks_of(user, closed) if talking else [])

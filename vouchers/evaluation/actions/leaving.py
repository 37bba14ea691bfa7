"""Who stops evaluating an application sits in no presentation of it any more."""

from portal.journal import actions as journal
from portal.kit import clock
from vouchers.evaluation import notices
from vouchers.evaluation.models import Assignment, PresentationSeat, PresentationSlot
from vouchers.evaluation.rules import presenting as rules


def leave_panel(assignment: Assignment) -> int:
    """The caller ends the assignment in its transaction. What was told about the seat is taken back, and the calendar is told that
    the appointment is off, without a word about the case. Returns: seats given back. Writes: PresentationSeat, Event, Duty, Notice.
    """
    slots = PresentationSlot.objects.select_for_update(of=("self",)).select_related("application__round")
    slot = slots.filter(application_id=assignment.application_id, status__in=rules.OPEN_SLOTS).first()
    if slot is None:
        return 0
    # after the lock: a seat that another officer's move gave meanwhile is found, and two who leave write one after the other
    seats = PresentationSeat.objects.taken().filter(slot=slot, evaluator_id=assignment.evaluator_id)
    found = list(seats.select_related("evaluator"))
    for seat in found:
        seat.slot = slot
        release(seat)
        data = {"application": seat.slot.application.ref, "evaluator": seat.evaluator.ref}
        journal.record("presentation.seat_left", seat.slot, by=None, to=seat.slot.status, data=data)
        if seat.slot.status == rules.SlotStatus.INVITED:
            journal.retract_notices(seat, user=seat.evaluator)
            notices.presentation_panel_cancelled(seat)
    return len(found)


def release(seat: PresentationSeat) -> None:
    """The seat is free, and nothing is owed for it. Writes: PresentationSeat, Duty."""
    seat.released_at = clock.now()
    seat.save()
    journal.close_duties(seat, by=None)

"""How an assignment ends before its scores count, and how its history is written."""

from typing import Any

from portal.journal import actions as journal
from portal.kit import clock
from vouchers.evaluation import rules
from vouchers.evaluation.actions.leaving import leave_panel
from vouchers.evaluation.models import Assignment

_PAST = {
    "recuse": "recused",
    "exclude": "excluded",
    "decline": "declined",
    "withdraw_assignment": "withdrawn",
    "set_aside": "set_aside",
}


def end(assignment: Assignment, verb: str, *, reason: str, by: Any, **data: Any) -> None:
    """Ends an assignment by a verb of its lifecycle; nothing is owed any more. Writes: Assignment, Event, Duty, seats.

    Who steps aside or is excluded must know nothing of the case from now on: what was told about it is taken back.
    """
    before = assignment.status
    assignment.status = rules.ASSIGNMENT_LIFECYCLE.step(before, verb)
    if assignment.status == "RECUSED":
        assignment.conflict_ground = reason[:200]
        assignment.declared_at = assignment.declared_at or clock.now()
    assignment.reason = reason
    assignment.save()
    record(f"assignment.{_PAST[verb]}", assignment, by=by, frm=before, to=assignment.status, reason=reason, **data)
    journal.close_duties(assignment, by=by)
    leave_panel(assignment)
    if assignment.status == "RECUSED":
        journal.retract_notices(assignment, user=assignment.evaluator)


def record(name: str, assignment: Assignment, *, by: Any, frm: str = "", to: str = "", reason: str = "", **data: Any) -> None:
    """Never with the company's organisation: who evaluates stays hidden from applicants."""
    journal.record(
        name, assignment, by=by, frm=frm, to=to, reason=reason, data={"application": assignment.application.ref, **data}
    )

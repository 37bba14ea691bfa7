"""A court or an appeal body ruled about an order, whoever owes it: entered with its proof by one, put in force by a second person."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.actions import require_taken
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.settlements import queries, rules
from vouchers.settlements.actions.objecting import check_lower, lower_to
from vouchers.settlements.actions.steps import claw, lock_clawback, owe_clawback, require_apart
from vouchers.settlements.models import Clawback


@transaction.atomic
def enter_ruling(
    *, clawback_id: int, number: str, ruled_on: date, amount_won: int, surcharge_times: int, document: Document | None, by: Any
) -> Clawback:
    """What the ruling leaves of an order: whole won, and times of it as a surcharge; 0 cancels the order. One that is not in force
    yet is replaced. Writes: Clawback, Event clawback.ruling_entered, Duty. Raises: Refused (no number or proof, not lower)."""
    row = lock_clawback(clawback_id)
    require(by, "vouchers.prepare_clawback")
    require_apart(row, by)
    rules.CLAWBACK_LIFECYCLE.step(row.status, "enter_ruling")
    if not number.strip():
        raise Refused(_("Enter the number of the ruling."), "number_missing", "number")
    assert row.ordered_on is not None
    if not row.ordered_on <= ruled_on <= clock.today():
        raise Refused(_("The ruling lies between the day of the order and today."), "ruling_day", "ruled_on")
    if document is None:
        raise Refused(_("Attach the ruling."), "proof_missing", "file")
    check_lower(row, amount_won, surcharge_times)
    row.ruling_no, row.ruling_on, row.ruling_file, row.ruling_by = number.strip()[:60], ruled_on, document, by
    row.ruling_won, row.ruling_times, row.ruling_applied_by = amount_won, surcharge_times, None
    claw(
        row, "enter_ruling", "ruling_entered", by=by, number=row.ruling_no, amount_won=amount_won, surcharge_times=surcharge_times
    )
    journal.close_duty(row, "apply_ruling", by=by)
    owe_clawback(
        row, "apply_ruling", "재결·판결에 따른 환수 감액", "Put a ruling about a clawback in force", role="OPERATOR_FINANCE", by=by, by_mail=True,
        url=row.get_absolute_url(), due_in=row.round.days("settlement_review"),
    )  # fmt: skip
    return row


@transaction.atomic
def apply_ruling(*, clawback_id: int, by: Any) -> Clawback:
    """The order falls to what the ruling left, by somebody who neither entered it nor took part in the order. Writes: Clawback, Debts,
    Event clawback.lowered with the ruling's number, Duties, Notices. Raises: Refused, NotAllowed."""
    row = lock_clawback(clawback_id)
    require(by, "vouchers.order_clawback")
    require_apart(row, by)
    if not queries.waiting_ruling(row):
        raise Refused(_("No ruling waits to be put in force."), "no_ruling")
    if by.pk in {row.ruling_by_id, row.detected_by_id, row.ordered_by_id}:
        raise NotAllowed(
            _("Somebody who neither entered the ruling nor took part in the order must put it in force."), "four_eyes"
        )
    require_taken([row.ruling_file])
    row.ruling_applied_by = by
    lower_to(row, row.ruling_won or 0, row.ruling_times or 0, reason=f"재결·판결 {row.ruling_no}", by=by, ruling=row.ruling_no)
    journal.close_duty(row, "apply_ruling", by=by)
    return lock_clawback(row.pk)

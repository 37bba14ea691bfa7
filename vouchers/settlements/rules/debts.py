"""What is owed back and what came: pure. Principal first, then interest, then what was paid late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext_lazy as _

from portal.kit import workdays
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules import LateStep


class DebtKind(Codes):
    REFUND = "REFUND", _("Refund of a settlement")
    CLAWBACK = "CLAWBACK", _("Money ordered back")
    SURCHARGE = "SURCHARGE", _("Surcharge")
    RECOVERY = "RECOVERY", _("Money back after a termination")


class DebtStatus(Codes):
    OPEN = "OPEN", _("To be paid")
    SUSPENDED = "SUSPENDED", _("Held back by an objection")
    ENFORCED = "ENFORCED", _("Handed over to be collected")
    OVERPAID = "OVERPAID", _("More was paid than is owed")
    PAID = "PAID", _("Paid")
    CANCELLED = "CANCELLED", _("No longer owed")


class ReceiptStatus(Codes):
    REPORTED = "REPORTED", _("Reported, to be checked")
    CONFIRMED = "CONFIRMED", _("Arrived")
    REJECTED = "REJECTED", _("Not found on the account")


D, R = DebtStatus, ReceiptStatus
_LIVE = (D.OPEN, D.SUSPENDED, D.ENFORCED)  # in the order of the diagrams
LIVE = frozenset(_LIVE)
DEBT_LIFECYCLE = Lifecycle(
    "debt", D, D.OPEN,
    {
        **{(state, "receive"): state for state in _LIVE},
        **{(state, "settle"): D.PAID for state in (*_LIVE, D.OVERPAID)},
        **{(state, "lower"): state for state in _LIVE},
        **{(state, "cancel"): D.CANCELLED for state in (*_LIVE, D.OVERPAID)},
        **{(state, "overpay"): D.OVERPAID for state in (*_LIVE, D.PAID)},
        (D.OVERPAID, "lower"): D.OVERPAID,
        (D.OPEN, "suspend"): D.SUSPENDED,
        (D.ENFORCED, "suspend"): D.SUSPENDED,
        (D.SUSPENDED, "resume"): D.OPEN,
        (D.SUSPENDED, "resume_enforced"): D.ENFORCED,
        (D.OPEN, "enforce"): D.ENFORCED,
    },
)  # fmt: skip
RECEIPT_LIFECYCLE = Lifecycle(
    "receipt", R, R.REPORTED, {(R.REPORTED, "confirm_receipt"): R.CONFIRMED, (R.REPORTED, "reject_receipt"): R.REJECTED}
)


@dataclass(frozen=True)
class Shares:
    """How an amount that came is shared out, whole won; over: more than is owed."""

    principal_won: int
    interest_won: int
    late_won: int
    over_won: int


def shared(came_won: int, *, principal_won: int, interest_won: int, late_won: int) -> Shares:
    """came_won against what is still owed of each, in that order."""
    principal = min(came_won, max(0, principal_won))
    interest = min(came_won - principal, max(0, interest_won))
    late = min(came_won - principal - interest, max(0, late_won))
    return Shares(principal, interest, late, came_won - principal - interest - late)


def late_charge_won(amount_won: int, due_on: date, on: date, steps: Sequence[LateStep]) -> int:
    """가산금: the share of amount_won that the table gives for being paid on a day, rounded down; 0 in time."""
    if on <= due_on or amount_won <= 0:
        return 0
    for step in steps:
        last = step.last_day(due_on)
        if last is None or on <= last:
            return int((Decimal(amount_won) * step.rate).to_integral_value(ROUND_DOWN))
    return int((Decimal(amount_won) * steps[-1].rate).to_integral_value(ROUND_DOWN)) if steps else 0


def moved_due(due_on: date, suspended_on: date, resumed_on: date) -> date:
    """The due day after an objection held the debt back: later by the days that it stood, and never on a day off; what was late
    stays late."""
    return workdays.add_working_days(due_on + (resumed_on - suspended_on), 0)


# verb of a duty → the role that hears of it when it is late
ESCALATES = {
    "submit_statement": "OPERATOR_CASE", "review_settlement": "OPERATOR_FINANCE", "confirm_settlement": "MINISTRY_OFFICER",
    "pay_debt": "OPERATOR_FINANCE", "check_receipt": "MINISTRY_OFFICER", "repay_debt": "MINISTRY_OFFICER",
    "give_prior_notice": "OPERATOR_FINANCE", "order_clawback": "MINISTRY_OFFICER", "report_order": "MINISTRY_OFFICER",
    "enter_restriction": "MINISTRY_APPROVER", "apply_ruling": "MINISTRY_OFFICER", "lift_restriction": "MINISTRY_APPROVER",
    "answer_audit_finding": "MINISTRY_APPROVER",
}  # fmt: skip

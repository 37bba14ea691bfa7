"""Money that came beyond what is owed goes back: entered by one of finance, found as gone by another, and then booked once."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.ledger import actions as ledger
from vouchers.settlements import queries, rules
from vouchers.settlements.actions.owing import release
from vouchers.settlements.actions.steps import lock_debt, require_apart
from vouchers.settlements.models import Debt, Receipt


@transaction.atomic
def repay(*, debt_id: int, paid_on: date, proof: Document | None, by: Any) -> Receipt:
    """What came beyond what is owed was transferred back; nothing is booked until somebody else found it gone (`confirm_receipt`).
    Writes: Receipt REPORTED (repayment), Event debt.repayment_entered, Duty. Raises: Refused (nothing too much, entered already, a
    day ahead, no proof)."""
    debt = lock_debt(debt_id)
    require(by, "vouchers.confirm_receipt")
    require_apart(debt, by)
    over = queries.over_won(debt)
    if debt.status != rules.DebtStatus.OVERPAID or not over:
        raise Refused(_("Nothing came beyond what is owed."), "nothing_over")
    if queries.unchecked(debt):
        raise Refused(_("The transfer back is entered already. Somebody else checks it."), "entered")
    if paid_on > clock.today():
        raise Refused(_("The day of the transfer lies in the future."), "day_future", "received_on")
    if proof is None:
        raise Refused(_("Attach the proof of the transfer."), "proof_missing", "file")
    receipt = Receipt(debt=debt, is_repayment=True, amount_won=over, received_on=paid_on, proof=proof, reported_by=by)
    receipt.save()
    journal.record(
        "debt.repayment_entered", debt, by=by, organisations=debt.organisation_ids(),
        data={"receipt": receipt.ref, "amount_won": over, "paid_on": paid_on.isoformat()},
    )  # fmt: skip
    journal.close_duty(debt, "repay_debt", by=by)
    journal.open_duty(
        debt, "check_receipt", title_ko=f"과오납 반환 확인: {debt.agreement.number}", title_en=f"Check money that went back: {debt.agreement.number}",
        url=debt.get_absolute_url(), due_in=debt.agreement.round.days("receipt_check"), role="OPERATOR_FINANCE", by_mail=True, by=by,
    )  # fmt: skip
    return receipt


def went_back(debt: Debt, receipt: Receipt, by: Any) -> Receipt:
    """The debt locked, the receipt stepped. Writes: Receipt CONFIRMED, ledger REVERSED, Debt, Event, Duties."""
    over = queries.over_won(debt)
    assert receipt.amount_won == over, "while it is reported nothing else changes what came too much"
    _principal, interest, late = queries.came(debt)
    receipt.late_won = min(over, max(0, late - debt.charged_won))
    receipt.interest_won = min(over - receipt.late_won, max(0, interest - debt.interest_won))
    receipt.principal_won = over - receipt.late_won - receipt.interest_won
    receipt.decided_by, receipt.decided_at = by, clock.now()
    receipt.save()
    if receipt.principal_won and debt.kind != rules.DebtKind.SURCHARGE:
        ledger.repay(
            round_id=debt.agreement.round_id, voucher_ref=debt.agreement.voucher.ref, amount_won=receipt.principal_won, key=receipt.ref,
            reason=f"과오납 반환 {debt.agreement.number}", reason_en=f"Paid back too much {debt.agreement.number}", by=by,
        )  # fmt: skip
    release(debt, "settle" if debt.owed_won else "cancel", "repaid", by=by)
    return receipt

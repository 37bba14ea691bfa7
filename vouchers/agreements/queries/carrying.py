"""Carry-overs past the fiscal year."""

from vouchers.agreements import rules
from vouchers.agreements.models import Agreement, CarryOver, Voucher
from vouchers.ledger import queries as ledger


def carried(agreement: Agreement) -> bool:
    """Was a carry-over past the round's year approved?"""
    return CarryOver.objects.filter(
        agreement=agreement, fiscal_year=agreement.round.fiscal_year, status=rules.CarryOverStatus.APPROVED
    ).exists()


def unpaid_won(agreement: Agreement) -> int:
    """Of the grant what was not paid: before the voucher is issued all of it."""
    voucher = Voucher.objects.filter(agreement=agreement).first()
    return ledger.balance(agreement.round_id, "COMMITTED", voucher.ref) if voucher else agreement.grant_won


def carried_won(voucher_ref: str, fiscal_year: int) -> int:
    """What of a voucher may be paid after the year, whole won."""
    found = CarryOver.objects.filter(
        agreement__voucher__ref=voucher_ref, fiscal_year=fiscal_year, status=rules.CarryOverStatus.APPROVED
    )
    return found.values_list("amount_won", flat=True).first() or 0

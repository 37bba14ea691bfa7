"""Carry-overs past the fiscal year."""

from django.db.models import Q

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


def carried_won(owner_ref: str, fiscal_year: int) -> int:
    """What of a voucher, or of an award whose agreement is not signed yet, may be paid after the year, whole won. owner_ref: of its
    pot."""
    found = CarryOver.objects.filter(
        Q(agreement__voucher__ref=owner_ref) | Q(agreement__award__application__ref=owner_ref),
        fiscal_year=fiscal_year, status=rules.CarryOverStatus.APPROVED,
    )  # fmt: skip
    return found.values_list("amount_won", flat=True).first() or 0


def carry_overs_asked(fiscal_year: int) -> list[str]:
    """Numbers of agreements whose carry-over past the year nobody decided about yet."""
    found = CarryOver.objects.filter(fiscal_year=fiscal_year, status=rules.CarryOverStatus.REQUESTED)
    return list(found.order_by("agreement__number").values_list("agreement__number", flat=True))

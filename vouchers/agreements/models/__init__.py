"""Agreement, parties, versions, lines, the voucher, comments on articles, and changes."""

from vouchers.agreements.models.agreeing import (
    Agreement,
    AgreementLine,
    AgreementParty,
    AgreementQuerySet,
    AgreementVersion,
    Voucher,
    VoucherQuerySet,
)
from vouchers.agreements.models.carrying import CarryOver, CarryOverQuerySet
from vouchers.agreements.models.changing import AgreementChange, AgreementChangeQuerySet, VersionSignature
from vouchers.agreements.models.negotiating import ClauseComment

__all__ = [
    "Agreement", "AgreementChange", "AgreementChangeQuerySet", "AgreementLine", "AgreementParty", "AgreementQuerySet",
    "AgreementVersion", "CarryOver", "CarryOverQuerySet", "ClauseComment", "VersionSignature", "Voucher", "VoucherQuerySet",
]  # fmt: skip

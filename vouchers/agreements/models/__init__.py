"""Agreement, parties, versions, lines, the voucher, and changes."""

from vouchers.agreements.models.agreeing import (
    Agreement,
    AgreementLine,
    AgreementParty,
    AgreementQuerySet,
    AgreementVersion,
    Voucher,
    VoucherQuerySet,
)
from vouchers.agreements.models.changing import AgreementChange, AgreementChangeQuerySet, VersionSignature

__all__ = [
    "Agreement", "AgreementChange", "AgreementChangeQuerySet", "AgreementLine", "AgreementParty", "AgreementQuerySet",
    "AgreementVersion", "VersionSignature", "Voucher", "VoucherQuerySet",
]  # fmt: skip

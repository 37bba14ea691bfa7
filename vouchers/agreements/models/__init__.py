"""Agreement, parties, versions, lines, the voucher, comments on articles, changes, suspension and termination."""

from vouchers.agreements.models.agreeing import (
    Agreement,
    AgreementLine,
    AgreementParty,
    AgreementQuerySet,
    AgreementVersion,
    Voucher,
    VoucherQuerySet,
)
from vouchers.agreements.models.authority import SigningAuthority, SigningAuthorityQuerySet
from vouchers.agreements.models.carrying import CarryOver, CarryOverQuerySet
from vouchers.agreements.models.changing import AgreementChange, AgreementChangeQuerySet, VersionSignature
from vouchers.agreements.models.halting import (
    AgreementHalt,
    AgreementHaltQuerySet,
    HaltConsent,
    HaltOpinion,
    HaltRecovery,
)
from vouchers.agreements.models.negotiating import ClauseComment

__all__ = [
    "Agreement",
    "AgreementChange",
    "AgreementChangeQuerySet",
    "AgreementHalt",
    "AgreementHaltQuerySet",
    "AgreementLine",
    "AgreementParty",
    "AgreementQuerySet",
    "AgreementVersion",
    "CarryOver",
    "CarryOverQuerySet",
    "ClauseComment",
    "HaltConsent",
    "HaltOpinion",
    "HaltRecovery",
    "SigningAuthority",
    "SigningAuthorityQuerySet",
    "VersionSignature",
    "Voucher",
    "VoucherQuerySet",
]

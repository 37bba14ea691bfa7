"""The room's rules: settling, and what is owed back."""

from vouchers.settlements.rules.debts import (
    DEBT_LIFECYCLE,
    LIVE,
    RECEIPT_LIFECYCLE,
    DebtKind,
    DebtStatus,
    ReceiptStatus,
    Shares,
    late_charge_won,
    moved_due,
    shared,
)
from vouchers.settlements.rules.settling import (
    COMPANY,
    FIXED,
    LIFECYCLE,
    STATABLE,
    Balance,
    DisallowedFor,
    OwedBy,
    SettlementStatus,
    Used,
    Verdict,
    balance,
    may_confirm,
    needs_verification,
    statement_fault,
    verdict_fault,
)

__all__ = [
    "COMPANY", "DEBT_LIFECYCLE", "FIXED", "LIFECYCLE", "LIVE", "RECEIPT_LIFECYCLE", "STATABLE", "Balance", "DebtKind", "DebtStatus",
    "DisallowedFor", "OwedBy", "ReceiptStatus", "SettlementStatus", "Shares", "Used", "Verdict", "balance", "late_charge_won",
    "may_confirm", "moved_due", "needs_verification", "shared", "statement_fault", "verdict_fault",
]  # fmt: skip

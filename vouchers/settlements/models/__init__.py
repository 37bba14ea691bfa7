"""What the room keeps: settlements with their lines, money taken back, what is owed, what came."""

from vouchers.settlements.models.auditing import AuditFile, AuditFileQuerySet
from vouchers.settlements.models.clawing import Clawback, ClawbackQuerySet
from vouchers.settlements.models.closing import ClosingLine, YearClosing
from vouchers.settlements.models.debts import Debt, DebtQuerySet, Receipt
from vouchers.settlements.models.sampling import AuditFinding, AuditSample, AuditSampleQuerySet, SampleItem
from vouchers.settlements.models.settling import Settlement, SettlementLine, SettlementQuerySet

__all__ = [
    "AuditFile",
    "AuditFileQuerySet",
    "AuditFinding",
    "AuditSample",
    "AuditSampleQuerySet",
    "Clawback",
    "ClawbackQuerySet",
    "ClosingLine",
    "Debt",
    "DebtQuerySet",
    "Receipt",
    "SampleItem",
    "Settlement",
    "SettlementLine",
    "SettlementQuerySet",
    "YearClosing",
]

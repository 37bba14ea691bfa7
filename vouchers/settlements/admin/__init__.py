"""The officers' doors of the room."""

from vouchers.settlements.admin.auditing import AuditFileAdmin
from vouchers.settlements.admin.clawing import ClawbackAdmin
from vouchers.settlements.admin.closing import YearClosingAdmin
from vouchers.settlements.admin.debts import DebtAdmin
from vouchers.settlements.admin.sampling import AuditFindingAdmin, AuditSampleAdmin
from vouchers.settlements.admin.settling import SettlementAdmin, SettlementLineAdmin

__all__ = [
    "AuditFileAdmin",
    "AuditFindingAdmin",
    "AuditSampleAdmin",
    "ClawbackAdmin",
    "DebtAdmin",
    "SettlementAdmin",
    "SettlementLineAdmin",
    "YearClosingAdmin",
]

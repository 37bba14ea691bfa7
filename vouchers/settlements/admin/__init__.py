"""The officers' doors of the room."""

from vouchers.settlements.admin.clawing import ClawbackAdmin
from vouchers.settlements.admin.closing import YearClosingAdmin
from vouchers.settlements.admin.debts import DebtAdmin
from vouchers.settlements.admin.settling import SettlementAdmin, SettlementLineAdmin

__all__ = [
    "ClawbackAdmin",
    "DebtAdmin",
    "SettlementAdmin",
    "SettlementLineAdmin",
    "YearClosingAdmin",
]

"""What the room keeps: settlements with their lines, what is owed back, what came."""

from vouchers.settlements.models.debts import Debt, DebtQuerySet, Receipt
from vouchers.settlements.models.settling import Settlement, SettlementLine, SettlementQuerySet

__all__ = ["Debt", "DebtQuerySet", "Receipt", "Settlement", "SettlementLine", "SettlementQuerySet"]

"""The browser's doors of the room."""

from vouchers.settlements.views.debts import check, debt_detail, enforce, proof, repay, report
from vouchers.settlements.views.settling import detail, file, lower, object_to, settlement_list, state

__all__ = [
    "check", "debt_detail", "detail", "enforce", "file", "lower", "object_to", "proof", "repay", "report", "settlement_list", "state",
]  # fmt: skip

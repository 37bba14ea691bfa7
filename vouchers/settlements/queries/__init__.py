"""Questions of the room."""

from vouchers.settlements.queries.debts import Standing, behind, came, debts_for, over_won, policy_of, receipts_of, standing
from vouchers.settlements.queries.debts import may as may_with_debt
from vouchers.settlements.queries.objecting import decision, held_back, upheld
from vouchers.settlements.queries.settling import (
    ENDED,
    balance,
    debts_of,
    ended_on,
    held_because,
    hindered,
    left_won,
    lines_of,
    listed,
    may,
    money_moves,
    paid_by_payee,
    settlements_for,
    unsettled,
)

__all__ = [
    "ENDED", "Standing", "balance", "behind", "came", "debts_for", "debts_of", "decision", "ended_on", "held_back", "held_because", "hindered", "left_won",
    "lines_of", "listed", "may", "may_with_debt", "money_moves", "over_won", "paid_by_payee", "policy_of", "receipts_of",
    "settlements_for", "standing", "unsettled", "upheld",
]  # fmt: skip

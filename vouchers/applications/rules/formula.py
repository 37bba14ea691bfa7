"""The money formula in words: `400,000,000원 × 85% = 340,000,000원, 한도 320,000,000원 적용`."""

from decimal import Decimal

from portal.kit.won import won
from portal.kit.words import korean
from vouchers.rounds.rules import Money


def rate_words(rate: Decimal) -> str:
    """Decimal("0.85") → `85%`."""
    return f"{(rate * 100).normalize():f}%"


def formula(money: Money) -> str:
    """One line in the reader's language: supply × rate, then the limit that applied."""
    by_rate = int(Decimal(money.supply_won) * money.rate)
    line = f"{won(money.supply_won)} × {rate_words(money.rate)} = {won(by_rate)}"
    if money.capped and money.cap_won is not None:
        return line + (f", 한도 {won(money.cap_won)} 적용" if korean() else f", ceiling of {won(money.cap_won)} applies")
    if money.grant_won < by_rate:
        words = f", 자부담·절사 기준 적용 후 {won(money.grant_won)}"
        return line + (words if korean() else f", after own share and rounding {won(money.grant_won)}")
    return line

"""The money formula of an application. Source: domain.md §1.9."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from vouchers.rounds.rules.policy import Policy


@dataclass(frozen=True)
class Money:
    """One application's money, whole won. grant + own_cash = supply; project_cost = supply + own_in_kind."""

    supply_won: int
    vat_won: int
    grant_won: int
    own_cash_won: int
    own_in_kind_won: int
    cap_won: int | None
    rate: Decimal
    capped: bool

    @property
    def project_cost_won(self) -> int:
        return self.supply_won + self.own_in_kind_won

    @property
    def company_pays_won(self) -> int:
        """Own cash and the VAT that the company bears."""
        return self.own_cash_won + self.vat_won


def money(
    *,
    supply_won: int,
    taxable_won: int,
    company_size: str,
    cap_won: int | None,
    policy: Policy,
    budget_left_won: int | None = None,
    own_in_kind_won: int = 0,
    region: str = "",
) -> Money:
    """The formula of domain.md §1.9: grant = floor(min(cap, supply × rate, budget left)), the rest is own cash.

    supply_won: Σ quote lines without VAT; taxable_won: the part with VAT (10 %). region: code of the company's, "" unknown. Raises KeyError for a company size
    without a rate (such a round cannot be announced).
    """
    rate = policy.rate(company_size, region)
    by_rate = int((Decimal(supply_won) * rate).to_integral_value(rounding=ROUND_FLOOR))
    limits = [by_rate, *(limit for limit in (cap_won, budget_left_won) if limit is not None)]
    unit = max(1, policy.rounding_unit_won)
    grant = max(0, min(limits)) // unit * unit
    cash_minimum = int(Decimal(supply_won) * policy.min_cash_rate)
    grant = min(grant, supply_won - cash_minimum) if supply_won else 0
    return Money(
        supply_won=supply_won,
        vat_won=taxable_won // 10,
        grant_won=grant,
        own_cash_won=supply_won - grant,
        own_in_kind_won=own_in_kind_won,
        cap_won=cap_won,
        rate=rate,
        capped=cap_won is not None and by_rate > cap_won,
    )


def worked_supply_won(cap_won: int | None, task_price_won: int | None, policy: Policy) -> int:
    """The supply amount of a worked example: the task price, else one at which the ceiling just begins to matter."""
    if task_price_won:
        return task_price_won
    rate = max(policy.grant_rates.values(), default=Decimal(1))
    return int(Decimal(cap_won or 100_000_000) / rate)

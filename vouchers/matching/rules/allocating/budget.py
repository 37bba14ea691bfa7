"""One budget for the whole programme: a flow whose pairs also pay a price for every won. Pure.

Points minus price × won, plus price × budget, bounds every choice that keeps to the budget, whatever the price is; the least of
these bounds is that of the linear program. The best choice that keeps to the budget is filled up with what is left.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vouchers.matching.rules.allocating.flow import LARGEST, best, greedy, network
from vouchers.matching.rules.allocating.market import Array, Market

TURNS, STEPS = 16, 200  # at most so many flows, and single changes at the end of each
TIGHT, NEAR = 20_000, 1_000  # a gap below a twenty-thousandth is enough; filling up is worth it from a thousandth on


@dataclass(frozen=True)
class Plan:
    """chosen: numbers of pairs; worth and bound: points; gap: what could at most be missing; rate: of so many parts of a point
    (`scale`) what a won costs at the bound."""

    chosen: Array
    worth: int
    bound: int
    rate: int
    scale: int

    @property
    def price(self) -> Fraction:
        """Points a won."""
        return Fraction(self.rate, self.scale)

    @property
    def gap(self) -> int:
        return self.bound - self.worth


def within(market: Market, budget_won: int) -> Plan:
    """The best choice that was found within the budget, with the bound that no choice exceeds."""
    free = best(market)
    if market.price(free) <= budget_won:
        worth = market.worth(free)
        return Plan(free, worth, worth, 0, 1)
    scale = _scale(market)
    top = _dearest(market, scale)
    under, over = np.zeros(0, dtype=np.int64), free  # choices at the prices `high` and `low`
    low, high, bound, price = 0, top, market.worth(free), 0
    best_of = greedy(market, budget_won)
    for _turn in range(TURNS):
        if high - low <= 1 or (bound - market.worth(best_of)) * TIGHT <= bound:
            break
        at = _between(market, under, over, low, high, scale)
        chosen = best(market, scale, at)
        total = (scale * market.worth(chosen) - at * market.price(chosen) + at * budget_won) // scale
        if total < bound:
            bound, price = total, at
        if market.price(chosen) <= budget_won:
            high, under = at, chosen
        else:
            low, over = at, chosen
        mixed = _mixed(market, under, over, budget_won)
        near = (bound - market.worth(mixed)) * NEAR <= bound  # far from the bound it is not worth filling up
        best_of = max(best_of, filled(market, mixed, budget_won) if near else mixed, key=market.worth)
    best_of = filled(market, best_of, budget_won)
    return Plan(best_of, market.worth(best_of), bound, price, scale)


def _scale(market: Market) -> int:
    """Parts of a point, so fine as the solver bears."""
    nodes = len(network(market).supply)
    largest = int(market.value.max()) + market.served
    return 1 << max(0, (LARGEST // (4 * nodes * largest)).bit_length() - 1)


def _dearest(market: Market, scale: int) -> int:
    """A price at which nothing is worth its cost; what costs nothing is free at any price."""
    paid = market.cost > 0
    return int(((market.value[paid] + market.served) * scale // market.cost[paid]).max(initial=0)) + 1


def _between(market: Market, under: Array, over: Array, low: int, high: int, scale: int) -> int:
    """Where the two choices are worth the same; the middle when that is at an end."""
    won = market.price(over) - market.price(under)
    at = scale * (market.worth(over) - market.worth(under)) // won if won > 0 else low
    return at if low < at < high else (low + high) // 2


# ── Filling up ───────────────────────────────────────────────────────────────────────────────────────
def _mixed(market: Market, under: Array, over: Array, budget_won: int) -> Array:
    """The cheaper choice with those parts of the dearer one that pay best for their won. Parts share neither need nor offer."""
    parts: dict[int, list[int]] = defaultdict(list)
    changed = np.setxor1d(under, over)
    for number, root in zip(changed.tolist(), _roots(market, changed), strict=True):
        parts[root].append(number)
    inside, left = set(under.tolist()), budget_won - market.price(under)
    swaps = []
    for root, numbers in parts.items():
        gone, come = [n for n in numbers if n in inside], [n for n in numbers if n not in inside]
        points = market.worth(np.array(come, dtype=np.int64)) - market.worth(np.array(gone, dtype=np.int64))
        won = int(market.cost[come].sum()) - int(market.cost[gone].sum())
        if points > 0:
            swaps.append((Fraction(-points, won) if won > 0 else Fraction(-FIRST), root, won, gone, come))
    for _rate, _root, won, gone, come in sorted(swaps):
        if won <= left:
            inside = (inside - {*gone}) | {*come}
            left -= won
    return np.array(sorted(inside), dtype=np.int64)


FIRST = 10**12  # before any rate of points a won


def _roots(market: Market, numbers: Array) -> list[int]:
    """A name for each pair, alike for pairs that hang together by a need or an offer."""
    above: dict[int, int] = {}

    def root(node: int) -> int:
        while (up := above.setdefault(node, node)) != node:
            above[node] = above.setdefault(up, up)
            node = up
        return node

    ends = [(int(market.row[n]), len(market.needs) + int(market.column[n])) for n in numbers]
    for need, offer in ends:
        a, b = root(need), root(offer)
        above[max(a, b)] = min(a, b)
    return [root(need) for need, _offer in ends]


def filled(market: Market, chosen: Array, budget_won: int) -> Array:
    """Adds pairs, and puts dearer ones in the place of cheaper ones, while budget is left; most points for the won first."""
    inside = set(chosen.tolist())
    left = budget_won - market.price(chosen)
    for _turn in range(STEPS):
        step = _step(market, np.array(sorted(inside), dtype=np.int64), left)
        if step is None:
            break
        gone, come, won = step
        inside = (inside - {gone}) | {come}
        left -= won
    return np.array(sorted(inside), dtype=np.int64)


def _step(market: Market, chosen: Array, left: int) -> tuple[int, int, int] | None:
    """(pair that goes or -1, pair that comes, won) of the best single change that the rest of the budget bears, or None."""
    had = np.zeros(len(market.row), dtype=bool)
    had[chosen] = True
    count = np.bincount(market.row[chosen], minlength=len(market.needs))
    open_ = market.room > np.bincount(market.column[chosen], minlength=len(market.offers))
    least = np.full(len(market.needs), -1)
    order = chosen[np.argsort(-market.value[chosen], kind="stable")]
    least[market.row[order]] = order  # the last one written: the least valuable pair of each need
    full = count >= market.places
    gone = np.where(full[market.row], least[market.row], -1)
    points = market.value - np.where(gone >= 0, market.value[gone], 0) + market.served * (count[market.row] == 0)
    won = market.cost - np.where(gone >= 0, market.cost[gone], 0)
    may = ~had & open_[market.column] & (points > 0) & (won <= left) & (market.places[market.row] > 0)
    may &= ~_twice(market, chosen, gone)
    if not may.any():
        return None
    rate = np.where(may, points / np.maximum(won, 1), -1.0)
    number = int(rate.argmax())
    return int(gone[number]), number, int(won[number])


def _twice(market: Market, chosen: Array, gone: Array) -> Array:
    """Whether the need has an offer of the same dataset already, other than the one that would go."""
    if int(market.places.max(initial=0)) < 2:
        return np.zeros(len(market.row), dtype=bool)
    key = market.row * (int(market.dataset.max()) + 1) + market.dataset[market.column]
    leaving = np.where(gone >= 0, key[gone], -1)
    return np.isin(key, key[chosen]) & (key != leaving)

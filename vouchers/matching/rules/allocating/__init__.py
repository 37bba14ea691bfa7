"""Who could be served by whom in a whole round: the best choice of pairs, its prices and its bound, with and without one budget.

Import it where a round is allocated and nowhere else: it loads numpy, and the solver when it solves.
"""

from vouchers.matching.rules.allocating.asking import FIRST, Asked, asked
from vouchers.matching.rules.allocating.budget import Plan, within
from vouchers.matching.rules.allocating.flow import best, greedy, network, solver
from vouchers.matching.rules.allocating.market import Market, Pair, compact, market
from vouchers.matching.rules.allocating.prices import Prices, prices
from vouchers.matching.rules.allocating.record import ENGINE, Outcome, inputs_text, outcome

__all__ = [
    "ENGINE",
    "FIRST",
    "Asked",
    "Market",
    "Outcome",
    "Pair",
    "Plan",
    "Prices",
    "asked",
    "best",
    "compact",
    "greedy",
    "inputs_text",
    "market",
    "network",
    "outcome",
    "prices",
    "solver",
    "within",
]

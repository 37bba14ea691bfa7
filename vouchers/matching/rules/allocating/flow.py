"""The best choice of pairs, exactly: a flow of least cost with a way around for what stays unserved. Deterministic. Pure.

The solver is loaded when it is needed, so that other processes never carry it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vouchers.matching.rules.allocating.market import Array, Market

LARGEST = 2**61  # what the solver multiplies out inside stays below this


@dataclass(frozen=True)
class Network:
    """Arcs of the flow; the first ones are the market's pairs, in its order. Nodes: needs, then offers, then datasets that a need
    could get twice, then the sink."""

    tail: Array
    head: Array
    room: Array
    cost: Array
    supply: Array
    pairs: int

    @property
    def sink(self) -> int:
        return len(self.supply) - 1


def network(market: Market, scale: int = 1, price: int = 0) -> Network:
    """A pair costs −scale × value + price × won; going unserved costs the points that serving would bring."""
    needs, offers = len(market.needs), len(market.offers)
    tail, inner = _gates(market)
    sink = needs + offers + len(inner)
    count = market.places > 0
    first, rest = np.nonzero(count)[0], np.nonzero(market.places > 1)[0]
    gate = np.arange(len(inner)) + needs + offers
    most = scale * (market.value + market.served)
    won = np.minimum(market.cost, most // max(price, 1) + 1)  # from there on no pair is worth its price: nothing overflows
    arcs = [  # tail, head, room, cost
        (tail, market.column + needs, np.ones_like(market.row), price * won - scale * market.value),
        (inner, gate, np.ones_like(gate), np.zeros_like(gate)),
        (np.arange(offers) + needs, np.full(offers, sink), np.minimum(market.room, int(market.places.sum())), np.zeros(offers)),
        (rest, np.full(len(rest), sink), market.places[rest] - 1, np.zeros(len(rest))),
        (first, np.full(len(first), sink), np.ones(len(first)), np.full(len(first), scale * market.served)),
    ]
    ends, heads, rooms, costs = (np.concatenate([np.asarray(arc[n], dtype=np.int64) for arc in arcs]) for n in range(4))
    supply = np.concatenate([market.places, np.zeros(offers + len(inner), dtype=np.int64), [-int(market.places.sum())]])
    return Network(ends, heads, rooms, costs, supply, len(market.row))


def _gates(market: Market) -> tuple[Array, Array]:
    """(tail of each pair, need of each gate): pairs with several offers of one dataset go through a gate for one of them."""
    tail = market.row.copy()
    sets = market.dataset[market.column] if len(market.column) else market.column
    key = market.row * (int(market.dataset.max(initial=0)) + 1) + sets
    names, local, count = np.unique(key, return_inverse=True, return_counts=True)
    twice = (count > 1) & (market.places[names // (int(market.dataset.max(initial=0)) + 1)] > 1) if len(names) else count > 1
    number = np.cumsum(twice) - 1
    through = twice[local] if len(local) else np.zeros(0, dtype=bool)
    tail[through] = number[local[through]] + len(market.needs) + len(market.offers)
    return tail, (names // (int(market.dataset.max(initial=0)) + 1))[twice]


def solved(net: Network) -> Array:
    """The flow on every arc. Raises ArithmeticError when the solver finds no optimum, which no market can cause."""
    flow = solver(net)
    if flow.solve() != flow.OPTIMAL:
        raise ArithmeticError("the flow has no optimum")
    return np.asarray(flow.flows(np.arange(len(net.tail), dtype=np.int32)), dtype=np.int64)


def solver(net: Network) -> Any:
    """The solver with the network inside, ready to solve."""
    from ortools.graph.python import min_cost_flow

    if int(np.abs(net.cost).max(initial=0)) * len(net.supply) > LARGEST:
        raise ArithmeticError("points and won are too large for the solver")
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(net.tail.astype(np.int32), net.head.astype(np.int32), net.room, net.cost)
    flow.set_nodes_supplies(np.arange(len(net.supply), dtype=np.int32), net.supply)
    return flow


def best(market: Market, scale: int = 1, price: int = 0) -> Array:
    """Numbers of the chosen pairs, in order; optimal, as `prices.bound` proves."""
    if not len(market.row):
        return np.zeros(0, dtype=np.int64)
    net = network(market, scale, price)
    return np.nonzero(solved(net)[: net.pairs] > 0)[0]


def greedy(market: Market, budget_won: int | None = None) -> Array:
    """The plain way, for comparison: the most points first, whoever comes; ties by need, then offer."""
    order = np.lexsort((market.column, market.row, -market.value))
    places, room = market.places.tolist(), market.room.tolist()
    left = budget_won
    got: set[tuple[int, int]] = set()
    chosen = []
    rows, columns, sets, costs = (x.tolist() for x in (market.row, market.column, market.dataset, market.cost))
    for number in order.tolist():
        n, m = rows[number], columns[number]
        if not places[n] or not room[m] or (n, sets[m]) in got or (left is not None and costs[number] > left):
            continue
        places[n] -= 1
        room[m] -= 1
        got.add((n, sets[m]))
        left = None if left is None else left - costs[number]
        chosen.append(number)
    return np.array(sorted(chosen), dtype=np.int64)

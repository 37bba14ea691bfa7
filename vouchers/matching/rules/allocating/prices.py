"""Prices of scarce places: what one more place of an offer would bring, and the bound that they prove. Pure.

Every set of prices bounds every choice from above (weak duality of the linear program), so the bound does not depend on how the
prices were found or on the solver. At the optimum it equals the choice: the gap is 0.
"""

from dataclasses import dataclass

import numpy as np

from vouchers.matching.rules.allocating.flow import Network, network
from vouchers.matching.rules.allocating.market import Array, Market

FAR = 2**60


@dataclass(frozen=True)
class Prices:
    """place: of each offer, points that one more place would bring; bound: points that no choice exceeds."""

    place: Array
    bound: int


def prices(market: Market, chosen: Array) -> Prices:
    """Of a best choice; of any other one a bound too, only a looser one."""
    net = network(market)
    used = _used(market, net, chosen)
    far = _distances(net, used)
    slack = np.maximum(0, far[net.head] - far[net.tail] - net.cost)  # what an arc is worth above its cost
    worth = int((net.supply[:-1] * (far[:-1] - far[-1])).sum()) + int((net.room * slack).sum())
    offset = market.served * int((market.places > 0).sum())  # the flow counts who goes unserved, `worth` who is served
    ends = net.pairs + np.arange(len(market.offers)) + _gates_of(net, market)
    return Prices(slack[ends], worth + offset)


def potentials(market: Market, chosen: Array, scale: int = 1, price: int = 0) -> Array:
    """What a node of the flow is worth, needs first, then offers: a pair that is not in the market makes the choice, which is the
    best at these prices, better where scale × value − price × won + its offer's − its need's is above zero."""
    net = network(market, scale, price)
    return _distances(net, _used(market, net, chosen))


def _gates_of(net: Network, market: Market) -> int:
    return len(net.supply) - 1 - len(market.needs) - len(market.offers)


def _used(market: Market, net: Network, chosen: Array) -> Array:
    """The flow of a choice on every arc."""
    flow = np.zeros(len(net.tail), dtype=np.int64)
    flow[chosen] = 1
    needs, offers, gates = len(market.needs), len(market.offers), _gates_of(net, market)
    through = net.tail[chosen]
    through = through[through >= needs + offers] - needs - offers
    flow[net.pairs + through] = 1
    start = net.pairs + gates
    flow[start : start + offers] = np.bincount(market.column[chosen], minlength=offers)
    lack = market.places - np.bincount(market.row[chosen], minlength=needs)
    rest, first = np.nonzero(market.places > 1)[0], np.nonzero(market.places > 0)[0]
    flow[start + offers : start + offers + len(rest)] = np.minimum(lack[rest], market.places[rest] - 1)
    flow[start + offers + len(rest) :] = np.maximum(0, lack[first] - market.places[first] + 1)
    return flow


def _distances(net: Network, used: Array) -> Array:
    """Bellman and Ford's distances from the sink over what the choice leaves open; whoever it cannot reach stays far away."""
    open_, back = used < net.room, used > 0
    tail = np.concatenate([net.tail[open_], net.head[back]])
    head = np.concatenate([net.head[open_], net.tail[back]])
    cost = np.concatenate([net.cost[open_], -net.cost[back]])
    order = np.argsort(head, kind="stable")
    tail, cost = tail[order], cost[order]
    heads, start = np.unique(head[order], return_index=True)
    far = np.full(len(net.supply), FAR, dtype=np.int64)
    far[net.sink] = 0
    for _turn in range(len(far)):
        reached = np.minimum(far[heads], np.minimum.reduceat(far[tail] + cost, start))
        if (reached == far[heads]).all():
            break
        far[heads] = reached
    return far

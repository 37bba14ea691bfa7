"""A round's market as arrays: needs, offers with their room, and what each pair is worth and costs. Pure; loads numpy."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

type Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Market:
    """needs, offers: ids in their own order. places: how many offers a need may get; room: how many needs an offer may serve.

    row, column, value, cost: of each pair that may be made, in the order of (row, column); value in points, above zero; cost in
    whole won. dataset: a number for each offer, alike for offers of one dataset, of which a need gets one at most. served: points
    for a need that gets any, so that a first offer goes before somebody else's second one.
    """

    needs: tuple[str, ...]
    places: Array
    offers: tuple[str, ...]
    room: Array
    dataset: Array
    row: Array
    column: Array
    value: Array
    cost: Array
    served: int = 0

    def worth(self, chosen: Array) -> int:
        """Points of a choice of pairs (numbers of pairs)."""
        return int(self.value[chosen].sum()) + self.served * len(np.unique(self.row[chosen]))

    def price(self, chosen: Array) -> int:
        """Whole won of a choice."""
        return int(self.cost[chosen].sum())

    def allows(self, chosen: Array, budget_won: int | None = None) -> bool:
        """Whether a choice keeps to places, room, one offer a dataset and the programme's budget."""
        by_need = np.bincount(self.row[chosen], minlength=len(self.needs))
        by_offer = np.bincount(self.column[chosen], minlength=len(self.offers))
        sets = np.stack([self.row[chosen], self.dataset[self.column[chosen]]])
        once = len(np.unique(chosen)) == len(chosen) and np.unique(sets, axis=1).shape[1] == len(chosen)
        paid = budget_won is None or self.price(chosen) <= budget_won
        return bool(once and paid and (by_need <= self.places).all() and (by_offer <= self.room).all())

    def pairs(self, chosen: Array) -> list[tuple[str, str]]:
        """(need, offer) of a choice, in order."""
        picked = np.sort(chosen)
        return [(self.needs[n], self.offers[m]) for n, m in zip(self.row[picked], self.column[picked], strict=True)]


def compact(market: Market) -> Market:
    """Without the offers that no pair names."""
    used, column = np.unique(market.column, return_inverse=True)
    sets = np.unique(market.dataset[used], return_inverse=True)[1]
    return replace(
        market, offers=tuple(market.offers[n] for n in used), room=market.room[used], dataset=sets, column=column.astype(np.int64)
    )


@dataclass(frozen=True)
class Pair:
    need: str
    offer: str
    value: int
    cost: int = 0


def market(
    needs: Iterable[tuple[str, int]], offers: Iterable[tuple[str, str, int]], pairs: Iterable[Pair], served: int = 0
) -> Market:
    """needs: (id, places); offers: (id, dataset, room). The same for any order of what is given.

    Raises ValueError for a pair that is named twice, is worth nothing, or names somebody who is not there.
    """
    asking, offering = sorted(needs), sorted(offers)
    row = {name: number for number, (name, _places) in enumerate(asking)}
    column = {name: number for number, (name, _dataset, _room) in enumerate(offering)}
    try:
        listed = sorted((row[one.need], column[one.offer], one.value, one.cost) for one in pairs)
    except KeyError as error:
        raise ValueError(f"no such need or offer: {error}") from None
    if any(a[:2] == b[:2] for a, b in pairwise(listed)) or any(one[2] <= 0 or one[3] < 0 for one in listed):
        raise ValueError("a pair stands once, is worth more than nothing and costs nothing or more")
    sets = {name: number for number, name in enumerate(sorted({dataset for _name, dataset, _room in offering}))}
    table = np.array(listed, dtype=np.int64).reshape(-1, 4)
    return Market(
        needs=tuple(row),
        places=_whole(places for _name, places in asking),
        offers=tuple(column),
        room=_whole(room for _name, _dataset, room in offering),
        dataset=_whole(sets[dataset] for _name, dataset, _room in offering),
        row=table[:, 0],
        column=table[:, 1],
        value=table[:, 2],
        cost=table[:, 3],
        served=served,
    )


def _whole(values: Iterable[int]) -> Array:
    return np.array(list(values), dtype=np.int64)

"""From needs and candidates to a market: the block scorer's rankings, the round's emphasis, what a pair costs. Pure.

A need is paired with the first of its ranking; then with whatever else would make the choice better, by the prices of the places,
until nothing would: the best choice of these pairs is the best of all pairs that may be made, and its bound holds for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vouchers.matching.rules.allocating.budget import within
from vouchers.matching.rules.allocating.flow import best
from vouchers.matching.rules.allocating.market import Array, Market, compact
from vouchers.matching.rules.allocating.prices import FAR, potentials
from vouchers.matching.rules.blocks import Shelf
from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.rounds.rules import CAPITAL_AREA, AllocatingPolicy

FIRST = 50  # of each need's ranking to begin with, and so many more at a time where they would make the choice better


@dataclass(frozen=True)
class Asked:
    """A market and what its numbers stand for. score: of each pair, before the round's emphasis; cost: won, −1 where nobody says;
    unpriced: pairs that were left out of a market with one budget because nobody says what they cost."""

    market: Market
    candidates: tuple[Candidate, ...]
    score: Array
    cost: Array
    unpriced: int = 0


def asked(
    needs: Mapping[str, Need],
    candidates: Sequence[Candidate],
    policy: Policy,
    terms: AllocatingPolicy,
    *,
    budget_won: int | None = None,
) -> Asked:
    """needs: id → need. Candidates that the voucher cannot pay, or without open places, are nobody's.

    Umbrellas and their parts are folded as in a single ranking; with a budget for all together only pairs whose cost is known.
    """
    names = sorted(needs)
    shelf = Shelf([needs[name] for name in names], candidates, replace(policy, suppliers_only=True))
    outside = np.array([bool(needs[name].region) and needs[name].region not in CAPITAL_AREA for name in names], dtype=bool)
    limits = [policy.budget_of(needs[name]) for name in names]
    everything = _Everything(
        tuple(names), shelf, terms, terms.region * outside.astype(np.int64), np.array([_floor(one) for one in shelf.candidates], dtype=np.int64),
        np.array([-1 if limit is None else limit for limit in limits], dtype=np.int64), budget_won,
    )  # fmt: skip
    found = everything.first(terms.ranked or FIRST)
    return everything.asked(*(found if terms.ranked else everything.completed(found)))


@dataclass(frozen=True)
class _Everything:
    """All pairs that may be made, block by block. A pair is a number: its need's, times how many candidates there are, plus its
    candidate's. extra: points of each need beside its scores; floors, budgets: won, −1 where nobody says."""

    names: tuple[str, ...]
    shelf: Shelf
    terms: AllocatingPolicy
    extra: Array
    floors: Array
    budgets: Array
    budget_won: int | None

    @property
    def least(self) -> int:
        return max(self.terms.least, 1)

    def first(self, most: int) -> tuple[Array, Array]:
        """The best so many of each need, in order, and their scores."""
        ranked = self.shelf.ranked(most)
        row, place = np.nonzero((ranked.column >= 0) & (ranked.score >= self.least))
        pairs = row.astype(np.int64) * len(self.shelf.candidates) + ranked.column[row, place]
        order = np.argsort(pairs)
        return pairs[order], ranked.score[row, place][order].astype(np.int64)

    def completed(self, found: tuple[Array, Array]) -> tuple[Array, Array]:
        """With all pairs that would make the best choice better; with a budget, at the price of a won that bounds it."""
        while True:
            begun, (scale, price) = len(found[0]), self._price(self.asked(*found).market)
            while more := self._better(self.asked(*found).market, scale, price):
                pairs, score = (np.concatenate(both) for both in zip(found, more, strict=True))
                order = np.argsort(pairs, kind="stable")
                found = pairs[order], score[order]
            if len(found[0]) == begun or self.budget_won is None:
                return found

    def _price(self, market: Market) -> tuple[int, int]:
        """(parts of a point, how many of them a won costs)."""
        if self.budget_won is None or not len(market.row):
            return 1, 0
        plan = within(compact(market), self.budget_won)
        return plan.scale, plan.rate

    def _better(self, market: Market, scale: int, price: int) -> tuple[Array, Array] | None:
        """Pairs that are not in the market and would make its best choice at this price of a won better, the best of each need, and
        their scores; None when it is the best of all."""
        if not len(market.row):
            return None
        own = compact(market)
        far = potentials(own, best(own, scale, price), scale, price)
        of_need, of_used = far[: len(own.needs)], far[len(own.needs) :][: len(own.offers)]
        place = np.zeros(len(market.offers), dtype=np.int64)  # nobody wants it yet: its places cost nothing
        used = np.unique(market.column)
        place[used] = np.where(of_used < FAR, of_used, 0)
        bar = np.maximum(self.least, of_need // scale - self.extra).astype(np.int32)  # below it nothing is worth its need
        count = len(self.shelf.candidates)
        found = []
        for low, total in self.shelf.blocks():
            rows = slice(low, low + len(total))
            mine = slice(*np.searchsorted(market.row, (low, low + len(total))))
            may = (total >= bar[rows, None]) & (market.room > 0)[None, :]
            may[market.row[mine] - low, market.column[mine]] = False
            row, column = np.nonzero(may)
            gain = scale * (total[row, column] + self.extra[rows][row]) + place[column] - of_need[rows][row]
            if self.budget_won is not None:
                won = self._cost(row + low, column)
                gain = np.where(won < 0, 0, gain - price * won)  # nobody says what it costs
            row, column, gain = row[gain > 0], column[gain > 0], gain[gain > 0]
            order = np.lexsort((column, -gain, row))
            row, column = row[order], column[order]
            few = np.arange(len(row)) - np.searchsorted(row, row) < FIRST
            row, column = row[few], column[few]
            found.append(((row.astype(np.int64) + low) * count + column, total[row, column].astype(np.int64)))
        pairs, score = (np.concatenate(each) for each in zip(*found, strict=True))
        order = np.argsort(pairs, kind="stable")
        return (pairs[order], score[order]) if len(pairs) else None

    def _cost(self, row: Array, column: Array) -> Array:
        """Whole won of each pair: the offer's floor, else all that the need may spend, else −1. Nothing for free data."""
        return np.where(self.floors[column] >= 0, self.floors[column], self.budgets[row])

    def asked(self, pairs: Array, score: Array) -> Asked:
        """pairs: in order."""
        names, candidates = self.names, self.shelf.candidates
        row, column = np.divmod(pairs, max(len(candidates), 1))
        cost = self._cost(row, column)
        known = cost >= 0 if self.budget_won is not None else np.ones(len(cost), dtype=bool)
        row, column, score, cost = row[known], column[known], score[known], cost[known]
        sets = {key: number for number, key in enumerate(sorted({one.key for one in candidates}))}
        market = Market(
            needs=names,
            places=np.full(len(names), self.terms.a_need, dtype=np.int64),
            offers=tuple(one.id for one in candidates),
            room=np.array([_room(one, len(names)) for one in candidates], dtype=np.int64),
            dataset=np.array([sets[one.key] for one in candidates], dtype=np.int64),
            row=row,
            column=column,
            value=score + self.extra[row],
            cost=np.maximum(cost, 0),
            served=self.terms.served,
        )
        return Asked(market, candidates, score, cost, int((~known).sum()))


def _room(one: Candidate, most: int) -> int:
    """Needs that a candidate can serve; one that names no capacity is not limited."""
    open_ = one.offer.open_capacity if one.offer else None
    return most if open_ is None else min(max(open_, 0), most)


def _floor(one: Candidate) -> int:
    if one.offer is not None:
        return -1 if one.offer.floor_won is None else one.offer.floor_won
    return 0 if one.free else -1

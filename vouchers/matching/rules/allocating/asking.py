"""From needs and candidates to a market: the block scorer's rankings, the round's emphasis, what a pair costs. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vouchers.matching.rules.allocating.market import Array, Market
from vouchers.matching.rules.blocks import Shelf
from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.rounds.rules import CAPITAL_AREA, AllocatingPolicy


@dataclass(frozen=True)
class Asked:
    """A market and what its numbers stand for. score: of each pair, before the round's emphasis; cost: won, −1 where nobody says;
    unpriced: pairs that were left
    out of a market with one budget because nobody says what they cost."""

    market: Market
    candidates: tuple[Candidate, ...]
    score: Array
    cost: Array
    unpriced: int = 0


def asked(
    needs: Mapping[str, Need], candidates: Sequence[Candidate], policy: Policy, terms: AllocatingPolicy, *, budgeted: bool = False
) -> Asked:
    """needs: id → need. Candidates that the voucher cannot pay, or without open places, are nobody's.

    Umbrellas and their parts are folded as in a single ranking; budgeted: only pairs whose cost is known.
    """
    names = sorted(needs)
    shelf = Shelf([needs[name] for name in names], candidates, replace(policy, suppliers_only=True))
    ranked = shelf.ranked(terms.ranked)
    row, place = np.nonzero((ranked.column >= 0) & (ranked.score >= max(terms.least, 1)))
    column = ranked.column[row, place].astype(np.int64)
    order = np.lexsort((column, row))
    row, column, score = row[order].astype(np.int64), column[order], ranked.score[row, place][order].astype(np.int64)
    cost = _cost([policy.budget_of(needs[name]) for name in names], shelf.candidates, row, column)
    known = cost >= 0 if budgeted else np.ones(len(cost), dtype=bool)
    row, column, score, cost = row[known], column[known], score[known], cost[known]
    outside = np.array([bool(needs[name].region) and needs[name].region not in CAPITAL_AREA for name in names], dtype=bool)
    sets = {key: number for number, key in enumerate(sorted({one.key for one in shelf.candidates}))}
    market = Market(
        needs=tuple(names),
        places=np.full(len(names), terms.a_need, dtype=np.int64),
        offers=tuple(one.id for one in shelf.candidates),
        room=np.array([_room(one, len(names)) for one in shelf.candidates], dtype=np.int64),
        dataset=np.array([sets[one.key] for one in shelf.candidates], dtype=np.int64),
        row=row,
        column=column,
        value=score + terms.region * outside[row],
        cost=np.maximum(cost, 0),
        served=terms.served,
    )
    return Asked(market, shelf.candidates, score, cost, int((~known).sum()))


def _room(one: Candidate, most: int) -> int:
    """Needs that a candidate can serve; one that names no capacity is not limited."""
    open_ = one.offer.open_capacity if one.offer else None
    return most if open_ is None else min(max(open_, 0), most)


def _cost(limits: Sequence[int | None], candidates: Sequence[Candidate], row: Array, column: Array) -> Array:
    """Whole won of each pair: the offer's floor, else all that the need may spend, else −1. Nothing for free data."""
    floors = np.array([_floor(one) for one in candidates], dtype=np.int64)
    budgets = np.array([-1 if limit is None else limit for limit in limits], dtype=np.int64)
    return np.where(floors[column] >= 0, floors[column], budgets[row]) if len(row) else row


def _floor(one: Candidate) -> int:
    if one.offer is not None:
        return -1 if one.offer.floor_won is None else one.offer.floor_won
    return 0 if one.free else -1

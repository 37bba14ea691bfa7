"""An allocation as canonical text: what it was computed from, and what comes of it whenever it is computed again. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vouchers.matching.rules.allocating.asking import Asked
from vouchers.matching.rules.allocating.budget import within
from vouchers.matching.rules.allocating.flow import best, greedy
from vouchers.matching.rules.allocating.market import Market
from vouchers.matching.rules.allocating.prices import prices
from vouchers.matching.rules.engine import ENGINE_VERSION
from vouchers.matching.rules.policy import Policy
from vouchers.rounds.rules import AllocatingPolicy

ENGINE = "allocating-1"
type Chosen = Mapping[str, tuple[str, int | None]]  # need → (candidate, its score; None where a filter excludes it)


@dataclass(frozen=True)
class Outcome:
    """pairs: (need, candidate, score, whole won or None where nobody says); points: worth, bound and greedy. place: candidate →
    points that one more place of it would bring. first: need → (best candidate of its ranking, score)."""

    pairs: tuple[tuple[str, str, int, int | None], ...]
    worth: int
    bound: int
    greedy: int
    place: Mapping[str, int]
    first: Mapping[str, tuple[str, int]]

    def document(self) -> dict[str, Any]:
        return {
            "pairs": [list(pair) for pair in self.pairs],
            "worth": self.worth,
            "bound": self.bound,
            "greedy": self.greedy,
            "place": dict(self.place),
            "first": {need: list(found) for need, found in self.first.items()},
        }


def inputs_text(asked: Asked, policy: Policy, terms: AllocatingPolicy, budget_won: int | None, chosen: Chosen) -> str:
    """Everything that decides the outcome, and what companies had chosen when it was computed."""
    market = asked.market
    used = np.unique(market.column)
    place = {int(column): number for number, column in enumerate(used)}
    columns = [place[int(column)] for column in market.column]
    figures = (market.row, market.value, asked.score, asked.cost)
    body = {
        "engine": ENGINE,
        "matching": ENGINE_VERSION,
        "weights": dict(policy.weights),
        "terms": terms.document(),
        "budget_won": budget_won,
        "unpriced": asked.unpriced,
        "needs": [[name, int(places)] for name, places in zip(market.needs, market.places, strict=True)],
        "offers": [[market.offers[n], asked.candidates[n].key, int(market.room[n])] for n in used],
        "pairs": [
            [n, m, v, s, c] for m, (n, v, s, c) in zip(columns, zip(*(x.tolist() for x in figures), strict=True), strict=True)
        ],
        "chosen": {need: list(found) for need, found in sorted(chosen.items())},
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def outcome(text: str) -> Outcome:
    """The best choice for these inputs: the same whenever and wherever it is computed."""
    body = json.loads(text)
    market = _market(body)
    score, cost = ([pair[place] for pair in body["pairs"]] for place in (3, 4))
    if body["budget_won"] is None:
        chosen = best(market)
        proof = prices(market, chosen)
        bound, place = proof.bound, proof.place
    else:
        plan = within(market, body["budget_won"])
        chosen, bound, place = plan.chosen, plan.bound, np.zeros(len(market.offers), dtype=np.int64)
    picked = np.sort(chosen).tolist()
    return Outcome(
        pairs=tuple(
            (market.needs[market.row[n]], market.offers[market.column[n]], score[n], cost[n] if cost[n] >= 0 else None)
            for n in picked
        ),
        worth=market.worth(chosen),
        bound=bound,
        greedy=market.worth(greedy(market, body["budget_won"])),
        place={name: int(points) for name, points in zip(market.offers, place, strict=True) if points > 0},
        first=_first(market, score),
    )


def _market(body: Mapping[str, Any]) -> Market:
    table = np.array(body["pairs"], dtype=np.int64).reshape(-1, 5)
    sets = {key: number for number, key in enumerate(sorted({key for _name, key, _room in body["offers"]}))}
    return Market(
        needs=tuple(name for name, _places in body["needs"]),
        places=np.array([places for _name, places in body["needs"]], dtype=np.int64),
        offers=tuple(name for name, _key, _room in body["offers"]),
        room=np.array([room for _name, _key, room in body["offers"]], dtype=np.int64),
        dataset=np.array([sets[key] for _name, key, _room in body["offers"]], dtype=np.int64),
        row=table[:, 0],
        column=table[:, 1],
        value=table[:, 2],
        cost=np.maximum(table[:, 4], 0),
        served=int(body["terms"]["served"]),
    )


def _first(market: Market, score: Sequence[int]) -> dict[str, tuple[str, int]]:
    """Each need's own best, as its ranking alone would have it."""
    found: dict[str, tuple[str, int]] = {}
    for n in np.lexsort((market.column, -np.array(score, dtype=np.int64))).tolist() if len(score) else ():
        found.setdefault(market.needs[market.row[n]], (market.offers[market.column[n]], score[n]))
    return dict(sorted(found.items()))

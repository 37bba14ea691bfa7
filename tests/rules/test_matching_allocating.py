"""The best choice of pairs: against every choice there is, against a linear program, and by prices that prove it."""

import random
from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.management.market import made
from vouchers.matching.rules import allocating
from vouchers.matching.rules.allocating import Pair, asking, market
from vouchers.matching.rules.allocating.budget import filled
from vouchers.rounds.rules import AllocatingPolicy


def drawn(
    chance: random.Random, needs: int, offers: int, most: int = 1, served: int = 0, share: float = 0.7
) -> allocating.Market:
    pairs = [
        Pair(f"need-{n}", f"offer-{m}", chance.randint(1, 30), chance.choice((0, 5, 7, 20)))
        for n in range(needs)
        for m in range(offers)
        if chance.random() < share
    ]
    asking = [(f"need-{n}", chance.randint(0 if needs > 2 else 1, most)) for n in range(needs)]
    return market(asking, [(f"offer-{m}", f"set-{m // 2}", chance.randint(0, 2)) for m in range(offers)], pairs, served)


markets = st.builds(
    lambda seed, needs, offers, most, served: drawn(random.Random(seed), needs, offers, most, served),
    st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.sampled_from([0, 10, 100]),
)  # fmt: skip


def choices(found: allocating.Market) -> Any:
    """Every choice of pairs there is."""
    numbers = range(len(found.row))
    every = chain.from_iterable(combinations(numbers, size) for size in range(min(len(found.row), 6) + 1))
    return (np.array(one, dtype=np.int64) for one in every)


@given(markets)
@settings(max_examples=120, deadline=None)
def test_no_choice_is_worth_more_and_prices_prove_it(found: allocating.Market) -> None:
    chosen = allocating.best(found)
    assert found.allows(chosen)
    proof = allocating.prices(found, chosen)
    assert proof.bound == found.worth(chosen)
    assert max(found.worth(one) for one in choices(found) if found.allows(one)) <= proof.bound
    assert (proof.place >= 0).all()


@given(markets, st.integers(0, 70))
@settings(max_examples=120, deadline=None)
def test_one_budget_is_kept_and_its_bound_holds(found: allocating.Market, budget_won: int) -> None:
    plan = allocating.within(found, budget_won)
    assert found.allows(plan.chosen, budget_won) and plan.worth == found.worth(plan.chosen)
    most = max(found.worth(one) for one in choices(found) if found.allows(one, budget_won))
    assert most <= plan.bound and plan.worth <= plan.bound
    assert plan.worth >= found.worth(allocating.greedy(found, budget_won))


@given(markets)
@settings(max_examples=60, deadline=None)
def test_any_choice_has_a_bound_above_all_choices(found: allocating.Market) -> None:
    """The bound does not rest on the solver: prices of a poor choice bound the best one too."""
    loose = allocating.prices(found, allocating.greedy(found))
    assert found.worth(allocating.best(found)) <= loose.bound


def test_the_bound_is_that_of_the_linear_program() -> None:
    for seed in range(12):
        found = drawn(random.Random(seed), 12, 9, most=2 if seed % 2 else 1, served=40 if seed % 3 else 0, share=0.5)
        assert allocating.prices(found, allocating.best(found)).bound == pytest.approx(linear(found, None), abs=1e-4)
        budget_won = 40 + 3 * seed
        plan = allocating.within(found, budget_won)
        assert linear(found, budget_won) - 1 <= plan.bound <= linear(found, budget_won) + 0.01 * plan.bound + 1


def linear(found: allocating.Market, budget_won: int | None) -> float:
    """The same question asked of a general solver of linear programs."""
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("GLOP")
    pairs = [solver.NumVar(0, 1, "") for _pair in found.row]
    any_of = [solver.NumVar(0, 1, "") for _need in found.needs]
    for n in range(len(found.needs)):
        mine = [pairs[p] for p in np.nonzero(found.row == n)[0]]
        solver.Add(sum(mine) <= int(found.places[n]))
        solver.Add(any_of[n] <= sum(mine))
        for one in set(found.dataset.tolist()):
            solver.Add(sum(pairs[p] for p in np.nonzero((found.row == n) & (found.dataset[found.column] == one))[0]) <= 1)
    for m in range(len(found.offers)):
        solver.Add(sum(pairs[p] for p in np.nonzero(found.column == m)[0]) <= int(found.room[m]))
    if budget_won is not None:
        solver.Add(sum(int(found.cost[p]) * pairs[p] for p in range(len(pairs))) <= budget_won)
    worth = sum(int(found.value[p]) * pairs[p] for p in range(len(pairs))) + found.served * sum(any_of)
    solver.Maximize(worth)
    assert solver.Solve() == solver.OPTIMAL
    return float(solver.Objective().Value())


def test_greedy_can_be_worse() -> None:
    found = market(
        [("a", 1), ("b", 1)], [("x", "x", 1), ("y", "y", 1)], [Pair("a", "x", 10), Pair("a", "y", 9), Pair("b", "x", 9)]
    )
    assert found.worth(allocating.greedy(found)) == 10
    chosen = allocating.best(found)
    assert found.pairs(chosen) == [("a", "y"), ("b", "x")] and found.worth(chosen) == 18


def test_the_order_of_what_is_given_does_not_matter() -> None:
    chance = random.Random(5)
    needs, offers = [(f"n{n}", 2) for n in range(20)], [(f"o{m}", f"d{m % 5}", 1) for m in range(15)]
    pairs = [Pair(n, m, chance.randint(1, 3), chance.randint(1, 9)) for n, _p in needs for m, _d, _r in offers]
    once = market(needs, offers, pairs, 7)
    for _turn in range(4):
        for some in (needs, offers, pairs):
            chance.shuffle(some)
        again = market(needs, offers, pairs, 7)
        assert again.pairs(allocating.best(again)) == once.pairs(allocating.best(once))
        assert again.pairs(allocating.within(again, 60).chosen) == once.pairs(allocating.within(once, 60).chosen)
        assert again.pairs(allocating.greedy(again, 60)) == once.pairs(allocating.greedy(once, 60))


def test_a_need_gets_one_offer_of_a_dataset() -> None:
    found = market(
        [("a", 2)], [("x1", "x", 5), ("x2", "x", 5), ("y1", "y", 5)], [Pair("a", "x1", 9), Pair("a", "x2", 8), Pair("a", "y1", 1)]
    )
    assert found.pairs(allocating.best(found)) == [("a", "x1"), ("a", "y1")]
    assert not found.allows(np.array([0, 1]))


def test_a_first_offer_goes_before_a_second_one() -> None:
    pairs = [Pair("a", "x", 9), Pair("a", "y", 9), Pair("b", "y", 2)]
    offers = [("x", "x", 1), ("y", "y", 1)]
    assert market([("a", 2), ("b", 1)], offers, pairs).worth(np.array([0, 1])) == 18
    plain, first = market([("a", 2), ("b", 1)], offers, pairs), market([("a", 2), ("b", 1)], offers, pairs, served=10)
    assert plain.pairs(allocating.best(plain)) == [("a", "x"), ("a", "y")]
    assert first.pairs(allocating.best(first)) == [("a", "x"), ("b", "y")]


def test_the_price_of_a_place_is_what_one_more_would_bring() -> None:
    chance = random.Random(8)
    found = drawn(chance, 14, 6, share=0.8)
    proof = allocating.prices(found, allocating.best(found))
    for m in range(len(found.offers)):
        room = found.room.copy()
        room[m] += 1
        more = allocating.Market(**{**vars(found), "room": room})
        assert more.worth(allocating.best(more)) - found.worth(allocating.best(found)) == proof.place[m]
    assert proof.place.any()


def test_what_is_left_of_the_budget_is_used() -> None:
    found = market(
        [("a", 1), ("b", 1)], [("x", "x", 2), ("y", "y", 1)], [Pair("a", "x", 4, 3), Pair("a", "y", 7, 6), Pair("b", "x", 5, 4)]
    )
    assert found.pairs(filled(found, np.array([], dtype=np.int64), 7)) == [("a", "x"), ("b", "x")]
    assert found.pairs(filled(found, np.array([0]), 6)) == [("a", "y")]  # the better one in its place


def test_figures_as_large_as_won_are_do_not_overflow() -> None:
    chance = random.Random(2)
    needs, offers = [(f"n{n:03}", 1) for n in range(200)], [(f"o{m:03}", f"o{m:03}", 2) for m in range(80)]
    pairs = [
        Pair(n, m, chance.randint(1, 10_500), chance.choice((0, 1, 400_000_000 - chance.randint(0, 10**8))))
        for n, _p in needs
        for m, _d, _r in chance.sample(offers, 20)
    ]
    found = market(needs, offers, pairs)
    budget_won = 20_000_000_000
    plan = allocating.within(found, budget_won)
    assert found.allows(plan.chosen, budget_won)
    assert plan.gap * 1000 <= plan.bound


@pytest.mark.parametrize(
    "pairs", [[Pair("a", "x", 1), Pair("a", "x", 2)], [Pair("a", "x", 0)], [Pair("a", "x", 1, -1)], [Pair("b", "x", 1)]]
)
def test_a_market_that_makes_no_sense_is_refused(pairs: list[Pair]) -> None:
    with pytest.raises(ValueError, match=r"pair|no such"):
        market([("a", 1)], [("x", "x", 1)], pairs)


def test_nothing_to_choose_from() -> None:
    empty = market([("a", 1)], [], [])
    assert len(allocating.best(empty)) == 0 and allocating.within(empty, 0).gap == 0
    assert allocating.prices(empty, allocating.best(empty)).bound == 0
    assert len(allocating.greedy(market([], [], []))) == 0


@pytest.mark.parametrize("a_need", [1, 2])
@pytest.mark.parametrize("share", [None, 4])
def test_the_best_choice_is_that_of_all_pairs_however_few_it_begins_with(
    monkeypatch: pytest.MonkeyPatch, share: int | None, a_need: int
) -> None:
    """share: the programme has a budget of that part of what the best choice without one costs."""
    needs = {f"n{number:02}": one for number, one in enumerate(made.needs(60))}
    offers = [replace(one, offer=replace(one.offer, open_capacity=1)) for one in made.offers(45) if one.offer]
    terms = AllocatingPolicy(a_need=a_need, least=1)
    every = allocating.asked(needs, offers, made.policy(), terms)
    budget = every.market.price(allocating.best(every.market)) // share if share else None
    texts = []
    for first in (200, 1):
        monkeypatch.setattr(asking, "FIRST", first)
        found = allocating.asked(needs, offers, made.policy(), terms, budget_won=budget)
        texts.append((found, allocating.outcome(allocating.inputs_text(found, made.policy(), terms, budget, {}))))
    (whole, best), (few, same) = texts
    cut = allocating.asked(needs, offers, made.policy(), replace(terms, ranked=1), budget_won=budget)
    assert len(cut.market.row) < len(few.market.row) < len(whole.market.row)
    if budget is None:
        assert (same.worth, same.bound) == (best.worth, best.worth) and cut.market.worth(allocating.best(cut.market)) < best.worth
    else:
        limit = linear(whole.market, budget)
        assert same.worth <= same.bound and limit <= same.bound + 1 and best.worth <= same.bound

"""The made-up market of `make bench`: the bare way of scoring, its limit, finds what the portal finds."""

import numpy as np

from portal.management.market import bare, made, play
from vouchers.matching.rules import allocating, blocks


def test_plain_numpy_scores_as_the_portal_does() -> None:
    needs, offers, policy = made.needs(150, 3), made.offers(600, 3), made.policy()
    arrays, shelf = bare.Arrays(needs, offers, policy), blocks.Shelf(needs, offers, policy)
    expected = np.maximum(shelf.scores(0, len(needs)), -1)
    found = np.maximum(np.stack([bare.scores(arrays, number) for number in range(len(needs))]), -1)
    assert (found == expected).all()
    assert (expected >= 0).any() and (expected < 0).any()


def test_a_round_of_the_bench_is_whole() -> None:
    found = play.together(play.made(60, 200))  # it refuses where the bare way finds another market or another worth
    assert found["worth"] == found["bound"] > found["greedy"] > 0
    assert found["budget_kept"] and found["budget_worth"] <= found["budget_bound"]
    assert play.lost(99, 100) == 1 and play.lost(0, 0) == 0


def test_the_market_is_the_same_for_the_same_seed() -> None:
    assert made.offers(20, 4) == made.offers(20, 4) != made.offers(20, 5)
    assert made.documents(20, 4) == made.documents(20, 4) != made.documents(20, 5)
    assert len({one.id for one in made.offers(50)}) == 50


def test_who_may_not_be_paid_is_given_to_nobody() -> None:
    from dataclasses import replace

    one = play.made(30, 80)
    offers = [replace(found, holder=replace(found.holder, supplier=number % 2 == 0)) for number, found in enumerate(one.offers)]
    policy = replace(one.policy, suppliers_only=False)
    asked = allocating.asked(one.needs, offers, policy, one.terms)
    pays = [found.holder.supplier for found in asked.candidates]
    assert len(asked.market.column) and all(pays[column] for column in asked.market.column)

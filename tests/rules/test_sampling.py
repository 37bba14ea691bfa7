"""An auditor's sample: every won has the same chance, the same seed draws the same, and what is found is projected."""

from datetime import date

import pytest

from vouchers.rounds.rules.sampling import parse_sampling, sampling_faults
from vouchers.settlements.rules.sampling import (
    Paid,
    Why,
    draw,
    finding_fault,
    frame_digest,
    interval_won,
    period_fault,
    projected_won,
)

FRAME = [Paid(f"lev-{n}", f"dsb-{n}", "ab"[n % 2], 1_000 + 37 * n) for n in range(40)] + [Paid("lev-x", "dsb-x", "a", 90_000)]
RULES = {"threshold_won": 50_000, "interval_won": 4_000, "least": 1}


def test_the_same_seed_draws_the_same_and_another_one_something_else():
    first = draw(FRAME, seed="s", **RULES)
    assert first == draw(FRAME, seed="s", **RULES) and first != draw(FRAME, seed="t", **RULES)
    assert [one.paid for one in first] == [one for one in FRAME if one in {found.paid for found in first}]
    assert frame_digest(FRAME) == frame_digest(list(FRAME)) != frame_digest(FRAME[1:])


def test_everything_from_the_threshold_on_is_in_and_each_interval_meets_one():
    for seed in map(str, range(30)):
        found = draw(FRAME, seed=seed, **RULES)
        assert [one.paid.event for one in found if one.why == Why.THRESHOLD] == ["lev-x"]
        for stratum in "ab":
            small = [one for one in FRAME if one.stratum == stratum and one.amount_won < 50_000]
            total = sum(one.amount_won for one in small)
            met = [one for one in found if one.paid.stratum == stratum and one.why == Why.INTERVAL]
            assert len(met) in {total // 4_000, total // 4_000 + 1}  # no payment reaches the interval, so none is met twice
            passed = 0
            for one in small:
                passed += one.amount_won
                for drawn in met:
                    assert drawn.paid != one or passed - one.amount_won < drawn.unit <= passed


def test_a_large_payment_is_met_in_proportion_to_its_money():
    frame = [Paid("one", "p", "a", 100), Paid("three", "q", "a", 300)]
    met = [draw(frame, seed=str(n), threshold_won=10**9, interval_won=400, least=0)[0].paid.event for n in range(400)]
    assert 250 < met.count("three") < 350 and len(met) == 400


def test_a_payment_that_reaches_the_interval_is_met_once_and_for_certain():
    frame = [Paid("a", "p", "s", 5), Paid("b", "q", "s", 1_000), Paid("c", "r", "s", 5)]
    for n in range(20):
        found = [one.paid.event for one in draw(frame, seed=str(n), threshold_won=10**9, interval_won=100, least=0)]
        assert found.count("b") == 1


def test_each_provider_is_met_as_often_as_the_round_wants_where_it_has_so_many():
    frame = [*FRAME, Paid("lev-c", "dsb-c", "c", 1), Paid("lev-d", "dsb-d", "d", 2), Paid("lev-e", "dsb-e", "d", 3)]
    found = draw(frame, seed="s", threshold_won=50_000, interval_won=10**9, least=2)
    assert [sum(one.paid.stratum == key for one in found) for key in "abcd"] == [2, 2, 1, 2]
    assert {one.why for one in found if one.paid.stratum != "a"} <= {Why.LEAST, Why.INTERVAL}


def test_the_interval_shares_what_is_below_the_threshold():
    assert interval_won(FRAME, threshold_won=50_000, size=10) == -(-sum(one.amount_won for one in FRAME[:-1]) // 10)
    assert interval_won([FRAME[-1]], threshold_won=50_000, size=10) == 1


def test_what_is_wrong_is_projected_by_its_share_of_the_interval():
    assert (
        projected_won(
            [(Why.INTERVAL, 1_000, 250), (Why.INTERVAL, 8_000, 10), (Why.THRESHOLD, 90_000, 7), (Why.LEAST, 10, 3)], 4_000
        )
        == 1_020
    )
    assert projected_won([], 1) == 0


@pytest.mark.parametrize(("first", "last", "good"), [
    (date(2026, 1, 2), date(2026, 1, 1), False), (date(2026, 1, 1), date(2026, 3, 1), False), (date(2026, 1, 1), date(2026, 2, 28), True),
])  # fmt: skip
def test_a_frame_ends_on_a_day_that_is_over(first, last, good):
    assert (period_fault(first, last, date(2026, 3, 1)) == "") is good


@pytest.mark.parametrize(("amount", "text", "field"), [(11, "x", "amount_won"), (10, " ", "text"), (10, "x", ""), (0, "x", "")])
def test_no_more_is_wrong_than_was_paid_and_a_finding_says_what(amount, text, field):
    assert finding_fault(amount_won=amount, paid_won=10, text=text)[1] == field


@pytest.mark.parametrize(("body", "code"), [
    ({"size": 0}, "sampling_numbers"), ({"threshold_won": 0}, "sampling_numbers"), ({"least_per_provider": 51}, "sampling_numbers"),
    ({"size": "x"}, "sampling_shape"), ([], "sampling_shape"), ({"size": 3}, ""),
])  # fmt: skip
def test_numbers_that_no_round_may_have(body, code):
    assert sampling_faults(body) == ([code] if code else [])
    assert code or parse_sampling(body).size == 3

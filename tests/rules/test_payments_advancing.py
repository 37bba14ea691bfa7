"""Advances on paper: how much, against which guarantee, and how they are netted."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.payments import rules
from vouchers.rounds.rules.paying import parse_paying, paying_faults

LAST = date(2027, 12, 10)


def test_the_rounds_share_of_the_grant_rounded_down():
    assert rules.advance_won([100, 51], Decimal("0.3")) == 45
    assert rules.advance_won([100, 51], Decimal(0)) == 0


@pytest.mark.parametrize(("won", "until", "fault"), [
    (45, LAST, ""), (46, date(2028, 1, 1), ""), (44, LAST, "guarantee_small"), (45, date(2027, 12, 9), "guarantee_short"),
])  # fmt: skip
def test_a_guarantee_covers_all_of_it_until_the_last_day(won, until, fault):
    assert rules.guarantee_fault(won, until, advance_won=45, last_day=LAST) == fault


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8), st.integers(0, 99))
def test_all_of_it_is_netted_by_the_last_tranche_and_no_tranche_falls_below_zero(grants, percent):
    advance = rules.advance_won(grants, Decimal(percent) / 100)
    outstanding, left = advance, sum(grants)
    for grant in grants:
        netted = rules.netted_won(grant, outstanding_won=outstanding, left_won=left)
        assert 0 <= netted <= grant
        outstanding, left = outstanding - netted, left - grant
    assert outstanding == 0


@pytest.mark.parametrize(("body", "faults"), [
    ({}, []), ({"advance_rate": "0.3", "advance_guarantee": False}, []), ({"advance_rate": "1"}, ["paying_advance"]),
    ({"advance_rate": "-0.1"}, ["paying_advance"]), ({"advance_rate": "NaN"}, ["paying_advance"]),
    ({"advance_rate": "x"}, ["paying_shape"]), ({"advance_guarantee": "no"}, ["paying_shape"]),
])  # fmt: skip
def test_rate_and_need_of_a_guarantee_are_data_of_the_round(body, faults):
    assert paying_faults(body) == faults


def test_a_round_that_says_nothing_advances_nothing_and_asks_for_a_guarantee():
    assert (parse_paying({}).advance_rate, parse_paying({}).advance_guarantee) == (0, True)
    assert parse_paying({"advance_rate": "0.125"}).advance_percent == "12.5"

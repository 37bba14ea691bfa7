"""The year's end on paper: every pot's balance expires or is carried over, whole and once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.agreements.rules import past_year, proposed_period, too_late
from vouchers.rounds.rules import parse_settling
from vouchers.settlements import rules

WON = st.integers(0, 10**12)


@given(WON, st.integers(-5, 10**12))
def test_a_balance_is_shared_out_whole(balance, approved):
    parts = rules.fates(7, balance, approved)
    assert sum(part.amount_won for part in parts) == balance and all(part.amount_won > 0 for part in parts)
    carried = sum(part.amount_won for part in parts if part.fate == rules.Fate.CARRY)
    assert carried == min(balance, max(0, approved)) and len({part.fate for part in parts}) == len(parts)


def test_the_table_has_one_fingerprint_whatever_its_order():
    one, two = rules.fates(1, 10, 4), rules.fates(2, 5, 0)
    assert rules.digest([*one, *two]) == rules.digest([*two, *one]) != rules.digest(one)
    assert rules.digest(rules.fates(1, 10, 5)) != rules.digest(one)


@pytest.mark.parametrize(("changes", "same"), [
    ({}, True), ({"PAID": 11}, False), ({"EXPIRED": 49}, False), ({"TREASURY": -101}, False), ({"CARRIED": 1, "EXPIRED": 49}, False), ({"EXPIRED": 40, "RECOVERED": 10}, False),
    ({"PAID": 4, "RECOVERED": 6}, True), ({"COMMITTED": 42, "PAID": 8}, True),
])  # fmt: skip
def test_closing_neither_makes_nor_loses_money(changes, same):
    before = {"TREASURY": -100, "AVAILABLE": 30, "COMMITTED": 60, "PAID": 10}
    after = {"TREASURY": -100, "AVAILABLE": 0, "COMMITTED": 40, "PAID": 10, "EXPIRED": 50, **changes}
    assert rules.same_money(before, after, 50) is same


@pytest.mark.parametrize(("ends_on", "carried", "past"), [
    (date(2027, 12, 31), False, False), (date(2028, 1, 1), False, True), (date(2028, 1, 1), True, False),
    (date(2028, 12, 31), True, False), (date(2029, 1, 1), True, True),
])  # fmt: skip
def test_past_the_year_only_by_a_carry_over(ends_on, carried, past):
    assert past_year(ends_on, 2027, carried=carried) is past


def test_the_last_days_are_data_of_the_round():
    policy = parse_settling({"last_invoice": "12-15", "last_payment": "12-24"})
    last = policy.last_day("last_invoice", 2027)
    assert last == date(2027, 12, 15) and policy.last_day("last_payment", 2027) == date(2027, 12, 24)
    assert parse_settling({}).last_day("last_payment", 2027) == date(2027, 12, 31)
    assert [too_late(date(2027, 12, n), last, carried=False) for n in (15, 16)] == [False, True]
    assert not too_late(date(2027, 12, 31), last, carried=True)
    assert [rules.over(2027, date(2027, 12, 31)), rules.over(2027, date(2028, 1, 1))] == [False, True]


def test_a_draft_proposes_the_calls_period_within_its_fiscal_year():
    start, end, today = date(2026, 8, 1), date(2028, 2, 25), date(2026, 11, 28)
    assert proposed_period(start, end, 2027, today) == {"starts_on": today, "ends_on": date(2027, 12, 31)}
    assert proposed_period(date(2027, 1, 4), date(2027, 6, 30), 2027, today) == {
        "starts_on": date(2027, 1, 4), "ends_on": date(2027, 6, 30),
    }  # fmt: skip
    assert proposed_period(None, None, 2027, today) == {"starts_on": today, "ends_on": None}

"""A part of a delivery and the money that follows it, figures beside promises, the company's silence."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouchers.milestones import rules
from vouchers.milestones.rules import Reached, Sums


@st.composite
def milestones(draw):
    amount = draw(st.integers(2, 10**11))
    return Sums(amount, draw(st.integers(0, amount)), draw(st.integers(0, amount // 10))), draw(st.integers(1, amount - 1))


@given(milestones())
@settings(max_examples=60)
def test_a_part_and_its_rest_are_the_whole_and_nobody_is_paid_more_than_the_share(given_):
    whole, accepted = given_
    part, rest = rules.parted(whole, accepted)
    assert part.amount_won == accepted
    for name in ("amount_won", "grant_won", "vat_won", "own_won"):
        assert getattr(part, name) + getattr(rest, name) == getattr(whole, name)
        assert getattr(part, name) >= 0 and getattr(rest, name) >= 0
    assert part.grant_won * whole.amount_won <= whole.grant_won * accepted < (part.grant_won + 1) * whole.amount_won


@pytest.mark.parametrize("accepted", [0, -1, 100, 101])
def test_neither_nothing_nor_everything_is_a_part(accepted):
    with pytest.raises(ValueError, match=str(accepted)):
        rules.parted(Sums(100, 80, 10), accepted)


@pytest.mark.parametrize(
    ("sense", "target", "value", "percent", "kept"),
    [
        ("AT_LEAST", "0.90", "0.90", 100, True), ("AT_LEAST", "1000", "999.99", 99, False), ("AT_LEAST", "10", "40", 100, True),
        ("AT_LEAST", "3", "0", 0, False), ("AT_MOST", "5", "5", 100, True), ("AT_MOST", "5", "10", 50, False),
        ("AT_MOST", "5", "0", 100, True),
    ],
)  # fmt: skip
def test_how_much_of_a_promise_was_kept(sense, target, value, percent, kept):
    found = Reached(sense, Decimal(target), Decimal(value))
    assert (found.percent, found.is_kept) == (percent, kept)


def test_the_figures_suggest_a_part_only_where_they_keep_neither_nothing_nor_everything():
    full, half = Reached("AT_LEAST", Decimal(2), Decimal(2)), Reached("AT_LEAST", Decimal(2), Decimal(1))
    assert rules.reached_percent([]) is None and rules.reached_percent([full, half]) == 75
    assert rules.suggested_won(1_001, 75) == 750
    assert [rules.suggested_won(1_000, one) for one in (None, 0, 100)] == [None, None, None]


def test_a_company_is_silent_only_once_the_whole_days_are_over():
    friday, days = date(2026, 6, 5), 2
    assert not rules.is_silent(friday, date(2026, 6, 9), days)  # Tuesday, the second working day
    assert rules.is_silent(friday, date(2026, 6, 10), days)

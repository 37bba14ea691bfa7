"""Lifecycles of need, quote request and match; a quote's arithmetic. No database."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from portal.kit import clock
from portal.kit.errors import IllegalStep, Refused
from tests.factories.quotes import lines
from vouchers.matching.rules import stages

TABLES = (stages.NEED_LIFECYCLE, stages.QUOTE_LIFECYCLE, stages.MATCH_LIFECYCLE)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_and_verb(table: Any) -> None:
    for state, verb in product(table.states, table.all_verbs()):
        if (state, verb) in table.moves:
            assert table.step(state, verb) == table.moves[(state, verb)]
        else:
            with pytest.raises(IllegalStep):
                table.step(state, verb)


def test_read_lines_rounds_each_line_down_and_takes_vat_of_the_taxable_sum() -> None:
    read = stages.read_lines(lines(quantity="1.55", unit_price_won=101))
    assert [line.amount_won for line in read] == [156, 30_000_000]
    assert stages.quote_sums((line.amount_won, line.tax_kind) for line in read) == (30_000_156, 15)


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": "0"}, {"quantity": "-1"}, {"quantity": "1.001"}, {"quantity": "NaN"}, {"quantity": "Infinity"},
        {"quantity": "abc"}, {"quantity": "10000000001"}, {"quantity": None}, {"unit_price_won": -1},
        {"unit_price_won": 10**13}, {"unit_price_won": "x"}, {"kind": "GIFT"}, {"tax_kind": ""}, {"description": " "},
        {"description": "가" * 201}, {"unit": ""}, {"unit": "가" * 31},
    ],
)  # fmt: skip
def test_read_lines_refuses_bad_lines_by_number(change: dict[str, Any]) -> None:
    with pytest.raises(Refused) as error:
        stages.read_lines(lines(**change))
    assert error.value.field == "lines" and "1" in str(error.value.message)


def test_read_lines_wants_some_but_not_too_many_and_a_price() -> None:
    free = [{**lines()[0], "unit_price_won": 0}]
    for wrong in ([], lines() * 16, free):
        with pytest.raises(Refused):
            stages.read_lines(wrong)


def test_line_amount_is_exact_for_large_decimals() -> None:
    assert stages.line_amount(Decimal("999999999.99"), 3) == 2_999_999_999


def test_check_dates() -> None:
    today = date(2026, 11, 23)
    stages.check_dates(valid_until=today, earliest_delivery_on=today, today=today)
    for valid, delivery in ((date(2026, 11, 22), None), (today, date(2026, 11, 22))):
        with pytest.raises(Refused):
            stages.check_dates(valid_until=valid, earliest_delivery_on=delivery, today=today)


def test_silent_after_as_many_days_again() -> None:
    due = clock.end_of_day(date(2026, 11, 23))  # Monday 24:00
    assert not stages.silent(due, 5, clock.kst(2026, 12, 1, 12))
    assert stages.silent(due, 5, clock.kst(2026, 12, 2))

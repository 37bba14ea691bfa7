"""The evidence of a payment on paper."""

from datetime import date

import pytest

from vouchers.payments.rules import deposit_day_fault

OPENED, TODAY = date(2026, 7, 1), date(2026, 11, 28)


@pytest.mark.parametrize(("day", "counts"), [
    (OPENED, True), (TODAY, True), (date(2026, 11, 29), False), (date(2026, 6, 30), False), (date(1990, 1, 1), False),
])  # fmt: skip
def test_an_own_share_was_deposited_between_the_calls_opening_and_today(day, counts):
    assert (deposit_day_fault(day, TODAY, OPENED) == "") is counts

"""Authority to sign, on paper."""

from datetime import date

import pytest

from vouchers.agreements import rules

FIRST, LAST = date(2027, 3, 1), date(2027, 3, 31)


@pytest.mark.parametrize(("status", "day", "holds"), [
    ("CONFIRMED", FIRST, True), ("CONFIRMED", LAST, True), ("CONFIRMED", date(2027, 2, 28), False),
    ("CONFIRMED", date(2027, 4, 1), False), ("FILED", FIRST, False), ("REVOKED", FIRST, False), ("REFUSED", FIRST, False),
])  # fmt: skip
def test_a_signature_rests_on_what_was_checked_and_is_valid_that_day(status, day, holds):
    assert rules.authority_holds(status, FIRST, LAST, day) is holds


@pytest.mark.parametrize(("until", "today", "fault"), [
    (LAST, FIRST, ""), (FIRST, FIRST, ""), (date(2027, 2, 1), FIRST, "authority_order"), (FIRST, LAST, "authority_past"),
])  # fmt: skip
def test_its_days(until, today, fault):
    assert rules.authority_fault(FIRST, until, today) == fault


def test_nobody_checks_what_they_filed_or_sign_by():
    assert rules.may_check(1, {2, 3}) and not rules.may_check(2, {2, 3})

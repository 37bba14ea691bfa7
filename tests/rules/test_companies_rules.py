"""Business numbers, certificates, and the lifecycles of a registration."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit.errors import IllegalStep
from vouchers.companies import rules

KNOWN = ["1248100998", "1208147521", "2208162517", "1208800767", "1234567891"]


@pytest.mark.parametrize("brn", KNOWN)
def test_brn_of_the_fact_base_is_valid(brn):
    assert rules.brn_valid(brn) and rules.brn_fault(rules.brn_words(brn)) == ""


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", "empty"), ("  ", "empty"), ("12345678901", "length"), ("123-45-6789", "length"), ("123-45-6789O", "letters"),
        ("１２３-45-67891", "letters"), ("000-00-00000", "zeros"), ("123-45-67890", "checksum"), ("-123456789", "length"),
    ],
)  # fmt: skip
def test_brn_fault_names_what_is_wrong(typed, fault):
    assert rules.brn_fault(typed) == fault and rules.BRN_SENTENCES[fault]


@given(st.integers(1, 999_999_999))
def test_brn_exactly_one_check_digit_fits(start):
    fits = [digit for digit in range(10) if rules.brn_valid(f"{start:09d}{digit}")]
    assert len(fits) == 1


@given(st.sampled_from(KNOWN), st.integers(0, 9), st.integers(1, 9))
def test_brn_one_changed_digit_is_mostly_noticed(brn, place, by):
    changed = brn[:place] + str((int(brn[place]) + by) % 10) + brn[place + 1 :]
    if place != 8:  # the ninth digit counts five and its half: some changes cancel out
        assert not rules.brn_valid(changed)


@given(st.text(max_size=20))
def test_brn_never_fails_on_any_text(text):
    assert rules.brn_fault(text) == "" or not rules.brn_valid(rules.clean_brn(text))


def test_corporate_no_is_only_plausible():
    assert rules.corporate_no_plausible("1301110006246") and rules.corporate_no_plausible("1101111129497")
    assert not rules.corporate_no_plausible("1301110006245") and not rules.corporate_no_plausible("12")


def test_certificate_counts_on_first_and_last_day():
    first, last = date(2026, 4, 1), date(2027, 3, 31)
    assert rules.certificate_valid(first, last, first) and rules.certificate_valid(first, last, last)
    assert not rules.certificate_valid(first, last, date(2027, 4, 1))


def test_retry_is_bounded():
    assert [rules.retry_after_minutes(n) for n in range(1, 7)] == [1, 5, 25, 120, 120, 120]


@pytest.mark.parametrize("lifecycle", [rules.LIFECYCLE, rules.REQUEST_LIFECYCLE])
def test_lifecycle_walks_every_state_and_verb(lifecycle):
    for state in lifecycle.states:
        for verb in lifecycle.all_verbs():
            if lifecycle.can(state, verb):
                assert lifecycle.step(state, verb) in {member.value for member in lifecycle.states}
            else:
                with pytest.raises(IllegalStep):
                    lifecycle.step(state, verb)

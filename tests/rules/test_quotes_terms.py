"""By when a quote must be there, and until when it must be valid. No database."""

from datetime import date, datetime, timedelta

import pytest

from portal.kit import clock, workdays
from portal.kit.errors import Refused
from vouchers.matching.rules import terms
from vouchers.rounds import rules as rounds

CLOSES = clock.kst(2027, 3, 19, 18)  # a Friday
NOW = clock.kst(2027, 3, 2, 9)  # the Tuesday after a public holiday


def test_the_latest_answer_is_the_end_of_the_nth_working_day_before_the_closing() -> None:
    assert terms.latest_answer(CLOSES, 5) == clock.end_of_day(date(2027, 3, 12))
    assert terms.latest_answer(CLOSES, 0) == CLOSES  # never after the call closed
    assert terms.latest_answer(clock.kst(2027, 3, 20), 5) == clock.end_of_day(date(2027, 3, 12))  # 24:00 of the Friday
    over_a_holiday = terms.latest_answer(clock.kst(2027, 3, 3, 18), 2)  # 1 March is a day off
    assert over_a_holiday == clock.end_of_day(date(2027, 2, 26))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NOW, date(2027, 3, 12)),  # the call closes sooner than 15 working days
        (clock.kst(2027, 3, 11, 23, 59), date(2027, 3, 12)),  # one working day is left
        (clock.kst(2027, 2, 1, 9), date(2027, 2, 24)),  # 15 working days, over the holidays of the new year
    ],
)
def test_a_request_is_due_at_the_sooner_of_both(now: datetime, due: date) -> None:
    assert terms.request_due(now, 15, terms.latest_answer(CLOSES, 5)) == clock.end_of_day(due)
    assert terms.request_due(now, 15, None) == workdays.due_at(now, 15)


def test_a_request_that_cannot_be_answered_in_time_is_refused_with_the_last_day() -> None:
    latest = terms.latest_answer(CLOSES, 5)
    for now in (clock.kst(2027, 3, 12), clock.kst(2027, 3, 15, 9), clock.kst(2027, 4, 1)):
        with pytest.raises(Refused) as error:
            terms.request_due(now, 15, latest)
        assert error.value.code == "too_late_to_ask" and "2027. 3. 11.(목)" in str(error.value.message)
    assert terms.last_day_to_ask(latest) == date(2027, 3, 11)


def test_after_a_question_the_clock_runs_on_but_not_beyond_the_closing() -> None:
    latest = terms.latest_answer(CLOSES, 5)
    later = latest + timedelta(days=3)
    assert terms.resumed_due(later, latest, CLOSES, NOW) == latest  # the company answered early: in time as any other answer
    assert terms.resumed_due(latest - timedelta(days=1), latest, CLOSES, NOW) == latest - timedelta(days=1)
    late = latest - timedelta(hours=6)  # no whole working day is left: out of the company's own days
    assert terms.resumed_due(later, latest, CLOSES, late) == later
    assert terms.resumed_due(latest + timedelta(days=60), latest, CLOSES, late) == CLOSES
    assert terms.resumed_due(latest + timedelta(days=60), None, CLOSES, NOW) == latest + timedelta(days=60)  # no bound


def test_after_the_closing_an_answer_is_useless_where_the_call_bounds_it() -> None:
    latest = terms.latest_answer(CLOSES, 5)
    assert terms.useless(latest, CLOSES, CLOSES) and not terms.useless(latest, CLOSES, CLOSES - timedelta(seconds=1))
    assert not terms.useless(None, CLOSES, CLOSES) and not terms.useless(latest, None, CLOSES)


def test_the_award_is_as_planned_else_reckoned_from_the_steps() -> None:
    assert terms.award_day(CLOSES, date(2027, 5, 3), [5, 10]) == date(2027, 5, 3)
    assert terms.award_day(CLOSES, None, [5, 10]) == date(2027, 4, 9)
    assert terms.award_day(CLOSES, None, []) == date(2027, 3, 19)
    assert set(terms.AWARD_STEPS) <= set(rounds.TARGET_STEPS)


def test_a_quote_must_reach_the_award_and_is_told_the_day() -> None:
    for enough in (date(2027, 5, 3), date(2027, 6, 1)):
        terms.check_reaches(enough, date(2027, 5, 3))
    terms.check_reaches(date(2027, 5, 2), None)
    with pytest.raises(Refused) as error:
        terms.check_reaches(date(2027, 5, 2), date(2027, 5, 3))
    assert error.value.field == "valid_until" and "2027. 5. 3.(월)" in str(error.value.message)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, []), ({"award_on": None}, []), ({"award_on": "2027-05-03"}, []), ({"award_on": "soon"}, ["quoting_shape"]),
        ({"award_on": 5}, ["quoting_shape"]), ("x", ["quoting_shape"]), ({"award_on": "2027-03-19"}, ["quoting_award"]),
    ],
)  # fmt: skip
def test_quoting_faults(body: dict[str, object], faults: list[str]) -> None:
    assert rounds.quoting_faults(body, CLOSES) == faults
    assert all(rounds.fault_words(fault) for fault in faults)


def test_the_working_day_before() -> None:
    friday = date(2027, 3, 19)
    assert [workdays.before_working_days(friday, n) for n in (0, 1, 5)] == [friday, date(2027, 3, 18), date(2027, 3, 12)]
    assert workdays.before_working_days(date(2027, 3, 21), 0) == friday
    assert workdays.before_working_days(date(2027, 3, 21), 1) == friday


# ── All days of a quote from one place ───────────────────────────────────────────────────────────────
def test_every_day_of_a_quote_follows_from_the_round() -> None:
    award = date(2027, 4, 30)
    times = terms.Times(15, terms.latest_answer(CLOSES, 5), CLOSES, award)
    assert times.due(NOW) == clock.end_of_day(date(2027, 3, 12)) == times.latest_at and times.ask_until() == date(2027, 3, 11)
    assert times.least_valid(date(2027, 3, 2)) == award and times.least_valid(date(2027, 5, 3)) == date(2027, 5, 3)
    for now in (NOW, clock.kst(2027, 4, 28, 9)):  # what a form proposes is never refused, and leaves the company its days
        usual = times.usual_valid(now)
        terms.check_reaches(usual, award)
        assert clock.end_of_day(usual) >= workdays.due_at(now, 15)
    long, short = date(2027, 9, 30), date(2027, 3, 5)
    assert times.decide_by(long, NOW) == CLOSES == times.accept_until(long)  # the call closes first
    assert times.decide_by(short, NOW) == clock.end_of_day(short) == times.accept_until(short)
    free = terms.Times(15)
    assert free.decide_by(long, NOW) == workdays.due_at(NOW, 15) < free.accept_until(long) == clock.end_of_day(long)
    after = terms.Times(15, None, CLOSES)  # the match is wanted after the selection: the closing bounds nothing
    assert after.decide_by(long, NOW) == workdays.due_at(NOW, 15) and after.accept_until(long) == clock.end_of_day(long)
    over = CLOSES + timedelta(days=3)  # a final quote after the award
    assert times.decide_by(long, over) == workdays.due_at(over, 15)
    assert free.ask_until() is None and free.least_valid(short) == short


# ── A maximum-cost commitment ────────────────────────────────────────────────────────────────────────
KEPT = terms.Commitment(10_000_000, 1_000_000, date(2027, 5, 3))


@pytest.mark.parametrize(
    ("newer", "code"),
    [
        (KEPT, ""), (terms.Commitment(9_000_000, 900_000, date(2027, 6, 1)), ""),
        (terms.Commitment(10_000_000, 0, date(2027, 5, 3)), ""),
        (terms.Commitment(10_000_001, 0, date(2027, 5, 3)), "exceeds_commitment"),
        (terms.Commitment(10_000_000, 1_000_001, date(2027, 5, 3)), "exceeds_commitment"),
        (terms.Commitment(1, 0, date(2027, 5, 2)), "shortens_commitment"),
        (terms.Commitment(1, 0, date(2027, 5, 3), letter=True), "loosens_commitment"),
    ],
)  # fmt: skip
def test_a_newer_quote_neither_exceeds_nor_shortens_the_one_that_stands(newer: terms.Commitment, code: str) -> None:
    for today in (date(2027, 3, 2), date(2027, 5, 3)):
        if not code:
            terms.check_keeps(KEPT, newer, today)
            continue
        with pytest.raises(Refused) as error:
            terms.check_keeps(KEPT, newer, today)
        assert error.value.code == code and "2027. 5. 3.(월)" in str(error.value.message)
    terms.check_keeps(KEPT, newer, date(2027, 5, 4))  # its day is over: nothing binds any more


def test_a_letter_may_become_a_quote_within_its_band() -> None:
    letter = terms.Commitment(10_000_000, 1_000_000, date(2027, 5, 3), letter=True)
    terms.check_keeps(letter, terms.Commitment(9_000_000, 900_000, date(2027, 5, 3)), date(2027, 3, 2))
    terms.check_keeps(letter, letter, date(2027, 3, 2))


def test_a_quote_is_accepted_while_it_is_valid_and_before_its_call_closes() -> None:
    times = terms.Times(15, terms.latest_answer(CLOSES, 5), CLOSES)
    long, short = date(2027, 9, 30), date(2027, 3, 5)
    for valid_until, last, code in ((long, CLOSES, "call_closed"), (short, clock.end_of_day(short), "quote_expired")):
        times.check_acceptable(valid_until, last - timedelta(seconds=1))
        with pytest.raises(Refused) as error:
            times.check_acceptable(valid_until, last)
        assert error.value.code == code and last == times.accept_until(valid_until)
    terms.Times(15, None, CLOSES).check_acceptable(long, CLOSES)

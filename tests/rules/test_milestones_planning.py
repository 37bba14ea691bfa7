"""The plan on paper: what waits for what, the longest chain against the time that is left, and the picture of it."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kit.workdays import add_working_days, working_days_between
from vouchers.milestones import rules
from vouchers.milestones.rules import Limit, Step

TODAY = date(2026, 6, 1)  # a Monday
END = Limit.AGREEMENT_END


def limits(days: int) -> dict[str, date]:
    return {END: add_working_days(TODAY, days), Limit.YEAR_END: date(2026, 12, 31)}


def step(key: str, days: int, *after: str, limit: str = "", not_before: date | None = None) -> Step:
    return Step(key, "DELIVERY", days, tuple(after), not_before=not_before, limit=limit)


def test_the_longest_chain_is_critical_and_a_shorter_one_beside_it_has_room():
    found = rules.schedule(
        [step("irb", 5), step("drb", 15), step("data", 20, "irb", "drb"), step("work", 10, "data", limit=END)],
        today=TODAY, limits=limits(50),
    )  # fmt: skip
    assert found.path == ("drb", "data", "work") and (found.needed_days, found.left_days, found.limit) == (45, 50, END)
    assert not found.late
    assert found.placed["irb"].slack == 15 and found.placed["work"].slack == 5 and not found.placed["irb"].critical
    assert found.placed["data"].begins == add_working_days(TODAY, 16)
    assert found.placed["work"].ends == add_working_days(TODAY, 45)


@pytest.mark.parametrize(("left", "late"), [(44, True), (45, False)])
def test_a_plan_runs_late_as_soon_as_one_day_is_missing(left, late):
    steps = [step("drb", 15), step("data", 20, "drb"), step("work", 10, "data", limit=END)]
    found = rules.schedule(steps, today=TODAY, limits=limits(left))
    assert found.late is late and found.placed["work"].slack == left - 45


def test_the_tighter_of_the_two_limits_decides():
    steps = [step("work", 10, limit=END), step("money", 30, "work", limit=Limit.YEAR_END)]
    early = rules.schedule(steps, today=TODAY, limits={**limits(12)})
    assert (early.limit, early.path, early.needed_days) == (END, ("work",), 10)
    last = {END: add_working_days(TODAY, 60), Limit.YEAR_END: add_working_days(TODAY, 35)}
    late = rules.schedule(steps, today=TODAY, limits=last)
    assert (late.limit, late.path, late.needed_days, late.left_days) == (Limit.YEAR_END, ("work", "money"), 40, 35) and late.late


def test_what_is_done_takes_no_time_and_what_was_dropped_is_not_waited_for():
    found = rules.schedule([step("drb", 0), step("work", 7, "drb", "gone", limit=END)], today=TODAY, limits=limits(9))
    assert found.needed_days == 7 and found.placed["drb"].slack is None and found.placed["drb"].ends == TODAY
    nothing = rules.schedule([step("work", 0, limit=END)], today=TODAY, limits=limits(-3))
    assert (nothing.path, nothing.limit, nothing.late) == ((), "", False)


def test_a_step_begins_on_its_first_day_and_not_before():
    monday = date(2026, 6, 15)
    found = rules.schedule([step("work", 2, limit=END, not_before=monday)], today=TODAY, limits=limits(60))
    assert (found.placed["work"].begins, found.placed["work"].ends) == (monday, date(2026, 6, 16))
    sunday = rules.schedule([step("work", 1, limit=END, not_before=date(2026, 6, 14))], today=TODAY, limits=limits(60))
    assert sunday.placed["work"].begins == monday


def test_steps_that_wait_for_each_other_are_an_error():
    with pytest.raises(ValueError, match="wait for each other"):
        rules.schedule([step("a", 1, "b"), step("b", 1, "a")], today=TODAY, limits=limits(5))


@st.composite
def graphs(draw):
    """Steps that wait only for earlier ones."""
    steps = []
    for i in range(draw(st.integers(1, 9))):
        after = draw(st.sets(st.integers(0, i - 1), max_size=3)) if i else set()
        limit = draw(st.sampled_from(["", END, Limit.YEAR_END]))
        steps.append(step(str(i), draw(st.integers(1, 9)), *(str(one) for one in sorted(after)), limit=limit))
    return steps


@given(graphs(), st.integers(0, 40))
@settings(max_examples=40)
def test_no_chain_is_longer_than_the_critical_one_says(steps, left):
    """Beside an enumeration of every chain."""
    by_key, ends = {one.key: one for one in steps}, limits(left)

    def chains(key):
        one = by_key[key]
        before = [chain for other in one.after for chain in chains(other)] or [()]
        return [(*chain, key) for chain in before]

    length = {one.key: max(sum(by_key[k].days for k in chain) for chain in chains(one.key)) for one in steps}
    found = rules.schedule(steps, today=TODAY, limits=ends)
    room = {
        one.key: working_days_between(TODAY, ends[one.limit]) - length[one.key] for one in steps if one.limit
    }  # fmt: skip
    assert found.late == any(one < 0 for one in room.values())
    if room:
        assert found.left_days - found.needed_days == min(room.values())
        assert all(found.placed[key].slack == min(room.values()) for key in found.path)
        assert all(working_days_between(TODAY, found.placed[key].ends) == length[key] for key in by_key)
    else:
        assert found.path == ()


@pytest.mark.parametrize(
    ("begun", "stood", "left"),
    [(None, 0, 10), (TODAY - timedelta(days=7), 0, 5), (TODAY - timedelta(days=7), 2, 7), (TODAY - timedelta(days=70), 0, 1)],
)
def test_what_was_used_of_a_target_and_never_less_than_a_day(begun, stood, left):
    assert rules.remaining(10, begun, date(2026, 6, 1), stood) == left


def test_the_years_money_ends_with_the_year_that_the_agreement_reaches():
    assert rules.paying_year(2026, date(2026, 11, 30)) == 2026
    assert rules.paying_year(2026, date(2027, 2, 1)) == 2027


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=40)
def test_every_bar_lies_in_its_picture_and_can_be_seen(a, b, c):
    x, y, z = sorted(TODAY + timedelta(days=n) for n in (a, b, c))
    found = rules.bar(x, y, first=x, last=z)
    assert found.x >= 0 and found.width >= 8 and found.x + found.width <= 1_000
    whole = rules.bar(x, z, first=x, last=z)
    assert (whole.x, whole.width) == (0, 1_000)


def test_months_of_a_picture():
    assert rules.months(date(2026, 11, 10), date(2027, 1, 2)) == [date(2026, 12, 1), date(2027, 1, 1)]

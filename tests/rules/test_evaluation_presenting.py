"""Schedules of presentations: no one and no room twice at one time, the earliest that fits, the clash named."""

import random
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from portal.kit import ical
from portal.kit.clock import KST
from vouchers.evaluation.rules import presenting as rules
from vouchers.evaluation.rules.presenting import Case, Clash, Placed

DAY = date(2027, 4, 12)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), KST)


def slots(n: int) -> list[tuple[datetime, datetime]]:
    return rules.times([DAY], time(9), time(9 + n), minutes=50, gap=10)


@pytest.mark.parametrize(
    ("stage", "slot", "absence", "found"),
    [
        ("DOCUMENT", "", "ZERO", "OPEN"),
        ("DOCUMENT", "MISSED", "ZERO", "OPEN"),
        ("PRESENTATION", "", "ZERO", "WAITS"),
        ("PRESENTATION", "PLANNED", "FILE", "WAITS"),
        ("PRESENTATION", "INVITED", "ZERO", "WAITS"),
        ("PRESENTATION", "CANCELLED", "ZERO", "WAITS"),
        ("PRESENTATION", "ATTENDED", "ZERO", "OPEN"),
        ("PRESENTATION", "MISSED", "ZERO", "ZERO"),
        ("PRESENTATION", "MISSED", "FILE", "OPEN"),
    ],
)
def test_what_a_criterion_waits_for(stage, slot, absence, found):
    assert rules.standing(stage, slot, absence) == found


def test_times_keep_the_gap_the_break_and_the_end_of_the_day():
    found = rules.times([DAY, DAY], time(10), time(15), minutes=40, gap=10, pause=(time(12), time(13)))
    assert found[:3] == [(at(10), at(10, 40)), (at(10, 50), at(11, 30)), (at(13), at(13, 40))]
    assert found[-1] == (at(13, 50), at(14, 30))
    assert all(b[0] - a[1] >= timedelta(minutes=10) for a, b in pairwise(found))
    assert rules.times([DAY], time(10), time(10, 39), minutes=40, gap=0) == []
    two = rules.times([DAY + timedelta(days=1), DAY], time(10), time(11), minutes=60, gap=0)
    assert [one[0].date() for one in two] == [DAY, DAY + timedelta(days=1)]


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_never_needs_anybody_twice(seed):
    dice = random.Random(seed)
    cases = [Case(n, dice.randint(1, 8), frozenset(dice.sample(range(7), 3))) for n in range(12)]
    busy = [Placed(99, 3, frozenset({0, 1}), "A", at(9, 30), at(10, 30))]
    placed, left = rules.plan(cases, slots(9), ["A", "B", "C"], busy)
    assert sorted([one.case for one in placed] + left) == list(range(12))
    for n, one in enumerate(placed):
        assert not rules.clashes(one, [*placed[:n], *placed[n + 1 :], *busy])
    again, _left = rules.plan(list(reversed(cases)), slots(9), ["A", "B", "C"], busy)
    assert again == placed


def test_disjoint_panels_run_side_by_side_and_shared_ones_after_another():
    apart = [Case(1, 1, frozenset({1})), Case(2, 2, frozenset({2}))]
    assert {one.starts_at for one in rules.plan(apart, slots(2), ["A", "B"])[0]} == {at(9)}
    shared = [Case(1, 1, frozenset({1})), Case(2, 2, frozenset({1}))]
    assert [one.starts_at for one in rules.plan(shared, slots(2), ["A", "B"])[0]] == [at(9), at(10)]
    assert rules.plan(shared, slots(1), ["A", "B"])[1] == [2]
    assert rules.plan([Case(1, 7, frozenset({1})), Case(2, 7, frozenset({2}))], slots(1), ["A", "B"])[1] == [2]


def test_each_clash_is_named_and_the_next_minute_is_none():
    one = Placed(1, 1, frozenset({1, 2}), "별관  301호", at(10), at(11))
    whole = Placed(2, 1, frozenset({2}), "별관 301호", at(10, 30), at(11, 30))
    assert [kind for kind, _other in rules.clashes(one, [whole])] == [Clash.PLACE, Clash.COMPANY, Clash.EVALUATOR]
    assert rules.clashes(one, [Placed(2, 1, frozenset({2}), "별관 301호", at(11), at(12))]) == []
    assert rules.clashes(one, [Placed(1, 1, frozenset({2}), "별관 301호", at(10), at(11))]) == []  # itself


def test_an_appointment_asks_its_attendee_and_nothing_is_smuggled_in():
    entry = ical.Entry(
        "pst@x.example", "발표", at(10), at(9), at(11), sequence=2, organizer="portal@x.example\r\nX:1", attendee="a@x.example"
    )
    found = ical.calendar("발표", [entry], lang="ko", method="REQUEST").decode().replace("\r\n ", "").split("\r\n")
    assert "METHOD:REQUEST" in found and "STATUS:CONFIRMED" in found and "TRANSP:OPAQUE" in found and "SEQUENCE:2" in found
    assert next(one for one in found if one.startswith("ATTENDEE")).endswith(":mailto:a@x.example")
    assert "X:1" not in found and sum(one.startswith("ORGANIZER") for one in found) == 1
    gone = ical.Entry("pst@x.example", "발표", at(10), at(9), organizer="o@x.example", attendee="a@x.example", cancelled=True)
    assert b"STATUS:CANCELLED" in ical.calendar("발표", [gone], lang="ko", method="CANCEL")

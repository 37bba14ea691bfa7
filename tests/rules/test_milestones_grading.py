"""Points become a grade; what a grade means for money; an objection only makes it better; a round's rules about it."""

from decimal import Decimal

import pytest

from vouchers.milestones import rules
from vouchers.rounds.rules import Grade, grading_faults, parse_grading

POLICY = parse_grading({"graders": 2})


def grade(*points: str, faith: tuple[bool, ...] = (), allows: bool = True) -> str:
    found = [Decimal(one) for one in points]
    return rules.grade_of(found, list(faith or [False] * len(found)), marks=POLICY.marks, allows_good_faith=allows)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (("90", "90"), "EXCELLENT"), (("90", "89.98"), "ORDINARY"), (("89.99", "90"), "EXCELLENT"), (("70", "70"), "ORDINARY"),
        (("100", "39.98"), "CONDITIONAL"), (("60", "60"), "CONDITIONAL"), (("60", "59.98"), "FAIL"), (("0", "0"), "FAIL"),
    ],
)  # fmt: skip
def test_the_mean_of_all_reaches_a_mark_or_not(points, expected):
    assert grade(*points) == expected


def test_a_failure_is_in_good_faith_where_more_than_half_say_so_and_the_round_knows_it():
    assert grade("10", "10", "10", faith=(True, True, False)) == Grade.GOOD_FAITH
    assert grade("10", "10", faith=(True, False)) == Grade.FAIL
    assert grade("10", "10", faith=(True, True), allows=False) == Grade.FAIL
    assert grade("95", "95", faith=(False, False)) == Grade.EXCELLENT


def test_an_objection_makes_a_grade_better_and_the_best_cannot_get_better():
    assert rules.better_than("FAIL") == ("EXCELLENT", "ORDINARY", "CONDITIONAL", "GOOD_FAITH")
    assert rules.better_than("ORDINARY") == ("EXCELLENT",) and rules.better_than("EXCELLENT") == ()


@pytest.mark.parametrize(
    ("found", "status", "pays", "waits", "held"),
    [
        ("", "", True, False, False), ("FAIL", "DECIDED", False, False, True), ("FAIL", "CONFIRMED", False, True, True),
        ("ORDINARY", "DECIDED", True, False, False), ("ORDINARY", "DECIDED", True, True, True), ("ORDINARY", "CONFIRMED", True, True, False),
        ("", "", True, True, True),
    ],
)  # fmt: skip
def test_what_a_grade_means_for_money(found, status, pays, waits, held):
    assert bool(rules.money_fault(grade=found, status=status, pays=pays, waits=waits)) is held


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, []), ({"graders": 3, "marks": {"EXCELLENT": 95}, "pays": {"GOOD_FAITH": False}, "barred": {"FAIL": 36}}, []),
        ({"graders": 1}, ["grading_graders"]), ({"graders": 16}, ["grading_graders"]), ({"marks": {"ORDINARY": 90}}, ["grading_marks"]),
        ({"marks": {"CONDITIONAL": 0}}, ["grading_marks"]), ({"marks": {"FAIL": 5}}, ["grading_marks"]), ({"barred": {"FAIL": 61}}, ["grading_barred"]),
        ({"pays": {"FAIL": "no"}}, ["grading_shape"]), ({"marks": {"SUPER": 5}}, ["grading_shape"]), ({"graders": "many"}, ["grading_shape"]),
    ],
)  # fmt: skip
def test_a_rounds_rules_about_grades(body, faults):
    assert grading_faults(body) == faults

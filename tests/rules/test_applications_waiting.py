"""How long applications stood in a state, and what is told of it."""

from datetime import date

from vouchers.applications.rules import Change, stays, usual

MONDAY = date(2027, 3, 8)


def days(case: str, *moves: tuple[str, int]) -> list[Change]:
    before, found = "", []
    for to, day in moves:
        found.append(Change(case, before, to, date(2027, 3, day)))
        before = to
    return found


def test_working_days_of_all_visits_without_the_state_that_lasts():
    way = days("a", ("SUBMITTED", 8), ("CHECK", 10), ("SUPPLEMENT", 12), ("CHECK", 15), ("ELIGIBLE", 16))
    assert stays(way) == {"SUBMITTED": [2], "CHECK": [3], "SUPPLEMENT": [1]}
    assert stays(days("b", ("SUBMITTED", 8), ("CHECK", 9), ("SUPPLEMENT", 10), ("CHECK", 11))) == {
        "SUBMITTED": [1], "SUPPLEMENT": [1],
    }  # fmt: skip
    assert stays([]) == {}


def test_a_median_is_told_from_the_threshold_on():
    spent = {"A": [1, 2, 9], "B": [3, 4]}
    found = usual(spent, 3)
    assert found["A"].days == 2 and found["A"].cases == 3 and "B" not in found
    assert usual(spent, 2)["B"].days == 4  # 3.5
    assert usual({"C": []}, 0) == {}

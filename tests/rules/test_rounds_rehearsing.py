"""What a rehearsal may hold, how its titles stand, when it is promoted."""

import pytest

from vouchers.rounds import rules


def test_titles_of_rehearsals_carry_the_mark_once_and_no_others_do():
    assert rules.marked("REHEARSAL", "2027 회차", "Round 2027") == ("[모의] 2027 회차", "[Rehearsal] Round 2027")
    assert rules.marked("REHEARSAL", "[모의] 2027 회차", "[Rehearsal] Round 2027") == (
        "[모의] 2027 회차",
        "[Rehearsal] Round 2027",
    )
    assert rules.marked("LIVE", "[모의] 2027 회차", "[Rehearsal] Round 2027") == ("2027 회차", "Round 2027")


@pytest.mark.parametrize(
    ("kind", "test_company", "may"),
    [
        ("REHEARSAL", True, True), ("REHEARSAL", False, False), ("LIVE", True, False), ("LIVE", False, True),
        ("DEMO", True, False), ("DEMO", False, True),
    ],
)  # fmt: skip
def test_test_companies_and_real_ones_never_meet(kind, test_company, may):
    assert rules.may_hold(kind, test_company=test_company) is may


@pytest.mark.parametrize("status", list(rules.RoundStatus))
def test_only_a_rehearsal_that_was_released_is_promoted(status):
    released = status in {"AWARDED", "RUNNING", "SETTLING", "ARCHIVED"}
    assert rules.may_be_promoted("REHEARSAL", status) is released
    assert not rules.may_be_promoted("LIVE", status)


def test_a_rehearsal_asks_no_provider():
    assert rules.timing("REHEARSAL", "BEFORE_SUBMISSION") == "AFTER_SELECTION"
    assert rules.timing("LIVE", "BEFORE_SUBMISSION") == "BEFORE_SUBMISSION"


def test_a_round_that_a_demo_person_makes_is_fictional():
    assert (rules.own_kind(demo=True), rules.own_kind(demo=False)) == ("DEMO", "LIVE")

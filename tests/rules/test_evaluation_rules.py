"""Scores, ranking and selection on paper."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kit.errors import IllegalStep
from vouchers.evaluation import rules
from vouchers.evaluation.rules import Candidate, Outcome, Reserve, TrackPlan

T0 = datetime(2027, 3, 1, tzinfo=UTC)
LARGE = TrackPlan("LARGE", "대형과제", "Large project", 2, 320)
SMALL = TrackPlan("SMALL", "소형과제", "Small project", 1, 80)
MARK = Decimal("70")


def one(number, score="90.00", *, track="LARGE", grant=100, leading=80, hours=0, matched=True):
    return Candidate(
        number, f"app-{number:010d}", track, Decimal(score), Fraction(leading), T0 + timedelta(hours=hours), grant, matched
    )


def run(*candidates, budget=1000, reserve=2, tracks=(LARGE, SMALL)):
    lines = rules.select(candidates, tracks=tracks, budget_won=budget, pass_mark=MARK, reserve_length=reserve)
    return {line.application_id: line for line in lines}


def test_weighted_total_is_exact_to_two_decimals():
    assert rules.weighted_total({1: 81, 2: 77, 3: 90}, {1: 33, 2: 33, 3: 34}) == Decimal("82.74")


def test_weighted_total_needs_every_criterion():
    with pytest.raises(KeyError):
        rules.weighted_total({1: 80}, {1: 50, 2: 50})


def test_mean_rounds_half_up():
    assert rules.mean([Decimal("80.00"), Decimal("80.01")]) == Decimal("80.01")


def test_the_heaviest_criterion_leads_and_of_equals_the_first():
    assert rules.leading_criterion({5: 30, 6: 40, 7: 40}, [5, 6, 7]) == 6


def test_best_scores_take_the_slots_and_the_next_wait_in_order():
    lines = run(one(1, "80.00"), one(2, "95.00"), one(3, "90.00"), one(4, "75.00"), one(5, "72.00"))
    assert [lines[i].outcome for i in (2, 3, 1, 4, 5)] == ["SELECTED", "SELECTED", "RESERVE", "RESERVE", "NOT_SELECTED"]
    assert (lines[1].reserve_no, lines[4].reserve_no, lines[5].reserve_no) == (1, 2, None)
    assert [lines[i].rank for i in (2, 3, 1, 4, 5)] == [1, 2, 3, 4, 5]


def test_below_the_pass_mark_nothing_helps():
    line = run(one(1, "69.99"))[1]
    assert line.outcome == Outcome.NOT_SELECTED and "70.00" in line.reason_ko and "70.00" in line.reason_en


def test_a_missing_match_and_a_missing_grant_are_named():
    lines = run(one(1, matched=False), one(2, grant=0), one(3, grant=400))
    assert {line.outcome for line in lines.values()} == {Outcome.NOT_SELECTED}
    assert "매칭" in lines[1].reason_ko and "지원금" in lines[2].reason_ko and "한도" in lines[3].reason_ko


def test_ties_break_by_leading_criterion_then_submission_then_ref():
    order = rules.ranking([one(4, hours=2), one(3, hours=1), one(2, hours=1), one(1, leading=70), one(5, leading=90)])
    assert [c.application_id for c in order] == [5, 2, 3, 4, 1]


def test_nobody_overtakes_inside_a_track_when_the_budget_is_short():
    lines = run(one(1, "95.00", grant=150), one(2, "90.00", grant=300), one(3, "85.00", grant=50), budget=250)
    assert [lines[i].outcome for i in (1, 2, 3)] == ["SELECTED", "RESERVE", "RESERVE"]
    assert "예산" in lines[2].reason_ko


def test_another_track_goes_on_when_one_is_stuck():
    lines = run(one(1, "95.00", grant=300), one(2, "80.00", track="SMALL", grant=50), budget=100)
    assert (lines[1].outcome, lines[2].outcome) == ("RESERVE", "SELECTED")


def test_a_track_without_published_slots_is_limited_by_the_budget_alone():
    free = TrackPlan("LARGE", "대형과제", "Large project", None, None)
    lines = run(*[one(i, grant=100) for i in range(1, 5)], budget=350, tracks=(free,))
    assert sum(line.outcome == "SELECTED" for line in lines.values()) == 3


def test_a_round_without_a_reserve_list_says_so():
    lines = run(one(1), one(2), one(3, "80.00"), reserve=0)
    assert lines[3].outcome == "NOT_SELECTED" and "예비 명단이 없습니다" in lines[3].reason_ko


candidates = st.lists(
    st.builds(
        lambda track, score, leading, hours, grant, matched: (track, score, leading, hours, grant, matched),
        st.sampled_from(["LARGE", "SMALL"]),
        st.decimals(0, 100, places=2),
        st.integers(0, 100),
        st.integers(0, 3),
        st.integers(0, 400),
        st.booleans(),
    ),
    max_size=25,
).map(
    lambda rows: [
        one(i, str(score), track=track, grant=grant, leading=leading, hours=hours, matched=matched)
        for i, (track, score, leading, hours, grant, matched) in enumerate(rows, 1)
    ]
)


@settings(max_examples=200, deadline=None)
@given(candidates, st.integers(0, 900), st.integers(0, 4), st.randoms())
def test_selection_keeps_its_promises(people, budget, reserve, random):
    lines = rules.select(people, tracks=[LARGE, SMALL], budget_won=budget, pass_mark=MARK, reserve_length=reserve)
    assert sorted(line.application_id for line in lines) == sorted(p.application_id for p in people)
    assert sum(line.grant_won for line in lines) <= budget
    for plan in (LARGE, SMALL):
        own = [line for line in lines if line.track == plan.key]
        selected = [line for line in own if line.outcome == Outcome.SELECTED]
        waiting = [line.reserve_no for line in own if line.outcome == Outcome.RESERVE]
        assert len(selected) <= plan.slots and all(line.score >= MARK and line.grant_won > 0 for line in selected)
        assert waiting == list(range(1, len(waiting) + 1)) and len(waiting) <= reserve
        assert [line.rank for line in own] == list(range(1, len(own) + 1))
        if waiting and selected:  # nobody on the reserve list stands above somebody selected
            assert max(line.rank for line in selected) < min(line.rank for line in own if line.outcome == Outcome.RESERVE)
        assert all(line.reason_ko and line.reason_en for line in own)
        assert all(bool(line.grant_won) == (line.outcome == Outcome.SELECTED) for line in own)
    shuffled = list(people)
    random.shuffle(shuffled)
    assert rules.select(shuffled, tracks=[LARGE, SMALL], budget_won=budget, pass_mark=MARK, reserve_length=reserve) == lines


def test_the_reserve_list_moves_up_strictly_in_order():
    queue = [Reserve(2, "LARGE", 2, 50), Reserve(1, "LARGE", 1, 200), Reserve(3, "SMALL", 1, 10)]
    assert rules.next_reserve(queue, track="LARGE", free_slots=1, available_won=200) == queue[1]
    assert rules.next_reserve(queue, track="LARGE", free_slots=1, available_won=199) is None
    assert rules.next_reserve(queue, track="LARGE", free_slots=0, available_won=500) is None
    assert rules.next_reserve([], track="LARGE", free_slots=1, available_won=500) is None


@pytest.mark.parametrize("lifecycle", [rules.ASSIGNMENT_LIFECYCLE, rules.RUN_LIFECYCLE, rules.AWARD_LIFECYCLE])
def test_every_state_and_verb_is_decided(lifecycle):
    for state in lifecycle.states:
        for verb in lifecycle.all_verbs():
            if lifecycle.can(state, verb):
                assert lifecycle.step(state, verb) in {s.value for s in lifecycle.states}
            else:
                with pytest.raises(IllegalStep):
                    lifecycle.step(state, verb)


def test_a_tie_says_what_decided():
    lines = run(one(1, leading=70), one(2, leading=90), one(3, "80.00"), tracks=(LARGE, SMALL))
    assert all("동점(90.00점)" in lines[n].reason_ko and "points for" in lines[n].reason_en for n in (1, 2))
    assert "동점" not in lines[3].reason_ko and "Tied" not in lines[3].reason_en
    lines = run(one(1, hours=2), one(2, hours=1))
    assert all("접수 순서" in lines[n].reason_ko and "order of receipt" in lines[n].reason_en for n in (1, 2))
    lines = run(one(1, leading=70, hours=1), one(2, leading=70, hours=2), one(3, leading=90))
    assert "이어 접수 순서" in lines[1].reason_ko and "접수" not in lines[3].reason_ko and "접수" in lines[2].reason_ko
    assert "동점" not in run(one(1, "60.00"), one(2, "60.00"))[1].reason_ko
    assert "동점" not in run(one(1), one(2, track="SMALL", grant=50))[1].reason_ko

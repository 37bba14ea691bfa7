"""Answers to a call's own questions: each kind, its limits, its condition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.questions import ANSWERS, QUESTIONS
from vouchers.applications import rules
from vouchers.rounds.rules import parse_questions

ASKED = {one.key: one for one in parse_questions(QUESTIONS)}
ALL = list(ASKED.values())


def lacks(documents=("q_8",), **changes):
    return [one.key for one, _sentence in rules.lacking(ALL, {**ANSWERS, **changes}, documents)]


def test_complete_answers_lack_nothing_and_all_can_be_stored():
    assert lacks() == []
    assert [rules.answer_fault(ASKED[key], value) for key, value in ANSWERS.items()] == [""] * len(ANSWERS)


def test_what_is_empty_or_too_little_is_missing_where_it_is_required():
    assert [one.key for one, _s in rules.lacking(ALL, {}, ())] == ["q_1", "q_3", "q_4", "q_6", "q_7", "q_8", "q_9"]
    assert lacks(documents=()) == ["q_8"] and lacks(q_3="짧음") == ["q_3"] and lacks(q_10="") == [] and lacks(q_4=0) == ["q_4"]


def test_a_condition_is_judged_on_the_answers():
    assert lacks(q_2="") == ["q_2"] and lacks(q_2="", q_1="2") == [] and lacks(q_2="", q_1=None) == ["q_1"]
    assert rules.only_if(ASKED["q_2"], ALL) and not rules.only_if(ASKED["q_1"], ALL)


def test_what_hangs_on_an_unasked_question_is_not_asked_and_circles_end():
    source = {**QUESTIONS[0], "key": "q_1"}
    chain = parse_questions(
        [source, {**source, "key": "q_2", "when": "q_1", "equals": "1"}, {**source, "key": "q_3", "when": "q_2", "equals": "1"}]
    )
    answers = {"q_1": "2", "q_2": "1"}
    assert not rules.applies(chain[2], chain, answers) and rules.applies(chain[2], chain, {**answers, "q_1": "1"})
    circle = parse_questions([{**source, "when": "q_2", "equals": "1"}, {**source, "key": "q_2", "when": "q_1", "equals": "1"}])
    assert rules.applies(circle[1], circle, {"q_1": "1", "q_2": "1"}) in {True, False}


@pytest.mark.parametrize(("key", "wrong"), [
    ("q_1", "9"), ("q_1", ["1"]), ("q_1", 1), ("q_2", "가" * 21), ("q_2", 5), ("q_3", ["x"]), ("q_4", 9), ("q_4", 100_001), ("q_4", "12"),
    ("q_4", True), ("q_5", -1), ("q_5", 10**10 + 1), ("q_6", "2026-12-31"), ("q_6", "2028-01-01"), ("q_6", "soon"), ("q_6", 20270302),
    ("q_7", ["1", "2", "3"]), ("q_7", ["4"]), ("q_7", "1"), ("q_7", [1]), ("q_8", "plan.pdf"), ("q_9", [{"3": "x"}]), ("q_9", [{"2": "x"}]),
    ("q_9", [{"1": "x"}] * 5), ("q_9", "x"), ("q_9", [["x"]]), ("q_9", [{"1": "x" * 201}]),
])  # fmt: skip
def test_what_cannot_be_stored_is_named(key, wrong):
    assert rules.answer_fault(ASKED[key], wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from(sorted(ASKED)), value=JSON)
def test_any_value_is_judged_and_what_passes_can_be_read(key, value):
    if not rules.answer_fault(ASKED[key], value):
        rules.in_line(ASKED[key], value)
        rules.in_words(ASKED[key], value)
    rules.lacking(ALL, {key: value}, ())


def test_in_words():
    assert rules.in_words(ASKED["q_1"], "1") == "의료기기" and rules.in_words(ASKED["q_7"], ["1", "3"]) == ["종류1", "종류3"]
    assert (
        rules.in_line(ASKED["q_9"], ANSWERS["q_9"]) == "가상병원 · 700 / =병원 · 500"
        and rules.in_line(ASKED["q_4"], 1200) == 1200
    )
    assert rules.in_words(ASKED["q_6"], "2027-03-02") == "2027. 3. 2.(화)" and rules.in_line(ASKED["q_5"], None) == ""

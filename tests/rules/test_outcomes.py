"""When a survey is owed, which answers are taken, what of them is public; and what a round may ask."""

from datetime import date

import pytest

from vouchers.outcomes import rules
from vouchers.rounds.rules import OutcomeKind, OutcomePolicy, OutcomeQuestion, typed_questions, written_questions
from vouchers.rounds.rules.outcomes import QUESTIONS, outcomes_faults, parse_outcomes

Q = OutcomeQuestion
ASKED = (
    Q("papers", OutcomeKind.COUNT, "논문", "Papers", public=True, evidence=True), Q("raised", OutcomeKind.WON, "투자", "Raised"),
    Q("sold", OutcomeKind.YES_NO, "판매", "Sold", public=True), Q("words", OutcomeKind.TEXT, "의견", "Words"),
)  # fmt: skip
GOOD = {"papers": 2, "raised": 0, "sold": True}
LINKS = {"papers": ["https://doi.example/1"]}


def test_surveys_open_month_by_month_and_each_asks_about_the_time_since_the_one_before():
    policy, days = (
        OutcomePolicy(surveys=3, first_months=12, every_months=12),
        {"began_on": date(2026, 2, 1), "fixed_on": date(2026, 12, 31)},
    )
    assert rules.turns(policy, **days, today=date(2027, 12, 30)) == []
    found = rules.turns(policy, **days, today=date(2030, 1, 1))
    assert [(one.number, one.opens_on) for one in found] == [(n, date(2026 + n, 12, 31)) for n in (1, 2, 3)]
    assert (found[0].covers_from, found[0].covers_to) == (date(2026, 2, 1), date(2027, 12, 30))
    assert found[1].covers_from == found[0].opens_on and len(rules.turns(policy, **days, today=date(2040, 1, 1))) == 3
    assert rules.turns(OutcomePolicy(surveys=0), **days, today=date(2040, 1, 1)) == []
    at_once = rules.turns(
        OutcomePolicy(surveys=1, first_months=0), began_on=date(2026, 3, 1), fixed_on=date(2026, 3, 1), today=date(2026, 3, 1)
    )
    assert at_once[0].covers_from == at_once[0].covers_to  # never before it began


def test_whole_answers_are_taken():
    assert rules.faults(ASKED, GOOD, LINKS) == {} and rules.faults(ASKED, {**GOOD, "papers": 0, "words": "x" * 2000}, {}) == {}


@pytest.mark.parametrize(("change", "links", "key"), [
    ({"papers": None}, LINKS, "papers"), ({"papers": -1}, LINKS, "papers"), ({"papers": True}, LINKS, "papers"), ({"papers": "2"}, LINKS, "papers"),
    ({"papers": 1_000_001}, LINKS, "papers"), ({}, {}, "papers"), ({"raised": 10**14 + 1}, LINKS, "raised"), ({"sold": 1}, LINKS, "sold"),
    ({"sold": None}, LINKS, "sold"), ({"words": "x" * 2001}, LINKS, "words"), ({"other": 1}, LINKS, "other"),
    ({}, {"papers": ["ftp://x.example/1"]}, "papers"), ({}, {"papers": ["https://x.example/1"] * 11}, "papers"),
    ({}, {**LINKS, "other": ["https://x.example"]}, "other"),
])  # fmt: skip
def test_what_is_missing_or_cannot_be_true_is_named_by_its_question(change, links, key):
    found = rules.faults(ASKED, {**GOOD, **change}, links)
    assert list(found) == [key] and str(found[key]).endswith(".")


@pytest.mark.parametrize(
    "text", ["https://x", "javascript:alert(1)", "https://x.example/a b", "//x.example", "https://[x", "x" * 501, ""]
)
def test_no_address(text):
    assert not rules.is_link(text)


def test_only_what_is_public_adds_up_and_never_words():
    told = rules.published([(ASKED, {**GOOD, "raised": 5, "words": "secret"}), (ASKED, {**GOOD, "papers": 3, "sold": False})])
    assert [(one.key, one.value) for one in told] == [("papers", 5), ("sold", 1)]
    assert rules.published([(ASKED, {"papers": 0, "sold": False})]) == [] and rules.published([]) == []


def test_questions_are_written_as_lines_and_read_again():
    lines = written_questions(QUESTIONS)
    assert parse_outcomes({"questions": typed_questions(lines)}).questions == QUESTIONS
    for wrong in ("a | MOON | - | 가 | A", "a | COUNT | secret | 가 | A", "a | COUNT | - | 가 | A | b | c | d"):
        assert typed_questions(wrong) is None
    assert typed_questions("\n") == []


def asked(**change):
    return {"questions": [{**ASKED[0].document(), **change}]}


@pytest.mark.parametrize(("body", "code"), [
    ({"surveys": 11}, "outcomes_numbers"), ({"every_months": 0}, "outcomes_numbers"), ({"surveys": "x"}, "outcomes_shape"), ([], "outcomes_shape"),
    ({"questions": []}, "outcomes_questions"), (asked(key="Two words"), "outcomes_questions"), (asked(en=" "), "outcomes_questions"),
    ({"questions": [ASKED[0].document()] * 2}, "outcomes_questions"), (asked(kind="TEXT"), "outcomes_public"), (asked(kind="MOON"), "outcomes_shape"),
    ({"questions": [{"key": "a"}]}, "outcomes_shape"), ({"surveys": 0, "questions": []}, ""), (asked(), ""), ({}, ""),
])  # fmt: skip
def test_what_no_round_may_ask(body, code):
    assert outcomes_faults(body) == ([code] if code else [])

"""A call's own questions: parsed, ordered, and every fault named."""

from datetime import date

import pytest

from vouchers.applications.rules import SectionKey
from vouchers.rounds import rules
from vouchers.rounds.actions.demo import POLICY
from vouchers.rounds.rules.questions import KEY

WORDS = {"label_ko": "물음", "label_en": "Question", "help_ko": "도움말", "help_en": "Help"}
YES_NO = [{"code": "1", "label_ko": "예", "label_en": "Yes"}, {"code": "2", "label_ko": "아니요", "label_en": "No"}]


def one(key="q_1", kind="TEXT", section="project", **more):
    return {"key": key, "kind": kind, "section": section, **WORDS, **more}


def faults(*body):
    assert not [f for f in rules.policy_faults({**POLICY, "questions": list(body)}) if f.startswith("question")]
    return [f.partition(":")[0].removeprefix("question_") for f in rules.question_faults(rules.parse_questions(body))]


def test_sections_are_those_of_an_application():
    assert {section.value for section in rules.QuestionSection} == set(SectionKey) - {"documents", "declarations"}


def test_what_is_parsed_is_written_again_the_same():
    body = [
        one("q_1", "CHOICE", choices=YES_NO), one("q_2", "DATE", first_day="2027-01-01", last_day="2027-12-31", when="q_1", equals="2"),
        one("q_3", "FILE", file_types=["pdf"], required=False, confidential=True), one("q_4", "NUMBER", least=0, most=5000, label_en="", help_ko=""),
        one("q_5", "TABLE", columns=[{"code": "1", "kind": "WON", "label_ko": "금액", "label_en": "Amount"}], least=1, most=4),
    ]  # fmt: skip
    found = rules.parse_questions(body)
    assert found[1].last_day == date(2027, 12, 31) and found[3].limit == 5000 and found[4].columns[0].kind == "WON"
    assert rules.parse_questions([rules.question_body(q) for q in found]) == found
    assert faults(*body) == ["korean", "english"]
    assert rules.parse_policy({**POLICY, "questions": body}).questions == found


@pytest.mark.parametrize("body", [
    [one(kind="ESSAY")], [one(section="documents")], [one(key="q1")], [one(key="q_0")], [one(nonsense=1)], [{"key": "q_1"}],
    [one(kind="NUMBER", most="5")], [one(kind="DATE", first_day="soon")], ["q_1"], {"q_1": 1}, [one(), one()], [one(kind="NUMBER", least=True)],
])  # fmt: skip
def test_what_cannot_be_read_is_not_even_stored(body):
    assert {f.partition(":")[0] for f in rules.policy_faults({**POLICY, "questions": body})} & {
        "question_shape",
        "question_twice",
    }


@pytest.mark.parametrize(("question", "named"), [
    (one(label_en=""), ["english"]), (one(help_ko=" "), ["korean"]), (one(kind="CHOICE", choices=YES_NO[:1]), ["choices"]),
    (one(kind="CHOICE", choices=[{**YES_NO[0], "label_en": ""}, YES_NO[1]]), ["english"]),
    (one(kind="CHOICE", choices=[YES_NO[0], YES_NO[0]]), ["choices"]),
    (one(kind="TABLE"), ["columns"]),
    (one(kind="TABLE", columns=[{"code": "1", "kind": "FILE", "label_ko": "가", "label_en": "a"}]), ["columns"]),
    (one(kind="NUMBER", most=0), ["limit"]), (one(kind="NUMBER", least=-1), ["limit"]), (one(kind="LONG_TEXT", most=9000), ["limit"]),
    (one(kind="NUMBER", least=9, most=8), ["limits"]), (one(kind="CHOICES", choices=YES_NO, most=3), ["limit"]),
    (one(kind="DATE", first_day="2027-02-02", last_day="2027-02-01"), ["days"]), (one(kind="FILE", file_types=["exe"]), ["file_types"]),
    (one(when="q_9", equals="1"), ["condition"]), (one(when="q_1", equals="1"), ["condition"]),
])  # fmt: skip
def test_every_fault_is_named(question, named):
    assert faults(question) == named


def test_a_condition_points_at_a_choice_of_an_earlier_question_of_the_section():
    source, asked = one("q_1", "CHOICE", choices=YES_NO), one("q_2", when="q_1", equals="2")
    assert faults(source, asked) == []
    assert faults(asked, source) == ["condition"]
    assert faults(source, {**asked, "section": "company"}) == ["condition"]
    assert faults({**source, "kind": "TEXT"}, asked) == ["condition"]
    assert faults(source, {**asked, "equals": "3"}) == ["condition_choice"]


def test_faults_say_the_question_and_stop_the_announcement():
    body = {**POLICY, "questions": [one("q_7", label_ko="환자 수", label_en="")]}
    found = rules.announcement_faults(
        body=body, weights=[100], opens_at=None, closes_at=None, budget_won=1, tracks=[("A", 1, 1)], now=None
    )
    fault = next(f for f in found if f.startswith("question"))
    assert "환자 수" in rules.fault_words(fault) and rules.fault_place(fault) == ("questions", "q_7")


def test_a_fault_names_only_what_lacks_and_leads_to_its_field():
    said = lambda **parts: [
        (rules.fault_words(f), rules.question_fault_field(f))
        for f in rules.question_faults(rules.parse_questions([one(**parts)]))
    ]
    ((words, field),) = said(label_ko="환자 수", help_ko=" ")
    assert field == "help_ko" and "도움말" in words and "제목" not in words and "선택지" not in words and "환자 수" in words
    ((words, field),) = said(kind="CHOICE", choices=[{**YES_NO[0], "label_en": ""}, YES_NO[1]])
    assert field == "choices_en" and words.endswith(": 선택지.")
    columns = [{"code": "1", "kind": "TEXT", "label_ko": "", "label_en": "a"}]
    assert said(kind="TABLE", columns=columns, label_ko="", help_en="")[0][1] == "label_ko"
    assert ": 제목, 열." in said(kind="TABLE", columns=columns, label_ko="", help_en="")[0][0]
    assert [f for _w, f in said(kind="NUMBER", least=9, most=8)] == ["least"]


def test_order_and_numbers():
    asked = rules.parse_questions([one("q_1"), one("q_2", section="company"), one("q_3")])
    assert [q.key for q in rules.moved(asked, "q_3", up=True)] == ["q_3", "q_2", "q_1"]
    assert rules.moved(asked, "q_1", up=True) == asked == rules.moved(asked, "q_2", up=False)
    assert rules.next_key([]) == "q_1" and rules.next_key(["q_2", "q_10"]) == "q_11" and KEY.fullmatch("q_11")

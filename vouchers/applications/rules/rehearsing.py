"""What a test company answers in a rehearsal: complete, within every limit, and visibly no real answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from vouchers.applications.rules.questions import asked_in
from vouchers.applications.rules.sections import FIELDS
from vouchers.applications.rules.stages import SectionKey
from vouchers.rounds.rules import MARK_EN, MARK_KO, Column, Question, QuestionKind

SAID = f"{MARK_KO}연습용 답변입니다. {MARK_EN}Answer of a rehearsal."
K = QuestionKind


def rehearsed_answers(key: SectionKey, *, supply_won: int, number: int, questions: Sequence[Question] = ()) -> dict[str, Any]:
    """A whole section: the fixed questions, then the call's own (files are attached apart). number: of the test company, from 0."""
    own: dict[str, Any] = {
        "planned_supply_won": supply_won, "planned_taxable_won": supply_won, "own_in_kind_won": None,
        "title": f"{MARK_KO}시험 과제 {number + 1}",
    }  # fmt: skip
    kinds: Mapping[str, Any] = {"check": True, "number": 12, "won": None}
    fixed = {
        f.name: own[f.name] if f.name in own else f.choices[0][0] if f.kind == "choice" else kinds.get(f.kind, SAID)
        for f in FIELDS[key]
    }
    return {**fixed, **{one.key: answer_to(one) for one in asked_in(questions, key) if one.kind != K.FILE}}


def answer_to(question: Question) -> Any:
    """An answer within the question's limits, as it is stored."""
    if question.kind in {K.TEXT, K.LONG_TEXT}:
        return _text(question.least or 0, question.limit)
    if question.kind in {K.NUMBER, K.WON}:
        return max(question.least or 0, min(100, question.limit))
    if question.kind == K.DATE:
        day = question.first_day or question.last_day
        return day.isoformat() if day else "2027-01-04"
    if question.kind == K.CHOICE:
        return question.choices[0].code
    if question.kind == K.CHOICES:
        return [one.code for one in question.choices[: max(1, question.least or 0)]]
    return [{one.code: _cell(one) for one in question.columns} for _row in range(max(1, question.least or 0))]


def _text(least: int, most: int) -> str:
    return (SAID * (least // len(SAID) + 1))[:most]


def _cell(column: Column) -> Any:
    return {K.NUMBER: 1, K.WON: 1, K.DATE: "2027-01-04"}.get(QuestionKind(column.kind), MARK_KO.strip())

"""Answers to a call's own questions: which are asked, what is wrong with one, what is still missing. Pure.

An answer is stored in its section under the question's key: text, whole number, date as `YYYY-MM-DD`, code of a choice, list of
codes, list of rows {column code: cell}. The answer to a file question is the document whose kind is the question's key.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portal.kit.won import won
from portal.kit.words import day
from vouchers.rounds.rules import CELL_CHARACTERS, FILE_TYPES, Column, Question, QuestionKind

K = QuestionKind
EMPTY: tuple[Any, ...] = (None, "", [], ())


def asked_in(questions: Sequence[Question], section: str) -> list[Question]:
    """The questions of one section, in order."""
    return [one for one in questions if one.section == section]


def applies(question: Question, questions: Sequence[Question], answers: Mapping[str, Any]) -> bool:
    """Is it asked, given the other answers of its section? What hangs on a question that is not asked is not asked either."""
    source = next((one for one in questions if one.key == question.when), None)
    if source is None or source.key == question.key:
        return True
    held = answers.get(source.key)
    chosen = held if isinstance(held, list) else [held]
    before = questions[: list(questions).index(question)] if question in questions else questions
    return question.equals in chosen and applies(source, [one for one in before if one.key != question.key], answers)


def types_of(question: Question) -> tuple[str, ...]:
    """The extensions that a file answering it may have, in small letters."""
    kinds = question.file_types or FILE_TYPES
    return (*kinds, "jpeg") if "jpg" in kinds else tuple(kinds)


def only_if(question: Question, questions: Sequence[Question]) -> str:
    """The condition as a sentence for those who see every question; "" where it is always asked."""
    source = next((one for one in questions if one.key == question.when), None)
    if source is None:
        return ""
    chosen = next((choice.label for choice in source.choices if choice.code == question.equals), "")
    return _("Answer only if “%(question)s” is “%(choice)s”.") % {"question": source.label, "choice": chosen}


# ── One answer ───────────────────────────────────────────────────────────────────────────────────────
def answer_fault(question: Question, value: Any) -> str:
    """Why this answer cannot be stored, as a sentence; "" when it can. Too little of it is no fault, only incomplete."""
    if value in EMPTY:
        return ""
    judge = _JUDGES.get(QuestionKind(question.kind))
    return judge(question, value) if judge else _unreadable()


def _unreadable() -> str:
    return _("This answer cannot be read. Enter it again.")


def _text(question: Question, value: Any) -> str:
    if not isinstance(value, str):
        return _unreadable()
    return _("Write at most %(n)s characters.") % {"n": f"{question.limit:,}"} if len(value) > question.limit else ""


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(question: Question, value: Any) -> str:
    least, most = question.least or 0, question.limit
    if not _whole(value):
        return _("Enter a whole number.")
    if least <= value <= most:
        return ""
    return _("Enter a whole number from %(least)s to %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"}


def _won(question: Question, value: Any) -> str:
    least, most = question.least or 0, question.limit
    if _whole(value) and least <= value <= most:
        return ""
    return _("Enter an amount from %(least)s to %(most)s.") % {"least": won(least), "most": won(most)}


def _date(question: Question, value: Any) -> str:
    found = day_of(value)
    first, last = question.first_day, question.last_day
    if found is None:
        return _("Enter a day, for example 2027-03-31.")
    if first and found < first:
        return _("Enter a day that is not before %(day)s.") % {"day": day(first)}
    if last and found > last:
        return _("Enter a day that is not after %(day)s.") % {"day": day(last)}
    return ""


def day_of(value: Any) -> date | None:
    """`2027-03-31` → the day; None for anything else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _choice(question: Question, value: Any) -> str:
    return "" if value in [one.code for one in question.choices] else _("Choose from the list.")


def _choices(question: Question, value: Any) -> str:
    codes = {one.code for one in question.choices}
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or not set(value) <= codes:
        return _("Choose from the list.")
    return _("Choose at most %(n)s.") % {"n": question.limit} if len(set(value)) > question.limit else ""


def _table(question: Question, value: Any) -> str:
    columns = {one.code: one for one in question.columns}
    if not isinstance(value, list) or not all(isinstance(row, dict) and set(row) <= set(columns) for row in value):
        return _unreadable()
    if len(value) > question.limit:
        return _("Fill in at most %(n)s rows.") % {"n": question.limit}
    for number, row in enumerate(value, 1):
        for code, cell in row.items():
            if fault := cell_fault(columns[code], cell):
                said = {"row": number, "column": columns[code].label, "fault": fault}
                return _("Row %(row)s, “%(column)s”: %(fault)s") % said
    return ""


def cell_fault(column: Column, value: Any) -> str:
    """As answer_fault, of one cell: the usual limits of its kind."""
    if column.kind == K.TEXT and isinstance(value, str) and len(value) > CELL_CHARACTERS:
        return _("Write at most %(n)s characters.") % {"n": CELL_CHARACTERS}
    return answer_fault(Question(column.code, "", column.kind, "", ""), value) if value not in EMPTY else ""


_JUDGES: Mapping[QuestionKind, Callable[[Question, Any], str]] = {
    K.TEXT: _text, K.LONG_TEXT: _text, K.NUMBER: _number, K.WON: _won, K.DATE: _date, K.CHOICE: _choice, K.CHOICES: _choices,
    K.TABLE: _table,
}  # fmt: skip


# ── What is missing ──────────────────────────────────────────────────────────────────────────────────
def lacking(questions: Sequence[Question], answers: Mapping[str, Any], documents: Collection[str]) -> list[tuple[Question, str]]:
    """(question, sentence) of what keeps a section's questions from being complete. documents: kinds that are there."""
    found = []
    for one in questions:
        if applies(one, questions, answers):
            sentence = _file_lack(one, documents) if one.kind == K.FILE else _lack(one, answers.get(one.key))
            if sentence:
                found.append((one, sentence))
    return found


def _file_lack(question: Question, documents: Collection[str]) -> str:
    if not question.required or question.key in documents:
        return ""
    return _("“%(label)s” has not been uploaded.") % {"label": question.label}


def _lack(question: Question, value: Any) -> str:
    if value in EMPTY:
        return _("“%(label)s” is empty.") % {"label": question.label} if question.required else ""
    fault = answer_fault(question, value) or _too_little(question, value)
    return _("“%(label)s”: %(fault)s") % {"label": question.label, "fault": fault} if fault else ""


def _too_little(question: Question, value: Any) -> str:
    """Fewer characters, choices or rows than the question asks for."""
    if question.kind in {K.NUMBER, K.WON} or not question.least or len(value) >= question.least:
        return ""
    words = {
        K.CHOICES: _("Choose at least %(n)s."), K.TABLE: _("Fill in at least %(n)s rows."),
    }.get(QuestionKind(question.kind), _("Write at least %(n)s characters."))  # fmt: skip
    return words % {"n": question.least}


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────
def in_words(question: Question | Column, value: Any) -> Any:
    """A stored answer as people read it: a text, a number (also of won), a list of words, or rows of cells. None: no answer."""
    if value in EMPTY:
        return None
    if question.kind == K.DATE:
        found = day_of(value)
        return day(found) if found else value
    if isinstance(question, Column):
        return f"{value:,}" if isinstance(value, int) else value
    words = {one.code: one.label for one in question.choices}
    if question.kind == K.CHOICE:
        return words.get(value, value)
    if question.kind == K.CHOICES:
        return [words.get(one, one) for one in value]
    if question.kind == K.TABLE:
        return [[in_words(column, row.get(column.code)) for column in question.columns] for row in value]
    return value


def in_line(question: Question, value: Any) -> str | int:
    """The same in one cell of a spreadsheet; numbers stay numbers."""
    found = in_words(question, value)
    if question.kind == K.TABLE:
        return " / ".join(" · ".join("" if cell is None else str(cell) for cell in row) for row in found or [])
    if isinstance(found, list):
        return " · ".join(found)
    return "" if found is None else found

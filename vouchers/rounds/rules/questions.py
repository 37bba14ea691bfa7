"""Questions that a call asks beside the fixed ones: data of the policy, parsed and checked. Source: domain.md §6.1, 7.

An officer writes them while the round is a draft; they stand in PolicyVersion.body under `questions`, so they freeze with
it, and an application keeps those of the version that it was made under.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.words import pick

KEY = re.compile(r"q_[1-9][0-9]{0,3}")  # also the kind of an uploaded answer's document: no other kind looks like it


class QuestionKind(Codes):
    TEXT = "TEXT", _("One line of text")
    LONG_TEXT = "LONG_TEXT", _("Long text")
    NUMBER = "NUMBER", _("Whole number")
    WON = "WON", _("Amount in won")
    DATE = "DATE", _("Date")
    CHOICE = "CHOICE", _("One choice")
    CHOICES = "CHOICES", _("Several choices")
    FILE = "FILE", _("File")
    TABLE = "TABLE", _("Table")


class QuestionSection(Codes):
    """The sections of an application that have a form of their own (values as in applications.rules.SectionKey)."""

    COMPANY = "company", _("Company")
    PROJECT = "project", _("Project")
    DATA_NEED = "data_need", _("Data need")
    BUDGET = "budget", _("Budget")


K = QuestionKind
CELLS = (K.TEXT, K.NUMBER, K.WON, K.DATE)  # kinds of a table's columns
CHOOSING = (K.CHOICE, K.CHOICES)  # kinds that a condition may look at
FILE_TYPES = ("pdf", "hwp", "hwpx", "docx", "xlsx", "pptx", "png", "jpg", "zip")
LARGEST = {
    K.TEXT: 500, K.LONG_TEXT: 5000, K.NUMBER: 10**12, K.WON: 10**12, K.DATE: 0, K.CHOICE: 0, K.CHOICES: 30, K.FILE: 0, K.TABLE: 30,
}  # fmt: skip
USUAL = {**LARGEST, K.TEXT: 200, K.LONG_TEXT: 1500, K.TABLE: 10}
COUNTED = (K.TEXT, K.LONG_TEXT, K.NUMBER, K.WON, K.CHOICES, K.TABLE)  # kinds for which `least` and `most` say something
CELL_CHARACTERS = 200
MOST_QUESTIONS, MOST_CHOICES, MOST_COLUMNS = 60, 30, 6


@dataclass(frozen=True)
class Choice:
    """One thing that may be chosen. code: what is stored."""

    code: str
    label_ko: str
    label_en: str

    @property
    def label(self) -> str:
        return pick(self, "label")


@dataclass(frozen=True)
class Column:
    """One column of a table. kind: one of CELLS. code: the cell's name in a stored row."""

    code: str
    kind: str
    label_ko: str
    label_en: str

    @property
    def label(self) -> str:
        return pick(self, "label")


@dataclass(frozen=True)
class Question:
    """One question of a call.

    key: `q_` and a number that no other question of the round ever had. least, most: characters of a text, the number or
    the won, how many choices, rows of a table; None where the usual limit holds. first_day, last_day: of a date. file_types:
    extensions, empty where every accepted type is welcome. when, equals: asked only when the question `when` of the same
    section, which stands before it, has the choice `equals`. confidential: evaluators do not read the answer.
    """

    key: str
    section: str
    kind: str
    label_ko: str
    label_en: str
    help_ko: str = ""
    help_en: str = ""
    required: bool = True
    confidential: bool = False
    least: int | None = None
    most: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    file_types: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = field(default_factory=tuple)
    columns: tuple[Column, ...] = field(default_factory=tuple)
    when: str = ""
    equals: str = ""

    @property
    def label(self) -> str:
        return pick(self, "label")

    @property
    def hint(self) -> str:
        return pick(self, "help")

    @property
    def limit(self) -> int:
        """The largest number, amount or count that is taken."""
        return USUAL[QuestionKind(self.kind)] if self.most is None else self.most

    @property
    def number(self) -> int:
        """Of the key, for people: question 3."""
        return int(self.key.removeprefix("q_"))


def parse_questions(body: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """`questions` of PolicyVersion.body, in the order in which they are asked. Raises KeyError, TypeError, ValueError."""
    return tuple(_question(one) for one in body)


def _question(one: Mapping[str, Any]) -> Question:
    days = {name: date.fromisoformat(one[name]) if one.get(name) else None for name in ("first_day", "last_day")}
    parts = {
        "file_types": tuple(str(kind) for kind in one.get("file_types", ())),
        "choices": tuple(Choice(**choice) for choice in one.get("choices", ())),
        "columns": tuple(Column(**column) for column in one.get("columns", ())),
    }
    found = Question(**{**one, **days, **parts})
    for bound in (found.least, found.most):
        if bound is not None and (not isinstance(bound, int) or isinstance(bound, bool)):
            raise TypeError(bound)
    if not KEY.fullmatch(found.key):
        raise ValueError(found.key)
    QuestionKind(found.kind), QuestionSection(found.section)
    for column in found.columns:
        QuestionKind(column.kind)
    return found


def question_body(question: Question) -> dict[str, Any]:
    """A question as it stands in PolicyVersion.body; what says nothing is left out."""
    found = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(question).items()
        if value not in (None, "", (), []) or name in {"label_ko", "label_en", "help_ko", "help_en"}
    }
    for name in ("file_types", "choices", "columns"):
        if name in found:
            found[name] = list(found[name])
    return found


def is_question(kind: str) -> bool:
    """Is this kind of a document a question's key?"""
    return KEY.fullmatch(kind) is not None


def next_key(taken: Sequence[str]) -> str:
    """A key that none of these is. taken: of every version of the round, so that no answer ever changes its question."""
    return f"q_{max((int(key.removeprefix('q_')) for key in taken), default=0) + 1}"


def moved(questions: Sequence[Question], key: str, *, up: bool) -> tuple[Question, ...]:
    """The same with one question a place higher or lower within its section; at the end it stays where it is."""
    rows = list(questions)
    at = next(n for n, one in enumerate(rows) if one.key == key)
    same = [n for n, one in enumerate(rows) if one.section == rows[at].section]
    to = same.index(at) + (-1 if up else 1)
    if 0 <= to < len(same):
        rows[at], rows[same[to]] = rows[same[to]], rows[at]
    return tuple(rows)


# ── What is wrong with them ──────────────────────────────────────────────────────────────────────────
def question_shape_faults(body: Any) -> list[str]:
    """Why these questions cannot be read at all, as codes: such a policy is not even stored."""
    try:
        found = parse_questions(body)
    except (KeyError, TypeError, ValueError, AttributeError):
        return ["question_shape"]
    faults = ["question_many"] if len(found) > MOST_QUESTIONS else []
    return [*faults, *(["question_twice"] if len({one.key for one in found}) < len(found) else [])]


def question_faults(questions: Sequence[Question]) -> list[str]:
    """What stops the announcement, as codes `<code>:<key>|<label>`, in the order of the questions.

    Of a language that lacks: `question_korean:<key>|help,choices|<label>`, with the parts (of WORDED) that lack it.
    """
    found = []
    for place, one in enumerate(questions):
        name = one.label or one.label_ko or one.label_en or str(_("Question %(n)d")) % {"n": one.number}
        found += [f"question_{language}:{one.key}|{','.join(parts)}|{name}" for language, parts in _texts(one).items()]
        found += [
            f"question_{code}:{one.key}|{name}" for code in (*_parts(one), *_limits(one), *_condition(one, questions[:place]))
        ]
    return found


WORDED = {"label": _("label"), "help": _("help text"), "choices": _("choices"), "columns": _("columns")}


def _texts(one: Question) -> dict[str, list[str]]:
    """language → the parts of WORDED that lack words in it; help too is needed."""
    lacking: dict[str, list[str]] = {}
    for language, end in (("korean", "ko"), ("english", "en")):
        words = {
            "label": [getattr(one, f"label_{end}")],
            "help": [getattr(one, f"help_{end}")],
            "choices": [getattr(choice, f"label_{end}") for choice in one.choices],
            "columns": [getattr(column, f"label_{end}") for column in one.columns],
        }
        empty = [part for part, texts in words.items() if not all(text.strip() for text in texts)]
        if empty:
            lacking[language] = empty
    return lacking


def _parts(one: Question) -> list[str]:
    """What a kind needs: two choices, a column; file types that the portal takes."""
    faults = []
    if one.kind in CHOOSING and not 2 <= len(one.choices) <= MOST_CHOICES:
        faults.append("choices")
    if one.kind == K.TABLE and not 1 <= len(one.columns) <= MOST_COLUMNS:
        faults.append("columns")
    inside: Sequence[Choice | Column] = (*one.choices, *one.columns)
    codes = [part.code for part in inside]
    if len(set(codes)) < len(codes) or any(column.kind not in CELLS for column in one.columns):
        faults.append("columns" if one.columns else "choices")
    return [*faults, *(["file_types"] if not set(one.file_types) <= set(FILE_TYPES) else [])]


def _limits(one: Question) -> list[str]:
    """A limit below nothing, above what the portal stores, or ends that cross."""
    if one.kind == K.DATE:
        return ["days"] if one.first_day and one.last_day and one.last_day < one.first_day else []
    if one.kind not in COUNTED:
        return []
    least, largest = one.least or 0, LARGEST[QuestionKind(one.kind)]
    if one.kind == K.CHOICES:
        largest = len(one.choices)
    if least < 0 or min(one.limit, largest) < 1 or (one.most is not None and one.most > largest):
        return ["limit"]
    return ["limits"] if least > one.limit else []


def _condition(one: Question, before: Sequence[Question]) -> list[str]:
    """A condition points at a choice of a question of the same section that stands before."""
    if not one.when and not one.equals:
        return []
    source = next((other for other in before if other.key == one.when and other.section == one.section), None)
    if source is None or source.kind not in CHOOSING:
        return ["condition"]
    return [] if one.equals in {choice.code for choice in source.choices} else ["condition_choice"]


_FAULTS = {
    "question_shape": _("The questions of the call cannot be read."),
    "question_many": _("A call asks at most 60 questions of its own."),
    "question_twice": _("Two questions of the call have the same number."),
    "question_korean": _("The question “%(what)s” has no Korean words for: %(parts)s."),
    "question_english": _("The question “%(what)s” has no English words for: %(parts)s."),
    "question_choices": _("The question “%(what)s” needs 2 to 30 different choices."),
    "question_columns": _("The table “%(what)s” needs 1 to 6 different columns."),
    "question_file_types": _("The question “%(what)s” asks for files of a type that the portal does not take."),
    "question_days": _("The last day of the question “%(what)s” lies before its first day."),
    "question_limit": _("A limit of the question “%(what)s” lies below nothing or above what can be stored."),
    "question_limits": _("In the question “%(what)s” the least is larger than the most."),
    "question_condition": _(
        "The condition of the question “%(what)s” points at nothing: choose a question with choices that stands before it in the"
        " same section."
    ),
    "question_condition_choice": _("The condition of the question “%(what)s” names a choice that does not exist any more."),
}


def question_fault_words(code: str, what: str) -> str:
    """The sentence of a fault of `question_faults`, in the reader's language."""
    rest = what.partition("|")[2]
    if code not in _LANGUAGES:
        return str(_FAULTS[code]).replace("%(what)s", rest)
    parts, _bar, name = rest.partition("|")
    named = ", ".join(str(WORDED[part]) for part in parts.split(","))
    return str(_FAULTS[code]).replace("%(parts)s", named).replace("%(what)s", name)


_LANGUAGES = {"question_korean": "ko", "question_english": "en"}


def question_fault_field(fault: str) -> str:
    """The field of the question's form where a fault is mended: `help_ko`; "" where none is named."""
    code, _colon, what = fault.partition(":")
    if code in _LANGUAGES:
        part = what.split("|")[1].split(",")[0]
        return f"column_0_{_LANGUAGES[code]}" if part == "columns" else f"{part}_{_LANGUAGES[code]}"
    return _FIELDS.get(code, "")


_FIELDS = {
    "question_choices": "choices_ko", "question_columns": "column_0_ko", "question_days": "last_day", "question_limit": "most",
    "question_limits": "least", "question_condition": "condition", "question_condition_choice": "condition",
}  # fmt: skip

"""A call's own questions as form fields. Their values are what is stored (rules.questions); limits are the rules' to judge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.documents.models import Document
from portal.kit.forms import CountedTextarea, DateInput, WonFormField, too_long
from portal.kit.won import parse_won
from vouchers.applications import rules
from vouchers.rounds.rules import Column, Question, QuestionKind

K = QuestionKind
SPARE_ROWS = 3  # empty rows below the filled ones, for those without JavaScript


class PlainText(forms.CharField):
    """Browsers send line ends as two characters and count them as one; so do we."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class DayField(forms.CharField):
    """A day as it is stored: `2027-03-31`."""

    widget = DateInput


class Ticks(forms.CheckboxSelectMultiple):
    """Several choices."""

    def sent(self, name: str, value: Any) -> dict[str, list[str]]:
        """How a stored answer would have been sent."""
        return {name: list(value or ())}


class FileAnswer(forms.FileInput):
    """The file that counts, with the way to take it out; a new one is stored with the next saving."""

    template_name = "vouchers/applications/widgets/file_answer.html"
    document: Document | None = None
    link: Any = ""
    removable = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {
            **super().get_context(name, value, attrs),
            "document": self.document,
            "link": self.link,
            "fixed": not self.removable,
        }


class TableAnswer(forms.Widget):
    """Rows of cells named `<name>-<row>-<column>`, with empty rows below; a script adds further ones."""

    template_name = "vouchers/applications/widgets/table_answer.html"

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-{self.question.columns[0].code}" if self.question.columns else id_

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        codes = [column.code for column in self.question.columns]
        rows = [{code: data.get(f"{name}-{row}-{code}", "") for code in codes} for row in range(self.question.limit)]
        while rows and not any(str(cell).strip() for cell in rows[-1].values()):
            rows.pop()
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(one.startswith(f"{name}-") for one in data)

    def sent(self, name: str, value: Any) -> dict[str, list[str]]:
        return {
            f"{name}-{number}-{code}": ["" if cell is None else str(cell)]
            for number, row in enumerate(value or ())
            for code, cell in row.items()
        }

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        held = list(value or ())
        shown = min(self.question.limit, max(len(held) + SPARE_ROWS, self.question.least or 0))
        rows = [[_cell(name, number, column, held) for column in self.question.columns] for number in range(shown)]
        found = super().get_context(name, value, attrs)
        return {
            **found,
            "columns": self.question.columns,
            "rows": rows,
            "limit": self.question.limit,
            "caption": self.question.label,
        }


def _cell(name: str, number: int, column: Column, held: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    value = held[number].get(column.code) if number < len(held) else None
    return {
        "name": f"{name}-{number}-{column.code}", "value": "" if value is None else value, "label": column.label,
        "type": "date" if column.kind == K.DATE else "text", "numeric": column.kind in {K.NUMBER, K.WON}, "number": number + 1,
    }  # fmt: skip


class TableField(forms.Field):
    """Rows that say something, each cell in the kind of its column; the first cell that is wrong is named."""

    def __init__(self, question: Question, **kwargs: Any) -> None:
        super().__init__(widget=TableAnswer(question), **kwargs)
        self.question = question

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        found = []
        for number, row in enumerate(value or (), 1):
            cells = {column.code: self._cell(column, row.get(column.code, ""), number) for column in self.question.columns}
            said = {code: cell for code, cell in cells.items() if cell not in ("", None)}
            if said:
                found.append(said)
        return found

    def _cell(self, column: Column, text: Any, number: int) -> Any:
        text = str(text).strip()
        value: Any = text
        if text and column.kind in {K.NUMBER, K.WON}:
            try:
                value = parse_won(text) if column.kind == K.WON else int(text.replace(",", "")) if len(text) < 20 else text
            except ValueError:
                value = text
        if fault := rules.cell_fault(column, value):
            words = _("Row %(row)s, “%(column)s”: %(fault)s")
            raise ValidationError(words, params={"row": number, "column": column.label, "fault": fault})
        return value


def question_field(question: Question, asked: Sequence[Question]) -> forms.Field:
    """The field of one question. asked: all questions of its section, for its condition."""
    build = _FIELDS[QuestionKind(question.kind)]
    field = build(question, {"label": question.label, "help_text": _help(question, asked), "required": question.required})
    if question.kind != K.FILE:
        field.validators.append(_judge(question))
    if question.when:
        field.widget.attrs |= {"data-when": question.when, "data-equals": question.equals}
    return field


def _help(question: Question, asked: Sequence[Question]) -> Any:
    """The officer's words, escaped; the condition, which the script takes away where it hides the question itself."""
    hint = format_html("{}", question.hint)
    if question.confidential:
        hint = format_html("{} {}", hint, _("Evaluators do not read this answer."))
    condition = rules.only_if(question, asked)
    return format_html('{} <span class="only-if" data-only-if>{}</span>', hint, condition) if condition else hint


def _judge(question: Question) -> Callable[[Any], None]:
    def judge(value: Any) -> None:
        if fault := rules.answer_fault(question, value):
            raise ValidationError(fault, code="bad_answer")

    return judge


def _text(question: Question, common: dict[str, Any]) -> forms.Field:
    words = {"max_length": too_long(question.limit)}
    return PlainText(max_length=question.limit, error_messages=words, **common)


def _long_text(question: Question, common: dict[str, Any]) -> forms.Field:
    words = {"max_length": too_long(question.limit)}
    rows = 3 if question.limit <= 600 else 5
    return PlainText(max_length=question.limit, widget=CountedTextarea(attrs={"rows": rows}), error_messages=words, **common)


def _number(question: Question, common: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(**common, error_messages={"invalid": _("Enter a whole number.")})


def _choice(question: Question, common: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Choose one")), *((one.code, one.label) for one in question.choices)], **common)


def _choices(question: Question, common: dict[str, Any]) -> forms.Field:
    choices = [(one.code, one.label) for one in question.choices]
    return forms.MultipleChoiceField(choices=choices, widget=Ticks, **common)


def _file(question: Question, common: dict[str, Any]) -> forms.Field:
    hint = common.pop("help_text")
    field = UploadField(kinds=rules.types_of(question), widget=FileAnswer, **common)
    field.help_text = format_html("{} {}", hint, field.help_text)
    return field


def blind_field(question: Question, asked: Sequence[Question]) -> forms.Field:
    """Beside a question that asks for a file: the version that evaluators of a blind review read instead."""
    label = _("%(label)s (blind version)") % {"label": question.label}
    words = _(
        "Evaluators read this version only. Take out names, logos, numbers and addresses of your company and its people, in the file's properties too."
    )
    field = question_field(replace(question, help_ko="", help_en=""), asked)
    field.label = label
    field.help_text = format_html("{} {}", words, field.help_text)
    if not question.required:
        field.mark = _("(where you upload a file)")  # type: ignore[attr-defined]
    assert isinstance(field.widget, FileAnswer)
    field.widget.removable = False  # it goes with its file
    return field


_FIELDS: Mapping[QuestionKind, Callable[[Question, dict[str, Any]], forms.Field]] = {
    K.TEXT: _text, K.LONG_TEXT: _long_text, K.NUMBER: _number, K.WON: lambda question, common: WonFormField(**common),
    K.DATE: lambda question, common: DayField(**common), K.CHOICE: _choice, K.CHOICES: _choices, K.FILE: _file,
    K.TABLE: lambda question, common: TableField(question, **common),
}  # fmt: skip

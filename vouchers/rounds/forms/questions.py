"""The shape of a question as an officer writes it: one line a choice, one row a column."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from portal.kit.forms import DateInput
from vouchers.rounds import rules

BOTH = _("Needed in Korean and in English before the call is announced.")


def _line(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=200, required=False, help_text=help_text, widget=UnfoldAdminTextInputWidget)


def _text(label: Any, help_text: Any = "") -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=4000, required=False, help_text=help_text, widget=widget)


def _number(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=10**12, help_text=help_text, widget=UnfoldAdminIntegerFieldWidget
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DateInput)


class QuestionForm(forms.Form):
    """One question. What is missing in it is no error here: it is stored, named, and stops the announcement; but for one without
    any label, which the action refuses."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    section = forms.ChoiceField(label=_("Section"), choices=rules.QuestionSection.choices(), widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=rules.QuestionKind.choices(), widget=UnfoldAdminSelectWidget)
    label_ko = _line(_("Label (Korean)"), BOTH)
    label_en = _line(_("Label (English)"), BOTH)
    help_ko = _text(_("Help (Korean)"), BOTH)
    help_en = _text(_("Help (English)"), BOTH)
    required = forms.BooleanField(label=_("An answer is required"), required=False, widget=UnfoldBooleanSwitchWidget)
    confidential = forms.BooleanField(
        label=_("Evaluators do not read the answer"), required=False, widget=UnfoldBooleanSwitchWidget,
        help_text=_("For what would tell who applies, in a blind review. Officers read it."),
    )  # fmt: skip
    choices_ko = _text(_("Choices (Korean)"), _("For choices only: one a line."))
    choices_en = _text(_("Choices (English)"), _("In the same order, one a line."))
    condition = forms.ChoiceField(
        label=_("Ask only if"), required=False, widget=UnfoldAdminSelectWidget,
        help_text=_("Questions with choices that stand before this one in the same section."),
    )  # fmt: skip
    least = _number(
        _("Least"),
        _("Of a text: characters. Of a number or an amount: its value. Of several choices: how many. Of a table: rows."),
    )
    most = _number(_("Most"), _("Empty: the usual limit of the kind."))
    first_day = _day(_("First day"))
    last_day = _day(_("Last day"))
    file_types = forms.MultipleChoiceField(
        label=_("File types"), choices=[(kind, kind.upper()) for kind in rules.FILE_TYPES], required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text=_("None ticked: every type that the portal takes."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, asked: Sequence[rules.Question], held: rules.Question | None = None, section: str = "", **kwargs: Any
    ) -> None:
        """asked: the questions of the draft; held: the one that is edited; section: the one that a new question begins in."""
        self.asked, self.held = asked, held
        super().__init__(*args, initial=_typed(held) if held else {"section": section, "required": True}, **kwargs)
        self.fields["condition"].choices = _conditions(asked, held)  # type: ignore[attr-defined]
        for number in range(rules.MOST_COLUMNS):
            self.fields |= _column_fields(number)

    def clean(self) -> dict[str, Any]:
        """→ {"version": number, "question": as in PolicyVersion.body, without its key}"""
        data = super().clean() or {}
        if self.errors:
            return data
        when, _sign, equals = (data.get("condition") or "").partition("=")
        made = rules.Question(
            key="q_1", section=data["section"], kind=data["kind"], label_ko=data["label_ko"], label_en=data["label_en"],
            help_ko=data["help_ko"], help_en=data["help_en"], required=data["required"], confidential=data["confidential"],
            when=when, equals=equals, **self._of_kind(data),
        )  # fmt: skip
        body = rules.question_body(made)
        del body["key"]
        return {"version": data["version"], "question": body}

    def _of_kind(self, data: dict[str, Any]) -> dict[str, Any]:
        """Only what the chosen kind has: another kind's entries are left behind."""
        kind = rules.QuestionKind(data["kind"])
        found: dict[str, Any] = {}
        if kind in rules.COUNTED:
            found |= {"least": data["least"], "most": data["most"]}
        if kind == rules.QuestionKind.DATE:
            found |= {"first_day": data["first_day"], "last_day": data["last_day"]}
        if kind == rules.QuestionKind.FILE:
            found["file_types"] = tuple(data["file_types"])
        if kind in rules.CHOOSING:
            found["choices"] = self._choices(data)
        if kind == rules.QuestionKind.TABLE:
            found["columns"] = self._columns(data)
        return found

    def _choices(self, data: dict[str, Any]) -> tuple[rules.Choice, ...]:
        """A choice whose Korean words stay keeps its code, so that conditions go on pointing at it."""
        korean, english = ([line.strip() for line in data[f"choices_{one}"].splitlines()] for one in ("ko", "en"))
        length = max(len(korean), len(english))
        pairs = [(_at(korean, n), _at(english, n)) for n in range(length) if _at(korean, n) or _at(english, n)]
        known = {choice.label_ko: choice.code for choice in self.held.choices} if self.held else {}
        used = {int(code) for code in known.values() if code.isdigit()}
        found = []
        for ko, en in pairs:
            code = known.pop(ko, "")
            if not code:
                used.add(max(used, default=0) + 1)
                code = str(max(used))
            found.append(rules.Choice(code, ko, en))
        return tuple(found)

    def _columns(self, data: dict[str, Any]) -> tuple[rules.Column, ...]:
        return tuple(
            rules.Column(str(n + 1), data[f"column_{n}_kind"], data[f"column_{n}_ko"], data[f"column_{n}_en"])
            for n in range(rules.MOST_COLUMNS)
            if data[f"column_{n}_ko"] or data[f"column_{n}_en"]
        )


def _at(lines: list[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""


def _column_fields(number: int) -> dict[str, forms.Field]:
    said = {"number": number + 1}
    cells = [(kind.value, kind.label) for kind in rules.CELLS]
    return {
        f"column_{number}_ko": _line(_("Column %(number)d (Korean)") % said),
        f"column_{number}_en": _line(_("Column %(number)d (English)") % said),
        f"column_{number}_kind": forms.ChoiceField(
            label=_("Column %(number)d holds") % said, choices=cells, required=False, widget=UnfoldAdminSelectWidget,
            initial=rules.QuestionKind.TEXT.value,
        ),
    }  # fmt: skip


def _conditions(asked: Sequence[rules.Question], held: rules.Question | None) -> list[tuple[str, Any]]:
    """“Always”, then every choice of the questions that may stand before; a condition that points at nothing stays visible."""
    before = asked[: asked.index(held)] if held in asked else asked
    found: list[tuple[str, Any]] = [("", _("Always"))]
    for one in before:
        if one.kind in rules.CHOOSING:
            section = rules.QuestionSection(one.section).label
            found += [(f"{one.key}={choice.code}", f"{section}: {one.label} = {choice.label}") for choice in one.choices]
    now = f"{held.when}={held.equals}" if held and held.when else ""
    if now and now not in dict(found):
        found.append((now, _("A question or choice that is not there any more")))
    return found


def _typed(held: rules.Question) -> dict[str, Any]:
    """A stored question as the form shows it."""
    columns: dict[str, Any] = {}
    for number, column in enumerate(held.columns):
        columns |= {f"column_{number}_{name}": value for name, value in (
            ("ko", column.label_ko), ("en", column.label_en), ("kind", column.kind),
        )}  # fmt: skip
    plain = (
        "section", "kind", "label_ko", "label_en", "help_ko", "help_en", "required", "confidential", "least", "most", "first_day",
        "last_day", "file_types",
    )  # fmt: skip
    return {
        **{name: getattr(held, name) for name in plain},
        "choices_ko": "\n".join(choice.label_ko for choice in held.choices),
        "choices_en": "\n".join(choice.label_en for choice in held.choices),
        "condition": f"{held.when}={held.equals}" if held.when else "",
        **columns,
    }

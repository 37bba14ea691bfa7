"""The part of a policy's form that says how projects are graded at the end and what a grade means."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from vouchers.rounds import rules

GRADES = [grade.value for grade in rules.Grade]
GRADING_NAMES = (
    "grade_graders", *(f"grade_mark_{grade.value}" for grade in rules.MARKED_GRADES), "grade_good_faith", "grade_last_waits",
    *(f"grade_pays_{grade}" for grade in GRADES), *(f"grade_barred_{grade}" for grade in GRADES),
)  # fmt: skip


def grading_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`grading` of PolicyVersion.body as fields."""
    held = rules.parse_grading(body)
    return {
        "grade_graders": _number(_("People who grade a project at its end, at least"), 15, held.graders, _("0: the round has no final evaluation.")),
        **{
            f"grade_mark_{grade.value}": _number(_("Least points of 100: %(grade)s") % {"grade": grade.label}, 100, held.marks[grade])
            for grade in rules.MARKED_GRADES
        },
        "grade_good_faith": _switch(_("A failure may be found to be in good faith"), held.good_faith),
        "grade_last_waits": _switch(_("The last milestone is paid once the grade holds"), held.last_waits),
        **{
            f"grade_pays_{grade.value}": _switch(_("What is still open is paid: %(grade)s") % {"grade": grade.label}, held.pays[grade])
            for grade in rules.Grade
        },
        **{
            f"grade_barred_{grade.value}": _number(_("Months for which the company is kept out afterwards: %(grade)s") % {"grade": grade.label}, 60, held.barred[grade])
            for grade in rules.Grade
        },
    }  # fmt: skip


def _number(label: Any, most: int, initial: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, initial=initial, help_text=help_text, widget=UnfoldAdminIntegerFieldWidget()
    )


def _switch(label: Any, initial: bool) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, initial=initial, widget=UnfoldBooleanSwitchWidget)


def grading_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `grading` of PolicyVersion.body."""
    return {
        "graders": data["grade_graders"], "marks": {grade.value: data[f"grade_mark_{grade.value}"] for grade in rules.MARKED_GRADES},
        "good_faith": bool(data.get("grade_good_faith")), "last_waits": bool(data.get("grade_last_waits")),
        "pays": {grade: bool(data.get(f"grade_pays_{grade}")) for grade in GRADES},
        "barred": {grade: data[f"grade_barred_{grade}"] for grade in GRADES},
    }  # fmt: skip

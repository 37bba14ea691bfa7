"""The part of a policy's form that says what companies are asked after their projects."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from vouchers.rounds import rules

_WORDS = {
    "surveys": (_("How often a company is asked after its project"), _("0: never.")),
    "first_months": (_("Months from the settled amount to the first survey"), ""),
    "every_months": (_("Months between two surveys"), _("12: once a year.")),
}
_HINT = _(
    "A line each: key | kind (COUNT, WON, YES_NO, TEXT) | marks (public, evidence, or -) | Korean | English | Korean hint | English hint. What is marked public stands in the register of awards."
)
OUTCOME_NAMES = (*(f"outcome_{name}" for name in _WORDS), "outcome_questions")


class QuestionLines(forms.CharField):
    """Lines → questions as the policy keeps them."""

    def clean(self, value: Any) -> Any:
        found = rules.typed_questions(super().clean(value))
        if found is None:
            raise forms.ValidationError(_("A line cannot be read. Compare its parts with the hint."))
        return found

    def prepare_value(self, value: Any) -> Any:
        return rules.written_questions(rules.parse_outcome_questions(value)) if isinstance(value, list) else value


def outcome_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`outcomes` of PolicyVersion.body as fields."""
    held = rules.parse_outcomes(body)
    numbers: dict[str, forms.Field] = {
        f"outcome_{name}": forms.IntegerField(
            label=label, help_text=hint, min_value=rules.OUTCOME_NUMBERS[name][0], max_value=rules.OUTCOME_NUMBERS[name][1],
            initial=getattr(held, name), widget=UnfoldAdminIntegerFieldWidget(),
        )
        for name, (label, hint) in _WORDS.items()
    }  # fmt: skip
    questions = QuestionLines(
        label=_("Questions of the survey"), required=False, max_length=20_000, help_text=_HINT,
        initial=rules.written_questions(held.questions), widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
    )  # fmt: skip
    return {**numbers, "outcome_questions": questions}


def outcome_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `outcomes` of PolicyVersion.body."""
    return {**{name: data[f"outcome_{name}"] for name in _WORDS}, "questions": data["outcome_questions"]}

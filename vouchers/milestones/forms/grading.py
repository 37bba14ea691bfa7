"""Shapes of the final evaluation."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea, DateInput


class OpenFinalForm(forms.Form):
    """Who grades a project."""

    graders = forms.TypedMultipleChoiceField(label=_("Evaluators"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, pool: Iterable[Any], least: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["graders"].choices = [(one.pk, one.get_full_name()) for one in pool]  # type: ignore[attr-defined]
        self.fields["graders"].help_text = _("At least %(n)d. People with a conflict of interest are not offered.") % {"n": least}


class ReplaceForm(forms.Form):
    """Another evaluator in the place of one who cannot grade."""

    grader = forms.TypedChoiceField(label=_("Who cannot grade"), coerce=int)
    new = forms.TypedChoiceField(label=_("Who grades instead"), coerce=int)

    def __init__(self, *args: Any, waiting: Iterable[Any], pool: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, people in (("grader", waiting), ("new", pool)):
            self.fields[name].choices = [("", _("Choose")), *((one.pk, one.get_full_name()) for one in people)]  # type: ignore[attr-defined]


class GradeForm(forms.Form):
    """One evaluator's view of a project."""

    points = forms.DecimalField(
        label=_("Points of 100"), min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
    )  # fmt: skip
    good_faith = forms.TypedChoiceField(
        label=_("Was the work done in good faith, as agreed?"), coerce=lambda sent: sent == "yes",
        choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect,
        help_text=_("It matters where the goal was missed: more than half of you make it a good-faith failure."),
    )  # fmt: skip
    opinion = forms.CharField(
        label=_("Opinion on the project"), max_length=3000, widget=CountedTextarea(attrs={"rows": 6}),
        help_text=_("The parties read it without your name."),
    )  # fmt: skip


class DecideForm(forms.Form):
    """Why the grade stands, and the condition where it carries one."""

    reason = forms.CharField(
        label=_("Reason of the decision"),
        max_length=3000,
        widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("The parties read it."),
    )
    condition = forms.CharField(
        label=_("Condition"), required=False, max_length=1000, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("Only where the project passes on a condition."),
    )  # fmt: skip
    condition_due_on = forms.DateField(label=_("Condition due on"), required=False, widget=DateInput())

    def __init__(self, *args: Any, conditional: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not conditional:
            del self.fields["condition"], self.fields["condition_due_on"]


class RegradeForm(DecideForm):
    grade = forms.ChoiceField(label=_("Grade"))

    def __init__(self, *args: Any, grades: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = [(grade.value, grade.label) for grade in grades]  # type: ignore[attr-defined]
        self.order_fields(["grade", "reason", "condition", "condition_due_on"])


class JudgeForm(forms.Form):
    met = forms.TypedChoiceField(
        label=_("Was the condition met?"), coerce=lambda sent: sent == "yes", choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason of the decision"),
        max_length=3000,
        widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("The parties read it."),
    )

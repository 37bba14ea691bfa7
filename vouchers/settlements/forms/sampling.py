"""The shape of what auditors and those who answer them enter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.kit.forms import CountedTextarea, DateInput, WonFormField
from vouchers.settlements import queries, rules

OFFICES = (Role.OPERATOR_CASE, Role.OPERATOR_FINANCE, Role.MINISTRY_OFFICER)


class SampleForm(forms.Form):
    """Of which round, and between which days it was paid."""

    round = forms.ModelChoiceField(label=_("Round"), queryset=None, empty_label=_("Choose"))
    paid_from = forms.DateField(label=_("Paid from"), widget=DateInput)
    paid_until = forms.DateField(label=_("Paid until"), widget=DateInput, help_text=_("A day that is over; it is included."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = queries.sampled_rounds()  # type: ignore[attr-defined]


class FindingForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose")), *rules.FindingKind.choices()])
    seriousness = forms.ChoiceField(label=_("Seriousness"), choices=rules.Seriousness.choices(), widget=forms.RadioSelect)
    amount_won = WonFormField(
        label=_("Wrong of it (won)"), min_value=0, initial=0, help_text=_("0 where a step was left out and the money is right.")
    )
    text = forms.CharField(
        label=_("What was found"), max_length=2000, widget=CountedTextarea(attrs={"rows": 5}), help_text=_("Who answers reads it."),
    )  # fmt: skip
    answered_as = forms.ChoiceField(
        label=_("Who answers"), choices=[(role.value, role.label) for role in OFFICES], widget=forms.RadioSelect
    )


class ClearForm(forms.Form):
    note = forms.CharField(
        label=_("What was looked at"), max_length=500, required=False, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("For example: invoice, deposit, acceptance and transfer compared."),
    )  # fmt: skip


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Answer"), max_length=2000, widget=CountedTextarea(attrs={"rows": 5}))

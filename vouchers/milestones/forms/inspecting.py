"""Shapes of interim checks, site visits and their findings."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.kit.forms import CountedTextarea, DateInput
from portal.kit.words import pick
from vouchers.milestones import rules


class PlanInspectionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=rules.InspectionKind.choices())
    planned_on = forms.DateField(label=_("Day"), widget=DateInput())
    place = forms.CharField(label=_("Place of the inspection"), max_length=150)
    purpose = forms.CharField(
        label=_("What is looked at"),
        max_length=1000,
        widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("The parties read it."),
    )


class MoveInspectionForm(forms.Form):
    planned_on = forms.DateField(label=_("New day"), widget=DateInput())
    place = forms.CharField(label=_("Place of the inspection"), max_length=150, required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=CountedTextarea(attrs={"rows": 2}), help_text=_("The parties read it.")
    )


class ReportForm(forms.Form):
    """What was seen; its findings come in blocks of their own."""

    result = forms.ChoiceField(label=_("Result of the inspection"), choices=rules.InspectionResult.choices())
    report = forms.CharField(
        label=_("What was seen"), max_length=5000, widget=CountedTextarea(attrs={"rows": 8}), help_text=_("The parties read it.")
    )
    file = UploadField(label=_("File of the report"), required=False)


class FindingForm(forms.Form):
    """One finding; an empty block counts as none."""

    text = forms.CharField(label=_("What is to be improved"), max_length=1000, widget=CountedTextarea(attrs={"rows": 2}))
    party_id = forms.TypedChoiceField(label=_("By whom"), coerce=int)
    due_on = forms.DateField(label=_("Until when"), widget=DateInput())

    def __init__(self, *args: Any, parties: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party_id"].choices = [(one.pk, pick(one.institution or one.organisation, "name")) for one in parties]  # type: ignore[attr-defined]
        if self.fields["party_id"].choices:  # type: ignore[attr-defined]
            self.fields["party_id"].initial = self.fields["party_id"].choices[0][0]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("What you did about it"), max_length=3000, widget=CountedTextarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what you did about it.")},
    )  # fmt: skip
    file = UploadField(label=_("Proof"), required=False)

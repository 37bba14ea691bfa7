"""Shapes of what plans, delivers and accepts."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.kit.forms import CountedTextarea, DateInput, WonFormField
from portal.kit.words import pick
from vouchers.milestones import rules
from vouchers.milestones.models import Indicator


class PlanItemForm(forms.Form):
    """One milestone of a plan."""

    institution_id = forms.TypedChoiceField(label=_("Provider"), coerce=int)
    title = forms.CharField(label=_("Title"), max_length=150)
    description = forms.CharField(
        label=_("What is delivered"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 2})
    )
    due_on = forms.DateField(label=_("Due on"), widget=DateInput())
    amount_won = WonFormField(label=_("Amount (supply, VAT excluded)"), min_value=1)
    uses_data = forms.BooleanField(
        label=_("Uses patient data"), required=False, help_text=_("Accepted only once IRB and DRB both allow the use.")
    )

    def __init__(self, *args: Any, payees: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institution_id"].choices = [(payee.pk, pick(payee, "name")) for payee in payees]
        if payees:  # an untouched block keeps the first provider and counts as empty
            self.fields["institution_id"].initial = payees[0].pk


class SubmitForm(forms.Form):
    file = UploadField(label=_("Deliverable or proof"), hint=_("No patient data: reports, samples of structure, figures."))
    file2 = UploadField(label=_("Second file"), required=False)
    file3 = UploadField(label=_("Third file"), required=False)
    note = forms.CharField(
        label=_("What was delivered"), required=False, max_length=300, widget=CountedTextarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, indicators: Iterable[Indicator] = (), **kwargs: Any) -> None:
        """A field for every promised indicator, in front of the files."""
        super().__init__(*args, **kwargs)
        self.indicators = list(indicators)
        for row in self.indicators:
            self.fields[f"figure_{row.pk}"] = forms.DecimalField(
                label=f"{row.name} ({row.unit})" if row.unit else row.name, min_value=Decimal(0), max_digits=14, decimal_places=2,
                help_text=_("Promised: %(target)s %(unit)s %(sense)s.")
                % {"sense": rules.Sense.word(row.sense), "target": f"{row.target.normalize():f}", "unit": row.unit},
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
            )  # fmt: skip
        self.order_fields([*(f"figure_{row.pk}" for row in self.indicators), "file", "file2", "file3", "note"])

    def figures(self) -> dict[int, Decimal]:
        return {row.pk: self.cleaned_data[f"figure_{row.pk}"] for row in self.indicators}


class IndicatorForm(forms.Form):
    """One indicator by which a delivery is measured; an empty block counts as none."""

    name = forms.CharField(label=_("Indicator"), max_length=80)
    sense = forms.ChoiceField(label=_("Kept with the target"), choices=rules.Sense.choices())
    target = forms.DecimalField(
        label=_("Target"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
    )  # fmt: skip
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False, widget=forms.TextInput(attrs={"class": "short"}))


class PartForm(forms.Form):
    """What of a delivery the company takes over."""

    accepted_won = WonFormField(label=_("Accepted (supply, VAT excluded)"), min_value=1)
    missing = forms.CharField(
        label=_("What is missing"), max_length=1000, widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("The provider and the operating agency read it; the rest is delivered as a milestone of its own."),
        error_messages={"required": _("Say what is missing, so that the provider can deliver the rest.")},
    )  # fmt: skip


class StateFilter(forms.Form):
    """Lists by state; an unknown state shows nothing."""

    status = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *rules.MilestoneStatus.choices()]
    )

"""The shape of input."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.kit.forms import CountedTextarea, DateInput, WonFormField
from portal.kit.words import pick
from vouchers.milestones import rules


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


class StateFilter(forms.Form):
    """Lists by state; an unknown state shows nothing."""

    status = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *rules.MilestoneStatus.choices()]
    )

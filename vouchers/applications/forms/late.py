"""A late entry as an officer proposes it, and the code as a representative types it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from portal.accounts.models import User
from portal.accounts.queries import representatives_of
from portal.kit.forms import DateTimeInput
from portal.kit.words import pick
from vouchers.applications.models import LateEntry
from vouchers.companies import queries as companies
from vouchers.companies import rules as company_rules
from vouchers.companies.models import Company
from vouchers.rounds.models import Track


class TrackChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{pick(obj.round, 'title')} · {pick(obj, 'name')}"


class LateEntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """In the admin: the company by its business number, the person by the address with which it signs in.

    → "brn": Company, "email": User.
    """

    track = TrackChoice(
        label=_("Call and track"), queryset=Track.objects.none(), empty_label=_("Choose"),
        widget=forms.Select(attrs={"class": "border rounded-default p-2 max-w-full"}),
        help_text=_("Announced calls whose evaluation has not begun."),
    )  # fmt: skip
    brn = forms.CharField(label=_("Business registration number"), max_length=20, widget=UnfoldAdminTextInputWidget)
    email = forms.EmailField(
        label=_("E-mail of the representative"), widget=UnfoldAdminEmailInputWidget,
        help_text=_("The address with which this person signs in. The code goes there and works for this person alone."),
    )  # fmt: skip
    until = forms.DateTimeField(
        label=_("May hand in until"),
        widget=DateTimeInput,
        help_text=_("Korean time. From this very moment on nothing is accepted."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("It stays on the record: why equal treatment asks for this exception. The approver and the auditor read it."),
    )  # fmt: skip

    class Meta:
        model = LateEntry
        fields = ("track", "until", "reason")

    field_order = ("track", "brn", "email", "until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = Track.objects.filter(round__status="ANNOUNCED", round__is_reference=False).exclude(round__kind="REHEARSAL")
        found = calls.select_related("round").order_by("-round__closes_at", "round_id", "position")
        self.fields["track"].queryset = found  # type: ignore[attr-defined]

    def clean_brn(self) -> Company:
        found = companies.by_brn(company_rules.clean_brn(self.cleaned_data["brn"]))
        if found is None:
            raise forms.ValidationError(_("No company is registered with this number."), code="unknown_company")
        return found

    def clean_email(self) -> User:
        company = self.cleaned_data.get("brn")
        people = representatives_of(company.organisation) if company else User.objects.none()
        found = people.filter(email__iexact=self.cleaned_data["email"]).first()
        if found is None:
            raise forms.ValidationError(_("No representative of this company signs in with this address."), code="unknown_person")
        return found

    def _post_clean(self) -> None:
        """What was entered is judged by the action, not by the model: the row is made there."""


class LateCodeForm(forms.Form):
    """code: as typed; spaces, hyphens and small letters do not matter."""

    code = forms.CharField(
        label=_("Access code"), max_length=40, help_text=_("As in the e-mail, for example 7K2M-90QX-H4TD. Capitals and hyphens do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip

"""Who applies to become a provider: an institution of the list, or a new one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea
from providers.catalogue.queries import choices
from providers.institutions import actions, queries
from providers.institutions.forms import DeskForm
from providers.institutions.models import Institution

UNKNOWN = ("", _("Not published"))
CONSORTIUM_ROLES = (("", _("None")), ("LEAD", _("Lead institution")), ("MEMBER", _("Participating institution")))


class ClaimForm(forms.Form):
    """An institution of the public list for which nobody acts yet."""

    institution = forms.ModelChoiceField(
        label=_("Institution"), queryset=Institution.objects.none(), to_field_name="key", empty_label=_("Choose your institution"),
        help_text=_("Its facts are known already. The operating agency checks that you may act for it."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institution"].queryset = queries.unclaimed(user.is_demo)  # type: ignore[attr-defined]


class FactsForm(DeskForm):
    """What the operating agency verifies."""

    name_ko = forms.CharField(label=_("Korean name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=160)
    institution_type = forms.ChoiceField(label=_("Institution type"))
    hospital_type = forms.ChoiceField(label=_("Type of hospital"), required=False)
    region = forms.ChoiceField(label=_("Region"))
    consortium = forms.ChoiceField(label=_("Consortium"), required=False)
    consortium_role = forms.ChoiceField(label=_("Role in the consortium"), required=False, choices=CONSORTIUM_ROLES)
    site = forms.CharField(label=_("Website"), max_length=120, required=False, widget=forms.TextInput(attrs={"inputmode": "url"}))
    notes = forms.CharField(
        label=_("What data you hold"), max_length=1000, required=False, widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("In a few sentences: from which systems, about whom, since when."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    groups = [
        (_("Institution"), "", ["name_ko", "name_en", "institution_type", "hospital_type", "region", "site", "notes"]),
        (_("Consortium"), "", ["consortium", "consortium_role"]),
        (_("Contact desk"), "", ["desk_ko", "desk_en", "desk_email", "desk_phone"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, first in (("institution_type", ("", _("Choose"))), ("hospital_type", UNKNOWN), ("region", ("", _("Choose"))),
                            ("consortium", ("", _("None")))):  # fmt: skip
            self.fields[name].choices = [first, *choices(name)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("consortium") and not data.get("consortium_role"):
            self.add_error("consortium_role", _("Say which role your institution has in the consortium."))
        if data.get("consortium_role") and not data.get("consortium"):
            self.add_error("consortium", _("Choose the consortium."))
        return data

    def facts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in actions.FACTS}


def facts_of(institution: Institution) -> dict[str, Any]:
    return {name: getattr(institution, name) for name in (*actions.FACTS, "version")}

"""The shape of what an institution publishes about its service, and of its verification."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.institutions import rules
from providers.institutions.models import Institution


class SupplierForm(forms.Form):
    """In the admin, when an institution is verified."""

    voucher_supplier = forms.TypedChoiceField(
        label=_("May a voucher pay this institution?"), choices=(("", "—"), ("yes", _("Yes")), ("no", _("No"))),
        coerce=lambda text: text == "yes",
        help_text=_("Companies see it; offers of other institutions are shown with the warning that no voucher pays them."),
    )  # fmt: skip


class ClaimantForm(forms.Form):
    """In the admin, when it is decided who acts for an institution. claimant: ref of the organisation that the page showed."""

    wants_subject = True
    claimant = forms.CharField(widget=forms.HiddenInput, required=False, max_length=24)

    def __init__(self, *args: Any, subject: Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["claimant"] = subject.claimant.ref if subject.claimant else ""


class DeskForm(forms.Form):
    """The office that answers companies."""

    desk_ko = forms.CharField(
        label=_("Contact desk in Korean"), max_length=120, help_text=_("Name of the office, not of a person.")
    )
    desk_en = forms.CharField(label=_("Contact desk in English"), max_length=120, required=False)
    desk_email = forms.EmailField(label=_("E-mail of the desk"), help_text=_("A shared address of the office."))
    desk_phone = forms.CharField(
        label=_("Telephone of the desk"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )


class ServiceForm(DeskForm):
    """What stands on the public page before anybody applies."""

    review_mode = forms.ChoiceField(
        label=_("Way of review"), choices=[("", _("Not published")), *rules.ReviewMode.choices()], required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, steps: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step, words in steps.items():
            self.fields[f"days_{step}"] = forms.IntegerField(
                label=words, required=False, min_value=1, max_value=rules.LONGEST_DAYS
            )
        self.groups = [
            (_("Contact desk"), "", ["desk_ko", "desk_en", "desk_email", "desk_phone"]),
            (_("Review"), "", ["review_mode"]),
            (
                _("Working days that you promise"),
                _("From the complete request to your answer. Empty: no promise. What is measured is shown beside it."),
                [f"days_{step}" for step in steps],
            ),
        ]

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("review_mode", "desk_ko", "desk_en", "desk_email", "desk_phone")}

    def target_days(self) -> dict[str, int]:
        found = {name.removeprefix("days_"): days for name, days in self.cleaned_data.items() if name.startswith("days_")}
        return {step: days for step, days in found.items() if days}


def service_of(institution: Institution) -> dict[str, Any]:
    """The form's values of a stored institution."""
    names = ("review_mode", "desk_ko", "desk_en", "desk_email", "desk_phone", "version")
    days = {f"days_{step}": days for step, days in institution.target_days.items()}
    return {name: getattr(institution, name) for name in names} | days

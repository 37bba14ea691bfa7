"""The shape of what a company types; whether it is right is decided by the actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from portal.accounts.forms import ConsentField
from portal.documents.forms import UploadField
from portal.kit.forms import DateInput
from providers.catalogue import queries as catalogue
from vouchers.companies import rules
from vouchers.companies.models import Company, Restriction

STALE = _("This page was out of date. Reload it and enter your change again.")
PAPER = ("pdf", "png", "jpg", "jpeg")


def _text(label: Any, length: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, help_text=help_text)


def brn_field() -> forms.CharField:
    return forms.CharField(
        label=_("Business registration number"), max_length=40, error_messages={"required": rules.BRN_SENTENCES["empty"]},
        help_text=_("Ten digits, for example 123-45-67891."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


class BrnMixin(forms.Form):
    def clean_brn(self) -> str:
        typed: str = self.cleaned_data["brn"]
        fault = rules.brn_fault(typed)
        if fault:
            raise forms.ValidationError(rules.BRN_SENTENCES[fault], code=fault)
        return rules.clean_brn(typed)


class FactsForm(forms.Form):
    """What a company says about itself."""

    name_ko = _text(_("Company name (Korean)"), 120, help_text=_("As on the registration certificate."))
    name_en = _text(_("Company name (English)"), 160, required=False)
    opened_on = forms.DateField(
        label=_("Opening date"), widget=DateInput, help_text=_("As on the registration certificate, for example 2021-03-02.")
    )
    corporate_no = _text(
        _("Corporate registration number"), 14, required=False, help_text=_("Thirteen digits; only for corporations.")
    )
    region = forms.ChoiceField(label=_("Region"), help_text=_("Where the head office is."))
    address = _text(
        _("Address"),
        300,
        required=False,
        help_text=_("Needed when you do not choose electronic service: decisions then come by post."),
    )
    size = forms.ChoiceField(
        label=_("Company size"), choices=[("", _("Choose")), *rules.CompanySize.choices()],
        help_text=_("As on the SME (micro enterprise) certificate. You can add the certificate afterwards."),
    )  # fmt: skip
    sector = _text(_("Sector"), 60, required=False, help_text=_("For example: medical imaging AI."))
    is_youth_led = forms.BooleanField(label=_("Led by a founder of 39 years or younger"), required=False)
    joint_representation = forms.BooleanField(
        label=_("Joint representatives certify together"), required=False,
        help_text=_("Tick this when the register says so. Every representative then certifies an application."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose")), *catalogue.choices("region")]
        self.fields["region"].choices = choices  # type: ignore[attr-defined]

    def clean_corporate_no(self) -> str:
        number = rules.clean_brn(self.cleaned_data["corporate_no"])
        if number and not (number.isascii() and number.isdigit() and len(number) == 13):
            raise forms.ValidationError(_("A corporate registration number has thirteen digits."))
        return number


class RegisterForm(BrnMixin, FactsForm):
    brn = brn_field()
    representative_name = _text(
        _("Name of the representative"), 30,
        help_text=_("Compared with the tax service, then erased. With several representatives, any one of them."),
    )  # fmt: skip
    service_email = forms.EmailField(
        label=_("Address for electronic service"), required=False, help_text=_("Only with the consent above.")
    )
    field_order = (
        "brn", "name_ko", "name_en", "opened_on", "representative_name", "corporate_no", "region", "address", "size",
        "sector", "is_youth_led", "joint_representation",
    )  # fmt: skip
    groups = (
        (_("Registration"), _("These facts are compared with the tax service."),
         ["brn", "name_ko", "opened_on", "representative_name", "corporate_no"]),
        (_("Company"), "", ["name_en", "region", "address", "size", "sector", "is_youth_led", "joint_representation"]),
        (_("Consents"), _("Each can be given or refused by itself."),
         ["consent_privacy", "consent_third_party", "consent_electronic_service", "service_email"]),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for text in rules.CONSENTS:
            field = ConsentField(text)
            field.error_messages["required"] = _("Without this consent a company cannot be registered.")
            self.fields[f"consent_{text.kind.lower()}"] = field

    def facts(self) -> dict[str, Any]:
        """Arguments of actions.register."""
        data = dict(self.cleaned_data)
        consents = {kind.value: bool(data.pop(f"consent_{kind.lower()}", False)) for kind in rules.ConsentKind}
        return {**data, "consents": consents}


class EditForm(FactsForm):
    """version: of the page that was open, so that nobody overwrites a colleague."""

    version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})
    service_email = forms.EmailField(
        label=_("Address for electronic service"), required=False,
        help_text=_("An address here is your consent to electronic service. Empty: decisions come by post, by e-mail only as information."),
    )  # fmt: skip
    representative_name = _text(
        _("Name of the representative"), 30, required=False, help_text=_("Only to have it compared with the tax service again.")
    )

    def __init__(self, *args: Any, verified: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if verified:
            for name in ("name_ko", "opened_on", "representative_name"):
                del self.fields[name]


class CertificateForm(forms.Form):
    size = forms.ChoiceField(label=_("Company size"), choices=[("", _("Choose")), *rules.CompanySize.choices()])
    number = _text(_("Certificate number"), 60)
    valid_from = forms.DateField(label=_("Valid from"), widget=DateInput)
    valid_to = forms.DateField(label=_("Valid through"), widget=DateInput, help_text=_("The certificate counts on this day too."))
    file = UploadField(label=_("The certificate"), kinds=PAPER)


class RegistrationFileForm(forms.Form):
    file = UploadField(label=_("Business registration certificate"), kinds=PAPER)


class CorrectForm(forms.Form):
    """In the admin: what an officer corrects in verified facts."""

    wants_subject = True
    name_ko = forms.CharField(label=_("Company name (Korean)"), max_length=120, widget=UnfoldAdminTextInputWidget)
    opened_on = forms.DateField(label=_("Opening date"), widget=DateInput)
    joint_representation = forms.BooleanField(label=_("Joint representatives certify together"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))

    def __init__(self, *args: Any, subject: Company, **kwargs: Any) -> None:
        super().__init__(*args, initial={
            "name_ko": subject.name_ko, "opened_on": subject.opened_on, "joint_representation": subject.joint_representation,
        }, **kwargs)  # fmt: skip


class RestrictionForm(forms.ModelForm):  # type: ignore[type-arg]
    """In the admin: a number may be typed with hyphens."""

    brn = forms.CharField(
        label=_("Business registration number"), max_length=20, required=False, widget=UnfoldAdminTextInputWidget
    )

    representative = forms.CharField(
        label=_("Representative who is restricted too"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("The name is not kept, only a digest by which it is recognised."),
    )  # fmt: skip

    class Meta:
        model = Restriction
        fields = ("name", "brn", "corporate_no", "ground", "starts_on", "ends_on")
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean_brn(self) -> str:
        number = rules.clean_brn(self.cleaned_data["brn"])
        if number and rules.brn_fault(number):
            raise forms.ValidationError(rules.BRN_SENTENCES[rules.brn_fault(number)])
        return number


class DisputeForm(BrnMixin):
    brn = brn_field()
    statement = forms.CharField(
        label=_("Why the number is yours"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("For example: I represent this company and nobody there knows who registered it."),
    )  # fmt: skip
    file = UploadField(label=_("Business registration certificate"), kinds=PAPER)


class JoinForm(BrnMixin):
    brn = brn_field()


class RepresentativeForm(forms.Form):
    new_representative = forms.ChoiceField(
        label=_("New representative"), help_text=_("A member of the company. Invite the person first when missing here.")
    )
    former_leaves = forms.TypedChoiceField(
        label=_("The present representatives"), widget=forms.RadioSelect, coerce=lambda value: value == "yes",
        choices=[("yes", _("Leave: the new one takes over")), ("no", _("Stay: joint representatives"))],
    )  # fmt: skip
    statement = forms.CharField(label=_("What changed"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    file = UploadField(label=_("Corporate register extract"), kinds=PAPER)

    def __init__(self, *args: Any, members: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_representative"].choices = [("", _("Choose")), *members]  # type: ignore[attr-defined]

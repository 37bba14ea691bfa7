"""The shape of what people say about themselves and their colleagues."""

from collections.abc import Iterable
from typing import Any

from allauth.account.forms import SignupForm as BaseSignupForm
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from portal.accounts import actions, rules, second_factor
from portal.accounts.models import User
from portal.kit.forms import DateInput


def _text(consent: rules.ConsentText) -> SafeString:
    return format_html(
        "{}: {}<br>{}: {}<br>{}: {}<br>{}",
        gettext("Purpose"), consent.purpose, gettext("Items"), consent.items, gettext("Kept"), consent.kept, consent.refusal,
    )  # fmt: skip


_lazy_text = lazy(_text, SafeString)


class ConsentField(forms.BooleanField):
    """A yes or no with what the law wants to be said beside it."""

    def __init__(self, consent: rules.ConsentText) -> None:
        super().__init__(
            label=consent.title,  # type: ignore[arg-type]
            help_text=_lazy_text(consent),
            required=consent.required,
            error_messages={"required": _("Without this consent an account cannot be made.")},
        )
        self.consent = consent


class SignupForm(BaseSignupForm):  # type: ignore[misc]
    """Name, e-mail, password and the consents; the organisation comes afterwards."""

    field_order = ("name", "email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for consent in rules.SIGNUP_CONSENTS:
            self.fields[f"consent_{consent.kind.lower()}"] = ConsentField(consent)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].help_text = _("You sign in with it, and a link to confirm it is sent there.")
        for name in ("email", "password1", "password2"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["password1"].help_text = _("At least 10 characters, not only digits, and no password that many people use.")

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def custom_signup(self, request: HttpRequest, user: Any) -> None:
        answers = {c.kind: bool(self.cleaned_data.get(f"consent_{c.kind.lower()}")) for c in rules.SIGNUP_CONSENTS}
        actions.sign_up_consents(user=user, answers=answers)


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=_("Language of e-mails"), choices=[("ko", "한국어"), ("en", "English")], widget=forms.RadioSelect
    )


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address of the colleague"), help_text=_("An invitation that is valid for 14 days is sent there.")
    )


class ProviderInviteForm(InviteForm):
    """An institution's people have different roles."""

    role = forms.ChoiceField(
        label=_("Role"), initial=rules.Role.PROVIDER_MANAGER,
        choices=[(role.value, role.label) for role in rules.roles_within(rules.OrganisationKind.PROVIDER)],
    )  # fmt: skip


class MemberRoleForm(forms.Form):
    """One more role for a member. offered: those that the member does not hold."""

    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, role.label) for role in rules.Role])

    def __init__(self, *args: Any, offered: Iterable[rules.Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in offered]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person concerned reads this."),
    )


class NoticeChoicesForm(forms.Form):
    """by_mail: the notices that are to come by e-mail too; all of them stay in the feed."""

    by_mail = forms.MultipleChoiceField(
        label=_("Send these by e-mail"),
        help_text=_("Everything always appears on your notices page. What you untick here is no longer sent by e-mail."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by_mail"].choices = choices  # type: ignore[attr-defined]


class CodeForm(forms.Form):
    """The second factor, asked at this very step. user: who acts; a demo person, who has no phone, is shown the code here."""

    wants_user = True
    code = forms.CharField(
        label=_("Code from your phone"), max_length=12, help_text=_("Six digits from your authenticator app."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "border rounded-default px-3 py-2"}
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = second_factor.demo_code(user)
        if shown:
            self.fields["code"].help_text = _("Demonstration: the code that your phone would show now is %(code)s.") % {
                "code": shown
            }


class KeyForm(CodeForm):
    """A new API key. scopes: what the person may allow."""

    name = forms.CharField(
        label=_("What the key is for"), max_length=80, help_text=_("So that colleagues know later which program uses it.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=_("Valid for"), coerce=int)
    field_order = ("name", "scopes", "days", "code")

    def __init__(self, *args: Any, scopes: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope, format_lazy("{} ({})", words, scope)) for scope, words in scopes]  # type: ignore[attr-defined]
        spans = sorted({*(span for span in (30, 90, 180) if span < settings.API_KEY_MAX_DAYS), settings.API_KEY_MAX_DAYS})
        self.fields["days"].choices = [(n, ngettext("%(n)d day", "%(n)d days", n) % {"n": n}) for n in spans]  # type: ignore[attr-defined]
        self.fields["days"].initial = spans[min(1, len(spans) - 1)]
        self.fields["code"].widget.attrs["class"] = ""

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        return {"name": data["name"], "scopes": data["scopes"], "days": data["days"], "second_factor_code": data["code"]}


class GrantForm(forms.Form):
    """In the admin: a role for a person, for an organisation or everywhere, perhaps until a day."""

    role = forms.ChoiceField(label=_("Role"), choices=rules.Role.choices)
    organisation: Any = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=None,
        required=False,
        help_text=_("Needed for roles of companies and providers. Empty: the role holds everywhere."),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until it is ended."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from portal.accounts.models import Organisation

        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.order_by("name_ko")  # type: ignore[attr-defined]


class AbsenceForm(forms.Form):
    """The days, and who stands in. offered: (person, roles in common)."""

    from_on = forms.DateField(label=_("First day away"), widget=DateInput)
    to_on = forms.DateField(
        label=_("Last day away"), widget=DateInput, help_text=_("The last day is included. You can end it early.")
    )
    deputy = forms.ModelChoiceField(
        label=_("Who stands in"), queryset=User.objects.none(), required=False, empty_label=_("Nobody"),
        help_text=_("Somebody with a role of yours in the same organisation. What you look after is then theirs, marked as yours; with nobody it is all your colleagues'."),
    )  # fmt: skip

    def __init__(self, *args: Any, offered: Iterable[tuple[User, Iterable[str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = {person.pk: ", ".join(str(rules.Role.word(role)) for role in held) for person, held in offered}
        self.fields["deputy"].queryset = User.objects.filter(pk__in=roles).order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["deputy"].label_from_instance = lambda one: f"{one.get_full_name()} ({roles[one.pk]})"  # type: ignore[attr-defined]


class HandForm(forms.Form):
    """To whom. offered: people who may do it; user: who hands it, for whom it says "I"."""

    to = forms.ModelChoiceField(label=_("Who looks after it"), queryset=User.objects.none(), empty_label=_("Choose"))
    reason = forms.CharField(
        label=_("What the colleague should know"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, offered: Iterable[User], user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = User.objects.filter(pk__in=[one.pk for one in offered]).order_by("name", "pk")
        self.fields["to"].queryset = found  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda one: (  # type: ignore[attr-defined]
            gettext("I do: %(name)s") % {"name": one.get_full_name()} if one.pk == user.pk else one.get_full_name()
        )


class OthersAbsenceForm(forms.Form):
    """In the admin: somebody who cannot enter it themselves. The deputy by address."""

    from_on = forms.DateField(label=_("First day away"), widget=UnfoldAdminSingleDateWidget)
    to_on = forms.DateField(label=_("Last day away"), widget=UnfoldAdminSingleDateWidget)
    deputy = forms.ModelChoiceField(
        label=_("Who stands in"), queryset=User.objects.filter(is_active=True), to_field_name="email", required=False,
        widget=UnfoldAdminTextInputWidget, help_text=_("The e-mail address of a colleague with the same role; empty: nobody."),
        error_messages={"invalid_choice": _("Nobody with this address has an account. Compare it with the list of people.")},
    )  # fmt: skip

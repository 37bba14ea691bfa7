"""Shapes of input: the period of an agreement, a signature, a reason."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.kit import clock
from portal.kit.forms import CountedTextarea, DateInput, WonFormField
from portal.kit.words import pick
from vouchers.agreements import queries, rules
from vouchers.agreements.rules import AgreementStatus, AuthorityKind, authority_fault

DAYS = {
    "authority_order": _("The last day lies before the first. Correct one of the two."),
    "authority_past": _("It has run out already. File one that is valid today."),
}


class PeriodForm(forms.Form):
    starts_on = forms.DateField(label=_("The agreement starts on"), widget=DateInput)
    ends_on = forms.DateField(label=_("The agreement ends on"), widget=DateInput)


class SignForm(forms.Form):
    """content_hash: of the text that was shown; read: the signer says so."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    read = forms.BooleanField(
        label=_("I have read the agreement and sign it for my organisation."),
        error_messages={"required": _("Tick the box to say that you have read the agreement.")},
    )
    code = forms.CharField(
        label=_("Code from your phone"), max_length=12, help_text=_("Six digits from the authenticator app that you set up."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The parties read it."),
        max_length=1000,
        widget=CountedTextarea(attrs={"rows": 3}),
        error_messages={"required": _("Give the reason: the parties read it.")},
    )


class CommentForm(forms.Form):
    """A comment on one article. content_hash: of the version that was shown."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    clause = forms.TypedChoiceField(label=_("Article"), coerce=int)
    text = forms.CharField(
        label=_("What should be different, and why"), max_length=2000, widget=CountedTextarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what should be different, and why.")},
    )  # fmt: skip

    def __init__(self, *args: Any, clauses: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause"].choices = [(n, f"{n}. {pick(one, 'title')}") for n, one in enumerate(clauses, 1)]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The operating agency's answer; an accepted comment rewords the article. content_hash: of the version that was shown."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    verb = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect,
        choices=[("accept", _("Accept and reword the article")), ("decline", _("Do not accept")), ("answer", _("Answer only"))],
    )  # fmt: skip
    answer = forms.CharField(
        label=_("Your answer"), max_length=2000, help_text=_("The party reads it."), widget=CountedTextarea(attrs={"rows": 3}),
        error_messages={"required": _("Write an answer: the party reads it.")},
    )  # fmt: skip
    text_ko = forms.CharField(
        label=_("Article in Korean"), required=False, max_length=4000, widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("Only when you accept the comment."),
    )  # fmt: skip
    text_en = forms.CharField(
        label=_("Article in English"), required=False, max_length=4000, widget=CountedTextarea(attrs={"rows": 4})
    )


class ChangeForm(forms.Form):
    """What a party would change, filled with what the agreement says now: what is left alone stays. base: hash of the version that
    was shown."""

    base = forms.CharField(widget=forms.HiddenInput, max_length=64)
    starts_on = forms.DateField(label=_("The agreement starts on"), widget=DateInput)
    ends_on = forms.DateField(label=_("The agreement ends on"), widget=DateInput)
    goal = forms.CharField(
        label=_("Goal of the project"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 3})
    )
    data_scope = forms.CharField(
        label=_("Scope of the data"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 3})
    )
    contact = forms.ChoiceField(
        label=_("Contact person of your organisation"),
        required=False,
        help_text=_("One of your organisation's people on this portal."),
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("The other parties and the operating agency read it."), max_length=1000,
        widget=CountedTextarea(attrs={"rows": 3}), error_messages={"required": _("Give the reason: the parties read it.")},
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        terms: rules.Terms,
        given_up: Collection[int],
        people: list[tuple[str, str]],
        joining: Collection[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        """people: (ref, name) of the asking party's own; given_up: positions of the lines of who left, which stay at 0; joining: (ref of
        a match, words) of providers that may be brought in."""
        super().__init__(*args, **kwargs)
        lines_left = [line for line in terms.lines if line.position not in given_up]
        self.positions = [line.position for line in lines_left]
        for line in lines_left:
            payee = pick({"name_ko": line.payee_ko, "name_en": line.payee_en}, "name")
            self.fields[f"line_{line.position}"] = WonFormField(
                label=f"{line.position}. {line.description} · {payee}", initial=line.amount_won
            )
        self.fields["contact"].choices = [("", _("Nobody in particular")), *people]  # type: ignore[attr-defined]
        if not people:
            del self.fields["contact"]
        self.fields["join"] = forms.MultipleChoiceField(
            label=_("Providers to bring in"), required=False, choices=list(joining), widget=forms.CheckboxSelectMultiple,
            help_text=_("With a confirmed match of this project; their lines are taken over as they quoted."),
        )  # fmt: skip
        if not joining:
            del self.fields["join"]
        lines = [f"line_{position}" for position in self.positions]
        self.groups = [
            (_("Lines (won, VAT excluded)"), _("Grant, own share and VAT follow from the lines by the formula of the call. With 0 a line is given up."), lines),
            *([(_("Providers"), "", ["join"])] if joining else []),
            (_("Period"), "", ["starts_on", "ends_on"]),
            (_("What the project is about"), "", ["goal", "data_scope"]),
            *([(_("Contact person"), "", ["contact"])] if people else []),
            (_("Why"), "", ["reason"]),
        ]  # fmt: skip

    def wanted(self) -> dict[str, Any]:
        """What was typed, as `request_change` takes it but base and reason. Only of a valid form."""
        data = self.cleaned_data
        texts = {name: data[name].replace("\r\n", "\n") for name in ("goal", "data_scope")}
        return {
            "amounts": {position: data[f"line_{position}"] for position in self.positions},
            "starts_on": data["starts_on"], "ends_on": data["ends_on"], **texts,
            **({"contact": data["contact"]} if "contact" in data else {}), **({"join": data["join"]} if data.get("join") else {}),
        }  # fmt: skip


class VerifyForm(forms.Form):
    """A file to be compared; nothing of it is kept."""

    file = UploadField(
        label=_("Agreement (PDF)"), kinds=("pdf",),
        hint=_("The Korean PDF as it was downloaded from the portal. English reading copies are not signed and cannot be verified."),
    )  # fmt: skip


class AgreementFilter(forms.Form):
    """The list's filter, kept in the address."""

    status = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = [("", _("All states")), *AgreementStatus.choices()]  # type: ignore[attr-defined]


class AuthorityForm(forms.Form):
    """A certificate or power of attorney of one of one's own people. organisations: for which this person files."""

    person = forms.ChoiceField(label=_("Who signs"))
    kind = forms.ChoiceField(label=_("Paper"), choices=AuthorityKind.choices())
    valid_from = forms.DateField(label=_("Valid from"), widget=DateInput)
    valid_until = forms.DateField(label=_("Last day of validity"), widget=DateInput)
    file = UploadField(label=_("File"), kinds=("pdf", "jpg", "png"))

    def __init__(self, *args: Any, organisations: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {f"{one.ref}:{user.ref}": (one, user) for one in organisations for user in queries.signers_of(one)}
        many = len(organisations) > 1
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            (key, f"{user.get_full_name()} · {pick(one, 'name')}" if many else user.get_full_name()) for key, (one, user) in self.people.items()
        ]  # fmt: skip

    def whose(self) -> tuple[Any, Any]:
        """The organisation and the person that were chosen."""
        return self.people[self.cleaned_data["person"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"valid_from", "valid_until"} <= set(data) and (
            fault := authority_fault(data["valid_from"], data["valid_until"], clock.today())
        ):
            self.add_error("valid_until", DAYS[fault])
        return data

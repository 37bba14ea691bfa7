"""The shape of what is typed into the room's forms."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.kit import clock
from portal.kit.forms import CountedTextarea, DateInput, DecisionForm
from portal.kit.words import pick
from vouchers.access import rules


def not_future(day: date) -> None:
    """As the action judges it, but together with all else that is wrong."""
    if day > clock.today():
        raise forms.ValidationError(_("The decision date lies in the future. Copy it from the letter."))


class MatchChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{pick(obj.institution, 'name')} · {obj.need.title}"


class OpenCaseForm(forms.Form):
    title = forms.CharField(label=_("Title of the study"), max_length=150)
    match = MatchChoice(  # not "matches": that would hide the method of that name of the page's form element
        queryset=None, label=_("Institutions"), widget=forms.CheckboxSelectMultiple,
        help_text=_("One dossier serves all the institutions that you choose here."),
    )  # fmt: skip

    def __init__(self, *args: Any, matches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["match"].queryset = matches


def _wanted[F: forms.Field](field: F) -> F:
    """A draft may be saved without it, a submission may not; the page says so instead of "(optional)"."""
    field.mark = _("(needed to submit)")  # type: ignore[attr-defined]
    return field


def _long(label: Any, hint: Any) -> forms.CharField:
    box = CountedTextarea(attrs={"rows": 4})
    return _wanted(forms.CharField(label=label, help_text=hint, required=False, max_length=3000, widget=box))


class DossierForm(forms.Form):
    purpose = _long(_("Purpose of use"), _("What the product or study is for, and why it needs these data."))
    method = _long(_("Method"), _("How the data are analysed: model, validation, people by role."))
    data_items = _long(_("Data items"), _("Which items, patients and period; no more than the purpose needs."))
    safeguards = _long(_("Safeguards"), _("Environment, access control, measures against re-identification."))
    recipients = _long(_("Who uses the data"), _("By role and organisation, no names."))
    destruction = _long(_("Destruction"), _("When and how the data are destroyed, and how that is proven."))
    use_from = _wanted(forms.DateField(label=_("Use from"), required=False, widget=DateInput()))
    use_until = _wanted(forms.DateField(label=_("Use until"), required=False, widget=DateInput()))
    version = forms.IntegerField(widget=forms.HiddenInput)

    TEXTS = ("purpose", "method", "data_items", "safeguards", "recipients", "destruction")


class SubmitRequestForm(forms.Form):
    ethics_kind = forms.ChoiceField(label=_("Which IRB reviews"), choices=rules.EthicsKind.choices())
    ethics_route = forms.ChoiceField(
        label=_("Route of the IRB"), choices=rules.EthicsRoute.choices(),
        help_text=_("Research with pseudonymised data is often exempt; the board still confirms it with a number."),
    )  # fmt: skip
    drb_mode = forms.ChoiceField(label=_("How the DRB reviews"))

    def __init__(self, *args: Any, in_joint: bool, **kwargs: Any) -> None:
        """in_joint: a joint DRB was proposed and still waits for this institution; then there is nothing to choose."""
        super().__init__(*args, **kwargs)
        modes = {"JOINT"} if in_joint else {"INSTITUTION", "SHARED", "INTEGRATED_IRB_DRB"}
        self.fields["drb_mode"].choices = [choice for choice in rules.DrbMode.choices() if choice[0] in modes]


class OptionalReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Local condition or remark"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 3})
    )


class LetterForm(forms.Form):
    board_name = forms.CharField(label=_("Deciding board"), max_length=160)
    number = forms.CharField(label=_("Decision number"), max_length=60)
    decided_on = forms.DateField(label=_("Decided on"), widget=DateInput(), validators=[not_future])
    valid_to = forms.DateField(label=_("Valid until"), required=False, widget=DateInput())
    exemption = forms.BooleanField(label=_("The letter confirms an exemption from review"), required=False)
    file = UploadField(label=_("Decision letter"))


class EthicsDecisionForm(DecisionForm):
    needed: ClassVar[dict[str, tuple[tuple[str, ...], Any]]] = {
        "number": (("confirm_exemption", "approve"), _("required for an approval or exemption")),
        "file": (("confirm_exemption", "approve"), _("required for an approval or exemption")),
        "reason": (("revise", "disapprove"), _("required for a disapproval or revision")),
    }
    verdict = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect,
        choices=[
            ("confirm_exemption", _("Exemption confirmed")), ("approve", _("Approved")),
            ("revise", _("Revision requested")), ("disapprove", _("Disapproved")),
        ],
    )  # fmt: skip
    number = forms.CharField(
        label=_("Decision number"), max_length=60, required=False, help_text=_("As it stands on the decision letter.")
    )
    decided_on = forms.DateField(label=_("Decided on"), required=False, widget=DateInput(), validators=[not_future])
    valid_to = forms.DateField(label=_("Valid until"), required=False, widget=DateInput())
    file = UploadField(label=_("Decision letter"), required=False)
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("The company reads it."),
    )  # fmt: skip
    conditions = forms.CharField(
        label=_("Conditions"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 3})
    )


class DrbDecisionForm(DecisionForm):
    needed: ClassVar[dict[str, tuple[tuple[str, ...], Any]]] = {
        "number": (("approve", "waive"), _("required for an approval or waiver")),
        "file": (("approve", "waive"), _("required for an approval or waiver")),
        "reason": (("ask_supplement", "refuse"), _("required for a refusal or supplement")),
    }
    verdict = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect,
        choices=[
            ("approve", _("Approved")), ("waive", _("Waived as of the same type")),
            ("ask_supplement", _("Supplement requested")), ("refuse", _("Refused by a board")),
        ],
    )  # fmt: skip
    number = forms.CharField(
        label=_("Decision number"), max_length=60, required=False, help_text=_("As it stands on the decision letter.")
    )
    decided_on = forms.DateField(label=_("Decided on"), required=False, widget=DateInput(), validators=[not_future])
    file = UploadField(label=_("Decision letter"), required=False)
    conditions = forms.CharField(
        label=_("Conditions"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 3})
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("The company reads it."),
    )  # fmt: skip


class JointDecisionForm(DecisionForm):
    needed: ClassVar[dict[str, tuple[tuple[str, ...], Any]]] = {
        "file": (("approve",), _("required for an approval")),
        "reason": (("refuse",), _("required for a refusal")),
    }
    verdict = forms.ChoiceField(
        label=_("Decision of the joint committee"), widget=forms.RadioSelect,
        choices=[("approve", _("Approved")), ("refuse", _("Refused by a board"))],
    )  # fmt: skip
    number = forms.CharField(label=_("Decision number"), max_length=60)
    decided_on = forms.DateField(label=_("Decided on"), required=False, widget=DateInput(), validators=[not_future])
    file = UploadField(label=_("Decision letter"), required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=2000, widget=CountedTextarea(attrs={"rows": 3}))


class JointLeadForm(forms.Form):
    lead = forms.ChoiceField(label=_("Leading institution"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, boards: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].choices = [(str(board.pk), pick(board, "name")) for board in boards]


class StateFilter(forms.Form):
    """Lists by state; an unknown state shows nothing."""

    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *rules.RequestStatus.choices()])

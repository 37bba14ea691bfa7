"""The shape of what is asked, said and signed about a suspension or termination."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea
from portal.kit.words import pick
from vouchers.agreements import rules
from vouchers.agreements.forms import SignForm
from vouchers.agreements.models import Agreement

K, W = rules.HaltKind, rules.HaltWay
TOGETHER = {
    "ground": _("This ground does not belong to the way that was chosen. Choose another one."),
    "at_fault": _("Say which party is at fault for a notice, and none where everybody agrees."),
}


class HaltForm(forms.Form):
    """What is asked. notices: whether this person may give notice of a fault; others ask for everybody's consent."""

    kind = forms.ChoiceField(label=_("Suspension or termination"), widget=forms.RadioSelect)
    way = forms.ChoiceField(label=_("In which way"), widget=forms.RadioSelect)
    ground = forms.ChoiceField(label=_("Ground for it"))
    at_fault = forms.ChoiceField(label=_("Party at fault"), required=False, help_text=_("Only for a notice of a fault."))
    statement = forms.CharField(
        label=_("Facts of the case"), max_length=2000, widget=CountedTextarea(attrs={"rows": 4}), help_text=_("Every party reads it."),
        error_messages={"required": _("Say what happened: every party reads it before it agrees or is heard.")},
    )  # fmt: skip

    def __init__(self, *args: Any, agreement: Agreement, notices: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        self._choose("kind", [(kind.value, kind.label) for kind in K if agreement.status in rules.HALTS_FROM[kind]])
        ways = [W.CONSENT, W.FAULT] if notices else [W.CONSENT]
        self._choose("way", [(way.value, way.label) for way in ways])
        grounds = dict.fromkeys(ground for way in ways for ground in rules.GROUNDS[way])
        self._choose("ground", [("", _("Choose")), *[(ground.value, ground.label) for ground in grounds]])
        for name in ("kind", "way"):
            if len(self.fields[name].choices) == 1:  # type: ignore[attr-defined]
                self.fields[name].initial = self.fields[name].choices[0][0]  # type: ignore[attr-defined]
        if not notices:
            del self.fields["at_fault"]
            return
        others = agreement.taking_part().exclude(role=rules.PartyRole.OPERATOR)
        named = [
            (one.ref, pick(one.institution or one.organisation, "name"))
            for one in others.select_related("organisation", "institution")
        ]
        self._choose("at_fault", [("", _("Nobody")), *named])

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"kind", "way", "ground"} <= set(data):
            fault = rules.halt_fault(
                data["kind"],
                data["way"],
                data["ground"],
                agreement_status=self.agreement.status,
                at_fault=bool(data.get("at_fault")),
            )
            if fault in TOGETHER:
                self.add_error(fault if fault in self.fields else None, TOGETHER[fault])
        return data


class ConsentForm(SignForm):
    """content_hash: of what was shown, the figures too."""

    read = forms.BooleanField(
        label=_("I have read what it does and agree for my organisation."),
        error_messages={"required": _("Tick the box to say that you have read it and agree.")},
    )


class OpinionForm(forms.Form):
    text = forms.CharField(
        label=_("Opinion"), max_length=4000, widget=CountedTextarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your opinion, or that you have none.")},
    )  # fmt: skip


class HaltReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=CountedTextarea(attrs={"rows": 3}),
        error_messages={"required": _("Give the reason: the parties read it.")},
    )  # fmt: skip

"""The shape of input: a field for each question that the survey asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea, WonFormField
from portal.kit.words import pick
from vouchers.outcomes import rules
from vouchers.outcomes.models import OutcomeSurvey
from vouchers.rounds.rules import OutcomeKind, OutcomeQuestion

_LINKS = _("Where it can be seen: %(what)s")
_YES = {"yes": True, "no": False}


class OutcomeForm(forms.Form):
    """Questions in their order, each with its hint and whether it is published; addresses beside those that want evidence. reason: where answers are corrected."""

    drafts = False

    def __init__(
        self,
        *args: Any,
        survey: OutcomeSurvey,
        held: Mapping[str, Any],
        links: Mapping[str, Sequence[str]],
        corrects: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = survey.questions
        for one in self.questions:
            self.fields[f"q_{one.key}"] = _field(one, held.get(one.key))
            if one.evidence:
                self.fields[f"l_{one.key}"] = _links(one, links.get(one.key, ()))
        if corrects:
            self.fields["reason"] = forms.CharField(
                label=_("Why the answers are corrected"), max_length=500, widget=CountedTextarea(attrs={"rows": 3}),
                help_text=_("What was handed in before stays in the record."),
            )  # fmt: skip

    def as_draft(self) -> None:
        """Whatever is left open stays open, and nothing is judged."""
        self.drafts = True
        for one in self.fields.values():
            one.required = False

    def clean(self) -> dict[str, Any]:
        """Addresses are looked at along with the rest, so that everything is said at once."""
        data = super().clean() or {}
        for key, given in self.links().items():
            if not self.drafts and not all(rules.is_link(one) for one in given):
                self.add_error(f"l_{key}", str(rules.NO_LINK))
        return data

    def answers(self) -> dict[str, Any]:
        """Question → answer, without those that were left open."""
        given = {one.key: self.cleaned_data.get(f"q_{one.key}") for one in self.questions}
        return {key: value for key, value in given.items() if value not in (None, "")}

    def links(self) -> dict[str, list[str]]:
        """Question → addresses, one a line as they were typed."""
        typed = {one.key: str(self.cleaned_data.get(f"l_{one.key}") or "") for one in self.questions if one.evidence}
        found = {key: [line.strip() for line in text.splitlines() if line.strip()] for key, text in typed.items()}
        return {key: lines for key, lines in found.items() if lines}

    def refuse(self, by_key: Mapping[str, Any]) -> None:
        """Puts what the rules say beside the field that it is about."""
        for key, sentence in by_key.items():
            about_links = f"l_{key}" in self.fields and self.cleaned_data.get(f"q_{key}") not in (None, "")
            name = f"{'l' if about_links else 'q'}_{key}"
            self.add_error(name if name in self.fields else None, str(sentence))


def _title(one: OutcomeQuestion) -> str:
    return str(pick({"t_ko": one.ko, "t_en": one.en}, "t"))


def _field(one: OutcomeQuestion, held: Any) -> forms.Field:
    label, hint = _title(one), str(pick({"t_ko": one.help_ko, "t_en": one.help_en}, "t"))
    if one.public:
        hint = f"{hint}{'. ' if hint else ''}{gettext('Published in the register of awards.')}"
    shape: dict[str, Any] = {
        "label": label, "help_text": hint, "required": one.kind != OutcomeKind.TEXT, "initial": held,
        "error_messages": {"required": rules.NO_ANSWER},
    }  # fmt: skip
    if one.kind == OutcomeKind.WON:
        return WonFormField(**shape)
    if one.kind == OutcomeKind.TEXT:
        return forms.CharField(max_length=rules.MOST_WORDS, widget=CountedTextarea(attrs={"rows": 4}), **shape)
    if one.kind == OutcomeKind.YES_NO:
        shape["initial"] = {True: "yes", False: "no"}.get(held) if isinstance(held, bool) else None
        return forms.TypedChoiceField(
            choices=[("yes", _("Yes")), ("no", _("No"))], coerce=_YES.get, empty_value=None, widget=forms.RadioSelect, **shape
        )
    return forms.IntegerField(min_value=0, max_value=rules.MOST, **shape)


def _links(one: OutcomeQuestion, held: Sequence[str]) -> forms.Field:
    most = rules.MOST_LINKS * (rules.LINK_LENGTH + 2)
    return forms.CharField(
        label=_LINKS % {"what": _title(one)}, required=False, max_length=most, initial="\n".join(held),
        widget=forms.Textarea(attrs={"rows": 2, "inputmode": "url"}),
        help_text=_("One address a line, beginning with https://. Needed unless the answer is 0."),
    )  # fmt: skip


class OutcomeFilter(forms.Form):
    """GET filters of the list; anything unknown is ignored. rounds: (key, words)."""

    round = forms.ChoiceField(label=_("Round"), required=False)
    status = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, rounds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].choices = [("", _("All rounds")), *rounds]  # type: ignore[attr-defined]
        states = [*rules.OutcomeStatus.choices(), ("LATE", _("Late"))]
        self.fields["status"].choices = [("", _("All states")), *states]  # type: ignore[attr-defined]

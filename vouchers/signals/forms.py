"""Shapes of input: why a signal is decided so, to what it is referred, which ones the graph shows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from vouchers.milestones.models import Inspection
from vouchers.rounds.models import Round
from vouchers.settlements.models import Clawback
from vouchers.signals import queries, rules
from vouchers.signals.models import Signal


class InspectionChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Inspection) -> str:
        return f"{obj} · {obj.planned_on:%Y-%m-%d}"


class ClawbackChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Clawback) -> str:
        return f"{obj} · {obj.organisation}"


class ReferForm(forms.Form):
    """An inspection or a clawback of the parties, which the operating agency conducts by its own rules."""

    wants_subject = True

    inspection = InspectionChoice(
        label=_("Inspection"), queryset=Inspection.objects.none(), required=False, widget=UnfoldAdminSelectWidget,
        help_text=_("Planned by the operating agency for an agreement of the parties."),
    )  # fmt: skip
    clawback = ClawbackChoice(
        label=_("Clawback"), queryset=Clawback.objects.none(), required=False, widget=UnfoldAdminSelectWidget,
        help_text=_("Detected by the operating agency for an agreement of the parties."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), help_text=_("It stays in the record's history; nobody is told."), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "border rounded-default w-full p-3"}),
    )  # fmt: skip

    def __init__(self, *args: Any, subject: Signal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inspection"].queryset = queries.inspections_for(subject)  # type: ignore[attr-defined]
        self.fields["clawback"].queryset = queries.clawbacks_for(subject)  # type: ignore[attr-defined]


def _any(choices: list[Any]) -> list[Any]:
    return [("", _("All")), *choices]


class GraphForm(forms.Form):
    """Which signals the graph shows; everything may be left open."""

    round = forms.ModelChoiceField(label=_("Round"), queryset=Round.objects.none(), required=False, empty_label=_("All"))
    kind = forms.ChoiceField(label=_("Kind"), choices=_any(rules.SignalKind.choices()), required=False)
    strength = forms.ChoiceField(label=_("Strength"), choices=_any(rules.Strength.choices()), required=False)
    status = forms.ChoiceField(label=_("State"), choices=_any(rules.SignalStatus.choices()), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = Round.objects.filter(pk__in=Signal.objects.values("round_id")).order_by("-closes_at", "-pk")
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Columns and values to look up by; nothing for what was left open or cannot be read."""
        given = self.cleaned_data if self.is_valid() else {}
        return {name: value for name, value in given.items() if value}

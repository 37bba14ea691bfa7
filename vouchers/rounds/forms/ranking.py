"""The part of a policy's form that says what counts how much where datasets are ranked for a need."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from vouchers.rounds import rules

RANKING_NAMES = ("rank_outside_capital", *(f"rank_{name}" for name in rules.WEIGHTS))


def ranking_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`ranking` of PolicyVersion.body as fields."""
    held = rules.parse_ranking(body)
    last = list(rules.WEIGHTS)[-1]
    found: dict[str, forms.Field] = {
        "rank_outside_capital": forms.BooleanField(
            label=_("A supplier outside the capital area is worth points"), required=False,
            initial=held.prefer_outside_capital, widget=UnfoldBooleanSwitchWidget,
        )
    }  # fmt: skip
    for name, word in rules.WEIGHT_WORDS.items():
        found[f"rank_{name}"] = forms.IntegerField(
            label=_("Ranking: %(what)s (points)") % {"what": word}, min_value=0, max_value=rules.FULL_RANKING,
            initial=held.weights[name], widget=UnfoldAdminIntegerFieldWidget,
            help_text=_("All of them add up to 10,000.") if name == last else "",
        )  # fmt: skip
    return found


def ranking_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `ranking` of PolicyVersion.body."""
    return {
        "weights": {name: data[f"rank_{name}"] for name in rules.WEIGHTS},
        "prefer_outside_capital": data["rank_outside_capital"],
    }

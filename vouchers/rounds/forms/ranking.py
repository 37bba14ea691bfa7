"""The part of a policy's form that says what counts how much where datasets are ranked for a need."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldBooleanSwitchWidget

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
        found[f"rank_{name}"] = points_field(
            _("Ranking: %(what)s (points of 100)") % {"what": word}, held.weights[name], 0, rules.FULL_RANKING,
            f"{rules.WEIGHT_TEXTS[name]} {_('All of them add up to 100.')}" if name == last else rules.WEIGHT_TEXTS[name],
        )  # fmt: skip
    return found


def points_field(label: Any, held: int, low: int, high: int, hint: Any = "") -> forms.DecimalField:
    """held, low, high: as stored, in hundredths of a point; shown and typed in points of 100."""
    return forms.DecimalField(
        label=label, min_value=rules.points(low), max_value=rules.points(high), max_digits=5, decimal_places=2,
        initial=rules.points(held), help_text=hint, widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
    )  # fmt: skip


def ranking_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `ranking` of PolicyVersion.body."""
    return {
        "weights": {name: rules.hundredths(data[f"rank_{name}"]) for name in rules.WEIGHTS},
        "prefer_outside_capital": data["rank_outside_capital"],
    }

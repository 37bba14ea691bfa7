"""The part of a policy's form that says how offers are proposed where places are scarce."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from vouchers.rounds import rules
from vouchers.rounds.forms.ranking import points_field

ALLOCATING_NAMES = tuple(f"allocate_{name}" for name in rules.ALLOCATING_RANGES)
_POINTS = ("least", "served", "region")  # stored in hundredths of a point
_LABELS = {
    "a_need": (
        _("Offers proposed to a need at most"),
        _("Each fits into the need's budget; several together may cost more: the company chooses."),
    ),
    "ranked": (_("How many of each need's ranking may be proposed"), _("0: any that reaches the score.")),
    "least": (_("Score from which an offer may be proposed (points of 100)"), ""),
    "served": (
        _("A need's first offer counts more (points of 100)"),
        _("So that it goes before another need's second one."),
    ),
    "region": (_("A company outside the capital area counts more (points of 100)"), ""),
    "lapse_days": (_("A proposal stands for (working days)"), ""),
}


def allocating_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`allocating` of PolicyVersion.body as fields."""
    held = rules.parse_allocating(body)

    def one(name: str, low: int, high: int) -> forms.Field:
        if name in _POINTS:
            return points_field(_LABELS[name][0], getattr(held, name), low, high, _LABELS[name][1])
        return forms.IntegerField(
            label=_LABELS[name][0], help_text=_LABELS[name][1], min_value=low, max_value=high, initial=getattr(held, name),
            widget=UnfoldAdminIntegerFieldWidget,
        )  # fmt: skip

    return {f"allocate_{name}": one(name, low, high) for name, (low, high) in rules.ALLOCATING_RANGES.items()}


def allocating_of(data: dict[str, Any]) -> dict[str, int]:
    """What was typed → `allocating` of PolicyVersion.body."""
    given = {name: data[f"allocate_{name}"] for name in rules.ALLOCATING_RANGES}
    return {name: rules.hundredths(value) if name in _POINTS else value for name, value in given.items()}

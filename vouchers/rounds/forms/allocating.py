"""The part of a policy's form that says how offers are proposed where places are scarce."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from vouchers.rounds import rules

ALLOCATING_NAMES = tuple(f"allocate_{name}" for name in rules.ALLOCATING_RANGES)
_LABELS = {
    "a_need": (_("Offers proposed to a need at most"), ""),
    "ranked": (_("How many of each need's ranking may be proposed"), ""),
    "least": (_("Score from which an offer may be proposed (of 10,000)"), ""),
    "served": (
        _("A need's first offer counts more (points)"),
        _("So that it goes before another need's second one."),
    ),
    "region": (_("A company outside the capital area counts more (points)"), ""),
    "lapse_days": (_("A proposal stands for (working days)"), ""),
}


def allocating_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`allocating` of PolicyVersion.body as fields."""
    held = rules.parse_allocating(body)
    return {
        f"allocate_{name}": forms.IntegerField(
            label=_LABELS[name][0], help_text=_LABELS[name][1], min_value=low, max_value=high, initial=getattr(held, name),
            widget=UnfoldAdminIntegerFieldWidget,
        )
        for name, (low, high) in rules.ALLOCATING_RANGES.items()
    }  # fmt: skip


def allocating_of(data: dict[str, Any]) -> dict[str, int]:
    """What was typed → `allocating` of PolicyVersion.body."""
    return {name: data[f"allocate_{name}"] for name in rules.ALLOCATING_RANGES}

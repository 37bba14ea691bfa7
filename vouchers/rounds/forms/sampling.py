"""The part of a policy's form that says how an auditor's sample of payments is drawn."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from vouchers.rounds import rules

_WORDS = {
    "threshold_won": (_("Amount from which every payment is audited (won)"), ""),
    "size": (_("Smaller payments that a sample aims at"), _("Drawn by their money, so that a large one is met more often.")),
    "least_per_provider": (_("Of each provider at least"), _("0: a provider may be met by none.")),
}
SAMPLING_NAMES = tuple(f"sample_{name}" for name in _WORDS)


def sampling_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`sampling` of PolicyVersion.body as fields."""
    held = rules.parse_sampling(body)
    return {
        f"sample_{name}": forms.IntegerField(
            label=label, help_text=hint, min_value=rules.SAMPLING_NUMBERS[name][0], max_value=rules.SAMPLING_NUMBERS[name][1],
            initial=getattr(held, name), widget=UnfoldAdminIntegerFieldWidget(),
        )
        for name, (label, hint) in _WORDS.items()
    }  # fmt: skip


def sampling_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `sampling` of PolicyVersion.body."""
    return {name: data[f"sample_{name}"] for name in _WORDS}

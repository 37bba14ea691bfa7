"""The part of a policy's form that says how long before a due day people are reminded."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from vouchers.rounds import rules

REMINDING_NAMES = tuple(f"remind_{kind}" for kind in rules.REMINDED)
_LABEL = _("Reminders, working days before the due day: %(kind)s")
_HELP = _("With commas between, for example 20, 7, 1. Empty: no reminder.")


class DaysField(forms.CharField):
    """Whole numbers with commas or spaces between; none at all is possible."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{one}" for one in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        parts = [part for part in re.split(r"[\s,;]+", super().clean(value)) if part]
        if any(not part.isdecimal() or len(part) > 4 for part in parts):
            raise forms.ValidationError(_("Write whole numbers with commas between, for example 20, 7, 1."))
        return sorted({int(part) for part in parts}, reverse=True)


def reminding_fields(body: dict[str, Any], usual: Sequence[int]) -> dict[str, forms.Field]:
    """`reminding` of PolicyVersion.body as fields. usual: the round's days for what it says nothing about."""
    held = rules.parse_reminding(body)
    return {
        f"remind_{kind}": DaysField(
            label=_LABEL % {"kind": words}, required=False, max_length=60, initial=held.of(kind, usual), help_text=_HELP,
            widget=UnfoldAdminTextInputWidget,
        )
        for kind, words in rules.REMINDED.items()
    }  # fmt: skip


def reminding_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `reminding` of PolicyVersion.body."""
    return {kind: data[f"remind_{kind}"] for kind in rules.REMINDED}

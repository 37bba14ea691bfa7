"""The part of a policy's form that says how agreements may be changed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldBooleanSwitchWidget

from vouchers.rounds import rules

CHANGING_NAMES = ("change_shift_share", "change_grant_may_rise")


def changing_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`changing` of PolicyVersion.body as fields."""
    held = rules.parse_changing(body)
    return {
        "change_shift_share": forms.DecimalField(
            label=_("Share that may move between lines of one provider by a notice (%)"), min_value=Decimal(0), max_value=Decimal(99),
            max_digits=5, decimal_places=2, required=False, initial=held.percent,
            widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
            help_text=_("Of the supply amount that was signed last, VAT excluded. With 0 every shift needs an approval."),
        ),
        "change_grant_may_rise": forms.BooleanField(
            label=_("An approved change may raise the grant above the award"), required=False, initial=held.grant_may_rise,
            widget=UnfoldBooleanSwitchWidget, help_text=_("Out of what the round has left to give."),
        ),
    }  # fmt: skip


def changing_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `changing` of PolicyVersion.body."""
    return {
        "shift_share": f"{(data['change_shift_share'] or 0) / 100:f}",
        "grant_may_rise": bool(data.get("change_grant_may_rise")),
    }

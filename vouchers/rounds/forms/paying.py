"""The part of a policy's form that says how money leaves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from vouchers.rounds import rules

PAYING_NAMES = ("pay_rail", "pay_ways", "pay_bank_code", "pay_account", "pay_holder", "pay_advance_rate", "pay_advance_guarantee")


def paying_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`paying` of PolicyVersion.body as fields."""
    held = rules.parse_paying(body)
    text = UnfoldAdminTextInputWidget
    return {
        "pay_rail": forms.ChoiceField(
            label=_("Who moves the money"), choices=rules.Rail.choices(), initial=held.rail.value, widget=UnfoldAdminSelectWidget,
            help_text=_("All payments of the round leave by it, for ever."),
        ),
        "pay_ways": forms.MultipleChoiceField(
            label=_("How a payment may be handed over"), choices=rules.Way.choices(), initial=[way.value for way in held.ways],
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            help_text=_("Who registers a payment chooses one of these; the first is the usual one."),
        ),
        "pay_bank_code": forms.CharField(
            label=_("The programme's own account: bank code"), required=False, max_length=3, initial=held.bank_code, widget=text(),
            help_text=_("Three digits. Only where files go to the bank."),
        ),
        "pay_account": forms.CharField(
            label=_("The programme's own account: number"), required=False, max_length=20, initial=held.account, widget=text()
        ),
        "pay_holder": forms.CharField(
            label=_("The programme's own account: holder"), required=False, max_length=100, initial=held.holder, widget=text()
        ),
        "pay_advance_rate": forms.DecimalField(
            label=_("Advance, of a provider's grant (%)"), required=False, min_value=0, max_value=99, decimal_places=2,
            initial=held.advance_percent, widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
            help_text=_("What may be paid before a provider delivered; it is netted from its later tranches. 0: no advance."),
        ),
        "pay_advance_guarantee": forms.BooleanField(
            label=_("An advance needs a guarantee"), required=False, initial=held.advance_guarantee, widget=UnfoldBooleanSwitchWidget(),
        ),
    }  # fmt: skip


def paying_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `paying` of PolicyVersion.body."""
    return {
        "rail": data["pay_rail"], "ways": data["pay_ways"], "bank_code": data["pay_bank_code"].strip(),
        "account": data["pay_account"].replace("-", "").strip(), "holder": data["pay_holder"].strip(), "advance_rate": f"{(data['pay_advance_rate'] or 0) / 100:f}", "advance_guarantee": data["pay_advance_guarantee"],
    }  # fmt: skip

"""The shape of an order to allocate a round's offers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from vouchers.matching.queries import allocating as queries

LARGEST_BUDGET_WON = 10**15


class OrderAllocationForm(forms.Form):
    round = forms.ModelChoiceField(label=_("Round"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget)
    budget_won = forms.IntegerField(
        label=_("Budget for all together (won)"), required=False, min_value=1, max_value=LARGEST_BUDGET_WON,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("VAT excluded. Empty: places alone limit what is proposed. Nothing is reserved either way."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = queries.allocatable_rounds()  # type: ignore[attr-defined]

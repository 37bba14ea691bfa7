"""The shape of an order to allocate a round's offers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from portal.kit.forms import WonFormField
from vouchers.matching.queries import allocating as queries

LARGEST_BUDGET_WON = 10**15


class OrderAllocationForm(forms.Form):
    round = forms.ModelChoiceField(label=_("Round"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget)
    budget_won = WonFormField(
        label=_("Budget for all together (won)"), required=False, min_value=1, max_value=LARGEST_BUDGET_WON,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=_("VAT excluded. Empty: places alone limit what is proposed. Nothing is reserved either way. An allocation of this round that is not published yet is scrapped."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = queries.allocatable_rounds()  # type: ignore[attr-defined]

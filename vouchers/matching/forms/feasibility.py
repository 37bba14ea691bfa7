"""What an institution answers when it is asked how many patients there are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea, WholeField
from vouchers.matching.models import FeasibilityQuery
from vouchers.matching.queries import band_choices
from vouchers.matching.rules import feasibility as rules


class AskCountForm(forms.Form):
    message = forms.CharField(
        label=_("Message to the provider"), max_length=2000, required=False, widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("Only what helps to count. Product, purpose and budget are not shown."),
    )  # fmt: skip


class CannotCountForm(forms.Form):
    """Why nothing is counted: chosen, since a sentence could tell the number."""

    reason = forms.ChoiceField(label=_("Why can it not be counted?"), choices=rules.Reason.choices(), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In a sentence"), max_length=rules.MOST_TEXT, required=False, widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("Only for another reason. No numbers, neither in digits nor in words: the company reads it."),
    )  # fmt: skip


class CountForm(forms.Form):
    """A number, of which only the band is kept, or the band itself."""

    count = WholeField(
        label=_("Number of patients"), required=False, min_value=0, max_value=10**9,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Only the band in which it lies is kept and shown; the number itself is stored nowhere."),
    )  # fmt: skip
    band_low = forms.TypedChoiceField(
        label=_("Or choose the band"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )
    basis = forms.ChoiceField(label=_("How it was counted"), choices=rules.Basis.choices(), widget=forms.RadioSelect)

    def __init__(self, *args: Any, query: FeasibilityQuery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["band_low"].choices = band_choices(query)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        unreadable = {"count", "band_low"} & set(self.errors)
        if not unreadable and (found.get("count") is None) == (found.get("band_low") is None):
            self.add_error("count", _("Enter the number or choose a band, one of the two."))
        return found

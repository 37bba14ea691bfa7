"""The search form of the catalogue: one text, one choice a facet, counts beside every choice."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.catalogue.queries import FACETS, Facet, Wish

LABELS = {
    "modality": _("Kind of data"),
    "region": _("Region of the institution"),
    "access_mode": _("Way of use"),
    "availability": _("Availability"),
}
ANY = {
    "modality": _("All kinds"),
    "region": _("All regions"),
    "access_mode": _("All ways"),
    "availability": _("All"),
}


def wish(parameters: Any) -> Wish:
    """What the address says; unknown codes simply find nothing."""
    chosen = {name: tuple(code for code in parameters.getlist(name) if code.isprintable() and code)[:20] for name in FACETS}
    text = " ".join(parameters.get("q", "").replace("\x00", " ").split())[:100]
    return Wish(text=text, chosen=chosen, each=parameters.get("show") == "each")


class SearchForm(forms.Form):
    """A GET form; its choices are the facets' values that occur, with counts."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("lung cancer, CT, hospital name …")}),
    )

    def __init__(self, facets: Iterable[Facet], wished: Wish, **kwargs: Any) -> None:
        first = {name: codes[0] for name, codes in wished.chosen.items() if codes}
        super().__init__({"q": wished.text, "show": "each" if wished.each else "", **first}, **kwargs)
        for facet in facets:
            options = [("", ANY[facet.name]), *((v.code, f"{v.word} ({v.count})") for v in facet.values)]
            self.fields[facet.name] = forms.ChoiceField(label=LABELS[facet.name], choices=options, required=False)
        if wished.each:
            self.fields["show"] = forms.CharField(widget=forms.HiddenInput, required=False)


class VariableSearchForm(forms.Form):
    """A GET form over the variables of one dataset."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("name or label of a variable")}),
    )

"""The search form of the catalogue: one text, one choice a facet, counts beside every choice."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.catalogue.queries import Facet, Wish

LABELS = {
    "modality": _("Kind of data"),
    "chapter": _("Disease area"),
    "access_mode": _("Way of use"),
    "region": _("Region of the institution"),
    "institution": _("Institution"),
    "standard": _("Standard"),
    "purpose": _("Permitted purpose"),
    "lead": _("Time until the data are there"),
    "availability": _("Availability"),
}
ANY = {
    "modality": _("All kinds"),
    "chapter": _("All areas"),
    "access_mode": _("All ways"),
    "region": _("All regions"),
    "institution": _("All institutions"),
    "standard": _("All standards"),
    "purpose": _("All purposes"),
    "lead": _("Any time"),
    "availability": _("All"),
}
LEAD_WORDS = {
    "20": _("Up to 20 working days"),
    "40": _("21 to 40 working days"),
    "60": _("41 to 60 working days"),
    "more": _("More than 60 working days"),
}
SORT_WORDS = {"fit": _("Best fit first"), "title": _("By title"), "persons": _("Most persons first"), "newest": _("Newest first")}


class SearchForm(forms.Form):
    """A GET form; its choices are the facets' values that occur, with counts. more: fields that stand folded until one is chosen."""

    more = ("region", "institution", "standard", "purpose", "lead", "availability")

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("lung cancer, CT, hospital name …")}),
    )

    def __init__(self, facets: Iterable[Facet], wished: Wish, **kwargs: Any) -> None:
        first = {name: codes[0] for name, codes in wished.chosen.items() if codes}
        hidden = {"show": "each" if wished.each else "", "scope": "all" if wished.all_diseases else ""}
        super().__init__({"q": wished.text, "sort": wished.sort, "d": list(wished.beside), **hidden, **first}, **kwargs)
        for facet in facets:
            options = [("", ANY[facet.name]), *((v.code, f"{v.word} ({v.count})") for v in facet.values)]
            self.fields[facet.name] = forms.ChoiceField(label=LABELS[facet.name], choices=options, required=False)
        self.more_chosen = any(wished.chosen.get(name) for name in self.more)
        self.fields["sort"] = forms.ChoiceField(label=_("Order"), choices=list(SORT_WORDS.items()), required=False)
        if wished.beside:
            self.fields["d"] = forms.Field(widget=forms.MultipleHiddenInput, required=False)
        for name, value in hidden.items():
            if value:
                self.fields[name] = forms.CharField(widget=forms.HiddenInput, required=False)


class VariableSearchForm(forms.Form):
    """A GET form over the variables of one dataset."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("name or label of a variable")}),
    )

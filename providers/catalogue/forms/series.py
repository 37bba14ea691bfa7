"""A series of datasets that open in phases: what it is, and its releases in their order."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea
from portal.kit.words import pick
from providers.catalogue.forms.entry import KEY
from providers.catalogue.models import Dataset, DatasetSeries

SPARE = 3  # empty places for further releases


class SeriesForm(forms.Form):
    """datasets: that may stand in it; places: how many releases can be chosen at once."""

    title_ko = forms.CharField(label=_("Korean title"), max_length=200)
    title_en = forms.CharField(label=_("English title"), max_length=200, required=False)
    description_ko = forms.CharField(
        label=_("Korean description"), max_length=4000, widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("What is collected, and by when which part of it opens."),
    )  # fmt: skip
    description_en = forms.CharField(
        label=_("English description"), max_length=4000, required=False, widget=CountedTextarea(attrs={"rows": 4})
    )
    key = forms.RegexField(
        label=_("Identifier"), regex=f"^{KEY.pattern}$", max_length=80, required=False,
        help_text=_("Stands in the address for ever: small letters, digits and dashes. Empty: the portal makes one."),
        error_messages={"invalid": _("Use small letters, digits and dashes.")},
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, datasets: Sequence[Dataset], series: DatasetSeries | None, places: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if series is not None:
            del self.fields["key"]
        options = [("", _("None")), *((row.key, _shown(row)) for row in datasets)]
        names = [f"release_{n}" for n in range(1, places + 1)]
        for number, name in enumerate(names, start=1):
            label = _("Release %(n)d") % {"n": number}
            self.fields[name] = forms.ChoiceField(label=label, choices=options, required=False)
        self.groups = [
            (
                _("Series"),
                "",
                [name for name in ("title_ko", "title_en", "description_ko", "description_en", "key") if name in self.fields],
            ),
            (
                _("Releases in their order"),
                _(
                    "Planned ones are datasets too: describe them with the availability “planned” and the month in which they open."
                ),
                names,
            ),
        ]

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("title_ko", "title_en", "description_ko", "description_en")}

    def releases(self) -> list[str]:
        """The chosen keys in their order; empty places are left out."""
        chosen = [self.cleaned_data[name] for name in self.fields if name.startswith("release_")]
        return [key for key in chosen if key]


def _shown(row: Dataset) -> str:
    return f"{pick(row, 'title')} ({row.planned_for or row.key})"


def series_of(series: DatasetSeries, releases: Sequence[str]) -> dict[str, Any]:
    """The form's values of a stored series."""
    names = ("title_ko", "title_en", "description_ko", "description_en", "version")
    return {name: getattr(series, name) for name in names} | {f"release_{n}": key for n, key in enumerate(releases, start=1)}

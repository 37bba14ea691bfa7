"""The first step of a need, and what an earlier page hands over to it."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit import clock
from portal.kit.forms import WonFormField
from providers.catalogue.models import Dataset
from providers.catalogue.queries import choices
from providers.catalogue.rules import disease
from vouchers.companies.models import Company
from vouchers.matching.queries import rounds_for_new_needs
from vouchers.rounds.models import Round

SEPARATORS = re.compile(r"[,;\n、，]+")


def split(text: str) -> list[str]:
    """`a, b` or one a line → [a, b], each once."""
    return list(dict.fromkeys(part.strip() for part in SEPARATORS.split(text) if part.strip()))


class NewNeedForm(forms.Form):
    """The first step: a name and the call. Everything else is saved as it is typed."""

    company = forms.ModelChoiceField(label=_("Company"), queryset=Company.objects.none(), empty_label=None)
    title = forms.CharField(
        label=_("Short name of the need"), max_length=150,
        help_text=_("Providers read it first, for example: chest CT of lung nodules."),
    )  # fmt: skip
    round = forms.ModelChoiceField(
        label=_("Call"), queryset=Round.objects.none(), required=False, empty_label=_("No call chosen yet"),
        help_text=_("Demonstration offers appear only for a demonstration call."),
    )  # fmt: skip

    def __init__(self, *args: Any, companies: list[Company], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [company.pk for company in companies]
        self.fields["company"].queryset = Company.objects.filter(pk__in=ids)  # type: ignore[attr-defined]
        if len(ids) == 1:
            self.fields["company"].initial = ids[0]
            self.fields["company"].widget = forms.HiddenInput()
        self.fields["round"].queryset = rounds_for_new_needs(clock.now())  # type: ignore[attr-defined]


class CarriedForm(forms.Form):
    """What an earlier page asked already and hands over in the address; what is not well formed is left out."""

    round = forms.ModelChoiceField(queryset=Round.objects.none(), to_field_name="key", required=False)
    dataset = forms.ModelChoiceField(queryset=Dataset.objects.none(), to_field_name="key", required=False)
    track = forms.CharField(max_length=20, required=False)
    modality = forms.MultipleChoiceField(required=False)
    diseases = forms.CharField(max_length=200, required=False)
    budget = WonFormField(required=False, max_value=10**12)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = rounds_for_new_needs(clock.now())  # type: ignore[attr-defined]
        self.fields["modality"].choices = choices("modality")  # type: ignore[attr-defined]
        self.fields["dataset"].queryset = Dataset.objects.published()  # type: ignore[attr-defined]
        self.full_clean()

    def clean_diseases(self) -> list[str]:
        codes = split(self.cleaned_data["diseases"].upper())
        try:
            disease.codes("KCD", codes)
        except disease.BadCode:
            raise forms.ValidationError("no disease codes") from None
        return codes

    def first(self) -> dict[str, Any]:
        """For the first step."""
        return {"round": self.cleaned_data.get("round"), "title": str(self.begun_from or "")}

    @property
    def begun_from(self) -> Dataset | None:
        """The dataset on whose page somebody began."""
        found: Dataset | None = self.cleaned_data.get("dataset")
        return found

    def document(self) -> dict[str, Any]:
        """The parts of a need document that were handed over."""
        v = self.cleaned_data
        track, codes = v.get("track"), v.get("diseases") or _diseases(self.begun_from)
        kinds = v.get("modality") or (self.begun_from.modality if self.begun_from else None)
        found = {
            "modality": kinds, "budget_won": v.get("budget"),
            "track": track if v.get("round") and v["round"].tracks.filter(key=track).exists() else None,
            "disease_codes": {"system": "KCD", "version": None, "include": codes, "exclude": []} if codes else None,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}


def _diseases(dataset: Dataset | None) -> list[str]:
    """The Korean disease codes that the entry names; none of a collection of all diseases."""
    areas = dataset.disease_areas if dataset is not None and dataset.disease_scope != "ALL" else []
    named = [code for area in areas if area.get("system") == "KCD" for code in area.get("codes") or ()]
    try:
        disease.codes("KCD", named)
    except disease.BadCode:
        return []
    return list(dict.fromkeys(named))

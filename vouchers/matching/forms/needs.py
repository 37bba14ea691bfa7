"""The need document as a form of five sections."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit import clock
from portal.kit.errors import DomainError
from portal.kit.forms import CountedTextarea, DateInput, WholeField, WonFormField
from portal.kit.words import korean, pick
from providers.catalogue.queries import code_lists
from providers.catalogue.rules import disease
from providers.catalogue.rules.searching import squeeze
from vouchers.companies.models import Company
from vouchers.matching import rules
from vouchers.matching.forms.starting import split
from vouchers.matching.models import Need
from vouchers.matching.queries import linkage_targets, rounds_for_new_needs
from vouchers.matching.rules import stages
from vouchers.rounds.models import Round

KIND_ORDER = ("IMAGING", "BIOSIGNAL", "STRUCTURED", "TEXT", "OMICS", "PATIENT_TRAIT", "OTHER")
YES_NO = (("", _("No preference")), ("true", _("Yes")), ("false", _("No")))
NUMBERS: dict[str, tuple[Any, Any, int]] = {  # field → (label, hint, largest)
    "min_age": (_("Youngest age"), "", 150),
    "max_age": (_("Oldest age"), _("Empty: no limit."), 150),
    "first_year": (_("First year of collection"), _("For example 2015."), 2200),
    "last_year": (_("Last year of collection"), _("Empty: up to the newest."), 2200),
    "patients_wanted": (_("Patients wanted"), "", 10**9),
    "patients_minimum": (_("Patients at least"), _("Fewer than this would be of no use to you."), 10**9),
    "sites_minimum": (_("Institutions at least"), _("For example 2, when the data must come from two hospitals."), 1000),
    "follow_up_months_minimum": (_("Follow-up in months, at least"), "", 1200),
    "seats": (_("Seats in the analysis environment"), _("People who work there at the same time."), 1000),
    "project_months": (_("Project in months"), _("From the agreement to the end of the project."), 120),
}


def _many(label: Any, hint: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, help_text=hint, required=False, widget=forms.CheckboxSelectMultiple)


def _ternary(label: Any, hint: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, help_text=hint, choices=YES_NO, required=False, coerce=lambda text: text == "true", empty_value=None
    )


def _with_short(code: str, words: str) -> str:
    """People look for CT and MRI by their short names, as the results write them."""
    return f"{words} ({code})" if code in rules.policy.SHORT_CODES else words


class NeedForm(forms.Form):
    """The need document in five sections. Everything may stay empty in a draft."""

    title = forms.CharField(label=_("Short name of the need"), max_length=150, required=False)
    round = forms.ModelChoiceField(
        label=_("Call"), queryset=Round.objects.none(), required=False, empty_label=_("No call chosen yet"),
        help_text=_("Demonstration offers appear only for a demonstration call."),
    )  # fmt: skip
    track = forms.ChoiceField(label=_("Track"), required=False)
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=rules.Purpose.choices(), required=False, widget=forms.RadioSelect,
        help_text=_("Product development and external validation count as commercial use."),
    )  # fmt: skip
    product = forms.CharField(
        label=_("Product or service"), max_length=2000, required=False, widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("What it does, for whom, and what the data is for."),
    )  # fmt: skip
    regulatory_route = forms.ChoiceField(label=_("Regulatory route"), required=False)
    real_patients_required = _ternary(_("Real patients' data only"), _("No: synthetic data would do, too."))
    disease_include = forms.CharField(
        label=_("Disease codes"), max_length=1000, required=False,
        help_text=_("KCD codes, ranges and prefixes with commas between: C16, C18-C20, I48. A common disease may be named instead: lung cancer."),
    )  # fmt: skip
    disease_version = forms.ChoiceField(
        label=_("Revision of the KCD in which you wrote them"), required=False,
        help_text=_("A code may mean something else in another revision: where data are coded in another one you are told."),
    )  # fmt: skip
    disease_exclude = forms.CharField(
        label=_("Exclusion"), max_length=1000, required=False,
        help_text=_("Who must not be inside, in words, with commas between: earlier chest surgery."),
    )  # fmt: skip
    variables = forms.CharField(
        label=_("Variables"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, or with commas between: nodule position, nodule size."),
    )  # fmt: skip
    body_parts = forms.CharField(
        label=_("Body parts"), max_length=500, required=False, help_text=_("With commas between: chest, abdomen.")
    )
    labels = forms.CharField(
        label=_("Labels"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What must be marked in the data, and by whom."),
    )  # fmt: skip
    processing_wanted = _many(_("Work wanted from the provider"))
    access_modes_acceptable = _many(_("Ways of use accepted"), _("Nothing ticked: any."))
    exports_wanted = _many(_("What is to be taken out"))
    gpu = _ternary(_("GPU needed"))
    linkage = _many(_("Linkage with"), _("Only when the data must be linked with another institution's."))
    starts_on = forms.DateField(label=_("First day of the project"), required=False, widget=DateInput())
    ends_on = forms.DateField(
        label=_("Last day of the project"), required=False, widget=DateInput(),
        help_text=_("The data must arrive before. Months alone are enough while the days are open."),
    )  # fmt: skip
    irb_state = forms.ChoiceField(label=_("IRB"), required=False)
    budget_won = WonFormField(
        label=_("Budget (won)"), required=False, max_value=10**12, help_text=_("Supply amount without VAT that you can spend.")
    )

    def __init__(self, *args: Any, round_id: int | None = None, whole: bool = False, **kwargs: Any) -> None:
        """whole: it is to be posted, or is: then what a draft may lack is missing."""
        super().__init__(*args, **kwargs)
        self.whole = whole
        self.fields["title"].mark = _("(needed for posting)")  # type: ignore[attr-defined]
        for name, (label, hint, largest) in NUMBERS.items():
            self.fields[name] = WholeField(label=label, help_text=hint, required=False, min_value=0, max_value=largest)
        lists = {
            entry["key"]: entry["items"]
            for entry in code_lists("modality", "data_kind", "access_mode", "exit_kind", "coding_system", "disease_term")
        }
        word = "name_ko" if korean() else "name_en"
        kinds = self._modalities(lists, word)
        rounds = rounds_for_new_needs(clock.now(), besides=round_id)
        self._choose("round", queryset=rounds)
        tracks = {track.key: pick(track, "name") for row in rounds for track in row.tracks.all()}
        self._choices("track", [("", _("Not decided yet")), *tracks.items()])
        kcd = next((item for item in lists.get("coding_system", ()) if item["code"] == "KCD"), {})
        self.named_diseases = {
            squeeze(name): item["kcd"]
            for item in lists.get("disease_term", ())
            for name in (item["name_ko"], item["name_en"], *item.get("synonyms", ()))
        }
        self.versions = [str(one) for one in reversed(kcd.get("versions") or ())]  # the newest first
        self._choices("disease_version", [(one, f"KCD-{one}") for one in self.versions])
        self._choices("regulatory_route", [("", _("No answer yet")), *rules.RegulatoryRoute.choices()])
        self._choices("irb_state", [("", _("No answer yet")), *rules.IrbState.choices()])
        self._choices("processing_wanted", stages.LineKind.choices())
        self._choices("access_modes_acceptable", [(i["code"], i[word]) for i in lists.get("access_mode", [])])
        self._choices("exports_wanted", [(i["code"], i[word]) for i in lists.get("exit_kind", [])])
        self._choices("linkage", linkage_targets())
        self.groups = [
            (_("What it is for"), "", ["title", "round", "track", "purpose", "product", "regulatory_route",
                                       "real_patients_required"]),
            (_("Which patients"), "", ["disease_include", "disease_version", "disease_exclude", "min_age", "max_age", "first_year", "last_year",
                                       "patients_wanted", "patients_minimum", "sites_minimum"]),
            (_("Which data"), _("Tick at least one kind of data."),
             [*kinds, "variables", "body_parts", "labels", "follow_up_months_minimum", "processing_wanted"]),
            (_("How it is used"), "", ["access_modes_acceptable", "exports_wanted", "gpu", "seats", "linkage", "irb_state"]),
            (_("When and budget"), "", ["starts_on", "ends_on", "project_months", "budget_won"]),
        ]  # fmt: skip

    def _modalities(self, lists: Mapping[str, Any], word: str) -> list[str]:
        """One group of boxes a data kind, in a fixed order."""
        kinds = {item["code"]: item[word] for item in lists.get("data_kind", [])}
        self.kinds: list[str] = []
        for kind in KIND_ORDER:
            items = [
                (i["code"], _with_short(i["code"], i[word])) for i in lists.get("modality", []) if i.get("data_kind") == kind
            ]
            if items:
                self.fields[f"modality_{kind}"] = _many(kinds.get(kind, kind))
                self.fields[f"modality_{kind}"].mark = _("(at least one in all)")  # type: ignore[attr-defined]
                self._choices(f"modality_{kind}", items)
                self.kinds.append(f"modality_{kind}")
        return self.kinds

    def _choices(self, name: str, choices: Iterable[Any]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

    def _choose(self, name: str, queryset: Any) -> None:
        self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def clean_disease_include(self) -> list[str]:
        """Codes as the engine reads them, also where a disease of the code list was named; each one that is none is told."""
        text = re.sub(r"\s*[-~–]\s*", "-", self.cleaned_data["disease_include"].upper())
        codes = [code for part in split(text) for code in self.named_diseases.get(squeeze(part)) or part.split()]
        codes = list(dict.fromkeys(codes))
        if len(codes) > rules.need.MOST_ITEMS:
            raise forms.ValidationError(_("At most 50 entries."))
        if wrong := [code for code in codes if not disease.readable("KCD", code)]:
            sentence = _(
                "“%(code)s” is neither a disease code nor a disease that the portal knows by name. Write for example C34, C34.1 or C18-C20."
            )
            raise forms.ValidationError([forms.ValidationError(sentence, params={"code": code[:60]}) for code in wrong])
        return codes

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for low, high, sentence in (
            ("min_age", "max_age", _("The youngest age is above the oldest one.")),
            ("patients_minimum", "patients_wanted", _("You want fewer patients than you need at least.")),
            ("first_year", "last_year", _("The first year lies after the last one.")),
        ):
            if None not in (found.get(low), found.get(high)) and found[low] > found[high]:
                self.add_error(low, sentence)
        if None not in (days := (found.get("starts_on"), found.get("ends_on"))) and days[0] > days[1]:
            self.add_error("starts_on", _("The first day lies after the last one."))
        for name in ("first_year", "last_year"):
            if found.get(name) is not None and found[name] < 1900:
                self.add_error(name, _("Enter a year with four digits, for example 2015."))
        for name in ("variables", "body_parts", "disease_exclude"):
            if len(split(found.get(name) or "")) > rules.need.MOST_ITEMS:
                self.add_error(name, _("At most 50 entries."))
        if self.whole:
            self._want_all(found)
        return found

    def _want_all(self, found: Mapping[str, Any]) -> None:
        """What the engine and the providers cannot do without."""
        if not found.get("title") and "title" not in self.errors:
            self.add_error("title", _("Give the need a short name, so that you and the providers recognise it."))
        if not any(found.get(name) for name in self.kinds) and not set(self.kinds) & set(self.errors):
            self.add_error(self.kinds[0] if self.kinds else None, _("Name at least one kind of data, for example CT."))

    def document(self, company: Company) -> dict[str, Any]:
        """The need document (contract.md) of the valid fields."""
        v = self.cleaned_data
        plain = ("purpose", "product", "regulatory_route", "track", "real_patients_required", "labels", "processing_wanted",
                 "access_modes_acceptable", "exports_wanted", "gpu", "linkage", "irb_state", "budget_won")  # fmt: skip
        numbers = [name for name in NUMBERS if name not in ("first_year", "last_year")]
        document: dict[str, Any] = {name: v.get(name) for name in (*plain, *numbers)}
        years = [v.get("first_year"), v.get("last_year")]
        include, exclude = v.get("disease_include") or [], split(v.get("disease_exclude") or "")
        document |= {
            "round": v["round"].key if v.get("round") else None,
            "company_size": company.size,
            "region": company.region,
            "modality": [code for name in self.kinds for code in v.get(name) or ()],
            "variables": split(v.get("variables") or ""),
            "body_parts": split(v.get("body_parts") or ""),
            "period": years if any(years) else None,
            **{name: v[name].isoformat() if v.get(name) else None for name in ("starts_on", "ends_on")},
            "disease_codes": {
                "system": "KCD",
                "version": v.get("disease_version") or next(iter(self.versions), None),
                "include": include,
                "exclude": exclude,
            }
            if include or exclude
            else None,
        }
        return document

    def blame(self, error: DomainError) -> None:
        """Puts a refusal beside the field of the page that caused it."""
        first_kind = self.kinds[0] if self.kinds else None
        place = {"disease_codes": "disease_include", "modality": first_kind, "period": "first_year"}
        name = place.get(error.field or "", error.field)
        self.add_error(name if name in self.fields else None, str(error.message))


def need_initial(need: Need) -> dict[str, Any]:
    """What stands in the document, as the form shows it."""
    d = need.document
    found = {name: value for name, value in d.items() if name not in ("disease_codes", "modality", "period", "round")}
    codes, period = d.get("disease_codes") or {}, d.get("period") or (None, None)
    found |= {
        "title": need.title,
        "round": need.round_id,
        "disease_include": ", ".join(codes.get("include") or ()),
        "disease_version": codes.get("version") or "",
        "disease_exclude": ", ".join(codes.get("exclude") or ()),
        "variables": "\n".join(d.get("variables") or ()),
        "body_parts": ", ".join(d.get("body_parts") or ()),
        "first_year": period[0],
        "last_year": period[1],
    }
    for name in ("gpu", "real_patients_required"):
        found[name] = {True: "true", False: "false"}.get(d.get(name), "")  # type: ignore[arg-type]
    for kind in KIND_ORDER:
        found[f"modality_{kind}"] = d.get("modality") or []
    return found


# ── Words between the two sides ──────────────────────────────────────────────────────────────────────

"""The shape of an offer and of its price lines."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea, DateInput, Lines, WholeField, WonFormField
from providers.catalogue.models import Dataset
from providers.catalogue.queries import choices, words
from providers.institutions.models import Institution
from providers.offers import rules
from providers.offers.models import Offer


class InstitutionSearchForm(forms.Form):
    """The public list's GET form: a text and one choice a filter, with counts."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("name of the institution")}),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    consortium = forms.ChoiceField(label=_("Consortium"), required=False)
    supplier = forms.ChoiceField(
        label=_("Voucher supplier"), required=False, choices=(("", _("All")), ("yes", _("Voucher suppliers only")))
    )

    def __init__(self, data: Any, counted: Mapping[str, Mapping[str, int]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        found = words("institution_type", "region", "consortium")
        for name, listed in (("kind", "institution_type"), ("region", "region"), ("consortium", "consortium")):
            options = [(c, f"{word} ({counted[name].get(c, 0)})") for c, word in found.get(listed, {}).items()
                       if counted[name].get(c) or data.get(name) == c]  # fmt: skip
            self.fields[name].choices = [("", _("All")), *options]  # type: ignore[attr-defined]


def institution_wish(parameters: Any) -> dict[str, Any]:
    """What the address says; unknown codes simply find nothing."""
    chosen = {name: parameters.get(name, "").replace("\x00", "")[:40] for name in ("kind", "region", "consortium")}
    text = " ".join(parameters.get("q", "").replace("\x00", " ").split())[:100]
    return {"text": text, "chosen": chosen, "suppliers": parameters.get("supplier") == "yes"}


YES_NO = (("", _("Not decided: ask")), ("true", _("Yes")), ("false", _("No")))


def _ternary(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=YES_NO,
        required=False,
        coerce=lambda text: text == "true",
        empty_value=None,
    )


MOST_CHOICES = 200  # datasets in a list to choose from; of more the key is typed


class OfferForm(forms.Form):
    """Everything but the price lines. Completeness is judged when the offer is submitted, so a draft may lack much."""

    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"), choices=rules.OfferKind.choices(), widget=forms.RadioSelect, initial="DATA")
    dataset = forms.ModelChoiceField(
        label=_("Dataset"),
        queryset=Dataset.objects.none(),
        required=False,
        to_field_name="key",
        empty_label=_("No dataset"),
        help_text=_("Needed when you offer data; leave it empty for processing work alone."),
    )
    title_ko = forms.CharField(label=_("Korean title"), max_length=120)
    title_en = forms.CharField(label=_("English title"), max_length=120, required=False)
    description_ko = forms.CharField(
        label=_("Korean description"), max_length=2000, required=False, widget=CountedTextarea(attrs={"rows": 4})
    )
    description_en = forms.CharField(
        label=_("English description"), max_length=2000, required=False, widget=CountedTextarea(attrs={"rows": 4})
    )
    access_modes = forms.MultipleChoiceField(label=_("Way of use"), required=False, widget=forms.CheckboxSelectMultiple)
    exits = forms.MultipleChoiceField(label=_("What may be taken out"), required=False, widget=forms.CheckboxSelectMultiple)
    model_export = _ternary(_("May trained models be taken out?"))
    allowed_purposes = forms.MultipleChoiceField(
        label=_("Purposes that you allow"), choices=rules.Purpose.choices(), required=False, widget=forms.CheckboxSelectMultiple
    )
    commercial_ai_allowed = _ternary(_("May companies develop commercial AI with it?"))
    joint_drb = forms.BooleanField(
        label=_("We take part in joint data review"),
        required=False,
        help_text=_("One review for several hospitals; you adopt its decision or object."),
    )
    lead_time_days = WholeField(
        label=_("Lead time in working days"),
        required=False,
        min_value=1,
        max_value=rules.LONGEST_LEAD_DAYS,
        help_text=rules.LEAD_TIME,
    )
    capacity = WholeField(
        label=_("Capacity"),
        required=False,
        min_value=0,
        max_value=rules.MOST_CAPACITY,
        help_text=_("Projects that you can take in a period. Empty: not limited."),
    )
    capacity_period = forms.ChoiceField(label=_("Period"), choices=rules.Period.choices(), initial=rules.Period.YEAR)
    open_capacity = WholeField(
        label=_("Open capacity"),
        required=False,
        min_value=0,
        max_value=rules.MOST_CAPACITY,
        help_text=_("How many of them are still free. Empty: all."),
    )
    valid_from = forms.DateField(label=_("Valid from"), required=False, widget=DateInput)
    valid_to = forms.DateField(
        label=_("Valid to"), required=False, widget=DateInput, help_text=_("The last day is included. Empty: no end.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    open_shown = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)  # the open capacity that was read

    groups = [
        (
            _("What you offer"),
            "",
            ["institution", "kind", "dataset", "title_ko", "title_en", "description_ko", "description_en"],
        ),
        (
            _("How it is used"),
            "",
            ["access_modes", "exits", "model_export", "allowed_purposes", "commercial_ai_allowed", "joint_drb"],
        ),
        (
            _("Time and capacity"),
            "",
            ["lead_time_days", "capacity", "capacity_period", "open_capacity", "valid_from", "valid_to"],
        ),
    ]

    def __init__(self, *args: Any, institutions: list[Institution], fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [row.pk for row in institutions]
        self.fields["institution"].queryset = Institution.objects.filter(pk__in=ids)  # type: ignore[attr-defined]
        if fixed or len(ids) == 1:
            self.fields["institution"].widget = forms.HiddenInput()
            self.fields["institution"].initial = ids[0] if ids else None
        self.fields["dataset"].queryset = (  # type: ignore[attr-defined]
            Dataset.objects.filter(institution_id__in=ids).exclude(publication="RETIRED").select_related("institution")
        )
        if self.fields["dataset"].queryset[MOST_CHOICES : MOST_CHOICES + 1].exists():  # type: ignore[attr-defined]
            self.fields["dataset"].widget = forms.TextInput(attrs={"autocomplete": "off"})
            self.fields["dataset"].help_text = _(
                "Enter the dataset's key, as it stands in the address of its page. Needed when you offer data; leave it empty for processing work alone."
            )
        self.fields["access_modes"].choices = choices("access_mode")  # type: ignore[attr-defined]
        self.fields["exits"].choices = choices("exit_kind")  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the actions take: the fields of an offer."""
        left_out = {"institution", "dataset", "version", "open_shown"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


class LineForm(forms.Form):
    """One price line; an empty title removes it."""

    title_ko = forms.CharField(label=_("Work in Korean"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Work in English"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind of work"), choices=rules.LineKind.choices(), initial=rules.LineKind.EXTRACTION)
    unit_price_won = WonFormField(label=_("Unit price (won)"), required=False, max_value=rules.LARGEST_PRICE_WON)
    unit = forms.ChoiceField(label=_("Unit"), choices=rules.Unit.choices(), initial=rules.Unit.PROJECT)
    minimum = WholeField(label=_("Minimum quantity"), min_value=0, max_value=rules.MOST_QUANTITY, required=False, initial=1)
    tax_kind = forms.ChoiceField(label=_("Tax"), choices=rules.TaxKind.choices(), initial=rules.TaxKind.TAXABLE)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        title, price = data.get("title_ko"), data.get("unit_price_won")
        if title and price is None and "unit_price_won" not in self.errors:
            self.add_error("unit_price_won", _("Enter the price of this line, 0 when it is free."))
        if (data.get("title_en") or price is not None) and not title and "title_ko" not in self.errors:
            self.add_error("title_ko", _("Name the work in Korean, or empty the whole line."))
        return data


class LinesBase(Lines):
    def lines(self) -> list[rules.Line]:
        """The filled lines, in order."""
        return [
            rules.Line(
                kind=data["kind"],
                title_ko=data["title_ko"],
                title_en=data["title_en"],
                unit=data["unit"],
                unit_price_won=data["unit_price_won"],
                tax_kind=data["tax_kind"],
                minimum=data["minimum"] or 0,
            )
            for data in (form.cleaned_data for form in self.forms if form.has_changed() or form.cleaned_data)
            if data.get("title_ko")
        ]


LineFormSet = formset_factory(LineForm, formset=LinesBase, extra=1, max_num=rules.MOST_LINES, absolute_max=rules.MOST_LINES + 5)


def initial(offer: Offer) -> dict[str, Any]:
    """The form's values of a stored offer."""
    names = [name for name in OfferForm.base_fields if name not in ("institution", "dataset", "open_shown")]
    values = {**{name: getattr(offer, name) for name in names}, "open_shown": offer.open_capacity}
    for name in ("model_export", "commercial_ai_allowed"):
        values[name] = {True: "true", False: "false", None: ""}[values[name]]
    return values | {"institution": offer.institution_id, "dataset": offer.dataset.key if offer.dataset else None}


def initial_lines(offer: Offer) -> list[dict[str, Any]]:
    return [dict(row.rule().__dict__) for row in offer.lines.order_by("position")]

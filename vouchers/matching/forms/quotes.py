"""What the two sides ask and say, and a quote with its lines."""

from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.kit import clock
from portal.kit.forms import CountedTextarea, DateInput, Lines, WholeField, WonFormField
from portal.kit.words import korean
from providers.catalogue.queries import code_lists
from providers.offers import rules as offers
from vouchers.matching import queries
from vouchers.matching.models import Quote, QuoteDraft, QuoteRequest
from vouchers.matching.rules import stages


class AskForm(forms.Form):
    message = forms.CharField(
        label=_("Message to the provider"), max_length=2000, required=False, widget=CountedTextarea(attrs={"rows": 5}),
        help_text=_("What you want to know beyond the need itself. The provider sees your need and your company's name."),
    )  # fmt: skip


def says(label: Any, hint: Any = "") -> type[forms.Form]:
    """A form with one required text, named `text`."""
    field = forms.CharField(
        label=label, help_text=hint, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write a sentence or two here: the other side reads it.")},
    )  # fmt: skip
    return type("SaysForm", (forms.Form,), {"text": field})


QuestionForm = says(_("Question to the company"), _("Your time to quote stands still until the company answers."))
AnswerForm = says(_("Answer"))
ReturnForm = says(_("Why you do not agree"), _("Whoever prepared the quote reads this; the company does not."))
ReasonForm = says(_("Reason"), _("The other side reads this."))


class AgreementForm(forms.Form):
    """The investigator's own word, ticked."""

    agrees = forms.BooleanField(
        label=_("I am the principal investigator named here, I am responsible for this data, and I agree to this quote."),
        error_messages={"required": _("Tick the box if you agree. If you do not, say why below.")},
    )  # fmt: skip


# ── A quote ──────────────────────────────────────────────────────────────────────────────────────────
class QuoteForm(forms.Form):
    """Everything but the lines."""

    valid_until = forms.DateField(
        label=_("Valid until"), widget=DateInput, help_text=_("The company can accept it up to the end of this day.")
    )
    earliest_delivery_on = forms.DateField(label=_("Earliest delivery"), required=False, widget=DateInput)
    lead_time_days = WholeField(
        label=_("Lead time (working days)"), required=False, min_value=1, max_value=500,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=offers.LEAD_TIME,
    )  # fmt: skip
    access_mode = forms.ChoiceField(label=_("Access mode"), required=False)
    assumptions = forms.CharField(
        label=_("Assumptions"), max_length=2000, required=False, widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("What the price rests on: number of cases, period, reviews that are needed."),
    )  # fmt: skip

    band_min_won = WonFormField(
        label=_("Lowest amount of a letter of intent (won)"), required=False, max_value=stages.LARGEST_PRICE_WON,
        help_text=_("Leave empty for a quote. With an amount this is a letter of intent: its price lies between this amount and the sum of the lines, which is the most that you commit to. After the award you owe a final quote within this band."),
    )  # fmt: skip
    investigator_name = forms.CharField(
        label=_("Principal investigator"), max_length=80,
        help_text=_("Who is responsible for this data at your institution, and agrees before the quote leaves."),
        error_messages={"required": _("Name the principal investigator who is responsible for this data.")},
    )  # fmt: skip
    investigator_email = forms.EmailField(
        label=_("The investigator's e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("A colleague with an account agrees here after signing in; anybody else gets a link by e-mail."),
        error_messages={"required": _("Enter the investigator's e-mail address: that is where the agreement is asked for.")},
    )  # fmt: skip

    def __init__(self, *args: Any, investigator: bool = True, letters: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not letters:
            del self.fields["band_min_won"]
        if not investigator:
            del self.fields["investigator_name"], self.fields["investigator_email"]
        word = "name_ko" if korean() else "name_en"
        modes = [(i["code"], i[word]) for entry in code_lists("access_mode") for i in entry["items"]]
        self.fields["access_mode"].choices = [("", _("Not decided yet")), *modes]  # type: ignore[attr-defined]


def quote_initial(request: QuoteRequest, draft: QuoteDraft | None = None, letter: Quote | None = None) -> dict[str, Any]:
    """From what was prepared before and came back, else from the letter that it becomes final of, else from the asked offer."""
    if draft is not None:
        named = {"investigator_name": draft.investigator_name, "investigator_email": draft.investigator_email}
        terms = {name: draft.content[name] for name in draft.content if name != "lines"}
        return {**terms, **named, "band_min_won": draft.band_min_won}
    initial: dict[str, Any] = {"valid_until": queries.quote_times(request.need.round).usual_valid(clock.now())}
    if letter is not None:
        initial |= {
            name: getattr(letter, name) for name in ("earliest_delivery_on", "lead_time_days", "access_mode", "assumptions")
        }
    elif request.offer is not None:
        modes = request.offer.access_modes
        initial |= {"lead_time_days": request.offer.lead_time_days, "access_mode": modes[0] if len(modes) == 1 else ""}
    return initial


class QuantityField(forms.DecimalField):
    """`1,500` → 1500. A box for text: of a number box that holds a comma or a unit the browser sends nothing at all."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.replace(",", "") if isinstance(value, str) else value)


class LineForm(forms.Form):
    """One price line; a line without words and price is left out."""

    kind = forms.ChoiceField(label=_("Kind of work"), choices=stages.LineKind.choices())
    description = forms.CharField(label=_("What is done"), max_length=200, error_messages={"required": _("Say what is done.")})
    quantity = QuantityField(
        label=_("Quantity"), max_digits=12, decimal_places=2, min_value=Decimal("0.01"),
        error_messages={"required": _("Enter a quantity.")},
    )  # fmt: skip
    unit = forms.CharField(
        label=_("Unit"), max_length=30, error_messages={"required": _("Enter a unit, for example: case, project, day.")}
    )
    unit_price_won = WonFormField(
        label=_("Unit price (won)"), max_value=stages.LARGEST_PRICE_WON,
        error_messages={"required": _("Enter a unit price.")},
    )  # fmt: skip
    tax_kind = forms.ChoiceField(label=_("Tax"), choices=stages.TaxKind.choices())
    data_holder = forms.ChoiceField(label=_("Data holder"))
    contracting_party = forms.ChoiceField(label=_("Contracting party"))
    reviewing_board = forms.ChoiceField(label=_("Reviewing board"))
    payee = forms.ChoiceField(label=_("Payee"))
    main = ("kind", "description", "quantity", "unit", "unit_price_won", "tax_kind")

    def __init__(self, *args: Any, institutions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in stages.PARTIES:
            self.fields[name].choices = institutions  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        typed = [self.data.get(self.add_prefix(name), "").strip() for name in ("description", "unit_price_won")]
        if self.is_bound and not any(typed):
            self._errors, self.cleaned_data = ErrorDict(), {}
            return
        super().full_clean()

    def main_fields(self) -> list[Any]:
        return [self[name] for name in self.main]

    def party_fields(self) -> list[Any]:
        return [self[name] for name in stages.PARTIES]

    def blank(self) -> bool:
        return not self.cleaned_data

    def line(self) -> dict[str, Any]:
        v = self.cleaned_data
        return {**v, **{name: int(v[name]) if v.get(name) else None for name in stages.PARTIES}}


_LineFormSet: Any = formset_factory(
    LineForm, formset=Lines, extra=0, max_num=stages.MOST_LINES, absolute_max=stages.MOST_LINES + 1
)


def line_forms(request: QuoteRequest, data: Any = None, initial: list[dict[str, Any]] | None = None) -> BaseFormSet:
    """The lines' forms: bound to what was sent, or showing `initial`."""
    kwargs = {"institutions": queries.institutions_choice(request)}
    found: BaseFormSet = _LineFormSet(data, initial=initial, prefix="line", form_kwargs=kwargs)
    return found


def given_lines(lines: BaseFormSet) -> list[dict[str, Any]]:
    """Of valid forms those that say something, as the action takes them."""
    return [line.line() for line in lines if not line.blank()]


def shown_lines(lines: BaseFormSet) -> list[dict[str, Any]]:
    """What the forms show: what was sent where it is whole, else what they were begun with."""
    return given_lines(lines) if lines.is_bound and lines.is_valid() else list(lines.initial or [])


def typed_lines(data: QueryDict) -> list[dict[str, Any]]:
    """The lines as typed, unchecked, so that adding one or taking one away loses nothing."""
    try:
        total = min(int(data.get("line-TOTAL_FORMS", 0)), stages.MOST_LINES)
    except ValueError:
        total = 0
    return [{name: data.get(f"line-{n}-{name}", "") for name in LineForm.base_fields} for n in range(max(total, 0))]

"""The part of a policy's form that says what is taken for a sign of fraud."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from vouchers.rounds import rules

_WORDS = {
    "list_from": _("Points from which a signal is listed"),
    "strong_from": _("Points from which an officer must decide about it"),
    "shared_most": _("Organisations that may share an address, a network or a domain before it counts less"),
    "contacts_from": _("Applicants with the same contact from which that is told"),
    "text_percent": _("Likeness of the texts of two applicants (percent)"),
    "file_percent": _("Part of a delivery that is the same as another one (percent)"),
    "split_percent": _("How close below such an amount a payment lies (percent)"),
    "split_days": _("Days within which such payments follow each other"),
    "price_quotes": _("Other quotes of the same provider that a price is compared with"),
    "price_deviations": _("Robust deviations from their median"),
    "price_percent": _("Percent of their median"),
    "pair_projects": _("Projects of one company with one provider"),
    "pair_percent": _("Their part of all that the provider earns (percent)"),
    "network_days": _("Days for which the digest of a network is kept after the call closed"),
}
SIGNALLING_NAMES = (
    *(f"signal_{name}" for name in _WORDS if name not in {"split_percent", "split_days"}), "signal_split_thresholds",
    "signal_split_percent", "signal_split_days", *(f"signal_weight_{trait.value}" for trait in rules.Trait),
)  # fmt: skip


def signalling_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`signalling` of PolicyVersion.body as fields."""
    held = rules.parse_signalling(body)
    return {
        **{
            f"signal_{name}": _number(words, *rules.SIGNALLING_NUMBERS[name], getattr(held, name))
            for name, words in _WORDS.items()
        },
        "signal_split_thresholds": forms.CharField(
            label=_("Amounts under which a payment may be split (won)"), required=False, max_length=200,
            initial=" ".join(str(one) for one in held.split_thresholds_won), widget=UnfoldAdminTextInputWidget(),
            help_text=_("Whole won with spaces between them, the smallest first; empty: none."),
        ),
        **{
            f"signal_weight_{trait.value}": _number(_("Points: %(trait)s") % {"trait": trait.label}, 0, 1000, held.weights[trait])
            for trait in rules.Trait
        },
    }  # fmt: skip


def _number(label: Any, least: int, most: int, initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, initial=initial, widget=UnfoldAdminIntegerFieldWidget()
    )


def signalling_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `signalling` of PolicyVersion.body. What is no number stays as typed, for `signalling_faults` to name."""
    ends = data["signal_split_thresholds"].replace(",", "").split()
    return {
        **{name: data[f"signal_{name}"] for name in _WORDS},
        "split_thresholds_won": [int(one) if one.isascii() and one.isdigit() else one for one in ends],
        "weights": {trait.value: data[f"signal_weight_{trait.value}"] for trait in rules.Trait},
    }

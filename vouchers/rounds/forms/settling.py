"""The part of a policy's form that says how projects are settled, money is taken back and the year is closed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from vouchers.rounds import rules

_WORDS = {
    "months": _("Months after a project's end within which the company settles it"),
    "verification_from_won": _("Grant from which an external verification report is needed (won)"),
    "refund_days": _("Days to pay a refund back"),
    "opinion_days": _("Days for an opinion before money is taken back"),
    "order_days": _("Days to pay what was ordered back"),
    "surcharge_days": _("Days to pay a surcharge"),
    "report_days": _("Days to report an order to the ministry"),
}
_TABLES = {
    "surcharge": _("Surcharge, times the amount: %(ground)s"),
    "excluded_from": _("From which order on the company is kept out: %(ground)s"),
    "excluded_months": _("For how many months it is kept out: %(ground)s"),
}
SETTLING_NAMES = (
    *(f"settle_{name}" for name in _WORDS), "settle_objection_suspends",
    *(f"{table}_{ground}" for table in _TABLES for ground in rules.ClawbackGround),
    "settle_late", "settle_last_invoice", "settle_last_payment", "settle_source",
)  # fmt: skip


def settling_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`settling` of PolicyVersion.body as fields."""
    held = rules.parse_settling(body)
    numbers = {
        f"settle_{name}": _number(words, *rules.SETTLING_NUMBERS[name], getattr(held, name)) for name, words in _WORDS.items()
    }
    tables = {
        f"{table}_{ground}": _number(words % {"ground": ground.label}, *((0, rules.SURCHARGE_MOST) if table == "surcharge" else (1, 60)), getattr(held, table)[ground])
        for table, words in _TABLES.items() for ground in rules.ClawbackGround
    }  # fmt: skip
    return {
        **numbers, **tables,
        "settle_objection_suspends": forms.BooleanField(
            label=_("An objection holds back what is owed"), required=False, initial=held.objection_suspends, widget=UnfoldBooleanSwitchWidget
        ),
        "settle_late": _text(_("Late charge by how late it is (percent)"), rules.late_text(held.late), _("Months (m) and days (d) after the due day, then the percent; the last step has no end.")),
        "settle_last_invoice": _text(_("Last day of invoices in the fiscal year"), held.last_invoice, _("Month and day, for example 12-20; empty: 31 December."), needed=False),
        "settle_last_payment": _text(_("Last day of payments in the fiscal year"), held.last_payment, _("Month and day, for example 12-20; empty: 31 December."), needed=False),
        "settle_source": _text(_("The text that these figures come from"), held.source, _("Every order names it.")),
    }  # fmt: skip


def _number(label: Any, least: int, most: int, initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, initial=initial, widget=UnfoldAdminIntegerFieldWidget()
    )


def _text(label: Any, initial: str, help_text: Any, *, needed: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=200, initial=initial, required=needed, help_text=help_text, widget=UnfoldAdminTextInputWidget()
    )


def settling_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `settling` of PolicyVersion.body."""
    return {
        **{name: data[f"settle_{name}"] for name in _WORDS}, "objection_suspends": data["settle_objection_suspends"],
        **{table: {ground.value: data[f"{table}_{ground}"] for ground in rules.ClawbackGround} for table in _TABLES},
        **{name: data[f"settle_{name}"].strip() for name in ("late", "last_invoice", "last_payment", "source")},
    }  # fmt: skip

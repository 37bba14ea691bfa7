"""Words for eligibility: days, sizes, and what a rule looked at."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.words import korean
from vouchers.applications.rules.sections import document_label
from vouchers.companies.rules import CompanySize, TaxStatus, Verification, brn_words

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_ko(day: date | None) -> str:
    """`2026. 11. 23.(월)`."""
    return f"{day.year}. {day.month}. {day.day}.({'월화수목금토일'[day.weekday()]})" if day else ""


def day_en(day: date | None) -> str:
    """`23 Nov 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else ""


_SIZE_WORDS = {
    CompanySize.PRE_STARTUP: ("예비창업자", "pre-founder"),
    CompanySize.MICRO: ("소상공인", "micro enterprise"),
    CompanySize.SMALL: ("소기업", "small enterprise"),
    CompanySize.MEDIUM: ("중기업", "medium enterprise"),
    CompanySize.MID_SIZED: ("중견기업", "mid-sized enterprise"),
    CompanySize.LARGE: ("대기업", "large enterprise"),
}


def size_words(size: str) -> tuple[str, str]:
    """(Korean, English) word of a company size."""
    return _SIZE_WORDS[CompanySize(size)]


def fact_words(rule: str, fact: Mapping[str, Any]) -> list[tuple[str | Promise, str | Promise]]:
    """What a rule looked at, as (label, value) for the page of reasons."""
    rows: list[tuple[str | Promise, str | Promise]] = []
    for code, value in fact.items():
        label = _FACT_LABELS.get(code)
        if label is None or value in (None, "", []):
            continue
        rows.append((label, _fact_value(code, value)))
    return rows


def _fact_value(code: str, value: Any) -> str | Promise:
    if code.endswith("_won"):
        return f"{value:,}"
    if code == "brn":
        return brn_words(value)
    if code in {"valid_to", "needed_on", "valid_until"}:
        day = date.fromisoformat(value)
        return day_ko(day) if korean() else day_en(day)
    if code == "missing":
        return _join([document_label(kind) for kind in value])
    lists: dict[str, type[Codes]] = {
        "tax_status": TaxStatus,
        "verification": Verification,
        "company_size": CompanySize,
        "certificate_size": CompanySize,
    }
    if code in lists and value in set(lists[code]):
        return lists[code](value).label
    if code == "eligible":
        return _join([CompanySize(size).label for size in value if size in set(CompanySize)])
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)


def _join(labels: Sequence[str | Promise]) -> str:
    return ", ".join(str(label) for label in labels)


_FACT_LABELS: Mapping[str, str | Promise] = {
    "brn": _("Business registration number"),
    "tax_status": _("Business status at the tax service"),
    "verification": _("Verified registration"),
    "company_size": _("Company size"),
    "eligible": _("Sizes that may apply"),
    "valid_to": _("Certificate valid until"),
    "needed_on": _("Needed on"),
    "certificate_size": _("Size on the certificate"),
    "other_live_applications": _("Other live applications"),
    "allowed": _("Allowed"),
    "supply_won": _("Supply amount (won)"),
    "grant_won": _("Grant (won)"),
    "own_cash_won": _("Own cash (won)"),
    "own_in_kind_won": _("Own in kind (won)"),
    "limit_won": _("Largest possible grant (won)"),
    "cap_won": _("Ceiling (won)"),
    "confirmed_matches": _("Confirmed matches"),
    "valid_until": _("Quotes valid until"),
    "missing": _("Missing documents"),
    "supported": _("Supported in the same time"),
}

"""What changed between two versions of a quote. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes

TERMS = (
    "supply_amount_won", "band_min_won", "vat_won", "valid_until", "earliest_delivery_on", "lead_time_days", "access_mode",
    "assumptions",
)  # fmt: skip


@dataclass(frozen=True)
class LineTerms:
    """A line as versions are compared: kind and description name it."""

    kind: str
    description: str
    quantity: str
    unit_price_won: int
    amount_won: int
    tax_kind: str


@dataclass(frozen=True)
class Version:
    """terms: name of TERMS → value."""

    terms: dict[str, Any]
    lines: tuple[LineTerms, ...]


@dataclass(frozen=True)
class Change:
    """what: a name of TERMS, or `line`; a line that came or went has None on one side."""

    what: str
    before: Any
    after: Any


def differences(before: Version, after: Version) -> tuple[Change, ...]:
    """What differs, the terms first, then the lines in the order of the newer version, those that went last."""
    changed = [
        Change(name, before.terms.get(name), after.terms.get(name))
        for name in TERMS
        if before.terms.get(name) != after.terms.get(name)
    ]
    return (*changed, *_lines(before.lines, after.lines))


def _lines(before: Sequence[LineTerms], after: Sequence[LineTerms]) -> list[Change]:
    left, found = list(before), []
    for line in after:
        same = next((old for old in left if (old.kind, old.description) == (line.kind, line.description)), None)
        if same is not None:
            left.remove(same)
        if same != line:
            found.append(Change("line", same, line))
    return [*found, *(Change("line", line, None) for line in left)]


# ── Beside what was offered and asked for ────────────────────────────────────────────────────────────
class Departure(Codes):
    """In what a quote differs from the published offer that it answers for, or from the need."""

    MODE_NOT_OFFERED = "MODE_NOT_OFFERED", _("The access mode is not among those of the published offer.")
    MODE_NOT_WANTED = "MODE_NOT_WANTED", _("The company did not name this access mode among those that it accepts.")
    SLOWER = "SLOWER", _("The lead time is longer than the published offer says.")


def departures(
    *, access_mode: str, lead_time_days: int | None, offered_modes: Sequence[str], offered_days: int | None, wanted: Sequence[str]
) -> tuple[Departure, ...]:
    """Nothing is forbidden: both sides may agree to it, but nobody overlooks it. What was not said is no difference."""
    found = []
    if access_mode and offered_modes and access_mode not in offered_modes:
        found.append(Departure.MODE_NOT_OFFERED)
    if access_mode and wanted and access_mode not in wanted:
        found.append(Departure.MODE_NOT_WANTED)
    if lead_time_days and offered_days and lead_time_days > offered_days:
        found.append(Departure.SLOWER)
    return tuple(found)


def departures_of(content: Any, offer: Any, need: Any) -> tuple[Departure, ...]:
    """content: with access_mode and lead_time_days; offer: the published one or None; need: its document."""
    return departures(
        access_mode=content.access_mode, lead_time_days=content.lead_time_days, offered_modes=offer.access_modes if offer else (),
        offered_days=offer.lead_time_days if offer else None, wanted=need.get("access_modes_acceptable") or (),
    )  # fmt: skip

"""What changed between two versions of a quote. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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

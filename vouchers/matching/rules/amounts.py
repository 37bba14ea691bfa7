"""How much of the data the lines of a quote are for, beside what the need asks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.offers.rules import Unit
from vouchers.matching.rules.stages import LineKind

PEOPLE = frozenset({Unit.PATIENT, Unit.CASE})  # what patients are counted in
WORK = frozenset(
    {LineKind.EXTRACTION, LineKind.PSEUDONYMISATION, LineKind.LABELLING, LineKind.STANDARDISATION}
)  # on each of them


@dataclass(frozen=True)
class Counted:
    """A line; unit: a code of the price list, else as it was written."""

    kind: str
    unit: str
    quantity: Decimal


def first_quantity(kind: str, unit: str, minimum: int, need: Mapping[str, Any], held: int | None) -> int:
    """What a quote is begun with: of work on each patient as many as the company wants, no more than the dataset holds, and never
    less than one order of the offer takes. need: its document."""
    least = max(minimum, 1)
    wanted = need.get("patients_wanted") or need.get("patients_minimum")
    if kind not in WORK or unit not in PEOPLE or not wanted:
        return least
    return max(least, min(wanted, held) if held else wanted)


def main(lines: Sequence[Counted]) -> int | None:
    """Which line the data itself stands in: extraction counted in patients, else other work on each, else extraction, else the first."""
    ranked = sorted(range(len(lines)), key=lambda at: (not _on_each(lines[at]), lines[at].kind != LineKind.EXTRACTION, at))
    return ranked[0] if ranked else None


def below(lines: Sequence[Counted], need: Mapping[str, Any]) -> Decimal | None:
    """The patients or cases quoted, if they are fewer than the need has to have. Lines of the main line's kind and unit count
    together: one part of the data each. None: enough, or nobody can tell."""
    at, least = main(lines), need.get("patients_minimum")
    if at is None or not least or not _on_each(lines[at]):
        return None
    quoted = sum((one.quantity for one in lines if (one.kind, one.unit) == (lines[at].kind, lines[at].unit)), Decimal(0))
    return quoted if quoted < least else None


def _on_each(line: Counted) -> bool:
    return line.kind in WORK and line.unit in PEOPLE

"""Measures and dimensions, each defined once: words, unit, source; and what may not be published.

Disclosure control: awarded and paid are public by register and never suppressed. Of other counts a table is published only
if every cell reaches the round's threshold; otherwise it is coarsened to its total, so that nothing can be subtracted back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Measure:
    """key: its name in the API; unit: count or won; by: the dimensions it can be cut by; register: public by register."""

    key: str
    name: Words
    question: Words
    source: Words
    unit: str
    by: tuple[str, ...]
    register: bool


@dataclass(frozen=True)
class Dimension:
    key: str
    name: Words


DIMENSIONS = {
    dimension.key: dimension
    for dimension in (
        Dimension("track", _("Track")),
        Dimension("region", _("Region of the company")),
        Dimension("state", _("State")),
    )
}
MEASURES = {
    measure.key: measure
    for measure in (
        Measure(
            "applications", _("Applications received"), _("How many applications were received?"),
            _("Applications with a receipt number, by their state now."), "count", ("track", "region", "state"), False,
        ),
        Measure(
            "paid_won", _("Paid to providers"), _("How much was paid to providers?"),
            _("Transfers settled at the bank, booked in the ledger as paid; grant share, VAT excluded."), "won",
            ("track", "region", "state"), True,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One number: dimension → code, dimension → word, and the value (count or whole won)."""

    codes: Mapping[str, str]
    words: Mapping[str, str]
    value: int


@dataclass(frozen=True)
class Table:
    """What page, API, export and mail all show. as_of: ISO day in Korea; suppressed: the cut was coarsened."""

    measure: Measure
    by: tuple[str, ...]
    round_key: str
    as_of: str
    cells: tuple[Cell, ...]
    total: int | None
    suppressed: bool
    demo: bool

    @property
    def largest(self) -> int:
        return max((cell.value for cell in self.cells), default=0)


def disclose(cells: Sequence[Cell], *, total: int, threshold: int, register: bool) -> tuple[tuple[Cell, ...], int | None, bool]:
    """(cells, total, suppressed) as they may be published. threshold: smallest count that is shown."""
    if register or threshold <= 1:
        return tuple(cells), total, False
    if total < threshold:
        return (), None, bool(total)
    if any(0 < cell.value < threshold for cell in cells):
        return (), total, True
    return tuple(cells), total, False


def parse_by(text: str, measure: Measure) -> tuple[str, ...]:
    """`track,region` → names in that order. Raises KeyError naming the first that the measure cannot be cut by."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in names:
        if name not in measure.by:
            raise KeyError(name)
    return names


def as_rows(table: Table) -> list[dict[str, Any]]:
    """Flat rows for CSV: a column for each dimension's code and word, then the value."""
    return [
        {**{name: cell.codes[name] for name in table.by}, **{f"{name}_name": cell.words[name] for name in table.by},
         table.measure.key: cell.value}
        for cell in table.cells
    ]  # fmt: skip

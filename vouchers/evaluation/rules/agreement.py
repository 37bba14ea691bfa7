"""How far evaluators agree: Krippendorff's alpha, intraclass correlation, who differs from the others. Pure; exact fractions.

Sources: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), with its bounds 0.800 and 0.667 from "Content
Analysis" (2004), p. 241; P. E. Shrout and J. L. Fleiss, Psychological Bulletin 86 (1979), ICC(2,1) and ICC(2,k), with the bounds
0.75 and 0.50 of T. K. Koo and M. Y. Li, Journal of Chiropractic Medicine 15 (2016). Nothing here changes a score.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes

OUTLYING = Fraction(10)  # points from the mean of the others, on average, that an officer should look at


class Band(Codes):
    """What a coefficient means."""

    GOOD = "GOOD", _("The evaluators agree well.")
    TENTATIVE = "TENTATIVE", _("The evaluators agree in part: read the reasons where they differ most.")
    WEAK = "WEAK", _("The evaluators hardly agree: the ranking depends on who scored. Consider a panel or further evaluators.")


@dataclass(frozen=True)
class Rating:
    """One rater's number for one unit: an evaluator's weighted total for an application, 0–100."""

    unit: str
    rater: str
    value: Fraction


def by_unit(ratings: Iterable[Rating]) -> dict[str, dict[str, Fraction]]:
    found: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for one in ratings:
        found[one.unit][one.rater] = one.value
    return found


def alpha(ratings: Iterable[Rating]) -> Fraction | None:
    """Krippendorff's alpha for interval data: 1 − observed ÷ expected disagreement. Missing ratings are allowed.

    None: no unit was rated twice, or all values are the same, so that nothing can be said.
    """
    units = [list(own.values()) for own in by_unit(ratings).values() if len(own) > 1]
    values = [value for own in units for value in own]
    if not values:
        return None
    expected = _distance(values) / (len(values) - 1)
    if not expected:
        return None
    observed = sum((_distance(own) / (len(own) - 1) for own in units), Fraction())
    return 1 - observed / expected


def _distance(values: Sequence[Fraction]) -> Fraction:
    """Σ over all ordered pairs of the squared difference = 2n Σx² − 2(Σx)²."""
    return 2 * len(values) * sum((x * x for x in values), Fraction()) - 2 * sum(values, Fraction()) ** 2


@dataclass(frozen=True)
class Correlation:
    """ICC(2,1) of one rater, and ICC(2,k) of the mean of all raters: absolute agreement, raters as a sample."""

    single: Fraction
    average: Fraction
    units: int
    raters: int


def icc(ratings: Iterable[Rating]) -> Correlation | None:
    """For units that all the same raters rated. None: fewer than two of either, a rating is missing, or nothing varies."""
    table = by_unit(ratings)
    raters = sorted({rater for own in table.values() for rater in own})
    n, k = len(table), len(raters)
    if n < 2 or k < 2 or any(len(own) != k for own in table.values()):
        return None
    rows = [[own[rater] for rater in raters] for own in table.values()]
    grand = sum((sum(row, Fraction()) for row in rows), Fraction()) / (n * k)
    of_units = k * sum(((sum(row, Fraction()) / k - grand) ** 2 for row in rows), Fraction())
    of_raters = n * sum(((sum((row[j] for row in rows), Fraction()) / n - grand) ** 2 for j in range(k)), Fraction())
    whole = sum(((value - grand) ** 2 for row in rows for value in row), Fraction())
    bms, jms = of_units / (n - 1), of_raters / (k - 1)
    ems = (whole - of_units - of_raters) / ((n - 1) * (k - 1))
    single, average = bms + (k - 1) * ems + k * (jms - ems) / n, bms + (jms - ems) / n
    if not single or not average:
        return None
    return Correlation((bms - ems) / single, (bms - ems) / average, n, k)


@dataclass(frozen=True)
class Difference:
    """How one rater differs from the mean of the others who rated the same units, in points: on average, and at most.

    mean: signed; below zero is stricter. largest: without sign. units: rated together with somebody else.
    """

    rater: str
    mean: Fraction
    largest: Fraction
    units: int

    @property
    def outlying(self) -> bool:
        return abs(self.mean) >= OUTLYING


def differences(ratings: Iterable[Rating]) -> list[Difference]:
    """Each rater beside the others (leave one out), the largest mean difference first."""
    gaps: dict[str, list[Fraction]] = defaultdict(list)
    for own in by_unit(ratings).values():
        whole = sum(own.values(), Fraction())
        for rater, value in own.items():
            if len(own) > 1:
                gaps[rater].append(value - (whole - value) / (len(own) - 1))
    found = [
        Difference(rater, sum(held, Fraction()) / len(held), max(abs(gap) for gap in held), len(held))
        for rater, held in gaps.items()
    ]
    return sorted(found, key=lambda one: (-abs(one.mean), one.rater))


@dataclass(frozen=True)
class Together:
    """The same raters and the units that all of them, and nobody else, rated."""

    raters: tuple[str, ...]
    units: tuple[str, ...]


def panels(ratings: Iterable[Rating]) -> list[Together]:
    """Units by who rated them, two raters at least; the largest panel first."""
    held: Mapping[tuple[str, ...], list[str]] = defaultdict(list)
    for unit, own in by_unit(ratings).items():
        if len(own) > 1:
            held[tuple(sorted(own))].append(unit)
    found = [Together(raters, tuple(sorted(units))) for raters, units in held.items()]
    return sorted(found, key=lambda one: (-len(one.units), one.raters))


def alpha_band(value: Fraction) -> Band:
    return _band(value, Fraction(800, 1000), Fraction(667, 1000))


def icc_band(value: Fraction) -> Band:
    return _band(value, Fraction(75, 100), Fraction(50, 100))


def _band(value: Fraction, good: Fraction, fair: Fraction) -> Band:
    if value >= good:
        return Band.GOOD
    return Band.TENTATIVE if value >= fair else Band.WEAK

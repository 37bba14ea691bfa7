"""Agreement of a round's evaluators in numbers and words, as the officer reads them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from vouchers.evaluation.queries import agreement
from vouchers.evaluation.rules import agreement as rules
from vouchers.evaluation.rules.agreement import Band


@dataclass(frozen=True)
class Told:
    """A coefficient with three decimals and what it means; "—" where none can be computed."""

    number: str
    words: Any


@dataclass(frozen=True)
class Row:
    """One evaluator beside the others, in points with two decimals, signed."""

    name: str
    mean: str
    largest: str
    units: int
    outlying: bool


def page_of(found: agreement.Quality) -> dict[str, Any]:
    """What the page shows."""
    return {
        "quality": found,
        "alphas": [(_("Independent scores"), _alpha(found.first.alpha)), (_("Scores now"), _alpha(found.now.alpha))],
        "joint": [
            (", ".join(sorted(found.names[ref] for ref in one.raters)), one.applications, _icc(one.first), _icc(one.now))
            for one in found.panels
        ],
        "rows": [_row(found, one) for one in found.first.differences],
        "bound": rules.OUTLYING,
    }


def _alpha(value: Fraction | None) -> Told:
    return _told(value, rules.alpha_band(value) if value is not None else None)


def _icc(found: rules.Correlation | None) -> Told:
    return _told(found.average, rules.icc_band(found.average)) if found is not None else _told(None, None)


def _told(value: Fraction | None, band: Band | None) -> Told:
    if value is None or band is None:
        return Told("—", _("Cannot be computed yet: too few scores of the same applications, or no differences at all."))
    return Told(f"{float(value):.3f}", band.label)


def _row(found: agreement.Quality, one: rules.Difference) -> Row:
    mean = f"{float(one.mean):+.2f}".replace("-", "−")
    return Row(found.names[one.rater], mean, f"{float(one.largest):.2f}", one.units, one.outlying)

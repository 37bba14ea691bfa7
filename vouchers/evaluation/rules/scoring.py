"""From points to an application's score: weighted totals, their normalisation, bonus and penalty. Exact fractions throughout.

Nothing here rounds before the end, and no machine's floating point takes part, so the same points give the same bytes
everywhere. The one root (of a variance) is taken downwards to a billionth.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import isqrt

from vouchers.rounds.rules import Normalisation, SelectionPolicy

CENT = Decimal("0.01")
BILLION = 10**9


def weighted_total(points: Mapping[int, int], weights: Mapping[int, int]) -> Decimal:
    """One evaluator's total: Σ points × weight ÷ 100, exact with two decimals. Both are keyed by criterion.

    points: 0–100 each. Raises KeyError when a criterion has no points.
    """
    return (Decimal(sum(points[key] * weight for key, weight in weights.items())) / 100).quantize(CENT)


@dataclass(frozen=True)
class Partial:
    """One evaluator's total while scoring. total: weighted, of what has points; weight: of these, percent; scored of count."""

    total: Decimal
    weight: int
    scored: int
    count: int


def partial_total(points: Mapping[int, int], weights: Mapping[int, int]) -> Partial:
    """What the criteria scored so far give. Both are keyed by criterion; points of criteria without a weight are left out."""
    own = {key: number for key, number in points.items() if key in weights}
    held = {key: weights[key] for key in own}
    return Partial(weighted_total(own, held), sum(held.values()), len(own), len(weights))


def leading_criterion[Key](weights: Mapping[Key, int], order: Sequence[Key]) -> Key:
    """The criterion that breaks a tie: the heaviest; of equally heavy ones the first in `order`."""
    return max(order, key=lambda key: (weights[key], -order.index(key)))


def rounded(value: Fraction) -> Decimal:
    """Two decimals, half up: 80.005 → 80.01. value: not below zero."""
    return (Decimal((value * 100 * 2 + 1).__floor__() // 2) / 100).quantize(CENT)


def mean(totals: Sequence[Fraction]) -> Fraction:
    return sum(totals, Fraction()) / len(totals)


def spread(totals: Sequence[Fraction]) -> Fraction:
    """The standard deviation of the whole population, down to a billionth."""
    middle = mean(totals)
    variance = mean([(total - middle) ** 2 for total in totals])
    return Fraction(isqrt(variance.numerator * BILLION**2 // variance.denominator), BILLION)


@dataclass(frozen=True)
class Given:
    """One evaluator's total for one application. judged: the share of the weights that the evaluator scored, 0–1; the rest counts 0
    points by the policy, of a company that stayed away from the presentation."""

    application: str
    evaluator: str
    total: Fraction
    judged: Fraction = Fraction(1)


def normalised(given: Sequence[Given], policy: SelectionPolicy) -> dict[str, Fraction]:
    """application → score, 0–100, as the policy normalises.

    NONE: the mean of its evaluators' totals. TRIMMED_MEAN: without the `trim` highest and lowest, where at least one remains.
    Z_SCORE: each total becomes M + S × (total − m) ÷ s, with m and s of its evaluator and M and S of all totals of the round,
    kept within 0–100; then the mean. A total with points that the policy gave shows no habit and stands in no mean and no spread,
    else whoever shares an evaluator with an absent company would gain; what was judged in it is scaled, the rest stays 0. An evaluator with fewer than `normalise_from` totals, or the same total for all, shows no
    habit: the former's totals stay as they are, the latter's become M.
    """
    totals: dict[str, list[Fraction]] = defaultdict(list)
    scaled = _z_scored(given, policy.normalise_from) if policy.normalisation == Normalisation.Z_SCORE else given
    for one in scaled:
        totals[one.application].append(one.total)
    trim = policy.trim if policy.normalisation == Normalisation.TRIMMED_MEAN else 0
    return {application: mean(trimmed(own, trim)) for application, own in totals.items()}


def trimmed(totals: list[Fraction], trim: int) -> list[Fraction]:
    return sorted(totals)[trim : len(totals) - trim] if len(totals) > 2 * trim else totals


@dataclass(frozen=True)
class Habit:
    """How one evaluator scores, or how all do: the mean and the spread of so many totals."""

    count: int
    middle: Fraction
    width: Fraction


def habit(totals: Sequence[Fraction]) -> Habit:
    return Habit(len(totals), mean(totals), spread(totals))


def habits(given: Sequence[Given], least: int) -> dict[str, Habit]:
    """Evaluator → habit, of those with at least `least` totals that are judged as a whole."""
    by_evaluator: dict[str, list[Fraction]] = defaultdict(list)
    for one in given:
        if one.judged == 1:
            by_evaluator[one.evaluator].append(one.total)
    return {who: habit(own) for who, own in by_evaluator.items() if len(own) >= least}


def habit_of_all(given: Sequence[Given]) -> Habit:
    """Of all totals of the round that are judged as a whole; without one, of all totals."""
    return habit([one.total for one in given if one.judged == 1] or [one.total for one in given])


def _z_scored(given: Sequence[Given], least: int) -> list[Given]:
    if not given:
        return []
    whole, own = habit_of_all(given), habits(given, least)
    return [replace(one, total=z_scored(one.total, own.get(one.evaluator), whole, one.judged)) for one in given]


def z_scored(total: Fraction, own: Habit | None, whole: Habit, judged: Fraction = Fraction(1)) -> Fraction:
    """One total on the scale of the round. own: of its evaluator; None: too few totals for one. judged: as in Given."""
    if own is None or not judged:
        return total
    moved = whole.middle + whole.width * (total / judged - own.middle) / own.width if own.width else whole.middle
    return min(max(moved, Fraction()), Fraction(100)) * judged


def points_of(codes: Sequence[str], points: Mapping[str, Decimal], cap: Decimal) -> Decimal:
    """Bonus or penalty of an application: what the policy gives for its codes, at most the cap."""
    return min(sum((points.get(code, Decimal()) for code in codes), Decimal()), cap).quantize(CENT, rounding=ROUND_HALF_UP)

"""How far the evaluators of a round agree, on their independent scores and on those that count now."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q

from vouchers.evaluation.models import Assignment, ScoreVersion
from vouchers.evaluation.rules import agreement as rules
from vouchers.rounds.models import Criterion, Round


@dataclass(frozen=True)
class Figures:
    """Coefficients of one set of totals. None: cannot be computed. applications, evaluators: that take part."""

    alpha: Fraction | None
    differences: list[rules.Difference]
    applications: int
    evaluators: int


@dataclass(frozen=True)
class Joint:
    """One panel: the same evaluators over so many applications, with its ICC on independent scores and now."""

    raters: tuple[str, ...]
    applications: int
    first: rules.Correlation | None
    now: rules.Correlation | None


@dataclass(frozen=True)
class Quality:
    """first: independent scores; now: after the panels. names: evaluator's ref → name."""

    first: Figures
    now: Figures
    panels: list[Joint]
    names: dict[str, str]


def quality(programme: Round, closed_to: Collection[int] = ()) -> Quality:
    """Of everything handed in. closed_to: ids of applications that the reader must not see. Three queries."""
    handed_in = Assignment.objects.handed_in().filter(application__round=programme).exclude(application_id__in=closed_to)
    rows = list(
        handed_in.select_related("evaluator").only(
            "application_id", "total", "evaluator__ref", "evaluator__name", "evaluator__email"
        )
    )
    totals = _first_totals(programme)
    now = [_rating(row, Fraction(row.total or 0)) for row in rows]
    first = [_rating(row, totals.get(row.pk, Fraction(row.total or 0))) for row in rows]
    names = {row.evaluator.ref: row.evaluator.get_full_name() for row in rows}
    return Quality(_figures(first), _figures(now), _joint(first, now), names)


def _first_totals(programme: Round) -> dict[int, Fraction]:
    """assignment's id → the weighted total of its independent scores. Two queries."""
    weights = dict(Criterion.objects.filter(round=programme).values_list("pk", "weight"))
    found: dict[int, Fraction] = defaultdict(Fraction)
    rows = ScoreVersion.objects.filter(Q(number=1) | Q(again=True), assignment__application__round=programme)
    columns = rows.order_by("number").values_list("assignment_id", "criterion_id", "points")
    last = {(assignment, criterion): points for assignment, criterion, points in columns}
    for (assignment, criterion), points in last.items():
        found[assignment] += Fraction(points * weights[criterion], 100)
    return found


def _rating(row: Assignment, total: Fraction) -> rules.Rating:
    return rules.Rating(str(row.application_id), row.evaluator.ref, total)


def _figures(ratings: list[rules.Rating]) -> Figures:
    units, raters = {one.unit for one in ratings}, {one.rater for one in ratings}
    return Figures(rules.alpha(ratings), rules.differences(ratings), len(units), len(raters))


def _joint(first: list[rules.Rating], now: list[rules.Rating]) -> list[Joint]:
    """Every panel with its own coefficient."""
    found = []
    for together in rules.panels(first):
        units = set(together.units)
        pair = [rules.icc([one for one in ratings if one.unit in units]) for ratings in (first, now)]
        found.append(Joint(together.raters, len(units), pair[0], pair[1]))
    return found

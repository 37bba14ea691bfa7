"""One application's way through a run, step by step, so that a person can follow it on paper; nobody else's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from vouchers.evaluation.rules.scoring import Habit, habit_of_all, habits, rounded, z_scored
from vouchers.evaluation.rules.selection import Inputs, Line, Result, given_in, judged_of, total_of
from vouchers.rounds.rules import Normalisation

SHOWN_FROM = 5  # totals of an evaluator from which their mean and spread are shown: of fewer, one's own gives the others away


@dataclass(frozen=True)
class Step:
    """One evaluation. number: from 1; names stay hidden. points: by criterion. total: 0–100; scaled: as it counted.

    middle, spread: of the evaluator's totals, where the policy uses them and they are of enough totals to be shown.
    dropped: left out of a trimmed mean.
    """

    number: int
    points: Mapping[str, int]
    total: Decimal
    scaled: Decimal
    middle: Decimal | None
    spread: Decimal | None
    dropped: bool


@dataclass(frozen=True)
class Explained:
    """middle, spread: of all totals of the round, where the policy uses them; without_absent: but for companies that stayed away
    from the presentation, absent: as this one did. of_track: how many were ranked in the track.

    bonus, penalty: (code, points) of what counted, before the caps.
    """

    line: Line
    steps: tuple[Step, ...]
    middle: Decimal | None
    spread: Decimal | None
    bonus: tuple[tuple[str, Decimal], ...]
    penalty: tuple[tuple[str, Decimal], ...]
    of_track: int
    without_absent: bool = False
    absent: bool = False


def explain(inputs: Inputs, result: Result, ref: str) -> Explained | None:
    """The steps of one application; None when it did not run. inputs, result: of the same run."""
    line = next((line for line in result.lines if line.ref == ref), None)
    one = next((one for one in inputs.applicants if one.ref == ref), None)
    if line is None or one is None:
        return None
    policy = inputs.policy
    scored = policy.normalisation == Normalisation.Z_SCORE
    given = given_in(inputs)
    whole = habit_of_all(given)
    own = habits(given, policy.normalise_from) if scored else {}
    totals = [(who, points, total_of(points, inputs.weights)) for who, points in one.evaluations]
    dropped = _dropped([total for _who, _points, total in totals], inputs)
    return Explained(
        line=line,
        steps=tuple(
            _step(
                number,
                points,
                (total, z_scored(total, own.get(who), whole, judged_of(one, inputs.weights)) if scored else total),
                own.get(who),
                dropped=number - 1 in dropped,
            )
            for number, (who, points, total) in enumerate(totals, 1)
        ),
        middle=rounded(whole.middle) if scored else None,
        spread=rounded(whole.width) if scored else None,
        bonus=tuple((code, policy.bonus_points[code]) for code in one.advantages() if code in policy.bonus_points),
        penalty=tuple((code, policy.penalty_points[code]) for code in one.penalties if code in policy.penalty_points),
        of_track=sum(other.track == line.track for other in inputs.applicants),
        without_absent=any(other.absent for other in inputs.applicants),
        absent=bool(one.absent),
    )


def _step(number: int, points: Mapping[str, int], totals: tuple[Fraction, Fraction], own: Habit | None, *, dropped: bool) -> Step:
    """totals: as given, and as it counted."""
    shown = own is not None and own.count >= SHOWN_FROM
    return Step(
        number=number,
        points=points,
        total=rounded(totals[0]),
        scaled=rounded(totals[1]),
        middle=rounded(own.middle) if own is not None and shown else None,
        spread=rounded(own.width) if own is not None and shown else None,
        dropped=dropped,
    )


def _dropped(totals: list[Fraction], inputs: Inputs) -> set[int]:
    """Places of the totals that a trimmed mean leaves out."""
    trim = inputs.policy.trim if inputs.policy.normalisation == Normalisation.TRIMMED_MEAN else 0
    if not trim or len(totals) <= 2 * trim:
        return set()
    order = sorted(range(len(totals)), key=lambda place: totals[place])
    return {*order[:trim], *order[len(order) - trim :]}

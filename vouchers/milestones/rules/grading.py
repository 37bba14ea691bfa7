"""The final evaluation on paper: points become a grade, a grade has a meaning, an objection only makes it better.

Source: domain.md §6.10; marks, money and months are data of the round (rounds.rules.GradingPolicy). Pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules import MARKED_GRADES, Grade


class FinalStatus(Codes):
    GRADING = "GRADING", _("Being graded")
    DECIDED = "DECIDED", _("Decided, objection possible")
    CONFIRMED = "CONFIRMED", _("Grade holds")


F = FinalStatus
FINAL_LIFECYCLE = Lifecycle(
    "final_evaluation",
    F,
    F.GRADING,
    {
        (F.GRADING, "replace_grader"): F.GRADING,
        (F.GRADING, "hand_in_grade"): F.GRADING,
        (F.GRADING, "decide_grade"): F.DECIDED,
        (F.DECIDED, "regrade"): F.DECIDED,
        (F.DECIDED, "confirm_grade"): F.CONFIRMED,
        (F.CONFIRMED, "judge_condition"): F.DECIDED,
    },
)
WORST_FIRST = (Grade.FAIL, Grade.GOOD_FAITH, Grade.CONDITIONAL, Grade.ORDINARY, Grade.EXCELLENT)
MOST_POINTS = 100


def mean_points(points: Sequence[Decimal]) -> Decimal:
    """Of all graders, to two places, half up."""
    return (sum(points, Decimal(0)) / len(points)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def grade_of(
    points: Sequence[Decimal], good_faith: Sequence[bool], *, marks: Mapping[str, int], allows_good_faith: bool
) -> Grade:
    """The best grade whose mark the mean reaches. Below all of them a failure; in good faith where the round knows it and more than
    half of the graders say so. points: one a grader, at least one."""
    mean = mean_points(points)
    for grade in MARKED_GRADES:
        if mean >= marks[grade]:
            return grade
    return Grade.GOOD_FAITH if allows_good_faith and 2 * sum(good_faith) > len(good_faith) else Grade.FAIL


def better_than(grade: str) -> tuple[Grade, ...]:
    """What an objection that was right may make of a grade, the best first."""
    return tuple(reversed(WORST_FIRST[WORST_FIRST.index(Grade(grade)) + 1 :]))


def money_fault(*, grade: str, status: str, pays: bool, waits: bool) -> str:
    """Why nothing more is paid of a project; "": nothing hinders. grade "": none yet. waits: this payment waits for a grade."""
    if grade and not pays:
        return str(
            _("The final evaluation ended with “%(grade)s”, and the call pays nothing more then.") % {"grade": Grade.word(grade)}
        )
    if waits and status != F.CONFIRMED:
        return str(_("The last milestone of a project is paid once its final grade holds."))
    return ""

"""How a round grades its projects at the end, and what a grade means, as policy data. Source: domain.md §6.10 (⚙: good-faith failure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes


class Grade(Codes):
    """최종평가 등급. A good-faith failure (성실실패) missed its goal although the work was done as agreed."""

    EXCELLENT = "EXCELLENT", _("Excellent")
    ORDINARY = "ORDINARY", _("Ordinary")
    CONDITIONAL = "CONDITIONAL", _("Passed on a condition")
    GOOD_FAITH = "GOOD_FAITH", _("Good-faith failure")
    FAIL = "FAIL", _("Failed")


G = Grade
MARKED = (G.EXCELLENT, G.ORDINARY, G.CONDITIONAL)  # reached by points, the best first
MARKS: dict[str, int] = {G.EXCELLENT: 90, G.ORDINARY: 70, G.CONDITIONAL: 60}
PAYS: dict[str, bool] = {G.EXCELLENT: True, G.ORDINARY: True, G.CONDITIONAL: True, G.GOOD_FAITH: True, G.FAIL: False}
BARRED: dict[str, int] = {G.EXCELLENT: 0, G.ORDINARY: 0, G.CONDITIONAL: 0, G.GOOD_FAITH: 0, G.FAIL: 12}
LEAST_GRADERS, MOST_GRADERS, MOST_MONTHS = 2, 15, 60


@dataclass(frozen=True)
class GradingPolicy:
    """graders: how many people at least grade a project; 0: the round has no final evaluation. marks: grade → least points of 100.
    good_faith: whether a failure may be found to be in good faith. last_waits: the last milestone is paid once the grade holds.
    pays: grade → whether what is still open is paid. barred: grade → months for which the company is to be kept out afterwards."""

    graders: int = 0
    marks: Mapping[str, int] = field(default_factory=lambda: MARKS)
    good_faith: bool = True
    last_waits: bool = False
    pays: Mapping[str, bool] = field(default_factory=lambda: PAYS)
    barred: Mapping[str, int] = field(default_factory=lambda: BARRED)


def parse_grading(body: Mapping[str, Any]) -> GradingPolicy:
    """`grading` of PolicyVersion.body → GradingPolicy; what is missing takes its default.

    Raises TypeError, ValueError or AttributeError for a body that `grading_faults` would refuse.
    """
    flags: dict[str, Any] = {name: body.get(name, default) for name, default in (("good_faith", True), ("last_waits", False))}
    said: Mapping[str, Any] = body.get("pays") or {}
    pays: dict[str, Any] = {**PAYS, **{G(code): one for code, one in said.items()}}
    if not all(isinstance(one, bool) for one in (*flags.values(), *pays.values())):
        raise ValueError
    return GradingPolicy(
        graders=int(body.get("graders") or 0), marks={**MARKS, **{G(c): int(n) for c, n in (body.get("marks") or {}).items()}},
        pays=pays, barred={**BARRED, **{G(c): int(n) for c, n in (body.get("barred") or {}).items()}}, **flags,
    )  # fmt: skip


def grading_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `grading` of a policy, as codes."""
    try:
        policy = parse_grading(body)
    except (TypeError, ValueError, AttributeError):
        return ["grading_shape"]
    marks = [policy.marks[one] for one in MARKED]
    wrong = {
        "grading_graders": policy.graders != 0 and not LEAST_GRADERS <= policy.graders <= MOST_GRADERS,
        "grading_marks": not 100 >= marks[0] > marks[1] > marks[2] > 0 or set(policy.marks) != set(MARKED),
        "grading_barred": not all(0 <= months <= MOST_MONTHS for months in policy.barred.values()),
    }
    return [code for code, is_wrong in wrong.items() if is_wrong]


_FAULTS = {
    "grading_shape": _("The rules about the final evaluation cannot be read."),
    "grading_graders": _(
        "A project is graded by at least two people and at most fifteen; 0 where the round has no final evaluation."
    ),
    "grading_marks": _("The least points of the grades fall from one to the next, each between 1 and 100."),
    "grading_barred": _("A grade keeps a company out for 0 to 60 months."),
}


def grading_fault_words(code: str) -> str:
    """The sentence of a fault of `grading_faults`, in the reader's language."""
    return str(_FAULTS[code])

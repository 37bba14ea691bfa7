"""How one application, and a run as a whole, differ between two runs."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from vouchers.evaluation.rules.selection import Line
from vouchers.evaluation.rules.stages import Outcome


class Change(Codes):
    IN = "IN", _("Comes in")
    OUT = "OUT", _("Drops out")
    NEW = "NEW", _("Ranked only now")
    GONE = "GONE", _("No longer ranked")
    RESERVE = "RESERVE", _("Reserve list changes")
    UP = "UP", _("Moves up")
    DOWN = "DOWN", _("Moves down")


class Cause(Codes):
    SCORES = "SCORES", _("Scores changed")
    NORMALISATION = "NORMALISATION", _("Normalised otherwise")
    BONUS = "BONUS", _("Bonus changed")
    PENALTY = "PENALTY", _("Penalty changed")
    GROUND = "GROUND", _("Other reason")
    OTHERS = "OTHERS", _("Only others changed")
    POLICY = "POLICY", _("Policy of the selection")
    PASS_MARK = "PASS_MARK", _("Pass mark")
    RESERVE_LENGTH = "RESERVE_LENGTH", _("Length of the reserve list")
    BUDGET = "BUDGET", _("Budget")
    TRACKS = "TRACKS", _("Tracks, slots or ceilings")
    WEIGHTS = "WEIGHTS", _("Criteria or weights")
    APPLICATIONS = "APPLICATIONS", _("Applications or their facts")


def change(before: Line | None, after: Line | None) -> Change | None:
    """What happened to an application from one run to the other; None: it stands where it stood."""
    was, now = _selected(before), _selected(after)
    if was != now:
        return Change.IN if now else Change.OUT
    if before is None or after is None:
        return Change.NEW if before is None else Change.GONE
    if (before.outcome, before.reserve_no) != (after.outcome, after.reserve_no):
        return Change.RESERVE
    if before.rank == after.rank:
        return None
    return Change.UP if after.rank < before.rank else Change.DOWN


def _selected(line: Line | None) -> bool:
    return line is not None and line.outcome == Outcome.SELECTED


def causes(before: Line | None, after: Line | None) -> tuple[Cause, ...]:
    """What changed about the application itself; OTHERS when nothing did."""
    if before is None or after is None:
        return (Cause.APPLICATIONS,)
    found = []
    if before.raw != after.raw:
        found.append(Cause.SCORES)
    elif before.score != after.score:
        found.append(Cause.NORMALISATION)
    if before.bonus != after.bonus:
        found.append(Cause.BONUS)
    if before.penalty != after.penalty:
        found.append(Cause.PENALTY)
    if (before.ground, before.pools) != (after.ground, after.pools):
        found.append(Cause.GROUND)
    return tuple(found) or (Cause.OTHERS,)


_PARTS = {
    "policy": Cause.POLICY, "pass_mark": Cause.PASS_MARK, "reserve_length": Cause.RESERVE_LENGTH, "budget_won": Cause.BUDGET,
    "tracks": Cause.TRACKS, "weights": Cause.WEIGHTS, "applications": Cause.APPLICATIONS,
}  # fmt: skip


def causes_of_runs(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Cause, ...]:
    """Which parts of the inputs differ; of the applications, whether more than their scores do. before, after: the inputs as
    JSON."""
    found = [cause for part, cause in _PARTS.items() if before.get(part) != after.get(part)]
    if Cause.APPLICATIONS in found and _without_scores(before) == _without_scores(after):
        found[found.index(Cause.APPLICATIONS)] = Cause.SCORES
    return tuple(found)


def _without_scores(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "evaluations"} for one in inputs.get("applications", ())]

"""A run after an objection that was upheld: what it corrects is decided anew, what stands for the others stays.

What a corrected application deserves is what the whole selection would have said had its inputs been right from the start
(`select` over the corrected inputs with the slots and the budget of the first run). Who deserved a place gets one only out of
slots and money that are free now; else it stands first on the reserve list. Nobody who was selected is dropped, nobody on the
reserve list leaves it, their order among each other stays, and no objection makes a result worse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vouchers.evaluation.rules.grounds import Ground
from vouchers.evaluation.rules.selection import Inputs, Line, Quota, Result, select
from vouchers.evaluation.rules.stages import Outcome

RERUN_ENGINE = "rerun-1"
RELEASED = ("AWARDED", "RUNNING")  # rounds whose selection was released and may be run after an objection
SELECTED, RESERVE = Outcome.SELECTED, Outcome.RESERVE
OWED = frozenset({Ground.NO_FREE_SLOT, Ground.NO_FREE_WON})  # deserved a place and found none free


@dataclass(frozen=True)
class Rerun:
    """inputs: the corrected ones of everybody who was ever ranked, budget_won as in the first run. corrected: refs.

    standing: the line of each application about which something stands now, as last signed, with its outcome of today
    (a promoted one is selected, with its award's grant). available_won, free_slots: left now; None: without limit.
    """

    inputs: Inputs
    corrected: frozenset[str]
    standing: tuple[Line, ...]
    available_won: int
    free_slots: Mapping[str, int | None]
    quotas: tuple[Quota, ...]


def rerun(given: Rerun) -> Result:
    """Pure: the same inputs give the same result."""
    deserved = {line.ref: line for line in select(given.inputs).lines}
    anew = sorted((deserved[ref] for ref in given.corrected), key=lambda line: line.place)
    won = {one.ref: one.grant_won for one in given.inputs.applicants}
    placed = _placed(anew, given, won)
    others = [line for line in given.standing if line.ref not in given.corrected]
    decided = {line.ref: line for line in [*others, *placed]}
    for track in given.free_slots:
        queue = _queue(track, given, decided, deserved)
        decided |= {line.ref: replace(line, reserve_no=number) for number, line in enumerate(queue, 1)}
    order = {plan.key: at for at, plan in enumerate(given.inputs.tracks)}
    lines = sorted(decided.values(), key=lambda line: (order[line.track], line.rank, line.ref in given.corrected, line.ref))
    held = sum(line.grant_won for line in others)
    budget = given.available_won + held
    return Result(tuple(lines), _quotas(given, lines), budget, budget - sum(line.grant_won for line in lines))


def _placed(anew: Sequence[Line], given: Rerun, won: Mapping[str, int]) -> list[Line]:
    """The corrected lines, best rank first, while slots and money are free."""
    free, left = dict(given.free_slots), given.available_won
    before = {line.ref: line for line in given.standing}
    lines = []
    for line in anew:
        found, slots = line, free[line.track]
        if line.outcome == SELECTED and slots is not None and slots < 1:
            found = replace(line, outcome=RESERVE, ground=Ground.NO_FREE_SLOT, grant_won=0, pools=())
        elif line.outcome == SELECTED and won[line.ref] > left:
            found = replace(line, outcome=RESERVE, ground=Ground.NO_FREE_WON, grant_won=0, pools=())
        elif line.outcome == SELECTED:
            found = replace(line, ground=Ground.FREE_PLACE, pools=())
            free[line.track], left = None if slots is None else slots - 1, left - line.grant_won
        elif line.outcome != RESERVE and line.ref in before and before[line.ref].outcome == RESERVE:
            found = replace(line, outcome=RESERVE, ground=Ground.KEPT, pools=())
        lines.append(replace(found, reserve_no=None))
    return lines


def _queue(track: str, given: Rerun, decided: Mapping[str, Line], deserved: Mapping[str, Line]) -> list[Line]:
    """Who waits in a track, in order: those who deserved a place, then as before, the corrected where their rank puts them."""
    waits = [line for line in decided.values() if line.track == track and line.outcome == RESERVE]
    before = {line.ref: line.reserve_no or 0 for line in given.standing if line.outcome == RESERVE}
    owed = {line.ref for line in given.standing if line.ground in OWED}  # by an earlier run after an objection
    first = sorted((one for one in waits if one.ref in owed), key=lambda one: before[one.ref])
    first += [one for one in waits if one.ref not in owed and one.ground in OWED]  # came by their rank, see `_placed`
    rest = [one for one in waits if one not in first]
    queue = sorted((one for one in rest if one.ref in before), key=lambda one: before[one.ref])
    for one in rest:
        if one.ref in given.corrected:
            _insert(queue, one, deserved)
    return first + queue


def _insert(queue: list[Line], one: Line, deserved: Mapping[str, Line]) -> None:
    """Before the first who ranks lower, and never behind where it stood."""
    behind = [number for number, other in enumerate(queue) if deserved[other.ref].place > deserved[one.ref].place]
    stood = [number for number, other in enumerate(queue) if other.ref == one.ref]
    at = min([*behind, *stood, len(queue)])
    queue[:] = [other for other in queue[:at] if other.ref != one.ref] + [one] + [o for o in queue[at:] if o.ref != one.ref]


def _quotas(given: Rerun, lines: Sequence[Line]) -> tuple[Quota, ...]:
    """As they had to be kept in the first run, with the selected of now."""
    pools = {one.ref: one.pools() for one in given.inputs.applicants}
    chosen = [line.ref for line in lines if line.outcome == SELECTED]
    return tuple(replace(quota, selected=sum(quota.pool in pools[ref] for ref in chosen)) for quota in given.quotas)

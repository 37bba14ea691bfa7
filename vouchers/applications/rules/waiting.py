"""How long applications stand in a state, in working days. Pure; on changes of state that were written down."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from portal.kit import workdays


@dataclass(frozen=True)
class Change:
    """A case left the state `frm` for `to` on a day in Korea."""

    case: str
    frm: str
    to: str
    day: date


@dataclass(frozen=True)
class Usual:
    """The median of a step, in working days (halves rounded up), over so many cases."""

    days: int
    cases: int


def stays(changes: Iterable[Change]) -> dict[str, list[int]]:
    """State → working days that each case stood in it, all its visits together; without a state that a case has not left.

    changes: of every case in order. A clock that is paused stands in another state, so it does not count.
    """
    spent: dict[tuple[str, str], int] = defaultdict(int)
    entered: dict[str, Change] = {}
    for change in changes:
        before = entered.get(change.case)
        if before is not None:
            spent[before.to, change.case] += workdays.working_days_between(before.day, change.day)
        entered[change.case] = change
    found: dict[str, list[int]] = defaultdict(list)
    for (state, case), days in spent.items():
        if entered[case].to != state:
            found[state].append(days)
    return dict(found)


def usual(spent: Mapping[str, Sequence[int]], threshold: int) -> dict[str, Usual]:
    """State → the usual wait; left out where fewer than `threshold` cases (at least one) would be told."""
    return {state: Usual(int(median(days) + 0.5), len(days)) for state, days in spent.items() if len(days) >= max(threshold, 1)}

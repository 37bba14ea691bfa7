"""The plan of a project as one dependency graph: which steps must wait for which, how long the rest takes at least, what is critical.

Everything is counted in working days of South Korea. Source: domain.md §6.14 (warning where the remaining target days of the
critical path are more than the working days to the agreement's end or 31 December). Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.workdays import add_working_days, working_days_between


class StepKind(Codes):
    CONTRACT = "CONTRACT", _("Agreement signed by everybody")
    REQUEST = "REQUEST", _("Data access request handed in")
    PAPERS = "PAPERS", _("Papers of the request checked")
    IRB = "IRB", _("IRB decides")
    DRB = "DRB", _("DRB decides")
    JOINT_DRB = "JOINT_DRB", _("Joint DRB decides")
    ADOPTION = "ADOPTION", _("Site adopts the joint decision")
    PROVISION = "PROVISION", _("Data provided")
    DELIVERY = "DELIVERY", _("Milestone handed in")
    ACCEPTANCE = "ACCEPTANCE", _("Accepted by the company")
    CHECK = "CHECK", _("Acceptance checked")
    CLAIM = "CLAIM", _("Disbursement requested")
    CONFIRMATION = "CONFIRMATION", _("Confirmed by the company")
    EVIDENCE = "EVIDENCE", _("Evidence checked")
    PAYMENT = "PAYMENT", _("Paid")


class StepState(Codes):
    DONE = "DONE", _("Done")
    RUNNING = "RUNNING", _("Under way")
    PAUSED = "PAUSED", _("Clock paused")
    AHEAD = "AHEAD", _("To come")


class Limit(Codes):
    """What a step must be done by."""

    AGREEMENT_END = "AGREEMENT_END", _("End of the agreement")
    YEAR_END = "YEAR_END", _("Last day of payments of the year")


DELIVERING = frozenset({StepKind.DELIVERY, StepKind.ACCEPTANCE, StepKind.CHECK})


@dataclass(frozen=True)
class Step:
    """days: working days that it still takes at least, 0 once it is done. after: keys of the steps that it waits for.
    not_before: the first day on which it may begin. limit: what it must be done by; "": only what waits for it counts."""

    key: str
    kind: str
    days: int
    after: tuple[str, ...] = ()
    not_before: date | None = None
    limit: str = ""


@dataclass(frozen=True)
class Placed:
    """When a step can be done at the earliest. begins, ends: working days; slack: how many working days it may still be late
    before a limit is missed, negative: already too late; None for what is done or leads to no limit."""

    begins: date
    ends: date
    slack: int | None
    critical: bool


@dataclass(frozen=True)
class Schedule:
    """placed: by key. path: the critical steps in their order. needed_days: working days that the critical path still takes;
    left_days: working days to its limit; late: needed > left. limit "": nothing is left to do."""

    placed: Mapping[str, Placed]
    path: tuple[str, ...]
    needed_days: int
    left_days: int
    limit: str

    @property
    def late(self) -> bool:
        return bool(self.limit) and self.needed_days > self.left_days


def remaining(target_days: int, begun: date | None, today: date, stood_days: int = 0) -> int:
    """Working days that a step still takes: its target without what it used since `begun`, and never less than one, since what
    is late is not done yet. begun None: not begun. stood_days: that its clock stood."""
    used = working_days_between(begun, today) - stood_days if begun is not None and begun < today else 0
    return max(target_days - max(used, 0), 1)


def paying_year(fiscal_year: int, ends_on: date) -> int:
    """The year whose money pays: a later one only where the agreement itself reaches into it."""
    return max(fiscal_year, ends_on.year)


def schedule(steps: Iterable[Step], *, today: date, limits: Mapping[str, date]) -> Schedule:
    """Places every step as early as it can be, forward; how late it may be, backward; and the path without room.

    limits: Limit → its last day. A step that waits for one which the plan does not hold waits for nothing.
    Raises: ValueError where steps wait for each other in a circle.
    """
    known = {step.key: step for step in steps}
    order = _ordered(known)
    ends = _forward(known, order, today)
    left = {code: working_days_between(today, day) for code, day in limits.items()}
    latest = _backward(known, order, left)
    slack = {key: latest[key] - ends[key] for key in order if known[key].days and key in latest}
    least = min(slack.values(), default=0)
    path = tuple(key for key in order if slack.get(key) == least)
    placed = {
        key: Placed(
            _day(today, ends[key] - known[key].days + 1 if known[key].days else ends[key]), _day(today, ends[key]), slack.get(key),
            key in path,
        )
        for key in order
    }  # fmt: skip
    if not path:
        return Schedule(placed, (), 0, 0, "")
    needed, last = max((ends[key], key) for key in path if known[key].limit in left)
    return Schedule(placed, path, needed, left[known[last].limit], known[last].limit)


def _ordered(steps: Mapping[str, Step]) -> list[str]:
    """Each after all that it waits for; otherwise as they came."""
    done: dict[str, None] = {}
    waiting = dict(steps)
    while waiting:
        ready = [key for key, step in waiting.items() if all(one in done or one not in steps for one in step.after)]
        if not ready:
            raise ValueError(f"steps wait for each other: {sorted(waiting)}")
        for key in ready:
            done[key] = None
            del waiting[key]
    return list(done)


def _forward(steps: Mapping[str, Step], order: Sequence[str], today: date) -> dict[str, int]:
    """Key → working days after today on which it ends at the earliest."""
    ends: dict[str, int] = {}
    for key in order:
        step = steps[key]
        if not step.days:
            ends[key] = 0
            continue
        begins = max((ends[one] for one in step.after if one in ends), default=0)
        if step.not_before is not None and step.not_before > today:
            eve = step.not_before - timedelta(days=1)
            begins = max(begins, working_days_between(today, eve))
        ends[key] = begins + step.days
    return ends


def _backward(steps: Mapping[str, Step], order: Sequence[str], left: Mapping[str, int]) -> dict[str, int]:
    """Key → the working day after today by which it must end; only of what leads to a limit."""
    latest: dict[str, int] = {}
    for key in reversed(order):
        step = steps[key]
        if step.limit in left:
            latest[key] = min(latest.get(key, left[step.limit]), left[step.limit])
        if key not in latest or not step.days:
            continue
        for one in step.after:
            if one in steps:
                latest[one] = min(latest.get(one, latest[key] - step.days), latest[key] - step.days)
    return latest


def _day(today: date, n: int) -> date:
    return add_working_days(today, n) if n > 0 else today


@dataclass(frozen=True)
class Bar:
    """Where a bar stands in a picture of 1,000 units: its left edge and its width, at least one that can be seen."""

    x: int
    width: int


PICTURE, LEAST_SEEN = 1_000, 8


def bar(begins: date, ends: date, *, first: date, last: date) -> Bar:
    """A bar from the morning of `begins` to the evening of `ends` in a picture from first to last, both within."""
    days = (last - first).days + 1
    left = max(0, (begins - first).days) * PICTURE // days
    right = min(days, (ends - first).days + 1) * PICTURE // days
    x = min(left, PICTURE - LEAST_SEEN)
    return Bar(x, max(right - x, LEAST_SEEN))


def months(first: date, last: date) -> list[date]:
    """The first day of every month that begins within."""
    found, day = [], date(first.year, first.month, 1)
    while day <= last:
        if day > first:
            found.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found

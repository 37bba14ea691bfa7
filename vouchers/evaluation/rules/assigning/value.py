"""What an assignment is worth, and what a change by hand costs. Whole numbers, less is better. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from vouchers.evaluation.rules.assigning.facts import Pairs, Problem
from vouchers.evaluation.rules.assigning.fit import MOST, fit


@dataclass(frozen=True, order=True)
class Value:
    """Compared from left to right. missing: evaluations that stay uncovered; uneven: how much they pile up on few applications;
    points: what is lacking to a perfect fit and what load costs. misfit, load: the two parts of points.
    """

    missing: int
    uneven: int
    points: int
    misfit: int
    load: int


@dataclass(frozen=True)
class Cost:
    """What an assignment costs more than another one; below zero: less."""

    missing: int
    points: int
    misfit: int
    load: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def nothing(self) -> bool:
        return self == Cost(0, 0, 0, 0)


def loads(one: Problem, pairs: Pairs) -> dict[str, int]:
    """Member → assignments of the round, those that stand already among them."""
    new = Counter(ref for refs in pairs.values() for ref in refs)
    return {member.ref: member.held + new[member.ref] for member in one.members}


def value(one: Problem, pairs: Pairs) -> Value:
    """Of these new pairs; what is held already counts in the loads alone."""
    lacking = [max(0, case.demand - len(pairs.get(case.ref, ()))) for case in one.cases]
    misfit = sum(MOST - fit(one.case[ref], one.member[who], one.policy, one.kinds) for ref, refs in pairs.items() for who in refs)
    held = {member.ref: member.held for member in one.members}
    load = one.policy.load * sum(n * n - held[ref] ** 2 for ref, n in loads(one, pairs).items())
    return Value(sum(lacking), sum(n * (n - 1) // 2 for n in lacking), misfit + load, misfit, load)


def cost(one: Problem, pairs: Pairs, than: Pairs) -> Cost:
    """What `pairs` costs more than `than`."""
    mine, other = value(one, pairs), value(one, than)
    return Cost(
        mine.missing - other.missing, mine.points - other.points, mine.misfit - other.misfit, mine.load - other.load
    )  # fmt: skip


def step(one: Problem, pairs: Pairs, now: Mapping[str, int], case: str, out: str, into: str) -> Cost:
    """What one change by hand adds to `pairs`, without counting the others again. now: `loads` of them; out, into: "" for nobody."""
    row, given = one.case[case], len(pairs.get(case, ()))
    misfit = load = 0
    if out:
        misfit -= MOST - fit(row, one.member[out], one.policy, one.kinds)
        load -= one.policy.load * (2 * now[out] - 1)
    if into:
        misfit += MOST - fit(row, one.member[into], one.policy, one.kinds)
        load += one.policy.load * (2 * now[into] + 1)
    after = given - bool(out) + bool(into)
    return Cost(max(0, row.demand - after) - max(0, row.demand - given), misfit + load, misfit, load)


@dataclass(frozen=True)
class Lack:
    """An application that gets too few. missing: evaluations; free: members who may have it. full: they have their maximum."""

    ref: str
    missing: int
    free: int
    full: bool


def lacks(one: Problem, pairs: Pairs) -> tuple[Lack, ...]:
    """What stays uncovered and why: too few members without a conflict, or all of those have their maximum."""
    found = []
    for case in one.cases:
        missing = case.demand - len(pairs.get(case.ref, ()))
        if missing > 0:
            free = sum(one.may(case, member) for member in one.members)
            found.append(Lack(case.ref, missing, free, free >= case.demand))
    return tuple(found)

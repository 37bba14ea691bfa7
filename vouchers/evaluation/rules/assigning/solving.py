"""The best assignment, exactly: a flow of least cost, and a proof that none is better. Deterministic: ids decide ties. Pure.

Least evaluations uncovered, then these spread over most applications, then most fit and most equal loads (convex: the square).
The solver and numpy are loaded when they are needed, so that other processes never carry them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vouchers.evaluation.rules.assigning.facts import Pairs, Problem
from vouchers.evaluation.rules.assigning.fit import MOST, fits


@dataclass(frozen=True)
class _Network:
    """Arrays over cases and members. A step of the sum of the fits and loads is never worth one evaluation uncovered.

    A residual cycle enters each member once and the sink once: it changes fits by less than MOST a member and load by two steps,
    which bounds `step`; `spread` and `cover` stand above all that one cycle can gain below them.
    """

    problem: Problem

    @cached_property
    def cost(self) -> Any:
        return MOST - fits(self.problem)

    @cached_property
    def open(self) -> Any:
        """Which pairs may be made."""
        import numpy as np

        column = {member.ref: n for n, member in enumerate(self.problem.members)}
        may = np.ones((len(self.problem.cases), len(column)), dtype=bool)
        may[:, [n for n, member in enumerate(self.problem.members) if not member.ready]] = False
        for row, case in enumerate(self.problem.cases):
            may[row, [column[ref] for ref in (*case.closed, *case.held) if ref in column]] = False
        return may

    @cached_property
    def demand(self) -> list[int]:
        return [case.demand for case in self.problem.cases]

    @cached_property
    def room(self) -> list[int]:
        """How many more each member may take; never more than there are applications."""
        most, count = self.problem.policy.max_load, len(self.problem.cases)
        return [min(max(0, most - member.held), count) for member in self.problem.members]

    def step(self, member: int, number: int) -> int:
        """What the member's `number`-th new assignment adds to the square of the load."""
        return self.problem.policy.load * (2 * (self.problem.members[member].held + number) - 1)

    @cached_property
    def spread(self) -> int:
        largest = max((self.step(n, max(room, 1)) for n, room in enumerate(self.room)), default=0)
        return 2 * (MOST * len(self.problem.members) + largest) + 1

    @cached_property
    def cover(self) -> int:
        return self.spread * (2 * max(self.demand, default=0) + 2)

    def bypass(self, number: int) -> int:
        """What the `number`-th evaluation that an application goes without costs."""
        return self.cover + self.spread * (number - 1)


def network(one: Problem) -> tuple[Any, Any, Any]:
    """(the solver's network, case of each pair that may be made, its member); pairs are the first arcs, in this order."""
    import numpy as np
    from ortools.graph.python import min_cost_flow

    net, flow = _Network(one), min_cost_flow.SimpleMinCostFlow()
    cases, members = len(one.cases), len(one.members)
    rows, columns = np.nonzero(net.open)
    sink, ends = cases + members, np.array(_ends(net), dtype=np.int64).reshape(-1, 2)
    tails = np.concatenate([rows, ends[:, 0]]).astype(np.int32)
    heads = np.concatenate([columns + cases, np.full(len(ends), sink)]).astype(np.int32)
    costs = np.concatenate([net.cost[rows, columns], ends[:, 1]]).astype(np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(tails), dtype=np.int64), costs)
    flow.set_nodes_supplies(
        np.arange(sink + 1, dtype=np.int32), np.array([*net.demand, *[0] * members, -sum(net.demand)], dtype=np.int64)
    )
    return flow, rows, columns


def solve(one: Problem) -> dict[str, tuple[str, ...]]:
    """Case → members who get it, both in the order of ids; cases that get nobody are left out. Optimal, as `proven` says.

    Raises: ArithmeticError when the solver finds no optimum, which no facts can cause.
    """
    if not one.cases:
        return {}
    flow, rows, columns = network(one)
    if flow.solve() != flow.OPTIMAL:
        raise ArithmeticError("the flow has no optimum")
    import numpy as np

    used = np.nonzero(flow.flows(np.arange(len(rows), dtype=np.int32)))[0] if len(rows) else []
    made: dict[str, tuple[str, ...]] = {}
    for n in used:
        ref = one.cases[rows[n]].ref
        made[ref] = (*made.get(ref, ()), one.members[columns[n]].ref)
    return made


def _ends(net: _Network) -> list[tuple[int, int]]:
    """Arcs to the sink, each for one evaluation: (node, cost). First the cases' bypasses, then the members' places."""
    bypasses = [(row, net.bypass(n + 1)) for row, demand in enumerate(net.demand) for n in range(demand)]
    first = len(net.demand)
    places = [(first + m, net.step(m, n + 1)) for m, room in enumerate(net.room) for n in range(room)]
    return bypasses + places


def proven(one: Problem, pairs: Pairs) -> bool:
    """Whether no assignment is better than this one: prices exist under which no residual arc is worth taking.

    Independent of the solver: Bellman and Ford's prices over the residual network of `pairs`; they settle exactly when it has no
    cycle of negative cost, and then the gap is 0.
    """
    if not one.cases or not one.members:
        return not pairs
    import numpy as np

    net = _Network(one)
    row = {case.ref: n for n, case in enumerate(one.cases)}
    column = {member.ref: n for n, member in enumerate(one.members)}
    taken = [(row[ref], column[who]) for ref, refs in pairs.items() for who in refs]
    rows, columns = np.array(taken, dtype=np.int64).reshape(-1, 2).T
    given, new = np.bincount(rows, minlength=len(row)), np.bincount(columns, minlength=len(column))
    if not net.open[rows, columns].all() or (given > net.demand).any() or (new > net.room).any():
        return False
    return _settles(net, rows, columns, given, new)


def _settles(net: _Network, rows: Any, columns: Any, given: Any, new: Any) -> bool:
    import numpy as np

    far = np.int64(2**60)
    demand, room = np.array(net.demand), np.array(net.room)
    forward = np.where(net.open, net.cost, far)
    forward[rows, columns] = far
    back = net.cost[rows, columns]
    into = np.array([net.step(m, n + 1) if n < net.room[m] else far for m, n in enumerate(new.tolist())])
    out = np.array([net.step(m, n) if n else 0 for m, n in enumerate(new.tolist())])
    lack = demand - given
    more = np.array([net.bypass(n + 1) if n < net.demand[a] else far for a, n in enumerate(lack.tolist())])
    less = np.array([net.bypass(n) if n else 0 for n in lack.tolist()])
    case, member, sink = np.zeros(len(demand), dtype=np.int64), np.zeros(len(room), dtype=np.int64), np.int64(0)
    for _turn in range(len(demand) + len(room) + 2):
        before = (case.copy(), member.copy(), sink)
        member = np.minimum(member, (case[:, None] + forward).min(axis=0))
        sink = min(sink, (member + into).min(), (case + more).min())
        member = np.where(new > 0, np.minimum(member, sink - out), member)
        case = np.where(lack > 0, np.minimum(case, sink - less), case)
        np.minimum.at(case, rows, member[columns] - back)
        if (case == before[0]).all() and (member == before[1]).all() and sink == before[2]:
            return True
        if case.min() < -4 * net.bypass(max(net.demand) + 1):  # below what any path without a cycle can reach
            return False
    return False

"""`python -m portal.management.market.play NEEDS OFFERS`: a round from needs and offers to the best choice of pairs, beside the
bare one by turns; then the proofs. Prints JSON. `… NEEDS OFFERS portal|bare` runs one alone and tells its peak memory."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import CommandError

TURNS = 2


@dataclass(frozen=True)
class Made:
    needs: dict[str, Any]
    offers: list[Any]
    policy: Any
    terms: Any


def made(needs: int, offers: int) -> Made:
    from portal.management.market import made as market
    from vouchers.rounds.rules import AllocatingPolicy

    asking = {f"need-{number:06}": one for number, one in enumerate(market.needs(needs))}
    return Made(asking, market.offers(offers), market.policy(), AllocatingPolicy())


def portal(one: Made) -> tuple[Any, Any, float]:
    """(market, choice, seconds that the scoring took) by the portal's own path."""
    from vouchers.matching.rules import allocating

    begin = time.perf_counter()
    asked = allocating.asked(one.needs, one.offers, one.policy, one.terms)
    scored = time.perf_counter() - begin
    return asked, allocating.best(asked.market), scored


def bare(one: Made, arrays: Any) -> tuple[Any, float]:
    """(scores and columns of the best of each need, seconds of the solver) by plain numpy and the solver alone."""
    from ortools.graph.python import min_cost_flow

    from portal.management.market import bare as plain
    from vouchers.matching.rules import allocating

    needs, count = len(one.needs), len(one.offers)
    found = [plain.best(arrays, number, allocating.FIRST) for number in range(needs)]
    kept = [(columns[points >= one.terms.least], points[points >= one.terms.least]) for columns, points in found]
    row = np.repeat(np.arange(needs, dtype=np.int32), [len(columns) for columns, _points in kept])
    column = np.concatenate([columns for columns, _points in kept]).astype(np.int32)
    value = np.concatenate([points for _columns, points in kept]).astype(np.int64) + arrays.bonus[row]
    begin = time.perf_counter()
    flow, sink = min_cost_flow.SimpleMinCostFlow(), needs + count
    ends = np.arange(needs + count, dtype=np.int32)
    room = np.concatenate([np.ones(needs, dtype=np.int64), arrays.room])
    flow.add_arcs_with_capacity_and_unit_cost(row, column + np.int32(needs), np.ones(len(row), dtype=np.int64), -value)
    around = np.concatenate([np.full(needs, one.terms.served), np.zeros(count, dtype=np.int64)])
    flow.add_arcs_with_capacity_and_unit_cost(ends, np.full(len(ends), sink, dtype=np.int32), room, around)
    flow.set_nodes_supplies(
        np.arange(sink + 1, dtype=np.int32), np.concatenate([np.ones(needs), np.zeros(count), [-needs]]).astype(np.int64)
    )
    flow.solve()
    chosen = flow.flows(np.arange(len(row), dtype=np.int32)) > 0
    worth = int(value[chosen].sum()) + one.terms.served * int(chosen.sum())
    return (len(row), worth), time.perf_counter() - begin


def within(one: Made, budget: int) -> tuple[Any, Any]:
    """(market, choice within one budget, with its bound) from the scores on."""
    from vouchers.matching.rules import allocating

    market = allocating.asked(one.needs, one.offers, one.policy, one.terms, budget_won=budget).market
    return market, allocating.within(allocating.compact(market), budget)


def ready(one: Made) -> Any:
    """Arrays of the bare way; making them is not measured."""
    from portal.management.market import bare as plain
    from vouchers.rounds.rules import CAPITAL_AREA

    arrays: Any = plain.Arrays(list(one.needs.values()), one.offers, one.policy)
    arrays.room = np.array([offer.offer.open_capacity for offer in arrays.offers], dtype=np.int64)
    arrays.bonus = np.array([one.terms.region * (need.region not in CAPITAL_AREA) for need in one.needs.values()], dtype=np.int64)
    return arrays


def apart(needs: int, offers: int, who: str = "") -> dict[str, float]:
    """What a process of its own found: nothing else is in its memory."""
    command = [sys.executable, "-m", "portal.management.market.play", str(needs), str(offers), *([who] if who else [])]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=settings.BASE_DIR, env=env)
    if run.returncode:
        raise CommandError(run.stderr[-2000:])
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def lost(worth: float, bound: float) -> float:
    """Percent of the bound that is missing."""
    return 100 * (bound - worth) / bound if bound else 0.0


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = run()
    return time.perf_counter() - begin, found


def peak_mb() -> float:
    """Most memory since this program began. Linux's getrusage would count that of the process which started it, too."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024  # macOS counts bytes


def alone(one: Made, who: str) -> dict[str, float]:
    if who == "portal":
        portal(one)
    else:
        bare(one, ready(one))
    return {"peak_mb": peak_mb()}


def together(one: Made) -> dict[str, float]:
    from vouchers.matching.rules import allocating

    arrays = ready(one)
    spent = [(timed(lambda: portal(one)), timed(lambda: bare(one, arrays))) for _turn in range(TURNS)]
    round_s, (asked, chosen, _scored) = min((own for own, _plain in spent), key=lambda pair: pair[0])
    bare_s, ((pairs, worth), _solver) = min((plain for _own, plain in spent), key=lambda pair: pair[0])
    market = asked.market
    assert pairs <= len(market.row) and worth <= market.worth(chosen), "the bare way finds something better"
    proof_s, proof = timed(lambda: allocating.prices(market, chosen))
    greedy = market.worth(allocating.greedy(market))
    budget = market.price(chosen) // 3
    budget_s, (priced, plan) = timed(lambda: within(one, budget))
    return {
        "round_s": round_s,
        "bare_s": bare_s,
        "score_s": min(own[1][2] for own, _plain in spent),
        "bare_score_s": min(plain[0] - plain[1][1] for _own, plain in spent),
        "solve_s": min(own[0] - own[1][2] for own, _plain in spent),
        "bare_solve_s": min(plain[1][1] for _own, plain in spent),
        "pairs": len(market.row),
        "worth": market.worth(chosen),
        "bound": proof.bound,
        "proof_s": proof_s,
        "greedy": greedy,
        "again": float(not np.array_equal(allocating.best(market), chosen)),
        "budget_s": budget_s,
        "budget_worth": plan.worth,
        "budget_bound": plan.bound,
        "budget_greedy": priced.worth(allocating.greedy(priced, budget)),
        "budget_kept": float(priced.allows(plan.chosen, budget)),
    }


if __name__ == "__main__":
    import django

    django.setup()
    case = made(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(alone(case, sys.argv[3]) if len(sys.argv) > 3 else together(case)))

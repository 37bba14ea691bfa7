"""A selection run on paper: from inputs as canonical JSON to outputs as canonical JSON, always the same bytes.

Scores are normalised, bonus and penalty added, everybody ranked without ties; then `choice` fills slots and budget under the
pools, and whoever passed and was not chosen waits on the reserve list of the track. Each decision carries its ground. What took
a place is found by asking again without it: a contender that would be chosen without the quota of a pool, and is not chosen
with it, lost its place to that pool.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from itertools import count
from typing import Any

from vouchers.evaluation.rules.choice import Chosen, Contender, choose
from vouchers.evaluation.rules.grounds import WAITING, Ground
from vouchers.evaluation.rules.scoring import Given, leading_criterion, normalised, points_of, rounded
from vouchers.evaluation.rules.stages import Outcome
from vouchers.rounds.rules import CAPITAL_AREA, Advantage, PassMark, Pool, SelectionPolicy, TieBreak

ENGINE = "selection-1"


def pools_by_facts(*, region: str, youth: bool, size: str) -> frozenset[str]:
    """The pools that a company belongs to. region, size: codes at the submission; an unknown region is in none."""
    held = {
        Pool.NON_CAPITAL: bool(region) and region not in CAPITAL_AREA,
        Pool.YOUTH: youth,
        Pool.MICRO: size == "MICRO",
    }
    return frozenset(str(pool) for pool, is_in in held.items() if is_in)


@dataclass(frozen=True)
class Applicant:
    """One application as the run sees it. submitted_at: ISO 8601, UTC. evaluations: (evaluator's ref, criterion → points).

    matched: its confirmed match stands, or the round asks for none before the selection. penalties: Penalty codes. late: it came
    by a late entry, by exception; that counts nowhere, and stands in the record. absent: criteria that
    count 0 points by the policy, since it stayed away from the presentation.
    """

    ref: str
    receipt_no: str
    track: str
    grant_won: int
    submitted_at: str
    matched: bool
    region: str
    youth: bool
    size: str
    provider_outside: bool
    penalties: tuple[str, ...]
    evaluations: tuple[tuple[str, Mapping[str, int]], ...]
    late: bool = False
    absent: tuple[str, ...] = ()

    def pools(self) -> frozenset[str]:
        return pools_by_facts(region=self.region, youth=self.youth, size=self.size)

    def advantages(self) -> tuple[str, ...]:
        found = {*self.pools(), *({str(Advantage.NON_CAPITAL_PROVIDER)} if self.provider_outside else ())}
        return tuple(sorted(found))


@dataclass(frozen=True)
class TrackPlan:
    """A track's slots and ceiling; None where the round publishes none (then only the budget limits)."""

    key: str
    slots: int | None
    cap_won: int | None


@dataclass(frozen=True)
class Inputs:
    """Everything that a run depends on. weights: criterion → percent, in the order of the call. budget_won: still available."""

    round: str
    policy_version: int
    policy: SelectionPolicy
    pass_mark: Decimal
    reserve_length: int
    weights: Mapping[str, int]
    budget_won: int
    tracks: tuple[TrackPlan, ...]
    applicants: tuple[Applicant, ...]


@dataclass(frozen=True)
class Line:
    """What a run says about one application. place: among all; rank: within its track; both from 1. raw: the mean of the
    evaluators' totals; score: normalised; total: score + bonus - penalty, 0 at least. grant_won: of selected ones, else 0.

    pools: those that gave or took the place. ties: TieBreak codes that set it before or behind others with the same total.
    """

    ref: str
    track: str
    place: int
    rank: int
    raw: Decimal
    score: Decimal
    bonus: Decimal
    penalty: Decimal
    total: Decimal
    outcome: Outcome
    ground: Ground
    pools: tuple[str, ...]
    grant_won: int
    reserve_no: int | None
    ties: tuple[str, ...]


@dataclass(frozen=True)
class Quota:
    """A pool in a run: places that the policy wants, that could be kept, that the selected hold, and members who passed."""

    pool: str
    wanted: int
    kept: int
    selected: int
    passed: int


@dataclass(frozen=True)
class Result:
    """A run's outcome: lines by track in the call's order, best rank first."""

    lines: tuple[Line, ...]
    quotas: tuple[Quota, ...]
    budget_won: int
    left_won: int


@dataclass(frozen=True)
class _Ranked:
    """An applicant with its points, in the order of the ranking."""

    one: Applicant
    raw: Decimal
    score: Decimal
    bonus: Decimal
    penalty: Decimal
    total: Decimal
    key: tuple[Any, ...]  # what the tie-break compares, in the policy's order
    ground: Ground | None  # what no slot and no money can mend


def select(inputs: Inputs) -> Result:
    """The whole round at once. Pure: the same inputs give the same result, in whatever order the applicants come."""
    ranked = _ranked(inputs)
    running = [row for row in ranked if row.ground is None]
    decided = _decide(running, inputs)
    lines = _lines(ranked, decided, inputs)
    position = {plan.key: at for at, plan in enumerate(inputs.tracks)}
    won = sum(line.grant_won for line in lines)
    return Result(
        lines=tuple(sorted(lines, key=lambda line: (position[line.track], line.rank))),
        quotas=_quotas(running, decided, inputs),
        budget_won=inputs.budget_won,
        left_won=inputs.budget_won - won,
    )


# ── The ranking ──────────────────────────────────────────────────────────────────────────────────────
def _ranked(inputs: Inputs) -> list[_Ranked]:
    given = given_in(inputs)
    scores = normalised(given, inputs.policy)
    plain: dict[str, list[Fraction]] = defaultdict(list)
    for row in given:
        plain[row.application].append(row.total)
    heaviest = leading_criterion(inputs.weights, list(inputs.weights)) if inputs.weights else ""
    rows = [_row(one, plain[one.ref], scores[one.ref], heaviest, inputs) for one in inputs.applicants]
    return sorted(rows, key=lambda row: (-row.total, *row.key))


def given_in(inputs: Inputs) -> list[Given]:
    """Every evaluator's total for every application."""
    return [
        Given(one.ref, who, total_of(points, inputs.weights), judged_of(one, inputs.weights))
        for one in inputs.applicants
        for who, points in one.evaluations
    ]


def judged_of(one: Applicant, weights: Mapping[str, int]) -> Fraction:
    """The share of the weights that evaluators scored, 0–1."""
    return Fraction(sum(weight for key, weight in weights.items() if key not in one.absent), sum(weights.values()))


def total_of(points: Mapping[str, int], weights: Mapping[str, int]) -> Fraction:
    """One evaluator's total, 0–100."""
    return Fraction(sum(points[key] * weight for key, weight in weights.items()), 100)


def _row(one: Applicant, totals: list[Fraction], normal: Fraction, heaviest: str, inputs: Inputs) -> _Ranked:
    policy = inputs.policy
    raw, score = rounded(sum(totals, Fraction()) / len(totals)), rounded(normal)
    bonus = points_of(one.advantages(), policy.bonus_points, policy.bonus_cap)
    penalty = points_of(one.penalties, policy.penalty_points, policy.penalty_cap)
    total = max(score + bonus - penalty, Decimal("0.00"))
    leading = Fraction(sum(points[heaviest] for _who, points in one.evaluations), len(one.evaluations))
    compared = {
        TieBreak.SCORE: -score,
        TieBreak.LEADING_CRITERION: -leading,
        TieBreak.SUBMITTED_AT: one.submitted_at,
        TieBreak.SMALLER_GRANT: one.grant_won,
        TieBreak.RECEIPT_NO: (one.receipt_no, one.ref),
    }
    key = tuple(compared[TieBreak(code)] for code in policy.tie_break)
    return _Ranked(one, raw, score, bonus, penalty, total, key, _unmendable(one, score, total, inputs))


def _unmendable(one: Applicant, score: Decimal, total: Decimal, inputs: Inputs) -> Ground | None:
    plan = next(plan for plan in inputs.tracks if plan.key == one.track)
    marked = total if inputs.policy.pass_mark_counts == PassMark.TOTAL else score
    if marked < inputs.pass_mark:
        return Ground.BELOW_MARK
    if not one.matched:
        return Ground.NO_MATCH
    if one.grant_won <= 0:
        return Ground.NO_GRANT
    return Ground.OVER_CAP if plan.cap_won is not None and one.grant_won > plan.cap_won else None


def _ties(ranked: Sequence[_Ranked], order: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """ref → what set it before or behind its neighbours in its track with the same total, in the policy's order."""
    found: dict[str, set[str]] = defaultdict(set)
    last: dict[str, _Ranked] = {}
    for row in ranked:
        above = last.get(row.one.track)
        if above is not None and above.total == row.total:
            code = next((str(code) for code, a, b in zip(order, above.key, row.key, strict=True) if a != b), "")
            found[above.one.ref].add(code)
            found[row.one.ref].add(code)
        last[row.one.track] = row
    return {ref: tuple(str(code) for code in order if code in codes) for ref, codes in found.items()}


# ── The choice and its grounds ───────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Decided:
    """The choice under all pools, without any, and under all but one; numbers are places among those who run."""

    chosen: Chosen
    free: Chosen
    without: Mapping[str, Chosen]


def _wanted(inputs: Inputs, running: Sequence[_Ranked]) -> dict[str, int]:
    """pool → places: its share of all slots, rounded up; a track without published slots counts by those who run in it."""
    per_track = Counter(row.one.track for row in running)
    slots = sum(per_track[plan.key] if plan.slots is None else plan.slots for plan in inputs.tracks)
    return {one.pool: int((one.share * slots).to_integral_value(rounding=ROUND_CEILING)) for one in inputs.policy.pools}


def _decide(running: Sequence[_Ranked], inputs: Inputs) -> _Decided:
    quotas = _wanted(inputs, running)
    contenders = [
        Contender(row.one.track, frozenset(pool for pool in row.one.pools() if pool in quotas), row.one.grant_won)
        for row in running
    ]
    slots = {plan.key: plan.slots for plan in inputs.tracks}

    def under(kept: Mapping[str, int]) -> Chosen:
        return choose(contenders, slots=slots, budget_won=inputs.budget_won, quotas=kept)

    chosen, free = under(quotas), under({}) if quotas else None
    if free is None or free.numbers == chosen.numbers:
        return _Decided(chosen, chosen if free is None else free, {})
    others = {pool: {key: n for key, n in quotas.items() if key != pool} for pool in quotas}
    return _Decided(chosen, free, {pool: under(kept) if kept else free for pool, kept in others.items()})


def _ground(number: int, row: _Ranked, decided: _Decided) -> tuple[Ground, tuple[str, ...]]:
    """Why one who could run was chosen or not, and the pools that made the difference."""
    is_in, freely = number in decided.chosen.numbers, number in decided.free.numbers
    if is_in and freely:
        return Ground.WITHIN, ()
    if not is_in and not freely:
        held = number in decided.chosen.held_back
        full = number in (decided.free.full if held else decided.chosen.full)
        kept = [pool for pool, places in decided.chosen.quotas.items() if held and places and pool not in row.one.pools()]
        return (Ground.SLOTS_FULL if full else Ground.BUDGET_SHORT), tuple(kept)
    mattered = tuple(pool for pool, other in decided.without.items() if (number in other.numbers) != is_in)
    if is_in:
        return Ground.BY_POOL, mattered or tuple(sorted(row.one.pools() & decided.without.keys()))
    return Ground.POOL_PLACE, mattered or tuple(decided.without)


def _lines(ranked: Sequence[_Ranked], decided: _Decided, inputs: Inputs) -> list[Line]:
    rank: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    numbers, ties = count(), _ties(ranked, inputs.policy.tie_break)
    lines = []
    for place, row in enumerate(ranked, 1):
        track = row.one.track
        rank[track] += 1
        ground, pools = (row.ground, NO_POOLS) if row.ground else _ground(next(numbers), row, decided)
        waiting[track] += ground in WAITING
        outcome, reserve_no = _outcome(ground, waiting[track], inputs.reserve_length)
        won = row.one.grant_won if outcome == Outcome.SELECTED else 0
        lines.append(
            Line(row.one.ref, track, place, rank[track], row.raw, row.score, row.bonus, row.penalty, row.total, outcome, ground,
                 pools, won, reserve_no, ties.get(row.one.ref, ()))
        )  # fmt: skip
    return lines


NO_POOLS: tuple[str, ...] = ()


def _outcome(ground: Ground, waiting: int, length: int) -> tuple[Outcome, int | None]:
    """With the place on the reserve list. waiting: how many of the track wait, this one included."""
    if ground in {Ground.WITHIN, Ground.BY_POOL}:
        return Outcome.SELECTED, None
    return (Outcome.RESERVE, waiting) if ground in WAITING and waiting <= length else (Outcome.NOT_SELECTED, None)


def _quotas(running: Sequence[_Ranked], decided: _Decided, inputs: Inputs) -> tuple[Quota, ...]:
    wanted = _wanted(inputs, running)
    return tuple(
        Quota(
            pool=pool,
            wanted=wanted[pool],
            kept=kept,
            selected=sum(pool in running[n].one.pools() for n in decided.chosen.numbers),
            passed=sum(pool in row.one.pools() for row in running),
        )
        for pool, kept in decided.chosen.quotas.items()
    )


# ── Bytes ────────────────────────────────────────────────────────────────────────────────────────────
def canonical(body: Any) -> str:
    """JSON with sorted keys, no spaces, text as it stands: one text for one content."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()

"""The cheapest places that keep every pool's quota possible: an exact little integer programme.

Kinds of contenders are (track, pools); inside a kind the cheapest grants come first, so a choice is a count a kind. With the
counts of contenders in several pools fixed, what remains is a transport from pools to tracks, whose whole-number optimum is
found by shortest paths, and whose least cost is a convex function of those counts. So the last of them is found by halving an
interval, the others (three pools and more) by trying each. No rounding and no solver: integers in won throughout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from heapq import merge
from itertools import islice

Signature = frozenset[str]
Kind = tuple[str, Signature]  # track, the pools that a contender belongs to
Priced = tuple[int, int]  # grant in won, number of the contender
MISSING = ""  # the track that does not exist: who is placed there could not be placed


@dataclass(frozen=True)
class Holding:
    """Places held for pools: their contenders' numbers, and what they cost in won together."""

    numbers: frozenset[int]
    cost_won: int


NOTHING = Holding(frozenset(), 0)


def cheapest(kinds: Mapping[Kind, Sequence[Priced]], free: Mapping[str, int], needs: Mapping[str, int]) -> Holding | None:
    """The holding of least cost that fills every need within the free slots; None when there is none.

    kinds: contenders of a kind, cheapest first. free: track → slots. needs: pool → places still owed. Costs nothing but time:
    whether the money suffices is the caller's comparison.
    """
    owed = {pool: number for pool, number in needs.items() if number > 0}
    if not owed:
        return NOTHING
    lists = _by_open_pools(kinds, owed, sum(owed.values()))
    tracks = sorted({track for track, _pools in lists if free.get(track, 0) > 0})
    table = _Table(lists, [*tracks, MISSING], free)
    found = _search(table, owed, sorted({pools for _track, pools in lists if len(pools) > 1}, key=sorted), {})
    return table.holding(found) if found.missing == 0 else None


def _by_open_pools(kinds: Mapping[Kind, Sequence[Priced]], owed: Mapping[str, int], most: int) -> dict[Kind, list[Priced]]:
    """Kinds by the pools that are still owed something, cheapest first, no longer than could be needed."""
    grouped: dict[Kind, list[Sequence[Priced]]] = {}
    for (track, pools), rows in kinds.items():
        open_pools = pools.intersection(owed)
        if open_pools and rows:
            grouped.setdefault((track, open_pools), []).append(rows)
    return {kind: list(islice(merge(*rows), most)) for kind, rows in grouped.items()}


@dataclass(frozen=True)
class _Plan:
    """counts: (track, pools) → how many; missing: how many could not be placed; cost_won of those that were."""

    counts: Mapping[Kind, int]
    missing: int
    cost_won: int

    @property
    def weight(self) -> tuple[int, int]:
        return self.missing, self.cost_won


class _Table:
    """What the search looks at: priced contenders of each kind, the tracks and their free slots."""

    def __init__(self, lists: Mapping[Kind, list[Priced]], tracks: list[str], free: Mapping[str, int]) -> None:
        self.lists, self.tracks, self.free = lists, tracks, free
        self.dear = 1 + sum(grant for rows in lists.values() for grant, _number in rows)  # dearer than everybody together

    def price(self, track: str, pools: Signature, place: int) -> int | None:
        """Won of the place-th contender of a kind; None where there is none; `dear` for one who is not placed."""
        if track == MISSING:
            return self.dear
        rows = self.lists.get((track, pools), ())
        return rows[place][0] if place < len(rows) else None

    def room(self, track: str) -> int | None:
        return None if track == MISSING else self.free[track]

    def available(self, pools: Signature) -> int:
        return sum(min(len(self.lists.get((track, pools), ())), self.free[track]) for track in self.tracks if track != MISSING)

    def holding(self, plan: _Plan) -> Holding:
        numbers = [number for kind, count in plan.counts.items() for _grant, number in self.lists.get(kind, ())[:count]]
        return Holding(frozenset(numbers), plan.cost_won)


def _search(table: _Table, owed: Mapping[str, int], shared: Sequence[Signature], fixed: Mapping[Signature, int]) -> _Plan:
    """The lightest plan over the counts of contenders in several pools: all but the last tried, the last by halving."""
    if not shared:
        return _transport(table, _demand(owed, fixed))
    pools, rest = shared[0], shared[1:]
    most = min(max(owed[pool] for pool in pools), table.available(pools))
    if rest:
        plans = (_search(table, owed, rest, {**fixed, pools: count}) for count in range(most + 1))
        return reduce(lambda best, plan: plan if plan.weight < best.weight else best, plans)
    low, high = 0, most
    seen: dict[int, _Plan] = {}

    def at(count: int) -> _Plan:
        if count not in seen:
            seen[count] = _transport(table, _demand(owed, {**fixed, pools: count}))
        return seen[count]

    while low < high:  # convex: the first count whose successor is no lighter
        middle = (low + high) // 2
        if _price(table, at(middle)) <= _price(table, at(middle + 1)):
            high = middle
        else:
            low = middle + 1
    return at(low)


def _price(table: _Table, plan: _Plan) -> int:
    """One number for missing places and won: convex where the pair is not."""
    return plan.missing * table.dear + plan.cost_won


def _demand(owed: Mapping[str, int], fixed: Mapping[Signature, int]) -> dict[Signature, int]:
    """How many of each kind of pools: the fixed ones, and singles for what those leave open."""
    singles = {
        frozenset({pool}): max(0, number - sum(count for pools, count in fixed.items() if pool in pools))
        for pool, number in owed.items()
    }
    return {pools: count for pools, count in {**singles, **fixed}.items() if count}


def _transport(table: _Table, demand: Mapping[Signature, int]) -> _Plan:
    """The lightest way to place the demand into tracks: everybody where it is cheapest, then out of overfull tracks.

    Each step moves one place along the cheapest chain of moves from an overfull track to one with room (successive shortest
    paths on convex costs: exact in whole numbers).
    """
    counts: dict[Kind, int] = {}
    for pools, number in demand.items():
        for track, count in _cheapest_tracks(table, pools, number).items():
            counts[track, pools] = count
    load = {track: sum(counts.get((track, pools), 0) for pools in demand) for track in table.tracks}
    while over := [track for track in table.tracks if (room := table.room(track)) is not None and load[track] > room]:
        _relieve(table, counts, load, over[0], list(demand))
    missing = load[MISSING]
    cost = sum(grant for kind, count in counts.items() if kind[0] != MISSING for grant, _n in table.lists.get(kind, ())[:count])
    return _Plan(counts, missing, cost)


def _cheapest_tracks(table: _Table, pools: Signature, number: int) -> dict[str, int]:
    """Where the `number` cheapest contenders of these pools apply, slots aside; what is lacking goes to MISSING."""
    rows = {track: table.lists.get((track, pools), ()) for track in table.tracks if track != MISSING}
    found = dict.fromkeys(table.tracks, 0)
    for _grant, _number, track in islice(merge(*([(g, n, track) for g, n in own] for track, own in rows.items())), number):
        found[track] += 1
    found[MISSING] = number - sum(found.values())
    return found


def _relieve(table: _Table, counts: dict[Kind, int], load: dict[str, int], start: str, demand: list[Signature]) -> None:
    """Moves one place out of `start` along the cheapest chain. Bellman and Ford over a handful of tracks."""
    moves = {(a, b): _move(table, counts, a, b, demand) for a in table.tracks for b in table.tracks if a != b}
    reach: dict[str, tuple[int, list[tuple[str, str]]]] = {start: (0, [])}
    for _turn in table.tracks:
        for (a, b), move in moves.items():
            if move and a in reach and (b not in reach or reach[a][0] + move[0] < reach[b][0]):
                reach[b] = (reach[a][0] + move[0], [*reach[a][1], (a, b)])
    ends = [t for t in reach if t != start and ((room := table.room(t)) is None or load[t] < room)]
    end = min(ends, key=lambda track: (reach[track][0], table.tracks.index(track)))
    for a, b in reach[end][1]:
        move = moves[a, b]
        assert move, "a chain consists of moves"
        counts[a, move[1]] -= 1
        counts[b, move[1]] = counts.get((b, move[1]), 0) + 1
    load[start] -= 1
    load[end] += 1


def _move(table: _Table, counts: Mapping[Kind, int], a: str, b: str, demand: list[Signature]) -> tuple[int, Signature] | None:
    """The cheapest change of one place from track a to b: what it costs more, and of which pools. None: nobody is in a."""
    found: tuple[int, Signature] | None = None
    for pools in demand:
        held = counts.get((a, pools), 0)
        before = table.price(a, pools, held - 1) if held else None
        after = table.price(b, pools, counts.get((b, pools), 0))
        if before is not None and after is not None and (found is None or after - before < found[0]):
            found = after - before, pools
    return found

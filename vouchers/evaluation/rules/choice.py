"""Who is chosen under slots, budget and pools: exact, best rank first.

The objective is lexicographic by rank. Write a choice as a row of ones and zeros, best rank first; of all choices that keep
every track's slots, the budget and every pool's quota, the greatest row wins. So the best-ranked contender is chosen whenever
any completion exists that keeps all of it, then the next, and so on: nobody is passed over for a worse rank unless slots,
money or a quota leave no other way. (`holding` answers whether a completion exists; tests compare with trying every choice.)

A quota binds only as far as it can be kept: the pools are looked at in the policy's order, and each one's quota is lowered to
what slots, money and the quotas before it allow.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vouchers.evaluation.rules.holding import NOTHING, Holding, Kind, Priced, Signature, cheapest


@dataclass(frozen=True)
class Contender:
    """Somebody who may be chosen. track: its key; pools: keys; grant_won: whole won above zero."""

    track: str
    pools: Signature
    grant_won: int


@dataclass(frozen=True)
class Chosen:
    """numbers: places in the ranking, from 0. quotas: pool → places that the choice had to keep. left_won: of the budget.

    full: those not chosen who found no slot in their track when their turn came. held_back: those who found slot and money,
    but held for pools; the others found too little money.
    """

    numbers: frozenset[int]
    quotas: Mapping[str, int]
    left_won: int
    full: frozenset[int]
    held_back: frozenset[int]


def choose(
    contenders: Sequence[Contender], *, slots: Mapping[str, int | None], budget_won: int, quotas: Mapping[str, int]
) -> Chosen:
    """contenders: best rank first. slots: track → places, None without limit. quotas: pool → least places, in policy order."""
    work = _Work(contenders, slots, budget_won)
    kept = work.keepable(quotas)
    work.start(kept)
    for number in range(len(contenders)):
        work.decide(number)
    return Chosen(frozenset(work.chosen), kept, work.left_won, frozenset(work.full), frozenset(work.held_back))


class _Work:
    """The state while the ranking is walked down. held: a completion that is known to exist."""

    def __init__(self, contenders: Sequence[Contender], slots: Mapping[str, int | None], budget_won: int) -> None:
        self.contenders = contenders
        self.free = {key: len(contenders) if places is None else places for key, places in slots.items()}
        self.left_won = budget_won
        self.waiting: dict[Kind, list[Priced]] = {}
        for number, one in enumerate(contenders):
            if one.pools:
                insort(self.waiting.setdefault((one.track, one.pools), []), (one.grant_won, number))
        self.owed: dict[str, int] = {}
        self.held: Holding = NOTHING
        self.chosen: list[int] = []
        self.full: list[int] = []
        self.held_back: list[int] = []
        self.refused: dict[Kind, int] = {}  # kind → the lowest grant that was refused for lack of a completion

    def keepable(self, quotas: Mapping[str, int]) -> dict[str, int]:
        """Each quota, lowered to what can be kept together with those before it."""
        kept: dict[str, int] = {}
        for pool, wanted in quotas.items():
            low, high = 0, min(wanted, sum(pool in one.pools for one in self.contenders))
            if self._completion({**kept, pool: high}) is not None:
                low = high
            while low < high:
                middle = (low + high + 1) // 2
                if self._completion({**kept, pool: middle}) is not None:
                    low = middle
                else:
                    high = middle - 1
            kept[pool] = low
        return kept

    def start(self, quotas: Mapping[str, int]) -> None:
        self.owed = {pool: number for pool, number in quotas.items() if number}
        found = self._completion(self.owed)
        assert found is not None, "quotas were lowered to what can be kept"
        self.held = found

    def _completion(self, owed: Mapping[str, int]) -> Holding | None:
        found = cheapest(self.waiting, self.free, owed)
        return found if found is not None and found.cost_won <= self.left_won else None

    def decide(self, number: int) -> None:
        one = self.contenders[number]
        self._leave(number, one)
        if self.free[one.track] < 1:
            self.full.append(number)
            return
        if one.grant_won > self.left_won:
            return
        completion = None if self._surely_refused(one) else self._with(number, one)
        if completion is None:
            self._refuse(number, one)
            return
        self._take(one)
        self.chosen.append(number)
        self.held = completion

    def _leave(self, number: int, one: Contender) -> None:
        if one.pools:
            rows = self.waiting[one.track, one.pools]
            del rows[bisect_left(rows, (one.grant_won, number))]

    def _with(self, number: int, one: Contender) -> Holding | None:
        """A completion after taking this one: the known one where it still holds, else the cheapest; None: there is none."""
        owed = {pool: count - (pool in one.pools) for pool, count in self.owed.items()}
        known = self._known(number, one, owed)
        if known is not None:
            return known
        self._take(one)
        found = self._completion(owed)
        self._give_back(one)
        return found

    def _known(self, number: int, one: Contender, owed: Mapping[str, int]) -> Holding | None:
        """The completion held so far, without this one and without whom it makes needless, if slots and money hold it."""
        numbers = set(self.held.numbers) - {number}
        spare = {pool: sum(pool in self.contenders[n].pools for n in numbers) - count for pool, count in owed.items()}
        for other in sorted(numbers, key=lambda n: (self.contenders[n].track != one.track, -self.contenders[n].grant_won, n)):
            open_pools = [pool for pool in self.contenders[other].pools if pool in owed]
            if all(spare[pool] > 0 for pool in open_pools):
                numbers.remove(other)
                for pool in open_pools:
                    spare[pool] -= 1
        cost = sum(self.contenders[n].grant_won for n in numbers)
        in_track = sum(self.contenders[n].track == one.track for n in numbers)
        fits = in_track < self.free[one.track] and cost + one.grant_won <= self.left_won
        return Holding(frozenset(numbers), cost) if fits and all(n >= 0 for n in spare.values()) else None

    def _take(self, one: Contender) -> None:
        self.free[one.track] -= 1
        self.left_won -= one.grant_won
        self.owed = {pool: count - (pool in one.pools) for pool, count in self.owed.items()}

    def _give_back(self, one: Contender) -> None:
        self.free[one.track] += 1
        self.left_won += one.grant_won
        self.owed = {pool: count + (pool in one.pools) for pool, count in self.owed.items()}

    def _refuse(self, number: int, one: Contender) -> None:
        self.held_back.append(number)
        kind = one.track, one.pools
        self.refused[kind] = min(one.grant_won, self.refused.get(kind, one.grant_won))

    def _surely_refused(self, one: Contender) -> bool:
        """Somebody of the same track, in at least the same pools and no dearer, was refused before: so is this one.

        Else that one could have stood in this one's place, and would have been chosen.
        """
        return any(
            track == one.track and pools >= one.pools and grant <= one.grant_won for (track, pools), grant in self.refused.items()
        )

"""The cheapest set of datasets that reaches so many persons and institutions, or that holds all kinds of data, exactly."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, product
from math import inf
from typing import Any

from vouchers.matching.rules.bundles.costs import persons, price
from vouchers.matching.rules.facts import Candidate

ENDLESS = 10**18  # won: no budget


@dataclass(frozen=True)
class Wish:
    """What a set must reach. least: persons together; sites: institutions; limit: whole won that what is known may cost.

    worse: whether a dataset is to be avoided; order: by id, the best first, where prices are equal; many: persons of a dataset that
    does not publish them; most: institutions of one set. kinds: what a dataset holds, as bits; whole: what an institution must hold
    to be counted, by one dataset or by several of its own.
    """

    least: int = 0
    sites: int = 0
    limit: int | None = None
    worse: Callable[[Candidate], bool] = lambda one: False
    order: Mapping[str, int] = field(default_factory=dict)
    many: int = 0
    most: int = 20
    kinds: Callable[[Candidate], int] = lambda one: 0
    whole: int = 0


def cheapest(wish: Wish, groups: Sequence[Sequence[Candidate]], must: Sequence[Sequence[Candidate]] = ()) -> list[Candidate]:
    """The set with one of each group of `must` and at most one of each of `groups` (institutions) that reaches the wish and costs
    least: least to be avoided, then fewest without a price, then won, then fewest datasets, then the best, then keys; those of
    `must` first. Empty when there is none that is affordable.

    Exact: as much is allowed to be avoided, and to be without a price, as is needed; for that, of each number of institutions only
    what no other set beats in persons and won is carried on, as long as the rest can still be affordable.
    """
    states: _States = {(0, 0, 0): [_State()]}
    for group in must:
        states = _fronted(_with(wish, states, [_Option.of(wish, one, institution=False) for one in group]))
    if not groups:
        return _best(wish, states)
    search = _Search(wish, groups)
    for avoided, unpriced in search.allowances(len(must)):
        if found := _best(wish, search.within(states, avoided, unpriced)):
            return found
    return []


@dataclass(frozen=True, slots=True)
class _Option:
    """One dataset of a group, or several of one institution. worse: how many are to be avoided; unpriced: how many without a price;
    persons: of several, of the smallest; kinds: what they hold together."""

    members: tuple[Candidate, ...]
    worse: int
    unpriced: int
    won: int
    persons: int
    order: int
    sites: int
    kinds: int = 0

    @classmethod
    def of(cls, wish: Wish, one: Candidate, *, institution: bool) -> "_Option":
        unpriced, won = price([one])
        published = persons(one)
        there = min(wish.least, wish.many if published is None else published) if institution else 0
        kinds = wish.kinds(one) if wish.whole else 0
        return cls((one,), int(wish.worse(one)), unpriced, won, there, wish.order.get(one.id, 0), int(institution), kinds)

    def beside(self, other: "_Option") -> "_Option":
        return _Option(
            (*self.members, *other.members), self.worse + other.worse, self.unpriced + other.unpriced, self.won + other.won,
            min(self.persons, other.persons), self.order + other.order, 1, self.kinds | other.kinds,
        )  # fmt: skip

    @property
    def rank(self) -> tuple[int, int]:
        """Where prices are equal: the fewest datasets, then the best."""
        return len(self.members), self.order

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(one.id for one in self.members))


def _options(wish: Wish, group: Iterable[Candidate]) -> list[_Option]:
    """What of one institution may be chosen: a dataset, or several that hold everything together."""
    each = [_Option.of(wish, one, institution=True) for one in group]
    if not wish.whole:
        return _worth(each)
    found: dict[int, list[_Option]] = {}
    for one in sorted(each, key=lambda option: option.ids):
        made = [one, *(other.beside(one) for held, options in found.items() if one.kinds & ~held for other in options)]
        for option in made:
            found.setdefault(option.kinds, []).append(option)
        found = {held: _worth(options) for held, options in found.items()}
    return found.get(wish.whole, [])


def _worth(group: Iterable[_Option]) -> list[_Option]:
    """Of one institution those that are cheaper, have more persons, or at the same price stand before the others."""
    kept: list[_Option] = []
    ordered = sorted(group, key=lambda one: (one.worse, one.unpriced, one.won, -one.persons, one.rank, one.ids))
    for _alike, options in groupby(ordered, key=lambda one: (one.worse, one.unpriced)):
        most, won, rank = -1, -1, (0, 0)
        for one in options:
            if one.persons > most or (one.won == won and one.rank < rank):
                kept.append(one)
                most, rank = max(most, one.persons), one.rank if one.won != won else min(rank, one.rank)
                won = one.won
    return kept


@dataclass(frozen=True, slots=True)
class _State:
    """persons: of institutions, at most those wished for. members: those of `must` first."""

    persons: int = 0
    won: int = 0
    order: int = 0
    members: tuple[Candidate, ...] = ()

    @property
    def cost(self) -> tuple[int, int, int, tuple[str, ...]]:
        return self.won, len(self.members), self.order, tuple(sorted(one.id for one in self.members))


type _Key = tuple[int, int, int]  # institutions, to be avoided, without a price
type _States = dict[_Key, list[_State]]


def _with(wish: Wish, states: _States, group: Iterable[_Option]) -> _States:
    """Each with one of this group."""
    found: _States = {}
    for one in group:
        for (sites, avoided, without), front in states.items():
            key = (sites + one.sites, avoided + one.worse, without + one.unpriced)
            for state in front:
                won = state.won + one.won
                if wish.limit is None or won <= wish.limit:
                    reached = min(wish.least, state.persons + one.persons)
                    found.setdefault(key, []).append(
                        _State(reached, won, state.order + one.order, (*state.members, *one.members))
                    )
    return found


def _fronted(states: _States) -> _States:
    return {key: _front(front) for key, front in states.items() if front}


def _front(states: list[_State]) -> list[_State]:
    """Without those that another one of them beats: no dearer, and as many persons."""
    kept: list[_State] = []
    for state in sorted(states, key=lambda one: one.cost):
        if not kept or state.persons > kept[-1].persons:
            kept.append(state)
    return kept


def _does(wish: Wish, key: _Key, state: _State) -> bool:
    return key[0] >= wish.sites and state.persons >= wish.least


def _best(wish: Wish, states: _States) -> list[Candidate]:
    reached = [(key[1:], state) for key, front in states.items() for state in front if _does(wish, key, state)]
    return list(min(reached, key=lambda row: (row[0], row[1].cost))[1].members) if reached else []


class _Search:
    """One institution after the other, those with the cheapest persons first."""

    def __init__(self, wish: Wish, groups: Iterable[Sequence[Candidate]]) -> None:
        self.wish = wish
        rows = [options for group in groups if (options := _options(wish, group))]
        self.groups = sorted(rows, key=lambda group: (_rate(group), min(one.ids for one in group)))
        self.rates = [_rate(group) for group in self.groups]
        plain = [max((one.persons for one in group if _plain(one)), default=0) for group in self.groups]
        self.persons = list(accumulate(plain, initial=0))
        costs_ = (there * rate if there else 0.0 for there, rate in zip(plain, self.rates, strict=True))
        self.won = list(accumulate(costs_, initial=0.0))
        self.any, self.avoided, self.unpriced = (
            self._most(reads) for reads in (lambda one: True, lambda one: one.worse, lambda one: one.unpriced)
        )

    def _most(self, reads: Callable[[_Option], Any]) -> list[list[int]]:
        """By place: the most persons of so many of the groups from there on, by such options."""
        largest, tops = [0], [[0] * (self.wish.most + 1)]
        for group in reversed(self.groups):
            insort(largest, max((one.persons for one in group if reads(one)), default=0), key=lambda n: -n)
            del largest[self.wish.most :]
            tops.append(list(accumulate([*largest, *[0] * (self.wish.most - len(largest))], initial=0)))
        return tops[::-1]

    def allowances(self, must: int) -> Iterable[tuple[int, int]]:
        """How many may be to be avoided, and without a price; the fewest first."""
        avoidable, silent = (
            must
            + sum(sorted((max(getattr(one, name) for one in group) for group in self.groups), reverse=True)[: self.wish.most])
            for name in ("worse", "unpriced")
        )
        return product(range(avoidable + 1), (n for n in range(silent + 1) if self._affordable(min(n, self.wish.most))))

    def _affordable(self, unpriced: int) -> bool:
        """Could the persons be had within the limit, any part of an institution, and so many without a price for nothing?"""
        missing, won = self.wish.least - self.unpriced[0][unpriced], 0.0
        rows = [
            [(one.won / one.persons, one.persons) for one in group if one.persons and not one.unpriced] for group in self.groups
        ]
        for rate, there in sorted((min(row)[0], max(one[1] for one in row)) for row in rows if row):
            won += rate * max(0, min(missing, there))
            missing -= there
        return missing <= 0 and (self.wish.limit is None or won - 1 <= self.wish.limit)

    def within(self, states: _States, avoided: int, unpriced: int) -> _States:
        """With no more to be avoided and without a price than this."""

        def open_(found: _States, place: int, most: float) -> _States:
            kept: _States = {}
            for key, front in found.items():
                if key[0] <= self.wish.most and key[1] <= avoided and key[2] <= unpriced:
                    rest = (self.wish.most - key[0], avoided - key[1], unpriced - key[2])
                    if key[0] + min(rest[0], len(self.groups) - place) >= self.wish.sites:
                        kept[key] = [one for one in front if one.won + self.least(one, place, rest) <= most]
            return _fronted(kept)

        most: float = ENDLESS if self.wish.limit is None else self.wish.limit
        states = open_(states, 0, most)
        for place, group in enumerate(self.groups, start=1):
            if not states:
                break
            lacking = {key: [one for one in front if not _does(self.wish, key, one)] for key, front in states.items()}
            found = _with(self.wish, lacking, group)  # more than enough is never cheaper
            for key, front in states.items():
                found.setdefault(key, []).extend(front)
            most = min(
                [most, *(one.won for key, front in found.items() for one in front if self._done(key, one, avoided, unpriced))]
            )
            states = open_(found, place, most)
        return states

    def _done(self, key: _Key, one: _State, avoided: int, unpriced: int) -> bool:
        """Does it all, within what is allowed."""
        return _does(self.wish, key, one) and key[0] <= self.wish.most and key[1] <= avoided and key[2] <= unpriced

    def least(self, state: _State, place: int, rest: tuple[int, int, int]) -> float:
        """The least that what is missing costs from the groups after this place: as many as may be are had for nothing, of the others
        any part. rest: how many more institutions, to be avoided, and without a price."""
        missing = self.wish.least - state.persons
        if missing <= 0:
            return 0
        institutions, avoided, unpriced = (min(one, self.wish.most) for one in rest)
        if missing > self.any[place][institutions]:
            return inf
        missing -= self.avoided[place][avoided] + self.unpriced[place][unpriced]
        if missing <= 0:
            return 0
        end = bisect_left(self.persons, self.persons[place] + missing, lo=place)
        if end >= len(self.persons):
            return inf
        part = missing - (self.persons[end - 1] - self.persons[place])
        return self.won[end - 1] - self.won[place] + part * self.rates[end - 1] - 1  # a won for what a float leaves out


def _plain(one: _Option) -> bool:
    return not one.worse and not one.unpriced


def _rate(group: Iterable[_Option]) -> float:
    """The least won a person of what has a price and is not to be avoided."""
    return min((one.won / one.persons for one in group if _plain(one) and one.persons), default=inf)


# ── All kinds of data ────────────────────────────────────────────────────────────────────────────────
MOST_KINDS = 10  # so many bits at most are searched

type _Cost = tuple[int, int, int, int, int]  # to be avoided, without a price, won, datasets, order


def completing(wish: Wish, found: Iterable[Candidate]) -> list[Candidate]:
    """The set that together holds the whole and costs least, in the order of `cheapest`, the one with the most kinds first. Empty
    when there is none that is affordable, or where more kinds are asked for than are searched.

    Exact: of alike datasets only the cheapest is looked at; of what is still missing always the first kind is chosen for.
    """
    if not 0 < wish.whole.bit_count() <= MOST_KINDS:
        return []
    alike: dict[tuple[int, int, int], tuple[int, int, str, Candidate]] = {}
    for one in found:
        held = wish.kinds(one) & wish.whole
        if held:
            (unpriced, won), worse = price([one]), int(wish.worse(one))
            row = (won, wish.order.get(one.id, 0), one.id, one)
            if (held, worse, unpriced) not in alike or row[:3] < alike[held, worse, unpriced][:3]:
                alike[held, worse, unpriced] = row
    sets = _covering(wish.whole, dict(sorted(alike.items(), key=lambda item: item[0])), {0: {(0, 0): ((0, 0, 0, 0, 0), ())}})
    fitting = [row for row in sets.values() if wish.limit is None or row[0][2] <= wish.limit]
    if not fitting:
        return []
    _cost, members = min(fitting, key=lambda row: (row[0], sorted(one.id for one in row[1])))
    return sorted(members, key=lambda one: (-wish.kinds(one).bit_count(), one.id))


type _Covers = dict[tuple[int, int], tuple[_Cost, tuple[Candidate, ...]]]  # by what is to be avoided and what has no price


def _covering(
    missing: int, alike: Mapping[tuple[int, int, int], tuple[int, int, str, Candidate]], known: dict[int, _Covers]
) -> _Covers:
    """The cheapest sets that hold what is missing."""
    if missing not in known:
        made: _Covers = {}
        for (held, worse, unpriced), (won, order, _id, one) in alike.items():
            if held & missing & -missing:
                for cost, members in _covering(missing & ~held, alike, known).values():
                    row = (cost[0] + worse, cost[1] + unpriced, cost[2] + won, cost[3] + 1, cost[4] + order), (*members, one)
                    if row[0][:2] not in made or row[0] < made[row[0][:2]][0]:  # of equal ones the first
                        made[row[0][:2]] = row
        known[missing] = made
    return known[missing]

"""One need against a large market: the block scorer says which candidates pass and with how many points, and only what is shown
is judged and explained. The same answer as `engine.match`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from vouchers.matching.rules import engine
from vouchers.matching.rules.blocks.faces import OUT, Array, Stock, numbers
from vouchers.matching.rules.blocks.scoring import base_of, faces_of
from vouchers.matching.rules.bundles import Bundle, Kinds, LinkageUnmet, bundles, complete, partner_kinds
from vouchers.matching.rules.bundles.costs import price
from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.filters import judge
from vouchers.matching.rules.kinds import own
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.remarks import remarks
from vouchers.matching.rules.verdict import Failure, Verdict

SMALL, APART = Verdict((Failure("PATIENTS", "", ""),), ()), Verdict((Failure("SITES", "", ""),), ())
SMALL_APART = Verdict(SMALL.failures + APART.failures, ())
KINDS, FITS = Verdict((Failure("MODALITY", "", ""),), ()), Verdict((), ())
ONE_FILTER = ("body", "scope")  # faces of one filter; every other face has filters of its own

type Judged = list[tuple[Candidate, Verdict]]


def match(need: Need, stock: Stock, rows: Sequence[int], policy: Policy, *, told: int | None = None) -> engine.MatchResult:
    """As `engine.match` for the candidates of the stock that are named by their numbers."""
    if not len(rows):
        return engine.match(need, (), policy, told=told)
    order, named = _in_order(stock, rows), set(need.linkage)
    every = map(stock.candidates.__getitem__, order.tolist() if named else ())
    partners = [one for one in every if {one.key, one.holder.key} & named]
    judged: Judged = [(one, judge(need, one, policy)) for one in partners]
    heeded = policy
    if brought := partner_kinds(need, judged):
        heeded = replace(policy, by_linkage=brought)
        judged = [(one, judge(need, one, heeded)) for one in partners]
    sieve = _Sieve(need, stock, order, heeded)
    if not sieve.fits.any():  # what stood in the way most often is counted by the engine
        return engine.match(need, [stock.candidates[n] for n in order], policy, told=told)
    return sieve.answer(judged, told)


def _in_order(stock: Stock, rows: Sequence[int]) -> Array:
    """The rows in the order of their candidates' ids."""
    place = stock.kept("places", lambda: _places(stock.candidates))
    chosen = np.array(rows, dtype=np.int64)
    return chosen[np.argsort(place[chosen], kind="stable")]


def _places(candidates: Sequence[Candidate]) -> Array:
    """Where each candidate stands in the order of ids; of the same id, as they came."""
    ids = [one.id for one in candidates]
    place = np.empty(len(ids), dtype=np.int64)
    place[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    return place


def _sets(candidates: Sequence[Candidate]) -> Array:
    """A number for each dataset."""
    found: dict[str, int] = {}
    return np.array([found.setdefault(one.key, len(found)) for one in candidates], dtype=np.int64)


@dataclass(frozen=True)
class _Sieve:
    """rows: numbers of candidates in the stock, in the order of their ids. All arrays are in that order."""

    need: Need
    stock: Stock
    rows: Array
    policy: Policy

    @cached_property
    def faces(self) -> dict[str, Array]:
        made = faces_of([self.need], self.stock, self.policy, [self.policy.by_linkage])
        return {
            "alone": base_of(self.stock, self.policy)[self.rows],
            **{name: one.row(0, self.rows) for name, one in made.items()},
        }

    @cached_property
    def total(self) -> Array:
        """Points, and `OUT` for each face that stands against it."""
        return np.sum(list(self.faces.values()), axis=0, dtype=np.int64)

    @cached_property
    def fits(self) -> Array:
        fits: Array = self.total >= 0
        return fits

    @cached_property
    def against(self) -> Array:
        """At least so many filters stand against each."""
        made = np.zeros(len(self.rows), dtype=np.int64)
        for name, points in self.faces.items():
            if name not in ONE_FILTER:
                made += points < 0
        return made + np.any([self.faces[name] < 0 for name in ONE_FILTER], axis=0)

    def only(self, *names: str) -> Array:
        """Where these faces stand against it, and no other."""
        out = np.all([self.faces[name] < 0 for name in names], axis=0)
        return out & (sum(points < 0 for points in self.faces.values()) == len(names))

    def of(self, places: Iterable[int]) -> list[Candidate]:
        return [self.stock.candidates[self.rows[place]] for place in places]

    def judged(self, places: Iterable[int]) -> Judged:
        return [(one, judge(self.need, one, self.policy)) for one in self.of(places)]

    # ── The answer ───────────────────────────────────────────────────────────────────────────────────
    def answer(self, partners: Judged, told: int | None) -> engine.MatchResult:
        kept, inside = self._folded()
        ranked = self._ranked(kept, None if self.need.linkage else self.policy.limit, self.total)
        shown = self.judged(ranked[: self.policy.limit])
        results = tuple(
            engine.told_of(self.need, one, self.policy, verdict, rank, inside.get(one.key, 0))
            for rank, (one, verdict) in enumerate(shown, start=1)
        )
        joined, without = self._bundles(partners, ranked)
        left, excluded = self._excluded(told)
        return engine.MatchResult(
            results=results,
            bundles=joined,
            excluded=excluded,
            unmet=(),
            linkage_unmet=without,
            fitting=frozenset(one.id for one in self.of(np.nonzero(self.fits)[0])),
            remarks=remarks(self.need, self.policy),
            left=left,
            weights=self.policy.weights,
        )

    def _ranked(self, places: Array, most: int | None, points: Array) -> list[int]:
        """The best of these places, the best first; of equal points the smaller place, as the ids are in order."""
        own = points[places]
        if most is not None and len(places) > most:
            least = np.partition(own, len(own) - most)[len(own) - most]
            places, own = places[own >= least], own[own >= least]
        found: list[int] = places[np.lexsort((places, -own))][:most].tolist()
        return found

    def _folded(self) -> tuple[Array, dict[str, int]]:
        """(what is kept of what fits, fitting parts for which each umbrella stands), as `engine.fold` has it."""
        fitting = np.nonzero(self.fits)[0]
        part = self.stock.kept("parts", lambda: np.array([one.part_of is not None for one in self.stock.candidates]))
        parts = self.of(fitting[part[self.rows[fitting]]])
        if not parts:
            return fitting, {}
        umbrellas, keys = {one.part_of for one in parts}, {one.key for one in parts}
        folded = [place for place, one in zip(fitting.tolist(), self.of(fitting), strict=True) if one.key in umbrellas | keys]
        kept, inside = engine.fold(self.need, [(one, SMALL) for one in self.of(folded)])
        stay = {one.id for one, _verdict in kept}
        gone = [place for place, one in zip(folded, self.of(folded), strict=True) if one.id not in stay]
        return np.setdiff1d(fitting, gone), inside

    def _bundles(self, partners: Judged, ranked: Sequence[int]) -> tuple[tuple[Bundle, ...], tuple[LinkageUnmet, ...]]:
        """What `bundles` reads of what was judged are the partners, what is too small or of too few sites alone, and, where no
        dataset holds all kinds of data, what may complete another one."""
        judged = {one.id: (one, verdict) for one, verdict in partners}
        for names, verdict in ((("size",), SMALL), (("size", "sites"), SMALL_APART)):
            for one in self.of(np.nonzero(self.only(*names))[0]):
                judged.setdefault(one.id, (one, verdict))
        for one, verdict in self._completing():
            judged.setdefault(one.id, (one, verdict))
        single = np.nonzero(self.only("sites"))[0]
        alone = self.of(self._ranked(single, None, self.total - OUT))
        return bundles(self.need, self.of(ranked), alone, [judged[name] for name in sorted(judged)], self.policy)

    def _completing(self) -> Judged:
        """One that fits and holds all kinds; where there is none, of all that fit or lack nothing but kinds those that a cheapest set
        can hold."""
        kinds, fitting = Kinds(own(self.need, self.policy)), np.nonzero(self.fits)[0]
        if len(kinds.asked) < 2:
            return []
        name = None if self.need.linkage else "kinds inside"
        held = self.stock.classes(name, lambda one: (one.modality, one.holders if self.need.linkage else None))
        _classes, first = np.unique(held.of[self.rows[fitting]], return_index=True)
        for one in self.of(fitting[first]):  # one of each that read alike
            if complete(self.need, one, kinds):
                return [(one, FITS)]
        places, named = np.nonzero(self.fits | self.only("kinds"))[0], set(self.need.linkage)
        if named:
            each = zip(places.tolist(), self.of(places), strict=True)
            places = np.array([place for place, one in each if not {one.key, one.holder.key} & named], dtype=np.int64)
        chosen = self._cheapest_of_alike(places)
        return [(one, FITS if self.fits[place] else KINDS) for place, one in zip(chosen, self.of(chosen), strict=True)]

    def _cheapest_of_alike(self, places: Array) -> list[int]:
        """Of those that a set may hold in one another's stead the cheapest, of equal prices the first."""
        alike = self.stock.classes(
            "completing",
            lambda one: (
                frozenset(one.modality), one.linkage, bool(one.ways_out), one.holder.institution_type, one.holder.supplier, price([one])[0]
            ),
        )  # fmt: skip
        won = self.stock.kept("won", lambda: numbers(price([one])[1] for one in self.stock.candidates))
        of = alike.of[self.rows[places]]
        order = np.lexsort((places, won[self.rows[places]], of))
        _classes, first = np.unique(of[order], return_index=True)
        chosen: list[int] = np.sort(places[order[first]]).tolist()
        return chosen

    def _excluded(self, told: int | None) -> tuple[int, tuple[engine.Excluded, ...]]:
        """(how many datasets, those that fail fewest filters). Judged are those that can be among them, by their least number."""
        sets = self.stock.kept("sets", lambda: _sets(self.stock.candidates))[self.rows]
        numbers, first = np.unique(sets, return_index=True)
        gone = first[~np.isin(numbers, sets[self.fits])]
        if told is None:
            return len(gone), engine.excluded_of(self.judged(gone.tolist()))
        found: list[engine.Excluded] = []
        for level in np.unique(self.against[gone]).tolist():
            missing = told - sum(1 + len(one.others) < level for one in found)
            if missing <= 0:  # what is left fails as many filters at least
                break
            here = [place for place in gone.tolist() if self.against[place] == level]
            for place in sorted(here, key=lambda n: self.stock.candidates[self.rows[n]].key):
                if not missing:
                    break
                (one,) = engine.excluded_of(self.judged([place]))
                missing -= 1 + len(one.others) == level
                found.append(one)
        return len(gone), engine.nearest(found, told)

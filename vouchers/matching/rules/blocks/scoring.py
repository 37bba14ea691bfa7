"""A whole round at once: the integer scores and the filters of `engine.match` for every need and every candidate, in blocks."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from vouchers.matching.rules import conditions, content, score
from vouchers.matching.rules.blocks import content as inside
from vouchers.matching.rules.blocks import terms
from vouchers.matching.rules.blocks.faces import FULL, OUT, Array, Face, Stock, marks, places, told
from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.kinds import VARIABLE_CONCEPTS
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Check, Failure

CELLS = 1_000_000  # of one block: four megabytes of scores, and as much for what is being added


@dataclass(frozen=True)
class Ranked:
    """column: of `Shelf.candidates`, best first, -1 where there is nothing more; score beside it. needs × most."""

    column: Array
    score: Array


class Shelf:
    """Needs and candidates of one round, read once. candidates: in the order of their ids, which decides ties."""

    def __init__(self, needs: Sequence[Need], candidates: Sequence[Candidate], policy: Policy) -> None:
        self.needs, self.policy = tuple(needs), policy
        stock = Stock(sorted(candidates, key=lambda one: one.id))
        self.candidates = stock.candidates
        brought = self.brought = _brought(self.needs, self.candidates, policy)
        self.base = base_of(stock, policy)
        self.faces = faces_of(self.needs, stock, policy, brought) if needs and candidates else {}

    @property
    def rows(self) -> int:
        """Needs of one block."""
        return max(1, CELLS // max(1, len(self.candidates)))

    def scores(self, low: int, high: int) -> Array:
        """Scores of a block of needs; below zero where a filter excludes. needs × candidates."""
        total = np.repeat(self.base[None, :], high - low, axis=0)
        for face in self.faces.values():
            face.add(total, low)
        return total

    def blocks(self) -> Iterator[tuple[int, Array]]:
        """(number of its first need, scores after umbrellas are folded) of each block, in order."""
        for low in range(0, len(self.needs), self.rows):
            total = self.scores(low, min(low + self.rows, len(self.needs)))
            self._fold(total, low)
            yield low, total

    def ranked(self, most: int) -> Ranked:
        """The best `most` of each need: higher score first, then the smaller id, as the engine has it."""
        count = len(self.candidates)
        most = min(most, count)
        column = np.full((len(self.needs), most), -1, dtype=np.int32)
        points = np.full((len(self.needs), most), -1, dtype=np.int32)
        for low, total in self.blocks() if most else ():
            for row, own in enumerate(total, start=low):
                best = _best(own, most, count)
                column[row, : len(best)] = best
                points[row, : len(best)] = own[best]
        return Ranked(column, points)

    # ── Umbrellas ────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def _umbrellas(self) -> list[tuple[Array, Array, Array, Array, Array]]:
        """(its own columns, which of these are offers, columns of its parts, which of these are offers, their persons)."""
        own: dict[str, list[int]] = {}
        parts: dict[str, list[int]] = {}
        for number, one in enumerate(self.candidates):
            own.setdefault(one.key, []).append(number)
            if one.part_of:
                parts.setdefault(one.part_of, []).append(number)
        return [
            (
                np.array(own[key]),
                self._offered(own[key]),
                np.array(columns),
                self._offered(columns),
                np.array([self.candidates[n].individuals or 0 for n in columns], dtype=np.int64),
            )
            for key, columns in sorted(parts.items())
            if key in own
        ]

    def _offered(self, columns: Sequence[int]) -> Array:
        return np.array([self.candidates[column].offer is not None for column in columns])

    def _fold(self, total: Array, low: int) -> None:
        """As `engine.fold`: the umbrella where it is wanted whole, else the parts that fit; what can be ordered is never hidden.
        Writes OUT into `total`."""
        needs = self.needs[low : low + len(total)]
        several = np.array([(need.sites_minimum or 0) > 1 for need in needs])
        wanted = np.array([need.patients_wanted or 0 for need in needs], dtype=np.int64)
        fits = total >= 0
        kept, left = np.zeros_like(fits), np.zeros_like(fits)
        for own, own_offered, parts, offered, persons in self._umbrellas:
            inside_ = fits[:, parts]
            both = fits[:, own].any(axis=1) & inside_.any(axis=1)
            alone = (fits[:, own] & own_offered).any(axis=1)
            ordered = (inside_ & offered).any(axis=1)
            largest = np.where(inside_, persons, 0).max(axis=1)
            whole = both & ~ordered & (alone | several | (wanted > largest))
            kept[np.ix_(whole, own)] = True
            left[np.ix_(whole, parts)] = True
            left[np.ix_(both & ~whole & ~alone, own)] = True
        total[fits & left & ~kept] = OUT


def _best(own: Array, most: int, count: int) -> Array:
    """Columns of the best of one need. Of equal scores the smaller column is larger here, so that nothing is equal."""
    passed = np.nonzero(own >= 0)[0]
    key = own[passed].astype(np.int64) * count + (count - 1 - passed)
    if len(passed) > most:
        chosen = np.argpartition(key, len(key) - most)[-most:]
        passed, key = passed[chosen], key[chosen]
    return passed[np.argsort(-key)]


# ── Faces ────────────────────────────────────────────────────────────────────────────────────────────
def base_of(stock: Stock, policy: Policy) -> Array:
    """What no need changes, of each candidate; OUT where it stands against every need."""
    read = policy.provider_types, policy.suppliers_only, policy.weights["certainty"], policy.weights["supplier"]
    return stock.kept(("base", *read), lambda: _base(stock, policy))


def _base(stock: Stock, policy: Policy) -> Array:
    apart = stock.classes(
        ("alone", policy.provider_types),
        lambda one: (one.status, one.holder.active, policy.pays(one.holder), one.certainty, one.uncertain),
    )
    return np.array([_alone(stock.candidates[n], policy) for n in apart.first], dtype=np.int32).take(apart.of)


def _alone(one: Candidate, policy: Policy) -> int:
    """What no need changes: whether it can be applied for and ordered, who holds it, how sure its facts are."""
    if _stands_against(one, conditions.status, policy) or _stands_against(one, conditions.supplier, policy):
        return OUT
    certainty = policy.weights["certainty"] * score.certainty(one) // FULL
    return certainty + policy.weights["supplier"] * score.supplier(one, policy) // FULL


def _stands_against(one: Candidate, check: Check, policy: Policy) -> bool:
    return any(isinstance(item, Failure) for item in check(Need(("",)), one, policy))


def _hard(needs: Sequence[Need], stock: Stock, policy: Policy, brought: inside.Brought) -> dict[str, Face]:
    """The filters that nobody who is to be joined may fail either, but for what may be taken out."""
    return {
        "purpose": told(
            "purpose", needs, stock, policy,
            (
                lambda need: need.purpose,
                lambda one: (one.offer and (one.offer.purposes, one.offer.commercial_ai_allowed), one.commercial, one.forbids),
            ),
            conditions.purpose, ("purpose", lambda need, one, _policy: score.purpose(need, one)),
        ),
        "data_kind": told(
            "synthetic", needs, stock, policy, (lambda need: bool(need.real_patients_required), lambda one: one.synthetic), content.data_kind
        ),
        "diseases": inside.diseases(needs, stock, policy, brought),
        "cohort": inside.cohort(needs, stock),
        "people": terms.people(needs, stock, policy),
    }  # fmt: skip


def _hard_for_partners(needs: Sequence[Need], stock: Stock, policy: Policy, brought: inside.Brought) -> dict[str, Face]:
    """`bundles.HARD_FOR_PARTNER`: what may be taken out stands apart here, since its own face counts the ways of use, too."""
    exits = told(
        "exits", needs, stock, policy, (lambda need: frozenset(need.exports_wanted), lambda one: frozenset(one.ways_out)), conditions.export
    )  # fmt: skip
    return {**_hard(needs, stock, policy, brought), "exits": exits}


def faces_of(needs: Sequence[Need], stock: Stock, policy: Policy, brought: inside.Brought) -> dict[str, Face]:
    """brought: of each need the kinds of data that the institutions to be joined bring."""
    return {
        **_hard(needs, stock, policy, brought),
        "kinds": inside.kinds(needs, stock, policy, brought),
        "body": inside.body(needs, stock, policy),
        "scope": told(
            "scoped", needs, stock, policy, (lambda need: content.organs_asked(need, policy), lambda one: one.scoped), content.scope
        ),
        "years": terms.years(needs, stock, policy),
        "size": terms.size(needs, stock, policy),
        "access": terms.access(needs, stock, policy),
        "price": terms.price(needs, stock, policy),
        "variables": told("absent", needs, stock, policy, (_concepts(stock), lambda one: one.absent), content.variable),
        "sites": told("sites", needs, stock, policy, (lambda need: need.sites_minimum or 0, lambda one: one.sites), content.sites),
        "labels": told(
            "annotated", needs, stock, policy, (lambda need: bool(need.labels), lambda one: bool(one.annotation_words)),
            None, ("labels", lambda need, one, _policy: score.labels(need, one)),
        ),
        "standard": told(
            "standard", needs, stock, policy,
            (lambda need: frozenset(map(policy.words.kind, need.modality)), lambda one: frozenset(one.standard)),
            None, ("standard", score.standard),
        ),
        "region": told(
            ("region", policy.provider_types), needs, stock, policy,
            (lambda need: need.region, lambda one: (one.holder.region, one.holder.capital_area, policy.pays(one.holder))),
            None, ("region", score.region),
        ),
    }  # fmt: skip


def _concepts(stock: Stock) -> Callable[[Need], frozenset[str]]:
    """What a need's variables are about, among that which a source says is not inside."""
    absent = stock.kept("concepts", lambda: sorted(set().union(*(one.absent for one in stock.candidates))))

    @cache
    def about(text: str) -> frozenset[str]:
        return frozenset(concept for concept in absent if re.search(VARIABLE_CONCEPTS[concept][0], text, re.I))

    return lambda need: frozenset().union(*map(about, need.variables))


def _brought(needs: Sequence[Need], candidates: Sequence[Candidate], policy: Policy) -> list[frozenset[str]]:
    """As `bundles.partner_kinds`, of each need."""
    none: frozenset[str] = frozenset()
    made = [none for _need in needs]
    linking = [number for number, need in enumerate(needs) if need.linkage]
    if not linking:
        return made
    targets = {target for number in linking for target in needs[number].linkage}
    partners = [
        one
        for one in candidates
        if one.linkage is not False
        and {one.key, one.holder.key} & targets
        and not _stands_against(one, conditions.status, policy)
    ]
    if not partners:
        return made
    asking = [needs[number] for number in linking]
    faces = _hard_for_partners(asking, Stock(partners), policy, [none] * len(asking))
    place, codes = places([targets]), places(one.modality for one in partners)
    named = marks([(one.key, one.holder.key) for one in partners], place)
    held, names = marks([one.modality for one in partners], codes), list(codes)
    step = max(1, CELLS // len(partners))
    for low in range(0, len(asking), step):
        rows = asking[low : low + step]
        total = np.zeros((len(rows), len(partners)), dtype=np.int32)
        for face in faces.values():
            face.add(total, low)
        joined = ((total >= 0) & (marks([need.linkage for need in rows], place) @ named.T > 0)).astype(np.float32)
        for number, row in zip(linking[low : low + step], joined @ held > 0, strict=True):
            made[number] = frozenset(names[n] for n in np.nonzero(row)[0])
    return made

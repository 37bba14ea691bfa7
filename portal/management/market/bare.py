"""The limit of the bench: the same filters and components as plain numpy over ready arrays, and the bare solver on the same pairs.

No classes, no umbrellas, no institutions to be joined inside (the made-up market has none): need after need against all offers,
one array operation after the other, as one would write it down first.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from providers.catalogue.rules import disease
from vouchers.matching import rules
from vouchers.matching.rules import content, facts, kinds, score
from vouchers.matching.rules.policy import WORKING_DAYS_A_MONTH

OUT, NONE, MOST = -1_000_000, -1, 2**31 - 1
PURPOSES = ("PRODUCT_DEVELOPMENT", "EXTERNAL_VALIDATION", "SCIENTIFIC_RESEARCH", "PUBLIC_BENEFIT")
COMMERCIAL = PURPOSES[:2]
REGIONS = tuple(facts.BODY_WORDS)


def bits(codes: Iterable[str], place: dict[str, int]) -> int:
    return sum(1 << place.setdefault(code, len(place)) for code in set(codes))


def words(rows: Iterable[int]) -> Any:
    return np.array(list(rows), dtype=np.uint64)


def figures(rows: Iterable[int | None], instead: int = NONE) -> Any:
    return np.array([instead if one is None else min(one, MOST) for one in rows], dtype=np.int32)


class Arrays:
    """Everything that the formulas read, ready: one array a fact. Making them is not measured."""

    def __init__(self, needs: Sequence[rules.Need], offers: Sequence[rules.Candidate], policy: rules.Policy) -> None:
        self.policy, self.offers = policy, sorted(offers, key=lambda one: one.id)
        place: dict[str, dict[str, int]] = {name: {} for name in ("kind", "mode", "exit", "work", "region", "standard")}
        self._needs(needs, place)
        self._offers(place)

    def _needs(self, needs: Sequence[rules.Need], place: dict[str, dict[str, int]]) -> None:
        policy = self.policy
        self.kinds = words(bits(one.modality, place["kind"]) for one in needs)
        self.core = words(bits(policy.words.core(one.modality), place["kind"]) for one in needs)
        self.called = [[bits(called, place["kind"]) for called in _called(one, policy)] for one in needs]
        self.images = words(bits((m for m in one.modality if policy.words.kind(m) == "IMAGING"), place["kind"]) for one in needs)
        self.parts = [_parts(one, policy) for one in needs]
        self.asked = [set(one.modality) for one in needs]
        self.real = [bool(one.real_patients_required) for one in needs]
        self.sorts = [{policy.words.kind(code) for code in one.modality} for one in needs]
        self.purpose = figures(PURPOSES.index(one.purpose) if one.purpose else None for one in needs)
        self.include = [one.disease_codes.include if one.disease_codes else None for one in needs]
        self.sexed = [disease.sex(one) if one else None for one in self.include]
        self.records = np.array([bool(content.RECORDED_DIAGNOSES & set(one.modality)) for one in needs])
        self.least_age, self.most_age = figures(one.min_age for one in needs), figures(one.max_age for one in needs)
        self.follow = figures((one.follow_up_months_minimum for one in needs), 0)
        self.since = figures(one.period[0] if one.period else None for one in needs)
        self.until = figures(one.period[1] if one.period else None for one in needs)
        self.wanted = figures(one.patients_wanted or one.patients_minimum or 10_000 for one in needs)
        self.least = figures(one.patients_minimum or 0 for one in needs)
        self.modes = words(bits(one.access_modes_acceptable, place["mode"]) for one in needs)
        self.exits = words(bits(one.exports_wanted, place["exit"]) for one in needs)
        self.linking = np.array([bool(one.linkage) for one in needs])
        self.budget = figures((policy.budget_of(one) for one in needs), MOST)
        self.window = figures(((one.months or 0) * WORKING_DAYS_A_MONTH or None for one in needs), 120)
        self.work = words(bits(one.processing_wanted, place["work"]) for one in needs)
        self.labels = np.array([bool(one.labels) for one in needs])
        self.region = figures(
            place["region"].setdefault(one.region, len(place["region"])) if one.region else None for one in needs
        )
        self.absent = [[concept for concept in kinds.CONCEPT_WORDS if _about(one, concept)] for one in needs]
        self.sites = figures((one.sites_minimum for one in needs), 0)
        self.organs = [content.organs_asked(one, policy) for one in needs]

    def _offers(self, place: dict[str, dict[str, int]]) -> None:
        found, policy, deals = self.offers, self.policy, [one.offer for one in self.offers]
        assert all(one.offer and one.offer.floor_won is not None and one.modality for one in found)
        self.base = np.array([
            OUT if one.status != "AVAILABLE" or not policy.pays(one.holder)
            else policy.weights["supplier"] + policy.weights["certainty"] * score.certainty(one) // 1000
            for one in found
        ], dtype=np.int32)  # fmt: skip
        self.held = words(bits(one.modality, place["kind"]) for one in found)
        self.ehr = 1 << place["kind"].get("EHR", 63)
        self.diagnosed = np.array([bool(content.DIAGNOSES & set(one.modality)) for one in found])
        self.listed = np.array([one.disease_scope == "LISTED" for one in found])
        self.everybody = np.array([one.disease_scope == "ALL" for one in found])
        self.named = np.array([one.diseases is not None for one in found])
        spans = [one.diseases.spans if one.diseases and one.diseases.spans else ((0, 0),) for one in found]
        self.low, self.high = np.array([span for row in spans for span in row], dtype=np.int32).T
        self.start = np.cumsum([0, *(len(row) for row in spans[:-1])])
        self.breadth = np.maximum(np.add.reduceat(self.high - self.low, self.start), 1)
        self.male, self.female = (np.array([one.sex == sex for one in found]) for sex in ("MALE", "FEMALE"))
        self.titled = [np.array([region in one.regions for one in found]) for region in REGIONS]
        self.untitled = np.array([not one.regions for one in found])
        self.allowed = [np.array([not deal.purposes or purpose in deal.purposes for deal in deals]) for purpose in PURPOSES]
        self.commercial = [
            figures({True: 1000, None: 400, False: 0}[one.allows(purpose)] for one in found) for purpose in COMMERCIAL
        ]
        self.youngest, self.oldest = figures((one.min_age for one in found), 0), figures((one.max_age for one in found), 150)
        self.ageless = np.array([one.min_age is None and one.max_age is None for one in found])
        self.first, self.last = figures(one.first_year for one in found), figures(one.last_year for one in found)
        self.grows = np.array([one.grows and one.last_year is not None for one in found])
        self.longest = figures((one.follow_up_months_max for one in found), 0)
        self.persons = figures(one.individuals if one.individuals is not None else one.records for one in found)
        self.counted = np.array([one.individuals is None for one in found])
        self.ways, self.outs = (
            words(bits(one.modes, place["mode"]) for one in found),
            words(bits(one.ways_out, place["exit"]) for one in found),
        )
        self.joined = figures({True: 1000, None: 400, False: 0}[one.linkage] for one in found)
        self.floor = figures(deal.floor_won for deal in deals)
        self.lead = figures(deal.lead_time_days for deal in deals)
        self.joint = np.array([bool(deal.joint_drb) for deal in deals])
        self.does = words(bits(deal.processing, place["work"]) for deal in deals)
        self.free = np.array([deal.open_capacity != 0 for deal in deals])
        self.annotated = np.array([bool(one.annotation_words) for one in found])
        self.where = figures(place["region"].setdefault(one.holder.region, len(place["region"])) for one in found)
        self.outside = np.array([policy.prefer_outside_capital and one.holder.capital_area is False for one in found])
        self.lacks = {concept: np.array([concept in one.absent for one in found]) for concept in kinds.CONCEPT_WORDS}
        self.inside = figures(one.sites for one in found)
        self.standards = np.array([bool(one.standard) for one in found])
        self.suits = {
            sort: np.array([bool(set(one.standard) & codes) for one in found]) for sort, codes in score.FITTING_STANDARDS.items()
        }
        self.synthetic = np.array([one.synthetic == "ALL" for one in found])
        self.pictured, self.scoped = [one.pictured for one in found], [one.scoped for one in found]


def _called(need: rules.Need, policy: rules.Policy) -> list[frozenset[str]]:
    sorts = {policy.words.kind(code) for code in policy.words.core(need.modality)}
    found = [kinds.kinds_of(text) for text in need.variables]
    hit = [held for held in found if any(code in held and policy.words.kind(code) in sorts for code in need.modality)]
    return [held | {"EHR"} if held & kinds.WITH_A_RECORD else held for held in hit]


def _parts(need: rules.Need, policy: rules.Policy) -> frozenset[str]:
    each = [facts.body_regions((part,)) for part in content.parts_asked(need, policy)]
    return frozenset().union(*each) if each and all(each) else frozenset()


def _about(need: rules.Need, concept: str) -> bool:
    import re

    return any(re.search(kinds.VARIABLE_CONCEPTS[concept][0], text, re.I) for text in need.variables)


def scores(a: Arrays, n: int) -> Any:
    """One need against all offers: points, below zero where a filter excludes."""
    w = a.policy.weights
    out, total = a.base < 0, a.base.copy()
    for one in (_purpose, _kinds, _disease, _body, _people, _years, _size, _access, _terms, _others):
        one(a, n, w, out, total)
    total[out] = OUT
    return total


def best(a: Arrays, n: int, most: int) -> tuple[Any, Any]:
    """(columns, scores) of the best: higher score first, then the smaller number."""
    total = scores(a, n)
    passed = np.nonzero(total >= 0)[0]
    key = total[passed].astype(np.int64) * len(total) - passed
    if len(passed) > most:
        top = np.argpartition(key, len(key) - most)[-most:]
        passed, key = passed[top], key[top]
    passed = passed[np.argsort(-key)]
    return passed, total[passed]


def _purpose(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    purpose = int(a.purpose[n])
    if purpose >= 0:
        np.logical_or(out, ~a.allowed[purpose], out=out)
    if purpose in (0, 1):
        np.logical_or(out, a.commercial[purpose] == 0, out=out)
        total += w["purpose"] * a.commercial[purpose] // 1000
    else:
        total += w["purpose"]


def _kinds(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    every, core = a.kinds[n], a.core[n]
    np.logical_or(out, a.held & core == 0, out=out)
    for called in a.called[n]:
        np.logical_or(out, a.held & np.uint64(called) == 0, out=out)
    inside = np.bitwise_count(a.held & every).astype(np.int32) + 2 * np.bitwise_count(a.held & core).astype(np.int32)
    most = int(every).bit_count() + 2 * int(core).bit_count()
    total += w["modality"] * (inside * 1000 // most) // 1000


def _disease(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    include = a.include[n]
    if include is None or not include.texts:
        total += w["disease"]
        return
    covered = np.zeros(len(total), dtype=np.int32)
    for text in include.texts:
        low, high = disease.interval(text)
        covered += _shared(a, low, high) * 1000 // (high - low)
    covered //= len(include.texts)
    touched = sum(_shared(a, low, high) for low, high in include.spans)
    focus = touched * 1000 // a.breadth
    part = np.where(a.listed, covered * (700 + np.minimum(1000, focus * 2) * 300 // 1000) // 1000, 400 + covered * 200 // 1000)
    part = np.where(a.named, part, np.where(a.everybody, 400, 300))
    total += w["disease"] * part // 1000
    unreached = ~a.named | (touched == 0)
    np.logical_or(out, a.listed & a.named & unreached, out=out)
    if a.records[n]:
        np.logical_or(out, a.everybody & ~a.diagnosed & unreached, out=out)
    if a.sexed[n]:
        np.logical_or(out, a.female if a.sexed[n] == "MALE" else a.male, out=out)


def _shared(a: Arrays, low: int, high: int) -> Any:
    return np.add.reduceat(np.maximum(0, np.minimum(a.high, high) - np.maximum(a.low, low)), a.start)


def _body(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    if a.parts[n]:
        hit = np.zeros(len(total), dtype=bool)
        for number, region in enumerate(REGIONS):
            if region in a.parts[n]:
                np.logical_or(hit, a.titled[number], out=hit)
        np.logical_or(out, ~hit & ~a.untitled, out=out)
        for column in np.nonzero(a.untitled & ~out & (a.held & a.images[n] != 0))[0]:  # few: what their images show
            asked = [code for code in a.offers[column].modality if a.policy.words.kind(code) == "IMAGING" and code in a.asked[n]]
            shown = [a.pictured[column].get(code) for code in asked]
            out[column] |= all(one is not None for one in shown) and not a.parts[n] & frozenset().union(*shown)
    if a.organs[n]:
        np.logical_or(out, np.array([bool(one) and not one & a.organs[n] for one in a.scoped]), out=out)


def _people(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    low, high = int(a.least_age[n]), int(a.most_age[n])
    part = np.full(len(total), 1000, dtype=np.int32)
    if low >= 0 or high >= 0:
        first, last = max(low, 0), max(high if high >= 0 else 100, low)
        inside = np.minimum(last, a.oldest) - np.maximum(first, a.youngest) + 1
        covered = np.clip(inside * 1000 // (last - first + 1), 0, 1000)
        covered[a.ageless] = 667
        part -= (1000 - covered) * 600 // 1000
        if high >= 0:
            np.logical_or(out, a.youngest > high, out=out)
        np.logical_or(out, a.oldest < low, out=out)
    if a.follow[n]:
        part -= 300 * ((a.first < 0) | (a.last < 0))
    if a.sites[n] > 1:
        few = a.inside < a.sites[n]
        part -= 300 * few
        np.logical_or(out, few & (a.inside >= 0), out=out)
    total += w["population"] * np.maximum(part, 0) // 1000


def _years(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    since, until, months, year = int(a.since[n]), int(a.until[n]), int(a.follow[n]), a.policy.year
    dated = (a.first >= 0) & (a.last >= 0)
    first, last = np.maximum(a.first, 0), np.where(a.last >= 0, a.last, year)
    if since < 0 and until < 0:
        part = np.maximum(200, 1000 - 100 * np.maximum(0, year - last))
    else:
        low, high = (since if since >= 0 else np.maximum(first, 1990)), (until if until >= 0 else year)
        shared = np.minimum(high, last) - np.maximum(low, first) + 1
        part = np.maximum(0, shared) * 1000 // np.maximum(1, high - low + 1)
        part = np.maximum(part, 350 * (a.grows & (high > last)))
        end = until if until >= 0 else MOST
        common = np.where(a.grows, end, np.minimum(a.last, end)).astype(np.int64) - np.maximum(a.first, since) + 1
        np.logical_or(out, dated & (np.maximum(0, common) * 12 < months), out=out)
        np.logical_or(out, ((a.last >= 0) & ~a.grows & (a.last < since)) | ((until >= 0) & (a.first > until)), out=out)
    part = np.where((a.first < 0) & (a.last < 0), 350, part)
    if months:
        longest = np.where(a.grows, np.maximum(a.last, year), a.last) - a.first + 1
        longest = np.where(a.longest > 0, a.longest, np.where(dated, longest * 12, MOST))
        np.logical_or(out, longest < months, out=out)
    total += w["period"] * part // 1000


def _size(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    wanted = int(a.wanted[n])
    share = np.minimum(a.persons, wanted).astype(np.int64) * 1000 // wanted
    share = np.where(a.counted, share * 700 // 1000, share)
    if a.include[n] is not None:
        share = np.where(a.listed, share, share * 400 // 1000)
    total += (w["volume"] * np.where(a.persons >= 0, share, 300) // 1000).astype(np.int32)
    np.logical_or(out, (a.persons >= 0) & (a.persons < a.least[n]), out=out)


def _access(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    modes, exits = a.modes[n], a.exits[n]
    if modes:
        common = a.ways & modes != 0
        mode = np.where(a.ways != 0, 1000 * common, 400)
        np.logical_or(out, (a.ways != 0) & ~common, out=out)
    else:
        mode = np.where(a.ways != 0, 1000, 500)
    if exits:
        whole = a.outs & exits == exits
        exit_ = np.where(a.outs != 0, 1000 * whole, 400)
        np.logical_or(out, (a.outs != 0) & ~whole, out=out)
    else:
        exit_ = np.where(a.outs != 0, 1000, 500)
    if a.linking[n]:
        np.logical_or(out, a.joined == 0, out=out)
        part = (mode + exit_ + a.joined) // 3
    else:
        part = (mode + exit_) // 2
    total += (w["access"] * part // 1000).astype(np.int32)


def _terms(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    window, work = int(a.window[n]), a.work[n]
    part = 600 + 100 * a.joint + 100 * ((a.does & work == work) & a.free)
    part = part + np.where(a.lead >= 0, 200 * np.maximum(0, window - a.lead) // window, 0)
    np.logical_or(out, a.floor > a.budget[n], out=out)
    np.logical_or(out, a.lead > window, out=out)
    total += (w["terms"] * part // 1000).astype(np.int32)


def _others(a: Arrays, n: int, w: Any, out: Any, total: Any) -> None:
    for concept in a.absent[n]:
        np.logical_or(out, a.lacks[concept], out=out)
    if a.real[n]:
        np.logical_or(out, a.synthetic, out=out)
    total += np.where(a.annotated | ~a.labels[n], w["labels"], 0).astype(np.int32)
    fits = np.zeros(len(total), dtype=bool)
    for sort in a.sorts[n]:
        if sort in a.suits:
            np.logical_or(fits, a.suits[sort], out=fits)
    total += (w["standard"] * np.where(a.standards, np.where(fits, 1000, 500), 200) // 1000).astype(np.int32)
    near = (a.where == a.region[n]) & (a.region[n] >= 0)
    total += (w["region"] * (700 * a.outside + 300 * near) // 1000).astype(np.int32)

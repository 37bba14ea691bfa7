"""Ranks candidates for a need: hard filters, integer score, words, bundles, and what stood in the way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vouchers.matching.rules.bundles import Bundle, LinkageUnmet, bundles, partner_kinds
from vouchers.matching.rules.facts import Candidate, Words
from vouchers.matching.rules.filters import judge
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import WEIGHTS, Policy
from vouchers.matching.rules.raising import Raise, raises
from vouchers.matching.rules.reasons import reasons
from vouchers.matching.rules.remarks import Remark, remarks
from vouchers.matching.rules.score import components
from vouchers.matching.rules.verdict import FILTERS, Failure, Verdict, Warning

ENGINE_VERSION = "1.12.0"


@dataclass(frozen=True)
class Result:
    """One fitting dataset or offer. score: 0–10,000, the sum of components; raises: what would bring more."""

    candidate: Candidate
    rank: int
    score: int
    components: dict[str, int]
    reasons: tuple[Words, ...]
    warnings: tuple[Warning, ...]
    raises: tuple[Raise, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "dataset": self.candidate.key,
            "offer": self.candidate.offer.ref if self.candidate.offer else None,
            "rank": self.rank,
            "score": self.score,
            "components": self.components,
            "reasons_ko": [ko for ko, _en in self.reasons],
            "reasons_en": [en for _ko, en in self.reasons],
            "warnings": [item.code for item in self.warnings],
            "warnings_ko": [item.ko for item in self.warnings],
            "warnings_en": [item.en for item in self.warnings],
            "raises": [item.document() for item in self.raises],
        }


@dataclass(frozen=True)
class Excluded:
    """A dataset with the first contrary fact; others: the further filters that it fails."""

    dataset: str
    failure: Failure
    others: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "filter": self.failure.filter,
            "reason_ko": self.failure.ko,
            "reason_en": self.failure.en,
            "also": list(self.others),
        }


@dataclass(frozen=True)
class Unmet:
    """datasets: how many failed this filter; alone: how many failed nothing else."""

    filter: str
    datasets: int
    alone: int

    def document(self) -> dict[str, Any]:
        ko, en = UNMET_WORDS[self.filter]
        noun = "dataset" if self.datasets == 1 else "datasets"
        tail_ko = f" ({self.datasets}건, 이 조건만 아니면 {self.alone}건)"
        tail_en = f" ({self.datasets} {noun}, {self.alone} for this alone)"
        return {
            "filter": self.filter,
            "datasets": self.datasets,
            "alone": self.alone,
            "reason_ko": ko + tail_ko,
            "reason_en": en + tail_en,
        }


@dataclass(frozen=True)
class MatchResult:
    """fitting: ids of everything that passed the filters, before umbrellas are folded and the list is cut. left: how many datasets
    are excluded; as many as `excluded` tells, or more in a large catalogue, of which it tells the nearest."""

    results: tuple[Result, ...]
    bundles: tuple[Bundle, ...]
    excluded: tuple[Excluded, ...]
    unmet: tuple[Unmet, ...]
    linkage_unmet: tuple[LinkageUnmet, ...]
    fitting: frozenset[str]
    remarks: tuple[Remark, ...] = ()
    left: int = 0
    engine_version: str = ENGINE_VERSION
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS, hash=False)

    def document(self) -> dict[str, Any]:
        """As `manage.py match` prints it (contract.md)."""
        return {
            "engine_version": self.engine_version,
            "weights": dict(self.weights),
            "results": [item.document() for item in self.results],
            "bundles": [item.document() for item in self.bundles],
            "excluded": [item.document() for item in self.excluded],
            **({"excluded_total": self.left} if self.left > len(self.excluded) else {}),
            "unmet": [item.document() for item in self.unmet],
            "linkage_unmet": [item.document() for item in self.linkage_unmet],
            "remarks": [item.document() for item in self.remarks],
        }


def match(need: Need, candidates: Iterable[Candidate], policy: Policy, *, told: int | None = None) -> MatchResult:
    """At most policy.limit results; the same for any order of candidates; ties broken by key, then offer. told: of the excluded
    at most so many, those that fail fewest filters."""
    everybody = sorted(candidates, key=lambda c: c.id)
    judged = [(found, judge(need, found, policy)) for found in everybody]
    if brought := partner_kinds(need, judged):
        policy = replace(policy, by_linkage=brought)
        judged = [(found, judge(need, found, policy)) for found in everybody]
    passed = [(found, verdict) for found, verdict in judged if verdict.passed]
    kept, inside = fold(need, passed)
    scored = _scored(need, kept, policy)
    results = tuple(
        told_of(need, found, policy, verdict, rank, inside.get(found.key, 0))
        for rank, (_negative, _id, found, verdict) in enumerate(scored[: policy.limit], start=1)
    )
    alone = [(found, verdict) for found, verdict in judged if {failure.filter for failure in verdict.failures} == {"SITES"}]
    single = [row[2] for row in _scored(need, alone, policy)]
    joined, without = bundles(need, [row[2] for row in scored], single, judged, policy)
    excluded = excluded_of(judged)
    return MatchResult(
        results=results,
        bundles=joined,
        excluded=excluded if told is None else nearest(excluded, told),
        left=len(excluded),
        unmet=() if results else _unmet(judged),
        linkage_unmet=without,
        fitting=frozenset(found.id for found, _verdict in passed),
        remarks=remarks(need, policy),
        weights=policy.weights,
    )


type _Row = tuple[int, str, Candidate, Verdict]


def _scored(need: Need, found: Sequence[tuple[Candidate, Verdict]], policy: Policy) -> list[_Row]:
    """(minus score, id, candidate, verdict), best first."""
    rows = [(-sum(components(need, one, policy).values()), one.id, one, verdict) for one, verdict in found]
    return sorted(rows, key=lambda row: row[:2])


def told_of(need: Need, found: Candidate, policy: Policy, verdict: Verdict, rank: int, parts: int) -> Result:
    """One result in words. parts: how many fitting parts it stands for."""
    points = components(need, found, policy)
    words = (*reasons(need, found, policy), *_whole(parts))
    return Result(found, rank, sum(points.values()), points, words, verdict.warnings, raises(need, found, policy, points))


def fold(need: Need, passed: Sequence[tuple[Candidate, Verdict]]) -> tuple[list[tuple[Candidate, Verdict]], dict[str, int]]:
    """An umbrella entry and its parts are counted once: the umbrella where it is wanted whole, else the parts that fit. What can be
    ordered is never hidden: where both have offers, both stand.

    Returns what is kept, and of each umbrella that is kept the number of fitting parts for which it stands.
    """
    fitting = {found.key for found, _verdict in passed}
    ordered = {found.key for found, _verdict in passed if found.offer is not None}
    parts: dict[str, list[Candidate]] = {}
    for found, _verdict in passed:
        if found.part_of in fitting:
            parts.setdefault(found.part_of or "", []).append(found)
    whole = {
        key: len({part.key for part in inside}) for key, inside in parts.items() if _wanted_whole(need, key in ordered, inside)
    }
    kept = [
        (found, verdict)
        for found, verdict in passed
        if found.key in whole or (found.part_of not in whole and (found.key not in parts or found.key in ordered))
    ]
    return kept, whole


def _whole(parts: int) -> tuple[Words, ...]:
    if not parts:
        return ()
    ko = f"조건에 맞는 개별 데이터 {parts}건이 이 데이터에 들어 있어 따로 보이지 않습니다."
    noun = "collection" if parts == 1 else "collections"
    return ((ko, f"Stands for {parts} {noun} inside it that would fit too and are not shown beside it."),)


def _wanted_whole(need: Need, ordered: bool, parts: Sequence[Candidate]) -> bool:
    """It alone can be ordered, several sites are asked for, or more patients than any part publishes; never over a part that can
    be ordered."""
    if any(part.offer for part in parts):
        return False
    several = (need.sites_minimum or 0) > 1
    return ordered or several or (need.patients_wanted or 0) > max(part.individuals or 0 for part in parts)


def excluded_of(judged: Sequence[tuple[Candidate, Verdict]]) -> tuple[Excluded, ...]:
    """One entry a dataset, and only when none of its offers passes."""
    fits = {found.key for found, verdict in judged if verdict.passed}
    entries: dict[str, Excluded] = {}
    for found, verdict in judged:
        if found.key not in fits and found.key not in entries:
            first, *rest = verdict.failures
            others = tuple(dict.fromkeys(f.filter for f in rest if f.filter != first.filter))
            entries[found.key] = Excluded(found.key, first, others)
    return tuple(entries[key] for key in sorted(entries))


def nearest(excluded: Sequence[Excluded], most: int) -> tuple[Excluded, ...]:
    """Those that fail fewest filters."""
    chosen = sorted(excluded, key=lambda one: (len(one.others), one.dataset))[:most]
    return tuple(sorted(chosen, key=lambda one: one.dataset))


def beside(found: MatchResult, unread: Mapping[str, int]) -> MatchResult:
    """The answer together with datasets that were not read, since they were known to fail: filter → how many; "": all of them."""
    counts = {item.filter: item for item in found.unmet}
    for name in FILTERS:
        if unread.get(name) and not found.results:
            old = counts.get(name, Unmet(name, 0, 0))
            counts[name] = Unmet(name, old.datasets + unread[name], old.alone)
    return replace(found, unmet=_most_first(counts.values()), left=found.left + unread.get("", 0))


def _unmet(judged: Sequence[tuple[Candidate, Verdict]]) -> tuple[Unmet, ...]:
    """What stood in the way most often, among datasets that can be applied for at all."""
    failed: dict[str, set[str]] = {}
    for found, verdict in judged:
        filters = {failure.filter for failure in verdict.failures}
        failed.setdefault(found.key, filters).intersection_update(filters)  # the offer that comes nearest counts
    counts = [
        Unmet(name, sum(name in fs for fs in failed.values()), sum(fs == {name} for fs in failed.values())) for name in FILTERS
    ]
    return _most_first(counts)


def _most_first(counts: Iterable[Unmet]) -> tuple[Unmet, ...]:
    every = [item for item in counts if item.datasets]
    met = [item for item in every if item.filter != "STATUS"] or every
    return tuple(sorted(met, key=lambda item: (-item.datasets, -item.alone, FILTERS.index(item.filter))))


UNMET_WORDS: dict[str, Words] = {
    "STATUS": ("지금 신청할 수 없는 데이터입니다", "Not open for applications now"),
    "SUPPLIER": ("바우처 공급기관이 아닙니다", "The holder is no voucher supplier"),
    "PURPOSE": ("활용 목적이 허용되지 않습니다", "The purpose is not allowed"),
    "DATA_KIND": ("실제 환자 데이터가 아닙니다", "Not data of real patients"),
    "MODALITY": ("찾는 데이터 종류가 없습니다", "The kind of data that is looked for is not inside"),
    "DISEASE": ("찾는 질환이 없습니다", "Other diseases"),
    "BODY_PART": ("다른 신체 부위입니다", "Another body part"),
    "COHORT": ("대상자 구성이 맞지 않습니다", "Other patients"),
    "AGE": ("대상 연령이 맞지 않습니다", "Other ages"),
    "VARIABLE": ("필요한 변수가 없습니다", "A variable is missing"),
    "FOLLOW_UP": ("추적 기간이 짧습니다", "Follow-up is too short"),
    "PERIOD": ("수집 기간이 맞지 않습니다", "Collected in other years"),
    "PATIENTS": ("환자 수가 부족합니다", "Too few patients"),
    "SITES": ("기관 수가 부족합니다", "Too few institutions"),
    "ACCESS_MODE": ("이용 방식이 맞지 않습니다", "Used in another way than is accepted"),
    "EXPORT": ("필요한 반출이 허용되지 않습니다", "What is to be taken out is not allowed"),
    "LINKAGE": ("다른 데이터와 결합할 수 없습니다", "Cannot be linked with other data"),
    "BUDGET": ("예산을 넘습니다", "Above the budget"),
    "LEAD_TIME": ("처리기간이 과제 기간보다 깁니다", "Takes longer than the project"),
}

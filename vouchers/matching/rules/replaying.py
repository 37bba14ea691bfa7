"""What a ranking was made from, as text that can be read again years later, and why one dataset is not in it."""

import base64
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vouchers.matching.rules.engine import MatchResult, beside, match
from vouchers.matching.rules.facts import Candidate, holder
from vouchers.matching.rules.filters import judge
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy, vocabulary
from vouchers.matching.rules.verdict import Failure

BUCKETS = 64  # parts of the market that are kept by themselves: one change of the catalogue makes one of them new
MOST_EXCLUDED = 300  # kept with their reasons; any other dataset is judged again when somebody asks


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def bucket(key: str) -> int:
    """In which part of the market a dataset stands."""
    return hashlib.sha256(key.encode()).digest()[0] % BUCKETS


def policy_document(policy: Policy) -> dict[str, Any]:
    """The policy without the words of the code lists; agencies by their keys."""
    return {
        "year": policy.year, "provider_types": sorted(policy.provider_types), "suppliers_only": policy.suppliers_only,
        "prefer_outside_capital": policy.prefer_outside_capital, "agencies": [one.key for one in policy.agencies],
        "company_sizes": sorted(policy.company_sizes), "task_prices": dict(policy.task_prices), "weights": dict(policy.weights),
        "limit": policy.limit,
    }  # fmt: skip


def policy_of(document: Mapping[str, Any], code_lists: Sequence[Mapping[str, Any]], institutions: Mapping[str, Any]) -> Policy:
    """The policy of `policy_document`, with the code lists and institutions as they were."""
    return Policy(
        words=vocabulary(code_lists),
        year=document["year"],
        provider_types=frozenset(document["provider_types"]),
        suppliers_only=document["suppliers_only"],
        prefer_outside_capital=document["prefer_outside_capital"],
        agencies=tuple(holder(institutions[key]) for key in document["agencies"]),
        company_sizes=frozenset(document["company_sizes"]),
        task_prices=document["task_prices"],
        weights=document["weights"],
        limit=document["limit"],
    )


@dataclass(frozen=True)
class Beyond:
    """What was not read, since indexed columns stood against it. datasets: how many; told: of what was read and is excluded, as
    many are told."""

    datasets: int
    told: int = MOST_EXCLUDED


@dataclass(frozen=True)
class Inputs:
    """All that a ranking is made from. beyond: where its market was narrowed first."""

    need: Need
    candidates: Sequence[Candidate]
    policy: Policy
    beyond: Beyond | None = None

    def answer(self) -> MatchResult:
        if self.beyond is None:
            return match(self.need, self.candidates, self.policy)
        found = match(self.need, self.candidates, self.policy, told=self.beyond.told)
        return beside(found, {"": self.beyond.datasets})


type Entry = Sequence[Any]  # key, number of its version, institution's key, facts of its offers, key of the entry above or None
type Market = Sequence[Sequence[Entry]]  # in parts


def narrowed(market: Market, near: Collection[str], told: int = MOST_EXCLUDED) -> dict[str, Any]:
    """Which datasets of the market were read: a bit each, in the order in which its parts list them; and how many were told."""
    inside = [entry[0] in near for part in market for entry in part]
    packed = bytearray((len(inside) + 7) // 8)
    for place, one in enumerate(inside):
        packed[place // 8] |= one << place % 8
    return {"inside": base64.b64encode(packed).decode(), "told": told}


def within(market: Market, narrowing: Mapping[str, Any]) -> list[Entry]:
    """Of the market what was read."""
    packed = base64.b64decode(narrowing["inside"])
    every = [entry for part in market for entry in part]
    return [entry for place, entry in enumerate(every) if packed[place // 8] >> place % 8 & 1]


def parts_of(bodies: Sequence[Any]) -> tuple[Any, Any, Market, Mapping[str, Any] | None]:
    """(code lists, institutions, market, how it was narrowed or None) of what a ranking keeps."""
    code_lists, holders, *rest = bodies
    return code_lists, holders, rest[:BUCKETS], rest[BUCKETS] if len(rest) > BUCKETS else None


def stored(result: Mapping[str, Any], scored: int | None = None) -> dict[str, Any]:
    """A ranking as it is kept: of the excluded datasets those that came nearest, and how many there were. scored: how many were
    read of a market that was narrowed first."""
    excluded = result["excluded"]
    nearest = sorted(excluded, key=lambda entry: (len(entry["also"]), entry["dataset"]))[:MOST_EXCLUDED]
    kept = {**result, "excluded": sorted(nearest, key=lambda entry: entry["dataset"])}
    kept["excluded_total"] = result.get("excluded_total", len(excluded))
    return kept if scored is None else {**kept, "scored": scored}


@dataclass(frozen=True)
class Judged:
    """One dataset against a need. failures: of the offer that comes nearest; fits: none stands against it."""

    fits: bool
    failures: tuple[Failure, ...]


def judged(need: Need, offers: Sequence[Candidate], policy: Policy) -> Judged:
    """offers: the dataset with each of its offers."""
    verdicts = [judge(need, one, policy) for one in offers]
    nearest = min(verdicts, key=lambda verdict: len({failure.filter for failure in verdict.failures}))
    once = {failure.filter: failure for failure in reversed(nearest.failures)}
    return Judged(nearest.passed, tuple(failure for failure in nearest.failures if once[failure.filter] is failure))

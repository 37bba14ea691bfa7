"""What a ranking was made from, as text that can be read again years later, and why one dataset is not in it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


def stored(result: Mapping[str, Any]) -> dict[str, Any]:
    """A ranking as it is kept: of the excluded datasets those that came nearest, and how many there were."""
    excluded = result["excluded"]
    nearest = sorted(excluded, key=lambda entry: (len(entry["also"]), entry["dataset"]))[:MOST_EXCLUDED]
    return {**result, "excluded": sorted(nearest, key=lambda entry: entry["dataset"]), "excluded_total": len(excluded)}


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

"""A ranking that is kept: the engine's answer now, with all that it was made from (ADR 16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from providers.catalogue import queries as catalogue
from providers.institutions import queries as institutions
from providers.offers import queries as offers
from vouchers.matching import rules
from vouchers.matching.models import Need
from vouchers.matching.queries import narrowing
from vouchers.matching.queries.needs import engine_policy, of_demo
from vouchers.matching.queries.reading import Kept, market
from vouchers.matching.rules import replaying


@dataclass(frozen=True)
class Ranking:
    """document: the whole answer. parts: what it was made from, as MatchFacts keep it. scored: how many datasets were read, where
    the market was narrowed first; else None."""

    document: dict[str, Any]
    policy: dict[str, Any]
    parts: tuple[Any, ...]
    scored: int | None = None


def ranking(need: Need) -> Ranking:
    """The engine's answer now, with what it was made from. Raises Refused naming the field of the document that is wrong.

    A large market is narrowed first; where nothing fits, it is read whole, so that what stood in the way is counted exactly.
    About a dozen queries, whatever the market's size.
    """
    code_lists, demo = catalogue.code_lists(), of_demo(need.round)
    known = {entry["key"]: [item["code"] for item in entry["items"]] for entry in code_lists}
    wanted, policy = rules.parse_need(need.document, known), engine_policy(need.round, code_lists)
    listed = offers.listed(catalogue.within_reach(**narrowing.reach_of(wanted, demo=demo)), demo=demo)
    size = len({row.key for row in listed})
    if size > narrowing.READ_WHOLE:
        near = {row.key for row in listed if row.near}
        read = market([offers.written(row.marked) for row in listed if row.near])
        found = rules.beside(read.match(wanted, policy, told=replaying.MOST_EXCLUDED), {"": size - len(near)})
        if len(near) < size and found.results:
            parts = _parts(code_lists, listed, read.kept)
            narrowed = replaying.narrowed(parts[2:], near)
            return Ranking(found.document(), replaying.policy_document(policy), (*parts, narrowed), len(near))
    read = market([offers.written(row.marked) for row in listed])
    found = rules.match(wanted, read.candidates, policy)
    return Ranking(found.document(), replaying.policy_document(policy), _parts(code_lists, listed, read.kept))


def _parts(code_lists: Any, listed: Sequence[offers.Listed], kept: Kept) -> tuple[Any, ...]:
    """Code lists, institutions, and all datasets with their offers, in parts by their keys; what was read as it was read."""
    told = institutions.match_facts()
    kept.price(row.marked for row in listed)
    entries: dict[str, list[Any]] = {}
    for row in listed:
        read = kept.datasets.get(row.marked[:4])
        if read is not None:
            told[row.marked[2]] = read.institution
        if row.key not in entries:
            number, above = (read.number, read.alone.part_of) if read else (row.number, row.above)
            entries[row.key] = [row.key, number, told[row.marked[2]]["key"], [], above]
        if row.marked[4:] in kept.offers:
            entries[row.key][3].append(kept.offers[row.marked[4:]])
    parts: list[list[Any]] = [[] for _bucket in range(replaying.BUCKETS)]
    for key, entry in entries.items():
        parts[replaying.bucket(key)].append(entry)
    return code_lists, {one["key"]: one for one in told.values()}, *parts

"""A ranking that is kept: the engine's answer now, with all that it was made from (ADR 16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from providers.catalogue import queries as catalogue
from providers.institutions import queries as institutions
from providers.offers import queries as offers
from vouchers.matching import rules
from vouchers.matching.models import Need
from vouchers.matching.queries import narrowing
from vouchers.matching.queries.needs import engine_policy, of_demo
from vouchers.matching.queries.reading import Market, market, offer_facts
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
    reach = catalogue.within_reach(**narrowing.reach_of(wanted, demo=demo))
    listed, priced = catalogue.listed(demo=demo, near=reach), offers.marks(demo=demo)
    if len(listed) > narrowing.READ_WHOLE:
        near = [row for row in listed if row.near]
        read = market([row.marked for row in near], priced)
        beyond = len(listed) - len(near)
        found = rules.beside(read.match(wanted, policy, told=replaying.MOST_EXCLUDED), {"": beyond})
        if beyond and found.results:
            parts = _parts(code_lists, listed, read, priced)
            narrowed = replaying.narrowed(parts[2:], {row.key for row in near})
            return Ranking(found.document(), replaying.policy_document(policy), (*parts, narrowed), len(near))
    read = market([row.marked for row in listed], priced)
    found = rules.match(wanted, read.candidates, policy)
    return Ranking(found.document(), replaying.policy_document(policy), _parts(code_lists, listed, read, priced))


def _parts(
    code_lists: Any, listed: Sequence[catalogue.Listed], read: Market, priced: Mapping[int, Sequence[offers.Marked]]
) -> tuple[Any, ...]:
    """Code lists, institutions, and all datasets with their offers, in parts by their keys; what was read as it was read."""
    told = institutions.match_facts() | {
        row.marked[2]: read.datasets[row.pk].institution for row in listed if row.pk in read.datasets
    }
    facts = offer_facts(read.kept, (one for row in listed for one in priced.get(row.pk, ())))
    parts: list[list[list[Any]]] = [[] for _bucket in range(replaying.BUCKETS)]
    for row in listed:
        number = read.datasets[row.pk].number if row.pk in read.datasets else row.number
        own = [facts[one] for one in priced.get(row.pk, ()) if one in facts]
        parts[replaying.bucket(row.key)].append([row.key, number, told[row.marked[2]]["key"], own])
    return code_lists, {one["key"]: one for one in told.values()}, *parts

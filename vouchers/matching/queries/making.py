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
from vouchers.matching.queries.reading import Read, datasets, with_offers
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
    listed = catalogue.listed(demo=demo, near=catalogue.within_reach(**narrowing.reach_of(wanted, demo=demo)))
    told, priced = institutions.match_facts(), offers.offer_facts(demo=demo)

    def made(rows: Sequence[catalogue.Listed], beyond: replaying.Beyond | None) -> tuple[replaying.Inputs, dict[int, Read]]:
        marked = [row.marked for row in rows]
        found = datasets(marked, told)
        return replaying.Inputs(wanted, with_offers(marked, found, priced), policy, beyond), found

    near = [row for row in listed if row.near] if len(listed) > narrowing.READ_WHOLE else listed
    whole = len(near) == len(listed)
    inputs, read = made(near, None if whole else replaying.Beyond(len(listed) - len(near)))
    answer = inputs.answer()
    if not answer.results and not whole:
        whole, (inputs, read) = True, made(listed, None)
        answer = inputs.answer()
    market = _market(listed, {pk: facts["key"] for pk, facts in told.items()}, read, priced)
    parts = (code_lists, {facts["key"]: facts for facts in told.values()}, *market)
    if whole:
        return Ranking(answer.document(), replaying.policy_document(policy), parts)
    narrowed = replaying.narrowed(market, {row.key for row in near})
    return Ranking(answer.document(), replaying.policy_document(policy), (*parts, narrowed), len(near))


def _market(
    listed: Sequence[catalogue.Listed],
    holders: Mapping[int, str],
    read: Mapping[int, Read],
    priced: Mapping[int, Sequence[Mapping[str, Any]]],
) -> list[list[list[Any]]]:
    """All datasets with their offers, in parts by their keys; of what was read the version that was read."""
    market: list[list[list[Any]]] = [[] for _bucket in range(replaying.BUCKETS)]
    for row in listed:
        number = read[row.pk].number if row.pk in read else row.number
        market[replaying.bucket(row.key)].append([row.key, number, holders[row.institution], priced.get(row.pk, [])])
    return market

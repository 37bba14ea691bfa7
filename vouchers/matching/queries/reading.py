"""Datasets as the engine reads them, kept in the process while their rows stay as they were written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import QuerySet

from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset
from providers.institutions import queries as institutions
from providers.offers import queries as offers
from vouchers.matching import rules

MOST_KEPT = 30_000  # datasets, a process; about 3 kB each


class Read(NamedTuple):
    """A dataset without its offers, in the version of this number."""

    number: int
    alone: rules.Candidate


_kept: dict[tuple[int, str, rules.Holder], Read] = {}


def read(rows: QuerySet[Dataset], *, demo: bool) -> list[rules.Candidate]:
    """Each dataset with its offers that stand. Four queries, five when some are new to this process."""
    marked, told = catalogue.marks(rows), institutions.match_facts()
    return with_offers(marked, datasets(marked, told), offers.offer_facts(demo=demo, of=rows))


def datasets(marked: Sequence[catalogue.Marked], told: Mapping[int, dict[str, Any]]) -> dict[int, Read]:
    """Dataset id → the dataset as it stands now. told: institutions by id. One query when some are new to this process.

    A dataset that went since it was marked is not among them.
    """
    holders = {pk: rules.holder(facts) for pk, facts in told.items()}
    places = {pk: (pk, mark, holders[of]) for pk, of, mark in marked}
    found = {pk: one for pk, place in places.items() if (one := _kept.get(place)) is not None}
    missing = [(pk, of) for pk, of, _mark in marked if pk not in found]
    fresh = catalogue.dataset_facts([pk for pk, _of in missing])
    if len(_kept) + len(fresh) > MOST_KEPT:
        _kept.clear()
    for pk, of in missing:
        if pk in fresh:
            number, facts = fresh[pk]
            found[pk] = _kept[places[pk]] = Read(number, rules.candidate(facts, told[of]))
    return found


def with_offers(
    marked: Sequence[catalogue.Marked], found: Mapping[int, Read], priced: Mapping[int, Sequence[Mapping[str, Any]]]
) -> list[rules.Candidate]:
    """Each dataset once an offer, or once without any."""
    made: list[rules.Candidate] = []
    for pk, _of, _mark in marked:
        if pk in found:
            alone = found[pk].alone
            made += [replace(alone, offer=rules.offer_facts(one)) for one in priced.get(pk, ())] or [alone]
    return made

"""Datasets as the engine reads them, kept in the process while their rows stay as they were written."""

from dataclasses import replace

from django.db.models import QuerySet

from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset
from providers.institutions import queries as institutions
from providers.offers import queries as offers
from vouchers.matching import rules

MOST_KEPT = 30_000  # datasets, a process; about 3 kB each
_kept: dict[tuple[int, str, rules.Holder], rules.Candidate] = {}


def read(rows: QuerySet[Dataset], *, demo: bool) -> list[rules.Candidate]:
    """Each dataset with its offers that stand. Four queries, five when some are new to this process."""
    marked, told = catalogue.marks(rows), institutions.match_facts()
    holders = {pk: rules.holder(facts) for pk, facts in told.items()}
    places = {pk: (pk, mark, holders[of]) for pk, of, mark in marked}
    if len(_kept) + len(places) > MOST_KEPT:
        _kept.clear()
    fresh = catalogue.dataset_facts([pk for pk, place in places.items() if place not in _kept])
    priced = offers.offer_facts(demo=demo, of=rows)
    found: list[rules.Candidate] = []
    for pk, of, _mark in marked:
        if pk in fresh:
            _kept[places[pk]] = rules.candidate(fresh[pk], told[of])
        alone = _kept.get(places[pk])
        if alone is not None:  # else it went between two queries
            found += [replace(alone, offer=rules.offer_facts(one)) for one in priced.get(pk, ())] or [alone]
    return found

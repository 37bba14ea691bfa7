"""Datasets and offers as the engine reads them, kept in the process while their rows stay as they were written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet

from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset
from providers.institutions import queries as institutions
from providers.offers import queries as offers
from vouchers.matching import rules

if TYPE_CHECKING:
    from vouchers.matching.rules.blocks import Stock

MOST_KEPT = 30_000  # candidates, a process; about 3 kB each


class Read(NamedTuple):
    """A dataset without its offers, in the version of this number, and the facts of its institution."""

    number: int
    alone: rules.Candidate
    institution: dict[str, Any]


class Kept:
    """What a process has read. A mark that is found here names what was written then; nothing that stands here ever changes."""

    def __init__(self) -> None:
        self.datasets: dict[catalogue.Marked, Read] = {}
        self.institutions: dict[tuple[int, str], dict[str, Any]] = {}
        self.offers: dict[offers.Marked, dict[str, Any]] = {}
        self.candidates: list[rules.Candidate] = []
        self.numbers: dict[tuple[catalogue.Marked, offers.Marked | None], int] = {}  # of candidates, by what they were made from
        self.lock = Lock()
        self._stock: Stock | None = None

    def stock(self) -> "Stock":
        """All candidates, for the block scorer. It is loaded here: it brings numpy."""
        from vouchers.matching.rules import blocks

        stock = self._stock
        if stock is None or len(stock.candidates) != len(self.candidates):
            stock = self._stock = blocks.Stock(self.candidates)
        return stock

    def number(self, marked: catalogue.Marked, offer: offers.Marked | None, found: Read) -> int:
        with self.lock:
            number = self.numbers.get((marked, offer))
            if number is None:
                number = len(self.candidates)
                one = found.alone if offer is None else replace(found.alone, offer=rules.offer_facts(self.offers[offer]))
                self.candidates.append(one)
                self.numbers[marked, offer] = number
            return number


_kept = Kept()


def forget() -> None:
    """The process begins anew."""
    global _kept
    _kept = Kept()


@dataclass(frozen=True)
class Market:
    """What was read for one need. datasets: by id; rows: numbers of the candidates."""

    kept: Kept
    datasets: Mapping[int, Read]
    rows: Sequence[int]

    @cached_property
    def candidates(self) -> list[rules.Candidate]:
        """Each dataset once an offer, or once without any."""
        return [self.kept.candidates[number] for number in self.rows]

    def match(self, need: rules.Need, policy: rules.Policy, *, told: int | None = None) -> rules.MatchResult:
        """The engine's answer by the block scorer."""
        from vouchers.matching.rules import blocks

        return blocks.match(need, self.kept.stock(), self.rows, policy, told=told)


def read(rows: QuerySet[Dataset], *, demo: bool) -> Market:
    """The datasets with their offers that stand. Two queries, a few more when some are new to this process."""
    return market(catalogue.marks(rows), offers.marks(demo=demo, of=rows))


def market(marked: Sequence[catalogue.Marked], priced: Mapping[int, Sequence[offers.Marked]]) -> Market:
    """priced: dataset id → its offers. A dataset or an offer that went since it was marked is not in it."""
    if len(_kept.candidates) > MOST_KEPT:
        forget()
    kept = _kept
    found = _datasets(kept, marked)
    there = offer_facts(kept, (one for row in marked for one in priced.get(row[0], ())))
    numbers, rows = kept.numbers, []
    for row in marked:
        own: Iterable[offers.Marked | None] = [one for one in priced.get(row[0], ()) if one in there] or (None,)
        for one in own if row[0] in found else ():
            number = numbers.get((row, one))
            rows.append(kept.number(row, one, found[row[0]]) if number is None else number)
    return Market(kept, found, rows)


def offer_facts(kept: Kept, wanted: Iterable[offers.Marked]) -> Mapping[offers.Marked, dict[str, Any]]:
    """Mark → facts of the offer, of these and of others. Two queries when some are new to this process."""
    missing = {one[0]: one for one in wanted if one not in kept.offers}
    for pk, facts in offers.facts_of([*missing]).items():
        kept.offers[missing[pk]] = facts
    return kept.offers


def _datasets(kept: Kept, marked: Sequence[catalogue.Marked]) -> dict[int, Read]:
    found: dict[int, Read] = {}
    missing: list[catalogue.Marked] = []
    for row in marked:
        one = kept.datasets.get(row)
        if one is None:
            missing.append(row)
        else:
            found[row[0]] = one
    if missing:
        fresh, told = catalogue.dataset_facts([row[0] for row in missing]), institutions.match_facts()
        for row in missing:
            if row[0] in fresh:
                number, facts = fresh[row[0]]
                institution = kept.institutions.setdefault(row[2:], told[row[2]])  # one for all of its datasets
                found[row[0]] = kept.datasets[row] = Read(number, rules.candidate(facts, institution), institution)
    return found

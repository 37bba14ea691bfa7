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

MOST_KEPT = 30_000  # candidates, a process, besides as many as one market ever had; about 3 kB each
MOST_PRICED = 120_000  # offers, a process, of datasets that nobody read, too; about 1 kB each


class Read(NamedTuple):
    """A dataset without its offers, in the version of this number, and the facts of its institution."""

    number: int
    alone: rules.Candidate
    institution: dict[str, Any]


class Kept:
    """What a process has read. A mark that is found here names what was written then; nothing that stands here ever changes."""

    def __init__(self) -> None:
        self.datasets: dict[tuple[Any, ...], Read] = {}  # by the first four of `Marked`
        self.institutions: dict[tuple[Any, ...], dict[str, Any]] = {}  # by the third and fourth
        self.offers: dict[tuple[Any, ...], dict[str, Any]] = {}  # by the last two
        self.candidates: list[rules.Candidate] = []
        self.numbers: dict[str, int] = {}  # of the candidates, by their marks as they are written in one line
        self.owners: list[int] = []  # the dataset of each candidate
        self.largest = 0  # candidates of one market
        self.lock = Lock()
        self._stock: Stock | None = None

    def stock(self) -> "Stock":
        """All candidates, for the block scorer. It is loaded here: it brings numpy."""
        from vouchers.matching.rules import blocks

        stock = self._stock
        if stock is None or len(stock.candidates) != len(self.candidates):
            stock = self._stock = blocks.Stock(self.candidates)
        return stock

    def learn(self, lines: Sequence[str]) -> None:
        """Reads what these marks name. One query for the datasets, one for institutions, two for offers. What went since it was
        marked stays unknown."""
        marked = [offers.unwritten(line) for line in lines]
        wanted = {row[0]: row for row in marked if row[:4] not in self.datasets}
        told = institutions.match_facts() if wanted else {}
        for pk, (number, facts) in catalogue.dataset_facts([*wanted]).items():
            row = wanted[pk]
            institution = self.institutions.setdefault(row[2:4], told[row[2]])  # one for all of its datasets
            self.datasets[row[:4]] = Read(number, rules.candidate(facts, institution), institution)
        self.price(marked)
        with self.lock:
            for line, row in zip(lines, marked, strict=True):
                if line not in self.numbers and row[:4] in self.datasets and (row[4] is None or row[4:] in self.offers):
                    alone = self.datasets[row[:4]].alone
                    one = alone if row[4] is None else replace(alone, offer=rules.offer_facts(self.offers[row[4:]]))
                    self.candidates.append(one)
                    self.owners.append(row[0])
                    self.numbers[line] = len(self.candidates) - 1

    def price(self, marked: Iterable[offers.Marked]) -> None:
        """Reads the offers alone."""
        wanted = {row[4]: row[4:] for row in marked if row[4] is not None and row[4:] not in self.offers}
        for pk, facts in offers.facts_of([*wanted]).items():
            self.offers[wanted[pk]] = facts

    @property
    def is_full(self) -> bool:
        return len(self.candidates) > self.largest + MOST_KEPT or len(self.offers) > max(MOST_PRICED, 2 * self.largest)

    def without_unused(self, lines: Sequence[str]) -> "Kept":
        """Anew, with what these marks name and, of the rest, what was read last, up to half of the room: what is asked for now is not
        read again, and marks of rows that were written since go first."""
        left = Kept()
        left.largest = self.largest
        with self.lock:  # another thread may be learning
            numbers, read = [*self.numbers.items()], [*self.offers.items()]
        wanted = set(lines).intersection(line for line, _number in numbers)
        others = [line for line, _number in numbers if line not in wanted]
        stays = wanted.union(others[len(others) - min(len(others), MOST_KEPT // 2) :])
        for line, number in numbers:
            if line in stays:
                row = offers.unwritten(line)
                left.datasets[row[:4]] = self.datasets[row[:4]]
                left.institutions[row[2:4]] = self.institutions[row[2:4]]
                if row[4] is not None:
                    left.offers[row[4:]] = self.offers[row[4:]]
                left.candidates.append(self.candidates[number])
                left.owners.append(self.owners[number])
                left.numbers[line] = len(left.candidates) - 1
        left.offers |= {mark: facts for mark, facts in read[-(MOST_PRICED // 2) :] if mark not in left.offers}
        return left


_kept = Kept()


def forget() -> None:
    """The process begins anew."""
    global _kept
    _kept = Kept()


@dataclass(frozen=True)
class Market:
    """What was read for one need. rows: numbers of the candidates; size: how many datasets."""

    kept: Kept
    rows: Sequence[int]
    size: int

    @cached_property
    def candidates(self) -> list[rules.Candidate]:
        """Each dataset once an offer, or once without any."""
        return [self.kept.candidates[number] for number in self.rows]

    def match(self, need: rules.Need, policy: rules.Policy, *, told: int | None = None) -> rules.MatchResult:
        """The engine's answer by the block scorer."""
        from vouchers.matching.rules import blocks

        return blocks.match(need, self.kept.stock(), self.rows, policy, told=told)


def read(rows: QuerySet[Dataset], *, demo: bool) -> Market:
    """The datasets with their offers that stand. One query, and four when some are new to this process."""
    return market(offers.mark_lines(rows, demo=demo))


def market(lines: Sequence[str]) -> Market:
    """As `read`, of what was marked, each written in one line. A dataset or an offer that went since then is not in it."""
    global _kept
    kept = _kept
    kept.largest = max(kept.largest, len(lines))
    if kept.is_full:
        kept = _kept = kept.without_unused(lines)
    known: Mapping[str, int] = kept.numbers
    rows = [*map(known.get, lines)]
    if None in rows:
        kept.learn([line for line, number in zip(lines, rows, strict=True) if number is None])
        rows = [*map(known.get, lines)]
    found = [number for number in rows if number is not None]
    return Market(kept, found, len(set(map(kept.owners.__getitem__, found))))

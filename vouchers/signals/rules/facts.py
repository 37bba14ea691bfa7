"""What is looked at and what is found. References are those of rows; a value stands for itself only until its digest is made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from vouchers.rounds.rules import SignallingPolicy
from vouchers.signals.rules.stages import Side, SignalKind


@dataclass(frozen=True, slots=True)
class Mark:
    """An organisation bears a value of a trait; source: the row that says so."""

    trait: str
    value: str
    side: str
    party: str
    source: str


type Bearers = dict[tuple[str, str], dict[str, Mark]]


@dataclass(frozen=True, slots=True)
class Text:
    application: str
    company: str
    words: str


@dataclass(frozen=True, slots=True)
class File:
    """kind: FileKind. batch: what it was handed in with, a milestone's submission for example."""

    sha256: str
    kind: str
    batch: str
    company: str
    institution: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    ref: str
    company: str
    institution: str
    amount_won: int
    day: date


@dataclass(frozen=True, slots=True)
class Price:
    """thing: what is priced, the same for lines that can be compared. chosen: an application stands on it."""

    quote: str
    institution: str
    company: str
    thing: str
    unit_won: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What a company's projects are of all that a provider earns, in every round so far."""

    company: str
    institution: str
    projects: int
    won: int
    all_won: int


@dataclass(frozen=True)
class Facts:
    """Of one round. pairs: (company, institution) that do business with each other. families: institution → what it belongs to (a
    consortium, an organisation): those of one family may well be paid to one account."""

    marks: list[Mark] = field(default_factory=list)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    families: Mapping[str, frozenset[str]] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)

    @cached_property
    def of_companies(self) -> Bearers:
        return _bearers(self.marks, Side.COMPANY)

    @cached_property
    def of_institutions(self) -> Bearers:
        return _bearers(self.marks, Side.INSTITUTION)


def _bearers(marks: Iterable[Mark], side: str) -> Bearers:
    """(trait, value) → party → its first mark."""
    found: Bearers = {}
    for mark in marks:
        if mark.side == side:
            found.setdefault((mark.trait, mark.value), {}).setdefault(mark.party, mark)
    return found


@dataclass(frozen=True)
class Evidence:
    """One thing that was seen. what: Trait or kind of evidence; parties: who has it in common; refs: rows to look at; numbers: as the
    sentence says them; value: what was the same, replaced by its digest before it is kept."""

    what: str
    points: int
    parties: tuple[str, ...]
    refs: tuple[str, ...] = ()
    value: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """key: with kind and round, what makes it the same finding tomorrow. parties: (Side, reference)."""

    kind: SignalKind
    key: str
    points: int
    parties: tuple[tuple[str, str], ...]
    evidence: tuple[Evidence, ...]


MOST_EVIDENCE, MOST_REFS = 40, 60  # a finding says how many there are and shows so many of them


def finding(
    kind: SignalKind, key: str, points: int, evidence: Iterable[Evidence], *, companies: Iterable[str] = (), institutions: Iterable[str] = ()
) -> Finding:  # fmt: skip
    """In one order, whatever order the facts came in."""
    seen = sorted(evidence, key=lambda one: (-one.points, one.what, one.parties, one.refs, one.value))
    parties = [(Side.COMPANY.value, one) for one in sorted(set(companies))]
    parties += [(Side.INSTITUTION.value, one) for one in sorted(set(institutions))]
    return Finding(kind, key, points, tuple(parties), tuple(seen[:MOST_EVIDENCE]))


def scaled(points: int, bearers: int, policy: SignallingPolicy) -> int:
    """What many have in common says less about any two of them."""
    return points if bearers <= policy.shared_most else points * policy.shared_most // bearers


def groups(pairs: Iterable[tuple[str, str]]) -> list[frozenset[str]]:
    """Those that hang together by pairs, the first member in order first."""
    above: dict[str, str] = {}

    def top(one: str) -> str:
        above.setdefault(one, one)
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for a, b in pairs:
        first, second = sorted((top(a), top(b)))
        above[second] = first
    found: dict[str, set[str]] = {}
    for one in list(above):
        found.setdefault(top(one), set()).add(one)
    return [frozenset(found[one]) for one in sorted(found)]

"""What an assignment of evaluators depends on, as plain data and as canonical JSON. Nobody stands in it by name. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from vouchers.evaluation.rules.selection import canonical
from vouchers.rounds.rules import AssigningPolicy, parse_assigning

ENGINE = "assigning-1"
Pairs = Mapping[str, Sequence[str]]  # application's ref → refs of the members who get it


@dataclass(frozen=True)
class Case:
    """An application. needed: evaluators in all; held: who has it already and keeps it; closed: who must not or will not get it.

    data: codes of the list `modality`, fields: chapters of KCD, language: ko or en, of what it asks and is written in. order: its
    id; ties fall to the lower one.
    """

    ref: str
    needed: int
    held: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    language: str = "ko"
    order: int = 0

    @property
    def demand(self) -> int:
        """Evaluators that it still lacks."""
        return max(0, self.needed - len(self.held))


@dataclass(frozen=True)
class Member:
    """An evaluator. held: assignments of the round that they have already; ready: they went through the list of names.

    order: the id of their place in the pool; ties fall to the lower one.
    """

    ref: str
    data: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ko",)
    held: int = 0
    ready: bool = True
    order: int = 0


@dataclass(frozen=True)
class Problem:
    """Cases and members in the order of their ids, so that the same facts give the same answer. kinds: modality → kind of data."""

    cases: tuple[Case, ...]
    members: tuple[Member, ...]
    policy: AssigningPolicy = field(default_factory=AssigningPolicy)
    kinds: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def case(self) -> dict[str, Case]:
        return {one.ref: one for one in self.cases}

    @cached_property
    def member(self) -> dict[str, Member]:
        return {one.ref: one for one in self.members}

    def may(self, case: Case, member: Member) -> bool:
        """Whether this member may get this application; a full desk is another matter."""
        return member.ready and member.ref not in case.closed and member.ref not in case.held


def problem(
    cases: Sequence[Case], members: Sequence[Member], policy: AssigningPolicy, kinds: Mapping[str, str] | None = None
) -> Problem:
    """In the order of ids, whatever order the facts came in."""
    first = tuple(sorted(cases, key=lambda one: (one.order, one.ref)))
    return Problem(
        first, tuple(sorted(members, key=lambda one: (one.order, one.ref))), policy, dict(sorted((kinds or {}).items()))
    )


def visible(one: Problem, closed: Iterable[str]) -> Problem:
    """The same without some applications, in no load either: what somebody with a conflict may know of it."""
    apart = set(closed)
    cases = [case for case in one.cases if case.ref not in apart]
    held = Counter(ref for case in cases for ref in case.held)
    return problem(cases, [replace(member, held=held[member.ref]) for member in one.members], one.policy, one.kinds)


def language_of(*texts: str) -> str:
    """ko where there is any Hangul, en where there are only other letters, ko where there are none."""
    letters = "".join(texts)
    if any("가" <= letter <= "힣" for letter in letters) or not any(letter.isalpha() for letter in letters):
        return "ko"
    return "en"


def problem_text(one: Problem) -> str:
    """Canonical JSON: the same facts, the same bytes."""
    return canonical({"engine": ENGINE, **asdict(one)})


def parse_problem(body: Mapping[str, Any]) -> Problem:
    """What `problem_text` wrote."""
    return problem(
        [Case(**_tuples(row, "held", "closed", "data", "fields")) for row in body["cases"]],
        [Member(**_tuples(row, "data", "fields", "languages")) for row in body["members"]],
        parse_assigning(body["policy"]),
        body["kinds"],
    )


def _tuples(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: tuple(row[name]) for name in names}}

"""What an assignment of evaluators depends on, as plain data and as canonical JSON. Nobody stands in it by name. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from vouchers.evaluation.rules.selection import canonical
from vouchers.rounds.rules import AssigningPolicy, parse_assigning

ENGINE = "assigning-1"
Pairs = Mapping[str, Sequence[str]]  # application's ref → refs of the members who get it


@dataclass(frozen=True)
class Case:
    """An application. needed: evaluators in all; held: who has it already and keeps it; closed: who must not or will not get it.

    data: codes of the list `modality`, fields: chapters of KCD, language: ko or en, of what it asks and is written in.
    """

    ref: str
    needed: int
    held: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    language: str = "ko"

    @property
    def demand(self) -> int:
        """Evaluators that it still lacks."""
        return max(0, self.needed - len(self.held))


@dataclass(frozen=True)
class Member:
    """An evaluator. held: assignments of the round that they have already; ready: they went through the list of names."""

    ref: str
    data: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ko",)
    held: int = 0
    ready: bool = True


@dataclass(frozen=True)
class Problem:
    """Cases and members in the order of their refs, so that the same facts give the same answer. kinds: modality → kind of data."""

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
    """In the order of refs, whatever order the facts came in."""
    ordered = tuple(sorted(cases, key=lambda one: one.ref)), tuple(sorted(members, key=lambda one: one.ref))
    return Problem(*ordered, policy, dict(sorted((kinds or {}).items())))


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

"""What an assignment of evaluators depends on now, and a stored proposal as its reader may see it."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import Any

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from providers.catalogue import queries as catalogue
from providers.catalogue.rules import disease
from vouchers.applications.models import Application
from vouchers.evaluation import rules as stages
from vouchers.evaluation.models import Assignment, AssignmentRun, CaseConflict, Challenge, cases_closed_to
from vouchers.evaluation.queries.assigning import assignable
from vouchers.evaluation.queries.conflicts import inferred
from vouchers.evaluation.queries.pool import pool_of
from vouchers.evaluation.rules import assigning as rules
from vouchers.rounds.models import Round


def problem_of(programme: Round, by: Any) -> rules.Problem:
    """Every application of the round that may get evaluators, and its pool. The number of queries is always the same.

    by: who will assign; neither this person nor a case closed to them stands in it.
    """
    rows = assignable(programme).select_related("need").exclude(pk__in=cases_closed_to(by.pk)).order_by("pk")
    found: list[Any] = list(rows)
    held, closed = _held(programme), _closed(programme)
    cases = [_case(row, held[row.pk], closed[row.pk]) for row in found]
    load = Counter(ref for case in cases for ref in case.held)
    members = [replace(one, held=load[one.ref]) for one in _members(programme, by)]
    return rules.problem(cases, members, programme.policy().assigning, kinds())


def kinds() -> dict[str, str]:
    """modality → kind of data"""
    lists = catalogue.code_lists("modality")
    return {item["code"]: item.get("data_kind") or item["code"] for one in lists for item in one["items"]}


def _case(row: Any, held: set[str], closed: set[str]) -> rules.Case:
    asked = row.need.document if row.need else {}
    codes = (asked.get("disease_codes") or {}).get("include") or []
    return rules.Case(
        row.ref, row.needed_count, tuple(sorted(held)), tuple(sorted(closed - held)),
        tuple(sorted(asked.get("modality") or [])), disease.chapters(codes), rules.language_of(row.title, row.summary), row.pk,
    )  # fmt: skip


def _held(programme: Round) -> dict[int, set[str]]:
    """application → refs of who has it. One query."""
    found: dict[int, set[str]] = defaultdict(set)
    live = Assignment.objects.filter(application__round=programme, status__in=[*stages.PENDING, *stages.HANDED_IN])
    for case, ref in live.values_list("application_id", "evaluator__ref"):
        found[case].add(ref)
    return found


def _closed(programme: Round) -> dict[int, set[str]]:
    """application → refs of who must not get it (a conflict stands or follows from the facts, a challenge waits) or had it
    and gave it up."""
    found: dict[int, set[str]] = defaultdict(set)
    ended = Assignment.objects.filter(application__round=programme).exclude(status__in=[*stages.PENDING, *stages.HANDED_IN])
    standing = CaseConflict.objects.standing().filter(application__round=programme)
    waiting = Challenge.objects.filter(application__round=programme, status="FILED")
    for rows, who in ((ended, "evaluator"), (standing, "user"), (waiting, "member__user")):
        for case, ref in rows.values_list("application_id", f"{who}__ref"):
            found[case].add(ref)
    facts = inferred(programme)
    refs = dict(User.objects.filter(pk__in={pk for people in facts.values() for pk in people}).values_list("pk", "ref"))
    for case, people in facts.items():
        found[case] |= {refs[pk] for pk in people}
    return found


def _members(programme: Round, by: Any) -> list[rules.Member]:
    """The pool; a round without one asks whoever holds the evaluator's role."""
    able = set(accounts.holders_of(Role.EVALUATOR).values_list("pk", flat=True))
    pool = [
        rules.Member(
            row.user.ref, tuple(sorted(row.expertise)), tuple(sorted(row.fields)), tuple(sorted(row.languages)),
            ready=row.declared_at is not None and row.user_id in able, order=row.pk,
        )
        for row in pool_of(programme).exclude(user_id=by.pk)
    ]  # fmt: skip
    rest = accounts.holders_of(Role.EVALUATOR).exclude(pk=by.pk).values_list("ref", "pk")
    return pool or [rules.Member(ref, order=pk) for ref, pk in rest]


# ── A stored proposal ────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Proposal:
    """A run without the cases that are closed to its reader. pairs: as it is now; optimum: as it was computed."""

    run: AssignmentRun
    problem: rules.Problem
    pairs: dict[str, tuple[str, ...]]
    optimum: dict[str, tuple[str, ...]]

    def changed(self, case: str, out: str, into: str) -> dict[str, tuple[str, ...]]:
        """The pairs after one change by hand. out, into: refs, "" for nobody."""
        kept = {ref for ref in self.pairs.get(case, ()) if ref != out} | ({into} if into else set())
        rest = {ref: refs for ref, refs in self.pairs.items() if ref != case}
        return dict(sorted({**rest, case: tuple(sorted(kept))}.items())) if kept else rest


def proposal(run: AssignmentRun, reader: Any) -> Proposal:
    """Two queries."""
    whole = rules.parse_problem(json.loads(run.inputs))
    closed = set(Application.objects.filter(pk__in=cases_closed_to(reader.pk)).values_list("ref", flat=True))
    seen = rules.visible(whole, closed) if closed else whole

    def apart(pairs: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
        return {ref: tuple(refs) for ref, refs in sorted(pairs.items()) if ref not in closed}

    return Proposal(run, seen, apart(run.pairs), apart(run.optimum))


def ordered(run: AssignmentRun) -> list[tuple[str, str]]:
    """(application's ref, evaluator's ref) of every pair, in the order of ids."""
    whole = rules.parse_problem(json.loads(run.inputs))
    return [(case.ref, one.ref) for case in whole.cases for one in whole.members if one.ref in run.pairs.get(case.ref, ())]


def open_run(programme: Round) -> AssignmentRun | None:
    """The proposal of a round that waits or is being applied."""
    return AssignmentRun.objects.filter(round=programme, status__in=["PROPOSED", "APPLYING"]).first()

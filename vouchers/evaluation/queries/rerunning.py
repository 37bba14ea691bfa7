"""A run after an objection: what was taken up again, what stands for the others, what such a run would say now."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from portal.journal.models import Event
from vouchers.applications import queries as applications
from vouchers.applications.models import Application
from vouchers.evaluation import rules
from vouchers.evaluation.models import Assignment, Award, SelectionLine, SelectionRun
from vouchers.evaluation.queries.assigning import available_won, in_evaluation
from vouchers.evaluation.queries.pool import left_for
from vouchers.evaluation.queries.results import current_run, outputs_of
from vouchers.evaluation.queries.selecting import Computed, applicants_of, record_of
from vouchers.rounds.models import Round

RELEASED = rules.RELEASED


def reopened(programme: Round) -> QuerySet[Application]:
    """Applications that were taken up again after the release, with their counts as `in_evaluation`."""
    return in_evaluation(programme)


def waiting_proposal(programme: Round) -> SelectionRun | None:
    """A proposal of the round that waits for an approver."""
    return SelectionRun.objects.filter(round=programme, status="PROPOSED").first()


def not_ready(programme: Round) -> list[Application]:
    """Of these, those that still lack evaluations."""
    rows: list[Any] = list(reopened(programme))
    return [row for row in rows if row.pending_count or row.handed_in_count < row.needed_count]


def stuck(programme: Round) -> list[Application]:
    """Of those that still lack evaluations, those for which fewer people are left than they lack."""
    rows: list[Any] = not_ready(programme)
    return [row for row in rows if len(left_for(row)) < row.needed_count - row.handed_in_count - row.pending_count]


def ready_to_rerun(programme: Round) -> bool:
    """Something was taken up again, has its evaluations, and waits for no approver."""
    return not waiting_proposal(programme) and reopened(programme).exists() and not not_ready(programme)


def recomputed(programme: Round) -> Computed | None:
    """What a run after an objection would say now; None: nothing was taken up again, or no run with its inputs stands."""
    before = current_run(programme)
    record = record_of(before) if before is not None else None
    anew = applicants_of(programme)
    if record is None or not anew:
        return None
    held = {row.application.ref: row.grant_won for row in _live_awards(programme)}
    plans = rules.parse_inputs(json.loads(record.inputs)).tracks
    taken = Counter(_live_awards(programme).values_list("application__track__key", flat=True))
    inputs = rules.rerun_text(
        previous=record.inputs,
        corrected=verdicts_behind(programme, [one.ref for one in anew]),
        applicants=anew,
        standing=_standing(programme, outputs_of(record), held),
        available_won=available_won(programme),
        free_slots={plan.key: None if plan.slots is None else plan.slots - taken[plan.key] for plan in plans},
        quotas=list(outputs_of(record).quotas),
    )
    outputs = rules.outputs_text(inputs)
    return Computed(inputs, outputs, rules.parse_outputs(json.loads(outputs)))


def _live_awards(programme: Round) -> QuerySet[Award]:
    return Award.objects.filter(application__round=programme, status__in=rules.LIVE_AWARDS).select_related("application")


def _standing(programme: Round, said: rules.Result, held: dict[str, int]) -> list[rules.Line]:
    """What the last run said, as it stands today: without those who left, with those who moved up."""
    states = dict(Application.objects.filter(round=programme).values_list("ref", "status"))
    found = []
    for line in said.lines:
        if line.ref in held and line.outcome != rules.Outcome.SELECTED:
            line = replace(line, outcome=rules.Outcome.SELECTED, ground=rules.Ground.PROMOTED, reserve_no=None, pools=())
        if line.ref in held:
            line = replace(line, grant_won=held[line.ref])
        if line.ref in held or states[line.ref] in {"RESERVE", "NOT_SELECTED", "IN_EVALUATION"}:
            found.append(line)
    return found


def verdicts_behind(programme: Round, refs: list[str]) -> dict[str, str]:
    """ref → the hash of the verdict by which it was taken up again; without those that have none."""
    rows = Application.objects.filter(round=programme, ref__in=refs)
    found = {row.ref: applications.verdict_behind(row) for row in rows}
    return {ref: verdict.hash for ref, verdict in found.items() if verdict is not None}


def corrected_in(inputs: str) -> dict[str, str]:
    """ref → verdict of the applications that a run after objections decides anew."""
    found: dict[str, str] = json.loads(inputs)["after"]["corrected"]
    return found


def cause_of(inputs: str) -> Event:
    """The first of the verdicts that a run after objections names."""
    hashes = list(corrected_in(inputs).values())
    return Event.objects.filter(hash__in=hashes).order_by("id")[0]


@dataclass(frozen=True)
class Upheld:
    """An application whose objection was upheld and which was not taken up again yet; what evaluators gave it."""

    application: Application
    verdict: Event
    evaluations: list[Assignment]
    left: int  # people who could evaluate it in place of others


def to_reopen(programme: Round) -> list[Upheld]:
    """Of a released round. Three queries, and those of each application: few are."""
    decided = Application.objects.filter(round=programme, status__in=["RESERVE", "NOT_SELECTED"])
    rows = {row.ref: row for row in decided.select_related("company", "track", "round")}
    newest: dict[str, Event] = {}
    for event in Event.objects.filter(subject_ref__in=list(rows), name__in=applications.NOT_CHOSEN).order_by("seq"):
        newest[event.subject_ref] = event
    verdicts = applications.verdicts_on(newest.values())
    return [
        Upheld(rows[ref], verdicts[event.hash], list(_counted(rows[ref])), len(left_for(rows[ref])))
        for ref, event in sorted(newest.items())
        if event.hash in verdicts
    ]


def _counted(application: Application) -> QuerySet[Assignment]:
    return Assignment.objects.filter(application=application, status="LOCKED").select_related("evaluator").order_by("pk")


def moved_reserves(run: SelectionRun) -> list[SelectionLine]:
    """Lines of others whose place on the reserve list a run after an objection changed."""
    before = dict(SelectionLine.objects.filter(run=run.previous_id).values_list("application_id", "reserve_no"))
    rows: Any = run.lines.filter(decides=False, outcome="RESERVE").select_related(
        "application__company__organisation", "application__track", "application__round"
    )
    return [row for row in rows if row.reserve_no != before.get(row.application_id)]

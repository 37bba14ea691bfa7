"""An applicant checks its own result against the signed run: computed again, nobody else's numbers shown."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from portal.kit.words import pick
from vouchers.applications.models import Application
from vouchers.evaluation import rules
from vouchers.evaluation.models import Assignment, Score, SelectionLine, SelectionRecord
from vouchers.evaluation.queries.results import outputs_of, result_of
from vouchers.evaluation.queries.selecting import record_of
from vouchers.rounds.models import Criterion

REMEMBERED = 3600  # seconds; under a key that is made of the very bytes compared


@dataclass(frozen=True)
class Verified:
    """line: as released. explained: as computed again now. criteria: (name, weight, key). same: the run computed again gave
    the bytes that were signed, and they say of this application what was released."""

    line: SelectionLine
    explained: rules.Explained
    criteria: tuple[tuple[str, int, str], ...]
    inputs: rules.Inputs
    same: bool


def verified(application: Application) -> Verified | None:
    """None before the release, for an application that did not run, and for runs from before the record."""
    line = result_of(application)
    record = record_of(line.run) if line is not None else None
    if line is None or record is None:
        return None
    inputs = rules.parse_inputs(json.loads(record.inputs))
    explained = rules.explain(inputs, outputs_of(record), application.ref)
    if explained is None:
        return None
    names = {c.key: pick(c, "name") for c in Criterion.objects.filter(round_id=application.round_id)}
    return Verified(
        line=line,
        explained=explained,
        criteria=tuple((names[key], weight, key) for key, weight in inputs.weights.items()),
        inputs=inputs,
        same=_as_signed(line, record) and _as_released(line, explained.line),
    )


def _as_signed(line: SelectionLine, record: SelectionRecord) -> bool:
    """The bytes carry their hashes, and the engine gives the outputs again."""
    found = rules.digest(record.inputs), rules.digest(record.outputs)
    if found != (line.run.inputs_sha256, line.run.outputs_sha256):
        return False
    key = f"selection:{found[0]}:{found[1]}"
    same: bool | None = cache.get(key)
    if same is None:
        same = rules.outputs_text(record.inputs) == record.outputs
        cache.set(key, same, REMEMBERED)
    return same


def _as_released(line: SelectionLine, said: rules.Line) -> bool:
    released = (line.rank, line.raw, line.score, line.bonus, line.penalty, line.total, line.outcome, line.ground, line.grant_won)
    return released == (
        said.rank, said.raw, said.score, said.bonus, said.penalty, said.total, said.outcome, said.ground, said.grant_won,
    )  # fmt: skip


def released_to(user: Any) -> QuerySet[SelectionLine]:
    """Released lines of applications that this person may see, the newest first."""
    return (
        SelectionLine.objects.filter(run__status="CONFIRMED", decides=True, application__in=Application.objects.visible_to(user))
        .select_related("application__round", "application__track", "run")
        .order_by("-run__confirmed_at", "application_id")
    )


def points_by_criterion(application: Application) -> Mapping[str, list[int]]:
    """criterion's key → the points of each evaluation that counted."""
    found: dict[str, list[int]] = {}
    for key, points in _counted(application).values_list("criterion__key", "points"):
        if points is not None:
            found.setdefault(key, []).append(points)
    return found


def reasons_by_criterion(application: Application) -> Mapping[str, list[str]]:
    """criterion's key → what evaluators wrote to it, without their names, in the order in which they handed in."""
    found: dict[str, list[str]] = {}
    for key, comment in _counted(application).values_list("criterion__key", "comment"):
        if comment:
            found.setdefault(key, []).append(comment)
    return found


def opinions_of(application: Application) -> list[str]:
    """The overall opinion of each evaluation that counted, without names, in the order in which they were handed in."""
    rows = Assignment.objects.filter(application=application, status="LOCKED").exclude(comment="")
    return list(rows.order_by("submitted_at", "pk").values_list("comment", flat=True))


def _counted(application: Application) -> QuerySet[Score]:
    return Score.objects.filter(assignment__application=application, assignment__status="LOCKED").order_by(
        "assignment__submitted_at", "assignment_id"
    )

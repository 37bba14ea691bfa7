"""Conflicts of interest are inferred from facts and kept as rows; one that stands ends the assignment (제척·회피)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit import clock
from vouchers.applications.models import Application
from vouchers.evaluation import notices
from vouchers.evaluation.actions.ending import end
from vouchers.evaluation.models import Assignment, CaseConflict
from vouchers.evaluation.queries import conflicts as queries
from vouchers.evaluation.rules import conflicts as rules

Grounds = Mapping[int, list[dict[str, str]]]  # person → rules.Found as JSON


def sync_conflicts(*, application_ids: Iterable[int] | None = None) -> int:
    """The sweep: conflicts follow affiliations, mail domains, matches, memberships and declarations. Idempotent.

    Compares in bulk and opens a transaction only for an application where something changed. application_ids: these alone;
    None: all of the rounds that somebody evaluates or may be asked to.
    Returns: applications changed. Writes: as sync_case.
    """
    ids = None if application_ids is None else list(application_ids)
    changed = 0
    for programme in queries.rounds_concerned(ids):
        found = queries.inferred(programme, ids)
        held = queries.standing(found)
        late = set(queries.still_assigned().filter(application__round=programme).values_list("application_id", flat=True))
        for case, grounds in found.items():
            if case in late or _differs(grounds, held.get(case, {})):
                changed += sync_case(application_id=case)
    return changed


@transaction.atomic
def sync_case(*, application_id: int, by: Any = None) -> int:
    """One application's conflicts by the facts of now. by: who changed a fact, None for the sweep.

    Writes: CaseConflict, Event conflict.inferred or conflict.cleared; for each assignment that meets one: Assignment RECUSED,
    Event, Duty, notices taken back from the evaluator, Notice to the officer. Returns: 1 when something changed.
    """
    application = Application.objects.select_for_update(of=("self",)).select_related("round").get(pk=application_id)
    if application.status not in queries.LIVE:
        return 0
    found = queries.inferred(application.round, [application.pk]).get(application.pk, {})
    held = queries.standing([application.pk]).get(application.pk, {})
    people = User.objects.in_bulk(sorted(set(found) | set(held)))
    changed = _differs(found, held)
    for pk in sorted(found):
        _keep(application, people[pk], found[pk], held.get(pk), by)
    for pk in sorted(set(held) - set(found)):
        _clear(held[pk], by)
    return int(end_conflicted(application) > 0 or changed)


def _differs(found: Grounds, held: Mapping[int, CaseConflict]) -> bool:
    return {pk: row.grounds for pk, row in held.items()} != dict(found)


def _keep(application: Application, user: User, grounds: list[dict[str, str]], row: CaseConflict | None, by: Any) -> None:
    if row is not None and row.grounds == grounds:
        return
    row = row or CaseConflict(application=application, user=user, source=rules.ConflictSource.INFERRED)
    row.grounds = grounds
    row.save()
    record("conflict.inferred", row, by=by)


def _clear(row: CaseConflict, by: Any) -> None:
    row.ended_at = clock.now()
    row.save()
    record("conflict.cleared", row, by=by)


def record(name: str, row: CaseConflict, *, by: Any, reason: str = "") -> None:
    """Without organisations: neither the company nor the person concerned reads it."""
    data = {"user": row.user.ref, "application": row.application.ref, "grounds": sorted({one["ground"] for one in row.grounds})}
    journal.record(name, row, by=by, reason=reason, data=data)


def end_conflicted(application: Application) -> int:
    """Ends every assignment of an application with which a conflict of its evaluator stands. The caller holds its lock.

    Writes: as actions.ending.end, Notice to the officer who assigned. Returns: how many ended.
    """
    pks = list(queries.still_assigned().filter(application=application).values_list("pk", flat=True))
    rows = Assignment.objects.select_for_update(of=("self",)).filter(pk__in=pks)
    ended = list(rows.select_related("application__round", "application__company", "evaluator", "assigned_by").order_by("pk"))
    for row in ended:
        ko, en = queries.words_of(row.application_id, row.evaluator_id)
        end(row, "exclude", reason=ko, by=None, reason_en=en)
        notices.evaluation_ended_early(row)
    return len(ended)

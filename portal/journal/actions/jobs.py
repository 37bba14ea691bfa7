"""Jobs of the schedule: how they went, and what one of them could not do."""

import traceback
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from portal.journal import queries, rules
from portal.journal.actions.events import record
from portal.journal.actions.notices import tell
from portal.journal.models import DeadLetter, Job
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from portal.kit.models import make_ref

log = structlog.get_logger("jobs")


def each[K](job: str, keys: Iterable[K], do: Callable[[K], Any]) -> int:
    """Does every one by itself: what breaks is noted and passed over until its next try, the others go on. For jobs, outside of
    any transaction; `do` has its own. What broke and is due no longer was done otherwise: when it is due again, it is a new matter.

    Writes: DeadLetter, and what `do` writes. Returns: the sum of what was done."""
    due, known, done = list(keys), queries.dead_letters(job), 0
    now = clock.now()
    for gone in known.keys() - {str(key) for key in due}:
        settle_dead_letter(letter_id=known[gone].pk)
    for key in due:
        before = known.get(str(key))
        if before is not None and rules.held(before.status, before.next_at, now):
            continue
        try:
            done += int(do(key) or 0)
        except Exception as error:
            if settings.JOBS_RAISE:
                raise
            log.exception("job_failed_at", job=job, key=str(key))
            note_dead_letter(job=job, key=str(key), error=error)
        else:
            if before is not None:
                settle_dead_letter(letter_id=before.pk)
    return done


@transaction.atomic
def note_dead_letter(*, job: str, key: str, error: BaseException) -> DeadLetter:
    """A job could not do this. After MAX_ATTEMPTS tries it waits for a person, who is told. Writes: DeadLetter, Event, Notice."""
    now = clock.now()
    fields = {"error": rules.said(error), "place": _place(error), "failed_at": now}
    found, new = DeadLetter.objects.exclude(status="SETTLED").get_or_create(
        job=job,
        key=key,
        defaults={**fields, "next_at": now + timedelta(seconds=rules.retry_after_seconds(1)), "ref": make_ref("dlt")},
    )
    if new:
        return found
    row = DeadLetter.objects.select_for_update().get(pk=found.pk)
    if row.status != rules.DeadLetterState.WAITING:  # decided meanwhile, or noted by another worker
        return row
    for name, value in fields.items():
        setattr(row, name, value)
    row.tries += 1
    row.next_at = now + timedelta(seconds=rules.retry_after_seconds(row.tries))
    if row.tries >= rules.MAX_ATTEMPTS:
        row.status = rules.DEAD_LETTER_LIFECYCLE.step(row.status, "park")
        row.save()
        record("dead_letter.parked", row, by=None, frm="WAITING", to=row.status)
        tell(
            "work_parked", app="journal", subject=row, role="SYSADMIN", url=f"/admin/journal/deadletter/{row.pk}/change/",
            context={"job": job, "tries": row.tries},
        )  # fmt: skip
        return row
    row.save()
    return row


def _place(error: BaseException) -> str:
    """`vouchers/matching/actions/proposing.py:88`: the innermost line of the portal's own code."""
    root = Path(settings.BASE_DIR)
    own = [
        frame for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(root) and ".venv" not in frame.filename
    ]  # fmt: skip
    return f"{Path(own[-1].filename).relative_to(root)}:{own[-1].lineno}"[-200:] if own else ""


@transaction.atomic
def settle_dead_letter(*, letter_id: int) -> DeadLetter:
    """It was done after all, or is due no longer. Writes: DeadLetter SETTLED, Event."""
    row = DeadLetter.objects.select_for_update().get(pk=letter_id)
    if row.status == rules.DeadLetterState.SETTLED:
        return row
    before, row.status = row.status, rules.DEAD_LETTER_LIFECYCLE.step(row.status, "settle")
    row.save()
    record("dead_letter.settled", row, by=None, frm=before, to=row.status)
    return row


@transaction.atomic
def retry_dead_letter(letter_id: int, *, by: Any) -> DeadLetter:
    """The job takes it up again at its next turn, with all its tries. Writes: DeadLetter WAITING, Event. Raises: NotAllowed,
    IllegalStep."""
    row = DeadLetter.objects.select_for_update().get(pk=letter_id)
    require(by, "journal.resolve_dead_letter")
    before, row.status = row.status, rules.DEAD_LETTER_LIFECYCLE.step(row.status, "retry")
    row.tries, row.next_at, row.reason, row.decided_by = 0, clock.now(), "", by
    row.save()
    record("dead_letter.retried", row, by=by, frm=before, to=row.status)
    return row


@transaction.atomic
def dismiss_dead_letter(letter_id: int, *, reason: str, by: Any) -> DeadLetter:
    """No job tries it again; people look after the case. Writes: DeadLetter DISMISSED, Event. Raises: Refused without a reason,
    NotAllowed, IllegalStep."""
    row = DeadLetter.objects.select_for_update().get(pk=letter_id)
    require(by, "journal.resolve_dead_letter")
    if not reason.strip():
        raise Refused(rules.WHY_DISMISSED, "no_reason", "reason")
    before, row.status = row.status, rules.DEAD_LETTER_LIFECYCLE.step(row.status, "dismiss")
    row.reason, row.decided_by = reason.strip()[:500], by
    row.save()
    record("dead_letter.dismissed", row, by=by, frm=before, to=row.status, reason=row.reason)
    return row


# ── The schedule ─────────────────────────────────────────────────────────────────────────────────────
def note_job(*, name: str, queue: str, every_seconds: float, took_ms: int, done: int = 0, error: str = "") -> None:
    """A job ended. Writes: Job, without an event: it is a gauge, not a story."""
    now = clock.now() - clock.offset()
    values = {"queue": queue, "every_seconds": int(every_seconds), "ended_at": now, "took_ms": took_ms, "done": max(done, 0)}
    failures = Job.objects.filter(name=name).values_list("failures", flat=True).first()
    values |= {"error": error[:300], "failures": (failures or 0) + 1} if error else {"error": "", "failures": 0}
    if failures is None:
        Job.objects.get_or_create(name=name, defaults={**values, "ref": make_ref("job")})
    else:
        Job.objects.filter(name=name).update(**values, updated_at=now)


@transaction.atomic
def tell_of_late_queues() -> int:
    """Who runs the portal learns of a queue that is late, once a day. Writes: Notice. Returns: how many queues are late."""
    late = [one for one in queries.queues() if one.late]
    for one in late:
        job = Job.objects.filter(queue=one.key).order_by("ended_at").first()
        if job is not None:
            tell(
                "queue_late", app="journal", subject=job, role="SYSADMIN", url="/admin/journal/job/",
                context={"queue": one.key, "depth": one.depth or 0, "minutes": (one.oldest_seconds or 0) // 60},
                once=f"{one.key}:{clock.today().isoformat()}",
            )  # fmt: skip
    return len(late)

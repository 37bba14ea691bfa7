"""Celery only wakes workers: what is due stands in rows, so a sleeping broker loses nothing.

The beat schedule is code. Every entry is a sweep that claims due rows; `manage.py tick` runs the same ones in order,
without a broker. A second beat only wakes twice: a sweep that finds nothing due does nothing. A message that nobody took
in time is thrown away: the next one says the same.
"""

import contextlib
import os
import time
from typing import Any

from celery import Celery, signals
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# task name → seconds between two sweeps; the order is the order of `manage.py tick`
SWEEPS: dict[str, float] = {
    "journal.deliver_notices": 5,
    "journal.remind": 300,
    "journal.watch_queues": 60,
    "journal.seal_day": 3600,
    "documents.scan_waiting": 5,
    "accounts.forget_sign_ins": 900,
    "accounts.forget_sign_ups": 3600,
    "accounts.forget_role_grants": 3600,
    "accounts.forget_answers": 3600,
    "accounts.remind_of_keys": 3600,
    "journal.forget_accesses": 3600,
    "documents.remove_erased": 900,
    "rounds.turn": 30,
    "companies.check_registrations": 60,
    "catalogue.ask_if_right": 3600,
    "catalogue.tell_searches": 900,
    "catalogue.start_harvests": 60,
    "catalogue.go_on_imports": 5,
    "offers.sync_offered": 60,
    "offers.sync_wider": 30,
    "offers.renew_capacities": 600,
    "offers.sync_checks": 3600,
    "matching.note_views": 15,
    "matching.expire_quotes": 300,
    "matching.expire_feasibility": 300,
    "matching.compute_allocations": 10,
    "matching.lapse_proposals": 300,
    "applications.sync_deadlines": 300,
    "applications.tell_amendments": 60,
    "applications.sync_matches": 30,
    "applications.expire_late_entries": 60,
    "applications.release_unused_matches": 900,
    "applications.miss_supplements": 60,
    "applications.forget_drafts": 3600,
    "applications.forget_networks": 3600,
    "applications.go_on_batches": 5,
    "evaluation.lapse_awards": 300,
    "evaluation.apply_proposals": 5,
    "evaluation.sync_conflicts": 120,
    "evaluation.sync_rounds": 30,
    "evaluation.sync_presentations": 60,
    "evaluation.serve_letters": 60,
    "evaluation.ask_final_quotes": 30,
    "objections.release_matches": 900,
    "access.sync_measured_days": 3600,
    "access.sync_measured_shares": 3600,
    "milestones.remind": 300,
    "milestones.sync_completion": 300,
    "milestones.sync_final_evaluations": 60,
    "milestones.escalate": 900,
    "payments.pay_due": 10,
    "payments.reconcile": 15,
    "payments.watch_statement": 60,
    "payments.expire_vouchers": 300,
    "payments.sync_terminated": 300,
    "settlements.sync_ended": 60,
    "settlements.sync_objections": 60,
    "settlements.escalate": 900,
    "settlements.go_on_closings": 30,
    "settlements.make_audit_files": 10,
    "payments.sync_plans": 3600,
    "outcomes.open_surveys": 3600,
    "outcomes.escalate": 900,
    "signals.sweep": 3600,
}
QUEUES = ("payments", "mail", "cases", "files", "statistics")  # words and patience: portal.journal.rules, which needs the apps
OF_ROOM = {"payments": "payments", "documents": "files", "catalogue": "files"}  # else cases
OF_JOB = {  # else as its room
    "journal.deliver_notices": "mail", "journal.remind": "mail", "evaluation.serve_letters": "mail", "milestones.remind": "mail", "milestones.escalate": "mail", "settlements.escalate": "mail", "outcomes.escalate": "mail",
    "journal.watch_queues": "mail", "accounts.remind_of_keys": "mail", "catalogue.tell_searches": "mail",
    "catalogue.ask_if_right": "statistics", "applications.go_on_batches": "files", "matching.compute_allocations": "files",
    "settlements.make_audit_files": "files",
    "evaluation.apply_proposals": "files", "journal.seal_day": "statistics", "access.sync_measured_days": "statistics",
    "access.sync_measured_shares": "statistics", "offers.sync_offered": "statistics", "offers.sync_checks": "statistics",
    "payments.sync_plans": "statistics", "signals.sweep": "statistics",
}  # fmt: skip


def queue_of(name: str) -> str:
    """By urgency: what may take minutes never stands before a payment or a mail."""
    room, _dot, verb = name.partition(".")
    return OF_JOB.get(name) or ("statistics" if verb.startswith(("forget_", "remove_")) else OF_ROOM.get(room, "cases"))


def _entry(name: str, seconds: float) -> dict[str, Any]:
    return {"task": name, "schedule": seconds, "options": {"queue": queue_of(name), "expires": max(60.0, 2 * seconds)}}


app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]  # else one message would go to all
app.conf.task_default_queue = "cases"
app.conf.task_routes = ({name: {"queue": queue_of(name)} for name in SWEEPS},)
SCHEDULE = {name: _entry(name, seconds) for name, seconds in SWEEPS.items()}
app.conf.beat_schedule = SCHEDULE


# ── How it goes ──────────────────────────────────────────────────────────────────────────────────────
@signals.before_task_publish.connect
def _sent_at(headers: dict[str, Any] | None = None, **_more: Any) -> None:
    """The age of what waits at the broker is read from the message itself."""
    if headers is not None:
        headers["sent_at"] = time.time()


@signals.task_prerun.connect
def _begins(task: Any = None, **_more: Any) -> None:
    task.request.began = time.monotonic()


@signals.task_postrun.connect
def _ended(task: Any = None, state: str = "", retval: Any = None, **_more: Any) -> None:
    """The table of jobs. A database that is away notes nothing; the job is late then, and that is seen."""
    if task is None or task.name not in SWEEPS:
        return
    from portal.journal.actions import note_job
    from portal.journal.rules import said

    took = int((time.monotonic() - getattr(task.request, "began", time.monotonic())) * 1000)
    done = retval if isinstance(retval, int) else 0
    error = said(retval) if state == "FAILURE" and isinstance(retval, BaseException) else ""
    with contextlib.suppress(Exception):
        note_job(
            name=task.name, queue=queue_of(task.name), every_seconds=SWEEPS[task.name], took_ms=took, done=done, error=error
        )  # fmt: skip

"""Celery only wakes workers: what is due stands in rows, so a sleeping broker loses nothing.

The beat schedule is code. Every entry is a sweep that claims due rows; `manage.py tick` runs the same ones in order,
without a broker.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# task name → seconds between two sweeps; the order is the order of `manage.py tick`
SWEEPS: dict[str, float] = {
    "journal.deliver_notices": 5,
    "journal.remind": 300,
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
    "offers.sync_lead_days": 600,
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
    "milestones.sync_final_evaluations": 300,
    "payments.pay_due": 10,
    "payments.reconcile": 15,
    "payments.watch_statement": 60,
    "payments.expire_vouchers": 300,
    "payments.sync_terminated": 300,
    "settlements.sync_ended": 300,
    "settlements.sync_objections": 300,
    "payments.sync_plans": 3600,
}
app.conf.beat_schedule = {name: {"task": name, "schedule": seconds} for name, seconds in SWEEPS.items()}

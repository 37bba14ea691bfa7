"""What is owed of projects and late by more than the days of its round."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from portal.journal.models import Duty
from portal.journal.rules import ESCALATED
from portal.kit import clock
from vouchers.agreements.models import Agreement
from vouchers.milestones import rules
from vouchers.milestones.models import FinalEvaluation, Finding, Inspection, Milestone, PlanWarning
from vouchers.rounds.models import Round

ROUND_OF = {
    "milestone": (Milestone, "agreement__round_id"), "planwarning": (PlanWarning, "agreement__round_id"),
    "inspection": (Inspection, "agreement__round_id"), "finding": (Finding, "inspection__agreement__round_id"),
    "finalevaluation": (FinalEvaluation, "agreement__round_id"), "agreement": (Agreement, "round_id"),
}  # fmt: skip


def to_escalate(now: datetime) -> Iterator[tuple[int, str]]:
    """(duty id, role that hears of it). Two queries, and at most one for each kind of subject and each round."""
    late = Duty.objects.filter(
        verb__in=list(rules.ESCALATES), closed_at__isnull=True, paused_at__isnull=True, due_at__lte=now, rehearsed=False
    ).exclude(reminded__contains=[ESCALATED])
    rows = list(late.order_by("due_at", "pk").values_list("pk", "verb", "subject_type", "subject_ref", "due_at"))
    rounds = _rounds({kind: {ref for _pk, _verb, one, ref, _due in rows if one == kind} for kind in {row[2] for row in rows}})
    days = {row.pk: row.days("escalation") for row in Round.objects.filter(pk__in=set(rounds.values()))}
    today = clock.to_kst(now).date()
    for pk, verb, _kind, ref, due_at in rows:
        due_on = clock.to_kst(due_at - timedelta(microseconds=1)).date() if due_at else today
        if ref in rounds and rules.is_escalated(due_on, today, days[rounds[ref]]):
            yield pk, rules.ESCALATES[verb]


def _rounds(refs: Mapping[str, set[str]]) -> dict[str, int]:
    """Reference of a subject → its round."""
    found: dict[str, int] = {}
    for kind, wanted in refs.items():
        if kind in ROUND_OF:
            model, path = ROUND_OF[kind]
            found |= dict(model.objects.filter(ref__in=wanted).values_list("ref", path))  # type: ignore[attr-defined]
    return found

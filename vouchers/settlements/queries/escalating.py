"""What is owed of settlements, debts and clawbacks and late by more than the days of its round."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.journal.models import Duty
from portal.journal.rules import ESCALATED
from portal.kit import clock
from vouchers.milestones.rules import is_escalated
from vouchers.rounds.models import Round
from vouchers.settlements import rules
from vouchers.settlements.models import AuditFinding, Clawback, Debt, Settlement

ROUND_OF = {
    "settlement": (Settlement, "round_id"), "debt": (Debt, "agreement__round_id"), "clawback": (Clawback, "round_id"),
    "auditfinding": (AuditFinding, "item__sample__round_id"),
}  # fmt: skip


def to_escalate(now: datetime) -> Iterator[tuple[int, str]]:
    """(duty id, role that hears of it). One query, one for each kind of subject, and one for all rounds."""
    late = Duty.objects.filter(
        subject_type__in=list(ROUND_OF), verb__in=list(rules.ESCALATES), closed_at__isnull=True, paused_at__isnull=True, due_at__lte=now, rehearsed=False,
    ).exclude(reminded__contains=[ESCALATED])  # fmt: skip
    rows = list(late.order_by("due_at", "pk"))
    rounds: dict[str, int] = {}
    for kind, (model, path) in ROUND_OF.items():
        if refs := [row.subject_ref for row in rows if row.subject_type == kind]:
            rounds |= dict(model.objects.filter(ref__in=refs).values_list("ref", path))  # type: ignore[attr-defined]
    days = {one.pk: one.days("escalation") for one in Round.objects.filter(pk__in=set(rounds.values()))}
    for row in rows:
        assert row.due_at is not None, "asked for above"
        due_on = clock.to_kst(row.due_at - timedelta(microseconds=1)).date()
        if is_escalated(due_on, clock.to_kst(now).date(), days[rounds[row.subject_ref]]):
            yield row.pk, rules.ESCALATES[row.verb]

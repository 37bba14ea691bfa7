"""The auditor's own records: a sample is drawn by the round's rule, each payment looked at, what is found answered and closed.

Nothing of the programme changes by it: no payment, no amount, no state (docs/adr/0022-the-auditors-own-records.md)."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.ledger.models import LedgerEvent
from vouchers.payments.models import Disbursement
from vouchers.rounds.models import Round
from vouchers.settlements import queries, rules
from vouchers.settlements.models import AuditFinding, AuditSample, SampleItem

DRAW = "vouchers.draw_sample"
ANSWERING = (Role.OPERATOR_CASE, Role.OPERATOR_FINANCE, Role.MINISTRY_OFFICER)


@transaction.atomic
def draw_sample(*, round_id: int, paid_from: date, paid_until: date, by: Any, seed: str = "") -> AuditSample:
    """Payments of a round between two days, drawn by its policy; the seed is the portal's (given only where a sample is replayed).

    Writes: AuditSample, SampleItems, Event, Duty of the auditors. Raises: Refused (days, nothing paid)."""
    round_ = Round.objects.select_for_update().get(pk=round_id)
    require(by, DRAW)
    if fault := rules.period_fault(paid_from, paid_until, clock.today()):
        raise Refused(fault, "period", "paid_until")
    frame = queries.frame(round_.pk, paid_from, paid_until)
    if not frame:
        raise Refused(_("Nothing was paid between these days. Choose other days or another round."), "nothing_paid", "paid_from")
    version = round_.policy_version()
    assert version is not None, "what was paid has a policy"
    policy = version.parsed().sampling
    number = (AuditSample.objects.filter(round=round_).order_by("-number").values_list("number", flat=True).first() or 0) + 1
    interval = rules.interval_won(frame, threshold_won=policy.threshold_won, size=policy.size)
    row = AuditSample(
        round=round_, number=number, paid_from=paid_from, paid_until=paid_until, policy_version=version.number,
        threshold_won=policy.threshold_won, size=policy.size, least=policy.least_per_provider, interval_won=interval, rule=rules.RULE,
        seed=seed or secrets.token_hex(16), frame=[list(one) for one in frame], frame_digest=rules.frame_digest(frame),
        frame_count=len(frame), frame_won=sum(one.amount_won for one in frame), drawn_by=by,
    )  # fmt: skip
    row.save()
    items = _items(row)
    data = {
        "round": round_.ref,
        "seed": row.seed,
        "rule": row.rule,
        "frame": row.frame_digest,
        "lines": len(items),
        "interval_won": interval,
    }
    journal.record("audit_sample.drawn", row, by=by, policy_version=version.number, data=data)
    journal.open_duty(
        row, "examine_sample", title_ko=f"감사 표본 확인: {round_.title_ko} {number}차", title_en=f"Look at an audit sample: {round_.title_en}, no. {number}",
        url=row.get_absolute_url(), due_in=round_.days("audit_examination"), role=Role.AUDITOR, by=by,
    )  # fmt: skip
    return row


def _items(row: AuditSample) -> list[SampleItem]:
    drawn = queries.drawn_again(row)
    payments = dict(Disbursement.objects.filter(ref__in=[one.paid.payment for one in drawn]).values_list("ref", "pk"))
    events = dict(LedgerEvent.objects.filter(ref__in=[one.paid.event for one in drawn]).values_list("ref", "pk"))
    items = [
        SampleItem(
            sample=row, position=n, disbursement_id=payments[one.paid.payment], ledger_event_id=events[one.paid.event],
            amount_won=one.paid.amount_won, why=one.why, unit=one.unit,
        )
        for n, one in enumerate(drawn, 1)
    ]  # fmt: skip
    for item in items:
        item.name_it()
    SampleItem.objects.bulk_create(items)
    return items


@transaction.atomic
def clear_item(*, item_id: int, note: str, by: Any) -> SampleItem:
    """Looked at, and nothing found. Writes: SampleItem, Event; closes the duty with the last payment. Raises: Refused (a finding stands)."""
    item = _lock_item(item_id)
    require(by, DRAW)
    if item.findings.exclude(status=rules.AuditFindingStatus.WITHDRAWN).exists():
        raise Refused(_("A finding stands about this payment. Withdraw it first if it was a mistake."), "has_finding")
    if item.cleared_at is not None:
        raise Refused(_("This payment was found in order already."), "cleared")
    item.cleared_at, item.cleared_by, item.note = clock.now(), by, note.strip()
    item.save()
    journal.record("audit_item.cleared", item, by=by, reason=item.note, data={"disbursement": item.disbursement.ref})
    _done_with(item, by)
    return item


@transaction.atomic
def mark_finding(
    *, item_id: int, kind: str, seriousness: str, amount_won: int, text: str, answered_as: str, by: Any
) -> AuditFinding:
    """What is wrong with a payment, and who answers. A payment that was found in order is so no more.

    Writes: AuditFinding, SampleItem, Event, Duty of who answers. Raises: Refused (more than was paid, no words)."""
    item = _lock_item(item_id)
    require(by, DRAW)
    message, field = rules.finding_fault(amount_won=amount_won, paid_won=item.amount_won, text=text)
    if message:
        raise Refused(message, "finding", field)
    if answered_as not in ANSWERING:
        raise Refused(_("Choose who answers."), "nobody", "answered_as")
    if item.cleared_at is not None:
        item.cleared_at = item.cleared_by = None
        item.save()
    row = AuditFinding(
        item=item, kind=rules.FindingKind(kind), seriousness=rules.Seriousness(seriousness), amount_won=amount_won, text=text.strip(),
        answered_as=answered_as, marked_by=by,
    )  # fmt: skip
    row.save()
    data = {"disbursement": item.disbursement.ref, "amount_won": amount_won, "seriousness": row.seriousness}
    journal.record("audit_finding.marked", row, by=by, to=row.status, reason=row.text, data=data)
    _owe_answer(row, by)
    _done_with(item, by)
    return row


def _owe_answer(row: AuditFinding, by: Any) -> None:
    number = row.item.disbursement.milestone.agreement.number
    journal.open_duty(
        row, "answer_audit_finding", title_ko=f"감사 지적사항 답변: {number}", title_en=f"Answer a finding of the auditor: {number}",
        url=row.get_absolute_url(), due_in=row.round.days("audit_answer"), role=row.answered_as, by_mail=True, by=by,
    )  # fmt: skip


def _done_with(item: SampleItem, by: Any) -> None:
    """The last payment of a sample was looked at."""
    found = queries.sample_standing(item.sample)
    if found.looked == found.of:
        journal.close_duty(item.sample, "examine_sample", by=by)


@transaction.atomic
def answer_audit_finding(*, finding_id: int, answer: str, by: Any) -> AuditFinding:
    """By somebody of the office that was named. Writes: AuditFinding, Event, Duties. Raises: Refused without words, NotAllowed."""
    row = _lock(finding_id)
    require(by, "vouchers.answer_audit_finding")
    if row.answered_as not in accounts.roles_of(by):
        raise NotAllowed(_("Another office was asked to answer this finding."), "another_office")
    if not answer.strip():
        raise Refused(_("Say what is so, and what you do about it."), "answer_missing", "answer")
    row.answer, row.answered_by, row.answered_at = answer.strip(), by, clock.now()
    _step(row, "answer_audit_finding", "answered", by=by, reason=row.answer)
    journal.close_duties(row, by=by)
    number = row.item.disbursement.milestone.agreement.number
    journal.open_duty(
        row, "close_audit_finding", title_ko=f"감사 지적사항 답변 검토: {number}", title_en=f"Judge the answer to a finding: {number}",
        url=row.get_absolute_url(), due_in=row.round.days("audit_judgement"), role=Role.AUDITOR, by_mail=True, by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def close_audit_finding(*, finding_id: int, by: Any) -> AuditFinding:
    """The auditor is satisfied. Writes: AuditFinding, Event; closes the duty."""
    row = _judged(finding_id, by)
    row.ended_by, row.ended_at = by, clock.now()
    _step(row, "close_audit_finding", "closed", by=by)
    journal.close_duties(row, by=by)
    return row


@transaction.atomic
def reopen_audit_finding(*, finding_id: int, reason: str, by: Any) -> AuditFinding:
    """The answer is not enough. Writes: AuditFinding, Event, Duty. Raises: Refused without a reason."""
    row = _judged(finding_id, by)
    row.reason = _needed(reason)
    _step(row, "reopen_audit_finding", "reopened", by=by, reason=row.reason)
    journal.close_duties(row, by=by)
    _owe_answer(row, by)
    return row


@transaction.atomic
def withdraw_audit_finding(*, finding_id: int, reason: str, by: Any) -> AuditFinding:
    """The auditor erred; it stays in the record, and the payment is to be looked at again. Writes: AuditFinding, Event, Duty."""
    row = _judged(finding_id, by)
    row.reason, row.ended_by, row.ended_at = _needed(reason), by, clock.now()
    _step(row, "withdraw_audit_finding", "withdrawn", by=by, reason=row.reason)
    journal.close_duties(row, by=by)
    return row


def _judged(finding_id: int, by: Any) -> AuditFinding:
    row = _lock(finding_id)
    require(by, DRAW)
    return row


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Refused(_("Give the reason; who answers reads it."), "reason_missing", "reason")
    return reason.strip()


def _lock_item(item_id: int) -> SampleItem:
    SampleItem.objects.select_for_update().get(pk=item_id)
    return SampleItem.objects.select_related("sample__round", "disbursement__milestone__agreement").get(pk=item_id)


def _lock(finding_id: int) -> AuditFinding:
    """The payment first: what is found and what is cleared wait for each other."""
    _lock_item(AuditFinding.objects.values_list("item_id", flat=True).get(pk=finding_id))
    AuditFinding.objects.select_for_update().get(pk=finding_id)
    found = AuditFinding.objects.select_related("item__sample__round", "item__disbursement__milestone__agreement")
    return found.get(pk=finding_id)


def _step(row: AuditFinding, verb: str, event: str, *, by: Any, reason: str = "", data: Mapping[str, Any] | None = None) -> None:
    before, row.status = row.status, rules.AUDIT_FINDING_LIFECYCLE.step(row.status, verb)
    row.save()
    journal.record(f"audit_finding.{event}", row, by=by, frm=before, to=row.status, reason=reason, data=dict(data or {}))

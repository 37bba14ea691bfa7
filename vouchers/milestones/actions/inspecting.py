"""Interim checks and site visits: planned, moved, called off, reported with findings that a party answers and the agency settles."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.documents.actions import require_taken
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.milestones import notices, rules
from vouchers.milestones.models import Finding, Inspection

PLAN = "vouchers.plan_inspection"


@transaction.atomic
def plan_inspection(*, agreement_id: int, kind: str, planned_on: date, place: str, purpose: str, by: Any) -> Inspection:
    """The parties are told day, place and what is looked at. Writes: Inspection, Event, Duty, Notices. Raises: Refused."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    require(by, PLAN)
    agreements.require_apart(agreement, by)
    if agreement.status != "ACTIVE":
        raise Refused(_("Inspections are planned for an agreement in force."), "agreement_not_active")
    _check_day(planned_on)
    if not place.strip() or not purpose.strip():
        raise Refused(_("Say where it takes place and what is looked at."), "purpose_missing", "purpose")
    row = Inspection(
        agreement=agreement, kind=rules.InspectionKind(kind), planned_on=planned_on, place=place.strip(), purpose=purpose.strip(),
        planned_by=by,
    )  # fmt: skip
    row.save()
    _record(row, "planned", by=by, to=row.status, planned_on=planned_on.isoformat())
    _owe_report(row, by)
    notices.inspection_planned(row)
    return row


def _check_day(day: date) -> None:
    if day < clock.today():
        raise Refused(_("The day has passed already."), "day_past", "planned_on")


def _owe_report(row: Inspection, by: Any) -> None:
    number, days = row.agreement.number, row.agreement.round.days("inspection_report")
    journal.open_duty(
        row, "report_inspection", title_ko=f"점검 보고: {number}", title_en=f"Report an inspection: {number}",
        url=row.get_absolute_url(), due_at=clock.end_of_day(workdays.add_working_days(row.planned_on, days)),
        role=Role.OPERATOR_CASE, by=by,
    )  # fmt: skip


@transaction.atomic
def move_inspection(*, inspection_id: int, planned_on: date, place: str, reason: str, by: Any) -> Inspection:
    """To another day or place; the parties are told why. Writes: Inspection, Event, Duty, Notices. Raises: Refused."""
    row = _lock(inspection_id, by)
    _check_day(planned_on)
    row.planned_on, row.place, row.reason = planned_on, place.strip() or row.place, _needed(reason)
    _step(row, "move_inspection", "moved", by=by, reason=row.reason, planned_on=planned_on.isoformat())
    _owe_report(row, by)
    notices.inspection_planned(row)
    return row


@transaction.atomic
def cancel_inspection(*, inspection_id: int, reason: str, by: Any) -> Inspection:
    """Called off before it was held. Writes: Inspection, Event, Notices; closes the duty. Raises: Refused without a reason."""
    row = _lock(inspection_id, by)
    row.reason = _needed(reason)
    _step(row, "cancel_inspection", "cancelled", by=by, reason=row.reason)
    journal.close_duties(row, by=by)
    notices.inspection_planned(row)
    return row


@transaction.atomic
def report_inspection(
    *,
    inspection_id: int,
    result: str,
    report: str,
    document: Document | None = None,
    findings: Sequence[Mapping[str, Any]] = (),
    by: Any,
) -> Inspection:
    """What was seen, once. findings: {text, party_id (AgreementParty), due_on}, each followed up by that party.

    Writes: Inspection, Findings, Events, Duties, Notices. Raises: Refused."""
    row = _lock(inspection_id, by)
    if clock.today() < row.planned_on:
        raise Refused(_("It has not taken place yet. Move it to the day on which it did."), "not_yet", "report")
    if not report.strip():
        raise Refused(_("Write what was seen; the parties read it."), "report_missing", "report")
    if fault := rules.report_fault(result, len(findings)):
        raise Refused(fault, "finding_missing", "result")
    if rules.finding_days_fault([one["due_on"] for one in findings], clock.today()):
        raise Refused(_("A day to follow up has passed already."), "finding_day", "result")
    parties = {party.pk: party for party in row.agreement.parties.filter(left_by__isnull=True).exclude(role="OPERATOR")}
    if any(one["party_id"] not in parties for one in findings):
        raise Refused(_("A finding is followed up by the company or a provider of the agreement."), "not_a_party", "result")
    row.result, row.report, row.document = rules.InspectionResult(result), report.strip(), document
    row.reported_by, row.reported_at = by, clock.now()
    _step(row, "report_inspection", "reported", by=by, result=row.result, findings=len(findings))
    journal.close_duty(row, "report_inspection", by=by)
    for position, one in enumerate(findings, 1):
        made = Finding(
            inspection=row, position=position, text=one["text"].strip(), party=parties[one["party_id"]], due_on=one["due_on"]
        )
        made.save()
        journal.record("finding.made", made, by=by, to=made.status, organisations=made.organisation_ids())
        _owe_answer(made, clock.end_of_day(made.due_on), by)
    notices.inspection_reported(row)
    return row


def _owe_answer(row: Finding, due_at: Any, by: Any) -> None:
    number = row.inspection.agreement.number
    journal.open_duty(
        row, "answer_finding", title_ko=f"점검 지적사항 조치: {number}", title_en=f"Follow up a finding: {number}",
        url=row.inspection.get_absolute_url(), due_at=due_at, organisation=row.party.organisation, by_mail=True, by=by,
    )  # fmt: skip


@transaction.atomic
def answer_finding(*, finding_id: int, answer: str, document: Document | None = None, by: Any) -> Finding:
    """The party says what it did. Writes: Finding, Event, Duty. Raises: Refused without words."""
    row = _lock_finding(finding_id)
    require(by, "vouchers.answer_finding", row.party.organisation)
    if not answer.strip():
        raise Refused(_("Say what you did about it."), "answer_missing", "answer")
    row.answer, row.document, row.answered_by, row.answered_at = answer.strip(), document, by, clock.now()
    _step_finding(row, "answer_finding", "answered", by=by)
    journal.close_duty(row, "answer_finding", by=by)
    number = row.inspection.agreement.number
    journal.open_duty(
        row, "close_finding", title_ko=f"지적사항 조치 확인: {number}", title_en=f"Check what was done about a finding: {number}",
        url=row.inspection.get_absolute_url(), due_in=row.inspection.agreement.round.days("finding_check"), role=Role.OPERATOR_CASE,
        by_mail=True, by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def close_finding(*, finding_id: int, by: Any) -> Finding:
    """The agency finds it settled. Writes: Finding, Event; closes the duty."""
    row = _check(finding_id, by)
    require_taken([row.document] if row.document else [])
    row.closed_by, row.closed_at = by, clock.now()
    _step_finding(row, "close_finding", "closed", by=by)
    journal.close_duties(row, by=by)
    return row


@transaction.atomic
def reopen_finding(*, finding_id: int, reason: str, by: Any) -> Finding:
    """The answer is not enough: it is owed again. Writes: Finding, Event, Duties. Raises: Refused without a reason."""
    row = _check(finding_id, by)
    row.reason = _needed(reason)
    _step_finding(row, "reopen_finding", "reopened", by=by, reason=row.reason)
    journal.close_duties(row, by=by)
    soonest = workdays.due_at(clock.now(), row.inspection.agreement.round.days("finding_answer"))
    _owe_answer(row, max(clock.end_of_day(row.due_on), soonest), by)
    return row


def _check(finding_id: int, by: Any) -> Finding:
    row = _lock_finding(finding_id)
    require(by, PLAN)
    agreements.require_apart(row.inspection.agreement, by)
    return row


def _lock(inspection_id: int, by: Any) -> Inspection:
    Inspection.objects.select_for_update().get(pk=inspection_id)
    row = Inspection.objects.select_related("agreement__round", "agreement__award__application", "agreement__company").get(
        pk=inspection_id
    )
    require(by, PLAN)
    agreements.require_apart(row.agreement, by)
    return row


def _lock_finding(finding_id: int) -> Finding:
    Finding.objects.select_for_update().get(pk=finding_id)
    found = Finding.objects.select_related("inspection__agreement__round", "inspection__agreement__award__application")
    return found.select_related("inspection__agreement__company", "party__organisation").get(pk=finding_id)


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Refused(_("Give the reason; the parties read it."), "reason_missing", "reason")
    return reason.strip()


def _step(row: Inspection, verb: str, event: str, *, by: Any, reason: str = "", **data: Any) -> None:
    before, row.status = row.status, rules.INSPECTION_LIFECYCLE.step(row.status, verb)
    row.save()
    _record(row, event, by=by, frm=before, to=row.status, reason=reason, **data)


def _record(row: Inspection, event: str, *, by: Any, frm: str = "", to: str = "", reason: str = "", **data: Any) -> None:
    organisations = row.organisation_ids()
    journal.record(f"inspection.{event}", row, by=by, frm=frm, to=to, reason=reason, organisations=organisations, data=data)


def _step_finding(row: Finding, verb: str, event: str, *, by: Any, reason: str = "") -> None:
    before, row.status = row.status, rules.FINDING_LIFECYCLE.step(row.status, verb)
    row.save()
    organisations = row.organisation_ids()
    journal.record(f"finding.{event}", row, by=by, frm=before, to=row.status, reason=reason, organisations=organisations)

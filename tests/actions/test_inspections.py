"""Interim checks and site visits: planned, moved, reported with findings that a party answers and the agency settles."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from portal.journal.models import Duty, Notice
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed
from tests.factories import projects as p
from tests.factories.played import played
from tests.refusals import refused
from vouchers.milestones import actions, rules
from vouchers.milestones.models import Finding, Inspection

pytestmark = pytest.mark.django_db


def plan(at: p.Project, days: int = 0, kind: str = "INTERIM") -> Inspection:
    day = clock.today() + timedelta(days=days)
    return actions.plan_inspection(
        agreement_id=at.agreement.pk, kind=kind, planned_on=day, place="수요기업 회의실", purpose="진도와 집행", by=at.operator
    )


def finding(at: p.Project, role: str = "COMPANY", days: int = 14) -> dict:
    party = at.agreement.parties.get(role=role)
    return {"text": "검증 자료 보관 절차를 세울 것", "party_id": party.pk, "due_on": clock.today() + timedelta(days=days)}


@played
def reported(role: str = "COMPANY") -> tuple[p.Project, Finding]:
    at = p.project()
    row = plan(at)
    actions.report_inspection(
        inspection_id=row.pk, result="IMPROVE", report="진도 60 %", findings=[finding(at, role)], by=at.operator
    )
    return at, Finding.objects.get()


def open_duties(verb: str):
    return Duty.objects.filter(verb=verb, closed_at__isnull=True)


def test_the_parties_are_told_day_and_place_and_the_agency_owes_the_report():
    at = p.project()
    row = plan(at, 9, "SITE_VISIT")
    told = set(Notice.objects.filter(template="inspection_planned").values_list("user_id", flat=True))
    assert {at.company.pk, at.manager.pk} <= told and at.operator.pk not in told
    due = workdays.add_working_days(row.planned_on, at.agreement.round.days("inspection_report"))
    assert open_duties("report_inspection").get().due_at == clock.end_of_day(due)
    actions.move_inspection(
        inspection_id=row.pk, planned_on=row.planned_on + timedelta(days=3), place="", reason="참석자 일정", by=at.operator
    )
    assert open_duties("report_inspection").get().due_at > clock.end_of_day(due)
    actions.cancel_inspection(inspection_id=row.pk, reason="서면으로 대체", by=at.operator)
    assert not open_duties("report_inspection").exists()
    newest = Notice.objects.filter(template="inspection_planned", user=at.company).order_by("-pk")[0]
    assert "취소" in newest.title
    with pytest.raises(IllegalStep):
        actions.cancel_inspection(inspection_id=row.pk, reason="x", by=at.operator)


def test_what_cannot_be_planned_or_reported():
    at = p.project()
    day = clock.today()
    given = {
        "agreement_id": at.agreement.pk,
        "kind": "INTERIM",
        "planned_on": day,
        "place": "x",
        "purpose": "y",
        "by": at.operator,
    }
    refused(actions.plan_inspection, "day_past", **{**given, "planned_on": day - timedelta(days=1)})
    refused(actions.plan_inspection, "purpose_missing", **{**given, "purpose": " "})
    for by in (at.company, at.manager):
        with pytest.raises(NotAllowed):
            actions.plan_inspection(**{**given, "by": by})
    later, now = plan(at, 5), plan(at)
    said = {"result": "ADEQUATE", "report": "좋음", "by": at.operator}
    refused(actions.report_inspection, "not_yet", inspection_id=later.pk, **said)
    refused(actions.report_inspection, "report_missing", inspection_id=now.pk, **{**said, "report": " "})
    for result in ("IMPROVE", "STOP_ADVISED"):
        refused(actions.report_inspection, "finding_missing", inspection_id=now.pk, **{**said, "result": result})
    refused(actions.report_inspection, "finding_day", inspection_id=now.pk, **said, findings=[finding(at, days=-1)])
    refused(actions.report_inspection, "not_a_party", inspection_id=now.pk, **said, findings=[finding(at, "OPERATOR")])
    assert actions.report_inspection(inspection_id=now.pk, **said).result == "ADEQUATE"
    with pytest.raises(IllegalStep):
        actions.report_inspection(inspection_id=now.pk, **said)


@pytest.mark.parametrize("role", ["COMPANY", "PROVIDER"])
def test_a_finding_is_followed_up_by_its_party_and_settled_by_the_agency(role):
    at, row = reported(role)
    owner, other = (at.company, at.manager) if role == "COMPANY" else (at.manager, at.company)
    duty = open_duties("answer_finding").get()
    assert duty.organisation_id == row.party.organisation_id and duty.due_at == clock.end_of_day(row.due_on)
    with pytest.raises(NotAllowed):
        actions.answer_finding(finding_id=row.pk, answer="했습니다", by=other)
    refused(actions.answer_finding, "answer_missing", finding_id=row.pk, answer=" ", by=owner)
    with pytest.raises(IllegalStep):
        actions.close_finding(finding_id=row.pk, by=at.operator)
    actions.answer_finding(finding_id=row.pk, answer="절차를 세웠습니다", by=owner)
    assert not open_duties("answer_finding").exists() and open_duties("close_finding").get().role == "OPERATOR_CASE"
    refused(actions.reopen_finding, "reason_missing", finding_id=row.pk, reason="", by=at.operator)
    actions.reopen_finding(finding_id=row.pk, reason="증빙이 없습니다", by=at.operator)
    assert open_duties("answer_finding").exists() and not open_duties("close_finding").exists()
    actions.answer_finding(finding_id=row.pk, answer="절차서를 붙입니다", by=owner)
    done = actions.close_finding(finding_id=row.pk, by=at.operator)
    assert done.status == "CLOSED" and not open_duties("close_finding").exists()


def test_the_database_keeps_what_was_reported_and_found():
    at, row = reported()
    for change in (
        lambda: Inspection.objects.update(report="anders"), lambda: Inspection.objects.all().delete(), lambda: Finding.objects.update(text="x"),
        lambda: Finding.objects.all().delete(),
        lambda: Finding.objects.update(status="CLOSED", answer="x", answered_by=at.operator, answered_at=clock.now(), closed_by=at.operator, closed_at=clock.now()),
        lambda: Finding.objects.update(status="ANSWERED"),
        lambda: Finding.objects.create(inspection=row.inspection, position=1, text="y", party=row.party, due_on=row.due_on),
    ):  # fmt: skip
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            change()


def test_a_report_names_findings_unless_everything_was_adequate():
    assert not rules.report_fault("ADEQUATE", 0) and not rules.report_fault("IMPROVE", 1)
    assert rules.report_fault("IMPROVE", 0) and rules.report_fault("STOP_ADVISED", 0)

"""Interim checks and site visits in the browser: who sees and does what, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from portal.kit import clock
from tests.actions.test_inspections import plan, reported
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import projects as p
from tests.factories.changes import agreed
from tests.factories.providers import person
from vouchers.milestones import actions
from vouchers.milestones.models import Finding, Inspection

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_from_the_plan_to_the_settled_finding_in_the_browser():
    at = p.project()
    path, operator, company = f"/milestones/inspections/of/{at.agreement.ref}/", as_(at.operator), as_(at.company)
    assert "아직 점검이 없습니다" in text(company.get(path)) and "점검 계획" not in text(company.get(path))
    today = clock.today().isoformat()
    typed = {"kind": "SITE_VISIT", "planned_on": today, "place": "분석실", "purpose": "장비와 로그"}
    assert company.post(path, typed).status_code == 403
    wrong = operator.post(path, {**typed, "planned_on": "2020-01-01"})
    assert wrong.status_code == 422 and 'href="#id_planned_on"' in text(wrong) and "장비와 로그" in text(wrong)
    assert operator.post(path, typed).status_code == 303
    row = Inspection.objects.get()
    page = f"/milestones/inspections/{row.ref}/"
    assert "분석실" in text(company.get(page)) and "분석실" in text(company.get(path))
    party = at.agreement.parties.get(role="COMPANY")
    blocks = {
        "form-TOTAL_FORMS": "4",
        "form-INITIAL_FORMS": "0",
        "form-0-text": "로그 보관",
        **{f"form-{i}-party_id": party.pk for i in range(4)},
    }
    due = (clock.today() + timedelta(days=10)).isoformat()
    missing = operator.post(f"{page}report/", {"result": "IMPROVE", "report": "본 것", **blocks})
    assert missing.status_code == 422 and 'href="#id_form-0-due_on"' in text(missing) and "로그 보관" in text(missing)
    assert company.get(f"{page}report/").status_code == 403
    sent = {"result": "IMPROVE", "report": "본 것", "file": make.pdf(), **blocks, "form-0-due_on": due}
    assert operator.post(f"{page}report/", sent).status_code == 303
    found = Finding.objects.get()
    verb = f"{page}findings/{found.ref}"
    empty = company.post(f"{verb}/answer/", {"answer": ""})
    assert empty.status_code == 422 and f'href="#id_{found.ref}_answer"' in text(empty)
    assert company.post(f"{verb}/answer/", {"answer": "보관합니다", "file": make.pdf()}).status_code == 303
    assert company.get(f"{verb}/file/").status_code == 200
    again = operator.post(f"{verb}/reopen/", {"reason": ""})
    assert again.status_code == 422
    assert company.post(f"{verb}/close/").status_code == 403
    assert operator.post(f"{verb}/close/").status_code == 303
    assert "확인" in text(company.get(page)) and operator.get(f"{page}report/").status_code == 303


def test_who_sees_an_inspection():
    at, row = reported()
    page, path = f"/milestones/inspections/{row.inspection.ref}/", f"/milestones/inspections/of/{at.agreement.ref}/"
    for user in (at.company, at.manager, at.operator, person("AUDITOR")):
        assert as_(user).get(page).status_code == 200 and as_(user).get(path).status_code == 200
    stranger = as_(make.firm().staff)
    assert [stranger.get(one).status_code for one in (page, path, f"{page}file/")] == [404] * 3
    assert Client().get(page).status_code == 302
    assert row.text in text(as_(at.company).get(page)) and row.text not in text(as_(at.manager).get(page))
    assert as_(at.manager).post(f"{page}findings/{row.ref}/answer/", {"answer": "x"}).status_code == 404
    officer = as_(person("MINISTRY_OFFICER"))
    assert row.text in text(officer.get(reverse("admin:vouchers_inspection_change", args=[row.inspection.pk])))
    assert path in text(as_(at.company).get(f"/en/payments/plan/{at.agreement.ref}/"))


def test_an_inspection_is_moved_and_called_off_in_the_browser():
    at = p.project()
    row = plan(at, 5)
    page, operator = f"/milestones/inspections/{row.ref}/", as_(at.operator)
    assert as_(at.company).post(f"{page}verb/move/", {}).status_code == 403
    wrong = operator.post(f"{page}verb/move/", {"planned_on": "2020-01-01", "reason": "사정"})
    assert wrong.status_code == 422 and 'href="#id_move_planned_on"' in text(wrong)
    assert operator.post(f"{page}verb/move/", {"planned_on": clock.today().isoformat(), "reason": "사정"}).status_code == 303
    assert operator.post(f"{page}verb/cancel/", {"reason": ""}).status_code == 422
    assert operator.post(f"{page}verb/cancel/", {"reason": "서면 대체"}).status_code == 303
    assert (
        "서면 대체" in text(as_(at.manager).get(page))
        and operator.post(f"{page}verb/cancel/", {"reason": "x"}).status_code == 409
    )


def test_a_provider_reads_no_finding_about_another():
    at = agreed()
    row = actions.plan_inspection(
        agreement_id=at.agreement.pk, kind="INTERIM", planned_on=clock.today(), place="x", purpose="y", by=at.operator
    )
    mine = at.agreement.parties.get(institution=at.first.institution)
    due = clock.today() + timedelta(days=5)
    said = [{"text": "첫 병원의 지적", "party_id": mine.pk, "due_on": due}]
    actions.report_inspection(inspection_id=row.pk, result="IMPROVE", report="본 것", findings=said, by=at.operator)
    page = f"/milestones/inspections/{row.ref}/"
    assert "첫 병원의 지적" in text(as_(at.first.user).get(page)) and "첫 병원의 지적" not in text(as_(at.second.user).get(page))

"""Officers check applications in the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.kit import clock
from tests.doors import as_
from tests.doors.applications import url
from tests.factories import applications as make
from vouchers.applications import actions, queries

pytestmark = pytest.mark.django_db


def admin_url(name: str, *args) -> str:
    return reverse(f"admin:vouchers_application_{name}", args=args)


def test_an_officer_checks_in_the_admin(owner):
    done, by = make.submitted(owner), make.officer()
    browser = as_(by)
    listed = browser.get(admin_url("changelist"))
    assert listed.status_code == 200 and done.receipt_no in listed.content.decode()
    page = browser.get(admin_url("change", done.pk))
    assert page.status_code == 200 and "요건검토 시작하기" in page.content.decode()
    assert browser.post(admin_url("verb", done.pk, "begin_check")).status_code == 302
    standing = browser.get(admin_url("change", done.pk)).content.decode()
    assert 'aria-describedby="why-not-find_ineligible"' in standing and 'href="#eligibility_checks-group"' in standing
    assert 'id="eligibility_checks-group"' in standing
    check = done.eligibility_checks.get(rule="RESTRICTION")
    rule_page = reverse("admin:vouchers_eligibilitycheck_change", args=[check.pk])
    assert rule_page in browser.get(admin_url("change", done.pk)).content.decode()
    told = browser.get(rule_page).content.decode()
    assert "이 요건 판단하기" in told and "이 신청의 요건 전체 보기" in told and "history-title" not in told
    judge = reverse("admin:vouchers_eligibilitycheck_verb", args=[check.pk, "judge_rule"])
    assert browser.get(judge).status_code == 200
    assert browser.post(judge, {"verdict": "", "reason": ""}).status_code == 422
    assert browser.post(judge, {"verdict": "NOT_MET", "reason": "참여제한 중입니다."}).status_code == 302
    assert browser.post(admin_url("verb", done.pk, "find_eligible")).status_code in {302, 422}
    done.refresh_from_db()
    assert done.status == "ELIGIBILITY_CHECK"
    refuse = admin_url("verb", done.pk, "find_ineligible")
    assert browser.post(refuse, {"reason": ""}).status_code == 422
    assert browser.post(refuse, {"reason": "참여제한 기간입니다."}).status_code == 302
    done.refresh_from_db()
    assert done.status == "INELIGIBLE"
    told = as_(owner.staff).get(url("detail", done.ref)).content.decode()
    assert "참여제한 기간입니다." in told


def test_a_judgement_of_overlap_leads_to_the_other_project(owner):
    done, by = make.submitted(owner), make.officer()
    actions.begin_check(application_id=done.pk, by=by)
    check = done.eligibility_checks.get(rule="DUPLICATE")
    page = reverse("admin:vouchers_eligibilitycheck_change", args=[check.pk])
    assert "과제 HDV-" not in as_(by).get(page).content.decode()
    type(check).objects.filter(pk=check.pk).update(fact={"supported": [done.receipt_no]})
    told = as_(by).get(page).content.decode()
    assert f"과제 {done.receipt_no}" in told and told.count(f'href="{admin_url("change", done.pk)}') >= 2


def test_an_eligible_application_leads_to_the_evaluators(owner):
    done, by = make.submitted(owner), make.officer()
    actions.begin_check(application_id=done.pk, by=by)
    actions.find_eligible(application_id=done.pk, by=by)
    assign = f"{reverse('admin:vouchers_assignment_assign_page')}?round={done.round_id}"
    early = as_(by).get(admin_url("change", done.pk)).content.decode()
    assert assign not in early and "평가는 회차에서 시작" in early  # no evaluators can be assigned before the round's evaluation
    begin = admin_url("verb", done.pk, "begin_evaluation")
    assert begin not in early and as_(by).get(begin).status_code == 302  # an old link leads back to the record
    type(done.round).objects.filter(pk=done.round_id).update(status="EVALUATING")
    assert begin in as_(by).get(admin_url("change", done.pk)).content.decode()
    assert assign in as_(by).get(admin_url("change", done.pk)).content.decode()
    actions.begin_evaluation(application_id=done.pk, by=by)
    page = as_(by).get(admin_url("change", done.pk)).content.decode()
    assert assign in page and "하실 일이 없습니다" not in page


def test_supplement_form_in_the_admin(owner):
    done, by = make.submitted(owner), make.officer()
    actions.begin_check(application_id=done.pk, by=by)
    address, browser = admin_url("verb", done.pk, "request_supplement"), as_(by)
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"request": "x"}).status_code == 422
    assert browser.post(address, {"request": "x", "sections": ["nonsense"]}).status_code == 422
    assert browser.post(address, {"request": "보완", "sections": ["project", "budget"]}).status_code == 302
    done.refresh_from_db()
    assert done.supplement_sections == ["project", "budget"]


def test_the_admin_is_not_for_companies(owner):
    done = make.submitted(owner)
    for user in (owner.representative, None):
        answer = as_(user).get(admin_url("change", done.pk))
        assert answer.status_code in {302, 403}
        assert done.title not in answer.content.decode()


def test_drafts_are_not_in_the_admin(application):
    answer = as_(make.officer()).get(admin_url("change", application.pk))
    assert answer.status_code in {302, 404}


def test_admin_list_of_one_and_many_needs_the_same_queries(owner):
    make.submitted(owner)
    browser = as_(make.officer())
    browser.get("/admin/vouchers/application/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/admin/vouchers/application/")
        asked = len(one)
    for _number in range(5):
        make.submitted()
    browser.get("/admin/vouchers/application/")  # counts are remembered until something happens
    with CaptureQueriesContext(connection) as many:
        page = browser.get("/admin/vouchers/application/").content.decode()
        assert len(many) <= asked
    assert asked > 3 and page.count("HDV-") >= 6
    assert ">GANGWON<" not in page


def test_a_supplement_that_did_not_come_gives_the_officer_verbs(owner):
    done, by = make.submitted(owner), make.officer()
    actions.begin_check(application_id=done.pk, by=by)
    actions.request_supplement(application_id=done.pk, request="보완", sections=["project"], by=by)
    due_at = queries.supplement_due(done)
    addresses = [admin_url("verb", done.pk, verb) for verb in ("resume_check", "find_ineligible")]
    page = as_(by).get(admin_url("change", done.pk)).content.decode()
    assert not [address for address in addresses if address in page]
    with clock.at(due_at):
        browser = as_(by)
        page = browser.get(admin_url("change", done.pk)).content.decode()
        assert [address for address in addresses if address in page] == addresses
        assert browser.get(addresses[0]).status_code == 200
        assert browser.post(addresses[0]).status_code == 302
    done.refresh_from_db()
    assert done.status == "ELIGIBILITY_CHECK"

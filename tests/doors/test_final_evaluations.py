"""The final evaluation in the browser: opened, graded, decided, its letter, an objection, a better grade; who sees what."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.kit import clock
from tests.actions.test_final_evaluations import LATER, graded
from tests.doors import as_
from tests.factories import applications as make
from tests.factories.providers import person
from vouchers.milestones import actions
from vouchers.milestones.models import Deliverable, FinalEvaluation, Milestone

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_from_the_opening_to_the_letter_in_the_browser():
    world = graded()
    operator, path = as_(world.at.operator), f"/milestones/final/open/{world.agreement.ref}/"
    assert "이해충돌" in text(operator.get(path)) and as_(world.at.company).get(path).status_code == 403
    few = operator.post(path, {"graders": [world.graders[0].pk]})
    assert few.status_code == 422 and "2명 이상" in text(few) and "checked" in text(few)
    done = operator.post(path, {"graders": [one.pk for one in world.graders[:2]]})
    row = FinalEvaluation.objects.get()
    page = f"/milestones/final/{row.ref}/"
    assert done.status_code == 303 and done["Location"] == page and operator.get(path).status_code == 303
    first, second = (as_(one) for one in world.graders[:2])
    form = text(first.get(f"{page}grade/"))
    assert world.rows[0].title in form and as_(world.graders[2]).get(f"{page}grade/").status_code == 404
    wrong = first.post(f"{page}grade/", {"points": "101", "opinion": "좋음"})
    assert wrong.status_code == 422 and 'href="#id_points"' in text(wrong) and "좋음" in text(wrong)
    for client, points in ((first, "88"), (second, "74.5")):
        assert (
            client.post(f"{page}grade/", {"points": points, "good_faith": "yes", "opinion": "성과가 뚜렷함"}).status_code == 303
        )
    assert first.get(f"{page}grade/").status_code == 303
    assert "성과가 뚜렷함" not in text(as_(world.at.company).get(page))  # not before it is decided
    assert "‘보통’" in text(operator.get(page))
    empty = operator.post(f"{page}verb/decide/", {"reason": ""})
    assert empty.status_code == 422 and 'href="#id_decide_reason"' in text(empty)
    assert as_(world.at.company).post(f"{page}verb/decide/", {"reason": "x"}).status_code == 403
    assert operator.post(f"{page}verb/decide/", {"reason": "의견에 따름"}).status_code == 303
    for user in (world.at.company, world.at.manager):
        shown = text(as_(user).get(page))
        assert "보통" in shown and "81.25" in shown and "성과가 뚜렷함" in shown and world.graders[0].get_full_name() not in shown
    assert world.graders[0].get_full_name() in text(as_(person("AUDITOR")).get(page))
    letter = as_(world.at.company).get(f"{page}letter/")
    assert letter["Content-Type"] == "application/pdf" and letter.content.startswith(b"%PDF")


def test_who_sees_a_final_evaluation_and_its_files():
    world = graded()
    row = world.open()
    page, stranger = f"/milestones/final/{row.ref}/", as_(make.firm().staff)
    file = f"{page}files/{Deliverable.objects.first().ref}/"
    for client in (as_(world.graders[0]), as_(world.at.company), as_(world.at.manager), as_(world.at.operator)):
        assert client.get(page).status_code == 200 and client.get(file).status_code != 404  # 403: not scanned yet
    assert as_(world.at.manager).get(file).status_code == 200
    for client in (stranger, as_(world.graders[2])):
        assert [client.get(one).status_code for one in (page, file, f"{page}letter/", f"{page}object/")] == [404] * 4
    assert Client().get(page).status_code == 302
    assert as_(world.at.company).get(f"{page}letter/").status_code == 404  # nothing is decided yet
    assert world.agreement.number in text(
        as_(person("MINISTRY_OFFICER")).get(reverse("admin:vouchers_finalevaluation_change", args=[row.pk]))
    )
    assert page in text(as_(world.at.company).get(f"/payments/plan/{world.agreement.ref}/"))


def test_the_company_objects_and_a_colleague_makes_the_grade_better():
    world = graded()
    row = world.decided(40, 45)
    page, company = f"/milestones/final/{row.ref}/", as_(world.at.company)
    shown = text(company.get(page))
    assert "불합격" in shown and "이의신청을 할 수 있습니다" in shown and "12개월" in shown
    assert as_(world.at.manager).get(f"{page}object/").status_code == 404
    wrong = company.post(f"{page}object/", {"ground": "", "statement": "실적 누락"})
    assert wrong.status_code == 422 and "실적 누락" in text(wrong)
    filed = company.post(f"{page}object/", {"ground": "FACTS", "statement": "실적 누락"})
    assert filed.status_code == 303 and company.get(f"{page}object/")["Location"] == filed["Location"]
    assert "최종평가 등급 결정" in text(company.get(filed["Location"]))
    assert "등급 올리기" not in text(as_(world.colleague).get(page))


def test_an_upheld_objection_is_acted_on_in_the_browser():
    world = graded()
    row = world.decided(40, 45)
    _filed, officer = world.objected(row)
    page, colleague = f"/milestones/final/{row.ref}/", as_(world.colleague)
    assert "등급 올리기" in text(colleague.get(page))
    assert as_(officer).get(page).status_code == 200
    wrong = colleague.post(f"{page}verb/regrade/", {"grade": "FAIL", "reason": "x"})
    assert wrong.status_code == 422
    assert as_(world.at.operator).post(f"{page}verb/regrade/", {"grade": "ORDINARY", "reason": "x"}).status_code == 403
    assert colleague.post(f"{page}verb/regrade/", {"grade": "ORDINARY", "reason": "실적 반영"}).status_code == 303
    assert "실적 반영" in text(as_(world.at.company).get(page))
    assert colleague.post(f"{page}verb/regrade/", {"grade": "EXCELLENT", "reason": "x"}).status_code == 409


def test_replacing_judging_and_barring_in_the_browser():
    world = graded()
    row = world.open()
    page, operator, officer = f"/milestones/final/{row.ref}/", as_(world.at.operator), as_(person("MINISTRY_OFFICER"))
    bad = operator.post(f"{page}verb/replace/", {"grader": "", "new": ""})
    assert bad.status_code == 422 and 'href="#id_replace_grader"' in text(bad)
    assert operator.post(f"{page}verb/replace/", {"grader": world.graders[1].pk, "new": world.graders[2].pk}).status_code == 303
    for grader in (world.graders[0], world.graders[2]):
        actions.hand_in_grade(evaluation_id=row.pk, points=Decimal(61), good_faith=True, opinion="x", by=grader)
    assert 'name="condition_due_on"' in text(operator.get(page))
    missing = operator.post(f"{page}verb/decide/", {"reason": "조건부", "condition": ""})
    assert missing.status_code == 422 and 'href="#id_decide_condition"' in text(missing)
    due = (clock.today() + LATER).isoformat()
    assert (
        operator.post(f"{page}verb/decide/", {"reason": "조건부", "condition": "보완", "condition_due_on": due}).status_code
        == 303
    )
    assert operator.post(f"{page}verb/judge/", {"met": "no", "reason": "x"}).status_code == 409
    with clock.at(clock.now() + LATER):
        actions.confirm_grades()
    with clock.at(clock.now() + LATER + timedelta(days=1)):
        assert "조건 이행 판단" in text(operator.get(page))
        assert operator.post(f"{page}verb/judge/", {"met": "no", "reason": "미이행"}).status_code == 303
    with clock.at(clock.now() + 2 * LATER):
        actions.confirm_grades()
        assert operator.post(f"{page}verb/bar/").status_code == 403
        assert "참여제한 등록" in text(officer.get(page)) and officer.post(f"{page}verb/bar/").status_code == 303
    assert FinalEvaluation.objects.get().restriction is not None


def test_pages_of_a_big_project_need_as_many_queries_as_of_a_small_one():
    def asked(world, row) -> list[int]:
        found = []
        for path in (f"/milestones/final/{row.ref}/", f"/milestones/inspections/of/{world.agreement.ref}/"):
            client = as_(world.at.company)
            client.get(path)
            with CaptureQueriesContext(connection) as one:
                assert client.get(path).status_code == 200
            found.append(len(one))
        return found

    small = graded()
    few = asked(small, small.open())
    for n in range(12):
        items = [{"name": "정확도", "unit": "%", "sense": "AT_LEAST", "target": Decimal(90)}]
        extra = Milestone(
            agreement=small.agreement,
            institution=small.at.institution,
            number=n + 10,
            title="더",
            due_on=clock.today(),
            amount_won=0,
            grant_won=0,
        )
        extra.save()
        actions.promise_indicators(milestone_id=extra.pk, items=items, by=small.at.operator)
        actions.plan_inspection(
            agreement_id=small.agreement.pk,
            kind="INTERIM",
            planned_on=clock.today(),
            place="x",
            purpose="y",
            by=small.at.operator,
        )
    many = asked(small, FinalEvaluation.objects.get())
    assert many[1] == few[1] and many[0] <= few[0] + 1  # one more: the figures of what was promised

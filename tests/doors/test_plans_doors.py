"""The plan of a project in the browser: who sees which steps, what it says without a picture, the flag on every desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.kit import clock
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import projects as p
from tests.factories.changes import agreed
from tests.factories.providers import person
from vouchers.milestones import actions as milestones
from vouchers.milestones.models import PlanWarning

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def warned(at) -> PlanWarning:
    milestones.warn_of_plan(agreement_id=at.agreement.pk, needed_days=40, left_days=31, limit="AGREEMENT_END")
    return PlanWarning.objects.get()


def test_who_sees_the_plan_and_what_it_says():
    at, (row,) = p.planned(uses_data=True)
    path = f"/payments/plan/{at.agreement.ref}/"
    for user in (at.company, at.firm.staff, at.manager, at.operator, person("MINISTRY_OFFICER"), person("AUDITOR")):
        shown = text(as_(user).get(path))
        for words in (
            "임계 경로",
            "데이터 활용신청 제출",
            "DRB 심의",
            "산출물 제출",
            "지급",
            row.title,
            "일정이 기한 안에 있습니다",
        ):
            assert words in shown, words
        assert (
            'aria-hidden="true" viewBox="0 0 1000 90"' in shown
            and "<script" not in shown.split("<main", 1)[1].split("</main", 1)[0]
        )
    english = text(as_(at.company).get(f"/en{path}"))
    assert "The plan fits" in english and "Critical path" in english and "working days, done on" in english
    assert as_(make.firm().staff).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_the_picture_is_a_table_with_the_same_figures():
    at, (row,) = p.planned(uses_data=True)
    p.allow_access(at)
    p.accept(at, row)
    shown = text(as_(at.company).get(f"/payments/plan/{at.agreement.ref}/"))
    table = shown.split("<table", 1)[1].split("</table", 1)[0]
    assert table.count("<svg") == table.count('<tr><th scope="row">') + 1  # each step has its bar, the head its months
    assert 'class="bar-done"' in table and "bar-critical" in table and "완료" in table
    assert table.count('scope="row"') == 13 and table.count('scope="rowgroup"') == 3


def test_a_provider_sees_no_steps_of_another():
    at = agreed()
    rows = at.plan()
    path = f"/payments/plan/{at.agreement.ref}/"
    seen = {
        user: {row.ref for row in rows if row.ref in text(as_(user).get(path))}
        for user in (at.company, at.first.user, at.second.user)
    }
    assert seen[at.company] == {row.ref for row in rows}
    for hospital in (at.first, at.second):
        assert seen[hospital.user] == {row.ref for row in rows if row.institution_id == hospital.institution.pk}
    assert at.second.institution.name_ko not in text(as_(at.first.user).get(path)).split("<main", 1)[1]


def test_who_left_by_a_change_is_led_to_what_was_agreed():
    at = agreed()
    at.sign(at.approve(at.ask(amounts={3: 0})), at.operator, at.company, at.first.user)
    answer = as_(at.second.user).get(f"/payments/plan/{at.agreement.ref}/")
    assert answer.status_code == 303 and answer["Location"] == f"/agreements/{at.agreement.ref}/"


def test_a_plan_that_does_not_fit_is_flagged_on_every_desk_and_answered():
    at, _rows = p.planned(uses_data=True)
    warned(at)
    path, officer = f"/payments/plan/{at.agreement.ref}/", person("MINISTRY_OFFICER")
    for user in (at.company, at.manager, at.operator):
        home = text(as_(user).get("/home/"))
        assert path in home and "기한을 넘" in home
    admin = text(as_(officer).get(reverse("admin:index")))
    assert path in admin and "아직 답변 없음" in admin
    assert "경고에 답하기" not in text(as_(at.company).get(path))
    assert as_(at.company).post(f"{path}answer/", {"answer": "x"}).status_code == 403
    client = as_(at.operator)
    empty = client.post(f"{path}answer/", {"answer": " "})
    assert empty.status_code == 422 and 'href="#id_answer"' in text(empty)
    assert client.post(f"{path}answer/", {"answer": "공용 DRB로 옮깁니다"}).status_code == 303
    assert "공용 DRB로 옮깁니다" in text(as_(at.manager).get(path))
    assert "공용 DRB로 옮깁니다" in text(as_(officer).get(reverse("admin:index")))
    milestones.relieve_plan(agreement_id=at.agreement.pk)
    assert client.post(f"{path}answer/", {"answer": "다시"}).status_code == 303
    assert path not in text(as_(officer).get(reverse("admin:index")))


def test_late_in_the_project_the_page_itself_says_what_may_be_lost():
    at, _rows = p.planned(uses_data=True)
    moment = clock.now() + (at.agreement.ends_on - clock.today()) - timedelta(days=12)
    with clock.at(moment):
        shown = text(as_(at.company).get(f"/en/payments/plan/{at.agreement.ref}/"))
    assert (
        "This plan does not fit into the time that is left" in shown and "may be lost" in shown and "Cannot keep its day" in shown
    )


def test_the_admins_record_of_a_warning_leads_to_the_plan():
    at, _rows = p.planned()
    row = warned(at)
    officer = as_(person("MINISTRY_OFFICER"))
    page = text(officer.get(reverse("admin:vouchers_planwarning_change", args=[row.pk])))
    assert f"/payments/plan/{at.agreement.ref}/" in page
    assert at.agreement.number in text(officer.get(reverse("admin:vouchers_planwarning_changelist")))
    assert f"/payments/plan/{at.agreement.ref}/" in text(
        officer.get(reverse("admin:vouchers_agreement_change", args=[at.agreement.pk]))
    )


def test_a_plan_of_many_milestones_needs_as_many_queries_as_one_of_few():
    few, _rows = p.planned(uses_data=True)
    many = p.planned(p.project(), parts=25, uses_data=True)[0]

    def asked(at) -> int:
        client = as_(at.company)
        client.get(f"/payments/plan/{at.agreement.ref}/")
        with CaptureQueriesContext(connection) as found:
            client.get(f"/payments/plan/{at.agreement.ref}/")
        return len(found)

    assert asked(many) == asked(few)

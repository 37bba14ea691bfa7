"""Presentations through the browser: the officer's plan, the company's page, the evaluator's list, calendar files."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.kit import clock
from portal.kit.workdays import is_working_day
from tests.actions.test_evaluation_presenting import plan
from tests.doors import as_
from tests.factories import evaluation as ev
from tests.factories.rounds import make_round
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, PresentationSchedule, PresentationSeat, PresentationSlot
from vouchers.rounds.models import Criterion
from vouchers.rounds.queries import announcing

pytestmark = pytest.mark.django_db


def test_the_officers_plan_reaches_the_company_and_the_panel(settings):
    settings.OPERATOR_CONTACT = "ask@operator.example"
    at = ev.presenting()
    officer, add = as_(at.officer), reverse("admin:vouchers_presentationschedule_add")
    assert add in officer.get(reverse("admin:vouchers_round_change", args=[at.round.pk])).content.decode()
    day = clock.today() + timedelta(days=7)
    sent = {
        "round": at.round.pk, "days": f"{day}", "opens": "10:00", "closes": "17:00", "minutes": 30, "gap": 10, "pause_from": "",
        "pause_to": "", "places": "별관 301호\n별관 302호",
    }  # fmt: skip
    for wrong, sentence in (
        ({"days": "4월 12일"}, "날짜로 읽을 수 없습니다"),
        ({"pause_from": "12:00"}, "휴식 시간"),
        ({"closes": "10:10"}, "모자랍니다"),
    ):
        answer = officer.post(add, {**sent, **wrong})
        assert answer.status_code == 422 and sentence in answer.content.decode(), wrong
        assert "별관 302호" in answer.content.decode()
    made = officer.post(add, sent)
    row = PresentationSchedule.objects.get()
    assert made.status_code == 302 and made["Location"].endswith(f"/{row.pk}/change/")
    shown = officer.get(made["Location"]).content.decode()
    assert all(case.receipt_no in shown for case in at.applications)
    officer.post(reverse("admin:vouchers_presentationschedule_verb", args=[row.pk, "publish"]))
    slot = PresentationSlot.objects.get(application=at.applications[0])
    seat = PresentationSeat.objects.get(slot=slot, evaluator=at.evaluators[0])
    desk = as_(at.firms[0].staff).get("/home/").content.decode()
    assert f'<a href="{at.applications[0].get_absolute_url()}">' in desk and "하실 일이 없습니다" not in desk
    company, file = at.applications[0].get_absolute_url(), reverse("evaluation:dates", args=[slot.ref])
    page = as_(at.firms[0].staff).get(company).content.decode()
    assert slot.place in page and file in page and at.evaluators[0].get_full_name() not in page
    story = page.split('class="timeline"')[1].split("</ol>")[0]
    assert "발표평가 일정을 알렸습니다" in story and slot.place in story and settings.OPERATOR_CONTACT in page
    assert f"UID:{slot.ref}@" in as_(at.firms[0].staff).get(file).content.decode()
    own = reverse("evaluation:dates", args=[seat.ref])
    assert as_(at.evaluators[0]).get(own).status_code == 200
    listed = as_(at.evaluators[0]).get(reverse("evaluation:list")).content.decode()
    assert slot.place in listed and own in listed
    for user, address in (
        (at.firms[1].staff, file), (at.evaluators[0], file), (at.evaluators[1], own), (at.firms[0].staff, own),
    ):  # fmt: skip
        assert as_(user).get(address).status_code == 404
    assert as_(None).get(file).status_code == 302
    verb = reverse("admin:vouchers_presentationslot_verb", args=[slot.pk, "attendance"])
    assert officer.get(verb).status_code == 302  # it has not begun
    assert "아직 시작하지 않은 발표입니다" in officer.get(verb, follow=True).content.decode()
    far = {"starts_at": "9999-12-31T23:50", "place": slot.place}
    answer = officer.post(reverse("admin:vouchers_presentationslot_verb", args=[slot.pk, "move"]), far)
    assert answer.status_code == 422 and "1년 안" in answer.content.decode()
    with clock.at(slot.ends_at):
        assert "5" in officer.get(verb).content.decode() and officer.post(verb, {"present": ""}).status_code == 422
        assert officer.post(verb, {"present": "yes", "evaluators": [at.evaluators[0].pk]}).status_code == 302
    slot.refresh_from_db()
    assert slot.status == "ATTENDED"


def test_a_plan_on_days_of_rest_says_so():
    at, add = ev.presenting(), reverse("admin:vouchers_presentationschedule_add")
    sent = {"round": at.round.pk, "opens": "10:00", "closes": "17:00", "minutes": 30, "gap": 10, "places": "별관 301호"}
    days = [clock.today() + timedelta(days=n) for n in range(7, 14)]
    rest, work = next(day for day in days if day.weekday() == 5), next(day for day in days if is_working_day(day))
    for day, told in ((work, False), (rest, True)):
        shown = as_(at.officer).post(add, {**sent, "days": f"{day}"}, follow=True).content.decode()
        assert ("근무일이 아닌 날이 있습니다" in shown) is told
        actions.discard_schedule(schedule_id=PresentationSchedule.objects.latest("pk").pk, by=at.officer)


def test_the_sheet_says_what_waits_and_what_an_absence_costs():
    at = ev.presenting(1, staged=True)
    sheet = Assignment.objects.earliest("pk")
    criterion, address = (
        Criterion.objects.get(round=at.round, stage="PRESENTATION"),
        reverse("evaluation:assignment", args=[sheet.ref]),
    )
    evaluator, post = as_(sheet.evaluator), reverse("evaluation:scores", args=[sheet.ref])
    page = evaluator.get(address).content.decode()
    assert "발표가 끝난 뒤에 채점하는 항목: 수행 가능성" in page and 'name="hand_in"' not in page
    assert f'name="points_{criterion.pk}"' not in page and "서류평가 · 데이터 활용의 필요성" in page
    sent = {f"points_{c.pk}": "80" for c in at.round.criteria.all()} | {
        "comment": "의견",
        "version": f"{sheet.version}",
        "hand_in": "1",
    }
    answer = evaluator.post(post, sent)
    assert answer.status_code == 422 and "채점할 수 없는 항목이 있습니다: 수행 가능성" in answer.content.decode()
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    slot = PresentationSlot.objects.get()
    verb = reverse("admin:vouchers_presentationslot_verb", args=[slot.pk, "attendance"])
    with clock.at(slot.ends_at):
        assert "0점이 됩니다" in (asked := as_(at.officer).get(verb).content.decode()) and "돌아갑니다" not in asked
        as_(at.officer).post(verb, {"present": "no"})
        assert "돌아갑니다" in as_(at.officer).get(verb).content.decode()
        page = evaluator.get(address).content.decode()
        assert "기업이 발표에 불참했습니다" in page and 'name="hand_in"' in page and f'name="points_{criterion.pk}"' not in page
        sheet.refresh_from_db()
        assert evaluator.post(post, {**sent, "version": f"{sheet.version}"}).status_code == 303
        page = evaluator.get(address).content.decode()
        assert "기업이 발표에 불참했습니다" in page and "60.00" in page
        mine = as_(at.firms[0].staff).get(at.applications[0].get_absolute_url()).content.decode()
        assert "기업이 발표에 불참했습니다" in mine
        as_(at.officer).post(verb, {"present": "yes", "evaluators": [sheet.evaluator_id]})
        page = evaluator.get(address).content.decode()
        assert f'name="points_{criterion.pk}"' in page and "발표평가 · 수행 가능성" in page


def test_the_call_says_what_is_scored_by_the_presentation(client):
    plain, staged = make_round(), make_round(criteria=ev.STAGED, policy={"evaluation_stages": ["DOCUMENT", "PRESENTATION"]})
    for row, said in ((plain, False), (staged, True)):
        page = client.get(reverse("rounds:detail", args=[row.key])).content.decode()
        assert ("발표에 불참하면 그 항목은 0점입니다" in page) is said and ('data-label="평가 단계"' in page) is said
        stages = [one["stage"] for one in client.get(f"/api/v1/rounds/{row.key}/").json()["criteria"]]
        assert stages == ["DOCUMENT"] * 4 + ["PRESENTATION" if said else "DOCUMENT"]
        words = str(announcing._evaluation(row, row.policy()))
        assert ("발표에 불참하면 그 항목은 0점입니다" in words) is said


def test_the_page_of_attendance_says_one_thing_about_an_absence():
    for staged in (True, False):
        at = ev.presenting(1, selection={"penalty_points": {}, "penalty_cap": "0"}, staged=staged)
        actions.publish_schedule(schedule_id=plan(at, places=[f"별관 {staged}"]).pk, by=at.officer)
        slot = PresentationSlot.objects.get(application=at.applications[0])
        with clock.at(slot.ends_at):
            page = reverse("admin:vouchers_presentationslot_verb", args=[slot.pk, "attendance"])
            shown = as_(at.officer).get(page).content.decode()
        assert ("0점" in shown, "그대로 유지됩니다" in shown) == (staged, not staged)

"""The page of a run after an objection, its result, and agreements that wait, as officers, companies and nobody see them."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal.models import Duty
from tests.actions.test_evaluation_rerun import released, score_anew
from tests.doors import as_
from tests.factories import evaluation as ev
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.agreements import actions as agreements
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, AssignmentRun, Award, SelectionLine, SelectionRun

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_an_officer_takes_it_up_and_proposes_an_approver_confirms_and_those_concerned_read_it():
    at, row = released((90, 80, 75, 40), slots=2)
    loser, owner = at.applications[3], at.firms[3]
    address = f"{reverse('admin:vouchers_selectionrun_rerun_page')}?round={at.round.pk}"
    office = as_(at.officer)
    shown = text(office.get(address))
    assert loser.title in shown and row.reason in shown and "다시 평가에 올리기" in shown
    other = ev.person(Role.MINISTRY_OFFICER)
    companies.declare_conflict(user=other, organisation=owner.organisation, ground="친족", by=other)
    hidden = text(as_(other).get(address))
    assert at.evaluators[0].name in shown and at.evaluators[0].name not in hidden and row.reason not in hidden
    aside = list(Assignment.objects.filter(application=loser).values_list("pk", flat=True))
    assert office.post(address, {"application": loser.pk, "reason": "", "set_aside": aside}).status_code == 422
    assert office.post(address, {"application": at.applications[0].pk, "reason": "x"}).status_code == 422
    given = {"application": loser.pk, "reason": "이의신청 인용", "set_aside": aside}
    assert office.post(address, given).status_code == 302
    assert office.post(address, {}).status_code == 422, "its evaluations are missing"
    assert at.round.title_ko in text(office.get(f"{reverse('admin:vouchers_assignment_assign_page')}?round={at.round.pk}"))
    score_anew(at, loser, 99)
    assert "남은 자리가 없습니다" in text(office.get(address))
    assert office.post(address, {}).status_code == 302
    run = SelectionRun.objects.get(status="PROPOSED")
    boss = as_(at.approver)
    assert boss.get(address).status_code == 403 and Client().get(address).status_code == 302
    verb = reverse("admin:vouchers_selectionrun_verb", args=[run.pk, "confirm"])
    assert row.reason in text(boss.get(verb)) and boss.post(verb).status_code == 302
    assert "예비 번호가 기준입니다" in text(office.get(reverse("admin:vouchers_selectionrun_change", args=[run.pk])))
    first = text(office.get(reverse("admin:vouchers_selectionrun_change", args=[run.previous_id])))
    assert "예비 번호가 기준입니다" not in first, "nothing was decided anew in it"
    compared = office.get(f"{reverse('admin:vouchers_selectionrun_compare')}?before={run.previous_id}&after={run.pk}")
    assert compared.status_code == 200 and loser.receipt_no in text(compared)
    _concerned(at, loser, owner, row)


def _concerned(at, loser, owner, row):
    """Owner and colleague read the new run, who moved reads the new place, a stranger nothing."""
    for client in (as_(owner.representative), as_(owner.staff)):
        page = text(client.get(f"/verify/{loser.ref}/"))
        assert "rerun-1" in page and row.reason in page and "한 바이트도 다르지 않은" in page
        assert "남은 자리가 없습니다" in text(client.get(f"/evaluation/results/{loser.ref}/"))
    assert "no place is free" in text(as_(owner.representative).get(f"/en/evaluation/results/{loser.ref}/"))
    assert client.get(f"/evaluation/results/{loser.ref}/letter.ko.pdf").status_code == 200
    moved = at.applications[2]
    page = text(as_(at.firms[2].representative).get(f"/verify/{moved.ref}/"))
    assert "selection-1" in page and "2순위(이의신청에 따른 재산정 뒤)" in page and row.reason not in page
    result = text(as_(at.firms[2].representative).get(f"/evaluation/results/{moved.ref}/"))
    assert "재산정 전 1순위" in result and "지금은 예비 2순위입니다. 아래 이유는 처음 결과의 것입니다." in result
    stranger = as_(at.firms[0].representative)
    assert stranger.get(f"/verify/{loser.ref}/").status_code == 404 and Client().get(f"/verify/{loser.ref}/").status_code == 302


def test_only_officers_open_the_page_of_the_run():
    at, _row = released((90, 40), slots=1)
    address = f"{reverse('admin:vouchers_selectionrun_rerun_page')}?round={at.round.pk}"
    for role in (Role.OBJECTION_REVIEWER, Role.AUDITOR, Role.MINISTRY_APPROVER):
        assert as_(person(role)).get(address).status_code in {302, 403}
    assert as_(at.firms[1].representative).get(address).status_code in {302, 403}


def test_not_eligible_is_taken_back_at_the_application():
    at, _row = released((90, 40), slots=2, ineligible=0)
    application = Application.objects.get(pk=at.applications[1].pk)
    change = reverse("admin:vouchers_application_change", args=[application.pk])
    assert "reopen_check" not in text(as_(at.officer).get(change)), "its objection was against the result"


def test_the_page_of_an_agreement_says_why_it_waits():
    at = ev.scored((90, 40), slots=2, selection={"provisional": True})
    ev.confirmed(at)
    award = Award.objects.get(application=at.applications[0])
    assert "결과가 잠정입니다" in text(as_(at.firms[0].representative).get(f"/evaluation/results/{at.applications[0].ref}/"))
    award = actions.accept_award(award_id=award.pk, by=at.firms[0].representative)
    operator = ev.operator()
    client = as_(operator)
    assert "결과가 잠정입니다" in text(client.get(f"/agreements/draft/{award.ref}/"))
    agreement = agreements.draft(award_id=award.pk, by=operator, **ev.period())
    page = text(client.get(f"/agreements/{agreement.ref}/"))
    assert (
        "결과가 잠정입니다" in page
        and "disabled" in page
        and "provisional" in text(client.get(f"/en/agreements/{agreement.ref}/"))
    )
    refused = client.post(f"/agreements/{agreement.ref}/verb/send_for_signature/")
    assert refused.status_code == 422 and "송달되지 않은" in text(refused)
    assert client.get(f"/agreements/{agreement.ref}/sign/").status_code == 303


def test_where_nobody_is_left_the_page_says_so_and_the_pool_grows_while_it_is_evaluated_again():
    at, _row = released((90, 80, 40), slots=2)
    loser, office = at.applications[2], as_(at.officer)
    for one in User.objects.filter(pk__in=accounts.holders_of(Role.EVALUATOR)).exclude(pk__in=[who.pk for who in at.evaluators]):
        companies.declare_conflict(user=one, organisation=at.firms[2].organisation, ground="친족", by=one)
    newcomer = ev.person(Role.EVALUATOR)
    companies.declare_conflict(user=newcomer, organisation=at.firms[2].organisation, ground="친족", by=newcomer)
    pooled = {"round_id": at.round.pk, "by": at.officer}
    refused(actions.add_to_pool, "pool_closed", user_id=newcomer.pk, **pooled)
    entry, address = reverse("admin:vouchers_poolmember_add"), reverse("admin:vouchers_selectionrun_rerun_page")
    assert at.round.title_ko not in text(office.get(entry)), "its results are out"
    assert "남아 있지 않습니다" in text(office.get(f"{address}?round={at.round.pk}"))
    aside = Assignment.objects.filter(application=loser, evaluator=at.evaluators[0]).values_list("pk", flat=True)
    actions.reopen_case(application_id=loser.pk, reason="이의신청 인용", set_aside=list(aside), by=at.officer)
    owed = Duty.objects.get(subject_ref=at.round.ref, verb="assign_evaluators", closed_at__isnull=True)
    assert str(at.round.pk) in owed.url and owed.role == Role.MINISTRY_OFFICER
    page = text(office.get(f"{address}?round={at.round.pk}"))
    assert "모자라는 신청" in page and f"{entry}?round={at.round.pk}" in page
    assert at.round.title_ko in text(office.get(entry))
    fresh = ev.person(Role.EVALUATOR)
    member = actions.add_to_pool(user_id=fresh.pk, **pooled)
    assign = text(office.get(f"{reverse('admin:vouchers_assignment_assign_page')}?round={at.round.pk}"))
    assert fresh.name in assign and newcomer.name not in assign, "only the pool is asked"
    actions.declare_names(member_id=member.pk, keys=[], ground="", by=fresh)
    assert "모자라는 신청" not in text(office.get(f"{address}?round={at.round.pk}"))
    at.evaluators = [fresh]
    ev.score(at, loser, 99)
    actions.sync_rounds()
    owed = Duty.objects.get(subject_ref=at.round.ref, verb="propose_selection", closed_at__isnull=True)
    assert "rerun" in owed.url and "재산정안" in owed.title_ko
    actions.propose_rerun(round_id=at.round.pk, by=at.officer)
    owed = Duty.objects.filter(subject_ref=at.round.ref, closed_at__isnull=True)
    assert not owed.filter(verb__in=["assign_evaluators", "propose_selection"]).exists()


def test_a_page_that_is_not_for_a_round_says_so_and_shows_no_other():
    at, _row = released((90, 40), slots=1)
    other = ev.scored((80,))
    office = as_(at.officer)
    pages = ("assignmentrun_propose_page", "panelphase_round_page", "selectionrun_propose_page", "assignment_assign_page")
    for name in pages:
        address = reverse(f"admin:vouchers_{name}")
        shown = text(office.get(f"{address}?round={at.round.pk}"))
        assert "이 화면에서 다룰 수 없습니다" in shown and "아래에서 다른 공고를 고르실 수 있습니다" in shown, name
        assert f'<option value="{other.round.pk}"' in shown and other.applications[0].receipt_no not in shown
        assert 'method="post"' not in shown.split('id="content-main"')[1], "no live button"
        assert office.post(f"{address}?round={at.round.pk}", {}).status_code == 200
        assert "is not available here" in text(office.get(f"/en{address}?round={at.round.pk}"))
        for wrong in ("99999999", "x"):
            assert "그런 공고가 없습니다" in text(office.get(f"{address}?round={wrong}"))
        assert "이 화면에서 다룰 수 없습니다" not in text(office.get(f"{address}?round={other.round.pk}"))
    assert not SelectionRun.objects.filter(round=other.round).exists() and not AssignmentRun.objects.exists()
    rerun = reverse("admin:vouchers_selectionrun_rerun_page")
    assert "결과를 통보한 뒤에 합니다" in text(office.get(f"{rerun}?round={other.round.pk}"))


def test_while_it_is_evaluated_again_the_result_page_asks_nothing_of_the_company():
    at, _row = released((90, 40), slots=1)
    actions.reopen_case(application_id=at.applications[1].pk, reason="이의신청 인용", set_aside=[], by=at.officer)
    page = text(as_(at.firms[1].representative).get(f"/evaluation/results/{at.applications[1].ref}/"))
    assert "이의신청에 따라" in page and "내 차례" not in page
    followed = at.applications[1].get_absolute_url()
    earlier = SelectionLine.objects.get(application=at.applications[1]).reason_ko
    alert = text(as_(at.firms[1].representative).get(followed)).split('class="timeline"')[0]
    assert "이의신청 인용" not in alert and earlier not in alert, "what was decided before no longer holds"


def test_after_the_award_was_given_up_the_application_says_so_with_its_own_reason():
    at, awards = ev.awarded()
    owner, application = at.firms[0], at.applications[0]
    award = f"/evaluation/awards/{awards[0].ref}/"
    form = text(as_(owner.representative).get(award)).split('id="decline-form"')[1].split("</form>")[0]
    assert 'class="krds-btn medium danger"' in form, "it cannot be undone"
    before = text(as_(owner.staff).get(application.get_absolute_url()))
    assert "선정 포기" not in before
    actions.decline_award(award_id=awards[0].pk, reason="사업 방향이 바뀌었습니다.", by=owner.representative)
    page = text(as_(owner.staff).get(application.get_absolute_url()))
    alert = page.split('<div class="alert tone-info"')[1].split("</div></div>")[0].split("<section")[0]
    assert "선정 포기" in alert and "사업 방향이 바뀌었습니다." in alert and "철회" not in alert
    assert "Award given up" in text(as_(owner.staff).get("/en" + application.get_absolute_url()))

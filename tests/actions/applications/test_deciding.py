"""The eligibility check, the supplement, outcomes, withdrawal."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused
from tests.actions.applications import code, open_verbs
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions, queries
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.companies import actions as companies
from vouchers.companies.models import ConflictOfInterest

pytestmark = pytest.mark.django_db


def checked(owner=None, by=None):
    application = make.submitted(owner)
    return actions.begin_check(application_id=application.pk, by=by or make.officer())


def test_begin_check_writes_one_finding_a_rule():
    application = checked()
    assert application.status == "ELIGIBILITY_CHECK"
    found = queries.why(application)
    assert len(found) == 15 and {w.check.verdict for w in found} == {"MET"}
    assert open_verbs(application) == ["decide_eligibility"]


def test_find_eligible_only_when_every_rule_is_met():
    owner, by = make.firm(verification="UNVERIFIED"), make.officer()
    application = checked(owner, by)
    with pytest.raises(Refused) as error:
        actions.find_eligible(application_id=application.pk, by=by)
    assert code(error) == "rules_open"
    check = application.eligibility_checks.get(rule="VERIFICATION")
    assert check.verdict == "NEEDS_PERSON"
    with pytest.raises(Refused):
        actions.judge_rule(check_id=check.pk, verdict="MET", reason=" ", by=by)
    with pytest.raises(Refused):
        actions.judge_rule(check_id=check.pk, verdict="NEEDS_PERSON", reason="x", by=by)
    judged = actions.judge_rule(check_id=check.pk, verdict="MET", reason="등기부로 확인했습니다.", by=by)
    assert (judged.decided_by, judged.reason_en) == (by, "등기부로 확인했습니다.")
    done = actions.find_eligible(application_id=application.pk, by=by)
    assert done.status == "ELIGIBLE" and open_verbs(done) == []
    assert Notice.objects.filter(template="application_eligible", user=owner.staff).exists()


def test_find_ineligible_needs_a_rule_not_met_and_a_reason():
    by = make.officer()
    application = checked(by=by)
    with pytest.raises(Refused) as error:
        actions.find_ineligible(application_id=application.pk, reason="아님", by=by)
    assert code(error) == "no_rule_not_met"
    check = application.eligibility_checks.get(rule="RESTRICTION")
    actions.judge_rule(check_id=check.pk, verdict="NOT_MET", reason="참여제한 중", by=by)
    with pytest.raises(Refused):
        actions.find_ineligible(application_id=application.pk, reason="", by=by)
    done = actions.find_ineligible(application_id=application.pk, reason="참여제한 기간입니다.", by=by)
    assert (done.status, done.decision_reason) == ("INELIGIBLE", "참여제한 기간입니다.")


def test_supplement_goes_round_in_place():
    owner, by = make.firm(), make.officer()
    application = checked(owner, by)
    actions.request_supplement(
        application_id=application.pk, request="수행계획서를 보완해 주십시오.", sections=["project"], by=by
    )
    application.refresh_from_db()
    assert application.status == "SUPPLEMENT_REQUESTED"
    assert application.sections.get(key="project").state == "NEEDS_WORK"
    paused = Duty.objects.get(subject_ref=application.ref, verb="decide_eligibility")
    assert paused.paused_at is not None
    with pytest.raises(Refused) as error:
        make.save(application, "company", owner.staff)
    assert code(error) == "section_not_requested"
    with pytest.raises(Refused) as error:
        actions.supply_supplement(application_id=application.pk, by=owner.representative)
    assert code(error) == "supplement_unanswered"
    make.save(application, "project", owner.staff, product="보완한 내용")
    with pytest.raises(NotAllowed):
        actions.supply_supplement(application_id=application.pk, by=owner.staff)
    done = actions.supply_supplement(application_id=application.pk, by=owner.representative)
    assert done.status == "ELIGIBILITY_CHECK"
    assert open_verbs(done) == ["decide_eligibility"]
    with pytest.raises(Refused):
        make.save(application, "project", owner.staff)


def test_supplement_needs_words_and_sections():
    by = make.officer()
    application = checked(by=by)
    for given in (
        {"request": "", "sections": ["project"]},
        {"request": "x", "sections": []},
        {"request": "x", "sections": ["?"]},
    ):
        with pytest.raises(Refused):
            actions.request_supplement(application_id=application.pk, by=by, **given)


def test_a_persons_verdict_survives_a_supplement_unless_the_fact_changed():
    owner, by = make.firm(verification="UNVERIFIED"), make.officer()
    application = checked(owner, by)
    check = application.eligibility_checks.get(rule="VERIFICATION")
    actions.judge_rule(check_id=check.pk, verdict="MET", reason="확인함", by=by)
    actions.request_supplement(application_id=application.pk, request="x", sections=["project"], by=by)
    make.save(application, "project", owner.staff, product="보완")
    actions.supply_supplement(application_id=application.pk, by=owner.representative)
    check.refresh_from_db()
    assert (check.verdict, check.decided_by) == ("MET", by)


def test_an_officer_with_a_conflict_does_not_decide():
    owner, by = make.firm(), make.officer()
    application = make.submitted(owner)
    ConflictOfInterest(user=by, organisation=owner.organisation, ground="친족", declared_by=by).save()
    with pytest.raises(Refused) as error:
        actions.begin_check(application_id=application.pk, by=by)
    assert code(error) == "conflict"


def test_officers_verbs_are_not_for_companies():
    owner = make.firm()
    application = make.submitted(owner)
    with pytest.raises(NotAllowed):
        actions.begin_check(application_id=application.pk, by=owner.representative)


def evaluated(owner=None):
    by = make.officer()
    application = checked(owner, by)
    actions.find_eligible(application_id=application.pk, by=by)
    begun(application)
    return actions.begin_evaluation(application_id=application.pk, by=by)


def begun(application):
    """Its round is in evaluation."""
    type(application.round).objects.filter(pk=application.round_id).update(status="EVALUATING")


def test_no_application_goes_to_evaluators_before_its_round_does():
    by, apart = make.officer(), make.officer()
    owner = make.firm()
    application = checked(owner, by)
    actions.find_eligible(application_id=application.pk, by=by)
    with pytest.raises(Refused) as error:
        actions.begin_evaluation(application_id=application.pk, by=by)
    assert code(error) == "round_not_evaluating"
    with pytest.raises(IntegrityError, match="once its round is in evaluation"), transaction.atomic():
        type(application).objects.filter(pk=application.pk).update(status="IN_EVALUATION")
    begun(application)
    companies.declare_conflict(user=apart, organisation=owner.organisation, ground="가족", by=None)
    with pytest.raises(Refused) as error:
        actions.begin_evaluation(application_id=application.pk, by=apart)
    assert code(error) == "conflict"
    assert actions.begin_evaluation(application_id=application.pk, by=by).status == "IN_EVALUATION"


def test_outcomes():
    one = evaluated()
    with pytest.raises(Refused):
        actions.select(application_id=one.pk, grant_won=one.grant_won + 1, by=None)
    done = actions.select(application_id=one.pk, grant_won=300_000_000, reason="조정", by=None)
    assert (done.status, done.grant_won) == ("SELECTED", 320_000_000)  # the award carries the adjusted grant
    two = actions.place_on_reserve(application_id=evaluated().pk, by=None)
    assert actions.select(application_id=two.pk, grant_won=1, by=None).status == "SELECTED"
    assert actions.reject(application_id=evaluated().pk, reason="점수 미달", by=None).status == "NOT_SELECTED"
    with pytest.raises(NotAllowed):
        actions.reject(application_id=evaluated().pk, reason="x", by=make.officer())


def test_withdraw_with_reason_until_the_award():
    owner = make.firm()
    application = make.submitted(owner)
    with pytest.raises(Refused) as error:
        actions.withdraw(application_id=application.pk, reason=" ", by=owner.representative)
    assert code(error) == "reason_missing"
    with pytest.raises(NotAllowed):
        actions.withdraw(application_id=application.pk, reason="x", by=owner.staff)
    done = actions.withdraw(application_id=application.pk, reason="사업 계획 변경", by=owner.representative)
    assert done.status == "WITHDRAWN" and open_verbs(done) == []
    second = make.firm()
    selected = actions.select(application_id=evaluated(second).pk, grant_won=1, by=None)
    with pytest.raises(Refused) as error:
        actions.withdraw(application_id=selected.pk, reason="x", by=second.representative)
    assert code(error) == "has_award"


def _asked(owner, by):
    application = checked(owner, by)
    actions.request_supplement(application_id=application.pk, request="수행계획서 보완", sections=["project"], by=by)
    return application, Duty.objects.get(subject_ref=application.ref, verb="supply_supplement").due_at


def test_before_its_due_day_a_supplement_binds_the_officer_too():
    by = make.officer()
    application, due_at = _asked(make.firm(), by)
    with clock.at(due_at - timedelta(minutes=1)):
        assert actions.miss_supplements(now=clock.now()) == 0
        for act in (actions.resume_check, partial(actions.find_ineligible, reason="미제출")):
            with pytest.raises(Refused) as error:
                act(application_id=application.pk, by=by)
            assert code(error) == "supplement_running"


def test_miss_supplements_tells_the_company_and_gives_the_officers_the_ball_once():
    owner = make.firm()
    application, due_at = _asked(owner, make.officer())
    with clock.at(due_at):
        assert [actions.miss_supplements(now=clock.now()) for _again in range(2)] == [1, 0]
        duty = Duty.objects.get(subject_ref=application.ref, verb="resume_check")
        assert (duty.role, duty.due_at > due_at) == ("MINISTRY_OFFICER", True)
        assert Notice.objects.filter(template="application_supplement_missed", user=owner.staff).count() == 1
        assert Event.objects.filter(subject_ref=application.ref, name="application.supplement_missed").count() == 1


def test_resume_check_lets_the_officer_decide_on_what_is_there():
    owner, by = make.firm(), make.officer()
    application, due_at = _asked(owner, by)
    with clock.at(due_at):
        actions.miss_supplements(now=clock.now())
        with pytest.raises(NotAllowed):
            actions.resume_check(application_id=application.pk, by=owner.representative)
        again = actions.resume_check(application_id=application.pk, by=by)
        assert (again.status, again.supplement_sections) == ("ELIGIBILITY_CHECK", [])
        assert open_verbs(again) == ["decide_eligibility"]
        assert again.sections.get(key="project").state == "COMPLETE"
        assert Duty.objects.get(subject_ref=again.ref, verb="decide_eligibility").paused_at is None
        with pytest.raises(Refused):
            make.save(again, "project", owner.staff)
        assert actions.find_eligible(application_id=application.pk, by=by).status == "ELIGIBLE"


def test_what_was_written_and_never_handed_in_does_not_count():
    owner, by = make.firm(), make.officer()
    application = checked(owner, by)
    handed_in = Event.objects.get(subject_ref=application.ref, name="application.submitted").data["content_hash"]
    sections = ["project", "data_need", "documents"]
    actions.request_supplement(application_id=application.pk, request="보완", sections=sections, by=by)
    due_at = Duty.objects.get(subject_ref=application.ref, verb="supply_supplement").due_at
    make.save(application, "project", owner.staff, title="딴 과제")
    file = make.stored(owner)
    actions.attach_document(application_id=application.pk, kind="PROJECT_PLAN", document=file, by=owner.staff)
    (chosen,) = application.application_matches.all()
    actions.drop_match(application_id=application.pk, match_id=chosen.match_id, by=owner.staff)
    assert queries.content_hash(Application.objects.get(pk=application.pk)) != handed_in
    with clock.at(due_at):
        actions.miss_supplements(now=clock.now())
        again = actions.resume_check(application_id=application.pk, by=by)
    again = Application.objects.get(pk=again.pk)
    assert queries.content_hash(again) == handed_in and again.title == application.title
    event = Event.objects.get(subject_ref=application.ref, name="application.check_resumed")
    assert event.data == {"content_hash": handed_in, "unsent": sections} and again.handed_in == {}


def test_find_ineligible_ends_an_application_whose_supplement_did_not_come():
    by = make.officer()
    application, due_at = _asked(make.firm(), by)
    with clock.at(due_at):
        done = actions.find_ineligible(application_id=application.pk, reason="보완 자료가 제출되지 않았습니다.", by=by)
    assert done.status == "INELIGIBLE" and open_verbs(done) == []


def test_a_late_supplement_counts_until_the_check_is_taken_up_again():
    owner = make.firm()
    application, due_at = _asked(owner, make.officer())
    with clock.at(due_at):
        actions.miss_supplements(now=clock.now())
        make.save(application, "project", owner.staff, product="늦은 보완")
        done = actions.supply_supplement(application_id=application.pk, by=owner.representative)
    assert done.status == "ELIGIBILITY_CHECK" and open_verbs(done) == ["decide_eligibility"]


def test_what_comes_back_when_a_supplement_fails_is_taken_meanwhile():
    """A match that was handed in stands in no other application, though its company took it out while the supplement ran."""
    owner, officer = make.firm(), make.officer()
    row = checked(owner, officer)
    (stands,) = row.application_matches.all()
    actions.request_supplement(application_id=row.pk, request="보완", sections=["data_need"], by=officer)
    due_at = Duty.objects.get(subject_ref=row.ref, verb="supply_supplement").due_at
    actions.drop_match(application_id=row.pk, match_id=stands.match_id, by=owner.staff)
    other = make.draft(owner)
    Application.objects.filter(pk=other.pk).update(need_id=None)
    ApplicationMatch.objects.filter(application=other).delete()
    assert stands.match_id not in queries.free_matches(other).values_list("pk", flat=True)
    with pytest.raises(Refused) as error:
        actions.choose_match(application_id=other.pk, match_id=stands.match_id, by=owner.staff)
    assert code(error) == "match_taken"
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationMatch.objects.create(application=other, match_id=stands.match_id)
    with clock.at(due_at):
        actions.miss_supplements(now=clock.now())
        actions.resume_check(application_id=row.pk, by=officer)
    assert list(ApplicationMatch.objects.filter(match_id=stands.match_id).values_list("application", flat=True)) == [row.pk]


def test_other_support_of_the_same_company_is_found_by_its_numbers():
    owner, earlier = (
        make.firm(corporate_no="1101111234567"),
        make_round(project_start_on=date(2027, 1, 1), project_end_on=date(2027, 6, 30)),
    )
    done = make.submitted(owner, earlier)
    now = make.draft(owner, make_round(project_start_on=date(2027, 6, 30), project_end_on=date(2027, 12, 31)))
    assert queries.facts(now).supported == [] and queries.facts(now).declares_alone
    Application.objects.filter(pk=done.pk).update(status="SELECTED")
    (found,) = queries.facts(now).supported
    assert (found.receipt_no, found.same_need) == (done.receipt_no, False)
    assert queries.facts(now, whole=False).supported == ()
    sister = make.draft(make.firm(corporate_no="1101111234567"), now.round)
    assert [one.receipt_no for one in queries.facts(sister).supported] == [done.receipt_no]
    later = make.draft(owner, make_round(project_start_on=date(2027, 7, 1), project_end_on=date(2027, 12, 31)))
    assert queries.facts(later).supported == [] and not queries.facts(make.draft(round_=now.round)).supported
    waiting = actions.submit(application_id=now.pk, by=owner.representative)  # it does not stop the submission
    assert {w.check.rule: w.check.verdict for w in queries.why(waiting)}["DUPLICATE"] == "NEEDS_PERSON"

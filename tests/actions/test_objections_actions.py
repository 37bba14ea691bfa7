"""Objections: who files and until when, who decides and who never does, and what stays as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.applications import actions as applications
from vouchers.companies import actions as companies
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import SelectionLetter
from vouchers.objections import actions, queries
from vouchers.objections.models import Objection, ObjectionDocument

pytestmark = pytest.mark.django_db


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def ineligible():
    """(firm, application, officer): an application that was found not eligible."""
    owner, officer = make.firm(), make.officer()
    application = make.submitted(owner)
    applications.begin_check(application_id=application.pk, by=officer)
    check = application.eligibility_checks.first()
    applications.judge_rule(check_id=check.pk, verdict="NOT_MET", reason="중복지원", by=officer)
    return owner, applications.find_ineligible(application_id=application.pk, reason="중복지원", by=officer), officer


def file(application, by, **changes):
    given = {"ground": "FACTS", "statement": "다른 과제입니다. 다시 판단해 주십시오.", **changes}
    return actions.file_objection(application_id=application.pk, by=by, **given)


def reviewed():
    owner, application, officer = ineligible()
    row, reviewer = file(application, owner.representative), person(Role.OBJECTION_REVIEWER)
    actions.take_up(objection_id=row.pk, by=reviewer)
    return owner, actions.find_admissible(objection_id=row.pk, by=reviewer), officer, reviewer


def test_file_objection_copies_the_decision_and_tells_both_sides():
    owner, application, officer = ineligible()
    reviewer = person(Role.OBJECTION_REVIEWER)
    row = file(application, owner.representative, documents=[make.stored(owner)])
    assert (row.status, row.event_name, row.deciders) == ("FILED", "application.found_ineligible", [officer.pk])
    assert row.served_on == clock.today() and row.open_until > row.served_on + timedelta(days=29)
    assert row.documents.count() == 1
    assert Event.objects.filter(name="objection.filed", subject_ref=row.ref).count() == 1
    assert Duty.objects.get(subject_ref=row.ref, closed_at=None).verb == "decide_objection"
    assert set(Notice.objects.filter(subject_ref=row.ref).values_list("template", "user_id")) >= {
        ("objection_filed", reviewer.pk), ("objection_received", owner.representative.pk),
    }  # fmt: skip
    assert queries.outcome(row.event) is None


def test_only_the_representative_of_that_company_files():
    owner, application, officer = ineligible()
    for nobody in (owner.staff, make.firm().representative, officer, person(Role.OBJECTION_REVIEWER)):
        with pytest.raises(NotAllowed):
            file(application, nobody)


def test_nothing_is_attacked_that_does_not_stand():
    owner = make.firm()
    with refused("nothing_to_attack"):
        file(make.submitted(owner), owner.representative)
    _owner, application, _officer = ineligible()
    for wrong, code in (({"statement": " "}, "statement_missing"), ({"ground": "NO"}, "bad_ground")):
        with refused(code):
            file(application, _owner.representative, **wrong)


def test_the_window_ends_at_the_second():
    owner, application, _officer = ineligible()
    last = queries.decision(application).open_until
    with clock.at(clock.end_of_day(last)), refused("too_late"):
        file(application, owner.representative)
    with clock.at(clock.end_of_day(last) - timedelta(microseconds=1)):
        assert file(application, owner.representative).status == "FILED"


def test_one_live_objection_by_rule_and_constraint():
    owner, application, _officer = ineligible()
    first = file(application, owner.representative)
    with refused("filed_already"):
        file(application, owner.representative)
    copy = Objection.objects.get(pk=first.pk)
    copy.pk, copy.ref, copy._state.adding = None, "", True
    with pytest.raises(IntegrityError, match="objection_once"), transaction.atomic():
        copy.save()
    actions.withdraw(objection_id=first.pk, by=owner.representative)
    assert not Duty.objects.filter(subject_ref=first.ref, closed_at=None).exists()
    assert file(application, owner.representative).pk != first.pk
    with pytest.raises(IllegalStep):
        actions.withdraw(objection_id=first.pk, by=owner.representative)


def test_who_decided_is_refused_by_action_and_trigger():
    owner, application, officer = ineligible()
    row = file(application, owner.representative)
    officer.role_grants.update(role=Role.OBJECTION_REVIEWER)  # as if somebody had changed office
    officer.__dict__.pop("_grants", None)
    with refused("decided_before"):
        actions.take_up(objection_id=row.pk, by=officer)
    for change in (
        {"reviewer": officer},
        {"status": "REJECTED", "reason": "x", "decided_by": officer, "decided_at": clock.now()},
    ):
        with pytest.raises(IntegrityError, match="does not decide"), transaction.atomic():
            Objection.objects.filter(pk=row.pk).update(**change)


def test_only_reviewers_without_a_conflict_decide_and_only_the_one_who_took_it():
    owner, application, officer = ineligible()
    row, reviewer, other = (
        file(application, owner.representative),
        person(Role.OBJECTION_REVIEWER),
        person(Role.OBJECTION_REVIEWER),
    )
    for nobody in (owner.representative, officer, person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            actions.take_up(objection_id=row.pk, by=nobody)
    companies.declare_conflict(user=other, organisation=owner.organisation, ground="가족", by=officer)
    with refused("conflict"):
        actions.take_up(objection_id=row.pk, by=other)
    actions.take_up(objection_id=row.pk, by=reviewer)
    with refused("taken_by_another"):
        actions.find_admissible(objection_id=row.pk, by=person(Role.OBJECTION_REVIEWER))
    with refused("reason_missing"):
        actions.find_inadmissible(objection_id=row.pk, reason=" ", by=reviewer)
    assert actions.find_inadmissible(objection_id=row.pk, reason="기간이 지났습니다.", by=reviewer).status == "REJECTED"
    assert queries.outcome(row.event) == "REJECTED"


def test_a_colleague_takes_an_objection_over_with_a_reason():
    owner, row, officer, reviewer = reviewed()
    other, near = person(Role.OBJECTION_REVIEWER), person(Role.OBJECTION_REVIEWER)
    companies.declare_conflict(user=near, organisation=owner.organisation, ground="가족", by=officer)
    given = {"objection_id": row.pk, "reason": "담당자 휴직"}
    for code, who, change in (
        ("taken_already", reviewer, {}),
        ("conflict", near, {}),
        ("reason_missing", other, {"reason": " "}),
    ):
        with refused(code):
            actions.take_over(**{**given, **change}, by=who)
    row = actions.take_over(**given, by=other)
    assert (row.status, row.reviewer) == ("UNDER_REVIEW", other)
    with clock.at(row.opinion_due_at), refused("taken_by_another"):
        actions.decide(objection_id=row.pk, verb="dismiss", reason="이유 없음", by=reviewer)
    with clock.at(row.opinion_due_at):
        assert actions.decide(objection_id=row.pk, verb="dismiss", reason="이유 없음", by=other).status == "DISMISSED"
    with pytest.raises(IllegalStep):
        actions.take_over(**given, by=reviewer)


def test_the_opinion_comes_before_the_decision_or_its_due_day_passes():
    _owner, row, officer, reviewer = reviewed()
    with refused("opinion_awaited"):
        actions.decide(objection_id=row.pk, verb="dismiss", reason="이유 없음", by=reviewer)
    with clock.at(row.opinion_due_at), transaction.atomic():
        assert actions.decide(objection_id=row.pk, verb="dismiss", reason="이유 없음", by=reviewer).status == "DISMISSED"
        transaction.set_rollback(True)
    with pytest.raises(NotAllowed):
        actions.give_opinion(objection_id=row.pk, opinion="의견", by=reviewer)
    actions.give_opinion(objection_id=row.pk, opinion="지침 제12조에 따랐습니다.", by=officer)
    with refused("opinion_given"):
        actions.give_opinion(objection_id=row.pk, opinion="다른 의견", by=officer)
    assert (
        actions.decide(objection_id=row.pk, verb="uphold_partly", reason="일부 이유 있음", by=reviewer).status == "PARTLY_UPHELD"
    )


def test_what_is_upheld_is_owed_to_be_acted_on():
    owner, row, officer, reviewer = reviewed()
    actions.give_opinion(objection_id=row.pk, opinion="의견", by=officer)
    row = actions.decide(objection_id=row.pk, verb="uphold", reason="사실을 잘못 보았습니다.", by=reviewer)
    assert queries.outcome(row.event) == "UPHELD"
    assert [d.verb for d in Duty.objects.filter(subject_ref=row.ref, closed_at=None)] == ["act_on_objection"]
    told = dict(Notice.objects.filter(subject_ref=row.ref).values_list("template", "title"))
    assert "인용" in told["objection_decided"] and "objection_upheld" in told
    with pytest.raises(NotAllowed):
        actions.record_remedy(objection_id=row.pk, remedy="처리", by=reviewer)
    with refused("not_acted_on"):
        actions.record_remedy(objection_id=row.pk, remedy="처리", by=officer)
    application = queries.application_of(row)
    assert Duty.objects.get(subject_ref=row.ref, closed_at=None).url == f"/admin/vouchers/application/{application.pk}/change/"
    applications.reopen_check(application_id=application.pk, reason="이의신청 인용", by=officer)
    actions.record_remedy(objection_id=row.pk, remedy="다시 판단하여 통보했습니다.", by=officer)
    assert not Duty.objects.filter(subject_ref=row.ref, closed_at=None).exists()
    with refused("remedy_recorded"):
        actions.record_remedy(objection_id=row.pk, remedy="또", by=officer)
    assert Notice.objects.filter(subject_ref=row.ref, template="objection_remedied", user=owner.representative).exists()


def test_where_no_act_is_needed_it_is_said_with_its_reason():
    owner, row, officer = upheld()
    for code, who, reason in (("reason_missing", officer, " "), ("conflict", person(Role.MINISTRY_OFFICER), "이유")):
        if code == "conflict":
            companies.declare_conflict(user=who, organisation=owner.organisation, ground="가족", by=officer)
        with refused(code):
            actions.waive_remedy(objection_id=row.pk, reason=reason, by=who)
    with pytest.raises(NotAllowed):
        actions.waive_remedy(objection_id=row.pk, reason="이유", by=owner.representative)
    row = actions.waive_remedy(objection_id=row.pk, reason="그 사이 신청을 취하하여 다시 판단할 것이 없습니다.", by=officer)
    assert row.remedy_waived and not Duty.objects.filter(subject_ref=row.ref, closed_at=None).exists()
    told = Notice.objects.get(subject_ref=row.ref, template="objection_remedy_waived", user=owner.representative)
    assert "취하하여" in told.body and "조치했습니다" not in told.title + told.body
    with refused("remedy_recorded"):
        actions.record_remedy(objection_id=row.pk, remedy="또", by=officer)
    with pytest.raises(DatabaseError, match="stays as it was recorded"), transaction.atomic():
        Objection.objects.filter(pk=row.pk).update(remedy_waived=False)


def upheld(verb: str = "uphold"):
    """(firm, objection, officer): upheld against “not eligible”."""
    owner, row, officer, reviewer = reviewed()
    actions.give_opinion(objection_id=row.pk, opinion="의견", by=officer)
    return owner, actions.decide(objection_id=row.pk, verb=verb, reason="사실을 잘못 보았습니다.", by=reviewer), officer


def test_the_decision_is_put_off_once_and_in_time():
    owner, row, _officer, reviewer = reviewed()
    put_off = {"objection_id": row.pk, "reason": "사실 조사가 더 필요합니다."}
    for nobody in (owner.representative, person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            actions.extend(by=nobody, **put_off)
    with refused("taken_by_another"):
        actions.extend(by=person(Role.OBJECTION_REVIEWER), **put_off)
    with refused("reason_missing"):
        actions.extend(objection_id=row.pk, reason=" ", by=reviewer)
    with clock.at(row.due_at), refused("not_extendable"):
        actions.extend(by=reviewer, **put_off)
    longer = actions.extend(by=reviewer, **put_off)
    assert longer.first_due_at == row.due_at and longer.due_at >= row.due_at + timedelta(days=10)
    assert Duty.objects.get(subject_ref=row.ref, verb="decide_objection", closed_at=None).due_at == longer.due_at
    assert Notice.objects.filter(subject_ref=row.ref, template="objection_extended", user=owner.representative).exists()
    with refused("not_extendable"):
        actions.extend(by=reviewer, **put_off)
    for change in ({"due_at": longer.due_at + timedelta(days=1)}, {"extension_reason": "다른 이유"}):
        with pytest.raises(IntegrityError, match="put off"), transaction.atomic():
            Objection.objects.filter(pk=row.pk).update(**change)


def test_not_eligible_is_taken_back_only_by_a_verdict_and_the_check_goes_on():
    owner, application, officer = ineligible()
    given = {"application_id": application.pk, "reason": "이의신청 인용"}
    with refused("no_verdict"):
        applications.reopen_check(by=officer, **given)
    owner, row, officer = upheld()
    application = queries.application_of(row)
    given["application_id"] = application.pk
    for nobody in (owner.representative, row.decided_by, person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            applications.reopen_check(by=nobody, **given)
    with refused("reason_missing"):
        applications.reopen_check(application_id=application.pk, reason=" ", by=officer)
    application = applications.reopen_check(by=officer, **given)
    assert application.status == "ELIGIBILITY_CHECK" and application.decision_reason == ""
    event = Event.objects.get(subject_ref=application.ref, name="application.check_reopened")
    assert Event.objects.get(hash=event.data["verdict"]).subject_ref == row.ref
    assert Duty.objects.filter(subject_ref=application.ref, verb="decide_eligibility", closed_at=None).exists()
    assert Notice.objects.filter(template="application_reopened", user=owner.representative).exists()
    ev.judge_all(application, officer)
    assert applications.find_eligible(application_id=application.pk, by=officer).status == "ELIGIBLE"
    with pytest.raises(IllegalStep):
        applications.reopen_check(by=officer, **given)


def test_a_dismissed_objection_takes_nothing_back():
    _owner, row, officer = upheld("dismiss")
    with refused("no_verdict"):
        applications.reopen_check(application_id=queries.application_of(row).pk, reason="이의신청", by=officer)


@pytest.mark.parametrize("change", [
    {"statement": "고친 글"}, {"deciders": []}, {"opinion": "고친 의견"}, {"status": "UNDER_REVIEW"}, {"reason": "고친 이유"},
])  # fmt: skip
def test_what_was_filed_answered_and_decided_stays(change):
    owner, row, officer, reviewer = reviewed()
    actions.give_opinion(objection_id=row.pk, opinion="의견", by=officer)
    actions.decide(objection_id=row.pk, verb="dismiss", reason="이유 없음", by=reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=row.pk).delete()
    ObjectionDocument(objection=row, document=make.stored(owner)).save()
    with pytest.raises(IntegrityError, match="evidence"), transaction.atomic():
        ObjectionDocument.objects.filter(objection=row).delete()


def test_a_result_is_attacked_from_the_service_of_its_letter_and_not_by_its_deciders():
    at = ev.scored((90, 80), slots=1)
    run = ev.confirmed(at)
    loser, owner = at.applications[1], at.firms[1]
    row = file(loser, owner.representative, ground="CALCULATION")
    letter = SelectionLetter.objects.get(line__application=loser)
    assert (row.served_on, row.open_until) == (letter.served_on, letter.open_until) == (None, None), "its mail has not left"
    assert set(row.deciders) == {run.proposed_by_id, run.confirmed_by_id, *(one.pk for one in at.evaluators)}
    actions.withdraw(objection_id=row.pk, by=owner.representative)
    Notice.objects.filter(template="selection_letter", subject_ref=letter.ref).update(sent_at=clock.now(), state="SENT")
    evaluation.serve_letters()
    served = SelectionLetter.objects.get(pk=letter.pk)
    with clock.at(clock.end_of_day(served.open_until)), refused("too_late"):
        file(loser, owner.representative)
    again = file(loser, owner.representative)
    assert (again.served_on, again.open_until) == (served.served_on, served.open_until) and again.served_on is not None
    with refused("nothing_to_attack"):
        file(at.applications[0], at.firms[0].representative)

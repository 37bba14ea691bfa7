"""A duty handed to a colleague, somebody who is away, and who hears and acts meanwhile; guarded by the database too."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.accounts import actions
from portal.accounts.models import Absence
from portal.desk import reminders
from portal.journal import actions as journal
from portal.journal import queries
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, workdays
from portal.kit.errors import NotAllowed, Refused
from tests.factories.accounts import make_member, make_organisation, make_staff
from tests.factories.rounds import make_round
from vouchers.rounds.models import PolicyVersion

pytestmark = pytest.mark.django_db


def owed(role: str = "MINISTRY_OFFICER", verb: str = "answer_inquiry", organisation: Any = None, due_in: int = 20) -> Duty:
    subject = organisation or make_organisation()
    with transaction.atomic():
        return journal.open_duty(
            subject,
            verb,
            title_ko="할 일",
            title_en="Do it",
            url="/home/",
            due_in=due_in,
            role=role,
            organisation=organisation,
            by=None,
        )


def fresh(user: Any) -> Any:
    return type(user).objects.get(pk=user.pk)


def away(user: Any, deputy: Any = None, first: int = 0, last: int = 5) -> Absence:
    days = [clock.today() + timedelta(days=n) for n in (first, last)]
    return actions.record_absence(user=user, from_on=days[0], to_on=days[1], deputy=deputy, by=user)


def test_the_deputy_hears_of_what_was_handed_and_the_journal_says_for_whom_they_acted() -> None:
    one, two, three = (make_staff("MINISTRY_OFFICER", name=name) for name in ("가", "나", "다"))
    duty = owed()
    actions.hand_duty(duty_id=duty.pk, to=one, reason="아는 건", by=three)
    assert Notice.objects.get(template="duty_handed").user == one and Event.objects.get(name="duty.handed").by == three
    row = away(one, two)
    assert Notice.objects.get(template="absence_recorded").user == two
    duty.refresh_from_db()
    Duty.objects.filter(pk=duty.pk).update(due_at=workdays.due_at(clock.now(), 5), opened_at=clock.now() - timedelta(days=40))
    assert duty.pk in queries.to_remind() and journal.remind_of(duty.pk) == 1
    told = Notice.objects.get(template="duty_reminder")
    assert told.user == two and "가 님을 대신하여" in told.body
    with transaction.atomic():
        subject = type(make_organisation()).objects.get(ref=duty.subject_ref)
        assert journal.close_duty(subject, duty.verb, by=fresh(two)) == 1
    said = Event.objects.get(name="duty.done_for")
    assert said.by == two and said.data["holder"] == one.ref and said.data["subject"] == duty.subject_ref
    ended = actions.end_absence(absence_id=row.pk, by=one)
    assert ended.ended_by == one and Notice.objects.filter(template="absence_ended", user=two).exists()
    with pytest.raises(Refused, match="이미 끝난"):
        actions.end_absence(absence_id=row.pk, by=one)


def test_with_nobody_standing_in_everybody_hears_and_back_again_the_holder() -> None:
    one, two = make_staff("MINISTRY_OFFICER"), make_staff("MINISTRY_OFFICER")
    duty = owed(due_in=5)
    Duty.objects.filter(pk=duty.pk).update(opened_at=clock.now() - timedelta(days=40))
    actions.hand_duty(duty_id=duty.pk, to=one, reason="", by=two)
    row = away(one)
    assert journal.remind_of(duty.pk) == 2
    actions.end_absence(absence_id=row.pk, by=one)
    Duty.objects.filter(pk=duty.pk).update(reminded=[])
    Duty.objects.filter(pk=duty.pk).update(due_at=workdays.due_at(clock.now(), 1))
    assert journal.remind_of(duty.pk) == 1


def test_separate_hands_stay_separate() -> None:
    checker, other, registrar = make_staff("OPERATOR_FINANCE"), make_staff("OPERATOR_FINANCE"), make_staff("PAYMENT_REGISTRAR")
    duty = owed("OPERATOR_FINANCE", "confirm_settlement")
    subject = type(make_organisation()).objects.get(ref=duty.subject_ref)
    with transaction.atomic():
        journal.record("settlement.amount_proposed", subject, by=checker)
    for person, word in ((checker, "앞 단계"), (registrar, "역할이 없습니다")):
        with pytest.raises(Refused, match=word):
            actions.hand_duty(duty_id=duty.pk, to=person, reason="", by=other)
    with pytest.raises(Refused, match="본인이 맡은"):
        actions.hand_duty(duty_id=duty.pk, to=other, reason="", by=registrar)
    actions.hand_duty(duty_id=duty.pk, to=other, reason="", by=other)
    away(other, checker)  # stands in, but this one is not for them: all who owe it hear
    Duty.objects.filter(pk=duty.pk).update(due_at=workdays.due_at(clock.now(), 1), opened_at=clock.now() - timedelta(days=40))
    assert journal.remind_of(duty.pk) == 2
    with pytest.raises(NotAllowed):
        actions.give_back_duty(duty_id=duty.pk, by=registrar)
    assert actions.give_back_duty(duty_id=duty.pk, by=checker).holder is None


def test_what_one_person_was_asked_by_name_is_handed_to_nobody() -> None:
    one, two = make_staff("EVALUATOR"), make_staff("EVALUATOR")
    with transaction.atomic():
        duty = journal.open_duty(make_organisation(), "submit_scores", title_ko="ㄱ", title_en="A", url="/", user=one, by=None)
    with pytest.raises(Refused, match="한 사람에게"):
        actions.hand_duty(duty_id=duty.pk, to=two, reason="", by=one)
    with pytest.raises(Refused, match="같은 역할"):
        away(one, two)
    with pytest.raises(IntegrityError, match="duty_in_person_is_not_handed"), transaction.atomic():
        Duty.objects.filter(pk=duty.pk).update(holder=two)


def test_absences_that_make_a_chain_are_refused_by_action_and_database() -> None:
    one, two, three = (make_staff("MINISTRY_APPROVER") for _n in range(3))
    away(one, two)
    for person, deputy, word in (
        (one, two, "이미 부재로"), (two, one, "대신하기로"), (two, three, "대신하기로"), (three, one, "부재중"), (three, three, "다른 사람"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=word):
            away(person, deputy)
    away(two, one, 6, 9)  # after the other ended
    forged = {"from_on": clock.today(), "to_on": clock.today() + timedelta(days=3), "entered_by": three}
    for facts, guard in (
        ({"user": one}, "absence_once_at_a_time"), ({"user": two}, "stands in for somebody"), ({"user": three, "deputy": one}, "away too"),
        ({"user": three, "deputy": three}, "absence_deputy_is_another"), ({"user": three, "ended_at": clock.now()}, "absence_ended_by_somebody"),
        ({"user": three, "to_on": clock.today() - timedelta(days=1)}, "absence_ends_after|range lower bound"),
    ):  # fmt: skip
        with pytest.raises(Exception, match=guard), transaction.atomic():
            Absence.objects.bulk_create([Absence(**{**forged, **facts}, ref=f"abs-{guard[:8]}")])
    row = Absence.objects.filter(user=one).get()
    for change in ({"to_on": row.to_on + timedelta(days=1)}, {"deputy": three}, {"user": three}):
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            Absence.objects.filter(pk=row.pk).update(**change)


def test_somebody_else_s_absence_is_the_administrator_s_to_enter() -> None:
    one, two, admin = make_staff("AUDITOR"), make_staff("AUDITOR"), make_staff("SYSADMIN")
    facts = {"user": one, "from_on": clock.today(), "to_on": clock.today(), "deputy": two}
    with pytest.raises(NotAllowed):
        actions.record_absence(**facts, by=two)
    row = actions.record_absence(**facts, by=admin)
    with pytest.raises(NotAllowed):
        actions.end_absence(absence_id=row.pk, by=two)
    assert actions.end_absence(absence_id=row.pk, by=one).ended_at


def test_members_of_one_organisation_stand_in_for_each_other_alone() -> None:
    here, there = make_organisation("PROVIDER"), make_organisation("PROVIDER")
    one, two = (make_member(here, "PROVIDER_MANAGER") for _n in range(2))
    stranger = make_member(there, "PROVIDER_MANAGER")
    with pytest.raises(Refused, match="같은 기관"):
        away(one, stranger)
    assert away(one, two).deputy == two
    duty = owed("PROVIDER_MANAGER", "provide_data", here)
    with pytest.raises(Refused, match="역할이 없습니다"):
        actions.hand_duty(duty_id=duty.pk, to=stranger, reason="", by=two)


def test_a_round_s_own_days_say_when_its_duties_are_reminded_of() -> None:
    made = make_round()
    version = made.policy_version()
    assert version is not None
    organisation, officer = make_organisation(), make_staff("MINISTRY_OFFICER")
    with transaction.atomic():
        duty = journal.open_duty(
            organisation, "answer_inquiry", title_ko="ㄱ", title_en="A", url="/", role="MINISTRY_OFFICER", due_in=15, by=None
        )
    assert reminders.days_of([duty]) == {duty.pk: (7, 1)} and officer.pk
    duty.subject_type, duty.subject_ref = "settlement", "x"
    assert reminders._days(duty, PolicyVersion(body={**version.body, "reminding": {"settlement": [20, 3]}})) == (20, 3)
    for kind in reminders.MATTERS:  # each way to a round can be asked
        assert reminders.days_of([Duty(pk=1, subject_type=kind, subject_ref="x")]) == {1: (7, 1)}


def test_absences_are_forgotten_with_the_records_of_roles() -> None:
    one, two = make_staff("MINISTRY_OFFICER"), make_staff("MINISTRY_OFFICER")
    with clock.at(clock.now() - timedelta(days=4 * 366)):
        away(one)
    away(two)
    assert [actions.forget_role_grants(now=clock.now()) for _again in range(2)] == [1, 0]
    assert Absence.objects.get().user == two

"""Presentations: planned without a clash, told with a calendar file, moved, attended; and what the database itself refuses."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.desk.closed import records
from portal.journal import gateways
from portal.journal.models import Duty, Event, MailboxMessage, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed
from tests.factories import evaluation as ev
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.applications import actions as applications
from vouchers.companies import actions as companies
from vouchers.evaluation import actions, queries
from vouchers.evaluation.models import PenaltyRecord, PresentationSeat, PresentationSlot
from vouchers.evaluation.queries import presenting
from vouchers.evaluation.queries.beside import beside

pytestmark = pytest.mark.django_db


def plan(at: ev.Panel, **given):
    facts = {
        "days": [clock.today() + timedelta(days=7)], "opens": time(10), "closes": time(12), "minutes": 30, "gap": 10,
        "places": ["별관 301호", "별관 302호"], **given,
    }  # fmt: skip
    return actions.plan_presentations(round_id=at.round.pk, by=at.officer, **facts)


def seats(slot) -> set[int]:
    return set(PresentationSeat.objects.taken().filter(slot=slot).values_list("evaluator_id", flat=True))


def test_from_the_plan_to_the_record_of_attendance(settings):
    at = ev.presenting()
    refused(plan, "too_short", at=at, closes=time(10, 45))
    refused(plan, "days_past", at=at, days=[clock.today()])
    refused(plan, "days_far", at=at, days=[date(9999, 12, 31)], closes=time(23, 59), minutes=480)
    with pytest.raises(NotAllowed):
        actions.plan_presentations(
            round_id=at.round.pk, by=at.evaluators[0], days=[], opens=time(9), closes=time(10), minutes=5, gap=0, places=[]
        )
    schedule = plan(at)
    first, second = PresentationSlot.objects.order_by("starts_at")
    assert first.ends_at < second.starts_at and seats(first) == {who.pk for who in at.evaluators}  # one panel, one after another
    assert not presenting.slot_for_company(first.application, at.firms[0].staff)
    assert not Notice.objects.filter(template__startswith="presentation").exists()
    refused(plan, "nothing_to_plan", at=at)
    actions.publish_schedule(schedule_id=schedule.pk, by=at.officer)
    mine = presenting.slot_for_company(at.applications[0], at.firms[0].staff)
    assert mine.status == "INVITED" and not presenting.slot_for_company(at.applications[1], at.firms[0].staff)
    told = Notice.objects.filter(template="presentation_invited", subject_ref=mine.ref, user=at.firms[0].representative).get()
    assert "METHOD:REQUEST" in told.calendar and f"UID:{mine.ref}@" in told.calendar and "SEQUENCE:0" in told.calendar
    panel = Notice.objects.filter(template="presentation_panel", user=at.evaluators[0]).latest("pk")
    for word in (at.applications[0].title, at.applications[0].receipt_no, at.firms[0].company.name_ko):
        assert word not in panel.title + panel.body + panel.calendar
    duty = Duty.objects.get(subject_ref=mine.ref, closed_at=None)
    assert duty.organisation == at.firms[0].organisation and duty.due_at == mine.starts_at
    assert Duty.objects.filter(verb="attend_presentation", user=at.evaluators[0], closed_at=None).count() == 2
    # the mail carries the file
    settings.EMAIL_BACKEND = "portal.journal.mailbox.MailboxBackend"
    gateways.send(ref=told.ref, to=told.address, subject=told.title, body=told.body, calendar=told.calendar)
    (file,) = MailboxMessage.objects.get(subject=told.title).attachments
    assert file["kind"] == "text/calendar; method=REQUEST" and mine.ref in file["text"]
    # moved by hand: the clash is named, then calendars follow
    other = second if mine.pk == first.pk else first
    words = refused(
        actions.move_presentation, "clash", slot_id=mine.pk, starts_at=other.starts_at, place=other.place, by=at.officer
    )
    assert other.application.receipt_no in words and other.place in words
    later = mine.starts_at + timedelta(days=1)
    actions.move_presentation(slot_id=mine.pk, starts_at=later, place="https://meet.example/a", by=at.officer)
    moved = Notice.objects.filter(template="presentation_moved", user=at.firms[0].staff).get()
    assert "SEQUENCE:1" in moved.calendar and "https://meet.example/a" in moved.calendar
    assert set(PresentationSeat.objects.taken().filter(slot=mine).values_list("starts_at", flat=True)) == {later}
    assert Duty.objects.get(subject_ref=mine.ref, closed_at=None).due_at == later
    # attendance
    given = {"slot_id": mine.pk, "present": True, "evaluators": [at.evaluators[0].pk], "by": at.officer}
    refused(actions.record_attendance, "not_begun", **given)
    assert presenting.not_held(at.round) == 2 and queries.obstacles(at.round).presentations == 2
    with clock.at(later + timedelta(hours=2)):
        refused(actions.record_attendance, "nobody_there", **{**given, "evaluators": []})
        actions.record_attendance(**{**given, "present": False, "evaluators": []})
        assert PenaltyRecord.objects.counting().get().code == "ABSENT"
        actions.record_attendance(**given)  # it was recorded wrongly
        assert not PenaltyRecord.objects.counting().exists()
        rows = PresentationSeat.objects.filter(slot=mine).order_by("evaluator")
        assert {row.evaluator_id: row.present for row in rows} == {at.evaluators[0].pk: True, at.evaluators[1].pk: False}
        assert presenting.not_held(at.round) == 1 and not Duty.objects.filter(subject_ref=mine.ref, closed_at=None).exists()
    names = list(Event.objects.filter(subject_ref=mine.ref).order_by("seq").values_list("name", flat=True))
    assert names == [f"presentation.{one}" for one in ("invited", "moved", "missed", "attended")]
    assert all(event.organisations == [at.firms[0].organisation.pk] for event in Event.objects.filter(subject_ref=mine.ref))


def test_who_has_a_conflict_sits_in_no_panel_and_learns_nothing():
    at = ev.presenting()
    apart = at.evaluators[0]
    schedule = plan(at)
    actions.publish_schedule(schedule_id=schedule.pk, by=at.officer)
    slot = PresentationSlot.objects.get(application=at.applications[0])
    seat = PresentationSeat.objects.get(slot=slot, evaluator=apart)
    companies.declare_conflict(user=apart, organisation=at.firms[0].organisation, ground="자문", by=None)
    known = beside(apart, queries.assignments_of(apart).closed).seats
    assert [one.receipt_no for one in known] == [at.applications[1].receipt_no]  # at once, before the sweep
    assert known[0].starts_at == PresentationSeat.objects.get(ref=known[0].ref).starts_at
    actions.sync_conflicts()
    assert apart.pk not in seats(slot) and PresentationSeat.objects.get(pk=seat.pk).released_at
    kept = Notice.objects.filter(user=apart, subject_ref=seat.ref, retracted_at=None)
    assert [one.template for one in kept] == ["presentation_panel_cancelled"]
    gone = kept.get()
    assert "METHOD:CANCEL" in gone.calendar and "STATUS:CANCELLED" in gone.calendar
    for word in (at.applications[0].title, at.applications[0].receipt_no, at.firms[0].company.name_ko, slot.ref):
        assert word not in gone.title + gone.body + gone.calendar + gone.url
    # an officer with a conflict sees neither the slot nor the schedule, and decides nothing of it
    officer = person("MINISTRY_OFFICER")
    companies.declare_conflict(user=officer, organisation=at.firms[0].organisation, ground="가족", by=None)
    assert not type(schedule).objects.visible_to(officer).exists()
    assert [one.application for one in PresentationSlot.objects.visible_to(officer)] == [at.applications[1]]
    assert seat.ref in records(officer).assignments
    refused(actions.cancel_presentation, "conflict", slot_id=slot.pk, reason="-", by=officer)
    # the company left: nobody is kept waiting
    applications.withdraw(application_id=at.applications[0].pk, reason="사업 변경", by=at.firms[0].representative)
    assert actions.sync_presentations() == 1 and actions.sync_presentations() == 0
    assert Notice.objects.filter(
        template="presentation_cancelled", user=at.firms[0].staff, calendar__contains="METHOD:CANCEL"
    ).exists()


def test_the_database_keeps_everybody_in_one_place_at_a_time():
    at = ev.presenting()
    plan(at)
    first, second = PresentationSlot.objects.order_by("starts_at")
    times = {"starts_at": first.starts_at, "ends_at": first.ends_at}
    rows = PresentationSlot.objects.filter(pk=second.pk)
    assert "presentation_place_free" in broken(lambda: rows.update(**times, place=first.place))
    assert "presentation_evaluator_free" in broken(lambda: rows.update(**times, place="강당"))
    assert "of its round, by its company" in broken(lambda: rows.update(company=first.company))
    stranger = PresentationSeat(slot=first, evaluator=person("EVALUATOR"), starts_at=first.starts_at, ends_at=first.ends_at)
    assert "without a conflict" in broken(stranger.save)
    apart = {"starts_at": second.ends_at + timedelta(days=1), "ends_at": second.ends_at + timedelta(days=1, minutes=30)}
    beside = {**vars(first), **apart, "place": "강당"}
    twice = PresentationSlot(
        **{k: beside[k] for k in ("schedule_id", "application_id", "company_id", "place", "starts_at", "ends_at")}
    )
    assert "presentation_once" in broken(twice.save)
    rows.update(starts_at=first.ends_at, ends_at=first.ends_at + timedelta(minutes=30), place=first.place)  # the very next minute
    assert {seat.starts_at for seat in second.seats.all()} == {first.ends_at}


def broken(run) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        run()
    return str(error.value)


def test_whose_application_left_is_neither_invited_nor_moved_nor_recorded():
    at = ev.presenting(3)
    schedule = plan(at)
    gone, stays, decided = PresentationSlot.objects.order_by("application__pk")
    applications.withdraw(application_id=gone.application_id, reason="사업 변경", by=at.firms[0].representative)
    actions.publish_schedule(schedule_id=schedule.pk, by=at.officer)
    gone.refresh_from_db()
    assert (
        gone.status == "CANCELLED"
        and not Notice.objects.filter(template__startswith="presentation", subject_ref=gone.ref).exists()
    )
    stays.refresh_from_db()
    assert stays.status == "INVITED"
    applications.withdraw(application_id=decided.application_id, reason="사업 변경", by=at.firms[2].representative)
    later = decided.starts_at + timedelta(days=1)
    refused(actions.move_presentation, "not_in_evaluation", slot_id=decided.pk, starts_at=later, place="강당", by=at.officer)
    with clock.at(later):
        given = {"slot_id": decided.pk, "present": True, "evaluators": seats(decided), "by": at.officer}
        refused(actions.record_attendance, "not_in_evaluation", **given)


def test_nobody_is_recorded_before_it_begins():
    at = ev.presenting(1)
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    rows = PresentationSlot.objects.all()
    early = {"status": "MISSED", "recorded_by": at.officer, "recorded_at": rows.get().starts_at - timedelta(minutes=1)}
    assert "presentation_attended_once_begun" in broken(lambda: rows.update(**early))


def test_no_stage_no_presentations():
    at = ev.panel()
    refused(plan, "no_stage", at=at)
    assert presenting.not_held(at.round) == 0


def test_once_it_has_ended_nobody_owes_to_come_and_the_officers_owe_the_record():
    at = ev.presenting(1, selection={"penalty_points": {}, "penalty_cap": "0"}, staged=True)
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    slot = PresentationSlot.objects.get()
    with clock.at(slot.ends_at - timedelta(minutes=1)):
        assert actions.sync_presentations() == 0
    with clock.at(slot.ends_at):
        assert (actions.sync_presentations(), actions.sync_presentations()) == (1, 0)
        assert not Duty.objects.filter(verb="attend_presentation", closed_at=None).exists()
        owed = Duty.objects.get(subject_ref=slot.ref, closed_at=None)
        assert (owed.verb, owed.role, owed.user, owed.organisation) == ("record_attendance", "MINISTRY_OFFICER", None, None)
        assert owed.url == f"/admin/vouchers/presentationslot/{slot.pk}/change/" and owed.due_at > slot.ends_at
        actions.move_presentation(slot_id=slot.pk, starts_at=slot.starts_at + timedelta(days=1), place="강당", by=at.officer)
        assert Duty.objects.get(subject_ref=slot.ref, closed_at=None).verb == "attend_presentation"
    slot.refresh_from_db()
    with clock.at(slot.ends_at):
        actions.sync_presentations()
        actions.record_attendance(slot_id=slot.pk, present=False, evaluators=[], by=at.officer)
        assert not Duty.objects.filter(subject_ref=slot.ref, closed_at=None).exists() and actions.sync_presentations() == 0


def test_who_is_on_record_as_absent_is_told_what_it_means_also_without_a_penalty():
    at = ev.presenting(1, selection={"penalty_points": {}, "penalty_cap": "0"}, staged=True)
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    slot = PresentationSlot.objects.get()
    zero = at.round.criteria.get(stage="PRESENTATION")
    given = {"slot_id": slot.pk, "by": at.officer}
    with clock.at(slot.ends_at):
        actions.record_attendance(**given, present=False, evaluators=[])
        told = Notice.objects.get(template="presentation_missed", user=at.firms[0].representative)
        assert zero.name_ko in told.body and "0점" in told.body and "감점합니다" not in told.body and not told.calendar
        actions.record_attendance(**given, present=True, evaluators=[at.evaluators[0].pk])
        mended = Notice.objects.get(template="presentation_record_corrected", user=at.firms[0].representative)
        assert "바로잡았습니다" in mended.title

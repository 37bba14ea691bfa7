"""Presentations: planned, published, moved, cancelled, attended. Who learns what: the company its own, evaluators their seats."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.evaluation import notices
from vouchers.evaluation.actions.handing_back import give_time, hand_back, lock_sheets
from vouchers.evaluation.actions.leaving import release
from vouchers.evaluation.actions.locking import lock_cases
from vouchers.evaluation.actions.penalties import record_penalty, take_back_penalty
from vouchers.evaluation.actions.selection import sync_round
from vouchers.evaluation.models import Assignment, PenaltyRecord, PresentationSchedule, PresentationSeat, PresentationSlot
from vouchers.evaluation.queries import presenting as queries
from vouchers.evaluation.rules import FILE_OPEN
from vouchers.evaluation.rules import presenting as rules
from vouchers.rounds.models import Round
from vouchers.rounds.rules import Penalty

PLAN, RECORD = "vouchers.plan_presentations", "record_attendance"
RECORD_DAYS = 1  # working days after a presentation in which it is recorded who came: scores and the selection wait for it
TIMES_LOCK = 7214101  # who gives out times and places, of whatever round, does so one after the other
S = rules.SlotStatus


@transaction.atomic
def plan_presentations(
    *, round_id: int, days: Sequence[date], opens: time, closes: time, minutes: int, gap: int, places: Sequence[str],
    pause: tuple[time, time] | None = None, by: Any,
) -> PresentationSchedule:  # fmt: skip
    """Gives every application in evaluation without a presentation a time and place; nobody is told yet.

    minutes, gap: of each, and between two. Writes: PresentationSchedule, PresentationSlot, PresentationSeat, Event. Raises: Refused
    (no such stage, nothing to plan, too little time or room, in the past), NotAllowed.
    """
    lock_cases(round_id)
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_id)
    require(by, PLAN)
    if not queries.presents(round_) or not queries.plannable().filter(pk=round_.pk).exists():
        raise Refused(
            _("Presentations are planned while a round is evaluated whose policy has them as a stage."), "no_stage", "round"
        )
    if not days or min(days) <= clock.today():
        raise Refused(_("Choose days that are still ahead."), "days_past", "days")
    _check_near(max(days), "days")
    _hold_panels(round_)
    _one_after_the_other()
    cases = queries.to_plan(round_, by)
    if not cases:
        raise Refused(_("No application in evaluation waits for a presentation."), "nothing_to_plan", "round")
    if lacking := sum(1 for case in cases if not case.panel):
        words = _("Applications for which nobody has declared yet: %(n)d. Presentations follow once evaluators have accepted.")
        raise Refused(words % {"n": lacking}, "no_panel", "round")
    rooms = list(dict.fromkeys(rules.clean_place(place) for place in places if place.strip()))
    slots = rules.times(days, opens, closes, minutes=minutes, gap=gap, pause=pause)
    busy = queries.placed(between=(slots[0][0], slots[-1][1])) if slots else []
    placed, left = rules.plan(cases, slots, rooms, busy)
    if left:
        words = _("Time or room is short: %(placed)d of %(all)d presentations fit. Add a day or a room, or shorten them.")
        raise Refused(words % {"placed": len(placed), "all": len(cases)}, "too_short", "days")
    schedule = PresentationSchedule(round=round_, minutes=minutes, created_by=by)
    schedule.save()
    for one in placed:
        slot = PresentationSlot(
            schedule=schedule,
            application_id=one.case,
            company_id=one.company,
            place=one.place,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        _save_free(slot, "days", one.panel)
    journal.record("presentation_schedule.planned", schedule, by=by, to=schedule.status, data={"presentations": len(placed)})
    return schedule


@transaction.atomic
def publish_schedule(*, schedule_id: int, by: Any) -> PresentationSchedule:
    """Companies and panels are invited. Writes: schedule PUBLISHED, slots INVITED, Events, Duties, Notices with calendar files; sheets that wait for it get time.

    Raises: Refused (a day has passed), NotAllowed, IllegalStep.
    """
    schedule, slots = _locked_schedule(schedule_id, by)
    before, schedule.status = schedule.status, rules.SCHEDULE_LIFECYCLE.step(schedule.status, "publish_schedule")
    planned = [slot for slot in slots if slot.status == S.PLANNED]
    for slot in [slot for slot in planned if slot.application.status != "IN_EVALUATION"]:  # withdrawn, and not swept yet
        _cancel(slot, None)
        planned.remove(slot)
    if any(slot.starts_at <= clock.now() for slot in planned):
        raise Refused(_("A presentation of this schedule would lie in the past. Move it, or plan anew."), "days_past")
    schedule.published_by, schedule.published_at = by, clock.now()
    schedule.save()
    journal.record(
        "presentation_schedule.published", schedule, by=by, frm=before, to=schedule.status, data={"presentations": len(planned)}
    )
    for slot in planned:
        slot.status = rules.SLOT_LIFECYCLE.step(slot.status, "invite")
        slot.save()
        _record("presentation.invited", slot, by=by, frm=S.PLANNED)
        _owe(slot, by)
        notices.presentation_invited(slot)
        for seat in _seats(slot):
            notices.presentation_panel(seat)
    return schedule


@transaction.atomic
def discard_schedule(*, schedule_id: int, by: Any) -> PresentationSchedule:
    """The plan is thrown away before anybody knew of it. Writes: schedule DISCARDED, slots CANCELLED, seats, Event."""
    schedule, slots = _locked_schedule(schedule_id, by)
    before, schedule.status = schedule.status, rules.SCHEDULE_LIFECYCLE.step(schedule.status, "discard_schedule")
    schedule.save()
    for slot in slots:
        if slot.status == S.PLANNED:
            _free(slot)
    journal.record("presentation_schedule.discarded", schedule, by=by, frm=before, to=schedule.status)
    return schedule


@transaction.atomic
def move_presentation(*, slot_id: int, starts_at: datetime, place: str, by: Any) -> PresentationSlot:
    """Another time or place, as long as before; the panel is taken anew from the assignments. Who was invited is told.

    Writes: slot, seats, Event, Duties, Notices; sheets that wait for it get time. Raises: Refused (a clash, named; in the past; nothing changed; the application
    is decided or gone), IllegalStep.
    """
    slot = _locked(slot_id, by, sheets=True)
    slot.status = rules.SLOT_LIFECYCLE.step(slot.status, "move_presentation")
    if slot.application.status != "IN_EVALUATION":
        raise Refused(queries.LEFT, "not_in_evaluation")
    _one_after_the_other()
    if starts_at <= clock.now():
        raise Refused(_("Choose a time that is still ahead."), "days_past", "starts_at")
    _check_near(clock.to_kst(starts_at).date(), "starts_at")
    room, ends_at = rules.clean_place(place), starts_at + (slot.ends_at - slot.starts_at)
    panel = frozenset(queries.panels_of([slot.application_id])[slot.application_id])
    if (slot.starts_at, slot.place) == (starts_at, room) and panel == {seat.evaluator_id for seat in _seats(slot)}:
        raise Refused(_("Nothing changes. Choose another time or place."), "nothing_changed", "starts_at")
    moved = rules.Placed(slot.application_id, slot.company_id, panel, room, starts_at, ends_at)
    found = rules.clashes(moved, queries.placed(without=slot.pk, between=(starts_at, ends_at)))
    if found:
        raise Refused(queries.clash_words(found, by), "clash", "starts_at")
    data = {"from": slot.starts_at.isoformat(), "place_before": slot.place}
    slot.starts_at, slot.ends_at, slot.place, slot.sequence = starts_at, ends_at, room, slot.sequence + 1
    gone = [seat for seat in _seats(slot) if seat.evaluator_id not in panel]
    for seat in gone:
        release(seat)
    _save_free(slot, "starts_at", panel - {seat.evaluator_id for seat in _seats(slot)})
    _record("presentation.moved", slot, by=by, frm=slot.status, **data)
    if slot.status == S.INVITED:
        journal.close_duty(slot, RECORD, by=by)
        _owe(slot, by)
        notices.presentation_moved(slot)
        for seat in _seats(slot):
            notices.presentation_panel(seat)
        for seat in gone:
            notices.presentation_panel_cancelled(seat)
    return slot


@transaction.atomic
def cancel_presentation(*, slot_id: int, reason: str, by: Any) -> PresentationSlot:
    """It is not held. Another one may be planned. reason: the company reads it. Writes: slot CANCELLED, seats, Event, Duties,
    Notices. Raises: Refused without a reason, IllegalStep."""
    slot = _locked(slot_id, by)
    before = slot.status
    rules.SLOT_LIFECYCLE.step(before, "cancel_presentation")
    if not reason.strip():
        raise Refused(_("Give a reason: the company reads it."), "reason_missing", "reason")
    slot.reason = reason.strip()
    _cancel(slot, by)
    return slot


@transaction.atomic
def record_attendance(*, slot_id: int, present: bool, evaluators: Collection[int], by: Any) -> PresentationSlot:
    """Who came. An absent company is handled as the policy says: where it has points for it, the penalty is recorded, and taken
    back should the record be corrected. Corrected, sheets with points of the presentation go back to their evaluators.

    evaluators: ids of those of the panel who were there. Writes: slot, seats, Event, Duties, PenaltyRecord, Notice; then the
    officers' duties of the round. Raises: Refused (it has not begun, nobody of the panel, the application is decided or gone),
    open panel, locked scores), IllegalStep.
    """
    slot = _attended(slot_id, present, frozenset(evaluators), by)
    sync_round(slot.application.round_id)
    return slot


def _attended(slot_id: int, present: bool, evaluators: frozenset[int], by: Any) -> PresentationSlot:
    with transaction.atomic():
        slot = _locked(slot_id, by, sheets=True)
        before = slot.status
        slot.status = rules.SLOT_LIFECYCLE.step(before, "record_present" if present else "record_absent")
        code, words = queries.not_to_record(slot)
        if code:
            raise Refused(words, code)
        seats = list(_seats(slot))
        if present and not evaluators & {seat.evaluator_id for seat in seats}:
            raise Refused(_("Somebody of the panel must have heard it."), "nobody_there", "evaluators")
        if before in rules.HELD_SLOTS:
            hand_back(slot.application, by=by)
        slot.recorded_by, slot.recorded_at = by, clock.now()
        slot.save()
        for seat in seats:
            seat.present = seat.evaluator_id in evaluators
            seat.save()
        _record("presentation.attended" if present else "presentation.missed", slot, by=by, frm=before)
        journal.close_duties(slot, by=by)
        for seat in seats:
            journal.close_duties(seat, by=by)
        _by_policy(slot, present, by)
        if not present:
            notices.presentation_missed(slot, queries.absent_on(slot.application))
        elif before == S.MISSED:
            notices.presentation_record_corrected(slot)
        return slot


def _by_policy(slot: PresentationSlot, present: bool, by: Any) -> None:
    """The penalty of an absence, where the policy of the round has one."""
    held = PenaltyRecord.objects.counting().filter(application=slot.application, code=Penalty.ABSENT).first()
    if present and held is not None:
        take_back_penalty(penalty_id=held.pk, reason=str(_("The record of attendance was corrected.")), by=by)
    elif not present and held is None and slot.application.round.policy().selection.penalty_points.get(Penalty.ABSENT):
        evidence = f"{clock.to_kst(slot.starts_at):%Y-%m-%d %H:%M} (KST), {slot.place}"
        record_penalty(application_id=slot.application_id, code=Penalty.ABSENT, evidence=evidence, by=by)


def sync_presentations() -> int:
    """Applications that left the evaluation present no more; once a presentation has ended, nobody owes to come and the officers
    owe the record of who came. Idempotent (sweep). Returns: presentations cancelled or ended."""
    gone = PresentationSlot.objects.filter(status__in=rules.OPEN_SLOTS).exclude(application__status="IN_EVALUATION")
    cancelled = sum(_sync(pk) for pk in list(gone.order_by("pk").values_list("pk", flat=True)))
    return cancelled + sum(_over(pk) for pk in queries.over(clock.now()))


@transaction.atomic
def _over(slot_id: int) -> bool:
    """Writes: Duty. Returns: whether something changed."""
    slot = _row(slot_id)
    if slot.status != S.INVITED or slot.ends_at > clock.now() or journal_queries.owing(RECORD, [slot.ref]):
        return False
    for row in (slot, *_seats(slot)):
        journal.close_duties(row, by=None)
    journal.open_duty(
        slot, RECORD, title_ko=f"발표평가 출석 기록: {slot.application}", title_en=f"Record who attended: {slot.application}",
        url=f"/admin/vouchers/presentationslot/{slot.pk}/change/", due_at=workdays.due_at(slot.ends_at, RECORD_DAYS),
        role=Role.MINISTRY_OFFICER, by=None,
    )  # fmt: skip
    return True


@transaction.atomic
def _sync(slot_id: int) -> bool:
    slot = _row(slot_id)
    if slot.status not in rules.OPEN_SLOTS or slot.application.status == "IN_EVALUATION":
        return False
    _cancel(slot, None)
    return True


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────
def _row(slot_id: int, *, sheets: bool = False) -> PresentationSlot:
    """After its application, as everybody who ends an assignment takes them. sheets: those are taken too, in between."""
    case = PresentationSlot.objects.values_list("application_id", flat=True).get(pk=slot_id)
    Application.objects.select_for_update(of=("self",)).get(pk=case)
    if sheets:
        lock_sheets([case])
    rows = PresentationSlot.objects.select_for_update(of=("self",))
    return rows.select_related("schedule", "application__round", "application__track", "company__organisation").get(pk=slot_id)


def _locked(slot_id: int, by: Any, *, sheets: bool = False) -> PresentationSlot:
    slot = _row(slot_id, sheets=sheets)
    require(by, PLAN)
    applications.require_apart(slot.application, by)
    return slot


def _locked_schedule(schedule_id: int, by: Any) -> tuple[PresentationSchedule, list[PresentationSlot]]:
    """The schedule and its slots, locked. Raises: NotAllowed, Refused for a conflict with one of its cases."""
    schedule = PresentationSchedule.objects.select_for_update().get(pk=schedule_id)
    require(by, PLAN)
    cases = PresentationSlot.objects.filter(schedule=schedule).values("application_id")
    locked = Application.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk")
    lock_sheets(list(locked.values_list("pk", flat=True)))
    rows = PresentationSlot.objects.select_for_update(of=("self",)).filter(schedule=schedule).order_by("starts_at", "pk")
    slots = list(rows.select_related("application__round", "application__track", "company__organisation"))
    for slot in slots:
        applications.require_apart(slot.application, by)
    return schedule, slots


def _check_near(day: date, field: str) -> None:
    if day > clock.today() + timedelta(days=rules.FARTHEST_DAYS):
        raise Refused(_("Choose a day within the next year."), "days_far", field)


def _hold_panels(round_: Round) -> None:
    """Who steps aside while the plan is made waits for it, and gives the seat back that it gave."""
    rows = Assignment.objects.select_for_update(of=("self",)).filter(application__round=round_, status__in=FILE_OPEN)
    list(rows.order_by("pk").values_list("pk", flat=True))


def _one_after_the_other() -> None:
    """What is free is asked and taken by one officer at a time, so that whoever comes second reads what is taken, by whom."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TIMES_LOCK])


def _seats(slot: PresentationSlot) -> list[PresentationSeat]:
    found = list(PresentationSeat.objects.taken().filter(slot=slot).select_related("evaluator").order_by("pk"))
    for seat in found:
        seat.slot = slot
    return found


def _save_free(slot: PresentationSlot, field: str, people: Collection[int]) -> None:
    """With seats for these people. Another officer may have taken the place in this very moment: the database knows.
    Raises: Refused."""
    try:
        with transaction.atomic():
            slot.save()
            for person in sorted(people):
                PresentationSeat(slot=slot, evaluator_id=person, starts_at=slot.starts_at, ends_at=slot.ends_at).save()
    except IntegrityError:
        words = _("Somebody else took this time meanwhile. Reload the page and choose another.")
        raise Refused(words, "clash", field) from None


def _free(slot: PresentationSlot) -> list[PresentationSeat]:
    """The slot and its seats are given back. Returns: the seats."""
    seats = _seats(slot)
    slot.status = rules.SLOT_LIFECYCLE.step(slot.status, "cancel_presentation")
    slot.save()
    for seat in seats:
        release(seat)
    return seats


def _cancel(slot: PresentationSlot, by: Any) -> None:
    before = slot.status
    seats = _free(slot)
    _record("presentation.cancelled", slot, by=by, frm=before, reason=slot.reason)
    journal.close_duties(slot, by=by)
    if before == S.INVITED:
        notices.presentation_cancelled(slot)
        for seat in seats:
            notices.presentation_panel_cancelled(seat)


def _owe(slot: PresentationSlot, by: Any) -> None:
    """The company and each member of the panel owe that they come; sheets that wait for it get time. Writes: Duty, Assignment."""
    due_at = slot.starts_at
    journal.open_duty(
        slot, "attend_presentation", title_ko=f"발표평가 참석: {slot.application}", title_en=f"Present your application: {slot.application}",
        url=slot.application.get_absolute_url(), due_at=due_at, organisation=slot.company.organisation, by=by,
    )  # fmt: skip
    for seat in _seats(slot):
        journal.open_duty(
            seat, "attend_presentation", title_ko="발표평가 패널 참석", title_en="Sit in the panel of a presentation",
            url="/evaluation/", due_at=due_at, user=seat.evaluator, by=by,
        )  # fmt: skip
    give_time(slot, by=by)


def _record(name: str, slot: PresentationSlot, *, by: Any, frm: str = "", reason: str = "", **data: Any) -> None:
    """The company reads it once it was invited; never who sits in the panel."""
    known = (slot.status != S.PLANNED and frm != S.PLANNED) or name == "presentation.invited"
    journal.record(
        name, slot, by=by, frm=frm, to=slot.status, reason=reason, organisations=slot.organisation_ids() if known else (),
        data={"application": slot.application.ref, "starts_at": slot.starts_at.isoformat(), "place": slot.place, **data},
    )  # fmt: skip

"""Two people at once, on real connections, with commits: the deferred guards fire here too."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts import second_factor
from portal.journal.models import Event
from portal.kit import clock
from portal.kit.errors import DomainError
from tests.actions.test_evaluation_presenting import plan, seats
from tests.actions.test_evaluation_rerun import released, rescored
from tests.committed import second, together
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement, AgreementParty, Voucher
from vouchers.evaluation import actions
from vouchers.evaluation.actions.presenting import TIMES_LOCK
from vouchers.evaluation.models import (
    Assignment,
    Award,
    PanelPhase,
    PenaltyRecord,
    PresentationSeat,
    PresentationSlot,
    SelectionRun,
)
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import LedgerEvent

GRANT = 320_000_000


def outcome(results):
    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert not unexpected, unexpected
    return [r for r in results if isinstance(r, DomainError)]


def test_two_approvers_confirm_at_once_one_wins(committed_db):
    at = ev.scored((90, 80))
    run, other = ev.proposed(at), person("MINISTRY_APPROVER")
    results = together(
        lambda: actions.confirm_selection(run_id=run.pk, by=at.approver),
        lambda: actions.confirm_selection(run_id=run.pk, by=other),
        behind=run,
    )
    assert len(outcome(results)) == 1
    assert SelectionRun.objects.get(pk=run.pk).status == "CONFIRMED"
    assert Award.objects.count() == 2 and ledger.position(at.round.pk).reserved_won == 2 * GRANT


def test_two_declines_at_once_promote_each_reserve_once(committed_db):
    at, awards = ev.awarded((90, 80, 70, 65), slots=2)
    results = together(
        *[
            (lambda award=award, by=firm.representative: actions.decline_award(award_id=award.pk, reason="사정", by=by))
            for award, firm in zip(awards, at.firms, strict=False)
        ],
        behind=at.round,
    )
    assert outcome(results) == []
    live = Award.objects.filter(status="NOTIFIED").values_list("application_id", flat=True)
    assert sorted(live) == sorted(a.pk for a in at.applications[2:])
    assert ledger.position(at.round.pk).reserved_won == 2 * GRANT


def test_one_award_declined_twice_at_once_promotes_once(committed_db):
    at, awards = ev.awarded((90, 80, 70), slots=1)
    boss = at.firms[0].representative
    results = together(*[lambda: actions.decline_award(award_id=awards[0].pk, reason="사정", by=boss)] * 3, behind=awards[0])
    assert len(outcome(results)) == 2
    assert Award.objects.count() == 2 and LedgerEvent.objects.filter(kind="RELEASED").count() == 1


def test_the_last_two_signatures_at_once_issue_one_voucher(committed_db):
    made = ev.to_sign()
    text = made.agreement.current().content_hash

    def sign(by):
        return agreements.sign(
            agreement_id=made.agreement.pk, content_hash=text, second_factor_code=second_factor.demo_code(by), by=by
        )  # fmt: skip

    sign(made.operator)
    results = together(*[lambda by=by: sign(by) for by in (made.company, made.company, made.provider)], behind=made.agreement)
    assert len(outcome(results)) == 1
    assert Agreement.objects.get(pk=made.agreement.pk).status == "ACTIVE"
    assert Voucher.objects.count() == 1 and ledger.position(made.agreement.round_id).committed_won == GRANT
    assert not AgreementParty.objects.filter(signed_at__isnull=True).exists()


def test_an_award_accepted_twice_at_once_is_accepted_once(committed_db):
    at, (award,) = ev.awarded()
    boss = at.firms[0].representative
    results = together(*[lambda: actions.accept_award(award_id=award.pk, by=boss)] * 2, behind=award)
    assert [error.code for error in outcome(results)] == ["illegal_step"]
    assert Award.objects.get(pk=award.pk).status == "ACCEPTED"
    assert Event.objects.filter(subject_ref=award.ref, name="award.accepted").count() == 1


def test_accepting_while_the_award_lapses_ends_in_one_of_the_two(committed_db):
    at, awards = ev.awarded((90, 80), slots=1)
    due, boss = awards[0].due_at, at.firms[0].representative
    results = together(
        lambda: actions.accept_award(award_id=awards[0].pk, by=boss), lambda: actions.lapse_awards(due), behind=awards[0]
    )
    refused = outcome(results)
    live = Award.objects.filter(status__in=["NOTIFIED", "ACCEPTED"])
    assert (live.get().status, len(refused)) in {("ACCEPTED", 0), ("NOTIFIED", 1)}
    assert ledger.position(at.round.pk).reserved_won == GRANT


def test_two_officers_draft_one_agreement_at_once(committed_db):
    _at, award = ev.accepted()
    drafters = [ev.operator(), ev.operator()]
    results = together(
        *[lambda by=by: agreements.draft(award_id=award.pk, by=by, **ev.period()) for by in drafters], behind=award
    )
    assert [error.code for error in outcome(results)] == ["award_not_ready"] and Agreement.objects.count() == 1


def test_two_officers_propose_at_once_one_proposal_waits(committed_db):
    at = ev.scored((90, 80))
    other = person("MINISTRY_OFFICER")
    results = together(
        *[lambda by=by: actions.propose_selection(round_id=at.round.pk, by=by) for by in (at.officer, other)], behind=at.round
    )
    assert [error.code for error in outcome(results)] == ["run_open"] and SelectionRun.objects.count() == 1


def test_handing_in_and_taking_back_at_once(committed_db):
    at = ev.panel()
    row = ev.assigned(at, at.applications[0], at.evaluators[0])
    actions.accept(assignment_id=row.pk, by=row.evaluator)
    actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="의견", by=row.evaluator)
    results = together(
        lambda: actions.submit_scores(assignment_id=row.pk, by=row.evaluator),
        lambda: actions.withdraw_assignment(assignment_id=row.pk, reason="기한", by=at.officer),
        behind=row,
    )
    assert [error.code for error in outcome(results)] == ["illegal_step"]
    assert Assignment.objects.get(pk=row.pk).status in {"SUBMITTED", "WITHDRAWN"}


def open_on_locked_scores() -> bool:
    return PanelPhase.objects.filter(status="OPEN").exists() and Assignment.objects.filter(status="LOCKED").exists()


def test_a_panel_opens_while_a_selection_is_proposed(committed_db):
    """Whoever comes second reads why: scores are never locked under an open panel, nor a panel opened on locked scores."""
    at = ev.scored((90, 80))
    case = at.applications[0]
    results = together(
        lambda: actions.open_panel(application_id=case.pk, by=at.officer),
        lambda: actions.propose_selection(round_id=at.round.pk, by=at.officer),
        behind=case,
    )
    assert [error.code for error in outcome(results)] in (["panel_locked"], ["panel_open"])
    assert not open_on_locked_scores() and PanelPhase.objects.count() + SelectionRun.objects.count() == 1
    if not PanelPhase.objects.exists():
        with pytest.raises(IntegrityError, match="locked"), transaction.atomic():
            PanelPhase(application=case, opened_by=at.officer).save()


def test_an_evaluator_is_assigned_while_a_selection_is_proposed(committed_db):
    at = ev.scored((90, 80))
    case, more = at.applications[0], person("EVALUATOR")
    results = together(
        lambda: actions.assign(application_id=case.pk, evaluator_id=more.pk, by=at.officer),
        lambda: actions.propose_selection(round_id=at.round.pk, by=at.officer),
        behind=case,
    )
    assert [error.code for error in outcome(results)] in (["run_open"], ["pending_assignments"])
    assert SelectionRun.objects.count() + Assignment.objects.filter(evaluator=more).count() == 1


def test_an_attendance_is_corrected_while_the_selection_is_proposed(committed_db):
    """The penalty counts in what is proposed, or is refused: never recorded behind the back of the approver."""
    at = ev.presenting()
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    with clock.at(clock.now() + timedelta(days=8)):
        for slot in PresentationSlot.objects.all():
            actions.record_attendance(slot_id=slot.pk, present=True, evaluators=seats(slot), by=at.officer)
        for row in Assignment.objects.all():
            actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="의견", by=row.evaluator)
            actions.submit_scores(assignment_id=row.pk, by=row.evaluator)
    moment = clock.now() + timedelta(days=8)

    def later(run, **given):
        with clock.at(moment):
            return run(**given)

    results = together(
        lambda: later(actions.record_attendance, slot_id=slot.pk, present=False, evaluators=(), by=at.officer),
        lambda: later(actions.propose_selection, round_id=at.round.pk, by=at.officer),
        behind=slot.application,
    )
    assert [error.code for error in outcome(results)] in ([], ["run_open"])
    assert PenaltyRecord.objects.count() == (0 if outcome(results) else 1)
    later(actions.confirm_selection, run_id=SelectionRun.objects.get().pk, by=at.approver)  # nothing changed since


@pytest.mark.parametrize("first", ["correct", "hand in"])
def test_attendance_is_corrected_while_a_sheet_is_handed_in(committed_db, first):
    """Whichever comes first: no sheet counts that rests on the record as it was."""
    at = ev.presenting(1, staged=True)
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    moment = clock.now() + timedelta(days=8)
    slot, sheet = PresentationSlot.objects.get(), Assignment.objects.earliest("pk")

    def later(run, **given):
        with clock.at(moment):
            return run(**given)

    later(actions.record_attendance, slot_id=slot.pk, present=True, evaluators=seats(slot), by=at.officer)
    actions.save_scores(assignment_id=sheet.pk, scores=ev.points_for(sheet, 80), comment="의견", by=sheet.evaluator)
    verbs = {
        "correct": lambda: later(actions.record_attendance, slot_id=slot.pk, present=False, evaluators=(), by=at.officer),
        "hand in": lambda: later(actions.submit_scores, assignment_id=sheet.pk, by=sheet.evaluator),
    }
    results = together(verbs.pop(first), lambda: second(*verbs.values()), behind=sheet)
    assert outcome(results) == []
    sheet.refresh_from_db()
    points = sheet.scores.get(criterion__stage="PRESENTATION").points
    assert (sheet.status, sheet.total, points) == (("ACCEPTED", None, None) if first == "hand in" else ("SUBMITTED", 60, 0))


def test_both_members_of_a_panel_leave_at_once(committed_db):
    at = ev.presenting(1)
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    slot, rows = PresentationSlot.objects.get(), list(Assignment.objects.all())
    results = together(
        *[lambda row=row: actions.withdraw_assignment(assignment_id=row.pk, reason="교체", by=at.officer) for row in rows],
        behind=slot,
    )
    assert outcome(results) == [] and seats(slot) == set()
    assert Event.objects.filter(subject_ref=slot.ref, name="presentation.seat_left").count() == 2


def test_who_leaves_while_the_presentation_is_moved_keeps_no_seat(committed_db):
    at = ev.presenting(1)
    plan(at)
    slot, row = PresentationSlot.objects.get(), Assignment.objects.earliest("pk")
    later = slot.starts_at + timedelta(days=1)
    results = together(
        lambda: actions.move_presentation(slot_id=slot.pk, starts_at=later, place="강당", by=at.officer),
        lambda: actions.recuse(assignment_id=row.pk, ground="자문", by=row.evaluator),
        behind=slot,
    )
    assert outcome(results) == [] and seats(slot) == {at.evaluators[1].pk}


def test_who_leaves_while_presentations_are_planned_gets_no_seat(committed_db):
    at = ev.presenting(1)
    row = Assignment.objects.earliest("pk")
    results = together(
        lambda: plan(at),
        lambda: actions.withdraw_assignment(assignment_id=row.pk, reason="교체", by=at.officer),
        behind=row,
    )
    assert outcome(results) == [] and seats(PresentationSlot.objects.get()) == {at.evaluators[1].pk}


def test_two_officers_want_one_room_at_once_and_the_second_reads_whose_it_is(committed_db):
    at = ev.presenting()
    plan(at)
    slots = list(PresentationSlot.objects.order_by("pk"))
    for row in Assignment.objects.filter(application=slots[0].application_id, evaluator=at.evaluators[0]):
        actions.withdraw_assignment(assignment_id=row.pk, reason="교체", by=at.officer)
    when = slots[0].starts_at + timedelta(days=1)
    results = together(
        *[
            (
                lambda slot=slot, place=place: actions.move_presentation(
                    slot_id=slot.pk, starts_at=when, place=place, by=at.officer
                )
            )
            for slot, place in zip(slots, ("Room A", "room  a"), strict=True)
        ],
        behind=TIMES_LOCK,
    )
    (refusal,) = outcome(results)
    first = next(slot for slot, result in zip(slots, results, strict=True) if not isinstance(result, DomainError))
    assert refusal.code == "clash" and first.application.receipt_no in str(refusal.message)
    assert PresentationSlot.objects.filter(starts_at=when).count() == 1
    assert not PresentationSeat.objects.taken().exclude(slot__starts_at=when).filter(starts_at=when).exists()


def test_an_award_is_declined_while_the_selection_is_run_anew(committed_db):
    """Both touch the application and then the round: the second waits, neither dies of the other."""
    at, _objection = released((90, 80, 40), slots=3)
    rescored(at, at.applications[-1], 85)
    first = at.applications[0]
    results = together(
        lambda: actions.propose_rerun(round_id=at.round.pk, by=at.officer),
        lambda: actions.decline_award(
            award_id=Award.objects.get(application=first).pk, reason="사정", by=at.firms[0].representative
        ),
        behind=first,
    )
    assert outcome(results) == []
    assert SelectionRun.objects.filter(status="PROPOSED").count() == 1
    assert Award.objects.get(application=first).status == "DECLINED"


def test_a_reserve_moves_up_while_another_track_is_run_anew(committed_db):
    """The reserve applied before the one that gives up: who runs anew takes it first and then waits for the other."""
    at, _objection = released((70, 90, 40), slots=1, apart=1)
    reserve, selected, objector = at.applications
    rescored(at, objector, 85)
    results = together(
        lambda: actions.decline_award(
            award_id=Award.objects.get(application=selected).pk, reason="사정", by=at.firms[1].representative
        ),
        lambda: second(lambda: actions.propose_rerun(round_id=at.round.pk, by=at.officer)),
        behind=at.round,
    )
    assert outcome(results) == []
    assert Award.objects.get(application=reserve).status == "NOTIFIED"
    assert SelectionRun.objects.filter(status="PROPOSED").count() == 1


@pytest.mark.parametrize("first", ["decline", "confirm"])
def test_an_award_is_declined_while_a_run_anew_is_confirmed(committed_db, first):
    """Both would move up the same reserve: it moves up once, and neither dies of the other."""
    at, _objection = released((60, 90, 80, 40), slots=2)
    reserve, selected = at.applications[:2]
    rescored(at, at.applications[-1], 50)
    run = actions.propose_rerun(round_id=at.round.pk, by=at.officer)
    award = Award.objects.get(application=selected)
    verbs = {
        "decline": lambda: actions.decline_award(award_id=award.pk, reason="사정", by=at.firms[1].representative),
        "confirm": lambda: actions.confirm_selection(run_id=run.pk, by=at.approver),
    }
    results = together(verbs.pop(first), lambda: second(*verbs.values()), behind=at.round)
    changed = [error.code for error in outcome(results)]
    assert changed == ([] if first == "confirm" else ["selection_changed"])
    assert Award.objects.filter(application=reserve, status="NOTIFIED").count() == (1 if first == "confirm" else 0)
    assert Award.objects.get(pk=award.pk).status == "DECLINED"

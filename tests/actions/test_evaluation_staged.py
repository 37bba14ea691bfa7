"""Criteria that are scored by the presentation: not before it was held, 0 of an absent company, asked anew after a correction."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.journal.models import Duty, Notice
from portal.kit import clock, workdays
from portal.kit.errors import Refused
from tests.actions.test_evaluation_presenting import plan, seats
from tests.actions.test_evaluation_rerun import uphold
from tests.factories import evaluation as ev
from tests.refusals import refused
from vouchers.applications import actions as applications
from vouchers.companies import actions as companies
from vouchers.evaluation import actions, queries
from vouchers.evaluation.actions.paper import _shown, said_of
from vouchers.evaluation.models import Assignment, PresentationSlot, Score, ScoreVersion, SelectionLine, SelectionRecord
from vouchers.evaluation.queries import agreement, panels, presenting
from vouchers.rounds import actions as rounds
from vouchers.rounds.models import Criterion, Round

pytestmark = pytest.mark.django_db


def invited(count: int = 1, **facts):
    at = ev.presenting(count, staged=True, **facts)
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    return at


def later():
    return clock.at(clock.now() + timedelta(days=8))


def record(at, slot, present):
    actions.record_attendance(slot_id=slot.pk, present=present, evaluators=seats(slot) if present else (), by=at.officer)


def save(sheet, points, *, staged: bool | None = None):
    """staged: only what the presentation is scored by, or only the rest; None: all."""
    every = sheet.application.round.criteria.all()
    chosen = [c for c in every if staged is None or (c.stage == "PRESENTATION") is staged]
    scores = {c.pk: (points, "근거") for c in chosen}
    actions.save_scores(assignment_id=sheet.pk, scores=scores, comment="의견", by=sheet.evaluator)


def hand_in(sheet):
    return actions.submit_scores(assignment_id=sheet.pk, by=sheet.evaluator)


def staged_points(sheet):
    return list(Score.objects.filter(assignment=sheet, criterion__stage="PRESENTATION").values_list("points", flat=True))


def test_before_the_presentation_only_the_documents_are_scored():
    at = invited()
    sheet, criterion = Assignment.objects.earliest("pk"), Criterion.objects.get(stage="PRESENTATION", round=at.round)
    save(sheet, 80, staged=False)
    for points in (80, 0):
        refused(save, "not_presented", sheet=sheet, points=points, staged=True)
    refused(hand_in, "not_presented", sheet=sheet)
    with pytest.raises(IntegrityError, match="once it was held"), transaction.atomic():
        Score.objects.create(assignment=sheet, criterion=criterion, points=0)
    with later():
        record(at, PresentationSlot.objects.get(), True)
        refused(hand_in, "points_missing", sheet=sheet)
        save(sheet, 60, staged=True)
        assert hand_in(sheet).total == 75  # 80 on 75 %, 60 on 25 %


def test_an_absent_company_gets_nothing_on_them_from_everybody():
    at = invited()
    sheets = list(Assignment.objects.order_by("pk"))
    with later():
        record(at, PresentationSlot.objects.get(), False)
        for sheet in sheets:
            save(sheet, 80, staged=False)
            refused(save, "absent", sheet=sheet, points=1, staged=True)
            assert hand_in(sheet).total == 60 and staged_points(sheet) == [0]
        assert [one.key for one in presenting.absent_on(at.applications[0])] == ["feasibility"]
        actions.open_panel(application_id=at.applications[0].pk, by=at.officer)
        criterion = Criterion.objects.get(stage="PRESENTATION", round=at.round)
        given = {"assignment_id": sheets[0].pk, "reason": "토의", "by": sheets[0].evaluator}
        refused(actions.rescore, "absent", scores={criterion.pk: (50, "발표 없음")}, **given)
        with pytest.raises(IntegrityError, match="was absent"), transaction.atomic():
            Score.objects.filter(assignment=sheets[0], criterion=criterion).update(points=50)


def test_where_the_policy_says_so_they_are_scored_by_the_documents():
    at = invited(presentation_absence="FILE")
    sheet, slot = Assignment.objects.earliest("pk"), PresentationSlot.objects.get()
    with later():
        record(at, slot, False)
        save(sheet, 80)
        assert hand_in(sheet).total == 80 and not presenting.absent_on(at.applications[0])
        record(at, slot, True)  # a correction changes no points, so nothing comes back
    sheet.refresh_from_db()
    assert sheet.status == "SUBMITTED" and staged_points(sheet) == [80]


def test_corrected_attendance_hands_the_sheets_back():
    at = invited()
    one, two = Assignment.objects.order_by("pk")
    slot = PresentationSlot.objects.get()
    with later():
        record(at, slot, False)
        save(one, 80, staged=False)
        hand_in(one)
        with pytest.raises(IntegrityError, match="who attended stays"), transaction.atomic():
            PresentationSlot.objects.filter(pk=slot.pk).update(status="ATTENDED")
        with pytest.raises(IntegrityError, match="handed in does not change"), transaction.atomic():
            Assignment.objects.filter(pk=one.pk).update(status="ACCEPTED", total=None)  # still with the day of handing in
        record(at, slot, True)
        one.refresh_from_db()
        assert (one.status, one.total, one.submitted_at) == ("ACCEPTED", None, None) and staged_points(one) == [None]
        assert Notice.objects.filter(template="evaluation_handed_back", user=one.evaluator).exists()
        assert not Notice.objects.filter(template="evaluation_handed_back", user=two.evaluator).exists()  # had not handed in
        assert Duty.objects.filter(subject_ref=one.ref, verb="submit_scores", closed_at__isnull=True).count() == 1
        save(one, 40, staged=True)
        assert hand_in(one).total == 70 and agreement._first_totals(at.round) == {one.pk: 70}
        versions = ScoreVersion.objects.filter(assignment=one, criterion__stage="PRESENTATION").order_by("number")
        assert [v.points for v in versions] == [0, 40] and versions[1].reason
        assert ScoreVersion.objects.filter(assignment=one).count() == 6  # the others stay as they were
        save(two, 80)
        record(at, slot, False)  # typed and handed in points for the presentation are gone alike
        assert staged_points(one) == [None] and staged_points(two) == [None]
        for sheet in (one, two):
            hand_in(sheet)
        actions.open_panel(application_id=at.applications[0].pk, by=at.officer)
        refused(record, "panel_open", at=at, slot=slot, present=True)
        board = panels.board(at.applications[0])
        assert board.changes == () and [member.first_total for member in board.members] == [
            60,
            60,
        ]  # independent, as handed in again
    assert not list(queries.faults())


def test_a_reason_for_points_that_fell_away_goes_with_them():
    at = invited()
    sheet, slot = Assignment.objects.earliest("pk"), PresentationSlot.objects.get()
    with later():
        record(at, slot, True)
        save(sheet, 80)
        hand_in(sheet)
        record(at, slot, False)
        hand_in(sheet)
    score = Score.objects.get(assignment=sheet, criterion__stage="PRESENTATION")
    assert (score.points, score.comment) == (0, "")  # else the letter would praise a presentation that nobody held
    assert [v.comment for v in ScoreVersion.objects.filter(assignment=sheet, criterion=score.criterion).order_by("number")] == [
        "근거",
        "",
    ]


def test_who_may_not_know_the_case_any_more_is_told_nothing_when_a_sheet_goes_back():
    at = invited()
    one, two = Assignment.objects.order_by("pk")
    slot = PresentationSlot.objects.get()
    with later():
        record(at, slot, True)
        for sheet in (one, two):
            save(sheet, 80)
            hand_in(sheet)
        companies.declare_conflict(user=one.evaluator, organisation=at.firms[0].organisation, ground="자문", by=at.officer)
        record(at, slot, False)
    told = Notice.objects.filter(template="evaluation_handed_back").values_list("user_id", flat=True)
    assert list(told) == [two.evaluator_id]
    assert not Duty.objects.filter(subject_ref=one.ref, verb="submit_scores", closed_at__isnull=True).exists()
    one.refresh_from_db()
    assert one.status == "ACCEPTED" and staged_points(one) == [None]  # their points do not stand either


def test_a_selection_counts_them_and_the_letter_says_why():
    at = invited(2)
    came, stayed = PresentationSlot.objects.order_by("pk")
    with later():
        record(at, came, True)
        record(at, stayed, False)
        for sheet in Assignment.objects.select_related("application"):
            save(sheet, 90, staged=None if sheet.application_id == came.application_id else False)
            hand_in(sheet)
        ev.confirmed(at)
        assert {line.application_id: line.raw for line in SelectionLine.objects.all()} == {
            came.application_id: 90, stayed.application_id: 67.5,
        }  # fmt: skip
        refused(record, "not_in_evaluation", at=at, slot=came, present=False)
    assert not list(queries.faults()) and queries.verified(at.applications[0]).same
    for slot, said in ((came, False), (stayed, True)):
        (named,) = [row for row in map(_shown, said_of(slot.application)["criteria"]) if "수행" in row["name"]]
        assert ("발표에 불참하여 0점" in named["name"]) is said and named["points"] == ("0.00" if said else "90.00")


def test_scores_that_a_selection_locked_keep_the_record():
    at = invited()
    with later():
        record(at, PresentationSlot.objects.get(), True)
        for sheet in Assignment.objects.all():
            save(sheet, 90)
            hand_in(sheet)
        actions.discard(run_id=ev.proposed(at).pk, reason="다시", by=at.officer)
        refused(record, "locked", at=at, slot=PresentationSlot.objects.get(), present=False)


def test_a_copy_keeps_the_stages_and_no_call_is_announced_without_the_stage():
    at = ev.presenting(1, staged=True)
    copy = rounds.copy_round(round_id=at.round.pk, key="staged-copy", by=None)
    assert list(copy.criteria.values_list("key", "stage"))[-1] == ("feasibility", "PRESENTATION")
    body = {**copy.policy_version().body, "evaluation_stages": ["DOCUMENT"]}
    rounds.save_policy(round_id=copy.pk, body=body, reason="발표 없음", by=None)
    from vouchers.rounds import queries as calls

    faults = calls.faults_of(Round.objects.get(pk=copy.pk))
    assert "criterion_stage:feasibility" in faults
    name = copy.criteria.get(key="feasibility").name_ko
    with pytest.raises(Refused) as error:
        rounds.submit_for_review(round_id=copy.pk, by=None)
    assert name in str(error.value) and "feasibility" not in str(error.value)
    with pytest.raises(IntegrityError, match="criterion_stage_known"), transaction.atomic():
        Criterion.objects.filter(round=copy).update(stage="SITE")


def test_a_normalised_selection_keeps_the_zero_and_says_so():
    at = invited(3, selection={"normalisation": "Z_SCORE", "normalise_from": 2})
    *came, stayed = PresentationSlot.objects.order_by("pk")
    with later():
        for slot in came:
            record(at, slot, True)
        record(at, stayed, False)
        given = dict(zip([slot.application_id for slot in (*came, stayed)], (90, 70, 80), strict=True))
        for sheet in Assignment.objects.select_related("application"):
            save(sheet, given[sheet.application_id], staged=False if sheet.application_id == stayed.application_id else None)
            hand_in(sheet)
        ev.confirmed(at)
    said = {line.application_id: line.score for line in SelectionLine.objects.all()}
    assert [said[slot.application_id] for slot in came] == [90, 70] and said[stayed.application_id] == 60
    record_ = SelectionRecord.objects.get()
    assert record_.inputs.count('"absent":["feasibility"]') == 1 and '"absent":[]' not in record_.inputs
    assert not list(queries.faults())
    for slot in (came[0], stayed):
        found = queries.verified(slot.application)
        assert found.same and found.explained.without_absent
        assert [step.scaled for step in found.explained.steps] == [said[slot.application_id]] * 2


def test_nobody_is_dunned_for_a_sheet_that_waits_for_its_presentation():
    at = ev.presenting(1, staged=True)
    (case,) = at.applications
    sheet = Assignment.objects.earliest("pk")
    Assignment.objects.filter(pk=sheet.pk).update(due_at=clock.now() + timedelta(days=1))
    late = ev.assigned(at, case, ev.person(ev.Role.EVALUATOR))
    Assignment.objects.filter(pk=late.pk).update(due_at=clock.now() + timedelta(days=1))
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    slot = PresentationSlot.objects.get()
    due = workdays.due_at(slot.ends_at, at.round.days("evaluation"))
    assert set(Assignment.objects.values_list("due_at", flat=True)) == {due}
    assert Duty.objects.get(subject_ref=sheet.ref, verb="submit_scores").due_at == due
    assert Duty.objects.get(subject_ref=late.ref, verb="accept").due_at < due, "to say whether one comes is due as before"
    actions.move_presentation(slot_id=slot.pk, starts_at=slot.starts_at + timedelta(days=7), place=slot.place, by=at.officer)
    slot.refresh_from_db()
    sheet.refresh_from_db()
    assert sheet.due_at == workdays.due_at(slot.ends_at, at.round.days("evaluation")) > due
    asked_since = ev.assigned(at, case, ev.person(ev.Role.EVALUATOR))
    assert asked_since.due_at == sheet.due_at


def test_a_sheet_of_documents_alone_is_due_as_before():
    at = ev.presenting(1)
    before = set(Assignment.objects.values_list("due_at", flat=True))
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    assert set(Assignment.objects.values_list("due_at", flat=True)) == before


def test_who_is_found_eligible_after_the_release_presents_too():
    at = ev.presenting(2, staged=True, ineligible=1)
    actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    late = at.applications[1]
    refused(plan, "nothing_to_plan", at=at)
    with later():
        record(at, PresentationSlot.objects.get(), True)
        for sheet in Assignment.objects.all():
            save(sheet, 90)
            hand_in(sheet)
        ev.confirmed(at)
        refused(plan, "no_stage", at=at)  # released, and nobody is evaluated again
        uphold(late, at.firms[1].representative, at.officer)
        applications.reopen_check(application_id=late.pk, reason="이의신청 인용", by=at.officer)
        ev.judge_all(late, at.officer)
        applications.find_eligible(application_id=late.pk, by=at.officer)
        for who in at.evaluators:
            actions.accept(assignment_id=ev.assigned(at, late, who).pk, by=who)
        actions.publish_schedule(schedule_id=plan(at).pk, by=at.officer)
    slot = PresentationSlot.objects.get(application=late)
    with clock.at(slot.ends_at + timedelta(hours=1)):
        record(at, slot, True)
        for sheet in Assignment.objects.filter(application=late):
            save(sheet, 80)
            hand_in(sheet)
        run = actions.propose_rerun(round_id=at.round.pk, by=at.officer)
        actions.confirm_selection(run_id=run.pk, by=at.approver)
    late.refresh_from_db()
    assert late.status == "SELECTED" and not list(queries.faults())

"""The panel phase: independent scores first, then re-scoring with a reason; every version is kept, reading is counted."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from portal.journal.models import Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Stale
from tests.factories import evaluation as ev
from tests.refusals import refused
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.evaluation import actions, queries
from vouchers.evaluation.models import Assignment, PanelPhase, Reading, Score, ScoreVersion
from vouchers.evaluation.queries.panels import board, board_for, readers

pytestmark = pytest.mark.django_db


def opened() -> tuple[ev.Panel, PanelPhase, list[Assignment]]:
    at = ev.scored((80,))
    panel = actions.open_panel(application_id=at.applications[0].pk, by=at.officer)
    return at, panel, list(Assignment.objects.order_by("submitted_at", "pk"))


def test_a_panel_opens_once_and_only_after_everybody_handed_in():
    at = ev.panel()
    first, second = (ev.assigned(at, at.applications[0], who) for who in at.evaluators)
    given = {"application_id": at.applications[0].pk, "by": at.officer}
    refused(actions.open_panel, "panel_pending", **given)
    with pytest.raises(NotAllowed):
        actions.open_panel(**{**given, "by": at.evaluators[0]})
    actions.decline(assignment_id=second.pk, reason="출장", by=at.evaluators[1])
    actions.accept(assignment_id=first.pk, by=at.evaluators[0])
    actions.save_scores(assignment_id=first.pk, scores=ev.points_for(first, 70), comment="의견", by=at.evaluators[0])
    actions.submit_scores(assignment_id=first.pk, by=at.evaluators[0])
    refused(actions.open_panel, "panel_too_few", **given)


def test_opening_tells_the_members_and_holds_the_selection_until_it_closes():
    at, panel, rows = opened()
    assert Notice.objects.filter(template="panel_opened", user__in=at.evaluators).count() == 2
    assert Event.objects.get(name="panel_phase.opened").organisations == []
    refused(actions.open_panel, "panel_opened", application_id=at.applications[0].pk, by=at.officer)
    refused(actions.propose_selection, "panel_open", round_id=at.round.pk, by=at.officer)
    assert queries.obstacles(at.round).panels == 1 and not queries.ready_to_propose(at.round)
    actions.close_panel(panel_id=panel.pk, by=at.officer)
    assert queries.ready_to_propose(at.round)
    actions.propose_selection(round_id=at.round.pk, by=at.officer)
    assert {row.status for row in Assignment.objects.filter(pk__in=[r.pk for r in rows])} == {"LOCKED"}


def test_an_officer_with_a_conflict_opens_and_closes_nothing():
    at = ev.scored((80,))
    companies.declare_conflict(user=at.officer, organisation=at.firms[0].organisation, ground="친족", by=at.officer)
    refused(actions.open_panel, "conflict", application_id=at.applications[0].pk, by=at.officer)
    panel = PanelPhase.objects.create(application=at.applications[0], opened_by=at.officer)
    refused(actions.close_panel, "conflict", panel_id=panel.pk, by=at.officer)
    assert not PanelPhase.objects.visible_to(at.officer).exists()


def test_rescoring_keeps_what_was_scored_first_and_why_it_changed():
    _at, _panel, rows = opened()
    mine = rows[0]
    scores = ev.points_for(mine, 80)
    key = next(iter(scores))
    weight = mine.application.round.criteria.get(pk=key).weight
    given = {"assignment_id": mine.pk, "by": mine.evaluator}
    refused(actions.rescore, "nothing_changed", scores=scores, reason="x", **given)
    scores[key] = (60, "논의에서 드러난 점")
    refused(actions.rescore, "reason_missing", scores=scores, reason=" ", **given)
    with pytest.raises(Stale):
        actions.rescore(scores=scores, reason="논의", version=mine.version + 1, **given)
    with pytest.raises(NotAllowed):
        actions.rescore(assignment_id=mine.pk, scores=scores, reason="논의", by=rows[1].evaluator)
    changed = actions.rescore(scores=scores, reason="논의에서 들은 사실", version=mine.version, **given)
    assert changed.total == Decimal(80) - Decimal(20 * weight) / 100
    versions = ScoreVersion.objects.filter(assignment=mine, criterion=key).order_by("number")
    assert [(v.number, v.points, v.reason) for v in versions] == [(1, 80, ""), (2, 60, "논의에서 들은 사실")]
    whole = board(mine.application)
    member = next(one for one in whole.members if one.assignment == mine)
    assert (member.first_total, member.changed) == (Decimal("80.00"), True)
    assert [(c.before, c.version.points, c.member.number) for c in whole.changes] == [(80, 60, member.number)]


def test_nobody_rescores_before_the_panel_opens_or_after_it_closed():
    at = ev.scored((80,))
    mine = Assignment.objects.first()
    given = {"assignment_id": mine.pk, "scores": ev.points_for(mine, 50), "reason": "x", "by": mine.evaluator}
    refused(actions.rescore, "panel_not_open", **given)
    assert board_for(mine) is None
    panel = actions.open_panel(application_id=at.applications[0].pk, by=at.officer)
    assert len(board_for(mine).members) == 2
    actions.close_panel(panel_id=panel.pk, by=at.officer)
    refused(actions.rescore, "panel_not_open", **given)
    with pytest.raises(IllegalStep):
        actions.close_panel(panel_id=panel.pk, by=at.officer)


def test_a_member_who_joins_late_sees_nobodys_scores_before_handing_in():
    at, _panel, _rows = opened()
    late = ev.person(ev.Role.EVALUATOR)
    row = ev.assigned(at, at.applications[0], late)
    actions.accept(assignment_id=row.pk, by=late)
    row.refresh_from_db()
    assert board_for(row) is None


def test_who_is_excluded_leaves_the_panel():
    at, _panel, rows = opened()
    companies.declare_conflict(user=rows[0].evaluator, organisation=at.firms[0].organisation, ground="자문", by=at.officer)
    actions.sync_conflicts()
    gone = Assignment.objects.get(pk=rows[0].pk)
    assert gone.status == "RECUSED" and board_for(gone) is None
    assert [one.assignment.pk for one in board(rows[1].application).members] == [rows[1].pk]


def test_scores_that_were_set_aside_after_an_objection_make_room_for_another_panel():
    at, panel, rows = opened()
    actions.close_panel(panel_id=panel.pk, by=at.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        PanelPhase.objects.create(application=at.applications[0], opened_by=at.officer)
    ev.confirmed(at)
    application = Application.objects.get(pk=at.applications[0].pk)
    Application.objects.filter(pk=application.pk).update(status="IN_EVALUATION")  # what an upheld objection does
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(status="SET_ASIDE")
    at.evaluators = [ev.person(ev.Role.EVALUATOR) for _ in range(2)]
    ev.score(at, application, 60)
    mine = Assignment.objects.get(evaluator=at.evaluators[0])
    assert board_for(mine) is None, "the first panel is not about these scores"
    again = actions.open_panel(application_id=application.pk, by=at.officer)
    assert again.pk != panel.pk and board_for(mine).phase == again and len(board_for(mine).members) == 2
    refused(actions.open_panel, "panel_opened", application_id=application.pk, by=at.officer)


# ── The database ─────────────────────────────────────────────────────────────────────────────────────
def broken(sql: str, *values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_keeps_versions_and_scores_together():
    at = ev.scored((80,))
    score = Score.objects.first()
    broken("UPDATE vouchers_score SET points = 10 WHERE id = %s", score.pk)  # no panel
    actions.open_panel(application_id=at.applications[0].pk, by=at.officer)
    broken("UPDATE vouchers_score SET points = 10 WHERE id = %s", score.pk)  # no version of it
    broken("UPDATE vouchers_score SET points = NULL WHERE id = %s", score.pk)
    broken("DELETE FROM vouchers_score WHERE id = %s", score.pk)
    broken("UPDATE vouchers_scoreversion SET points = 10")
    broken("DELETE FROM vouchers_scoreversion")
    broken("UPDATE vouchers_assignment SET status = 'LOCKED' WHERE id = %s", score.assignment_id)
    broken("UPDATE vouchers_assignment SET comment = 'x' WHERE id = %s", score.assignment_id)
    broken("DELETE FROM vouchers_panelphase")
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreVersion.objects.create(assignment_id=score.assignment_id, criterion_id=score.criterion_id, number=2, points=5)


def test_the_database_opens_no_panel_while_somebody_scores_and_reopens_none():
    at = ev.panel()
    ev.assigned(at, at.applications[0], at.evaluators[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        PanelPhase.objects.create(application=at.applications[0], opened_by=at.officer)
    other, panel, _rows = opened()
    actions.close_panel(panel_id=panel.pk, by=other.officer)
    broken("UPDATE vouchers_panelphase SET status = 'OPEN', closed_at = NULL, closed_by_id = NULL")


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────
def test_reading_time_grows_by_reports_and_two_windows_are_read_once():
    at = ev.panel()
    row, who = ev.assigned(at, at.applications[0], at.evaluators[0]), at.evaluators[0]
    start = clock.now()
    with pytest.raises(NotAllowed):
        actions.record_reading(assignment_id=row.pk, opened_at=start, by=who)  # the file is closed before the declaration
    actions.accept(assignment_id=row.pk, by=who)
    with pytest.raises(NotAllowed):
        actions.record_reading(assignment_id=row.pk, opened_at=start, by=at.evaluators[1])
    other = start + timedelta(seconds=5)
    for page, seconds in ((start, 30), (other, 40), (start, 600)):  # a second window; then a laptop that slept
        with clock.at(start + timedelta(seconds=seconds)):
            actions.record_reading(assignment_id=row.pk, opened_at=page, by=who)
    assert list(Reading.objects.order_by("opened_at").values_list("seconds", flat=True)) == [90, 10]
    with clock.at(start + timedelta(hours=13)):
        assert actions.record_reading(assignment_id=row.pk, opened_at=start, by=who) is None
    assert [one.seconds for one in readers([row])] == [100]
    broken("UPDATE vouchers_reading SET seconds = 1")

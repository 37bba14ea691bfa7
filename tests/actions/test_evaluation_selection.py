"""Selection runs, penalties, and what the officers owe for them."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed
from tests.actions.test_evaluation_actions import duties
from tests.factories import evaluation as ev
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.applications import actions as application_actions
from vouchers.companies import actions as companies
from vouchers.evaluation import actions, queries
from vouchers.evaluation.models import (
    Assignment,
    Award,
    PenaltyRecord,
    SelectionLine,
    SelectionRecord,
    SelectionRun,
)
from vouchers.ledger import queries as ledger

pytestmark = pytest.mark.django_db
GRANT = 320_000_000


# ── Selection ────────────────────────────────────────────────────────────────────────────────────────
def test_propose_names_what_is_still_open():
    at = ev.panel(2)
    propose = {"round_id": at.round.pk, "by": at.officer}
    refused(actions.propose_selection, "undecided", **propose)
    for application in at.applications:
        ev.assigned(at, application, at.evaluators[0])
    refused(actions.propose_selection, "pending_assignments", **propose)
    for row in Assignment.objects.filter(application__round=at.round):
        actions.accept(assignment_id=row.pk, by=row.evaluator)
        actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="의견", by=row.evaluator)
        actions.submit_scores(assignment_id=row.pk, by=row.evaluator)
    refused(actions.propose_selection, "too_few_evaluations", **propose)
    with pytest.raises(NotAllowed):
        actions.propose_selection(round_id=at.round.pk, by=at.approver)


def test_propose_ranks_locks_and_asks_the_approver():
    at = ev.scored((70, 90, 80), slots=2)
    run = ev.proposed(at)
    assert run.summary == {
        "budget_won": 1_000_000_000, "selected": 2, "selected_won": 2 * GRANT, "reserve": 1, "not_selected": 0,
    }  # fmt: skip
    outcome = {line.application_id: (line.rank, line.outcome, line.reserve_no) for line in run.lines.all()}
    one, two, three = (a.pk for a in at.applications)
    assert outcome == {two: (1, "SELECTED", None), three: (2, "SELECTED", None), one: (3, "RESERVE", 1)}
    assert set(Assignment.objects.values_list("status", flat=True)) == {"LOCKED"}
    assert duties(run) == ["confirm_selection"]
    refused(actions.propose_selection, "run_open", round_id=at.round.pk, by=at.officer)
    given = {"application_id": one, "evaluator_id": person("EVALUATOR").pk, "by": at.officer}
    refused(actions.assign, "run_open", **given)


def test_the_lines_of_a_run_do_not_change():
    at = ev.scored()
    run = ev.proposed(at)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelectionLine.objects.filter(run=run).update(outcome="NOT_SELECTED")


def test_a_dry_run_is_kept_with_its_inputs_and_binds_nobody():
    at = ev.scored((70, 90))
    with pytest.raises(NotAllowed):
        actions.run_selection(round_id=at.round.pk, by=at.approver)
    dry = actions.run_selection(round_id=at.round.pk, by=at.officer)
    assert (dry.status, dry.lines.count(), duties(dry)) == ("DRY", 0, [])
    assert set(Assignment.objects.values_list("status", flat=True)) == {"SUBMITTED"}
    again = actions.run_selection(round_id=at.round.pk, by=at.officer)
    assert (again.inputs_sha256, again.outputs_sha256) == (dry.inputs_sha256, dry.outputs_sha256)
    assert ev.proposed(at).outputs_sha256 == dry.outputs_sha256  # the proposal says what the dry run said
    with pytest.raises(IllegalStep):
        actions.confirm_selection(run_id=dry.pk, by=at.approver)
    refused(actions.run_selection, "round_not_evaluating", round_id=ev.make_round().pk, by=at.officer)
    event = Event.objects.filter(subject_ref=dry.ref, name="selection_run.run").get()
    assert event.data["outputs_sha256"] == dry.outputs_sha256


def test_the_database_keeps_what_a_run_was_computed_from():
    at = ev.scored()
    run = ev.proposed(at)
    record = SelectionRecord.objects.filter(run=run)
    for change in ({"inputs": "{}"}, {"outputs": "{}"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            record.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        record._raw_delete(record.db)
    for change in ({"inputs_sha256": "0" * 64}, {"outputs_sha256": "0" * 64}, {"engine": "x"}, {"policy_number": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SelectionRun.objects.filter(pk=run.pk).update(**change)
    forged = SelectionRun(round=at.round, status="DRY", proposed_by=at.officer, inputs_sha256="0" * 64, outputs_sha256="0" * 64)
    forged.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        SelectionRecord.objects.create(run=forged, inputs="{}", outputs="{}")


def test_a_pool_and_a_bonus_of_the_policy_change_who_is_selected():
    selection = {
        "bonus_points": {"NON_CAPITAL": "2"}, "bonus_cap": "3", "pools": [{"pool": "NON_CAPITAL", "share": "0.5"}],
    }  # fmt: skip
    at = ev.scored((90, 85, 80), slots=2, selection=selection, regions=("SEOUL", "SEOUL", "BUSAN"))
    run = ev.confirmed(at)
    lines = {line.application_id: line for line in run.lines.all()}
    first, second, third = (lines[a.pk] for a in at.applications)
    assert [line.outcome for line in (first, second, third)] == ["SELECTED", "RESERVE", "SELECTED"]
    assert (third.raw, third.bonus, third.total, third.ground) == (80, 2, 82, "BY_POOL")
    assert (
        second.ground == "POOL_PLACE" and "비수도권 기업" in second.reason_ko and "outside the capital area" in second.reason_en
    )
    assert list(queries.faults()) == []


def test_a_place_of_a_pool_goes_to_its_next_in_line():
    selection = {"pools": [{"pool": "NON_CAPITAL", "share": "0.5"}]}
    at = ev.scored((90, 85, 80, 75), slots=2, selection=selection, regions=("SEOUL", "SEOUL", "BUSAN", "BUSAN"))
    ev.confirmed(at)
    held = Award.objects.get(application=at.applications[2])
    actions.decline_award(award_id=held.pk, reason="사정", by=at.firms[2].representative)
    assert Award.objects.filter(application=at.applications[3]).exists()  # the next of the pool, past the second of the ranking
    own = Award.objects.get(application=at.applications[0])
    actions.decline_award(award_id=own.pk, reason="사정", by=at.firms[0].representative)
    assert Award.objects.filter(application=at.applications[1]).exists()  # the pool has its place: the first in line


def test_a_penalty_is_recorded_with_evidence_counts_and_is_taken_back():
    at = ev.scored((90, 85), slots=1, selection={"penalty_points": {"GAVE_UP": "9"}, "penalty_cap": "6"})
    first, second = at.applications
    record = {"application_id": first.pk, "code": "GAVE_UP", "evidence": "2026년 협약 해지", "by": at.officer}
    with pytest.raises(NotAllowed):
        actions.record_penalty(**{**record, "by": at.approver})

    def not_recorded(why, **change):
        refused(lambda: actions.record_penalty(**{**record, **change}), why)

    not_recorded("no_such_penalty", code="POOR_RESULT")
    not_recorded("evidence_missing", evidence=" ")
    penalty = actions.record_penalty(**record)
    not_recorded("recorded_already")
    told = Notice.objects.get(user=at.firms[0].representative, template="penalty_recorded")
    assert "2026년 협약 해지" in told.body and "9점" in told.body
    run = ev.proposed(at)
    lines = {line.application_id: line for line in run.lines.all()}
    assert (lines[first.pk].penalty, lines[first.pk].total, lines[second.pk].outcome) == (6, 84, "SELECTED")
    refused(actions.take_back_penalty, "run_open", penalty_id=penalty.pk, reason="착오", by=at.officer)
    actions.discard(run_id=run.pk, reason="감점 확인", by=at.approver)
    refused(actions.take_back_penalty, "reason_missing", penalty_id=penalty.pk, reason="", by=at.officer)
    actions.take_back_penalty(penalty_id=penalty.pk, reason="착오", by=at.officer)
    refused(actions.take_back_penalty, "taken_back_already", penalty_id=penalty.pk, reason="착오", by=at.officer)
    run = ev.confirmed(at)
    assert run.lines.get(application=first).total == 90
    not_recorded("not_open")
    for change in ({"taken_back_by": None}, {"evidence": "x"}, {"taken_back_at": None, "taken_back_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PenaltyRecord.objects.filter(pk=penalty.pk).update(**change)


def test_two_runs_side_by_side_say_who_moves_and_why():
    at = ev.panel(3, slots=1)
    for application, points in zip(at.applications[:2], (70, 80), strict=True):
        ev.score(at, application, points)
    before = actions.run_selection(round_id=at.round.pk, by=at.officer)
    ev.score(at, at.applications[2], 90)
    after = actions.run_selection(round_id=at.round.pk, by=at.officer)
    found = queries.compare(before.record, after.record)
    one, two, three = (a.ref for a in at.applications)
    kinds = {moved.ref: (str(moved.kind), [str(cause) for cause in moved.causes]) for moved in found.moved}
    assert kinds == {three: ("IN", ["APPLICATIONS"]), two: ("OUT", ["GROUND"]), one: ("RESERVE", ["OTHERS"])}
    assert [str(cause) for cause in found.causes] == ["APPLICATIONS"] and found.same == 0


def test_verify_computes_signed_runs_again():
    at = ev.scored((90, 80), slots=1)
    run = ev.confirmed(at)
    changes = (
        ("vouchers_selectionrun", "evaluation_run_guard", "inputs_sha256 = repeat('0', 64)"),
        ("vouchers_selectionline", "evaluation_line_immutable", "total = score + 1, bonus = 1"),
    )
    for table, trigger, change in changes:
        with transaction.atomic(), connection.cursor() as cursor:  # as somebody who owns the database would have to
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            cursor.execute(f"UPDATE {table} SET {change}")
            assert [fault for fault in queries.faults() if run.ref in fault]
            transaction.set_rollback(True)
    assert list(queries.faults()) == []


def test_discard_tells_the_proposer_and_allows_another():
    at = ev.scored()
    run = ev.proposed(at)
    refused(actions.discard, "reason_missing", run_id=run.pk, reason=" ", by=at.approver)
    actions.discard(run_id=run.pk, reason="점수 재확인", by=at.approver)
    assert Notice.objects.filter(template="selection_discarded", user=at.officer).exists() and duties(run) == []
    assert ev.proposed(at).status == "PROPOSED"


def test_confirm_releases_everything_together():
    at = ev.scored((70, 90, 80, 50), slots=2)
    run = ev.confirmed(at)
    for application in at.applications:
        application.refresh_from_db()
    assert [a.status for a in at.applications] == ["RESERVE", "SELECTED", "SELECTED", "NOT_SELECTED"]
    position = ledger.position(at.round.pk)
    assert (position.reserved_won, position.available_won) == (2 * GRANT, 1_000_000_000 - 2 * GRANT)
    assert Award.objects.filter(run=run).count() == 2
    at.round.refresh_from_db()
    assert at.round.status == "AWARDED" and run.status == "CONFIRMED"
    told = Notice.objects.filter(user=at.firms[0].representative, template="selection_reserve").get()
    assert "예비 1순위" in told.title and "70.00" in told.body
    assert Notice.objects.filter(user=at.firms[1].representative, template="award_notified").exists()
    assert Notice.objects.filter(user=at.firms[3].representative, template="selection_not_selected").exists()
    with pytest.raises(IllegalStep):
        actions.confirm_selection(run_id=run.pk, by=at.approver)
    with pytest.raises(IllegalStep):
        actions.discard(run_id=run.pk, reason="x", by=at.approver)


def made_approver(officer: User) -> User:
    """The case officer changes post: one role ends, the other begins."""
    grant = officer.role_grants.get(role="MINISTRY_OFFICER")
    accounts.revoke_role(grant_id=grant.pk, reason="전보", by=person("SYSADMIN"))
    accounts.grant_role(user=User.objects.get(pk=officer.pk), role="MINISTRY_APPROVER", by=None)
    return User.objects.get(pk=officer.pk)


def test_confirm_needs_a_second_person_without_a_conflict():
    at = ev.scored()
    run = ev.proposed(at)
    with pytest.raises(NotAllowed):
        actions.confirm_selection(run_id=run.pk, by=at.officer)
    promoted = made_approver(at.officer)
    refused(actions.confirm_selection, "four_eyes", run_id=run.pk, by=promoted)
    actions.discard(run_id=run.pk, reason="다시", by=promoted)
    run = actions.propose_selection(round_id=at.round.pk, by=person("MINISTRY_OFFICER"))
    refused(actions.confirm_selection, "case_officer", run_id=run.pk, by=promoted)
    companies.declare_conflict(user=at.approver, organisation=at.firms[0].organisation, ground="친족", by=at.approver)
    refused(actions.confirm_selection, "known_conflict", run_id=run.pk, by=at.approver)
    second = person("MINISTRY_APPROVER")
    provider = at.applications[0].application_matches.get().match.institution.organisation
    companies.declare_conflict(user=second, organisation=provider, ground="재직", by=second)
    refused(actions.confirm_selection, "known_conflict", run_id=run.pk, by=second)
    actions.discard(run_id=run.pk, reason="다시", by=at.approver)
    companies.declare_conflict(user=at.officer, organisation=provider, ground="재직", by=at.officer)
    refused(actions.propose_selection, "known_conflict", round_id=at.round.pk, by=at.officer)


def test_confirm_refuses_a_proposal_that_life_has_overtaken():
    at = ev.scored((90, 80))
    run = ev.proposed(at)
    application_actions.withdraw(application_id=at.applications[0].pk, reason="사정", by=at.firms[0].representative)
    refused(actions.confirm_selection, "selection_changed", run_id=run.pk, by=at.approver)
    assert not Award.objects.exists()
    actions.discard(run_id=run.pk, reason="철회", by=at.approver)
    ev.confirmed(at)
    assert Award.objects.get().application == at.applications[1]


def test_an_award_without_its_reservation_cannot_be_committed():
    _at, (award,) = ev.awarded()
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(
            "INSERT INTO vouchers_award (ref, created_at, updated_at, version, application_id, run_id, project_no, grant_won, "
            "status, due_at, reason) SELECT 'awd-x', now(), now(), 1, %s, run_id, 'X', 5, 'NOTIFIED', now(), '' "
            "FROM vouchers_award WHERE id = %s",
            [ev.scored().applications[0].pk, award.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(grant_won=1)


def test_verify_finds_a_selection_whose_figures_lie():
    at = ev.scored((90, 80), slots=1)
    run = ev.confirmed(at)
    assert list(queries.faults()) == []
    with connection.cursor() as cursor:  # as somebody who owns the database would have to
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE vouchers_selectionrun DISABLE TRIGGER evaluation_run_guard")
    SelectionRun.objects.filter(pk=run.pk).update(summary={**run.summary, "selected": 2})
    assert [fault for fault in queries.faults() if run.ref in fault]


# ── What the officers' office owes ───────────────────────────────────────────────────────────────────
def test_the_officers_owe_evaluators_then_the_proposal():
    at = ev.panel()
    assert duties(at.round) == ["assign_evaluators"]
    owed = Duty.objects.get(subject_ref=at.round.ref, verb="assign_evaluators")
    assert (owed.role, owed.url) == ("MINISTRY_OFFICER", f"/admin/vouchers/assignment/assign/?round={at.round.pk}")
    assert owed.due_at == workdays.due_at(clock.now(), at.round.policy().days("evaluation"))
    assert actions.sync_rounds() == 0  # already owed
    rows = [ev.assigned(at, at.applications[0], evaluator) for evaluator in at.evaluators]
    assert actions.sync_rounds() == 1 and duties(at.round) == []
    actions.decline(assignment_id=rows[0].pk, reason="바쁨", by=at.evaluators[0])
    assert actions.sync_rounds() == 1 and duties(at.round) == ["assign_evaluators"]
    ev.assigned(at, at.applications[0], at.evaluators[0])
    for row in Assignment.objects.filter(status="INVITED"):
        actions.accept(assignment_id=row.pk, by=row.evaluator)
        actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="좋음", by=row.evaluator)
        actions.submit_scores(assignment_id=row.pk, by=row.evaluator)
    assert duties(at.round) == ["propose_selection"]  # with the last hand-in, before any sweep
    assert actions.sync_rounds() == 0
    run = actions.propose_selection(round_id=at.round.pk, by=at.officer)
    assert duties(at.round) == [] and actions.sync_rounds() == 0
    actions.discard(run_id=run.pk, reason="다시", by=at.approver)
    assert duties(at.round) == ["propose_selection"] and actions.sync_rounds() == 0  # at once, without the sweep


def test_obstacles_name_each_application_that_blocks():
    at = ev.panel(3)
    first, second, third = at.applications
    for evaluator in at.evaluators:
        ev.assigned(at, first, evaluator)
    ev.assigned(at, second, at.evaluators[0])
    found = queries.obstacles(at.round)
    kinds = {one.application.pk: one.kind for one in found.blockers}
    assert kinds == {first.pk: "PENDING", second.pk: "TOO_FEW", third.pk: "UNASSIGNED"}
    assert not found.ready and not queries.ready_to_propose(at.round)
    counted = queries.progress(at.round)
    assert (counted.waiting, counted.short, counted.undecided) == (0, 2, 1)  # second and third lack evaluators
    done = ev.scored().round
    assert queries.obstacles(done).ready and queries.ready_to_propose(done)

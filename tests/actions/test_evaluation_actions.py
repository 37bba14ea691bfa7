"""Evaluation's actions: assigning, scoring, selecting, awards and the reserve list."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.refusals import refused
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.companies.models import ConflictOfInterest
from vouchers.evaluation import actions
from vouchers.evaluation.models import (
    Assignment,
    Score,
    SelectionRun,
)

pytestmark = pytest.mark.django_db
GRANT = 320_000_000


def duties(subject) -> list[str]:
    return list(Duty.objects.filter(subject_ref=subject.ref, closed_at__isnull=True).values_list("verb", flat=True))


# ── Assigning ────────────────────────────────────────────────────────────────────────────────────────
def test_assign_begins_the_evaluation_and_asks_the_evaluator():
    at = ev.panel()
    row = ev.assigned(at, at.applications[0], at.evaluators[0])
    row.application.refresh_from_db()
    assert (row.status, row.application.status) == ("INVITED", "IN_EVALUATION")
    assert duties(row) == ["accept"]
    assert Notice.objects.filter(template="evaluation_invited", user=at.evaluators[0]).count() == 1
    event = Event.objects.get(subject_ref=row.ref)
    assert (event.name, event.organisations) == ("assignment.invited", [])  # hidden from the company


def test_assign_refuses_known_conflicts_own_and_double_assignments():
    at = ev.panel()
    application, evaluator = at.applications[0], at.evaluators[0]
    companies.declare_conflict(user=evaluator, organisation=at.firms[0].organisation, ground="자문", by=evaluator)
    given = {"application_id": application.pk, "by": at.officer}
    refused(actions.assign, "known_conflict", evaluator_id=evaluator.pk, **given)
    refused(actions.assign, "no_evaluator", evaluator_id=at.approver.pk, **given)
    refused(actions.assign, "due_past", evaluator_id=at.evaluators[1].pk, due_at=clock.now() - timedelta(hours=1), **given)
    ev.assigned(at, application, at.evaluators[1])
    refused(actions.assign, "assigned_already", evaluator_id=at.evaluators[1].pk, **given)


def test_assign_refuses_who_works_for_a_provider_of_the_project():
    at = ev.panel()
    organisation = at.applications[0].application_matches.get().match.institution.organisation
    companies.declare_conflict(user=at.evaluators[0], organisation=organisation, ground="재직", by=at.evaluators[0])
    refused(
        actions.assign, "known_conflict", application_id=at.applications[0].pk, evaluator_id=at.evaluators[0].pk, by=at.officer
    )  # fmt: skip


def test_an_officer_with_a_conflict_with_company_or_provider_decides_nothing_about_the_application():
    at = ev.panel(2)
    provider = at.applications[0].application_matches.get().match.institution.organisation
    row = ev.assigned(at, at.applications[0], at.evaluators[0])
    companies.declare_conflict(user=at.officer, organisation=provider, ground="재직", by=at.officer)
    companies.declare_conflict(user=at.officer, organisation=at.firms[1].organisation, ground="친족", by=at.officer)
    for application in at.applications:
        given = {"application_id": application.pk, "by": at.officer}
        refused(actions.assign, "conflict", evaluator_id=at.evaluators[1].pk, **given)
        with pytest.raises(Refused) as error:
            actions.record_penalty(code="FALSE_STATEMENT", evidence="x", **given)
        assert error.value.code == "conflict"
    refused(actions.withdraw_assignment, "conflict", assignment_id=row.pk, reason="x", by=at.officer)
    assert Application.objects.visible_to(at.officer).count() == 2  # handing over needs reading, and every look is logged


def test_assign_is_for_officers_and_eligible_applications():
    at = ev.panel()
    with pytest.raises(NotAllowed):
        actions.assign(application_id=at.applications[0].pk, evaluator_id=at.evaluators[0].pk, by=at.approver)
    with clock.at(clock.now() - timedelta(days=5)):
        other = make.submitted(make.firm(), at.round) if at.round.status == "ANNOUNCED" else None
    assert other is None


# ── Declaring, scoring ───────────────────────────────────────────────────────────────────────────────
def test_scores_need_the_declaration_first():
    at = ev.panel()
    row = ev.assigned(at, at.applications[0], at.evaluators[0])
    with pytest.raises(IllegalStep):
        actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="", by=at.evaluators[0])
    with pytest.raises(NotAllowed):
        actions.accept(assignment_id=row.pk, by=at.evaluators[1])
    accepted = actions.accept(assignment_id=row.pk, by=at.evaluators[0])
    assert accepted.declared_at and duties(row) == ["submit_scores"]


def test_a_conflict_entered_after_the_invitation_keeps_the_file_closed():
    at = ev.panel()
    row = ev.assigned(at, at.applications[0], at.evaluators[0])
    companies.declare_conflict(user=at.evaluators[0], organisation=at.firms[0].organisation, ground="친족", by=at.officer)
    refused(actions.accept, "known_conflict", assignment_id=row.pk, by=at.evaluators[0])
    assert Assignment.objects.get(pk=row.pk).status == "RECUSED" and duties(row) == []


def test_recusal_is_remembered_and_told_to_the_officer():
    at = ev.panel()
    row = ev.assigned(at, at.applications[0], at.evaluators[0])
    refused(actions.recuse, "ground_missing", assignment_id=row.pk, ground="  ", by=at.evaluators[0])
    actions.recuse(assignment_id=row.pk, ground="2025년 자문", by=at.evaluators[0])
    assert ConflictOfInterest.objects.filter(user=at.evaluators[0], organisation=at.firms[0].organisation).exists()
    assert Notice.objects.filter(template="evaluation_ended_early", user=at.officer).count() == 1
    assert duties(row) == []
    given = {"application_id": at.applications[0].pk, "evaluator_id": at.evaluators[0].pk}
    refused(actions.assign, "known_conflict", by=at.officer, **given)


def test_a_declined_or_withdrawn_assignment_can_be_given_again():
    at = ev.panel()
    row = ev.assigned(at, at.applications[0], at.evaluators[0])
    actions.decline(assignment_id=row.pk, reason="", by=at.evaluators[0])
    again = ev.assigned(at, at.applications[0], at.evaluators[0])
    refused(actions.withdraw_assignment, "reason_missing", assignment_id=again.pk, reason="", by=at.officer)
    actions.withdraw_assignment(assignment_id=again.pk, reason="기한 경과", by=at.officer)
    assert ev.assigned(at, at.applications[0], at.evaluators[0]).status == "INVITED"


def test_scores_are_saved_in_part_and_handed_in_whole():
    at = ev.panel()
    evaluator = at.evaluators[0]
    row = ev.assigned(at, at.applications[0], evaluator)
    actions.accept(assignment_id=row.pk, by=evaluator)
    first, *rest = at.round.criteria.all()
    save = {"assignment_id": row.pk, "comment": "", "by": evaluator}
    actions.save_scores(scores={first.pk: (81, "좋음")}, **save)
    refused(actions.submit_scores, "points_missing", assignment_id=row.pk, by=evaluator)
    refused(actions.save_scores, "points_range", scores={first.pk: (101, "")}, **save)
    foreign = ev.panel().round.criteria.first()
    refused(actions.save_scores, "foreign_criterion", scores={foreign.pk: (50, "")}, **save)
    actions.save_scores(scores={first.pk: (None, "이유 먼저")}, **save)
    assert Score.objects.filter(assignment=row).values_list("points", "comment").get() == (None, "이유 먼저")
    refused(actions.submit_scores, "points_missing", assignment_id=row.pk, by=evaluator)
    with pytest.raises(IntegrityError), transaction.atomic():  # by SQL neither
        Assignment.objects.filter(pk=row.pk).update(status="SUBMITTED")
    actions.save_scores(scores={c.pk: (80, "") for c in [first, *rest]}, **save)
    refused(actions.submit_scores, "comment_missing", assignment_id=row.pk, by=evaluator)
    actions.save_scores(**{**save, "scores": {first.pk: (90, "")}, "comment": "의견"})
    done = actions.submit_scores(assignment_id=row.pk, by=evaluator)
    assert done.total == Decimal(80) + Decimal(10 * first.weight) / 100
    with pytest.raises(IllegalStep):
        actions.save_scores(scores={first.pk: (10, "")}, **save)
    with pytest.raises(IllegalStep):
        actions.submit_scores(assignment_id=row.pk, by=evaluator)


def test_scores_saved_meanwhile_are_not_overwritten():
    at = ev.panel()
    evaluator = at.evaluators[0]
    row = ev.assigned(at, at.applications[0], evaluator)
    opened = actions.accept(assignment_id=row.pk, by=evaluator).version
    save = {"assignment_id": row.pk, "scores": {}, "by": evaluator}
    newer = actions.save_scores(comment="먼저", version=opened, **save)
    with pytest.raises(Stale):
        actions.save_scores(comment="나중", version=opened, **save)
    assert Assignment.objects.get(pk=row.pk).comment == "먼저"
    assert actions.save_scores(comment="나중", version=newer.version, **save).comment == "나중"
    again = actions.save_scores(comment="나중 ", version=opened, **save)  # this page's own saving a moment ago: the same words
    assert again.comment == "나중"
    first = at.round.criteria.first()
    with pytest.raises(Stale):
        actions.save_scores(**{**save, "scores": {first.pk: (70, "")}}, comment="나중", version=opened)


def test_the_database_keeps_decided_selections_and_assignments():
    at = ev.scored((90,))
    run = ev.confirmed(at)
    decided = SelectionRun.objects.filter(pk=run.pk)
    for change in ({"status": "PROPOSED"}, {"confirmed_by": at.officer}, {"summary": {}}, {"confirmed_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            decided.update(**change)
    for rows in (decided, Assignment.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_the_database_refuses_to_change_what_was_handed_in():
    at = ev.scored()
    score = Score.objects.filter(assignment__application=at.applications[0]).first()
    for change in ({"points": 1}, {"comment": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Score.objects.filter(pk=score.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.filter(pk=score.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=score.assignment_id).update(total=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=score.assignment_id).update(status="ACCEPTED")

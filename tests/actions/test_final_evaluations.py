"""The final evaluation: several grade, another decides, the company objects, a better grade, what it means for money and later."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed
from tests.factories import evaluation as ev
from tests.factories import projects as p
from tests.factories.played import played
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.companies.models import Restriction
from vouchers.milestones import actions, queries
from vouchers.milestones.models import FinalEvaluation, FinalScore, Milestone
from vouchers.objections import actions as objections
from vouchers.rounds.rules import months_after

pytestmark = pytest.mark.django_db
LATER = timedelta(days=60)  # past every day to object


@dataclass
class Graded:
    """A project of two milestones, both accepted, in a round that grades."""

    at: p.Project
    rows: list[Milestone]
    graders: list[User]
    colleague: User

    @property
    def agreement(self):
        return self.at.agreement

    def open(self, n: int = 2) -> FinalEvaluation:
        return actions.open_final_evaluation(
            agreement_id=self.agreement.pk, grader_ids=[one.pk for one in self.graders[:n]], by=self.at.operator
        )

    def grade(self, row: FinalEvaluation, *points: int, good_faith: bool = False) -> None:
        for grader, number in zip(self.graders, points, strict=False):
            actions.hand_in_grade(evaluation_id=row.pk, points=Decimal(number), good_faith=good_faith, opinion="근거", by=grader)

    def decided(self, *points: int, good_faith: bool = False, **more) -> FinalEvaluation:
        row = self.open(len(points))
        self.grade(row, *points, good_faith=good_faith)
        return actions.decide_grade(evaluation_id=row.pk, reason="평가위원 의견에 따름", by=self.at.operator, **more)

    def objected(self, row: FinalEvaluation, verb: str = "uphold"):
        reviewer, officer = person(Role.OBJECTION_REVIEWER), person(Role.MINISTRY_OFFICER)
        filed = actions.object_to_grade(evaluation_id=row.pk, ground="FACTS", statement="실적이 빠졌습니다", by=self.at.company)
        objections.take_up(objection_id=filed.pk, by=reviewer)
        objections.find_admissible(objection_id=filed.pk, by=reviewer)
        objections.give_opinion(objection_id=filed.pk, opinion="의견", by=officer)
        return objections.decide(objection_id=filed.pk, verb=verb, reason="이유", by=reviewer), officer


@played
def graded(**grading) -> Graded:
    at, rows = p.planned(p.project(grading={"graders": 2, **grading}), parts=2)
    for row in rows:
        p.accept(at, row)
    return Graded(at, rows, [person(Role.EVALUATOR) for _ in range(3)], ev.operator())


def test_a_delivered_project_is_to_be_graded_once_and_the_graders_owe_it():
    world = graded()
    assert actions.sync_final_evaluations() == 1 and actions.sync_final_evaluations() == 0
    duty = Duty.objects.get(verb="open_final_evaluation", closed_at__isnull=True)
    assert duty.url == f"/milestones/final/open/{world.agreement.ref}/" and duty.role == "OPERATOR_CASE"
    row = world.open()
    assert actions.sync_final_evaluations() == 0
    assert not Duty.objects.filter(verb="open_final_evaluation", closed_at__isnull=True).exists()
    owed = Duty.objects.filter(verb="grade_project", closed_at__isnull=True)
    assert {one.user_id for one in owed} == {one.pk for one in world.graders[:2]}
    told = set(Notice.objects.filter(template="final_evaluation_opened").values_list("user_id", flat=True))
    assert {world.at.company.pk, world.at.manager.pk} <= told
    refused(actions.open_final_evaluation, "begun_already", agreement_id=row.agreement_id, grader_ids=[], by=world.at.operator)


def test_who_cannot_be_opened_or_grade():
    world = graded()
    given = {"agreement_id": world.agreement.pk, "by": world.at.operator}
    refused(actions.open_final_evaluation, "too_few_graders", grader_ids=[world.graders[0].pk, world.graders[0].pk], **given)
    refused(actions.open_final_evaluation, "not_a_grader", grader_ids=[world.graders[0].pk, world.at.operator.pk], **given)
    with pytest.raises(NotAllowed):
        actions.open_final_evaluation(agreement_id=world.agreement.pk, grader_ids=[], by=world.at.company)
    open_one, _rows = p.planned(p.project(grading={"graders": 2}))
    refused(
        actions.open_final_evaluation, "deliveries_open", agreement_id=open_one.agreement.pk, grader_ids=[], by=open_one.operator
    )
    without, (row,) = p.planned(p.project(grading={"graders": 0}))
    p.accept(without, row)
    refused(
        actions.open_final_evaluation,
        "no_final_evaluation",
        agreement_id=without.agreement.pk,
        grader_ids=[],
        by=without.operator,
    )


def test_each_grades_once_and_somebody_else_decides():
    world = graded()
    row = world.open()
    given = {"evaluation_id": row.pk, "points": Decimal(80), "good_faith": True, "opinion": "근거"}
    with pytest.raises(NotAllowed):
        actions.hand_in_grade(**given, by=world.graders[2])
    refused(actions.hand_in_grade, "points_range", **{**given, "points": Decimal("100.01")}, by=world.graders[0])
    refused(actions.hand_in_grade, "opinion_missing", **{**given, "opinion": " "}, by=world.graders[0])
    actions.hand_in_grade(**given, by=world.graders[0])
    refused(actions.hand_in_grade, "graded_already", **given, by=world.graders[0])
    refused(actions.decide_grade, "grades_missing", evaluation_id=row.pk, reason="x", by=world.at.operator)
    actions.hand_in_grade(**given, by=world.graders[1])
    assert Duty.objects.filter(verb="decide_grade", closed_at__isnull=True).exists()
    refused(actions.decide_grade, "reason_missing", evaluation_id=row.pk, reason=" ", by=world.at.operator)
    done = actions.decide_grade(evaluation_id=row.pk, reason="의견에 따름", by=world.at.operator)
    assert (done.status, done.grade, str(done.points)) == ("DECIDED", "ORDINARY", "80.00")
    notice = Notice.objects.filter(template="final_evaluation_decided", user=world.at.company).get()
    assert "보통" in notice.title
    with pytest.raises(IllegalStep):
        actions.decide_grade(evaluation_id=row.pk, reason="다시", by=world.at.operator)


def test_an_evaluator_who_cannot_grade_is_replaced_and_who_graded_is_not():
    world = graded()
    row = world.open()
    given = {"evaluation_id": row.pk, "by": world.at.operator}
    refused(actions.replace_grader, "grades_already", grader_id=world.graders[0].pk, new_id=world.graders[1].pk, **given)
    actions.replace_grader(grader_id=world.graders[0].pk, new_id=world.graders[2].pk, **given)
    owed = {one.user_id for one in Duty.objects.filter(verb="grade_project", closed_at__isnull=True)}
    assert owed == {world.graders[1].pk, world.graders[2].pk}
    actions.hand_in_grade(evaluation_id=row.pk, points=Decimal(70), good_faith=True, opinion="x", by=world.graders[1])
    refused(actions.replace_grader, "graded_already", grader_id=world.graders[1].pk, new_id=world.graders[0].pk, **given)


def test_a_grade_holds_once_the_days_to_object_are_over():
    world = graded()
    row = world.decided(95, 91)
    assert actions.confirm_grades() == 0
    with clock.at(clock.now() + LATER):
        assert actions.confirm_grades() == 1 and actions.confirm_grades() == 0
        row.refresh_from_db()
        assert (row.status, row.grade) == ("CONFIRMED", "EXCELLENT") and row.confirmed_at is not None
        refused(actions.object_to_grade, "too_late", evaluation_id=row.pk, ground="FACTS", statement="x", by=world.at.company)
    assert not Duty.objects.filter(verb="bar_company").exists()


def test_an_objection_that_was_right_makes_the_grade_better_by_somebody_else():
    world = graded()
    row = world.decided(40, 50)
    assert row.grade == "FAIL"
    filed, officer = world.objected(row)
    assert set(filed.deciders) == {world.graders[0].pk, world.graders[1].pk, world.at.operator.pk}
    assert actions.owe_regrades() == 1 and actions.owe_regrades() == 0
    owed = Duty.objects.get(verb="regrade", closed_at__isnull=True)
    assert owed.role == "OPERATOR_CASE" and owed.url == f"/milestones/final/{row.ref}/"
    assert queries.may_final(world.colleague, row)["regrade"] and not queries.may_final(world.at.operator, row)["regrade"]
    given = {"evaluation_id": row.pk, "reason": "누락된 실적을 반영", "grade": "ORDINARY"}
    with pytest.raises(NotAllowed):
        actions.regrade(**given, by=world.at.operator)
    refused(actions.regrade, "not_better", **{**given, "grade": "FAIL"}, by=world.colleague)
    refused(objections.record_remedy, "not_acted_on", objection_id=filed.pk, remedy="올림", by=officer)
    with clock.at(clock.now() + LATER):
        assert actions.confirm_grades() == 0  # what was upheld waits until it is acted on
    done = actions.regrade(**given, by=world.colleague)
    assert (done.grade, done.status) == ("ORDINARY", "DECIDED")
    assert not Duty.objects.filter(verb="regrade", closed_at__isnull=True).exists() and actions.owe_regrades() == 0
    assert Event.objects.get(subject_ref=row.ref, name="final_evaluation.regraded").data["decision"] == filed.event.hash
    objections.record_remedy(objection_id=filed.pk, remedy="등급을 올렸습니다", by=officer)
    refused(actions.regrade, "not_upheld", **{**given, "grade": "EXCELLENT"}, by=world.colleague)
    assert actions.confirm_grades() == 1


def test_an_objection_that_was_dismissed_leaves_the_grade_and_an_open_one_holds_it():
    world = graded()
    row = world.decided(65, 65, condition="보고서 보완", condition_due_on=clock.today() + timedelta(days=30))
    filed = actions.object_to_grade(evaluation_id=row.pk, ground="FACTS", statement="x", by=world.at.company)
    refused(actions.object_to_grade, "filed_already", evaluation_id=row.pk, ground="FACTS", statement="x", by=world.at.company)
    with clock.at(clock.now() + LATER):
        assert actions.confirm_grades() == 0
    objections.withdraw(objection_id=filed.pk, by=world.at.company)
    world.objected(row, "dismiss")
    assert actions.confirm_grades() == 1
    refused(actions.regrade, "not_upheld", evaluation_id=row.pk, grade="EXCELLENT", reason="x", by=world.colleague)


@pytest.mark.parametrize(("met", "grade"), [(True, "ORDINARY"), (False, "FAIL")])
def test_a_condition_is_judged_and_the_judgment_may_be_objected_to_anew(met, grade):
    world = graded()
    row = world.open()
    world.grade(row, 60, 62)
    given = {"evaluation_id": row.pk, "reason": "조건부", "by": world.at.operator}
    refused(actions.decide_grade, "condition_missing", **given)
    refused(actions.decide_grade, "condition_day", **given, condition="보완", condition_due_on=clock.today())
    row_due = clock.today() + timedelta(days=70)
    actions.decide_grade(**given, condition="보완", condition_due_on=row_due)
    with clock.at(clock.now() + LATER):
        actions.confirm_grades()
        assert Duty.objects.filter(verb="judge_condition", closed_at__isnull=True).exists()
        if not met:
            refused(
                actions.judge_condition, "condition_open", evaluation_id=row.pk, met=False, reason="확인", by=world.at.operator
            )
    with clock.at(clock.now() + LATER if met else clock.end_of_day(row_due) + timedelta(hours=1)):
        done = actions.judge_condition(evaluation_id=row.pk, met=met, reason="확인", by=world.at.operator)
        assert (done.grade, done.status, done.condition) == (grade, "DECIDED", "")
        assert actions.object_to_grade(evaluation_id=row.pk, ground="FACTS", statement="x", by=world.at.company)
        refused(actions.judge_condition, "no_condition", evaluation_id=row.pk, met=True, reason="x", by=world.at.operator)


def test_a_failure_stops_the_money_and_keeps_the_company_out_by_the_rounds_rules():
    world = graded(barred={"FAIL": 24})
    paid = p.request(world.at, world.rows[0])
    row = world.decided(10, 20)
    refused(p.request, "grade_holds_money", at=world.at, milestone=world.rows[1])
    p.confirm(world.at, paid)
    desk = p.office()
    p.account(world.at, desk)
    from vouchers.payments import actions as payments

    payments.check_evidence(disbursement_id=paid.pk, by=world.at.operator)
    refused(p.released, "grade_holds_money", verb="approve", row=paid, by=desk.finance)
    officer = person(Role.MINISTRY_OFFICER)
    refused(actions.bar_company, "not_to_bar", evaluation_id=row.pk, by=officer)
    with clock.at(clock.now() + LATER):
        refused(payments.close_disbursement, "not_closable", disbursement_id=paid.pk, reason="실패", by=desk.finance)
        actions.confirm_grades()
        assert payments.sync_terminated() == 1, "nothing more is paid of a project that failed: finance closes what is open"
        assert payments.close_disbursement(disbursement_id=paid.pk, reason="실패", by=desk.finance).status == "CLOSED"
        assert Duty.objects.get(verb="bar_company", closed_at__isnull=True).role == "MINISTRY_OFFICER"
        done = actions.bar_company(evaluation_id=row.pk, by=officer)
        found = Restriction.objects.get()
        assert found.pk == done.restriction_id and found.brn == world.agreement.company.brn and found.status == "ENTERED"
        assert found.ends_on == months_after(found.starts_on, 24) - timedelta(days=1)  # the last day is one of the two years
        refused(actions.bar_company, "not_to_bar", evaluation_id=row.pk, by=officer)


def test_a_good_faith_failure_is_paid_and_keeps_nobody_out():
    world = graded()
    row = world.decided(10, 20, good_faith=True)
    assert row.grade == "GOOD_FAITH"
    assert p.request(world.at, world.rows[0]).amount_won == world.rows[0].grant_won
    with clock.at(clock.now() + LATER):
        actions.confirm_grades()
    assert not Duty.objects.filter(verb="bar_company").exists()


def test_the_last_milestone_waits_for_the_grade_where_the_round_says_so():
    world = graded(last_waits=True)
    assert p.request(world.at, world.rows[0]).pk
    refused(p.request, "grade_holds_money", at=world.at, milestone=world.rows[1])
    world.decided(95, 95)
    refused(p.request, "grade_holds_money", at=world.at, milestone=world.rows[1])
    with clock.at(clock.now() + LATER):
        actions.confirm_grades()
    assert p.request(world.at, world.rows[1]).pk and not queries.money_held(world.rows[1])


def test_the_database_keeps_grades_and_what_graders_said():
    world = graded()
    row = world.open()
    mine = FinalEvaluation.objects.filter(pk=row.pk)
    whole = {
        "status": "DECIDED",
        "grade": "ORDINARY",
        "reason": "x",
        "decided_by": world.at.operator,
        "decided_at": clock.now(),
        "points": 80,
    }

    def forbidden(**change) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            mine.update(**change)

    forbidden(**whole)  # nobody graded yet
    world.grade(row, 80, 80)
    for change in (
        {**whole, "points": 81},
        {**whole, "decided_by": world.graders[0]},
        {**whole, "reason": ""},
        {**whole, "status": "CONFIRMED", "confirmed_at": clock.now()},
        {**whole, "grade": "CONDITIONAL"},
    ):
        forbidden(**change)
    actions.decide_grade(evaluation_id=row.pk, reason="x", by=world.at.operator)
    for change in (
        {"grade": "FAIL"},
        {"grade": "EXCELLENT"},
        {"status": "GRADING"},
        {"agreement": None},
        {"status": "CONFIRMED"},
    ):
        forbidden(**change)
    for change in (lambda: FinalScore.objects.update(points=1), lambda: FinalScore.objects.all().delete(), lambda: mine.delete()):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        FinalScore.objects.create(
            evaluation=row, grader=world.graders[2], points=200, good_faith=True, opinion="x", handed_in_at=clock.now()
        )

"""After an objection that was upheld: taken up again, run anew, the others' rights kept, nothing beyond what is free."""

import pytest
from django.db import DatabaseError, connection, transaction

from portal.accounts import second_factor
from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed
from tests.factories import evaluation as ev
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.agreements import actions as agreements
from vouchers.agreements import queries as agreement_queries
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.evaluation import actions, queries
from vouchers.evaluation.actions import paper
from vouchers.evaluation.models import Assignment, Award, SelectionLetter, SelectionLine, SelectionRun
from vouchers.ledger import queries as ledger
from vouchers.objections import actions as objections
from vouchers.objections import queries as objection_queries

pytestmark = pytest.mark.django_db
GRANT = 320_000_000
REASON = "이의신청 인용: 평가위원 한 명의 채점이 기준에 어긋났습니다."


def uphold(application, owner, officer, verb="uphold"):
    """The company objects, a reviewer upholds."""
    reviewer = person(Role.OBJECTION_REVIEWER)
    row = objections.file_objection(application_id=application.pk, ground="CALCULATION", statement="점수가 틀렸습니다.", by=owner)
    objections.take_up(objection_id=row.pk, by=reviewer)
    objections.find_admissible(objection_id=row.pk, by=reviewer)
    objections.give_opinion(objection_id=row.pk, opinion="의견", by=officer)
    return objections.decide(objection_id=row.pk, verb=verb, reason="채점에 오류가 있습니다.", by=reviewer)


def rescored(at, application, points):
    """Both evaluations set aside, two others hand in."""
    aside = list(Assignment.objects.filter(application=application, status="LOCKED").values_list("pk", flat=True))
    actions.reopen_case(application_id=application.pk, reason=REASON, set_aside=aside, by=at.officer)
    score_anew(at, application, points)


def score_anew(at, application, points):
    at.evaluators = [person(Role.EVALUATOR) for _ in range(2)]
    ev.score(at, Application.objects.get(pk=application.pk), points)


def released(points, **facts):
    """(panel, objection of the last one, upheld) after a released selection."""
    at = ev.scored(points, **facts)
    ev.confirmed(at)
    return at, uphold(at.applications[-1], at.firms[-1].representative, at.officer)


def rerun(at):
    run = actions.propose_rerun(round_id=at.round.pk, by=at.officer)
    return actions.confirm_selection(run_id=run.pk, by=at.approver)


def status(application):
    return Application.objects.get(pk=application.pk).status


def test_an_upheld_objection_takes_a_place_that_is_free():
    at, row = released((90, 80, 40), slots=3)
    first, _second, third = at.applications
    rescored(at, third, 85)
    assert status(third) == "IN_EVALUATION"
    proposal = actions.propose_rerun(round_id=at.round.pk, by=at.officer)
    assert Event.objects.get(pk=proposal.cause_id).subject_ref == row.ref
    with pytest.raises(NotAllowed):
        actions.confirm_selection(run_id=proposal.pk, by=at.officer)
    run = actions.confirm_selection(run_id=proposal.pk, by=at.approver)
    assert status(third) == "SELECTED" and status(first) == "SELECTED"
    award = Award.objects.get(application=third)
    assert (award.run_id, award.grant_won) == (run.pk, GRANT)
    assert ledger.balance(at.round.pk, "AVAILABLE", at.round.ref) == 1_000_000_000 - 3 * GRANT
    assert queries.result_of(third).run_id == run.pk and queries.result_of(first).run_id == run.previous_id
    assert not list(queries.faults()), "the run gives its bytes again, its lines are what they say"
    found = queries.verified(third)
    assert found.same and found.explained.line.ground == "FREE_PLACE"
    moved = queries.compare(run.previous.record, run.record).moved
    assert [(one.ref, one.kind) for one in moved] == [(third.ref, "IN")]


def test_an_upheld_objection_is_acted_on_once_the_new_run_is_confirmed():
    at, row = released((90, 80, 40), slots=3)
    owed = Duty.objects.get(subject_ref=row.ref, verb="act_on_objection", closed_at=None)
    assert owed.url == f"/admin/vouchers/selectionrun/rerun/?round={at.round.pk}"
    record = {"objection_id": row.pk, "remedy": "다시 산정했습니다.", "by": at.officer}
    refused(objections.record_remedy, "not_acted_on", **record)
    rescored(at, at.applications[2], 85)
    refused(objections.record_remedy, "not_acted_on", **record)
    rerun(at)
    objections.record_remedy(**record)
    assert not Duty.objects.filter(subject_ref=row.ref, closed_at=None).exists()


def test_without_a_free_place_it_waits_first_and_the_letter_says_so():
    at, _row = released((90, 80, 75, 40), slots=2)
    one, two, three, four = at.applications
    rescored(at, four, 99)
    run = rerun(at)
    assert [status(a) for a in (one, two, three, four)] == ["SELECTED", "SELECTED", "RESERVE", "RESERVE"]
    line = queries.result_of(four)
    assert (line.ground, line.reserve_no) == ("NO_FREE_SLOT", 1) and "남은 자리가 없습니다" in line.reason_ko
    assert SelectionLetter.objects.filter(line=line).exists()
    assert (queries.reserve_place(Application.objects.get(pk=three.pk)), queries.result_of(three).reserve_no) == (2, 1)
    told = Notice.objects.filter(template="reserve_moved")
    assert set(told.values_list("user_id", flat=True)) >= {at.firms[2].representative.pk}
    assert not told.filter(user=at.firms[0].representative).exists()
    actions.decline_award(award_id=Award.objects.get(application=one).pk, reason="사정", by=at.firms[0].representative)
    assert (status(four), status(three)) == ("SELECTED", "RESERVE")
    assert run.status == "CONFIRMED" and not list(queries.faults())


def test_places_that_fall_free_meanwhile_wait_for_the_run_and_then_go_down_the_list():
    at, _row = released((90, 80, 75, 40), slots=2)
    one, two, three, four = at.applications
    rescored(at, four, 78)
    for number in (0, 1):
        award = Award.objects.get(application=at.applications[number])
        actions.decline_award(award_id=award.pk, reason="사정", by=at.firms[number].representative)
    assert status(three) == "RESERVE", "the place waits"
    run = rerun(at)
    assert [status(a) for a in (three, four)] == ["SELECTED", "SELECTED"]
    assert set(run.lines.filter(decides=True).values_list("application_id", flat=True)) == {four.pk}
    assert not list(queries.faults()) and {one.pk, two.pk}.isdisjoint(run.lines.values_list("application_id", flat=True))


def test_not_eligible_upheld_after_the_release_is_evaluated_late_and_run():
    at = ev.scored((90,), slots=2, ineligible=1)
    ev.confirmed(at)
    late = at.applications[1]
    uphold(late, at.firms[1].representative, at.officer)
    applications.reopen_check(application_id=late.pk, reason=REASON, by=at.officer)
    ev.judge_all(late, at.officer)
    applications.find_eligible(application_id=late.pk, by=at.officer)
    score_anew(at, late, 88)
    run = rerun(at)
    assert status(late) == "SELECTED" and queries.result_of(late).run_id == run.pk and not list(queries.faults())


def test_nothing_is_taken_up_without_a_verdict_and_by_nobody_else():
    at = ev.scored((90, 40), slots=1)
    loser = at.applications[1]
    given = {"application_id": loser.pk, "reason": REASON}
    refused(actions.reopen_case, "not_released", by=at.officer, **given)
    ev.confirmed(at)
    refused(actions.reopen_case, "no_verdict", by=at.officer, **given)
    refused(actions.propose_rerun, "nothing_reopened", round_id=at.round.pk, by=at.officer)
    uphold(loser, at.firms[1].representative, at.officer, verb="dismiss")
    refused(actions.reopen_case, "no_verdict", by=at.officer, **given)
    for nobody in (at.approver, at.firms[1].representative, person(Role.OBJECTION_REVIEWER), person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            actions.reopen_case(by=nobody, **given)
        with pytest.raises(NotAllowed):
            actions.propose_rerun(round_id=at.round.pk, by=nobody)


def test_a_proposal_waits_for_the_new_scores_and_dies_when_something_changes():
    at, _row = released((90, 40), slots=2)
    loser = at.applications[1]
    other = Assignment.objects.filter(application=at.applications[0]).first()
    refused(
        actions.reopen_case, "not_counted", application_id=loser.pk, reason=REASON, set_aside=[other.pk], by=at.officer
    )  # fmt: skip
    aside = list(Assignment.objects.filter(application=loser).values_list("pk", flat=True))
    actions.reopen_case(application_id=loser.pk, reason=REASON, set_aside=aside, by=at.officer)
    refused(actions.propose_rerun, "too_few_evaluations", round_id=at.round.pk, by=at.officer)
    with pytest.raises(DatabaseError, match="set aside"), transaction.atomic():
        Assignment.objects.filter(pk=aside[0]).update(status="LOCKED")
    score_anew(at, loser, 90)
    run = actions.propose_rerun(round_id=at.round.pk, by=at.officer)
    award = Award.objects.get(application=at.applications[0])
    actions.decline_award(award_id=award.pk, reason="사정", by=at.firms[0].representative)
    refused(actions.confirm_selection, "selection_changed", run_id=run.pk, by=at.approver)


def test_the_database_keeps_the_others_rights_and_the_budget():
    at, _row = released((90, 80, 40), slots=3)
    run = SelectionRun.objects.get(status="CONFIRMED")
    verdict = Event.objects.get(name="objection.upheld")
    plain = {"round": at.round, "proposed_by": at.officer, "status": "PROPOSED"}
    with pytest.raises(DatabaseError, match="selection_rerun_has_cause"), transaction.atomic():
        SelectionRun(previous=run, **plain).save()
    with pytest.raises(DatabaseError, match="names the verdict"), transaction.atomic():
        SelectionRun(previous=run, cause=Event.objects.filter(name="objection.filed").first(), **plain).save()
    confirmed = {"status": "CONFIRMED", "confirmed_by": at.approver, "confirmed_at": clock.now()}
    with pytest.raises(DatabaseError, match="drops nobody who was selected"), transaction.atomic():
        SelectionRun(previous=run, cause=verdict, **{**plain, **confirmed}).save()
    with pytest.raises(DatabaseError, match="selection_one_first_per_round"), transaction.atomic():
        SelectionRun(**{**plain, **confirmed}).save()
    rescored(at, at.applications[2], 90)
    proposal = actions.propose_rerun(round_id=at.round.pk, by=at.officer)
    _spend(at)
    with pytest.raises(DatabaseError, match="won are free"), transaction.atomic():
        SelectionRun.objects.filter(pk=proposal.pk).update(**confirmed)
    assert SelectionLine.objects.filter(run=proposal, decides=True).count() == 1


def _spend(at):
    """The rest of the budget goes elsewhere, so that no place can be paid."""
    from vouchers.ledger import actions as money

    money.reserve(
        round_id=at.round.pk, owner_ref="elsewhere", amount_won=1_000_000_000 - 2 * GRANT, organisation=None, reason="x", by=None
    )  # fmt: skip


def test_the_circle_closes_and_the_new_decision_may_be_attacked():
    at, row = released((90, 80, 40), slots=2)
    loser, owner = at.applications[2], at.firms[2].representative
    assert Duty.objects.filter(subject_ref=row.ref, verb="act_on_objection", closed_at=None).exists()
    rescored(at, loser, 45)
    rerun(at)
    assert status(loser) == "NOT_SELECTED"
    again = objection_queries.decision(Application.objects.get(pk=loser.pk))
    assert again.event.pk != row.event_id and objection_queries.against(loser) is None
    assert objections.file_objection(application_id=loser.pk, ground="FACTS", statement="다시", by=owner).status == "FILED"


# ── Agreements wait where results are provisional ────────────────────────────────────────────────────
def _provisional():
    """An agreement in draft in a round whose results are provisional; one loser got a letter."""
    at = ev.scored((90, 40), slots=2, selection={"provisional": True})
    ev.confirmed(at)
    award = Award.objects.get(application=at.applications[0])
    award = actions.accept_award(award_id=award.pk, by=at.firms[0].representative)
    operator = ev.operator()
    return at, operator, agreements.draft(award_id=award.pk, by=operator, **ev.period())


def test_agreements_wait_while_results_are_provisional_and_say_why():
    at, operator, agreement = _provisional()
    send = {"agreement_id": agreement.pk, "by": operator}
    refused(agreements.send_for_signature, "provisional", **send)
    assert "송달되지 않은" in agreement_queries.provisional(at.round)
    letter = SelectionLetter.objects.get()
    Notice.objects.filter(template="selection_letter", subject_ref=letter.ref).update(sent_at=clock.now(), state="SENT")
    actions.serve_letters()
    letter.refresh_from_db()
    assert str(letter.open_until.day) in agreement_queries.provisional(at.round)
    refused(agreements.send_for_signature, "provisional", **send)
    row = objections.file_objection(
        application_id=at.applications[1].pk, ground="FACTS", statement="다시", by=at.firms[1].representative
    )
    reviewer = person(Role.OBJECTION_REVIEWER)
    with clock.at(clock.end_of_day(letter.open_until)):
        assert agreement_queries.provisional(at.round) == "", "filed, but not found admissible"
        agreements.send_for_signature(**send)
        objections.take_up(objection_id=row.pk, by=reviewer)
        objections.find_admissible(objection_id=row.pk, by=reviewer)
        given = {"content_hash": agreement.current().content_hash, "second_factor_code": second_factor.demo_code(operator)}
        refused(agreements.sign, "provisional", agreement_id=agreement.pk, by=operator, **given)
        with pytest.raises(DatabaseError, match="under review"), transaction.atomic():
            with connection.cursor() as cursor:  # signatures without anybody's authority: that guard has a test of its own
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("ALTER TABLE vouchers_agreementparty DISABLE TRIGGER agreements_party_authority")
            agreement.parties.update(signed_at=clock.now(), signed_by=operator, signed_hash=given["content_hash"])
            type(agreement).objects.filter(pk=agreement.pk).update(status="ACTIVE", activated_at=clock.now())


def test_a_letter_that_was_written_says_the_same_after_its_evaluations_were_set_aside():
    at, _objection = released((90, 80, 70), slots=1)
    loser = at.applications[-1]
    line = SelectionLine.objects.get(run__round=at.round, application=loser)
    before = {lang: paper._inputs(line, lang) for lang in ("ko", "en")}
    assert [one["points"] for one in before["ko"]["criteria"]] == ["70.00"] * len(before["ko"]["criteria"])
    rescored(at, loser, 95)
    after = SelectionLine.objects.select_related("letter").get(pk=line.pk)
    for lang, kept in before.items():
        now = paper._inputs(after, lang)
        assert (now["criteria"], now["opinions"]) == (kept["criteria"], kept["opinions"])
    assert paper.said_of(loser)["criteria"] != after.letter.content["criteria"]


def test_a_second_company_of_the_round_is_decided_anew_after_the_first():
    """Each run decides about those who were taken up for it; who was decided anew before keeps that decision."""
    at, _objection = released((90, 80, 70), slots=1)
    first, second = at.applications[2], at.applications[1]
    rescored(at, first, 60)
    one = rerun(at)
    uphold(second, at.firms[1].representative, at.officer)
    rescored(at, second, 50)
    two = rerun(at)
    for run, decided in ((one, first), (two, second)):
        assert [line.application for line in run.lines.filter(decides=True)] == [decided]
    assert not list(queries.faults())

"""Conflicts as rows: found from facts, kept, ended; what one does to an assignment; the pool and its declarations."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.refusals import refused
from vouchers.companies import actions as companies
from vouchers.companies.models import ConflictOfInterest
from vouchers.evaluation import actions, queries
from vouchers.evaluation.models import Affiliation, Assignment, CaseConflict, PoolMember
from vouchers.evaluation.queries import conflicts as conflict_queries
from vouchers.evaluation.queries import pool
from vouchers.evaluation.rules.conflicts import Entered

pytestmark = pytest.mark.django_db


def employed(user, name, **facts):
    return actions.add_affiliation(user_id=user.pk, entered=Entered("EMPLOYMENT", name, **facts), by=user)


def grounds(application, user) -> list[str]:
    rows = CaseConflict.objects.standing().filter(application=application, user=user)
    return sorted(one["ground"] for row in rows for one in row.grounds)


def test_an_affiliation_entered_after_the_assignment_ends_it_and_takes_back_what_was_told():
    at = ev.panel(2)
    evaluator = at.evaluators[0]
    rows = [ev.assigned(at, application, evaluator) for application in at.applications]
    actions.accept(assignment_id=rows[0].pk, by=evaluator)
    employed(evaluator, f"㈜ {at.firms[0].company.name_ko.replace(' ', '')}")
    ended, other = (Assignment.objects.get(pk=row.pk) for row in rows)
    assert (ended.status, other.status) == ("RECUSED", "INVITED")
    assert grounds(at.applications[0], evaluator) == ["SAME_ORGANISATION"] and not grounds(at.applications[1], evaluator)
    assert not Duty.objects.filter(subject_ref=ended.ref, closed_at__isnull=True).exists()
    told = Notice.objects.filter(user=evaluator)
    assert {(one.retracted_at is None, one.state) for one in told.filter(subject_ref=ended.ref)} == {(False, "SKIPPED")}
    assert told.filter(subject_ref=other.ref, retracted_at__isnull=True).exists()
    assert Notice.objects.filter(template="evaluation_ended_early", user=at.officer).count() == 1
    event = Event.objects.get(name="conflict.inferred")
    assert (event.organisations, event.data["grounds"]) == ([], ["SAME_ORGANISATION"])
    assert Event.objects.get(name="assignment.excluded").organisations == []
    assert list(Assignment.objects.visible_to(evaluator)) == [other]
    assert Assignment.objects.visible_to(at.officer).count() == 2


def test_the_sweep_changes_nothing_twice_and_follows_what_falls_away():
    at = ev.panel()
    application, evaluator = at.applications[0], at.evaluators[0]
    conflict = companies.declare_conflict(user=evaluator, organisation=at.firms[0].organisation, ground="자문", by=evaluator)
    assert (actions.sync_conflicts(), actions.sync_conflicts()) == (1, 0)
    assert grounds(application, evaluator) == ["DECLARED"]
    companies.end_conflict(conflict_id=conflict.pk, reason="3년 경과", by=at.officer)
    assert (actions.sync_conflicts(), actions.sync_conflicts()) == (1, 0)
    assert not grounds(application, evaluator) and Event.objects.filter(name="conflict.cleared").count() == 1
    assert ev.assigned(at, application, evaluator).status == "INVITED"


def test_providers_consortia_and_mail_domains_are_looked_at():
    at = ev.panel()
    application, (first, second) = at.applications[0], at.evaluators
    place = application.application_matches.get().match.institution
    type(place).objects.filter(pk=place.pk).update(consortium="SEOUL_A", aliases=["가상대병원"])
    other = make.provider(consortium="SEOUL_A", name_ko="같은컨소시엄병원")
    employed(first, "가상대병원", ends_on=clock.today() - timedelta(days=30))
    employed(second, "같은 컨소시엄 병원")
    assert other.institution.organisation == Affiliation.objects.get(user=second).organisation
    assert (grounds(application, first), grounds(application, second)) == (["EARLIER_EMPLOYER"], ["CONSORTIUM"])
    third = ev.person("EVALUATOR", email="third@gasang-medical.kr")
    type(at.firms[0].staff).objects.filter(pk=at.firms[0].staff.pk).update(email="staff@Gasang-Medical.kr")
    actions.sync_conflicts()
    assert grounds(application, third) == ["MAIL_DOMAIN"]


def test_handed_in_scores_of_somebody_with_a_conflict_count_no_more_and_the_proposal_falls():
    at = ev.scored((90,))
    evaluator = at.evaluators[0]
    run = ev.proposed(at)
    employed(evaluator, at.firms[0].company.name_ko)
    row = Assignment.objects.get(evaluator=evaluator)
    assert (row.status, row.total is not None, row.scores.count() > 0) == ("RECUSED", True, True)  # the record keeps them
    refused(actions.confirm_selection, "selection_changed", run_id=run.pk, by=at.approver)


def test_a_recusal_lowers_the_base_of_the_quorum():
    at = ev.panel(1, min_evaluators=3)
    third = ev.person("EVALUATOR")
    at.evaluators.append(third)
    rows = [ev.assigned(at, at.applications[0], one) for one in at.evaluators]
    (case,) = queries.in_evaluation(at.round)
    assert case.needed_count == 3
    actions.recuse(assignment_id=rows[2].pk, ground="자문", by=third)
    (case,) = queries.in_evaluation(at.round)
    assert (case.needed_count, queries.needs_evaluators(at.round)) == (2, False)
    for row in rows[:2]:
        actions.accept(assignment_id=row.pk, by=row.evaluator)
        actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="의견", by=row.evaluator)
        actions.submit_scores(assignment_id=row.pk, by=row.evaluator)
    assert queries.ready_to_propose(at.round) and queries.progress(at.round).too_few == 0


# ── The database itself ──────────────────────────────────────────────────────────────────────────────
def test_the_database_assigns_nobody_with_a_standing_conflict():
    at = ev.panel()
    application, evaluator = at.applications[0], at.evaluators[0]
    row = ev.assigned(at, application, at.evaluators[1])
    companies.declare_conflict(user=evaluator, organisation=at.firms[0].organisation, ground="자문", by=evaluator)
    actions.sync_conflicts()
    fields = {"application": application, "assigned_by": at.officer, "status": "INVITED"}
    for attempt in (
        lambda: Assignment(evaluator=evaluator, **fields).save(),
        lambda: Assignment.objects.filter(pk=row.pk).update(evaluator=evaluator),
        lambda: CaseConflict.objects.filter(user=evaluator).delete(),
        lambda: CaseConflict.objects.filter(user=evaluator).update(user=at.evaluators[1]),
        lambda: CaseConflict.objects.filter(user=evaluator).update(grounds=[]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    with pytest.raises(IntegrityError), transaction.atomic():  # a conflict beside a live assignment
        CaseConflict(application=application, user=at.evaluators[1], source="INFERRED", grounds=[{"ground": "KIN"}]).save()
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_lets_handed_in_scores_end_only_for_a_standing_conflict():
    ev.scored((90,))
    row = Assignment.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=row.pk).update(status="RECUSED")


# ── The pool ─────────────────────────────────────────────────────────────────────────────────────────
def test_where_a_round_has_a_pool_only_its_members_are_asked_and_after_their_declaration():
    at = ev.panel(2)
    inside, outside = at.evaluators
    member = actions.add_to_pool(round_id=at.round.pk, user_id=inside.pk, expertise=["CT"], by=at.officer)
    refused(actions.add_to_pool, "in_pool", round_id=at.round.pk, user_id=inside.pk, by=at.officer)
    refused(actions.add_to_pool, "no_evaluator", round_id=at.round.pk, user_id=at.approver.pk, by=at.officer)
    with pytest.raises(NotAllowed):
        actions.add_to_pool(round_id=at.round.pk, user_id=outside.pk, by=inside)
    given = {"application_id": at.applications[0].pk, "by": at.officer}
    refused(actions.assign, "not_in_pool", evaluator_id=outside.pk, **given)
    refused(actions.assign, "not_declared", evaluator_id=inside.pk, **given)
    assert Duty.objects.filter(subject_ref=member.ref, verb="declare_names", user=inside, closed_at__isnull=True).exists()
    names = pool.names_for(member)
    assert [one.name_ko for one in names] == sorted(one.name_ko for one in names) and len(names) == 4
    firm = next(one for one in names if one.organisation == at.firms[0].organisation)
    refused(actions.declare_names, "ground_missing", member_id=member.pk, keys=[firm.key], ground=" ", by=inside)
    with pytest.raises(NotAllowed):
        actions.declare_names(member_id=member.pk, keys=[], ground="", by=outside)
    actions.declare_names(member_id=member.pk, keys=[firm.key, "org-0000000000"], ground="자문", by=inside)
    assert ConflictOfInterest.objects.filter(user=inside).count() == 1 and grounds(at.applications[0], inside) == ["DECLARED"]
    assert not Duty.objects.filter(subject_ref=member.ref, closed_at__isnull=True).exists()
    refused(actions.assign, "known_conflict", evaluator_id=inside.pk, **given)
    left = {one.name_ko for one in pool.names_for(member)}
    assert at.firms[0].company.name_ko not in left and len(left) == 2  # nor the provider that only that case brings
    assert ev.assigned(at, at.applications[1], inside).status == "INVITED"
    actions.leave_pool(member_id=member.pk, reason="사임", by=at.officer)
    assert not pool.pool_of(at.round).exists() and PoolMember.objects.count() == 1


def test_affiliations_are_kept_by_their_person_or_an_officer_and_never_vanish():
    at = ev.panel()
    evaluator, stranger = at.evaluators
    row = employed(evaluator, "(주)가상회사", aliases=["가상 회사"])
    entered = Entered("ADVICE", "다른 회사")
    with pytest.raises(NotAllowed):
        actions.add_affiliation(user_id=evaluator.pk, entered=entered, by=stranger)
    assert actions.add_affiliation(user_id=evaluator.pk, entered=entered, by=at.officer).entered_by == at.officer
    refused(actions.add_affiliation, "entered_already", user_id=evaluator.pk, entered=entered, by=evaluator)
    refused(actions.add_affiliation, "name_missing", user_id=evaluator.pk, entered=Entered("KIN", " "), by=evaluator)
    day = clock.today()
    late = Entered("KIN", "가", starts_on=day, ends_on=day - timedelta(days=1))
    refused(actions.add_affiliation, "dates", user_id=evaluator.pk, entered=late, by=evaluator)
    actions.end_affiliation(affiliation_id=row.pk, ends_on=day, by=evaluator)
    refused(actions.end_affiliation, "already_ended", affiliation_id=row.pk, ends_on=day, by=evaluator)
    assert Affiliation.objects.filter(user=evaluator).count() == 2


def test_conflicts_cost_the_same_queries_for_one_application_and_for_many(django_assert_max_num_queries):
    at = ev.panel(3)
    with django_assert_max_num_queries(16):
        found = conflict_queries.inferred(at.round)
    assert set(found) == {row.pk for row in at.applications} and not any(found.values())


# ── Challenges ───────────────────────────────────────────────────────────────────────────────────────
def test_a_challenge_has_its_window_and_is_decided_once_with_a_reason():
    at = ev.panel(1, conflicts={"publishes_pool": True, "challenge_days": 20})
    (application,), (user, other), boss = at.applications, at.evaluators, at.firms[0].representative
    member = actions.add_to_pool(round_id=at.round.pk, user_id=user.pk, by=at.officer)
    given = {"application_id": application.pk, "member_id": member.pk, "by": boss}
    with clock.at(clock.now() + timedelta(days=60)):
        refused(actions.file_challenge, "window_closed", statement="사유", **given)
    foreign = ev.panel(1)
    stranger = actions.add_to_pool(round_id=foreign.round.pk, user_id=other.pk, by=foreign.officer)
    refused(actions.file_challenge, "not_in_pool", statement="사유", **{**given, "member_id": stranger.pk})
    for nobody in (at.firms[0].staff, foreign.firms[0].representative, user):
        with pytest.raises(NotAllowed):
            actions.file_challenge(statement="사유", **{**given, "by": nobody})
    row = actions.file_challenge(statement="사유", **given)
    refused(actions.file_challenge, "challenged_already", statement="사유", **given)
    refused(actions.reject_challenge, "reason_missing", challenge_id=row.pk, reason=" ", by=at.officer)
    with pytest.raises(NotAllowed):
        actions.reject_challenge(challenge_id=row.pk, reason="근거 없음", by=at.approver)
    row = actions.reject_challenge(challenge_id=row.pk, reason="근거 없음", by=at.officer)
    assert row.status == "REJECTED" and not grounds(application, user)
    with pytest.raises(IllegalStep):
        actions.uphold_challenge(challenge_id=row.pk, reason="번복", by=at.officer)
    with pytest.raises(IntegrityError), transaction.atomic():  # a decision without who decided
        type(row).objects.filter(pk=row.pk).update(decided_by=None)


def test_no_selection_before_every_challenge_is_decided():
    at = ev.scored((90, 80), conflicts={"publishes_pool": True, "challenge_days": 20})
    run, boss = ev.proposed(at), at.firms[0].representative
    member = actions.add_to_pool(round_id=at.round.pk, user_id=at.evaluators[0].pk, by=at.officer)
    row = actions.file_challenge(application_id=at.applications[0].pk, member_id=member.pk, statement="사유", by=boss)
    refused(actions.confirm_selection, "challenge_open", run_id=run.pk, by=at.approver)
    actions.discard(run_id=run.pk, reason="기피 신청", by=at.approver)
    refused(actions.propose_selection, "challenge_open", round_id=at.round.pk, by=at.officer)
    found = queries.obstacles(at.round)
    assert (found.challenged, found.ready, queries.ready_to_propose(at.round)) == (1, False, False)
    actions.reject_challenge(challenge_id=row.pk, reason="근거 없음", by=at.officer)
    assert queries.ready_to_propose(at.round) and ev.confirmed(at).status == "CONFIRMED"

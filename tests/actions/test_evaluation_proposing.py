"""Assignments are proposed, changed by hand with their price, and made through `assign`."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.journal.models import Duty, Event
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.companies import actions as companies
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, AssignmentRun
from vouchers.evaluation.queries import proposing as queries
from vouchers.evaluation.rules import assigning as rules

pytestmark = pytest.mark.django_db


def pool(at: ev.Panel, *knows: list[str]) -> None:
    """A pool of three who went through the names; knows: their expertise."""
    at.evaluators += [person("EVALUATOR") for _ in range(3 - len(at.evaluators))]
    with clock.at(clock.now() + timedelta(seconds=1)):
        for user, expertise in zip(at.evaluators, knows or ([], [], []), strict=True):
            member = actions.add_to_pool(round_id=at.round.pk, user_id=user.pk, expertise=expertise, fields=["IX"], by=at.officer)
            actions.declare_names(member_id=member.pk, keys=[], ground="", by=user)


def proposed(at: ev.Panel) -> AssignmentRun:
    return actions.propose_assignments(round_id=at.round.pk, by=at.officer)


@contextmanager
def refused(code: str):
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def names(run: AssignmentRun) -> set[tuple[str, str]]:
    return {(case, who) for case, refs in run.pairs.items() for who in refs}


def test_a_proposal_asks_nobody_and_applying_it_asks_through_assign():
    at = ev.panel(2)
    pool(at)
    kept = ev.assigned(at, at.applications[0], at.evaluators[0])
    run = proposed(at)
    assert run.proven and run.count == 3 and Assignment.objects.count() == 1
    assert (kept.application.ref, kept.evaluator.ref) not in names(run)
    held = {user.ref for user in at.evaluators}
    assert {who for _case, who in names(run)} <= held
    run = actions.apply_proposal(run_id=run.pk, by=at.officer)
    assert (run.status, run.done, run.refused) == ("APPLIED", 3, [])
    assert Assignment.objects.filter(status="INVITED", assigned_by=at.officer).count() == 4
    assert Duty.objects.filter(verb="accept", closed_at__isnull=True).count() == 4
    written = Event.objects.filter(subject_ref=run.ref).values_list("name", flat=True)
    assert [*written] == [f"assignment_run.{one}" for one in ("proposed", "applying", "applied")]
    with refused("nothing_lacks"):
        proposed(at)
    with pytest.raises(IllegalStep):
        actions.apply_proposal(run_id=run.pk, by=at.officer)


def test_conflicts_waiting_challenges_and_whoever_gave_it_up_are_left_out():
    at = ev.panel(1)
    pool(at)
    first, second, third = at.evaluators
    row = ev.assigned(at, at.applications[0], first)
    actions.decline(assignment_id=row.pk, reason="출장", by=first)
    companies.declare_conflict(user=second, organisation=at.firms[0].organisation, ground="자문", by=second)
    found = queries.problem_of(at.round, at.officer)
    assert set(found.cases[0].closed) == {first.ref, second.ref} and found.cases[0].held == ()
    run = proposed(at)
    assert names(run) == {(at.applications[0].ref, third.ref)}
    assert [one.free for one in rules.lacks(found, run.pairs)] == [1]


def test_an_officer_with_a_conflict_proposes_and_changes_without_that_case():
    at = ev.panel(2)
    pool(at)
    other = person("MINISTRY_OFFICER")
    companies.declare_conflict(user=other, organisation=at.firms[0].organisation, ground="친족", by=other)
    run = proposed(at)
    hidden = at.applications[0].ref
    seen = queries.proposal(run, other)
    assert hidden not in seen.problem.case and hidden not in seen.pairs and hidden in queries.proposal(run, at.officer).pairs
    with refused("no_such_pair"):
        actions.change_proposal(run_id=run.pk, case=hidden, out=run.pairs[hidden][0], version=run.version, by=other)
    run = actions.apply_proposal(run_id=run.pk, by=other)
    assert {case for case, _who, code in run.refused} == {hidden} and {code for *_pair, code in run.refused} == {"closed_case"}
    assert set(Assignment.objects.values_list("application__ref", flat=True)) == {at.applications[1].ref}
    own = actions.propose_assignments(round_id=at.round.pk, by=at.officer)
    assert {case for case, _who in names(own)} == {hidden}


def test_a_change_by_hand_is_priced_and_a_stale_or_senseless_one_is_refused():
    at = ev.panel(1)
    pool(at, ["CT"], ["CT"], ["ECG"])
    run, case = proposed(at), at.applications[0].ref
    given = run.pairs[case]
    spare = next(user.ref for user in at.evaluators if user.ref not in given)
    change = {"run_id": run.pk, "case": case, "version": run.version, "by": at.officer}
    for wrong in ({"into": given[0]}, {"out": spare}, {}, {"into": "usr_0000000000"}, {"into": spare, "version": 0}):
        with pytest.raises(Refused):
            actions.change_proposal(**{**change, **wrong})
    with pytest.raises(NotAllowed):
        actions.change_proposal(**{**change, "into": spare, "by": at.approver})
    run = actions.change_proposal(**change, out=given[0], into=spare)
    assert spare in run.pairs[case] and given[0] not in run.pairs[case] and run.optimum[case] == list(given)
    said = Event.objects.get(name="assignment_run.changed").data
    worth = queries.proposal(run, at.officer)
    assert said["points"] == rules.cost(worth.problem, worth.pairs, worth.optimum).points
    run = actions.change_proposal(run_id=run.pk, case=case, out=spare, version=run.version, by=at.officer)
    assert spare not in run.pairs[case] and run.changes == 2


def test_a_conflict_that_comes_between_is_refused_by_name_and_the_others_are_made():
    at = ev.panel(2)
    pool(at)
    run = proposed(at)
    late = at.evaluators[0]
    companies.declare_conflict(user=late, organisation=at.firms[0].organisation, ground="자문", by=late)
    run = actions.apply_proposal(run_id=run.pk, by=at.officer)
    lost = {(at.applications[0].ref, late.ref)} & names(run)
    assert {(case, who) for case, who, _code in run.refused} == lost and Assignment.objects.count() == run.count - len(lost)


def test_a_newer_proposal_takes_the_place_and_the_sweep_finishes_what_was_begun(monkeypatch):
    at = ev.panel(2)
    pool(at)
    first = proposed(at)
    second = proposed(at)
    assert AssignmentRun.objects.get(pk=first.pk).status == "DISCARDED" and second.pairs == first.pairs
    monkeypatch.setattr(
        "vouchers.evaluation.actions.proposing.go_on", lambda *, run_id, most=0: AssignmentRun.objects.get(pk=run_id)
    )
    assert actions.apply_proposal(run_id=second.pk, by=at.officer).status == "APPLYING"
    with refused("applying"):
        proposed(at)
    monkeypatch.undo()
    assert actions.go_on(run_id=second.pk, most=1).done == 1
    assert actions.apply_proposals() == second.count - 1 and actions.apply_proposals() == 0
    assert AssignmentRun.objects.get(pk=second.pk).status == "APPLIED"


def test_the_facts_take_the_same_queries_for_one_application_and_for_three():
    counts = []
    for number in (1, 3):
        at = ev.panel(number)
        pool(at)
        with CaptureQueriesContext(connection) as asked:
            queries.problem_of(at.round, at.officer)
        counts.append(len(asked))
    assert counts[0] == counts[1]

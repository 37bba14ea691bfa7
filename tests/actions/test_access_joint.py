"""The joint DRB: one dossier, several hospitals; each adopts or objects, and nobody holds up the others."""

from datetime import timedelta

import pytest

from portal.journal.models import Duty, Notice
from portal.kit import clock
from portal.kit.errors import DomainError, IllegalStep, NotAllowed, Refused
from tests.factories import projects as p
from vouchers.access import actions, queries

pytestmark = pytest.mark.django_db


def propose(at):
    return actions.propose_joint(case_id=at.case.pk, lead_id=at.sites[0].provider.institution.pk, by=at.user)


def allows(at, site):
    return queries.allows_use(match_ids=[site.request.match_id])


def test_one_adopts_one_objects_and_the_approved_one_starts():
    at, joint = p.joint()
    first, second = at.sites
    for site in at.sites:
        p.decide_ethics(site)
    p.decide_joint(at, joint)
    actions.adopt_joint(site_id=first.participation().pk, by=first.secretary)
    with clock.at(clock.now() + timedelta(days=7)):
        actions.object_joint(site_id=second.participation().pk, reason="자체 기준과 다름", by=second.secretary)
        assert first.fresh().status == "APPROVED" and allows(at, first)
        assert second.fresh().status == "IN_REVIEW" and not allows(at, second)
        assert first.request.data_review.number == "JOINT-1" and first.request.data_review.document_id
        assert second.request.data_review.status == "RECEIVED" and second.request.data_review.mode == "INSTITUTION"
        irb, drb = queries.clocks(second.request)
        assert drb.running and not irb.running and drb.used_days > 0 and drb.left_days > 0
        actions.provide(request_id=first.request.pk, by=first.provider.user)  # the other is not waited for
        with pytest.raises(Refused):
            actions.provide(request_id=second.request.pk, by=second.provider.user)
        p.decide_drb(second)
    assert second.fresh().status == "APPROVED" and allows(at, second)


def test_adopting_the_joint_drb_replaces_no_irb():
    at, joint = p.joint()
    p.decide_joint(at, joint)
    actions.adopt_joint(site_id=at.sites[0].participation().pk, condition="반출 전 재확인", by=at.sites[0].secretary)
    row = at.sites[0].fresh()
    assert (row.status, row.data_review.status, row.data_review.conditions) == ("IN_REVIEW", "APPROVED", "반출 전 재확인")
    assert at.sites[0].participation().status == "ADOPTED_WITH_LOCAL_CONDITION" and not allows(at, at.sites[0])


def test_sites_are_asked_when_their_part_reaches_them():
    at = p.case(2)
    propose(at)
    second = at.sites[1]
    assert not Notice.objects.filter(template="joint_invited").exists()
    with pytest.raises(IllegalStep):
        actions.answer_joint(site_id=second.participation().pk, join=True, by=second.secretary)
    p.submit(at, second)
    assert Notice.objects.filter(template="joint_invited", user=second.secretary).exists()
    assert second.fresh().data_review.mode == "JOINT"  # whatever the form said
    assert Duty.objects.filter(verb="answer_joint", closed_at__isnull=True).count() == 1


def test_propose_refusals():
    single = p.case(1)
    for at, code in ((single, "joint_one_site"), (p.in_review(2), "joint_late")):
        with pytest.raises(Refused) as error:
            propose(at)
        assert error.value.code == code
    at = p.case(2)
    with pytest.raises(Refused) as error:
        actions.propose_joint(case_id=at.case.pk, lead_id=single.sites[0].provider.institution.pk, by=at.user)
    assert error.value.code == "joint_lead"
    propose(at)
    with pytest.raises(Refused) as error:
        propose(at)
    assert error.value.code == "joint_exists"


def test_a_site_that_opts_out_reviews_by_itself_at_once():
    at = p.case(2)
    propose(at)
    first, second = at.sites
    for site in at.sites:
        p.submit(at, site)
    with pytest.raises(Refused):
        actions.answer_joint(site_id=second.participation().pk, join=False, reason=" ", by=second.secretary)
    actions.answer_joint(site_id=second.participation().pk, join=False, reason="자체 규정", by=second.secretary)
    for site in at.sites:
        actions.start_review(request_id=site.request.pk, by=site.secretary)
    assert first.fresh().data_review.status == "JOINT_PENDING" and second.fresh().data_review.status == "RECEIVED"
    p.decide_drb(second)


def test_a_refusal_sends_every_site_to_its_own_review_also_those_that_never_answered():
    at, joint = p.joint(3, review=False)
    late = at.sites[2]
    late_part = late.participation()
    late_part.status = "INVITED"
    late_part.save()
    for site in at.sites[:2]:
        actions.start_review(request_id=site.request.pk, by=site.secretary)
    actions.start_joint(joint_id=joint.pk, by=at.sites[0].secretary)
    p.decide_joint(at, joint, approve=False)
    assert {s.participation().status for s in at.sites} == {"OPTED_OUT"}
    assert [s.fresh().data_review.status for s in at.sites] == ["RECEIVED", "RECEIVED", "NOT_STARTED"]
    actions.start_review(request_id=late.request.pk, by=late.secretary)
    assert late.fresh().data_review.status == "RECEIVED" and late.request.data_review.due_at


def test_a_site_that_comes_late_adopts_the_result_that_stands():
    at, joint = p.joint(2, review=False)
    first, second = at.sites
    actions.start_review(request_id=first.request.pk, by=first.secretary)
    actions.start_joint(joint_id=joint.pk, by=first.secretary)
    p.decide_joint(at, joint)
    assert not Duty.objects.filter(subject_ref=second.participation().ref, verb="adopt_joint").exists()
    actions.start_review(request_id=second.request.pk, by=second.secretary)
    assert Duty.objects.filter(subject_ref=second.participation().ref, verb="adopt_joint").exists()
    actions.adopt_joint(site_id=second.participation().pk, by=second.secretary)
    assert second.fresh().data_review.status == "APPROVED"


def test_the_lead_checks_its_own_papers_before_it_begins():
    at, joint = p.joint(2, review=False)
    with pytest.raises(Refused) as error:
        actions.start_joint(joint_id=joint.pk, by=at.sites[0].secretary)
    assert error.value.code == "joint_early"


def test_adopt_and_object_only_when_it_makes_sense():
    at, joint = p.joint()
    first, second = at.sites
    steps = lambda site: set(queries.open_steps(site.secretary, site.fresh(), site.participation()))
    both = {"adopt-joint", "object-joint"}
    assert not steps(first) & both  # the committee has not decided
    for call in (actions.adopt_joint, actions.object_joint):
        with pytest.raises(DomainError):
            call(
                site_id=first.participation().pk, by=first.secretary, **({"reason": "x"} if call is actions.object_joint else {})
            )
    p.decide_joint(at, joint)
    assert both <= steps(first) and both <= steps(second)
    assert not set(queries.open_steps(at.user, first.fresh(), first.participation())) & both
    assert not set(queries.open_steps(second.secretary, first.fresh(), first.participation())) & both
    with pytest.raises(NotAllowed):
        actions.adopt_joint(site_id=first.participation().pk, by=second.secretary)
    actions.adopt_joint(site_id=first.participation().pk, by=first.secretary)
    assert not steps(first) & both
    with pytest.raises(DomainError):
        actions.object_joint(site_id=first.participation().pk, reason="늦음", by=first.secretary)


def test_a_withdrawn_site_leaves_the_joint_review_and_the_others_go_on():
    at, joint = p.joint()
    first, second = at.sites
    actions.withdraw(request_id=second.request.pk, reason="기관 변경", by=at.user)
    assert second.participation().status == "OPTED_OUT"
    p.decide_joint(at, joint)
    actions.adopt_joint(site_id=first.participation().pk, by=first.secretary)
    assert first.fresh().data_review.status == "APPROVED"


def test_joint_decision_needs_letter_number_reason_and_the_lead():
    at, joint = p.joint()
    for changes, code in (({"document": None}, "letter_missing"), ({"number": ""}, "number_missing")):
        with pytest.raises(Refused) as error:
            p.decide_joint(at, joint, **changes)
        assert error.value.code == code
    with pytest.raises(Refused):
        p.decide_joint(at, joint, approve=False, reason="")
    with pytest.raises(NotAllowed):
        actions.decide_joint(joint_id=joint.pk, approve=True, number="1", by=at.sites[1].secretary)

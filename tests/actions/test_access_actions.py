"""Dossier, the two tracks, outside letters, provision: two separate decisions, and neither replaces the other."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from tests.factories import applications as make
from tests.factories import projects as p
from tests.factories.providers import provider
from tests.factories.rounds import make_round
from vouchers.access import actions, queries, rules
from vouchers.access.models import AccessRequest, DataReview, EthicsReview

pytestmark = pytest.mark.django_db


def refused(code, call, **given):
    with pytest.raises(Refused) as error:
        call(**given)
    assert error.value.code == code, error.value.message
    assert str(error.value)


def owed(request, verb):
    return Duty.objects.filter(subject_ref=request.ref, verb=verb, closed_at__isnull=True)


# ── The dossier ──────────────────────────────────────────────────────────────────────────────────────
def test_open_case_makes_one_draft_a_hospital_that_nobody_else_sees():
    at = p.case(2)
    assert [s.fresh().status for s in at.sites] == ["DRAFT", "DRAFT"]
    assert {s.request.ethics.status for s in at.sites} == {"NOT_STARTED"}
    for site in at.sites:
        assert not AccessRequest.objects.visible_to(site.secretary).exists()
    assert AccessRequest.objects.visible_to(at.user).count() == 2
    assert Event.objects.filter(name="access_case.opened", subject_ref=at.case.ref).count() == 1


def test_open_case_refuses_what_is_not_confirmed_foreign_mixed_doubled_or_used():
    owner, hospital = make.firm(), provider()
    need = make.need(owner, make_round())
    match = make.match(owner, need, hospital=hospital)
    proposed = make.match(owner, need, status="PROPOSED")
    other_need = make.match(owner, make.need(owner, make_round()))
    twice = make.match(owner, need, hospital=hospital)
    call = lambda *matches, by=owner.staff: actions.open_case(match_ids=[m.pk for m in matches], title="연구", by=by)
    for code, matches in (
        ("match_not_confirmed", (proposed,)), ("match_not_confirmed", ()), ("two_needs", (match, other_need)),
        ("site_twice", (match, twice)),
    ):  # fmt: skip
        refused(code, lambda found=matches: call(*found))
    refused("match_not_confirmed", lambda: call(match, by=make.firm().staff))
    call(match)
    refused("case_exists", lambda: call(match))


def test_save_dossier_stale_order_of_days_and_closed():
    at = p.case()
    given = {"case_id": at.case.pk, "dossier": p.DOSSIER, "by": at.user, "version": at.case.version}
    today = clock.today()
    with pytest.raises(Stale):
        actions.save_dossier(**{**given, "version": 99}, use_from=today, use_until=today)
    refused("period_order", actions.save_dossier, **given, use_from=today, use_until=today - timedelta(days=1))
    with pytest.raises(NotAllowed):
        actions.save_dossier(**{**given, "by": make.firm().staff}, use_from=today, use_until=today)
    p.submit(at, at.sites[0])
    refused("dossier_closed", actions.save_dossier, **given, use_from=today, use_until=today)


def test_submit_needs_a_whole_dossier_and_a_joint_mode_needs_a_joint_review():
    at = p.case(complete=False)
    refused("dossier_incomplete", lambda: p.submit(at, at.sites[0]))
    at = p.case(2)
    refused("joint_missing", lambda: p.submit(at, at.sites[0], drb_mode="JOINT"))
    p.submit(at, at.sites[0])
    site = at.sites[0]
    assert owed(site.request, "start_review").get().organisation == site.organisation
    assert Notice.objects.filter(template="access_submitted", user=site.secretary).exists()
    assert AccessRequest.objects.visible_to(site.secretary).get() == site.request
    assert not AccessRequest.objects.visible_to(at.sites[1].secretary).exists()
    with pytest.raises(IllegalStep):
        p.submit(at, site)


def test_supplement_opens_the_dossier_again_and_no_clock_runs():
    at = p.case()
    site = at.sites[0]
    p.submit(at, site)
    refused("reason_missing", actions.request_supplement, request_id=site.request.pk, wanted=" ", by=site.secretary)
    actions.request_supplement(request_id=site.request.pk, wanted="연구원 목록", by=site.secretary)
    assert site.fresh().ethics.started_at is None and owed(site.request, "supply_supplement").exists()
    actions.save_dossier(
        case_id=at.case.pk, dossier={"recipients": "연구원 3명"}, use_from=at.case.use_from, use_until=at.case.use_until,
        version=at.case.version, by=at.user,
    )  # fmt: skip
    actions.supply_supplement(request_id=site.request.pk, by=at.user)
    assert site.fresh().status == "SUBMITTED" and owed(site.request, "start_review").exists()


# ── Two tracks ───────────────────────────────────────────────────────────────────────────────────────
def test_start_review_starts_two_clocks_that_run_apart():
    at = p.in_review()
    site = at.sites[0]
    row = site.fresh()
    irb, drb = queries.clocks(row)
    assert irb.running and drb.running and irb.used_days == 0 and drb.used_days == 0
    assert owed(row, "decide_ethics").exists() and owed(row, "decide_drb").exists()
    with clock.at(clock.now() + timedelta(days=10)):
        p.decide_ethics(site)
        irb, drb = queries.clocks(site.fresh())
        assert not irb.running and drb.running and irb.used_days == drb.used_days > 0
    with clock.at(clock.now() + timedelta(days=20)):
        later_irb, later_drb = queries.clocks(site.fresh())
        assert later_irb.used_days == irb.used_days and later_drb.used_days > drb.used_days


@pytest.mark.parametrize("first", ["irb", "drb"])
def test_one_track_alone_never_allows_the_use(first):
    at = p.in_review()
    site = at.sites[0]
    p.decide_ethics(site) if first == "irb" else p.decide_drb(site)
    row = site.fresh()
    assert row.status == "IN_REVIEW"
    assert not queries.allows_use(match_ids=[row.match_id])
    refused("tracks_not_open", actions.provide, request_id=row.pk, by=site.provider.user)
    p.decide_drb(site) if first == "irb" else p.decide_ethics(site)
    row = site.fresh()
    assert row.status == "APPROVED"
    assert queries.allows_use(match_ids=[row.match_id])
    assert Notice.objects.filter(template="access_allowed").count() >= 2


def test_an_exemption_is_a_numbered_decision_with_a_letter_and_replaces_no_drb():
    at = p.in_review()
    site = at.sites[0]
    refused("number_missing", lambda: p.decide_ethics(site, number=""))
    refused("letter_missing", lambda: p.decide_ethics(site, document=None))
    refused("date_future", lambda: p.decide_ethics(site, decided_on=clock.today() + timedelta(days=1)))
    refused("valid_to", lambda: p.decide_ethics(site, valid_to=clock.today() - timedelta(days=1)))
    p.decide_ethics(site)
    row = site.fresh()
    assert (row.ethics.status, row.ethics.number, row.data_review.status) == ("EXEMPTION_CONFIRMED", "IRB-2027-1", "RECEIVED")


def test_drb_approval_needs_number_and_letter_refusal_a_reason():
    at = p.in_review()
    site = at.sites[0]
    refused("number_missing", lambda: p.decide_drb(site, number=""))
    refused("letter_missing", lambda: p.decide_drb(site, document=None))
    refused("reason_missing", lambda: p.decide_drb(site, "refuse"))
    p.decide_drb(site, "refuse", reason="최소 수집에 맞지 않음")
    row = site.fresh()
    assert row.status == "REFUSED" and row.reason == "최소 수집에 맞지 않음"
    assert not Duty.objects.filter(subject_ref=row.ref, closed_at__isnull=True).exists()
    with pytest.raises(IllegalStep):
        p.decide_ethics(site)


def test_a_waived_drb_counts():
    at = p.in_review()
    p.decide_ethics(at.sites[0])
    p.decide_drb(at.sites[0], "waive")
    assert at.sites[0].fresh().status == "APPROVED"


def test_irb_revision_and_back():
    at = p.in_review()
    site = at.sites[0]
    refused("reason_missing", lambda: p.decide_ethics(site, "revise"))
    p.decide_ethics(site, "revise", reason="동의 면제 사유 보완")
    actions.resubmit_ethics(request_id=site.request.pk, by=at.user)
    p.decide_ethics(site, "approve")
    assert site.fresh().ethics.status == "APPROVED"


def test_an_ethics_approval_ends_with_its_validity():
    at = p.in_review()
    site = at.sites[0]
    p.decide_ethics(site, "approve", valid_to=clock.today() + timedelta(days=30))
    p.decide_drb(site)
    where = {"match_ids": [site.request.match_id]}
    assert queries.allows_use(**where)
    with clock.at(clock.now() + timedelta(days=32)):
        assert not queries.allows_use(**where)


# ── Letters from outside ─────────────────────────────────────────────────────────────────────────────
def letter(at, track, **changes):
    given = {
        "board_name": "공용기관생명윤리위원회", "number": "P01-2027", "decided_on": clock.today(),
        "document": p.paper(at.firm.organisation, at.user), **changes,
    }  # fmt: skip
    return actions.file_letter(request_id=at.sites[0].request.pk, track=track, by=given.pop("by", at.user), **given)


def test_outside_letters_count_only_once_the_secretary_confirms_them():
    at = p.in_review()
    site = at.sites[0]
    letter(at, "IRB", exemption=True)
    letter(at, "DRB")
    where = {"match_ids": [site.request.match_id]}
    assert site.fresh().status == "IN_REVIEW" and not queries.allows_use(**where)
    for who in (at.user, at.firm.representative, site.provider.user, p.case().sites[0].secretary):
        with pytest.raises(NotAllowed):
            actions.confirm_letter(request_id=site.request.pk, track="IRB", accept=True, by=who)
    actions.confirm_letter(request_id=site.request.pk, track="IRB", accept=True, by=site.secretary)
    assert site.fresh().ethics.status == "EXEMPTION_CONFIRMED" and not queries.allows_use(**where)
    actions.confirm_letter(request_id=site.request.pk, track="DRB", accept=True, by=site.secretary)
    row = site.fresh()
    assert row.data_review.status == "RECOGNISED" and row.status == "APPROVED" and queries.allows_use(**where)


def test_a_letter_that_is_no_exemption_becomes_an_approval():
    at = p.in_review()
    letter(at, "IRB", exemption=False)
    actions.confirm_letter(request_id=at.sites[0].request.pk, track="IRB", accept=True, by=at.sites[0].secretary)
    assert at.sites[0].fresh().ethics.status == "APPROVED"


def test_a_refused_letter_leads_back_to_the_own_board():
    at = p.in_review()
    site = at.sites[0]
    letter(at, "DRB")
    refused("reason_missing", actions.confirm_letter, request_id=site.request.pk, track="DRB", accept=False, by=site.secretary)
    actions.confirm_letter(request_id=site.request.pk, track="DRB", accept=False, reason="다른 과제", by=site.secretary)
    assert site.fresh().data_review.status == "RECEIVED"
    p.decide_drb(site)
    assert site.fresh().data_review.number == "DRB-2027-1"


def test_letters_come_in_during_the_review_only_and_are_dated():
    at = p.case()
    p.submit(at, at.sites[0])
    with pytest.raises(IllegalStep):
        letter(at, "IRB")
    actions.start_review(request_id=at.sites[0].request.pk, by=at.sites[0].secretary)
    refused("date_future", lambda: letter(at, "IRB", decided_on=clock.today() + timedelta(days=2)))
    refused("number_missing", lambda: letter(at, "IRB", number=" "))


# ── Provision ────────────────────────────────────────────────────────────────────────────────────────
def test_provide_and_receipt():
    at = p.allowed()
    site = at.sites[0]
    assert owed(site.request, "provide_data").get().organisation == site.organisation
    with pytest.raises(NotAllowed):
        actions.provide(request_id=site.request.pk, by=provider().user)
    actions.provide(request_id=site.request.pk, by=site.provider.user)
    actions.confirm_receipt(request_id=site.request.pk, by=at.user)
    assert site.fresh().status == "IN_USE"
    assert not Duty.objects.filter(subject_ref=site.request.ref, closed_at__isnull=True).exists()


def test_withdrawn_means_nothing_is_decided_any_more():
    at = p.in_review()
    site = at.sites[0]
    refused("reason_missing", actions.withdraw, request_id=site.request.pk, reason="", by=at.user)
    actions.withdraw(request_id=site.request.pk, reason="과제 변경", by=at.user)
    for decide in (p.decide_ethics, p.decide_drb):
        with pytest.raises(IllegalStep):
            decide(site)
    assert not Duty.objects.filter(subject_ref=site.request.ref, closed_at__isnull=True).exists()


def test_who_decides_must_belong_to_that_board():
    at, other = p.in_review(), p.in_review()
    stranger = other.sites[0].secretary
    for decide in (p.decide_ethics, p.decide_drb):
        for who in (stranger, at.user, at.sites[0].provider.user):
            with pytest.raises(NotAllowed):
                decide(at.sites[0], by=who)


# ── What the database refuses ────────────────────────────────────────────────────────────────────────
def test_the_database_refuses_provision_before_both_tracks():
    at = p.in_review()
    p.decide_ethics(at.sites[0])
    for status in ("APPROVED", "PROVISIONED", "IN_USE"):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessRequest.objects.filter(pk=at.sites[0].request.pk).update(status=status)


def test_the_database_refuses_decisions_without_number_and_file():
    at = p.in_review()
    row = at.sites[0].fresh()
    with pytest.raises(IntegrityError), transaction.atomic():
        EthicsReview.objects.filter(request=row).update(status="APPROVED")
    with pytest.raises(IntegrityError), transaction.atomic():
        DataReview.objects.filter(request=row).update(status="RECOGNISED")


# ── Pauses ───────────────────────────────────────────────────────────────────────────────────────────
def clock_of(site, track):
    return queries.clocks(site.fresh())[{"IRB": 0, "DRB": 1}[track]]


@pytest.mark.parametrize("track", ["IRB", "DRB"])
def test_a_boards_clock_stands_while_the_company_revises(track):
    at = p.in_review()
    site, start = at.sites[0], clock.now()
    before = clock_of(site, track)
    verb = {"IRB": "decide_ethics", "DRB": "decide_drb"}[track]
    with clock.at(start + timedelta(days=14)):
        if track == "IRB":
            p.decide_ethics(site, "revise", reason="표본 수의 근거")
        else:
            p.decide_drb(site, "ask_supplement", reason="파기 계획")
        used = clock_of(site, track).used_days
        assert owed(site.request, f"resubmit_{'ethics' if track == 'IRB' else 'drb'}").get().organisation == at.firm.organisation
        assert owed(site.request, verb).get().paused_at is not None
    with clock.at(start + timedelta(days=28)):
        paused = clock_of(site, track)
        assert paused.used_days == used and paused.paused_days > 5 and paused.paused_at and not paused.running
        actions.save_dossier(
            case_id=at.case.pk, dossier={**p.DOSSIER, "purpose": "고친 목적"}, use_from=at.case.use_from,
            use_until=at.case.use_until, version=at.case.version, by=at.user,
        )  # fmt: skip
        again = actions.resubmit_ethics if track == "IRB" else actions.resubmit_drb
        again(request_id=site.request.pk, by=at.user)
        running = clock_of(site, track)
        assert running.running and running.used_days == used and running.paused_days == paused.paused_days
        assert running.target_days == before.target_days and running.due_at > before.due_at
        assert owed(site.request, verb).get().due_at == running.due_at
        p.decide_ethics(site) if track == "IRB" else p.decide_drb(site)
        assert clock_of(site, track).allows
    other = clock_of(site, "DRB" if track == "IRB" else "IRB")
    assert other.paused_days == 0  # neither track waits for the other


def test_a_revision_needs_its_words_and_the_dossier_is_closed_otherwise():
    at = p.in_review()
    site = at.sites[0]
    refused("reason_missing", lambda: p.decide_drb(site, "ask_supplement", reason=" "))
    given = {"use_from": at.case.use_from, "use_until": at.case.use_until, "version": at.case.version, "by": at.user}
    refused("dossier_closed", actions.save_dossier, case_id=at.case.pk, dossier=p.DOSSIER, **given)
    with pytest.raises(IllegalStep):
        actions.resubmit_drb(request_id=site.request.pk, by=at.user)


def test_a_refusal_keeps_its_number_and_letter():
    at = p.in_review()
    p.decide_ethics(at.sites[0], "disapprove", reason="윤리 기준 미달", number="IRB-9")
    ethics = at.sites[0].fresh().ethics
    assert ethics.number == "IRB-9" and ethics.document_id and ethics.decided_on == clock.today()


def test_a_refused_letter_leaves_no_decision_behind():
    at = p.in_review()
    site = at.sites[0]
    letter(at, "IRB")
    actions.confirm_letter(request_id=site.request.pk, track="IRB", accept=False, reason="다른 과제", by=site.secretary)
    ethics = site.fresh().ethics
    assert (ethics.number, ethics.board_name, ethics.decided_on, ethics.document) == ("", "", None, None)


def test_an_ethics_approval_that_has_run_out_provides_nothing():
    at = p.in_review()
    site = at.sites[0]
    p.decide_ethics(site, "approve", valid_to=clock.today() + timedelta(days=3))
    p.decide_drb(site)
    with clock.at(clock.now() + timedelta(days=4)):
        refused("tracks_not_open", actions.start_preparation, request_id=site.request.pk, by=site.provider.user)
        refused("tracks_not_open", actions.provide, request_id=site.request.pk, by=site.provider.user)
    actions.start_preparation(request_id=site.request.pk, by=site.provider.user)
    assert site.fresh().status == "PREPARING"


@pytest.mark.parametrize("how", ["refused", "withdrawn"])
def test_a_request_that_ended_stops_both_clocks(how):
    at = p.in_review()
    site, start = at.sites[0], clock.now()
    with clock.at(start + timedelta(days=7)):
        if how == "refused":
            p.decide_drb(site, "refuse", reason="목적이 불명확함")
        else:
            actions.withdraw(request_id=site.request.pk, reason="과제 변경", by=at.user)
        used = clock_of(site, "IRB").used_days
    with clock.at(start + timedelta(days=30)):
        irb = clock_of(site, "IRB")
        assert not irb.running and irb.used_days == used and irb.label != rules.EthicsStatus.word(irb.status)

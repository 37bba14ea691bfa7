"""The application's actions: drafting, submitting, deciding."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from portal.accounts.models import Consent
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from tests.factories import applications as make
from tests.factories.rounds import make_closed_round, make_round
from vouchers.applications import actions, queries
from vouchers.applications.models import Application, ApplicationSection
from vouchers.companies.models import ConflictOfInterest, Restriction

pytestmark = pytest.mark.django_db


def code(error) -> str:
    return error.value.code


def events(application) -> list[str]:
    return list(Event.objects.filter(subject_ref=application.ref).order_by("seq").values_list("name", flat=True))


def open_verbs(application) -> list[str]:
    return list(Duty.objects.filter(subject_ref=application.ref, closed_at__isnull=True).values_list("verb", flat=True))


# ── Start ────────────────────────────────────────────────────────────────────────────────────────────
def test_start_opens_six_sections_and_a_duty():
    owner, round_ = make.firm(), make_round()
    application = make.start(owner, round_)
    assert application.status == "DRAFT"
    assert application.sections.count() == 6
    assert events(application) == ["application.started"]
    duty = Duty.objects.get(subject_ref=application.ref)
    assert (duty.verb, duty.due_at, duty.organisation) == ("submit_application", round_.closes_at, owner.organisation)


def test_start_refuses_a_second_live_application_and_allows_one_after_withdrawal():
    owner, round_ = make.firm(), make_round()
    first = make.start(owner, round_)
    with pytest.raises(Refused) as error:
        make.start(owner, round_, "SMALL")
    assert code(error) == "one_live_application"
    actions.withdraw(application_id=first.pk, reason="", by=owner.representative)
    assert make.start(owner, round_, "SMALL").status == "DRAFT"


def test_start_refuses_closed_and_not_yet_open_rounds():
    owner = make.firm()
    with pytest.raises(Refused) as error:
        make.start(owner, make_closed_round())
    assert code(error) == "round_closed"
    soon = make_round(opens_at=clock.now() + timedelta(days=1), closes_at=clock.now() + timedelta(days=9))
    with pytest.raises(Refused) as error:
        make.start(owner, soon)
    assert code(error) == "not_open_yet"


def test_start_refuses_another_rounds_track_and_another_companys_need():
    owner, round_, other = make.firm(), make_round(), make_round()
    track = other.tracks.first()
    with pytest.raises(Refused) as error:
        actions.start(round_id=round_.pk, track_id=track.pk, by=owner.staff)
    assert code(error) == "bad_track"
    stranger = make.firm()
    foreign = make.need(stranger, round_)
    with pytest.raises(Refused) as error:
        actions.start(round_id=round_.pk, track_id=round_.tracks.first().pk, by=owner.staff, need_id=foreign.pk)
    assert code(error) == "bad_need"


def test_start_needs_a_company():
    with pytest.raises(Refused) as error:
        round_ = make_round()
        actions.start(round_id=round_.pk, track_id=round_.tracks.first().pk, by=make.officer())
    assert code(error) == "no_company"


# ── Sections ─────────────────────────────────────────────────────────────────────────────────────────
def test_save_section_merges_and_notices_the_other_writer():
    owner, round_ = make.firm(), make_round()
    application = make.start(owner, round_)
    first = actions.save_section(
        application_id=application.pk, key="project", answers={"title": "제목", "product": "가"}, version=1, by=owner.staff
    )
    second = actions.save_section(
        application_id=application.pk, key="project", answers={"product": "나"}, version=first.version, by=owner.representative
    )
    assert second.answers["title"] == "제목" and second.answers["product"] == "나"
    assert second.updated_by == owner.representative
    with pytest.raises(Stale):
        actions.save_section(
            application_id=application.pk, key="project", answers={"product": "다"}, version=first.version, by=owner.staff
        )
    application.refresh_from_db()
    assert application.title == "제목"
    assert second.state == "IN_PROGRESS"


def test_save_section_ignores_unknown_answers_and_refuses_floods():
    owner = make.firm()
    application = make.start(owner, make_round())
    saved = actions.save_section(
        application_id=application.pk, key="project", answers={"status": "SELECTED", "title": "x"}, version=1, by=owner.staff
    )
    assert "status" not in saved.answers
    with pytest.raises(Refused) as error:
        actions.save_section(
            application_id=application.pk,
            key="project",
            answers={"product": "가" * 70_000},
            version=saved.version,
            by=owner.staff,
        )
    assert code(error) == "too_long"


def test_save_section_is_for_the_companys_own_people():
    application = make.start(make.firm(), make_round())
    stranger = make.firm()
    with pytest.raises(NotAllowed):
        actions.save_section(application_id=application.pk, key="project", answers={}, version=1, by=stranger.staff)
    with pytest.raises(NotAllowed):
        actions.save_section(application_id=application.pk, key="project", answers={}, version=1, by=make.officer())


def test_nothing_is_saved_after_the_close():
    owner, round_ = make.firm(), make_round()
    application = make.start(owner, round_)
    with clock.at(round_.closes_at), pytest.raises(Refused) as error:
        make.save(application, "project", owner.staff)
    assert code(error) == "round_closed"


# ── Money ────────────────────────────────────────────────────────────────────────────────────────────
def test_the_amounts_follow_the_chosen_quotes():
    owner, round_ = make.firm(), make_round()
    application = make.start(owner, round_)
    row = make.need(owner, round_)
    large, small = make.match(owner, row), make.match(owner, row, amount_won=100_000_001)
    actions.choose_match(application_id=application.pk, match_id=large.pk, by=owner.staff)
    application.refresh_from_db()
    assert (application.supply_amount_won, application.grant_won, application.own_cash_won) == (
        400_000_000, 320_000_000, 80_000_000,
    )  # fmt: skip
    assert application.need == row
    actions.choose_match(application_id=application.pk, match_id=small.pk, by=owner.staff)
    actions.drop_match(application_id=application.pk, match_id=large.pk, by=owner.staff)
    application.refresh_from_db()
    assert (application.supply_amount_won, application.grant_won, application.vat_won) == (100_000_001, 85_000_000, 10_000_000)


def test_planned_amounts_count_where_matches_come_later():
    owner, round_ = make.firm(), make_round(match_timing="AFTER_SELECTION")
    application = make.start(owner, round_)
    make.save(application, "budget", owner.staff, planned_supply_won=200_000_000, planned_taxable_won=0, own_in_kind_won=5)
    application.refresh_from_db()
    assert (application.supply_amount_won, application.grant_won, application.vat_won) == (200_000_000, 170_000_000, 0)
    assert application.own_in_kind_won == 5


def test_without_a_rate_for_the_size_there_is_no_grant():
    owner, round_ = make.firm(size="LARGE"), make_round(match_timing="AFTER_SELECTION")
    application = make.start(owner, round_)
    make.save(application, "budget", owner.staff, planned_supply_won=200_000_000, cost_reason="x")
    application.refresh_from_db()
    assert (application.grant_won, application.own_cash_won) == (0, 200_000_000)
    assert any(m.field == "id_supply" for m in queries.progress(application).of("budget").missing)


def test_match_must_be_confirmed_own_and_free():
    owner, round_ = make.firm(), make_round()
    application, row = make.start(owner, round_), make.need(owner, round_)
    proposed = make.match(owner, row, status="PROPOSED")
    with pytest.raises(Refused) as error:
        actions.choose_match(application_id=application.pk, match_id=proposed.pk, by=owner.staff)
    assert code(error) == "match_not_confirmed"
    stranger = make.firm()
    foreign = make.match(stranger, make.need(stranger, round_))
    with pytest.raises(Refused) as error:
        actions.choose_match(application_id=application.pk, match_id=foreign.pk, by=owner.staff)
    assert code(error) == "bad_match"
    taken = make.match(owner, row)
    actions.choose_match(application_id=application.pk, match_id=taken.pk, by=owner.staff)
    second = make.start(owner, make_round())
    with pytest.raises(Refused) as error:
        actions.choose_match(application_id=second.pk, match_id=taken.pk, by=owner.staff)
    assert code(error) == "match_taken"


def test_choosing_another_need_drops_its_matches():
    owner, round_ = make.firm(), make_round()
    application = make.start(owner, round_)
    chosen = make.match(owner, make.need(owner, round_))
    actions.choose_match(application_id=application.pk, match_id=chosen.pk, by=owner.staff)
    actions.choose_need(application_id=application.pk, need_id=make.need(owner, round_).pk, by=owner.staff)
    application.refresh_from_db()
    assert application.supply_amount_won == 0
    assert not application.application_matches.exists()


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────
def test_documents_are_replaced_not_lost():
    owner = make.firm()
    application = make.start(owner, make_round())
    first, second = make.stored(owner), make.stored(owner)
    for file in (first, second):
        actions.attach_document(application_id=application.pk, kind="PROJECT_PLAN", document=file, by=owner.staff)
    assert application.application_documents.count() == 2
    assert [row.document for row in queries.documents(application)] == [second]
    actions.remove_document(application_id=application.pk, kind="PROJECT_PLAN", by=owner.staff)
    assert not queries.documents(application).exists()


def test_documents_of_others_and_unknown_kinds_are_refused():
    owner = make.firm()
    application = make.start(owner, make_round())
    with pytest.raises(Refused) as error:
        actions.attach_document(
            application_id=application.pk, kind="PROJECT_PLAN", document=make.stored(make.firm()), by=owner.staff
        )
    assert code(error) == "bad_document"
    with pytest.raises(Refused) as error:
        actions.attach_document(application_id=application.pk, kind="SECRET", document=make.stored(owner), by=owner.staff)
    assert code(error) == "bad_kind"


# ── Submit ───────────────────────────────────────────────────────────────────────────────────────────
def test_submit_gives_a_receipt_and_writes_everything():
    owner, round_ = make.firm(), make_round()
    application = make.draft(owner, round_)
    assert queries.progress(application).complete
    shown = queries.content_hash(application)
    done = actions.submit(application_id=application.pk, declaration=shown, by=owner.representative)
    assert done.status == "SUBMITTED"
    assert done.receipt_no.startswith(f"HDV-{round_.fiscal_year}-")
    assert done.deadline_at == round_.closes_at and done.submitted_at < done.deadline_at
    assert done.company_snapshot["brn"] == owner.company.brn and done.region == "GANGWON" and done.company_size == "SMALL"
    assert done.policy_version == round_.policy_version()
    assert done.certifications.get().content_hash == shown
    assert set(Consent.objects.filter(user=owner.representative).values_list("kind", flat=True)) >= {
        "PRIVACY", "THIRD_PARTY", "ELECTRONIC_SERVICE", "NO_PROXY", "NO_DUPLICATE",
    }  # fmt: skip
    assert open_verbs(done) == ["begin_check"]
    notice = Notice.objects.filter(template="application_received", user=owner.representative).get()
    assert done.receipt_no in notice.title
    assert all(row.document.sha256 in notice.body for row in queries.documents(done))
    assert events(done)[-2:] == ["application.certified", "application.submitted"]


def test_a_second_submit_is_an_illegal_step():
    owner = make.firm()
    done = make.submitted(owner)
    with pytest.raises(IllegalStep):
        actions.submit(application_id=done.pk, by=owner.representative)


def test_submit_is_for_representatives():
    owner = make.firm()
    application = make.draft(owner)
    with pytest.raises(NotAllowed):
        actions.submit(application_id=application.pk, by=owner.staff)
    with pytest.raises(NotAllowed):
        actions.submit(application_id=application.pk, by=make.firm().representative)


def test_submit_at_the_second_of_the_close():
    owner, round_ = make.firm(), make_round()
    application = make.draft(owner, round_)
    with clock.at(round_.closes_at), pytest.raises(Refused) as error:
        actions.submit(application_id=application.pk, by=owner.representative)
    assert code(error) == "round_closed"
    with clock.at(round_.closes_at - timedelta(microseconds=1)):
        assert actions.submit(application_id=application.pk, by=owner.representative).receipt_no


def test_submit_incomplete_or_changed_content_is_refused():
    owner, round_ = make.firm(), make_round()
    unfinished = make.start(owner, round_)
    with pytest.raises(Refused) as error:
        actions.submit(application_id=unfinished.pk, by=owner.representative)
    assert code(error) == "incomplete"
    other = make.firm()
    application = make.draft(other)
    seen = queries.content_hash(application)
    make.save(application, "project", other.staff, product="다른 내용")
    with pytest.raises(Stale):
        actions.submit(application_id=application.pk, declaration=seen, by=other.representative)
    with pytest.raises(Refused) as error:
        actions.submit(application_id=application.pk, declaration=False, by=other.representative)
    assert code(error) == "not_declared"


@pytest.mark.parametrize("fact", [{"tax_status": "CLOSED"}, {"verification": "UNVERIFIED"}])
def test_only_a_blocking_rule_stops_the_submission(fact):
    owner = make.firm()
    application = make.draft(owner)
    type(owner.company).objects.filter(pk=owner.company.pk).update(**fact)
    if "tax_status" in fact:
        with pytest.raises(Refused) as error:
            actions.submit(application_id=application.pk, by=owner.representative)
        assert code(error) == "not_eligible"
        assert "폐업" in str(error.value.message)
    else:
        assert actions.submit(application_id=application.pk, by=owner.representative).status == "SUBMITTED"


def test_a_restricted_company_is_not_received():
    owner = make.firm()
    application = make.draft(owner)
    today = clock.today()
    Restriction(
        brn=owner.company.brn, name="x", ground="y", starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1)
    ).save()
    with pytest.raises(Refused):
        actions.submit(application_id=application.pk, by=owner.representative)


def test_joint_representatives_all_certify():
    owner = make.firm(joint=True)
    application = make.draft(owner)
    with pytest.raises(Refused) as error:
        actions.submit(application_id=application.pk, by=owner.representative)
    assert code(error) == "joint_waiting"
    actions.certify(application_id=application.pk, by=owner.representative)
    assert Notice.objects.filter(template="application_certification_asked", user=owner.others[0]).exists()
    make.save(application, "project", owner.staff, product="바뀐 내용")  # asks for both certifications again
    actions.certify(application_id=application.pk, by=owner.others[0])
    with pytest.raises(NotAllowed):
        actions.certify(application_id=application.pk, by=owner.staff)
    assert actions.submit(application_id=application.pk, by=owner.representative).status == "SUBMITTED"


def test_planned_round_is_submitted_without_a_match():
    owner, round_ = make.firm(), make_round(match_timing="AFTER_SELECTION")
    application = make.start(owner, round_, "SMALL")
    actions.choose_need(application_id=application.pk, need_id=make.need(owner, round_).pk, by=owner.staff)
    for key in ("company", "project", "data_need", "declarations"):
        make.save(application, key, owner.staff)
    make.save(application, "budget", owner.staff, planned_supply_won=90_000_000, cost_reason="필요합니다")
    for kind in round_.policy().required_documents:
        actions.attach_document(application_id=application.pk, kind=kind, document=make.stored(owner, kind), by=owner.staff)
    done = actions.submit(application_id=application.pk, by=owner.representative)
    assert (done.status, done.grant_won) == ("SUBMITTED", 76_500_000)


# ── Officers ─────────────────────────────────────────────────────────────────────────────────────────
def checked(owner=None, by=None):
    application = make.submitted(owner)
    return actions.begin_check(application_id=application.pk, by=by or make.officer())


def test_begin_check_writes_one_finding_a_rule():
    application = checked()
    assert application.status == "ELIGIBILITY_CHECK"
    found = queries.why(application)
    assert len(found) == 13 and {w.check.verdict for w in found} == {"MET"}
    assert open_verbs(application) == ["decide_eligibility"]


def test_find_eligible_only_when_every_rule_is_met():
    owner, by = make.firm(verification="UNVERIFIED"), make.officer()
    application = checked(owner, by)
    with pytest.raises(Refused) as error:
        actions.find_eligible(application_id=application.pk, by=by)
    assert code(error) == "rules_open"
    check = application.eligibility_checks.get(rule="VERIFICATION")
    assert check.verdict == "NEEDS_PERSON"
    with pytest.raises(Refused):
        actions.judge_rule(check_id=check.pk, verdict="MET", reason=" ", by=by)
    with pytest.raises(Refused):
        actions.judge_rule(check_id=check.pk, verdict="NEEDS_PERSON", reason="x", by=by)
    judged = actions.judge_rule(check_id=check.pk, verdict="MET", reason="등기부로 확인했습니다.", by=by)
    assert (judged.decided_by, judged.reason_en) == (by, "등기부로 확인했습니다.")
    done = actions.find_eligible(application_id=application.pk, by=by)
    assert done.status == "ELIGIBLE" and open_verbs(done) == []
    assert Notice.objects.filter(template="application_eligible", user=owner.staff).exists()


def test_find_ineligible_needs_a_rule_not_met_and_a_reason():
    by = make.officer()
    application = checked(by=by)
    with pytest.raises(Refused) as error:
        actions.find_ineligible(application_id=application.pk, reason="아님", by=by)
    assert code(error) == "no_rule_not_met"
    check = application.eligibility_checks.get(rule="RESTRICTION")
    actions.judge_rule(check_id=check.pk, verdict="NOT_MET", reason="참여제한 중", by=by)
    with pytest.raises(Refused):
        actions.find_ineligible(application_id=application.pk, reason="", by=by)
    done = actions.find_ineligible(application_id=application.pk, reason="참여제한 기간입니다.", by=by)
    assert (done.status, done.decision_reason) == ("INELIGIBLE", "참여제한 기간입니다.")


def test_supplement_goes_round_in_place():
    owner, by = make.firm(), make.officer()
    application = checked(owner, by)
    actions.request_supplement(
        application_id=application.pk, request="수행계획서를 보완해 주십시오.", sections=["project"], by=by
    )
    application.refresh_from_db()
    assert application.status == "SUPPLEMENT_REQUESTED"
    assert application.sections.get(key="project").state == "NEEDS_WORK"
    paused = Duty.objects.get(subject_ref=application.ref, verb="decide_eligibility")
    assert paused.paused_at is not None
    with pytest.raises(Refused) as error:
        make.save(application, "company", owner.staff)
    assert code(error) == "section_not_requested"
    with pytest.raises(Refused) as error:
        actions.supply_supplement(application_id=application.pk, by=owner.representative)
    assert code(error) == "supplement_unanswered"
    make.save(application, "project", owner.staff, product="보완한 내용")
    with pytest.raises(NotAllowed):
        actions.supply_supplement(application_id=application.pk, by=owner.staff)
    done = actions.supply_supplement(application_id=application.pk, by=owner.representative)
    assert done.status == "ELIGIBILITY_CHECK"
    assert open_verbs(done) == ["decide_eligibility"]
    with pytest.raises(Refused):
        make.save(application, "project", owner.staff)


def test_supplement_needs_words_and_sections():
    by = make.officer()
    application = checked(by=by)
    for given in (
        {"request": "", "sections": ["project"]},
        {"request": "x", "sections": []},
        {"request": "x", "sections": ["?"]},
    ):
        with pytest.raises(Refused):
            actions.request_supplement(application_id=application.pk, by=by, **given)


def test_a_persons_verdict_survives_a_supplement_unless_the_fact_changed():
    owner, by = make.firm(verification="UNVERIFIED"), make.officer()
    application = checked(owner, by)
    check = application.eligibility_checks.get(rule="VERIFICATION")
    actions.judge_rule(check_id=check.pk, verdict="MET", reason="확인함", by=by)
    actions.request_supplement(application_id=application.pk, request="x", sections=["project"], by=by)
    make.save(application, "project", owner.staff, product="보완")
    actions.supply_supplement(application_id=application.pk, by=owner.representative)
    check.refresh_from_db()
    assert (check.verdict, check.decided_by) == ("MET", by)


def test_an_officer_with_a_conflict_does_not_decide():
    owner, by = make.firm(), make.officer()
    application = make.submitted(owner)
    ConflictOfInterest(user=by, organisation=owner.organisation, ground="친족", declared_by=by).save()
    with pytest.raises(Refused) as error:
        actions.begin_check(application_id=application.pk, by=by)
    assert code(error) == "conflict"


def test_officers_verbs_are_not_for_companies():
    owner = make.firm()
    application = make.submitted(owner)
    with pytest.raises(NotAllowed):
        actions.begin_check(application_id=application.pk, by=owner.representative)


# ── Outcomes, withdrawal ─────────────────────────────────────────────────────────────────────────────
def evaluated(owner=None):
    by = make.officer()
    application = checked(owner, by)
    actions.find_eligible(application_id=application.pk, by=by)
    return actions.begin_evaluation(application_id=application.pk, by=by)


def test_outcomes():
    one = evaluated()
    with pytest.raises(Refused):
        actions.select(application_id=one.pk, grant_won=one.grant_won + 1, by=None)
    done = actions.select(application_id=one.pk, grant_won=300_000_000, reason="조정", by=None)
    assert (done.status, done.grant_won) == ("SELECTED", 320_000_000)  # the award carries the adjusted grant
    two = actions.place_on_reserve(application_id=evaluated().pk, by=None)
    assert actions.select(application_id=two.pk, grant_won=1, by=None).status == "SELECTED"
    assert actions.reject(application_id=evaluated().pk, reason="점수 미달", by=None).status == "NOT_SELECTED"
    with pytest.raises(NotAllowed):
        actions.reject(application_id=evaluated().pk, reason="x", by=make.officer())


def test_withdraw_with_reason_until_the_award():
    owner = make.firm()
    application = make.submitted(owner)
    with pytest.raises(Refused) as error:
        actions.withdraw(application_id=application.pk, reason=" ", by=owner.representative)
    assert code(error) == "reason_missing"
    with pytest.raises(NotAllowed):
        actions.withdraw(application_id=application.pk, reason="x", by=owner.staff)
    done = actions.withdraw(application_id=application.pk, reason="사업 계획 변경", by=owner.representative)
    assert done.status == "WITHDRAWN" and open_verbs(done) == []
    second = make.firm()
    selected = actions.select(application_id=evaluated(second).pk, grant_won=1, by=None)
    with pytest.raises(Refused) as error:
        actions.withdraw(application_id=selected.pk, reason="x", by=second.representative)
    assert code(error) == "has_award"


def test_matches_may_come_after_selection_where_the_round_says_so():
    owner, round_ = make.firm(), make_round(match_timing="AFTER_SELECTION")
    application = make.draft(owner, round_)
    chosen = make.match(owner, application.need, amount_won=10_000_000)
    actions.submit(application_id=application.pk, by=owner.representative)
    actions.choose_match(application_id=application.pk, match_id=chosen.pk, by=owner.staff)
    application.refresh_from_db()
    assert application.supply_amount_won == 400_000_000  # frozen
    early = make.submitted(second := make.firm())
    other = make.match(second, early.need)
    with pytest.raises(Refused) as error:
        actions.choose_match(application_id=early.pk, match_id=other.pk, by=second.staff)
    assert code(error) == "matches_closed"


def test_sync_deadlines_follows_the_round():
    owner, round_ = make.firm(), make_round()
    application = make.start(owner, round_)
    later = round_.closes_at + timedelta(days=3)
    type(round_).objects.filter(pk=round_.pk).update(closes_at=later)
    assert actions.sync_deadlines(now=clock.now()) == 1
    assert Duty.objects.get(subject_ref=application.ref).due_at == later
    with clock.at(later):
        actions.sync_deadlines(now=clock.now())
    assert open_verbs(application) == []


def test_visible_to():
    owner, stranger = make.firm(), make.firm()
    application = make.start(owner, make_round())
    by = make.officer()
    seen = Application.objects.visible_to
    assert seen(owner.staff).filter(pk=application.pk).exists()
    assert not seen(stranger.staff).filter(pk=application.pk).exists()
    assert not seen(by).filter(pk=application.pk).exists()
    done = make.submitted(stranger)
    assert seen(by).filter(pk=done.pk).exists()


def test_states_are_stored_for_lists():
    owner = make.firm()
    application = make.draft(owner)
    assert set(ApplicationSection.objects.filter(application=application).values_list("state", flat=True)) == {"COMPLETE"}
    assert queries.mine(owner.staff).get().done == 6


def test_where_a_round_allows_two_each_has_its_own_track():
    owner, round_ = make.firm(), make_round(policy={"applications_per_company": 2})
    make.start(owner, round_, "SMALL")
    with pytest.raises(Refused) as error:
        make.start(owner, round_, "SMALL")
    assert code(error) == "one_live_in_track"
    assert queries.blocking_live(owner.company, round_) == []
    make.start(owner, round_, "MEDIUM")
    assert len(queries.blocking_live(owner.company, round_)) == 2
    with pytest.raises(Refused) as error:
        make.start(owner, round_, "LARGE")
    assert code(error) == "one_live_application"


def test_matches_are_fixed_once_an_agreement_stands_on_them():
    owner, round_ = make.firm(), make_round(match_timing="AFTER_SELECTION")
    application = make.draft(owner, round_)
    chosen = make.match(owner, application.need, amount_won=10_000_000)
    actions.submit(application_id=application.pk, by=owner.representative)
    actions.choose_match(application_id=application.pk, match_id=chosen.pk, by=owner.staff)
    with pytest.raises(NotAllowed):
        actions.fix_matches(application_id=application.pk, by=owner.representative)
    actions.fix_matches(application_id=application.pk, by=None)
    actions.fix_matches(application_id=application.pk, by=None)
    assert events(application).count("application.matches_fixed") == 1
    assert not queries.may_match(Application.objects.get(pk=application.pk))
    with pytest.raises(Refused) as error:
        actions.drop_match(application_id=application.pk, match_id=chosen.pk, by=owner.staff)
    assert code(error) == "matches_fixed"
    with pytest.raises(DatabaseError), transaction.atomic():
        application.application_matches.all().delete()

"""What happens to a round: prepared, announced by somebody else, opened and closed by the clock, cancelled with a reason."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from portal.accounts.actions import grant_role
from portal.accounts.models import User
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from tests.factories.rounds import make_closed_round, make_draft, make_round
from vouchers.rounds import actions, queries, rules
from vouchers.rounds.models import Round

pytestmark = pytest.mark.django_db


def person(email: str, role: str) -> User:
    user = User.objects.create_user(email, "pass-word-1234", is_demo=True)
    grant_role(user=user, role=role, by=None)
    return user


@pytest.fixture
def officer() -> User:
    return person("officer@test.example", "MINISTRY_OFFICER")


@pytest.fixture
def approver() -> User:
    return person("approver@test.example", "MINISTRY_APPROVER")


def test_create_and_announce_by_two_people(officer, approver):
    row = make_draft(by=officer, key="two-people")
    actions.submit_for_review(round_id=row.pk, by=officer)
    assert Duty.objects.filter(subject_ref=row.ref, verb="announce", role="MINISTRY_APPROVER", closed_at=None).exists()
    row = actions.announce(round_id=row.pk, by=approver)
    assert row.status == "ANNOUNCED" and row.announced_by == approver and row.phase == rules.Phase.OPEN
    assert row.policy_version().frozen_at is not None
    assert not Duty.objects.filter(subject_ref=row.ref, closed_at=None).exists()
    assert Event.objects.get(subject_ref=row.ref, name="round.announced").public
    assert Notice.objects.filter(template="round_announced", user=officer).exists()


def test_the_announcement_is_owed_before_the_call_opens(officer):
    opens_at = clock.now() + timedelta(days=1)
    row = actions.submit_for_review(round_id=make_draft(by=officer, opens_at=opens_at).pk, by=officer)
    assert Duty.objects.get(subject_ref=row.ref, verb="announce").due_at == opens_at


def test_announce_refuses_the_author(approver):
    grant_role(user=approver, role="SYSADMIN", by=None)
    row = make_draft(by=None)
    Round.objects.filter(pk=row.pk).update(created_by=approver, status="REVIEW")
    with pytest.raises(NotAllowed) as refusal:
        actions.announce(round_id=row.pk, by=approver)
    assert refusal.value.code == "four_eyes"


def test_every_verb_asks_for_its_permission(officer, approver):
    row = make_draft(by=officer)
    nobody = User.objects.create_user("nobody@test.example")
    for call in (
        lambda: actions.submit_for_review(round_id=row.pk, by=nobody),
        lambda: actions.edit_round(round_id=row.pk, version=row.version, title_ko="x", by=nobody),
        lambda: actions.save_policy(round_id=row.pk, body={}, reason="", by=nobody),
        lambda: actions.announce(round_id=row.pk, by=officer),
        lambda: actions.amend(round_id=row.pk, facts={"budget_won": 1}, reason_ko="x", reason_en="x", by=officer),
        lambda: actions.cancel(round_id=row.pk, reason="x", by=nobody),
        lambda: actions.create_round(key="x", title_ko="x", title_en="x", fiscal_year=2027, by=approver),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_review_names_every_fault(officer):
    row = actions.create_round(key="empty", title_ko="빈 회차", title_en="Empty", fiscal_year=2027, by=officer)
    assert queries.faults_of(row) == ["no_policy", "weights:0", "window_missing", "no_tracks", "budget_missing"]
    with pytest.raises(Refused) as refusal:
        actions.submit_for_review(round_id=row.pk, by=officer)
    assert refusal.value.code == "announcement_faults"
    for fault in queries.faults_of(row):
        assert rules.fault_words(fault) in str(refusal.value)


def test_edit_is_for_drafts_and_notices_a_stale_page(officer):
    row = make_draft(by=officer)
    actions.edit_round(round_id=row.pk, version=row.version, title_ko="새 이름", by=officer)
    with pytest.raises(Stale):
        actions.edit_round(round_id=row.pk, version=row.version, title_ko="다른 이름", by=officer)
    with pytest.raises(Refused):
        fresh = Round.objects.get(pk=row.pk)
        actions.edit_round(round_id=row.pk, version=fresh.version, closes_at=fresh.opens_at, by=officer)
    announced = make_round()
    for call in (
        lambda: actions.edit_round(round_id=announced.pk, version=announced.version, title_ko="x", by=None),
        lambda: actions.set_tracks(round_id=announced.pk, tracks=[], by=None),
        lambda: actions.set_criteria(round_id=announced.pk, criteria=[], by=None),
        lambda: actions.save_policy(round_id=announced.pk, body={}, reason="", by=None),
    ):
        with pytest.raises(IllegalStep):
            call()


def test_send_back_needs_a_reason_and_tells_the_author(officer, approver):
    row = make_draft(by=officer)
    actions.submit_for_review(round_id=row.pk, by=officer)
    with pytest.raises(Refused):
        actions.send_back(round_id=row.pk, reason=" ", by=approver)
    actions.send_back(round_id=row.pk, reason="예산을 확인해 주세요", by=approver)
    assert "예산을 확인해 주세요" in Notice.objects.get(template="round_sent_back", user=officer).body
    assert Duty.objects.filter(subject_ref=row.ref, verb="submit_for_review", closed_at=None).exists()
    actions.submit_for_review(round_id=row.pk, by=officer)
    assert not Duty.objects.filter(subject_ref=row.ref, verb="submit_for_review", closed_at=None).exists()


def test_clock_opens_and_closes(officer):
    now = clock.now()
    row = make_round(opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2))
    seen = []
    for minutes in (0, 60, 119, 120):
        with clock.at(now + timedelta(minutes=minutes)):
            seen.append(row.phase)
            assert list(Round.objects.in_phase(row.phase, clock.now())) == [row]
    assert seen == ["ANNOUNCED", "OPEN", "OPEN", "CLOSED"]
    with pytest.raises(Refused):
        actions.begin_evaluation(round_id=row.pk, by=officer)
    with clock.at(now + timedelta(hours=2)):
        assert actions.begin_evaluation(round_id=row.pk, by=officer).status == "EVALUATING"


def test_turn_opens_the_duty_once_and_extension_closes_it(officer, approver):
    row = make_closed_round()
    for _ in range(2):
        actions.turn(now=clock.now())
    assert Duty.objects.filter(subject_ref=row.ref, verb="begin_evaluation", closed_at=None).count() == 1
    with pytest.raises(Refused):
        earlier = {"closes_at": clock.now() - timedelta(days=1)}
        actions.amend(round_id=row.pk, facts=earlier, reason_ko="x", reason_en="x", by=approver)
    later = {"closes_at": clock.now() + timedelta(days=5)}
    row = actions.amend(round_id=row.pk, facts=later, reason_ko="접수 장애", reason_en="Outage", by=approver).round
    assert row.phase == "OPEN"
    assert not Duty.objects.filter(subject_ref=row.ref, closed_at=None).exists()


def test_whole_life(officer, approver):
    row = make_closed_round()
    actions.begin_evaluation(round_id=row.pk, by=officer)
    actions.publish_selection(round_id=row.pk, by=approver)
    actions.start_projects(round_id=row.pk, by=officer)
    actions.begin_settlement(round_id=row.pk, by=officer)
    row = actions.archive(round_id=row.pk, by=officer)
    assert row.status == "ARCHIVED"
    with pytest.raises(IllegalStep):
        actions.cancel(round_id=row.pk, reason="late", by=approver)


def test_cancel_of_an_announced_round_is_the_approvers(officer, approver):
    row = make_round()
    with pytest.raises(NotAllowed):
        actions.cancel(round_id=row.pk, reason="예산 삭감", by=officer)
    assert actions.cancel(round_id=row.pk, reason="예산 삭감", by=approver).status == "CANCELLED"
    assert Event.objects.get(subject_ref=row.ref, name="round.cancelled").public


def test_copy_round_is_a_draft_with_everything(officer):
    source = make_round()
    row = actions.copy_round(round_id=source.pk, key="copied", as_child=True, by=officer)
    assert (row.status, row.parent, row.opens_at) == ("DRAFT", source, None)
    assert [t.cap_won for t in row.tracks.all()] == [t.cap_won for t in source.tracks.all()]
    assert sum(c.weight for c in row.criteria.all()) == 100
    assert row.policy() == source.policy()
    with pytest.raises(Refused):
        actions.copy_round(round_id=source.pk, key="copied", by=officer)


def test_reference_rounds_are_facts_only():
    records = json.loads((Path(settings.BASE_DIR) / "seeds/reference/rounds.json").read_text())
    for _ in range(2):
        rows = [actions.register_reference_round(record=record, by=None) for record in records]
    assert Round.objects.count() == 3 and {row.status for row in rows} == {"ARCHIVED"}
    assert all(row.is_reference and row.policy_version() is None and not row.criteria.exists() for row in rows)
    voucher = Round.objects.get(key="voucher-2026")
    assert [(t.cap_won, t.slots) for t in voucher.tracks.all()] == [(320_000_000, 10), (160_000_000, 10), (80_000_000, 20)]
    assert voucher.budget_won is None and clock.to_kst(voucher.closes_at).strftime("%m-%d %H:%M") == "03-17 00:00"
    validation = Round.objects.get(key="ai-validation-2026")
    assert validation.opens_at is None and validation.tracks.get().cap_won is None
    make_draft(key="own")
    with pytest.raises(Refused):
        actions.register_reference_round(record={**records[0], "key": "own"}, by=None)


def test_demo_rounds_always_leave_one_open():
    now = clock.now()
    first, played = actions.ensure_demo_rounds(now)
    assert first.phase == "OPEN" and first.match_timing == "BEFORE_SUBMISSION"
    assert played.phase == "CLOSED" and played.match_timing == "AFTER_SELECTION"
    assert first.fiscal_year == clock.to_kst(now).year + 1 and first.title_ko.startswith("[시연]")
    assert actions.ensure_demo_rounds(now) == [first, played]
    later = now + timedelta(days=40)
    with clock.at(later):
        again, same = actions.ensure_demo_rounds(later)
        assert again != first and again.phase == "OPEN" and same == played
    assert sum(criterion.weight for criterion in again.criteria.all()) == 100
    assert again.policy().disclosure_threshold == 1

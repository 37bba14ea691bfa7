"""Start, sections, money, matches, documents of a draft."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.journal.models import Duty
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused, Stale
from tests.actions.applications import code, events, open_verbs
from tests.factories import applications as make
from tests.factories.rounds import make_closed_round, make_round
from vouchers.applications import actions, queries
from vouchers.applications.models import Application, ApplicationSection
from vouchers.rounds import actions as rounds

pytestmark = pytest.mark.django_db


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


def matches_of(application):
    return list(application.application_matches.values_list("match_id", flat=True))


def test_the_only_confirmed_match_is_taken_without_asking():
    owner, round_ = make.firm(), make_round()
    row = make.need(owner, round_)
    make.match(owner, row, status="PROPOSED")
    only = make.match(owner, row)
    make.match(make.firm(), make.need(make.firm(), round_))  # another company's
    application = make.start(owner, round_)
    application.refresh_from_db()
    assert matches_of(application) == [only.pk] and application.need == row
    assert application.supply_amount_won == 400_000_000 and application.grant_won
    assert events(application) == ["application.started", "application.match_chosen"]
    second = make.start(owner, make_round())  # the need belongs to the first round
    assert matches_of(second) == []


def test_where_there_is_a_choice_nothing_is_taken():
    owner, round_ = make.firm(), make_round()
    one, two = make.need(owner, round_), make.need(owner, round_)
    of_one, _of_two = make.match(owner, one), make.match(owner, two)
    application = make.start(owner, round_)
    assert matches_of(application) == []
    actions.choose_need(application_id=application.pk, need_id=one.pk, by=owner.staff)
    assert matches_of(application) == [of_one.pk]  # for this need there is one
    make.match(owner, two)
    actions.choose_need(application_id=application.pk, need_id=two.pk, by=owner.staff)
    assert matches_of(application) == []


def test_a_match_confirmed_later_is_taken_by_the_sweep_unless_one_was_dropped():
    owner, round_ = make.firm(), make_round()
    application, row = make.start(owner, round_), make.need(owner, round_)
    assert actions.sync_matches(now=clock.now()) == 0
    only = make.match(owner, row)
    assert actions.sync_matches(now=clock.now()) == 1 and matches_of(application) == [only.pk]
    assert actions.sync_matches(now=clock.now()) == 0
    actions.drop_match(application_id=application.pk, match_id=only.pk, by=owner.staff)
    assert actions.sync_matches(now=clock.now()) == 0 and matches_of(application) == []
    late = make.start(owner := make.firm(), round_)
    make.match(owner, make.need(owner, round_))
    assert actions.sync_matches(now=round_.closes_at) == 0 and matches_of(late) == []


def test_a_match_of_another_live_application_is_not_free():
    owner, round_ = make.firm(), make_round()
    row = make.need(owner, None)
    only = make.match(owner, row)
    first = make.start(owner, round_)
    assert matches_of(first) == [only.pk]
    second = make.start(owner, make_round())
    assert matches_of(second) == []
    actions.withdraw(application_id=first.pk, reason="", by=owner.representative)
    assert actions.sync_matches(now=clock.now()) == 1 and matches_of(second) == [only.pk]


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
    with pytest.raises(IntegrityError), transaction.atomic():
        application.application_matches.all().delete()


def test_sync_deadlines_follows_the_round():
    owner, round_ = make.firm(), make_round()
    application = make.start(owner, round_)
    later = round_.closes_at + timedelta(days=3)
    rounds.amend(round_id=round_.pk, facts={"closes_at": later}, reason_ko="장애", reason_en="Outage", by=None)
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

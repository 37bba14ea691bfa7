"""Planned from the agreement, handed in, accepted twice; nothing that uses data before both tracks allow it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from portal.documents import actions as documents
from portal.journal import actions as journal
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, words, workdays
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import projects as p
from tests.factories.providers import person, provider
from vouchers.access import actions as access
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.milestones import actions, queries
from vouchers.milestones.models import Deliverable, Milestone

pytestmark = pytest.mark.django_db
GRANT, SUPPLY, VAT = 320_000_000, 400_000_000, 40_000_000


def refused(code, call, **given):
    with pytest.raises(Refused) as error:
        call(**given)
    assert error.value.code == code, error.value.message
    assert str(error.value)


@pytest.fixture
def at():
    return p.project()


def plan(at, *items):
    return actions.plan(agreement_id=at.agreement.pk, items=list(items), by=at.operator)


# ── Planning ─────────────────────────────────────────────────────────────────────────────────────────
def test_plan_shares_out_grant_and_vat_to_the_won(at):
    rows = plan(at, p.item(at, 133_333_333), p.item(at, 133_333_333), p.item(at, 133_333_334))
    assert sum(r.amount_won for r in rows) == SUPPLY
    assert sum(r.grant_won for r in rows) == GRANT
    assert sum(r.vat_won for r in rows) == VAT
    assert all(0 < r.grant_won <= r.amount_won for r in rows)
    assert Duty.objects.filter(verb="submit_milestone", closed_at__isnull=True).count() == 3
    assert not queries.unplanned(at.operator).filter(pk=at.agreement.pk).exists()


def test_plan_refusals(at):
    outside = provider().institution.pk
    refused("no_milestones", lambda: plan(at))
    refused("milestone_amount", lambda: plan(at, p.item(at, SUPPLY), p.item(at, 0)))
    refused("milestone_sum", lambda: plan(at, p.item(at, SUPPLY - 1)))
    with pytest.raises(Refused, match=f"합계 {SUPPLY - 1:,}원, 맞추어야 할 합계 {SUPPLY:,}원, 부족한 금액 1원"):
        plan(at, p.item(at, SUPPLY - 1))
    refused("milestone_sum", lambda: plan(at, {**p.item(at, SUPPLY), "institution_id": outside}))
    refused("milestone_due", lambda: plan(at, p.item(at, SUPPLY, days=500)))
    with pytest.raises(NotAllowed):
        actions.plan(agreement_id=at.agreement.pk, items=[p.item(at)], by=at.manager)
    plan(at, p.item(at))
    refused("already_planned", lambda: plan(at, p.item(at)))


# ── Handing in and accepting ─────────────────────────────────────────────────────────────────────────
def test_submit_accept_confirm(at):
    (row,) = plan(at, p.item(at))
    p.hand_in(at, row)
    assert Deliverable.objects.filter(milestone=row, submission=1).count() == 1
    assert Notice.objects.filter(template="milestone_submitted", user=at.company).exists()
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    done = actions.confirm_milestone(milestone_id=row.pk, by=at.operator)
    assert (done.status, done.company_accepted_by, done.accepted_by) == ("ACCEPTED", at.company, at.operator)
    assert Duty.objects.filter(verb="request_disbursement", closed_at__isnull=True).get().organisation == at.provider_organisation
    names = list(Event.objects.filter(subject_ref=row.ref).order_by("seq").values_list("name", flat=True))
    assert names == ["milestone.planned", "milestone.submitted", "milestone.company_accepted", "milestone.accepted"]


def test_submit_refusals(at):
    (row,) = plan(at, p.item(at))
    refused("deliverable_missing", actions.submit_milestone, milestone_id=row.pk, documents=[], by=at.manager)
    for who in (at.company, at.operator, provider().user):
        with pytest.raises(NotAllowed):
            actions.submit_milestone(milestone_id=row.pk, documents=[], by=who)
    p.hand_in(at, row)
    with pytest.raises(IllegalStep):
        p.hand_in(at, row)


def test_returned_and_handed_in_again_keeps_both_submissions(at):
    (row,) = plan(at, p.item(at))
    p.hand_in(at, row)
    refused("reason_missing", actions.return_milestone, milestone_id=row.pk, reason=" ", by=at.company)
    actions.return_milestone(milestone_id=row.pk, reason="표 2를 보완", by=at.company)
    assert Notice.objects.filter(template="milestone_returned", user=at.manager, body__contains="표 2를 보완").exists()
    p.hand_in(at, row)
    assert sorted(Deliverable.objects.filter(milestone=row).values_list("submission", flat=True)) == [1, 2]
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    with pytest.raises(NotAllowed):
        actions.return_milestone(milestone_id=row.pk, reason="늦었지만", by=at.company)
    actions.return_milestone(milestone_id=row.pk, reason="증빙 부족", by=at.operator)
    assert Milestone.objects.get(pk=row.pk).company_accepted_by is None


def test_rejected_for_good(at):
    (row,) = plan(at, p.item(at))
    p.hand_in(at, row)
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    refused("reason_missing", actions.reject_milestone, milestone_id=row.pk, reason="", by=at.operator)
    actions.reject_milestone(milestone_id=row.pk, reason="협약과 다른 산출물", by=at.operator)
    assert Milestone.objects.get(pk=row.pk).status == "REJECTED"
    assert not Duty.objects.filter(subject_ref=row.ref, closed_at__isnull=True).exists()


def test_strangers_and_the_wrong_side_accept_nothing(at):
    (row,) = plan(at, p.item(at))
    p.hand_in(at, row)
    for who in (at.manager, at.operator, p.make.firm().representative):
        with pytest.raises(NotAllowed):
            actions.accept_milestone(milestone_id=row.pk, by=who)
    actions.accept_milestone(milestone_id=row.pk, by=at.firm.staff)
    for who in (at.manager, at.company, person("OPERATOR_FINANCE")):
        with pytest.raises(NotAllowed):
            actions.confirm_milestone(milestone_id=row.pk, by=who)


# ── Data only after both tracks ──────────────────────────────────────────────────────────────────────
def test_nothing_that_uses_data_is_handed_in_before_both_tracks(at):
    (row,) = plan(at, p.item(at, uses_data=True))
    refused("access_not_allowed", lambda: p.hand_in(at, row))
    reviewed = p.allow_access(at)
    p.hand_in(at, row)
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    access.withdraw(request_id=reviewed.sites[0].request.pk, reason="중단", by=reviewed.user)
    refused("access_not_allowed", actions.confirm_milestone, milestone_id=row.pk, by=at.operator)


def test_one_hospitals_reviews_open_no_other_hospital(at):
    (row,) = plan(at, p.item(at, uses_data=True))
    p.allowed()  # somebody else's case at another hospital
    refused("access_not_allowed", lambda: p.hand_in(at, row))


def test_the_database_refuses_data_before_both_tracks(at):
    (row,) = plan(at, p.item(at, uses_data=True))
    for status in ("SUBMITTED", "COMPANY_ACCEPTED"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Milestone.objects.filter(pk=row.pk).update(status=status)
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=row.pk).update(uses_data=False)


def test_the_database_refuses_other_amounts_and_one_sided_acceptance(at):
    (row,) = plan(at, p.item(at))
    for change in ({"amount_won": 1}, {"grant_won": GRANT - 1}, {"vat_won": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Milestone.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=row.pk).update(status="ACCEPTED")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vouchers_milestone (ref, created_at, updated_at, version, agreement_id, institution_id, number, title,"
            " description, due_on, uses_data, amount_won, grant_won, vat_won, status, reason) SELECT 'mst-x', now(), now(), 1,"
            " agreement_id, institution_id, 9, 'x', '', due_on, false, 1, 1, 0, 'PLANNED', '' FROM vouchers_milestone"
        )


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────
def test_overdue_is_derived(at):
    (row,) = plan(at, p.item(at, days=30))
    assert not queries.is_overdue(row)
    with clock.at(clock.now() + timedelta(days=31)):
        assert queries.is_overdue(row)
        p.hand_in(at, row)
        assert not queries.is_overdue(Milestone.objects.get(pk=row.pk))


def days_before(row, working_days):
    day = row.due_on
    while workdays.working_days_between(day, row.due_on) < working_days:
        day -= timedelta(days=1)
    return clock.start_of_day(day) + timedelta(hours=9)


def test_reminders_at_seven_and_one_working_day_each_once(at):
    (row,) = plan(at, p.item(at, days=40))
    told = lambda: Notice.objects.filter(template="milestone_due", user=at.manager).count()
    for left, after in ((10, 0), (7, 1), (7, 1), (5, 1), (1, 2), (1, 2), (0, 2)):
        moment = days_before(row, left)
        with clock.at(moment):
            actions.remind(now=moment)
        assert told() == after, left
    duty = Duty.objects.get(subject_ref=row.ref, verb="submit_milestone")
    with clock.at(days_before(row, 1)):
        assert journal.remind_of(duty.pk) == 0  # the sweep over duties does not tell it a second time


def test_a_clock_that_slept_reminds_later(at):
    (row,) = plan(at, p.item(at, days=40))
    moment = days_before(row, 4)
    with clock.at(moment):
        assert actions.remind(now=moment) == 1


def test_the_reviews_of_another_match_open_nothing(at):
    """The same company has a second study at the same hospital, with a match of its own."""
    from tests.factories import applications as make
    from tests.factories.providers import Provider
    from tests.factories.rounds import make_round

    (row,) = plan(at, p.item(at, uses_data=True))
    hospital = Provider(at.institution, at.provider_organisation, at.manager)
    second = p.opened(at.firm, [hospital], [make.match(at.firm, make.need(at.firm, make_round()), hospital=hospital)])
    (site,) = second.sites
    p.submit(second, site)
    access.start_review(request_id=site.request.pk, by=site.secretary)
    p.decide_ethics(site)
    p.decide_drb(site)
    assert site.fresh().status == "APPROVED"
    refused("access_not_allowed", lambda: p.hand_in(at, row))
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=row.pk).update(status="SUBMITTED")


def test_nothing_is_handed_in_before_the_agreements_first_day():
    at = p.project(starts_in=5)
    (row,) = plan(at, p.item(at))
    first = clock.today() + timedelta(days=5)
    with override("en"):
        with pytest.raises(Refused) as refusal:
            p.hand_in(at, row)
        assert refusal.value.code == "not_begun" and words.day(first) in str(refusal.value.message)
    assert not queries.may(at.manager, Milestone.objects.get(pk=row.pk))["submit"]
    with clock.at(clock.now() + timedelta(days=5)):
        assert p.hand_in(at, row).status == "SUBMITTED"


# ── Files that the virus scan holds ──────────────────────────────────────────────────────────────────
def scanned(row, *, clean):
    newest = row.deliverables.order_by("-submission").first()
    documents.settle_scan(document_id=newest.document_id, clean=clean, note="Eicar")


def test_accept_waits_for_the_scan_and_refuses_what_it_refused(at, settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    (row,) = plan(at, p.item(at))
    p.hand_in(at, row)
    refused("file_held", actions.accept_milestone, milestone_id=row.pk, by=at.company)
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=row.pk).update(status="COMPANY_ACCEPTED")
    scanned(row, clean=False)
    refused("file_held", actions.accept_milestone, milestone_id=row.pk, by=at.company)
    actions.return_milestone(milestone_id=row.pk, reason="파일 교체", by=at.company)
    p.hand_in(at, row)
    scanned(row, clean=True)
    assert actions.accept_milestone(milestone_id=row.pk, by=at.company).status == "COMPANY_ACCEPTED"


def test_confirm_refuses_what_a_later_scan_refused(at):
    (row,) = plan(at, p.item(at))
    p.hand_in(at, row)
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    scanned(row, clean=False)
    refused("file_held", actions.confirm_milestone, milestone_id=row.pk, by=at.operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=row.pk).update(status="ACCEPTED", accepted_by=at.operator, accepted_at=clock.now())


# ── Who hears ────────────────────────────────────────────────────────────────────────────────────────
def test_a_providers_review_boards_hear_nothing_of_deliveries(at):
    for role in ("PROVIDER_DRB_SECRETARY", "IRB_LIAISON", "DRB_MEMBER"):
        person(role, at.provider_organisation)
    (row,) = plan(at, p.item(at))
    p.hand_in(at, row)
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    actions.confirm_milestone(milestone_id=row.pk, by=at.operator)
    told = Notice.objects.filter(template="milestone_accepted", user__memberships__organisation=at.provider_organisation)
    assert [notice.user for notice in told] == [at.manager]


# ── Completion ───────────────────────────────────────────────────────────────────────────────────────
def test_an_agreement_is_completed_once_its_milestones_are_settled_and_still_pays_what_was_accepted():
    at, (first, second) = p.planned(parts=2)
    p.accept(at, first)
    given = {"agreement_id": at.agreement.pk, "by": at.operator}
    refused("deliveries_open", agreements.complete, **given)
    assert actions.sync_completion() == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=at.agreement.pk).update(status="COMPLETED")
    p.accept(at, second)
    owed = Duty.objects.filter(verb="complete_agreement", closed_at__isnull=True)
    assert owed.get().role == "OPERATOR_CASE" and actions.sync_completion() == 0
    owed.update(closed_at=clock.now())  # as before anybody owed it
    assert [actions.sync_completion(), actions.sync_completion()] == [1, 0]
    assert agreements.complete(**given).status == "COMPLETED" and not owed.exists()
    assert p.request(at, first).status == "REQUESTED"

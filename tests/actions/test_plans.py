"""The sweep over plans: who runs late is flagged once, in time, and relieved; what the operating agency answers."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused
from portal.kit.workdays import working_days_between
from tests.factories import halts
from tests.factories import projects as p
from vouchers.milestones import actions as milestones
from vouchers.milestones.models import PlanWarning
from vouchers.payments import actions, queries

pytestmark = pytest.mark.django_db


def left(at: p.Project, days: int) -> datetime:
    """So many days before the agreement ends."""
    return clock.now() + (at.agreement.ends_on - clock.today()) - timedelta(days=days)


def flagged(at: p.Project) -> PlanWarning:
    """Two weeks before its end the reviews, the data and the work no longer fit."""
    with clock.at(left(at, 12)):
        assert actions.sync_plans() == 1
    return PlanWarning.objects.get()


def raised(at: p.Project, left_days: int = 31) -> PlanWarning:
    """As the sweep found it on another day."""
    milestones.warn_of_plan(agreement_id=at.agreement.pk, needed_days=40, left_days=left_days, limit="AGREEMENT_END")
    return PlanWarning.objects.get()


def test_a_plan_that_fits_is_not_flagged_and_says_how_long_it_takes():
    at, _rows = p.planned(uses_data=True)
    assert actions.sync_plans() == 0 and not PlanWarning.objects.exists()
    found = queries.schedules(queries.running())[at.agreement.pk]
    days = at.agreement.round.policy().days
    reviews = days("access_request") + days("access_papers") + days("drb_institution") + days("provision")
    work = days("delivery") + 2 * days("milestone_acceptance")
    money = days("disbursement_request") + days("milestone_acceptance") + days("evidence_check") + days("payment")
    kinds = [key.split(":")[0] for key in found.path]
    assert kinds[:5] == ["request", "papers", "drb", "provision", "delivery"]
    assert found.needed_days in {reviews + work, reviews + work + money} and not found.late


def test_what_was_done_leaves_the_critical_path():
    at, (row,) = p.planned(uses_data=True)
    before = queries.schedules(queries.running())[at.agreement.pk].needed_days
    p.allow_access(at)
    after = queries.schedules(queries.running())[at.agreement.pk]
    days = at.agreement.round.policy().days
    assert before - after.needed_days == days("access_request") + days("access_papers") + days("drb_institution")
    p.accept(at, row)
    found = queries.schedules(queries.running())[at.agreement.pk]
    assert [key.split(":")[0] for key in found.path] == ["claim", "confirmation", "evidence", "payment"]


def test_a_plan_that_runs_late_is_flagged_once_and_everybody_hears_of_it():
    at, _rows = p.planned(uses_data=True)
    row = flagged(at)
    assert row.limit == "AGREEMENT_END" and row.needed_days > row.left_days
    ends_on = at.agreement.ends_on
    assert row.left_days == working_days_between(ends_on - timedelta(days=12), ends_on)
    duty = Duty.objects.get(verb="answer_warning", closed_at__isnull=True)
    assert duty.role == "OPERATOR_CASE" and duty.url == f"/payments/plan/{at.agreement.ref}/"
    told = set(Notice.objects.filter(template="plan_warned").values_list("user_id", flat=True))
    assert {at.company.pk, at.manager.pk} <= told and at.operator.pk not in told
    assert Event.objects.filter(subject_ref=row.ref, name="plan.warned").count() == 1
    with clock.at(left(at, 12)):
        assert actions.sync_plans() == 0 and PlanWarning.objects.count() == 1


def test_it_is_counted_anew_and_relieved_when_the_plan_fits_again():
    at, _rows = p.planned(uses_data=True)
    raised(at)
    row = raised(at, 30)
    assert row.left_days == 30 and Event.objects.filter(subject_ref=row.ref).count() == 1
    assert actions.sync_plans() == 1  # it fits by now
    row.refresh_from_db()
    assert row.relieved_at is not None and not Duty.objects.filter(verb="answer_warning", closed_at__isnull=True).exists()
    assert Event.objects.filter(subject_ref=row.ref).count() == 2


def test_an_agreement_that_is_no_longer_in_force_is_relieved():
    at, _rows = p.planned(uses_data=True)
    raised(at)
    halts.suspended(at.agreement, by=at.operator)
    assert actions.sync_plans() == 1 and not PlanWarning.objects.standing().exists()
    assert not milestones.warn_of_plan(agreement_id=at.agreement.pk, needed_days=9, left_days=1, limit="YEAR_END")


def test_the_operating_agency_answers_with_words_and_the_parties_read_them():
    at, _rows = p.planned(uses_data=True)
    row = raised(at)
    with pytest.raises(Refused, match="어떤 조치"):
        milestones.answer_warning(warning_id=row.pk, answer=" ", by=at.operator)
    for by in (at.company, at.manager):
        with pytest.raises(NotAllowed):
            milestones.answer_warning(warning_id=row.pk, answer="심의를 앞당깁니다", by=by)
    milestones.answer_warning(warning_id=row.pk, answer="심의를 앞당깁니다", by=at.operator)
    assert Notice.objects.filter(template="plan_answered", user=at.company).exists()
    assert not Duty.objects.filter(verb="answer_warning", closed_at__isnull=True).exists()
    milestones.relieve_plan(agreement_id=at.agreement.pk)
    with pytest.raises(Refused) as refused:
        milestones.answer_warning(warning_id=row.pk, answer="다시", by=at.operator)
    assert refused.value.code == "relieved"


def test_the_database_keeps_what_a_warning_says():
    at, _rows = p.planned()
    given = {"agreement": at.agreement, "needed_days": 5, "left_days": 4, "limit": "YEAR_END"}
    row = PlanWarning.objects.create(**given)
    wrong = (
        {**given},
        {**given, "relieved_at": clock.now(), "left_days": 5},
        {**given, "relieved_at": clock.now(), "answer": "x"},
    )
    for one in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanWarning.objects.create(**one)
    PlanWarning.objects.filter(pk=row.pk).update(relieved_at=clock.now())
    for change in (lambda: PlanWarning.objects.update(needed_days=6), lambda: PlanWarning.objects.all().delete()):
        with pytest.raises(DatabaseError, match="stays what it was"), transaction.atomic():
            change()


def test_many_plans_need_as_many_queries_as_one():
    at, _rows = p.planned(uses_data=True, parts=4)
    p.allow_access(at)
    rows = list(queries.running())
    with CaptureQueriesContext(connection) as one:
        queries.schedules(rows)
    p.planned(p.project(), uses_data=True)
    rows = list(queries.running())
    with CaptureQueriesContext(connection) as two:
        assert len(queries.schedules(rows)) == 2
    assert len(two) == len(one) + 1  # the policy of its round


def test_money_is_measured_against_the_last_day_of_payments_of_the_round():
    at, _rows = p.planned(p.project(settling={"last_invoice": "12-01", "last_payment": "12-10"}))
    plan = queries.plan_of(at.agreement, at.company)
    assert (plan.year_end.month, plan.year_end.day) == (12, 10) and plan.year_end.year >= at.agreement.ends_on.year

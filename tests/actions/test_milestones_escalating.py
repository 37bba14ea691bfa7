"""What is owed of a project and late is told to somebody else, once, by the days of its round."""

from datetime import date, datetime, timedelta

import pytest

from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.journal.models import Duty, Notice
from portal.kit import clock, workdays
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.milestones import actions, queries, rules

pytestmark = pytest.mark.django_db


def after(duty: Duty, days: int) -> datetime:
    """The morning of so many working days after its due day."""
    due_on = clock.to_kst(duty.due_at - timedelta(microseconds=1)).date()
    return clock.start_of_day(workdays.add_working_days(due_on, days)) + timedelta(hours=9)


def test_a_silent_company_is_told_to_the_agency_once_after_the_days_of_the_round():
    at, (row,) = p.planned(p.project(target_days={"escalation": 2}))
    p.hand_in(at, row)
    duty = Duty.objects.get(verb="accept_milestone", closed_at__isnull=True)
    for days, told in ((1, 0), (2, 1), (3, 0)):
        with clock.at(after(duty, days)):
            assert actions.escalate(now=clock.now()) == told
    notice = Notice.objects.get(template="duty_escalated")
    assert notice.user == at.operator and "검수" in notice.title
    english = notice.context["who_en"]
    assert english and notice.context["who_ko"] == at.firm.organisation.name_ko


def test_what_the_agency_owes_is_told_to_the_ministry():
    at, (row,) = p.planned()
    officer = person(Role.MINISTRY_OFFICER)
    p.hand_in(at, row)
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    duty = Duty.objects.get(verb="confirm_milestone", closed_at__isnull=True)
    with clock.at(after(duty, at.agreement.round.days("escalation"))):
        assert actions.escalate(now=clock.now()) >= 1
    told = {notice.user for notice in Notice.objects.filter(template="duty_escalated")}
    assert officer in told and at.operator not in told


def test_what_is_done_paused_or_not_late_is_told_to_nobody():
    at, (row,) = p.planned()
    p.hand_in(at, row)
    duty = Duty.objects.get(verb="accept_milestone", closed_at__isnull=True)
    assert list(queries.to_escalate(clock.now())) == []
    journal.pause_duty(row, "accept_milestone", by=at.operator)
    with clock.at(after(duty, 9)):
        assert list(queries.to_escalate(clock.now())) == [] and journal.escalate(duty.pk, role=Role.OPERATOR_CASE) == 0
    journal.resume_duty(row, "accept_milestone", by=at.operator)
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    with clock.at(after(duty, 9)):
        assert duty.pk not in dict(queries.to_escalate(clock.now())) and journal.escalate(duty.pk, role=Role.OPERATOR_CASE) == 0


@pytest.mark.parametrize(
    ("today", "days", "late"),
    [(date(2026, 6, 8), 1, True), (date(2026, 6, 6), 1, False), (date(2026, 6, 8), 2, False), (date(2026, 6, 5), 0, False)],
)
def test_only_whole_working_days_count(today, days, late):
    assert rules.is_escalated(date(2026, 6, 5), today, days) is late  # a Friday

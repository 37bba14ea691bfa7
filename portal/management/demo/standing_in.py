"""A case officer is away for a few days; a colleague stands in."""

from datetime import timedelta

from portal.accounts import actions as accounts
from portal.accounts.queries import standing_in
from portal.accounts.rules import Role
from portal.journal.models import Duty
from portal.kit import clock
from portal.management.demo.stage import Stage

DAYS_AWAY = 4


def play(stage: Stage) -> None:
    """Somebody is away, a colleague stands in"""
    officer, second = stage.cast.people["officer"], stage.cast.people["officer2"]
    if standing_in.absences_of(second).exists():
        return
    owed = Duty.objects.filter(role=Role.MINISTRY_OFFICER, organisation=None, user=None, closed_at=None, due_at__gt=clock.now())
    if duty := owed.order_by("due_at", "pk").first():
        accounts.hand_duty(duty_id=duty.pk, to=second, reason="제가 먼저 살펴본 건입니다.", by=second)
    last = clock.today() + timedelta(days=DAYS_AWAY)
    accounts.record_absence(user=second, from_on=clock.today(), to_on=last, deputy=officer, by=second)

"""Somebody is away and a colleague stands in; a duty goes from hand to hand. Separate hands stay separate."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Absence, User
from portal.accounts.queries import grants_of, standing_in
from portal.accounts.rules import standing_in as rules
from portal.journal import actions as journal
from portal.journal.models import Duty
from portal.journal.people import may_do
from portal.kit import clock
from portal.kit.access import require, require_somebody
from portal.kit.errors import NotAllowed, Refused

MANAGE = "accounts.manage_absences"


@transaction.atomic
def record_absence(*, user: User, from_on: date, to_on: date, deputy: User | None = None, by: Any) -> Absence:
    """Somebody is away from the first to the last day; `deputy` looks meanwhile after what was handed to them.

    by: the person, or who manages absences. Writes: Absence, Event absence.recorded, Notice to the deputy. Raises: Refused."""
    people = User.objects.select_for_update().filter(pk__in={user.pk, deputy.pk if deputy else user.pk}).order_by("pk")
    assert list(people)
    _require(user, by)
    wanted = rules.Spell(from_on, to_on)
    own, covers = (standing_in.live().filter(**{side: user}).select_related("user") for side in ("user", "deputy"))
    _refuse(rules.absence_fault(wanted, today=clock.today(), own=standing_in.spells(own), stands_in=standing_in.spells(covers)))
    if deputy is not None:
        away = standing_in.spells(standing_in.live().filter(user=deputy).select_related("user"))
        shares = rules.shared(grants_of(user), grants_of(deputy)) if deputy.is_active else set()
        _refuse(rules.deputy_fault(wanted, is_self=deputy == user, shares=shares, name=deputy.get_full_name(), away=away))
    row = Absence(user=user, deputy=deputy, from_on=from_on, to_on=to_on, entered_by=by)
    row.save()
    data = {"from_on": from_on.isoformat(), "to_on": to_on.isoformat(), "user": user.ref, "deputy": deputy and deputy.ref}
    journal.record("absence.recorded", row, by=by, data=data)
    _tell("absence_recorded", row)
    return row


@transaction.atomic
def end_absence(*, absence_id: int, by: Any) -> Absence:
    """Back before the last day, or not away at all. Writes: Absence.ended_at, Event absence.ended, Notice to the deputy. Raises: Refused."""
    row = Absence.objects.select_for_update(of=("self",)).select_related("user", "deputy").get(pk=absence_id)
    _require(row.user, by)
    if row.ended_at is not None or row.to_on < clock.today():
        raise Refused(_("This absence is over already."), "over")
    row.ended_at, row.ended_by = clock.now(), by
    row.save()
    journal.record("absence.ended", row, by=by, data={"user": row.user.ref})
    _tell("absence_ended", row)
    return row


@transaction.atomic
def hand_duty(*, duty_id: int, to: User, reason: str, by: Any) -> Duty:
    """A colleague who owes it too looks after a duty from now on; oneself as well.

    Writes: Duty.holder, Event duty.handed, Notice to the colleague. Raises: Refused (asked of one person alone, no such role, took
    part in it, away)."""
    duty = _locked(duty_id, by)
    away = standing_in.live().filter(user=to, from_on__lte=clock.today()).first()
    _refuse(
        rules.handing_fault(
            in_person=duty.user_id is not None, is_owed=may_do(by, duty), holder_is=duty.holder_id == to.pk, may=may_do(to, duty),
            took_part=to.pk in journal.barred(duty), away_until=away.to_on if away is not None else None, name=to.get_full_name(),
        )
    )  # fmt: skip
    journal.hand(duty, to=to, reason=reason.strip(), by=by)
    if to != by:
        facts = {"title_ko": duty.title_ko, "title_en": duty.title_en, "from_name": by.get_full_name(), "reason": reason.strip()}
        last = duty.due_at and clock.to_kst(duty.due_at - timedelta(microseconds=1)).date().isoformat()
        journal.tell("duty_handed", app="accounts", subject=duty, to=[to], url=duty.url, context={**facts, "due_on": last})
    return duty


@transaction.atomic
def give_back_duty(*, duty_id: int, by: Any) -> Duty:
    """Everybody who owes a duty looks after it again. Writes: Duty.holder, Event duty.given_back. Raises: Refused, NotAllowed."""
    duty = _locked(duty_id, by)
    if duty.holder is None:
        raise Refused(_("Nobody in particular looks after this."), "nobody")
    if not may_do(by, duty):
        raise NotAllowed()
    return journal.hand(duty, to=None, reason="", by=by)


def _locked(duty_id: int, by: Any) -> Duty:
    require_somebody(by)
    duty = Duty.objects.select_for_update(of=("self",)).select_related("holder", "organisation").get(pk=duty_id)
    if duty.closed_at is not None:
        raise Refused(_("This is done already."), "closed")
    return duty


def _require(user: User, by: Any) -> None:
    """One's own absence needs no role; somebody else's does."""
    require_somebody(by)
    if by.pk != user.pk:
        require(by, MANAGE)


def _refuse(fault: rules.Fault | None) -> None:
    if fault is not None:
        raise Refused(fault.message, fault.code, fault.field)


def _tell(template: str, row: Absence) -> None:
    if row.deputy is not None:
        days = {"from_on": row.from_on.isoformat(), "to_on": row.to_on.isoformat()}
        journal.tell(
            template, app="accounts", subject=row, to=[row.deputy], url="/home/",
            context={"who": row.user.get_full_name(), **days},
        )  # fmt: skip

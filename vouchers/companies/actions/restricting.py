"""Restrictions of participation (참여제한): entered by one officer, put in force by another."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.companies import queries, rules
from vouchers.companies.models import Restriction


@transaction.atomic
def restrict(
    *, name: str, ground: str, starts_on: date, ends_on: date, brn: str = "", corporate_no: str = "", representative: str = "",
    by: User | None,
) -> Restriction:  # fmt: skip
    """Enters that a company may not take part; it counts once somebody else put it in force.

    representative: name of the person who is restricted too; only a digest of it is kept. Writes: Restriction ENTERED, Event
    restriction.entered, Duty of the officers. Raises: Refused (no or a wrong number, the dates).
    """
    require(by, "vouchers.verify_company")
    number, corporate = rules.clean_brn(brn), rules.clean_brn(corporate_no)
    if number and rules.brn_fault(number):
        raise Refused(rules.BRN_SENTENCES[rules.brn_fault(number)], "brn", "brn")
    if not number and not corporate:
        raise Refused(_("Enter a business number or a corporate number."), "no_number", "brn")
    if starts_on > ends_on:
        raise Refused(_("The restriction ends before it begins. Compare the dates."), "restriction_dates", "ends_on")
    row = Restriction(
        brn=number, corporate_no=corporate, name=name, ground=ground, starts_on=starts_on, ends_on=ends_on, entered_by=by,
        person_digest=queries.person_digest(representative),
    )  # fmt: skip
    row.save()
    journal.record("restriction.entered", row, by=by, to=row.status, reason=ground)
    journal.open_duty(
        row, "confirm_restriction", title_ko=f"참여제한 확인: {name}", title_en=f"Confirm the restriction: {name}",
        url=f"/admin/vouchers/restriction/{row.pk}/change/", due_in=3, role=Role.MINISTRY_OFFICER, by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def confirm_restriction(*, restriction_id: int, by: User) -> Restriction:
    """Somebody else than who entered it puts it in force. Writes: Restriction IN_FORCE, Event. Raises: NotAllowed (four eyes)."""
    return _decide(restriction_id, "confirm_restriction", "restriction.confirmed", "", by)


@transaction.atomic
def reject_restriction(*, restriction_id: int, reason: str, by: User) -> Restriction:
    """It was entered wrongly and never counts. Writes: Restriction REJECTED, Event. Raises: Refused without a reason, NotAllowed
    (four eyes)."""
    _need_reason(reason)
    return _decide(restriction_id, "reject_restriction", "restriction.rejected", reason.strip(), by)


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Write a reason: the people concerned read it."), "reason_missing", "reason")


def _decide(restriction_id: int, verb: str, event: str, reason: str, by: User) -> Restriction:
    row = Restriction.objects.select_for_update().get(pk=restriction_id)
    require(by, "vouchers.verify_company")
    before = row.status
    row.status = rules.RESTRICTION_LIFECYCLE.step(before, verb)
    if row.entered_by_id == by.pk:
        raise NotAllowed(_("You entered this restriction. Somebody else must decide about it."), "four_eyes")
    row.decided_by = by
    row.save()
    journal.record(event, row, by=by, frm=before, to=row.status, reason=reason)
    journal.close_duty(row, "confirm_restriction", by=by)
    return row


@transaction.atomic
def end_restriction(*, restriction_id: int, reason: str, by: User) -> Restriction:
    """Lifts a restriction as of today. Writes: Restriction.ends_on, Event restriction.lifted.

    Raises: Refused without a reason, once it ended or while it is not in force, NotAllowed for who entered it (four eyes).
    """
    row = Restriction.objects.select_for_update().get(pk=restriction_id)
    require(by, "vouchers.verify_company")
    _need_reason(reason)
    if row.status != rules.RestrictionStatus.IN_FORCE:
        raise Refused(_("This restriction is not in force."), "not_in_force")
    if row.entered_by_id == by.pk:
        raise NotAllowed(_("You entered this restriction. Somebody else must decide about it."), "four_eyes")
    if row.ends_on < clock.today():
        raise Refused(_("This restriction already ended."), "already_ended")
    row.ends_on = max(clock.today(), row.starts_on)
    row.save()
    journal.record("restriction.lifted", row, by=by, reason=reason)
    return row

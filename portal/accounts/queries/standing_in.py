"""Who is away, who stands in, who may be handed what."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from portal.accounts.models import Absence, User
from portal.accounts.queries import active_grants, grants_of
from portal.accounts.rules import standing_in as rules
from portal.journal import queries as journal
from portal.journal.models import Duty, Event
from portal.journal.people import standing_in_for
from portal.kit import clock


def live(today: date | None = None) -> QuerySet[Absence]:
    """Absences that are not over and were not ended."""
    return Absence.objects.filter(ended_at__isnull=True, to_on__gte=today or clock.today())


def absences_of(user: Any) -> QuerySet[Absence]:
    """A person's own, the newest first."""
    return Absence.objects.filter(user=user).select_related("deputy", "entered_by", "ended_by").order_by("-from_on", "-pk")


def stands_in(user: Any) -> QuerySet[Absence]:
    """Absences, now and to come, in which this person stands in for somebody."""
    return live().filter(deputy=user).select_related("user").order_by("from_on", "pk")


def spells(found: Iterable[Absence]) -> list[rules.Spell]:
    """As the rules read them."""
    return [rules.Spell(one.from_on, one.to_on, one.user.get_full_name()) for one in found]


def colleagues(user: Any) -> list[tuple[User, list[str]]]:
    """Who could stand in: (person, roles in common). Two queries."""
    mine = {grant for grant in grants_of(user) if grant[0] not in rules.IN_PERSON}
    held: dict[int, set[rules.Grant]] = {}
    rows = active_grants().filter(role__in={role for role, _there in mine}).exclude(user_id=user.pk)
    for person, role, there in rows.values_list("user_id", "role", "organisation_id"):
        held.setdefault(person, set()).add((role, there))
    found = {person: rules.shared(mine, grants) for person, grants in held.items()}
    people = User.objects.filter(pk__in=[pk for pk, grants in found.items() if grants], is_active=True).order_by("name", "pk")
    return [(one, sorted(role for role, _there in found[one.pk])) for one in people]


def duty_of(user: Any, ref: str) -> Duty | None:
    """An open duty that this person owes with others, or that was handed to them."""
    found = journal.duties_of(grants_of(user), user.pk).filter(ref=ref)
    return found.select_related("organisation", "holder", "user").first()


def who_may(duty: Duty, barred: frozenset[int]) -> list[User]:
    """People to whom a duty may be handed: those who owe it, are not away and took no such part in it. Two queries."""
    if duty.user_id is not None:
        return []
    grants = active_grants()
    if duty.organisation_id is not None:
        grants = grants.filter(organisation_id=duty.organisation_id)
        grants = grants.filter(role=duty.role) if duty.role else grants
    else:
        grants = grants.filter(role=duty.role)
    away = live().filter(from_on__lte=clock.today()).values("user_id")
    people = User.objects.filter(pk__in=grants.values("user_id"), is_active=True).exclude(pk__in=away)
    return list(people.exclude(pk__in=barred).order_by("name", "pk"))


def in_my_hands(user: Any, limit: int = 30) -> list[Duty]:
    """Duties that were handed to this person, and those of whom they stand in for; each with `instead_of`, a name or "".

    One query; a second one for whoever stands in for somebody."""
    absent = standing_in_for(user)
    owed = Duty.objects.filter(holder_id=user.pk, closed_at__isnull=True)
    rows = list(owed.select_related("organisation").order_by("due_at", "id")[:limit])
    if absent:
        theirs = journal.duties_of(grants_of(user), user.pk).filter(holder_id__in=absent)
        rows += list(theirs.select_related("organisation", "holder")[:limit])
    for row in rows:
        row.instead_of = "" if row.holder_id == user.pk else row.holder.get_full_name()  # type: ignore[attr-defined, union-attr]
    return sorted(rows, key=lambda one: (one.due_at is None, one.due_at or one.opened_at, one.pk))[:limit]


def handed(duty: Duty) -> QuerySet[Event]:
    """How a duty went from hand to hand."""
    return journal.history(duty)


def done_for(refs: Iterable[str]) -> list[tuple[Event, str]]:
    """(event, name of whom somebody stood in for) of what deputies did about these subjects. One query, a second one if any."""
    events = list(
        Event.objects.filter(name="duty.done_for", data__subject__in=list(refs)).select_related("by").order_by("at", "id")
    )
    names = (
        {one.ref: one.get_full_name() for one in User.objects.filter(ref__in=[e.data["holder"] for e in events])}
        if events
        else {}
    )
    return [(event, names.get(event.data["holder"], "")) for event in events]

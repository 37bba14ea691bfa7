"""Timelines, desks and feeds read here."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from portal.journal.models import Duty, Event, Notice
from portal.kit.models import Row


def history(subject: Row) -> QuerySet[Event]:
    """A subject's events in order; the caller was allowed to fetch the subject."""
    return Event.objects.filter(subject_ref=subject.ref).select_related("by").order_by("seq")


def histories(refs: Iterable[str]) -> QuerySet[Event]:
    """Events of several subjects (a case and its parts) in time order."""
    return Event.objects.filter(subject_ref__in=list(refs)).select_related("by").order_by("at", "id")


def duties_of(grants: Iterable[tuple[str, int | None]], user_id: int) -> QuerySet[Duty]:
    """What a person owes now: personally, for an organisation, or by a role. grants: (role, organisation id)."""
    owed = Q(user_id=user_id)
    for role, organisation_id in grants:
        if organisation_id is None:
            owed |= Q(role=role, user__isnull=True, organisation__isnull=True)
        else:
            owed |= Q(organisation_id=organisation_id, user__isnull=True, role__in=["", role])
    return Duty.objects.filter(owed, closed_at__isnull=True).order_by("due_at", "id")


def open_duties(subject: Row) -> QuerySet[Duty]:
    """Who has the ball on a subject."""
    return Duty.objects.filter(subject_ref=subject.ref, closed_at__isnull=True).select_related("organisation", "user")


def feed(user: Any) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user).order_by("-created_at", "-id")


def unread(user: Any) -> int:
    return Notice.objects.filter(user=user, read_at__isnull=True).count()

"""Who may be challenged by an applicant, until when, and what became of it."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.kit import clock, workdays
from portal.templatetags.portal import kst_text
from vouchers.applications.models import Application
from vouchers.evaluation.models import Challenge, PoolMember
from vouchers.evaluation.queries.conflicts import LIVE
from vouchers.evaluation.queries.pool import pool_of
from vouchers.rounds.models import Round


def challenge_due(application: Application) -> datetime | None:
    """Until when the members of the published pool may be challenged; None where the round does not publish its pool."""
    return _due(application.round)


def window_words(programme: Round) -> str:
    """That applicants may still challenge members of the pool, and until when; "": nobody may any more."""
    due_at = _due(programme)
    if due_at is None or due_at <= clock.now():
        return ""
    return _(
        "Applicants may still challenge members of the pool until %(time)s. Whom they challenge with success loses the assignment; "
        "assign after that, or be ready to assign again."
    ) % {"time": kst_text(due_at)}


def _due(programme: Round) -> datetime | None:
    policy, closes_at = programme.policy().conflicts, programme.closes_at
    if not policy.publishes_pool or closes_at is None:
        return None
    return workdays.due_at(closes_at, policy.challenge_days)


def may_challenge(application: Application, now: datetime) -> bool:
    due_at = challenge_due(application)
    return due_at is not None and application.status in LIVE and now < due_at


def published_pool(application: Application) -> QuerySet[PoolMember]:
    """The members whom an applicant may know, by name; nobody where the policy does not publish the pool."""
    found = pool_of(application.round)
    return found if application.round.policy().conflicts.publishes_pool else found.none()


def challenges_of(application: Application) -> QuerySet[Challenge]:
    return Challenge.objects.filter(application=application).select_related("member__user").order_by("pk")


def undecided(programme: Round) -> QuerySet[Challenge]:
    """Challenges of a round that wait for a decision: until then nobody knows whose scores count."""
    return Challenge.objects.filter(application__round=programme, application__status__in=LIVE, status="FILED")

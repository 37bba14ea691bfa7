"""Matches that no application can stand on any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from vouchers.applications import rules
from vouchers.applications.models import Application, ApplicationMatch, LateEntry
from vouchers.matching.models import Match
from vouchers.rounds.rules import MatchTiming


def unused_matches(now: datetime) -> QuerySet[Match]:
    """Matches that hold an order although their call took no match later than its closing, it has closed, no application stands
    on them, and the company has none in that call that may still choose another. What a late entry may bring is kept."""
    of_round = Q(company_id=OuterRef("need__company_id"), round_id=OuterRef("need__round_id"))
    choosing = Application.objects.filter(of_round, status__in=rules.MAY_CHOOSE_AGAIN)
    late = LateEntry.objects.pending().filter(of_round)
    timing = {"need__round__match_timing": MatchTiming.BEFORE_SUBMISSION, "need__round__closes_at__lte": now}
    found = Match.objects.filter(status__in=["PROPOSED", "CONFIRMED"], **timing).exclude(need__round__kind="REHEARSAL")
    used = ApplicationMatch.objects.filter(match=OuterRef("pk"))
    return found.exclude(Exists(used) | Exists(choosing) | Exists(late)).order_by("pk")

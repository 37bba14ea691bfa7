"""What nobody applied with is free again once its call has closed."""

from datetime import datetime

from django.db import transaction

from portal.journal import actions as journal
from vouchers.applications import queries
from vouchers.matching import actions as matching
from vouchers.matching.models import Match, QuoteRequest


def release_unused_matches(*, now: datetime) -> int:
    """Matches on which no application stands, of calls that took none later than their closing. Idempotent (sweep); each in its
    own transaction.

    Writes: through matching.release_match. Returns: how many.
    """
    unused = list(queries.unused_matches(now).values_list("pk", flat=True))
    return journal.each("applications.release_unused_matches", unused, lambda pk: _release(pk, now))


@transaction.atomic
def _release(match_id: int, now: datetime) -> bool:
    """Looks again once nobody can choose or cancel the match beside it: request before match, as the room of matches locks them."""
    request_id = Match.objects.values_list("quote__request_id", flat=True).get(pk=match_id)
    QuoteRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    Match.objects.select_for_update(of=("self",)).get(pk=match_id)
    return queries.unused_matches(now).filter(pk=match_id).exists() and matching.release_match(match_id=match_id, unused=True)

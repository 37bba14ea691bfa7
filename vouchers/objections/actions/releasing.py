"""What an application held that ended for good is free again: its matches, and with them the providers' capacity."""

from datetime import datetime

from django.db import transaction

from portal.journal import actions as journal
from portal.kit import clock
from vouchers.applications import queries as applications
from vouchers.applications.models import Application
from vouchers.matching import actions as matching
from vouchers.objections import queries


def release_matches(now: datetime | None = None) -> int:
    """Matches of applications that were not selected, not eligible, withdrawn or never handed in, once no objection can bring
    these back. Idempotent (sweep); each in its own transaction.

    Writes: through matching.release_match. Returns: how many.
    """
    moment = now or clock.now()
    held = queries.holding(moment)
    return journal.each("objections.release_matches", held, lambda pk: _release(pk, held[pk], moment))


@transaction.atomic
def _release(match_id: int, held: list[Application], now: datetime) -> bool:
    if not all(queries.is_final(one, now) for one in held) or match_id in applications.kept_matches(held[0]):
        return False
    return matching.release_match(match_id=match_id)

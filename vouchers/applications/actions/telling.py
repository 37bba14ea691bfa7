"""A call was amended: everybody with a draft or an application in it is told."""

from datetime import datetime

from portal.accounts.models import Organisation
from vouchers.applications.models import Application
from vouchers.rounds import actions as rounds
from vouchers.rounds import queries as calls


def tell_amendments(*, now: datetime) -> int:
    """Amendments of which nobody here was told yet. Each in its own transaction. Idempotent (sweep).

    Writes: Notices, Amendment.told_at. Returns: how many amendments.
    """
    untold = list(calls.untold_amendments())
    for amendment in untold:
        concerned = Application.objects.filter(round_id=amendment.round_id).live().values("company__organisation_id")
        rounds.tell_amendment(amendment_id=amendment.pk, organisations=Organisation.objects.filter(pk__in=concerned), now=now)
    return len(untold)

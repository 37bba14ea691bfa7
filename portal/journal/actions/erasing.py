"""What is kept no longer than the privacy notice says is erased, and the journal says how much of what was."""

from datetime import datetime

from django.db import connection, transaction

from portal.journal import rules
from portal.journal.actions.events import record
from portal.journal.models import Erasure, Notice


@transaction.atomic
def note_erasure(*, kind: str, before: datetime, count: int) -> Erasure:
    """One run of a sweep that erased something. kind: the sweep's task name; before: what is older is gone; count: records.

    Writes: Erasure, Event erasure.carried_out.
    """
    row = Erasure(kind=kind, before=before, count=count)
    row.save()
    record("erasure.carried_out", row, by=None, data={"sweep": kind, "before": before, "count": count})
    return row


@transaction.atomic
def forget_accesses(*, now: datetime) -> int:
    """Entries of the access log that are older than ACCESS_YEARS (개인정보의 안전성 확보조치 기준 제8조: two years at least).

    The database itself deletes no younger one, by its own clock. Idempotent (sweep). Writes: AccessLog, Erasure, Event.
    Returns: how many were erased.
    """
    before = rules.years_before(now, rules.ACCESS_YEARS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_forget_accesses(%s)", [before])
        count = int(cursor.fetchone()[0])
    if count:
        note_erasure(kind="journal.forget_accesses", before=before, count=count)
    return count


def forget_address(*, address: str, instead: str) -> int:
    """Account mails to an address that nobody confirmed keep that they were sent, and no longer where to. instead: an address
    below forgotten.invalid, else the database refuses. Writes: Notice. Returns: how many."""
    return Notice.objects.filter(app="account", address=address).update(address=instead)

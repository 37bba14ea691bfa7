"""One head over a day's events: whoever kept yesterday's head can tell whether the past was rewritten."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from portal.journal import rules
from portal.journal.models import Event, Seal
from portal.kit import clock

_ONE_DAY = timedelta(days=1)
SEAL_LOCK = 7214001  # the number that the trigger event_writers (0002_journal_guards) shares


@transaction.atomic
def seal_day() -> Seal | None:
    """Seals every event up to the end of yesterday (KST) that no seal holds yet. None: nothing to seal, or done today.

    Every writer of an event holds SEAL_LOCK shared until it commits (statement trigger), the sealer takes it alone for a
    moment: then no lower id can still appear, which a snapshot's xmin cannot promise for ids. Writes: Seal.
    """
    today = clock.today()
    day = today - _ONE_DAY
    if Seal.objects.filter(day__gte=day).exists():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
    last = Seal.objects.order_by("-day").first()
    after = last.last_event_id if last else 0
    upto: int | None = Event.objects.filter(id__gt=after, at__lt=clock.start_of_day(today)).aggregate(n=Max("id"))["n"]
    if upto is None:
        return None
    previous = last.head if last else rules.GENESIS
    hashes: Any = Event.objects.filter(id__gt=after, id__lte=upto).order_by("id").values_list("hash", flat=True)
    head, count = rules.head(previous, hashes.iterator())
    seal = Seal(day=day, last_event_id=upto, events=count, previous_head=previous, head=head, sealed_at=clock.now())
    seal.save()
    return seal

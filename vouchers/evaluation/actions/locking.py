"""One order of locks for everybody who decides about places: applications in evaluation, applications a run has decided, the
round, then what hangs on one application. Within each of the first two by id. Whoever keeps to it waits; nobody dies of another.
"""

from collections.abc import Collection

from django.db.models import Q

from vouchers.applications.models import Application
from vouchers.evaluation.models import SelectionLine


def lock_cases(round_id: int, *, decided: bool = False) -> None:
    """Until the transaction ends nothing begins beside it about an application in evaluation: no panel, no assignment, no penalty.
    Before the round. decided: then those too that a run decided before, which a run anew has lines for again; afterwards, so that
    who waits for a confirmation holds nothing that it still moves up."""
    named = SelectionLine.objects.filter(run__round_id=round_id).values("application_id")
    _lock(round_id, Q(), Q(pk__in=named) if decided else None)


def lock_queue(round_id: int, tracks: Collection[int], *, leaving: int | None = None) -> None:
    """Before the round, by who will move up reserves of these tracks: what is evaluated there again, since its run would come
    first, then the reserves. leaving: the application whose place falls free, in its turn among them."""
    of_tracks = Q(track_id__in=tracks)
    _lock(round_id, of_tracks, Q(pk=leaving) | (of_tracks & Q(status="RESERVE")))


def _lock(round_id: int, evaluated: Q, others: Q | None) -> None:
    every = Application.objects.select_for_update(of=("self",)).filter(round_id=round_id).order_by("pk")
    list(every.filter(evaluated, status="IN_EVALUATION").values_list("pk", flat=True))
    if others is not None:
        list(every.filter(others).values_list("pk", flat=True))

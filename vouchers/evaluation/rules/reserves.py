"""Who moves up from the reserve list when a place falls free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reserve:
    """Somebody who waits: track, place on its reserve list, the grant applied for, the pools it belongs to."""

    application_id: int
    track: str
    reserve_no: int
    grant_won: int
    pools: frozenset[str] = frozenset()


def next_reserve(
    reserves: Sequence[Reserve],
    *,
    track: str,
    free_slots: int | None,
    available_won: int,
    owed: Mapping[str, int] | None = None,
) -> Reserve | None:
    """Who moves up when a place in `track` becomes free: the first in line, when slot and money allow it.

    owed: pool → places that its quota lacks now, in policy order. While a pool lacks some, the place stays in it: the first in
    line among members of all such pools, else of the first such pool that has a member in line, and so on; where none has, of
    everybody. Strictly in order: nobody overtakes for money, so one whose grant does not fit waits until money is free.
    """
    queue = sorted((r for r in reserves if r.track == track), key=lambda r: r.reserve_no)
    if not queue or (free_slots is not None and free_slots < 1):
        return None
    for pool in [pool for pool, lacking in (owed or {}).items() if lacking > 0]:
        members = [one for one in queue if pool in one.pools]
        queue = members or queue
    return queue[0] if queue[0].grant_won <= available_won else None

"""The sweep over the plans of projects in force: who runs late is flagged in time, who fits again is relieved."""

from collections.abc import Sequence
from itertools import batched

from vouchers.milestones import actions as milestones
from vouchers.milestones import rules
from vouchers.payments import queries

BATCH = 200


def sync_plans() -> int:
    """Computes every plan anew. Idempotent. Writes: through milestones.warn_of_plan and relieve_plan, each in its own
    transaction. Returns: how many were flagged or relieved."""
    changed, seen = 0, []
    for rows in batched(queries.running().order_by("pk").iterator(chunk_size=BATCH), BATCH, strict=False):
        found = queries.schedules(rows)
        seen += list(found)
        changed += sum(_flag(pk, one) for pk, one in found.items() if one.late)
        fitting = [pk for pk, one in found.items() if not one.late]
        changed += _relieve(queries.warned(fitting))
    return changed + _relieve(queries.to_relieve(seen))


def _flag(agreement_id: int, found: rules.Schedule) -> bool:
    return milestones.warn_of_plan(
        agreement_id=agreement_id, needed_days=found.needed_days, left_days=found.left_days, limit=found.limit
    )


def _relieve(agreement_ids: Sequence[int]) -> int:
    return sum(milestones.relieve_plan(agreement_id=pk) for pk in agreement_ids)

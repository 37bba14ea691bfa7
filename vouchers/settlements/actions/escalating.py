"""What is owed and late is told to somebody else, once, by the days of its round."""

from datetime import datetime

from portal.journal import actions as journal
from vouchers.settlements import queries


def escalate(*, now: datetime) -> int:
    """Idempotent (sweep); each duty in a transaction of its own. Writes: through journal.escalate. Returns: people told."""
    return sum(journal.escalate(duty_id, role=role) for duty_id, role in list(queries.to_escalate(now)))

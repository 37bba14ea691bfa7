"""What was measured here is pushed down to the institutions, which stand earlier in time."""

from providers.institutions import actions as institutions
from providers.institutions.models import Institution
from providers.institutions.rules import rate
from vouchers.access import queries


def sync_measured_days() -> int:
    """Every institution is told how long its steps took, as far as that changed (sweep). Idempotent; each in its own transaction.
    Writes: Institution.measured_days, Event institution.measured. Returns: figures that changed."""
    known = dict(Institution.objects.values_list("pk", "measured_days"))
    changed = [one for one in queries.measured_days() if known[one.institution_id].get(one.step) != one.figure]
    for one in changed:
        institutions.record_measured_days(
            institution_id=one.institution_id, step=one.step, median=one.median, n=one.n, as_of=one.as_of,
            by_modality=one.by_modality,
        )  # fmt: skip
    return len(changed)


def sync_measured_shares() -> int:
    """Every institution is told which share of its answers was positive, as far as that changed (sweep). Idempotent; each in its own
    transaction. Writes: Institution.measured_rates, Event institution.rate_measured. Returns: figures that changed."""
    known = dict(Institution.objects.values_list("pk", "measured_rates"))
    told = 0
    for one in queries.measured_shares():
        if known[one.institution_id].get(one.kind) != rate(one.positive, one.n, one.least, one.as_of):
            institutions.record_measured_rate(
                institution_id=one.institution_id, kind=one.kind, positive=one.positive, n=one.n, least=one.least, as_of=one.as_of
            )
            told += 1
    return told

"""Letters of intent that stand behind accepted awards."""

from vouchers.applications.models import ApplicationMatch
from vouchers.evaluation.models import Award


def letters_behind_awards() -> list[int]:
    """Confirmed matches on letters whose award was accepted and whose final quote nobody asked for yet. One query."""
    awarded = Award.objects.filter(status="ACCEPTED").values("application_id")
    rows = ApplicationMatch.objects.filter(
        match__status="CONFIRMED", match__quote__band_min_won__isnull=False, match__final_asked_at__isnull=True,
        application_id__in=awarded,
    )  # fmt: skip
    return list(rows.order_by("match_id").values_list("match_id", flat=True))

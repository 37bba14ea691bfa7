"""How long each step took so far, out of the journal."""

from django.core.cache import cache

from portal.journal.models import Event
from portal.kit import clock
from vouchers.applications import rules
from vouchers.applications.models import Application
from vouchers.applications.queries.behind import policy_of
from vouchers.rounds.models import Round

NEWEST_CASES = 500  # applications whose way is measured: the last ones that left a step
MEASURED_SECONDS = 3600
STATES = frozenset(rules.ApplicationStatus)  # a judged rule tells its verdict in the same column


def usual_waits(application: Application) -> dict[str, rules.Usual]:
    """State → its usual wait; a state with fewer cases than the round's disclosure threshold is left out.

    Of rounds that count, and for an application to a demonstration of demonstrations too. As of at most an hour ago.
    """
    kinds = ("LIVE", "DEMO") if application.round.is_demo else ("LIVE",)
    key = f"application_waits:{'-'.join(kinds)}"
    spent: dict[str, list[int]] | None = cache.get(key)
    if spent is None:
        spent = _measured(kinds)
        cache.set(key, spent, MEASURED_SECONDS)
    return rules.usual(spent, policy_of(application).disclosure_threshold)


def _measured(kinds: tuple[str, ...]) -> dict[str, list[int]]:
    """Two queries, however many applications there are."""
    rounds = Round.objects.filter(kind__in=kinds)
    cases = Application.objects.filter(round__in=rounds, submitted_at__isnull=False).exclude(status="SUBMITTED")
    refs = list(cases.order_by("-submitted_at", "-id").values_list("ref", flat=True)[:NEWEST_CASES])
    rows = (
        Event.objects.filter(subject_ref__in=refs, name__startswith="application.").exclude(to="").order_by("subject_ref", "seq")
    )
    moves = rows.values_list("subject_ref", "frm", "to", "at")
    return rules.stays(rules.Change(ref, frm, to, clock.to_kst(at).date()) for ref, frm, to, at in moves if to in STATES)

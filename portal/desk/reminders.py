"""Of which round a duty is, and how long before its due day that round reminds of it. Asked by the sweep over duties."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.apps import apps

from portal.journal.models import Duty
from portal.journal.rules import REMIND_BEFORE
from vouchers.rounds.models import PolicyVersion


class Matter(NamedTuple):
    """kind: of rounds.rules.REMINDED; path: from a subject to the id of its round."""

    kind: str
    path: str


# subject_type of a duty → what it is about. A matter of no round (an account, a dataset) is reminded of on the usual days
MATTERS = {
    "application": Matter("application", "round_id"),
    "award": Matter("application", "application__round_id"),
    "agreement": Matter("agreement", "round_id"),
    "agreementchange": Matter("agreement", "agreement__round_id"),
    "agreementhalt": Matter("agreement", "agreement__round_id"),
    "carryover": Matter("agreement", "agreement__round_id"),
    "planwarning": Matter("plan", "agreement__round_id"),
    "milestone": Matter("milestone", "agreement__round_id"),
    "inspection": Matter("inspection", "agreement__round_id"),
    "finding": Matter("inspection", "inspection__agreement__round_id"),
    "finalevaluation": Matter("final", "agreement__round_id"),
    "disbursement": Matter("payment", "milestone__agreement__round_id"),
    "settlement": Matter("settlement", "round_id"),
    "debt": Matter("debt", "agreement__round_id"),
    "clawback": Matter("clawback", "round_id"),
    "auditsample": Matter("audit", "round_id"),
    "outcomesurvey": Matter("outcome", "round_id"),
    "auditfinding": Matter("audit", "item__sample__round_id"),
}


def days_of(duties: Iterable[Duty]) -> dict[int, tuple[int, ...]]:
    """Duty id → working days before its due day on which it is reminded of. One query a kind of subject, one for the rounds."""
    rows = list(duties)
    refs: dict[str, set[str]] = {}
    for one in rows:
        refs.setdefault(one.subject_type, set()).add(one.subject_ref)
    of: dict[str, int] = {}
    for kind in refs.keys() & MATTERS.keys():
        found: Any = apps.get_model("vouchers", kind)._default_manager.filter(ref__in=refs[kind])
        of |= dict(found.values_list("ref", MATTERS[kind].path))
    newest = PolicyVersion.objects.filter(round_id__in=set(of.values())).order_by("round_id", "-number").distinct("round_id")
    rounds = {version.round_id: version for version in newest}
    return {one.pk: _days(one, rounds.get(of.get(one.subject_ref, 0))) for one in rows}


def _days(duty: Duty, version: Any) -> tuple[int, ...]:
    if version is None:
        return REMIND_BEFORE
    policy = version.parsed()
    return policy.reminding.of(MATTERS[duty.subject_type].kind, policy.reminder_days)  # type: ignore[no-any-return]

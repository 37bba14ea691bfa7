"""How long before its due day a round reminds of what is owed, by kind of matter, as policy data. Source: domain.md §6.14 (⚙)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

USUAL = (7, 1)  # working days, where a policy says nothing
MOST_DAYS, MOST_REMINDERS = 60, 6
REMINDED = {
    "application": _("Applications and their check"),
    "agreement": _("Agreements and their changes"),
    "plan": _("Plans that run late"),
    "milestone": _("Milestones"),
    "inspection": _("Inspections and findings"),
    "final": _("Final evaluation"),
    "payment": _("Payments"),
    "settlement": _("Settlements"),
    "debt": _("What is to be paid back"),
    "clawback": _("Taking money back"),
    "audit": _("Audit samples and findings"),
    "outcome": _("Surveys after projects"),
}


@dataclass(frozen=True)
class RemindingPolicy:
    """days: kind of matter → working days before the due day on which who owes it is reminded, the longest first; empty: never."""

    days: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def of(self, kind: str, usual: Sequence[int]) -> tuple[int, ...]:
        """The days of a kind; usual: the round's own for what it says nothing about."""
        return self.days.get(kind, tuple(usual))


def parse_reminding(body: Mapping[str, Any]) -> RemindingPolicy:
    """`reminding` of PolicyVersion.body → RemindingPolicy. Raises TypeError, ValueError or AttributeError for a body that
    `reminding_faults` would refuse."""
    return RemindingPolicy({str(kind): tuple(sorted({int(n) for n in days}, reverse=True)) for kind, days in body.items()})


def reminding_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `reminding` of a policy, as codes."""
    try:
        policy = parse_reminding(body)
    except (TypeError, ValueError, AttributeError):
        return ["reminding_shape"]
    if not set(policy.days) <= set(REMINDED):
        return ["reminding_shape"]
    good = all(len(days) <= MOST_REMINDERS and all(1 <= n <= MOST_DAYS for n in days) for days in policy.days.values())
    return [] if good else ["reminding_days"]


_FAULTS = {
    "reminding_shape": _("The days of the reminders cannot be read."),
    "reminding_days": _("A reminder comes 1 to 60 working days before the due day, at most six times."),
}


def reminding_fault_words(code: str) -> str:
    """The sentence of a fault of `reminding_faults`, in the reader's language."""
    return str(_FAULTS[code])

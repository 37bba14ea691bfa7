"""What a round asks of the quotes for it, as policy data. Source: domain.md §6.8 and 6.14."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.clock import to_kst


@dataclass(frozen=True)
class QuotingPolicy:
    """investigator_agrees: a quote leaves only once the principal investigator whom it names agreed, beside the approver.

    letters: a letter of intent with a price band suffices until the award.
    award_on: the planned day of the award, until which a quote must be valid; none planned: reckoned from the steps'
    days.
    """

    investigator_agrees: bool = True
    award_on: date | None = None
    letters: bool = False


def parse_quoting(body: Mapping[str, Any]) -> QuotingPolicy:
    """`quoting` of PolicyVersion.body → QuotingPolicy; what is missing takes its default.

    Raises TypeError, ValueError or AttributeError for a body that `quoting_faults` would refuse.
    """
    day = body.get("award_on")
    agrees = body.get("investigator_agrees", QuotingPolicy.investigator_agrees)
    letters = body.get("letters", QuotingPolicy.letters)
    if not isinstance(agrees, bool) or not isinstance(letters, bool):
        raise ValueError
    return QuotingPolicy(investigator_agrees=agrees, award_on=date.fromisoformat(day) if day else None, letters=letters)


def quoting_faults(body: Mapping[str, Any], closes_at: datetime | None = None) -> list[str]:
    """What is wrong with `quoting` of a policy, as codes. closes_at: of the call, once it is known."""
    try:
        policy = parse_quoting(body)
    except (TypeError, ValueError, AttributeError):
        return ["quoting_shape"]
    if policy.award_on and closes_at and policy.award_on <= to_kst(closes_at).date():
        return ["quoting_award"]
    return []


_FAULTS = {
    "quoting_shape": _("The rules about quotes cannot be read."),
    "quoting_award": _("The award can only be planned for a day after the call closed."),
}


def quoting_fault_words(code: str) -> str:
    """The sentence of a fault of `quoting_faults`, in the reader's language."""
    return str(_FAULTS[code])

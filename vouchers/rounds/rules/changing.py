"""What a round lets agreements change, and how, as policy data. Source: domain.md §6.6 (⚙: share of a shift by notice)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ChangingPolicy:
    """shift_share: of the supply amount (VAT excluded) last signed, up to which amounts may move between the lines of one provider
    by a notice; where a policy says nothing, every shift needs an approval. grant_may_rise: whether an approved change may raise
    a grant above what the award gave, out of what the round has left."""

    shift_share: Decimal = Decimal(0)
    grant_may_rise: bool = False

    @property
    def percent(self) -> str:
        """The share as people say it: `10`."""
        return f"{(self.shift_share * 100).normalize():f}"


def parse_changing(body: Mapping[str, Any]) -> ChangingPolicy:
    """`changing` of PolicyVersion.body → ChangingPolicy; what is missing takes its default.

    Raises TypeError, ValueError, ArithmeticError or AttributeError for a body that `changing_faults` would refuse.
    """
    rise = body.get("grant_may_rise", False)
    if not isinstance(rise, bool):
        raise ValueError
    return ChangingPolicy(shift_share=Decimal(str(body.get("shift_share", 0))), grant_may_rise=rise)


def changing_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `changing` of a policy, as codes."""
    try:
        policy = parse_changing(body)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return ["changing_shape"]
    return [] if policy.shift_share.is_finite() and 0 <= policy.shift_share < 1 else ["changing_share"]


_FAULTS = {
    "changing_shape": _("The rules about changes of agreements cannot be read."),
    "changing_share": _("The share that may move between lines by a notice lies between 0 and less than 1."),
}


def changing_fault_words(code: str) -> str:
    """The sentence of a fault of `changing_faults`, in the reader's language."""
    return str(_FAULTS[code])

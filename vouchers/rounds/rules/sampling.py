"""How an auditor's sample of a round's payments is drawn, as policy data. Source: domain.md §6.13 (⚙: sizes and thresholds)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

NUMBERS: Mapping[str, tuple[int, int]] = {
    "threshold_won": (1, 10**12), "size": (1, 1000), "least_per_provider": (0, 50),
}  # fmt: skip


@dataclass(frozen=True)
class SamplingPolicy:
    """threshold_won: every payment from this amount on is looked at. size: how many of the smaller ones a sample aims at, by their
    money. least_per_provider: so many of each provider's at least, where it has so many."""

    threshold_won: int = 100_000_000
    size: int = 25
    least_per_provider: int = 1


def parse_sampling(body: Mapping[str, Any]) -> SamplingPolicy:
    """`sampling` of PolicyVersion.body → SamplingPolicy; what is missing takes its default. Raises TypeError, ValueError or
    AttributeError for a body that `sampling_faults` would refuse."""
    return SamplingPolicy(**{name: int(body[name]) for name in NUMBERS if body.get(name) is not None})


def sampling_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `sampling` of a policy, as codes."""
    try:
        policy = parse_sampling(body)
    except (TypeError, ValueError, AttributeError):
        return ["sampling_shape"]
    good = all(least <= getattr(policy, name) <= most for name, (least, most) in NUMBERS.items())
    return [] if good else ["sampling_numbers"]


_FAULTS = {
    "sampling_shape": _("The rules about samples of payments cannot be read."),
    "sampling_numbers": _("A number of the rules about samples of payments lies outside of what is possible."),
}


def sampling_fault_words(code: str) -> str:
    """The sentence of a fault of `sampling_faults`, in the reader's language."""
    return str(_FAULTS[code])

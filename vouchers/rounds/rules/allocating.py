"""How a round proposes offers to needs where places are scarce, as policy data. Source: domain.md §3.5, 7."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class AllocatingPolicy:
    """a_need: offers proposed to a need at most. ranked: of each need's ranking, how many may be proposed (0: any). least: score from which
    an offer may be proposed. served: points that a need's first offer counts more, so that it goes before another's second one.
    region: points that a company outside the capital area counts more. lapse_days: working days for which a proposal stands.
    """

    a_need: int = 1
    ranked: int = 0
    least: int = 4000
    served: int = 5000
    region: int = 300
    lapse_days: int = 10

    def document(self) -> dict[str, int]:
        return asdict(self)


ALLOCATING_RANGES: Mapping[str, tuple[int, int]] = {  # field → least, most
    "a_need": (1, 5), "ranked": (0, 200), "least": (0, 10_000), "served": (0, 10_000), "region": (0, 10_000), "lapse_days": (1, 60),
}  # fmt: skip


def parse_allocating(body: Mapping[str, Any]) -> AllocatingPolicy:
    """`allocating` of PolicyVersion.body → AllocatingPolicy; what is missing takes its default.

    Raises TypeError, ValueError or AttributeError for a body that `allocating_faults` would refuse.
    """
    plain = AllocatingPolicy()
    return AllocatingPolicy(**{name: int(body.get(name, getattr(plain, name))) for name in ALLOCATING_RANGES})


def allocating_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `allocating` of a policy, as codes."""
    try:
        policy = parse_allocating(body)
    except (TypeError, ValueError, AttributeError):
        return ["allocating_shape"]
    inside = all(low <= getattr(policy, name) <= high for name, (low, high) in ALLOCATING_RANGES.items())
    return [] if inside else ["allocating_range"]


_FAULTS = {
    "allocating_shape": _("The rules about proposals cannot be read."),
    "allocating_range": _("A figure of the rules about proposals lies outside what is possible."),
}


def allocating_fault_words(code: str) -> str:
    """The sentence of a fault of `allocating_faults`, in the reader's language."""
    return str(_FAULTS[code])

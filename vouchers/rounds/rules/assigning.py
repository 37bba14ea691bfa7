"""How a round gives evaluators to applications, as policy data. Source: domain.md §6.3, 7."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class AssigningPolicy:
    """data, field, language: points of a perfect fit, 100 together: kinds of data, medical field, language of the application.

    load: points by the square of each evaluator's load, so that equal loads cost least. max_load: assignments of the round that
    one evaluator may have. How many evaluators an application needs is `min_evaluators` of the policy itself.
    """

    data: int = 60
    field: int = 25
    language: int = 15
    load: int = 2
    max_load: int = 30


ASSIGNING_FIELDS = ("data", "field", "language", "load", "max_load")


def parse_assigning(body: Mapping[str, Any]) -> AssigningPolicy:
    """`assigning` of PolicyVersion.body → AssigningPolicy; what is missing takes its default.

    Raises TypeError or ValueError for a body that `assigning_faults` would refuse.
    """
    plain = AssigningPolicy()
    return AssigningPolicy(**{name: int(body.get(name, getattr(plain, name))) for name in ASSIGNING_FIELDS})


def assigning_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `assigning` of a policy, as codes."""
    try:
        policy = parse_assigning(body)
    except (TypeError, ValueError, AttributeError):
        return ["assigning_shape"]
    weights = (policy.data, policy.field, policy.language)
    faults = [] if min(weights) >= 0 and sum(weights) == 100 else ["assigning_weights"]
    return faults if 0 <= policy.load <= 50 and 1 <= policy.max_load <= 500 else [*faults, "assigning_load"]


_FAULTS = {
    "assigning_shape": _("The rules about assigning evaluators cannot be read."),
    "assigning_weights": _("The weights of data, medical field and language must add up to 100."),
    "assigning_load": _("Unequal load weighs 0 to 50 points, and an evaluator takes 1 to 500 applications."),
}


def assigning_fault_words(code: str) -> str:
    """The sentence of a fault of `assigning_faults`, in the reader's language."""
    return str(_FAULTS[code])

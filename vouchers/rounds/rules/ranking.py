"""What counts how much where datasets are ranked for a need, as policy data of the round. Source: domain.md §3.5, 7."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

FULL = 10_000
WEIGHTS: Mapping[str, int] = {  # where a policy says nothing
    "modality": 2100,
    "disease": 1900,
    "volume": 900,
    "purpose": 800,
    "access": 800,
    "supplier": 700,
    "terms": 600,
    "labels": 500,
    "period": 500,
    "standard": 400,
    "population": 300,
    "certainty": 300,
    "region": 200,
}
WEIGHT_WORDS = {
    "modality": _("Kind of data"),
    "disease": _("Disease"),
    "volume": _("Number of patients"),
    "purpose": _("Purpose"),
    "access": _("Way of use"),
    "supplier": _("Voucher supplier"),
    "terms": _("Price and lead time"),
    "labels": _("Labels"),
    "period": _("Years"),
    "standard": _("Data standard"),
    "population": _("Ages and patients"),
    "certainty": _("Certainty of the facts"),
    "region": _("Outside the capital area"),
}


@dataclass(frozen=True)
class RankingPolicy:
    """weights: component of the score → its most points, 10,000 together. prefer_outside_capital: whether a supplier outside the
    capital area is worth points of `region`, as it is in the selection; else only one in the company's own region is."""

    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS)
    prefer_outside_capital: bool = True


def parse_ranking(body: Mapping[str, Any]) -> RankingPolicy:
    """`ranking` of PolicyVersion.body → RankingPolicy; without weights the usual ones.

    Raises TypeError, ValueError or AttributeError for a body that `ranking_faults` would refuse.
    """
    given = {name: int(points) for name, points in (body.get("weights") or WEIGHTS).items()}
    return RankingPolicy(given, bool(body.get("prefer_outside_capital", True)))


def ranking_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `ranking` of a policy, as codes."""
    try:
        weights = parse_ranking(body).weights
    except (TypeError, ValueError, AttributeError):
        return ["ranking_shape"]
    if set(weights) != set(WEIGHTS):
        return ["ranking_shape"]
    return [] if min(weights.values()) >= 0 and sum(weights.values()) == FULL else [f"ranking_weights:{sum(weights.values())}"]


_FAULTS = {
    "ranking_shape": _("The weights of the ranking cannot be read."),
    "ranking_weights": _("The weights of the ranking must add up to 10,000; they add up to %(what)s."),
}


def ranking_fault_words(code: str, what: str) -> str:
    """The sentence of a fault of `ranking_faults`, in the reader's language."""
    return str(_FAULTS[code]).replace("%(what)s", f"{int(what):,}" if what else "")

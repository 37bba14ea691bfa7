"""What counts how much where datasets are ranked for a need, as policy data of the round. Source: domain.md §3.5, 7."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

FULL = 10_000  # hundredths of a point: people read and type points of 100
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
WEIGHT_TEXTS = {  # what a part of the score looks at
    "modality": _("How many of the kinds of data you asked for are inside; what nothing else replaces counts three times."),
    "disease": _("How many of your diseases are inside, and how much of the collection is about them."),
    "volume": _("Published persons against those you wish for; records count for less, a collection of all diseases too."),
    "purpose": _("Full where your commercial purpose is allowed, two fifths where nobody says."),
    "access": _("Way of use, what may be taken out and linkage as you asked, in equal parts."),
    "supplier": _("Full where the voucher can pay the holder."),
    "terms": _("Nothing without a published offer. With one: two fifths; a fifth for a price within your budget; up to a fifth the shorter the lead time is against your project; a tenth for a joint data review; a tenth where all work you want is priced and places are open."),
    "labels": _("Full where you need no labels, or labels are published."),
    "period": _("How many of the years you asked for are covered; without a wish, how recent the data is."),
    "standard": _("Full for a data standard that suits the kinds of data, half for another one, a fifth where none is published."),
    "population": _("Ages that are covered; less where follow-up or the number of institutions is not published."),
    "certainty": _("Full for published facts, less for those that were inferred or are to be confirmed."),
    "region": _("A supplier outside the capital area, where the call counts it, and one in your own region."),
}  # fmt: skip


def points(hundredths: int) -> Decimal:
    """As people read and type it: 2,100 → 21."""
    return (Decimal(hundredths) / 100).quantize(Decimal("0.01")).normalize() + 0


def hundredths(points_: Decimal) -> int:
    """As it is stored: 21.5 → 2,150."""
    return int(points_ * 100)


@dataclass(frozen=True)
class RankingPolicy:
    """weights: component of the score → its most hundredths of a point, 10,000 together. prefer_outside_capital: whether a supplier outside the
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
    "ranking_weights": _("The weights of the ranking must add up to 100 points; they add up to %(what)s."),
}


def ranking_fault_words(code: str, what: str) -> str:
    """The sentence of a fault of `ranking_faults`, in the reader's language."""
    return str(_FAULTS[code]).replace("%(what)s", f"{points(int(what)):f}" if what else "")

"""Matching on paper. The engine: `parse_need`, `candidate`, `vocabulary`, `Policy`, `match`. No database, no clock."""

from providers.offers.rules import Purpose
from vouchers.matching.rules import replaying
from vouchers.matching.rules.conditions import ASK_FOR_QUOTE
from vouchers.matching.rules.engine import ENGINE_VERSION, Excluded, MatchResult, Result, beside, match
from vouchers.matching.rules.facts import Candidate, Holder, OfferFacts, candidate, holder, offer_facts
from vouchers.matching.rules.filters import judge
from vouchers.matching.rules.need import (
    COMMERCIAL_PURPOSES,
    IrbState,
    Need,
    RegulatoryRoute,
    parse_need,
)
from vouchers.matching.rules.policy import WEIGHTS, Policy, Vocabulary, vocabulary
from vouchers.matching.rules.relaxing import Leeway, Relaxation, leeway, relaxations, with_partners
from vouchers.matching.rules.verdict import FILTERS, Warning

__all__ = [
    "ASK_FOR_QUOTE",
    "COMMERCIAL_PURPOSES",
    "ENGINE_VERSION",
    "FILTERS",
    "WEIGHTS",
    "Candidate",
    "Excluded",
    "Holder",
    "IrbState",
    "Leeway",
    "MatchResult",
    "Need",
    "OfferFacts",
    "Policy",
    "Purpose",
    "RegulatoryRoute",
    "Relaxation",
    "Result",
    "Vocabulary",
    "Warning",
    "beside",
    "candidate",
    "holder",
    "judge",
    "leeway",
    "match",
    "offer_facts",
    "parse_need",
    "relaxations",
    "replaying",
    "vocabulary",
    "with_partners",
]

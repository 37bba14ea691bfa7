"""Rows of matching: needs and their rankings, quotes, matches, counts asked for, a round's allocations."""

from vouchers.matching.models.allocating import Allocation, AllocationQuerySet, OfferProposal, OfferProposalQuerySet
from vouchers.matching.models.feasibility import FeasibilityQuery, FeasibilityQuerySet
from vouchers.matching.models.needs import (
    Match,
    MatchFacts,
    MatchQuerySet,
    MatchRun,
    Need,
    NeedQuerySet,
    Quote,
    QuoteDraft,
    QuoteDraftQuerySet,
    QuoteLine,
    QuoteRequest,
    QuoteRequestQuerySet,
)
from vouchers.matching.models.sourcing import SourcingCase, SourcingCaseSet, SourcingNote, SourcingProposal

__all__ = [
    "Allocation",
    "AllocationQuerySet",
    "FeasibilityQuery",
    "FeasibilityQuerySet",
    "Match",
    "MatchFacts",
    "MatchQuerySet",
    "MatchRun",
    "Need",
    "NeedQuerySet",
    "OfferProposal",
    "OfferProposalQuerySet",
    "Quote",
    "QuoteDraft",
    "QuoteDraftQuerySet",
    "QuoteLine",
    "QuoteRequest",
    "QuoteRequestQuerySet",
    "SourcingCase",
    "SourcingCaseSet",
    "SourcingNote",
    "SourcingProposal",
]

"""Rows of matching: needs and their rankings, quotes, matches, counts asked for."""

from vouchers.matching.models.feasibility import FeasibilityQuery, FeasibilityQuerySet
from vouchers.matching.models.needs import (
    Match,
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

__all__ = [
    "FeasibilityQuery",
    "FeasibilityQuerySet",
    "Match",
    "MatchQuerySet",
    "MatchRun",
    "Need",
    "NeedQuerySet",
    "Quote",
    "QuoteDraft",
    "QuoteDraftQuerySet",
    "QuoteLine",
    "QuoteRequest",
    "QuoteRequestQuerySet",
]

"""States of need, quote request and match; a quote's arithmetic. Source: domain.md §6.8."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class NeedStatus(Codes):
    DRAFT = "DRAFT", _("Draft")
    POSTED = "POSTED", _("Posted")
    MATCHED = "MATCHED", _("Matched")
    NO_MATCH = "NO_MATCH", _("No match found")
    CLOSED = "CLOSED", _("Closed")


class QuoteStatus(Codes):
    SENT = "SENT", _("Quote requested")
    CLARIFYING = "CLARIFYING", _("Question to the company")
    QUOTED = "QUOTED", _("Quoted")
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED_BY_PROVIDER = "DECLINED_BY_PROVIDER", _("Declined by the provider")
    DECLINED_BY_COMPANY = "DECLINED_BY_COMPANY", _("Declined by the company")
    EXPIRED = "EXPIRED", _("Expired")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class MatchStatus(Codes):
    PROPOSED = "PROPOSED", _("Waiting for both confirmations")
    CONFIRMED = "CONFIRMED", _("Confirmed by both")
    CANCELLED = "CANCELLED", _("Cancelled")


class LineKind(Codes):
    EXTRACTION = "EXTRACTION", _("Extraction")
    PSEUDONYMISATION = "PSEUDONYMISATION", _("Pseudonymisation")
    LABELLING = "LABELLING", _("Processing and labelling")
    STANDARDISATION = "STANDARDISATION", _("Standardisation")
    ENVIRONMENT = "ENVIRONMENT", _("Analysis environment")
    REVIEW_FEE = "REVIEW_FEE", _("Review fee")
    LABOUR = "LABOUR", _("Labour")


class TaxKind(Codes):
    TAXABLE = "TAXABLE", _("VAT 10 %")
    EXEMPT = "EXEMPT", _("VAT exempt")


N, Q, M = NeedStatus, QuoteStatus, MatchStatus
NEED_LIFECYCLE = Lifecycle(
    "need",
    N,
    N.DRAFT,
    {
        (N.DRAFT, "post"): N.POSTED,
        (N.POSTED, "note_match"): N.MATCHED,
        (N.POSTED, "note_no_match"): N.NO_MATCH,
        (N.NO_MATCH, "note_match"): N.MATCHED,
        (N.MATCHED, "note_match"): N.MATCHED,
        (N.MATCHED, "note_unmatched"): N.POSTED,
        (N.DRAFT, "close"): N.CLOSED,
        (N.POSTED, "close"): N.CLOSED,
        (N.NO_MATCH, "close"): N.CLOSED,
    },
)
QUOTE_LIFECYCLE = Lifecycle(
    "quote_request",
    Q,
    Q.SENT,
    {
        (Q.SENT, "quote"): Q.QUOTED,
        (Q.SENT, "ask_clarification"): Q.CLARIFYING,
        (Q.CLARIFYING, "clarify"): Q.SENT,
        (Q.QUOTED, "quote"): Q.QUOTED,
        (Q.QUOTED, "accept_quote"): Q.ACCEPTED,
        (Q.SENT, "decline_request"): Q.DECLINED_BY_PROVIDER,
        (Q.CLARIFYING, "decline_request"): Q.DECLINED_BY_PROVIDER,
        (Q.QUOTED, "decline_quote"): Q.DECLINED_BY_COMPANY,
        (Q.SENT, "withdraw_request"): Q.WITHDRAWN,
        (Q.CLARIFYING, "withdraw_request"): Q.WITHDRAWN,
        (Q.SENT, "expire"): Q.EXPIRED,
        (Q.CLARIFYING, "expire"): Q.EXPIRED,
        (Q.QUOTED, "expire"): Q.EXPIRED,
    },
)
MATCH_LIFECYCLE = Lifecycle(
    "match",
    M,
    M.PROPOSED,
    {
        (M.PROPOSED, "confirm"): M.PROPOSED,
        (M.PROPOSED, "complete"): M.CONFIRMED,
        (M.PROPOSED, "cancel"): M.CANCELLED,
        (M.CONFIRMED, "cancel"): M.CANCELLED,
    },
)


def line_amount(quantity: Decimal, unit_price_won: int) -> int:
    """Whole won, rounded down: quantity × unit price."""
    return int(quantity * unit_price_won)


def quote_sums(lines: Iterable[tuple[int, str]]) -> tuple[int, int]:
    """(amount in won, tax kind) of each line → (supply amount, VAT of the taxable lines, 10 % rounded down)."""
    supply = taxable = 0
    for amount_won, tax_kind in lines:
        supply += amount_won
        taxable += amount_won if tax_kind == TaxKind.TAXABLE else 0
    return supply, taxable // 10

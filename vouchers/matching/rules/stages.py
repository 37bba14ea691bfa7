"""States of need, quote request and match; a quote's arithmetic. Source: domain.md §6.8."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit import workdays
from portal.kit.codes import Codes
from portal.kit.errors import Refused
from portal.kit.lifecycle import Lifecycle
from vouchers.matching.rules.agreeing import DRAFT_EVENT_WORDS


class NeedStatus(Codes):
    DRAFT = "DRAFT", _("Draft")
    POSTED = "POSTED", _("Posted")
    MATCHED = "MATCHED", _("Matched")
    NO_MATCH = "NO_MATCH", _("No match found")
    CLOSED = "CLOSED", _("Closed")


class QuoteStatus(Codes):
    SENT = "SENT", _("Quote requested")
    VIEWED = "VIEWED", _("Seen by the provider")
    CLARIFYING = "CLARIFYING", _("Question to the company")
    QUOTED = "QUOTED", _("Quoted")
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED_BY_PROVIDER = "DECLINED_BY_PROVIDER", _("Declined by the provider")
    DECLINED_BY_COMPANY = "DECLINED_BY_COMPANY", _("Declined by the company")
    EXPIRED = "EXPIRED", _("Expired")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    MATCH_ENDED = "MATCH_ENDED", _("Accepted, the match ended")


class MatchStatus(Codes):
    PROPOSED = "PROPOSED", _("Waiting for both confirmations")
    CONFIRMED = "CONFIRMED", _("Confirmed by both")
    CANCELLED = "CANCELLED", _("Cancelled")
    RELEASED = "RELEASED", _("Released")


class LineKind(Codes):
    EXTRACTION = "EXTRACTION", _("Extraction")
    PSEUDONYMISATION = "PSEUDONYMISATION", _("Pseudonymisation")
    LABELLING = "LABELLING", _("Processing and labelling")
    STANDARDISATION = "STANDARDISATION", _("Standardisation")
    ENVIRONMENT = "ENVIRONMENT", _("Analysis environment")
    REVIEW_FEE = "REVIEW_FEE", _("Review fee")
    LABOUR = "LABOUR", _("Labour")


class TaxKind(Codes):
    TAXABLE = "TAXABLE", _("VAT 10%")
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
        (N.NO_MATCH, "note_results"): N.POSTED,
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
        (Q.SENT, "view"): Q.VIEWED,
        (Q.VIEWED, "quote"): Q.QUOTED,
        (Q.SENT, "ask_clarification"): Q.CLARIFYING,
        (Q.VIEWED, "ask_clarification"): Q.CLARIFYING,
        (Q.CLARIFYING, "clarify"): Q.VIEWED,
        (Q.CLARIFYING, "quote"): Q.QUOTED,
        (Q.QUOTED, "quote"): Q.QUOTED,
        (Q.QUOTED, "accept_quote"): Q.ACCEPTED,
        (Q.ACCEPTED, "quote_finally"): Q.ACCEPTED,
        (Q.ACCEPTED, "end_match"): Q.MATCH_ENDED,
        (Q.SENT, "decline_request"): Q.DECLINED_BY_PROVIDER,
        (Q.VIEWED, "decline_request"): Q.DECLINED_BY_PROVIDER,
        (Q.CLARIFYING, "decline_request"): Q.DECLINED_BY_PROVIDER,
        (Q.QUOTED, "decline_quote"): Q.DECLINED_BY_COMPANY,
        (Q.SENT, "withdraw_request"): Q.WITHDRAWN,
        (Q.VIEWED, "withdraw_request"): Q.WITHDRAWN,
        (Q.CLARIFYING, "withdraw_request"): Q.WITHDRAWN,
        (Q.SENT, "expire"): Q.EXPIRED,
        (Q.VIEWED, "expire"): Q.EXPIRED,
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
        (M.CONFIRMED, "ask_final_quote"): M.CONFIRMED,
        (M.CONFIRMED, "take_final_quote"): M.CONFIRMED,
        (M.CONFIRMED, "offer_final_quote"): M.CONFIRMED,
        (M.CONFIRMED, "accept_final_quote"): M.CONFIRMED,
        (M.CONFIRMED, "decline_final_quote"): M.CONFIRMED,
        (M.PROPOSED, "release"): M.RELEASED,
        (M.CONFIRMED, "release"): M.RELEASED,
    },
)


NEED_EDITABLE = frozenset({N.DRAFT, N.POSTED, N.NO_MATCH})
NEED_ASKING = frozenset({N.POSTED, N.NO_MATCH, N.MATCHED})  # quotes may be asked for
LIVE = frozenset({Q.SENT, Q.VIEWED, Q.CLARIFYING, Q.QUOTED})
COMPARABLE = frozenset({Q.QUOTED, Q.ACCEPTED})  # quotes that still count
WAITING = frozenset({Q.SENT, Q.VIEWED})  # for the provider, whose clock runs
MATCH_OVER = frozenset({M.CANCELLED, M.RELEASED})
MOST_LINES = 30
LARGEST_QUANTITY = Decimal(1_000_000_000)
LARGEST_PRICE_WON = 10**12
CENT = Decimal("0.01")

NEED_EVENT_WORDS: dict[str, str | Promise] = {
    "need.drafted": _("Draft begun"),
    "need.saved": _("Need changed"),
    "need.posted": _("Need posted"),
    "need.ranked": _("Datasets and offers ranked"),
    "need.without_match": _("Nothing fits at present"),
    "need.reopened": _("Something fits now"),
    "need.matched": _("Match confirmed for this need"),
    "need.unmatched": _("Match cancelled, need open again"),
    "need.quotes_asked": _("Several providers asked for a quote"),
    "need.closed": _("Need closed"),
}
QUOTE_EVENT_WORDS: dict[str, str | Promise] = {
    "quote_request.sent": _("Quote asked for"),
    "quote_request.clarification_asked": _("Provider asked a question"),
    "quote_request.viewed": _("Seen by the provider"),
    "quote_request.clarified": _("Company answered"),
    "quote_request.quoted": _("Quote sent"),
    "quote_request.accepted": _("Quote accepted"),
    "quote_request.final_quoted": _("Final quote sent, within the letter of intent"),
    "quote_request.declined": _("Provider declined"),
    "quote_request.refused": _("Company declined the quote"),
    "quote_request.withdrawn": _("Request withdrawn"),
    "quote_request.expired": _("Expired"),
    "quote_request.match_ended": _("Request ended with its match"),
}
MATCH_EVENT_WORDS: dict[str, str | Promise] = {
    "match.proposed": _("Match proposed by accepting the quote"),
    "match.side_confirmed": _("One side confirmed the match"),
    "match.confirmed": _("Match confirmed by both sides"),
    "match.final_quote_asked": _("Award accepted: final quote asked for"),
    "match.final_quote_taken": _("Final quote stands for the letter of intent"),
    "match.final_quote_offered": _("Final quote on other terms than the letter of intent: the company decides"),
    "match.final_quote_accepted": _("Company accepted the final quote"),
    "match.final_quote_declined": _("Company declined the final quote"),
    "match.cancelled": _("Match cancelled"),
    "match.released": _("Match released, since its application ended"),
    "match.unused": _("Match released, since the call closed and no application stands on it"),
}
EVENT_WORDS = {**NEED_EVENT_WORDS, **QUOTE_EVENT_WORDS, **DRAFT_EVENT_WORDS, **MATCH_EVENT_WORDS}


@dataclass(frozen=True)
class Line:
    """One checked price line. quantity: two decimals at most; institutions by id, None: the quoting one."""

    kind: str
    description: str
    unit: str
    quantity: Decimal
    unit_price_won: int
    tax_kind: str
    data_holder: int | None = None
    contracting_party: int | None = None
    reviewing_board: int | None = None
    payee: int | None = None

    @property
    def amount_won(self) -> int:
        return line_amount(self.quantity, self.unit_price_won)


PARTIES = ("data_holder", "contracting_party", "reviewing_board", "payee")
PAID = ("contracting_party", "payee")  # of them whom the call's money reaches


def read_lines(lines: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    """Lines as typed → checked lines. Raises Refused naming the first line that is wrong."""
    if not lines:
        raise Refused(_("A quote needs at least one line."), "no_lines", "lines")
    if len(lines) > MOST_LINES:
        raise Refused(_("A quote holds at most 30 lines. Put small items together."), "too_many_lines", "lines")
    read = tuple(_read_line(number, line) for number, line in enumerate(lines, start=1))
    supply_won, _vat = quote_sums((line.amount_won, line.tax_kind) for line in read)
    if supply_won <= 0:
        raise Refused(_("The supply amount must be more than 0 won."), "no_price", "lines")
    return read


def _read_line(number: int, line: Mapping[str, Any]) -> Line:
    def wrong(sentence: Any) -> Refused:
        return Refused(_("Line %(number)d: %(what)s") % {"number": number, "what": sentence}, "bad_line", "lines")

    description, unit = str(line.get("description") or "").strip(), str(line.get("unit") or "").strip()
    try:
        quantity = Decimal(str(line.get("quantity")))
        price = int(line.get("unit_price_won"))  # type: ignore[arg-type]
    except (InvalidOperation, TypeError, ValueError):
        raise wrong(_("Enter quantity and unit price in digits.")) from None
    if line.get("kind") not in LineKind._value2member_map_ or line.get("tax_kind") not in TaxKind._value2member_map_:
        raise wrong(_("Choose a kind of work and a tax from the list."))
    if not description or len(description) > 200 or not unit or len(unit) > 30:
        raise wrong(_("Say what is done (200 characters at most) and in which unit (30 at most)."))
    if not quantity.is_finite() or not 0 < quantity <= LARGEST_QUANTITY or quantity != quantity.quantize(CENT):
        raise wrong(_("The quantity must be more than 0, with two decimals at most."))
    if not 0 <= price <= LARGEST_PRICE_WON:
        raise wrong(_("The unit price must be whole won, 0 or more."))
    parties = {name: line.get(name) or None for name in PARTIES}
    return Line(str(line["kind"]), description, unit, quantity, price, str(line["tax_kind"]), **parties)


def check_dates(*, valid_until: date, earliest_delivery_on: date | None, today: date) -> None:
    """Raises Refused when a quote would be void from the start."""
    if valid_until < today:
        raise Refused(_("The quote must be valid today at least."), "already_expired", "valid_until")
    if earliest_delivery_on is not None and earliest_delivery_on < today:
        raise Refused(_("The delivery cannot lie in the past."), "past_delivery", "earliest_delivery_on")


def silent(due_at: datetime, quote_days: int, now: datetime) -> bool:
    """Nobody answered for as many working days again after the due day: the request expires."""
    return now >= workdays.due_at(due_at, quote_days)


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

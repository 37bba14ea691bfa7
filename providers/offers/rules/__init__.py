"""What an offer is made of and what it must say before it is published. Source: domain.md §3.5 (quote side), §6.7."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import Refused
from portal.kit.lifecycle import Lifecycle
from providers.catalogue.rules import PUBLICATION_MOVES
from providers.offers.rules.routing import DATA_REVIEW as DATA_REVIEW
from providers.offers.rules.routing import LEAD_TIME as LEAD_TIME
from providers.offers.rules.routing import PROVISION as PROVISION
from providers.offers.rules.routing import Basis as Basis
from providers.offers.rules.routing import PriceRange as PriceRange
from providers.offers.rules.routing import Route as Route
from providers.offers.rules.routing import Stage as Stage
from providers.offers.rules.routing import price_range as price_range
from providers.offers.rules.routing import route as route
from providers.offers.rules.sheets import GUIDE_SHEET as GUIDE_SHEET
from providers.offers.rules.sheets import LINES as LINES
from providers.offers.rules.sheets import LINES_SHEET as LINES_SHEET
from providers.offers.rules.sheets import LISTS_SHEET as LISTS_SHEET
from providers.offers.rules.sheets import MARK as MARK
from providers.offers.rules.sheets import MOST_ERRORS as MOST_ERRORS
from providers.offers.rules.sheets import OFFERS as OFFERS
from providers.offers.rules.sheets import OFFERS_SHEET as OFFERS_SHEET
from providers.offers.rules.sheets import Change as Change
from providers.offers.rules.sheets import Column as Column
from providers.offers.rules.sheets import Kind as Kind
from providers.offers.rules.sheets import NotApplied as NotApplied
from providers.offers.rules.sheets import Row as Row
from providers.offers.rules.sheets import Words as Words
from providers.offers.rules.sheets import Wrong as Wrong
from providers.offers.rules.sheets import heading as heading
from providers.offers.rules.sheets import read_sheet as read_sheet


class OfferKind(Codes):
    DATA = "DATA", _("Data")
    PROCESSING = "PROCESSING", _("Processing and analysis")


class OfferStatus(Codes):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    METADATA_CHECK = "METADATA_CHECK", _("Metadata check")
    PUBLISHED = "PUBLISHED", _("Published")
    PAUSED = "PAUSED", _("Paused")
    RETIRED = "RETIRED", _("Retired")


class Purpose(Codes):
    """What data may be used for: an offer allows some, a need names one."""

    PRODUCT_DEVELOPMENT = "PRODUCT_DEVELOPMENT", _("Product development")
    EXTERNAL_VALIDATION = "EXTERNAL_VALIDATION", _("External validation")
    SCIENTIFIC_RESEARCH = "SCIENTIFIC_RESEARCH", _("Scientific research")
    PUBLIC_BENEFIT = "PUBLIC_BENEFIT", _("Public benefit")


class TaxKind(Codes):
    TAXABLE = "TAXABLE", _("VAT 10%")
    EXEMPT = "EXEMPT", _("VAT exempt")


class LineKind(Codes):
    EXTRACTION = "EXTRACTION", _("Extraction")
    PSEUDONYMISATION = "PSEUDONYMISATION", _("Pseudonymisation")
    LABELLING = "LABELLING", _("Processing and labelling")
    STANDARDISATION = "STANDARDISATION", _("Standardisation")
    ENVIRONMENT = "ENVIRONMENT", _("Analysis environment")
    REVIEW_FEE = "REVIEW_FEE", _("Review fee")
    LABOUR = "LABOUR", _("Labour")


class Unit(Codes):
    PROJECT = "PROJECT", _("project")
    PATIENT = "PATIENT", _("patient")
    CASE = "CASE", _("case")
    IMAGE = "IMAGE", _("image")
    GIGABYTE = "GIGABYTE", _("GB")
    DAY = "DAY", _("day")
    MONTH = "MONTH", _("month")
    PERSON_DAY = "PERSON_DAY", _("person-day")


class Period(Codes):
    MONTH = "MONTH", _("month")
    QUARTER = "QUARTER", _("quarter")
    YEAR = "YEAR", _("year")


def period_start(period: str, today: date) -> date:
    """The first day of the month, quarter or year in which `today` lies."""
    month = {Period.MONTH: today.month, Period.QUARTER: (today.month - 1) // 3 * 3 + 1, Period.YEAR: 1}[Period(period)]
    return today.replace(month=month, day=1)


LIFECYCLE = Lifecycle(name="offer", states=OfferStatus, initial=OfferStatus.DRAFT, moves=PUBLICATION_MOVES)  # as a dataset
EDITABLE = frozenset({OfferStatus.DRAFT, OfferStatus.PUBLISHED, OfferStatus.PAUSED})
MOST_LINES = 30
LARGEST_PRICE_WON = 10_000_000_000
MOST_QUANTITY = 1_000_000_000
LONGEST_LEAD_DAYS = 500
MOST_CAPACITY = 100_000


@dataclass(frozen=True)
class Line:
    """One price line. unit_price_won: whole won, VAT excluded; minimum: the least quantity that one order takes."""

    kind: str
    title_ko: str
    title_en: str
    unit: str
    unit_price_won: int
    tax_kind: str
    minimum: int = 0

    @property
    def floor_won(self) -> int:
        return self.unit_price_won * self.minimum


def check_lines(lines: Sequence[Line]) -> None:
    """Raises Refused unless every line can be priced."""
    if len(lines) > MOST_LINES:
        raise Refused(_("At most 30 price lines."), "too_many_lines")
    for line in lines:
        if not 0 <= line.unit_price_won <= LARGEST_PRICE_WON or not 0 <= line.minimum <= MOST_QUANTITY:
            raise Refused(_("A price line is out of range: check price and minimum."), "bad_line", "lines")


def floor_won(lines: Iterable[Line]) -> int | None:
    """The least that one order costs, VAT excluded; None without lines. A line without a minimum may be left out, but an order
    takes something: where nothing else costs, the cheapest line that does counts once."""
    listed = list(lines)
    if not listed:
        return None
    priced = [line.unit_price_won for line in listed if line.unit_price_won]
    return sum(line.floor_won for line in listed) or min(priced, default=0)


def merged_open(typed: int | None, *, shown: int | None, now: int | None, most: int | None) -> int | None:
    """The open orders once a form is saved: what the person changed, and what was taken or given back since it was opened.

    typed: as sent; shown: as the form was opened; now: as stored; most: the capacity. None: unlimited, or not said.
    """
    if typed is None or shown is None or now is None or most is None or typed > most:
        return typed
    return min(max(now + typed - shown, 0), most)


def missing(
    *,
    title_ko: str,
    lines: Sequence[Line],
    access_modes: Sequence[str],
    exits: Sequence[str],
    lead_time_days: int | None,
    purposes: Sequence[str],
    kind: str,
    has_dataset: bool,
) -> list[str]:
    """What an offer still lacks before it can be submitted: field names."""
    needed = {
        "title_ko": title_ko,
        "lines": lines,
        "lead_time_days": lead_time_days,
        "access_modes": access_modes,
        "allowed_purposes": purposes,
        "dataset": has_dataset or kind == OfferKind.PROCESSING,
        "exits": exits or kind == OfferKind.PROCESSING,
    }
    return [name for name, value in needed.items() if not value]


@dataclass(frozen=True)
class Terms:
    """What may be done with data, as a dataset's page or an offer says; empty or None: nothing said."""

    access_modes: Sequence[str] = ()
    exits: Sequence[str] = ()
    purposes: Sequence[str] = ()
    commercial: bool | None = None
    model_export: bool | None = None


MODEL_EXPORT = "MODEL_EXPORT"
WIDER = {
    "access_modes": _("The dataset is not used this way. Take it out here, or have the dataset's description changed first."),
    "exits": _("The dataset's description does not let this out. Take it out here, or have the description changed first."),
    "allowed_purposes": _(
        "The dataset's description does not allow this purpose. Take it out here, or have the description changed first."
    ),
    "commercial_ai_allowed": _(
        "The dataset's description rules out commercial use. Answer no, or have the description changed first."
    ),
    "model_export": _("You say that no model is taken out, and tick model export above. Make both say the same."),
}


def wider(offer: Terms, dataset: Terms | None) -> list[str]:
    """Fields in which an offer promises more than the dataset that it is of, or contradicts itself. What the dataset does not
    say limits nothing: its description was checked, and an offer of it is published without another look at it."""
    found = []
    if dataset is not None:
        for name, mine, theirs in (
            ("access_modes", offer.access_modes, dataset.access_modes),
            ("exits", offer.exits, dataset.exits),
            ("allowed_purposes", offer.purposes, dataset.purposes),
        ):
            if theirs and not set(mine) <= set(theirs):
                found.append(name)
        if offer.model_export and dataset.exits and MODEL_EXPORT not in dataset.exits and "exits" not in found:
            found.append("exits")
        if offer.commercial and dataset.commercial is False:
            found.append("commercial_ai_allowed")
    return [*found, *(["model_export"] if offer.model_export is False and MODEL_EXPORT in offer.exits else [])]


def offered(status: str, valid_from: date | None, valid_to: date | None, today: date) -> bool:
    """Published and inside its validity (both days included)."""
    return (
        status == OfferStatus.PUBLISHED
        and (valid_from is None or valid_from <= today)
        and (valid_to is None or today <= valid_to)
    )


EVENT_WORDS = {
    "offer.created": _("Offer drafted"),
    "offer.edited": _("Offer changed"),
    "offer.submitted": _("Offer submitted"),
    "offer.check_started": _("Metadata check started"),
    "offer.published": _("Offer published"),
    "offer.returned": _("Offer sent back"),
    "offer.paused": _("Offer paused"),
    "offer.outgrown": _("Offer paused: it promises more than its dataset says now"),
    "offer.resumed": _("Offer published again"),
    "offer.retired": _("Offer retired"),
    "offer.capacity_taken": _("Capacity taken by an order"),
    "offer.capacity_renewed": _("Capacity of a new period"),
    "offer.capacity_given_back": _("Capacity given back"),
}

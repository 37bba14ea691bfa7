"""The lines of a quote in the reader's language, and how much of the data they are for."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from portal.kit.words import pick
from providers.offers import queries as offers
from providers.offers.models import OfferLine
from providers.offers.rules import Unit
from vouchers.matching.models import Quote, QuoteRequest
from vouchers.matching.rules import amounts


def offer_lines(request: QuoteRequest) -> list[dict[str, Any]]:
    """The price list of the asked offer as a first version of quote lines, for as many patients as the company wants."""
    if request.offer is None:
        return []
    held = request.dataset.individuals if request.dataset is not None else None
    return [
        {
            "kind": line.kind,
            "description": pick(line, "title"),
            "unit": str(line.get_unit_display()),
            "quantity": amounts.first_quantity(line.kind, line.unit, line.minimum, request.need.document, held),
            "unit_price_won": line.unit_price_won,
            "tax_kind": line.tax_kind,
        }
        for line in offers.lines_of(request.offer)
    ]


def with_titles(request: QuoteRequest, lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines as a draft keeps them; one that says what a line of the offer says has the offer's words in both languages. One query."""
    listed = offers.lines_of(request.offer) if request.offer is not None else []
    return [{**line, **_titles(line, listed)} for line in lines]


def _titles(line: Mapping[str, Any], listed: Iterable[OfferLine]) -> dict[str, str]:
    for one in listed:
        if one.kind == line["kind"] and line["description"] in (one.title_ko.strip(), one.title_en.strip()):
            return {"title_ko": one.title_ko, "title_en": one.title_en}
    return {}


def title_of(kept: Mapping[str, Any]) -> str:
    """What a draft's line does, in the reader's language where the offer has it, else as it was written."""
    return pick(kept, "title") or str(kept["description"])


def titles_of(quote: Quote) -> dict[int, str]:
    """Position of a line → what is done, in the reader's language. The quote comes with its lines and draft."""
    kept = quote.draft.content["lines"] if quote.draft is not None else []
    written = dict(enumerate(kept, start=1))
    return {
        line.position: title_of(written[line.position]) if line.position in written else line.description
        for line in quote.lines.all()
    }


@cache
def _unit_words() -> dict[str, Unit]:
    found = {str(unit): unit for unit in Unit}
    for language in ("ko", "en"):
        with translation.override(language):
            found.update({str(unit.label).casefold(): unit for unit in Unit})
    return found


def unit_code(unit: str) -> str:
    """The price list's code for a unit, if it is its code or its word in either language; else the unit as it was written."""
    return str(_unit_words().get(unit, _unit_words().get(unit.casefold(), unit)))


def amount_of(quantity: Decimal, unit: str) -> str:
    """`2,000 cases`, without needless decimals. A unit of the price list is said in the reader's language."""
    word = Unit.word(unit_code(unit))
    return f"{quantity.normalize():,f} {word}" if quantity % 1 else f"{int(quantity):,} {word}"


def _counted(lines: Iterable[Any]) -> list[amounts.Counted]:
    return [amounts.Counted(line.kind, unit_code(line.unit), line.quantity) for line in lines]


def _typed(lines: Iterable[Mapping[str, Any]]) -> list[amounts.Counted]:
    """Lines of a form that may be half written: one without a quantity in digits is left out."""
    found = []
    for line in lines:
        try:
            quantity = Decimal(str(line.get("quantity", "")).replace(",", ""))
        except InvalidOperation:
            continue
        if quantity.is_finite():
            found.append(amounts.Counted(str(line.get("kind", "")), unit_code(str(line.get("unit", "")).strip()), quantity))
    return found


def main_line(lines: Iterable[Any]) -> Any:
    """The line that the data itself stands in; None where there is no line."""
    rows = list(lines)
    at = amounts.main(_counted(rows))
    return rows[at] if at is not None else None


def too_few(lines: Iterable[Any], document: Mapping[str, Any]) -> str:
    """In words that the lines are for fewer patients than the need has to have; "" where they are not, or nobody can tell."""
    return _too_few(_counted(lines), document)


def too_few_typed(lines: Iterable[Mapping[str, Any]], document: Mapping[str, Any]) -> str:
    """The same of lines in a form."""
    return _too_few(_typed(lines), document)


def _too_few(lines: list[amounts.Counted], document: Mapping[str, Any]) -> str:
    quantity = amounts.below(lines, document)
    if quantity is None:
        return ""
    words = gettext("For %(quoted)s only: below the %(least)s patients that the need has to have at least.")
    return words % {"quoted": f"{quantity.normalize():,f}", "least": f"{document['patients_minimum']:,}"}


def wanted_words(document: Mapping[str, Any]) -> str:
    """For how many patients the company asks; "" where it does not say."""
    wanted, least = document.get("patients_wanted"), document.get("patients_minimum")
    if wanted and least:
        return gettext("The company wants %(wanted)s patients, and %(least)s at least.") % {
            "wanted": f"{wanted:,}",
            "least": f"{least:,}",
        }
    if wanted:
        return gettext("The company wants %(wanted)s patients.") % {"wanted": f"{wanted:,}"}
    return gettext("The company needs %(least)s patients at least.") % {"least": f"{least:,}"} if least else ""

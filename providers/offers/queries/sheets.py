"""The offers of an institution as the rows of a workbook."""

from typing import Any

from django.utils.translation import gettext, override

from portal.accounts.queries import organisation_ids_of
from portal.kit.sheets import in_spreadsheet
from portal.kit.words import korean, pick
from portal.kit.workbooks import Leaf, styled_workbook
from providers.catalogue.queries import words
from providers.offers import rules
from providers.offers.models import Offer, OfferLine

_LISTS = {
    "offer_kind": rules.OfferKind,
    "purpose": rules.Purpose,
    "period": rules.Period,
    "line_kind": rules.LineKind,
    "unit": rules.Unit,
    "tax_kind": rules.TaxKind,
}


def code_words() -> dict[str, dict[str, tuple[str, str]]]:
    """Code list → code → (Korean, English), of every column that takes codes. At most two queries."""
    found: dict[str, list[dict[str, str]]] = {}
    for language in ("ko", "en"):
        with override(language):
            lists = words("access_mode", "exit_kind")
            lists |= {name: {one.value: str(one.label) for one in codes} for name, codes in _LISTS.items()}
        for name, listed in lists.items():
            found.setdefault(name, []).append(listed)
    return {name: {code: (korean[code], english[code]) for code in korean} for name, (korean, english) in found.items()}


def editable_by(user: Any) -> list[Offer]:
    """The person's offers that may still be changed one day, with institution, dataset and lines; oldest first. Three queries, and
    those of the person's roles."""
    mine = Offer.objects.of_organisations(organisation_ids_of(user)).exclude(status=rules.OfferStatus.RETIRED)
    rows = mine.select_related("institution", "dataset").prefetch_related("lines").order_by("pk")
    may: dict[int, bool] = {}
    found = []
    for offer in rows:
        place = offer.institution_id
        may[place] = may[place] if place in may else user.has_perm("providers.edit_offer", offer)
        if may[place]:
            found.append(offer)
    return found


def table(offers: list[Offer], lists: rules.Words) -> tuple[list[list[Any]], list[list[Any]]]:
    """(rows of offers, rows of price lines), the first of each names the columns."""
    first: list[list[Any]] = [[rules.heading(column) for column in rules.OFFERS]]
    second: list[list[Any]] = [[rules.heading(column) for column in rules.LINES]]
    for offer in offers:
        first.append([_cell(offer, column, lists) for column in rules.OFFERS])
        lines = sorted(offer.lines.all(), key=lambda line: line.position)
        second += [[_cell(line, column, lists, offer) for column in rules.LINES] for line in lines]
    return first, second


def _cell(row: Offer | OfferLine, column: rules.Column, lists: rules.Words, offer: Offer | None = None) -> Any:
    value: Any
    if column.field == "ref":
        value = (offer or row).ref
    elif column.field == "institution":
        value = pick(row.institution, "name")  # type: ignore[union-attr]
    elif column.field == "status":
        value = str(row.get_status_display())  # type: ignore[union-attr]
    elif column.field == "dataset":
        value = row.dataset.key if row.dataset else ""  # type: ignore[union-attr]
    else:
        value = getattr(row, column.field)
    if column.kind == rules.Kind.CODE:
        value = labelled(value, column, lists)
    elif column.kind == rules.Kind.CODES:
        value = "\n".join(labelled(code, column, lists) for code in value)
    elif column.kind == rules.Kind.YES_NO:
        value = yes_no()[0 if value else 1] if value is not None else ""
    return in_spreadsheet(value)


def labelled(code: str, column: rules.Column, lists: rules.Words) -> str:
    """`CODE · word` in the reader's language."""
    names = lists[column.codes].get(code)
    return f"{code}{rules.MARK}{names[0 if korean() else 1]}" if names else code


def yes_no() -> tuple[str, str]:
    return (gettext("Yes"), gettext("No"))


def workbook(offers: list[Offer], lists: rules.Words) -> bytes:
    """The workbook that a person downloads, changes and uploads again: offers, price lines, what the columns mean."""
    first, second = table(offers, lists)
    leaves = [_leaf(rules.OFFERS_SHEET, first, rules.OFFERS, lists), _leaf(rules.LINES_SHEET, second, rules.LINES, lists)]
    guide = [[gettext("Column"), gettext("What it holds"), gettext("What may be entered")]]
    for title, columns in ((rules.OFFERS_SHEET, rules.OFFERS), (rules.LINES_SHEET, rules.LINES)):
        guide.append([title, "", ""])
        for column in columns:
            taken = "\n".join(labelled(code, column, lists) for code in lists.get(column.codes, ()))
            guide.append([rules.heading(column), str(column.kind.label), taken])
    leaves.append(Leaf(rules.GUIDE_SHEET, guide, (48, 28, 48)))
    return styled_workbook(leaves, lists=rules.LISTS_SHEET, refused=gettext("Choose one of the list."))


def _leaf(title: str, rows: list[list[Any]], columns: tuple[rules.Column, ...], lists: rules.Words) -> Leaf:
    choices: dict[int, list[str]] = {}
    for place, column in enumerate(columns):
        if column.kind == rules.Kind.CODE:
            choices[place] = [labelled(code, column, lists) for code in lists[column.codes]]
        elif column.kind == rules.Kind.YES_NO:
            choices[place] = list(yes_no())
    quiet = {place for place, column in enumerate(columns) if column.kind in (rules.Kind.KEY, rules.Kind.TOLD)}
    amounts = {place for place, column in enumerate(columns) if column.kind == rules.Kind.WON}
    widths = [column.width for column in columns]
    return Leaf(title, rows, widths, choices, frozenset(quiet), frozenset(amounts))

"""A workbook of offers: what its columns mean and how its cells are read. Pure: rows of cells in, what a form would post out.

Two sheets: one row an offer, and one row a price line. A row is found again by the offer's key; the version says what the person
saw when it was downloaded.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import DomainError
from portal.kit.sheets import FORMULA, NO, YES, CellError, Unreadable, cell_name, without_sign
from portal.kit.words import korean

if TYPE_CHECKING:
    from providers.offers.rules import Line

type Words = Mapping[str, Mapping[str, tuple[str, str]]]  # code list → code → (Korean, English)
OFFERS_SHEET, LINES_SHEET, GUIDE_SHEET, LISTS_SHEET = "공급상품 Offers", "가격 Price lines", "안내 Guide", "목록 Lists"


class Kind(Codes):
    """What a column's cells are."""

    KEY = "KEY", _("key, do not change")
    TOLD = "TOLD", _("for reading only")
    TEXT = "TEXT", _("text")
    WHOLE = "WHOLE", _("whole number")
    WON = "WON", _("whole won")
    DATE = "DATE", _("date")
    CODE = "CODE", _("one of the list")
    CODES = "CODES", _("several of the list, one a line")
    YES_NO = "YES_NO", _("yes, no, or empty")


@dataclass(frozen=True)
class Column:
    """field: of the form; codes: the code list of CODE and CODES; width: in characters."""

    field: str
    label: Any
    kind: Kind
    codes: str = ""
    width: int = 14


OFFERS = (
    Column("ref", _("Key of the offer"), Kind.KEY, width=18),
    Column("version", _("Version"), Kind.KEY, width=8),
    Column("institution", _("Institution"), Kind.TOLD, width=24),
    Column("status", _("State"), Kind.TOLD),
    Column("kind", _("Kind"), Kind.CODE, "offer_kind", 22),
    Column("dataset", _("Key of the dataset"), Kind.TEXT, width=24),
    Column("title_ko", _("Korean title"), Kind.TEXT, width=32),
    Column("title_en", _("English title"), Kind.TEXT, width=32),
    Column("description_ko", _("Korean description"), Kind.TEXT, width=40),
    Column("description_en", _("English description"), Kind.TEXT, width=40),
    Column("access_modes", _("Way of use"), Kind.CODES, "access_mode", 28),
    Column("exits", _("What may be taken out"), Kind.CODES, "exit_kind", 28),
    Column("model_export", _("May trained models be taken out?"), Kind.YES_NO),
    Column("allowed_purposes", _("Purposes that you allow"), Kind.CODES, "purpose", 30),
    Column("commercial_ai_allowed", _("May companies develop commercial AI with it?"), Kind.YES_NO),
    Column("joint_drb", _("We take part in joint data review"), Kind.YES_NO),
    Column("lead_time_days", _("Lead time in working days"), Kind.WHOLE),
    Column("capacity", _("Capacity"), Kind.WHOLE),
    Column("capacity_period", _("Period"), Kind.CODE, "period"),
    Column("open_capacity", _("Open capacity"), Kind.WHOLE),
    Column("valid_from", _("Valid from"), Kind.DATE),
    Column("valid_to", _("Valid to"), Kind.DATE),
)
LINES = (
    Column("ref", _("Key of the offer"), Kind.KEY, width=18),
    Column("kind", _("Kind of work"), Kind.CODE, "line_kind", 28),
    Column("title_ko", _("Work in Korean"), Kind.TEXT, width=32),
    Column("title_en", _("Work in English"), Kind.TEXT, width=32),
    Column("unit_price_won", _("Unit price (won)"), Kind.WON, width=18),
    Column("unit", _("Unit"), Kind.CODE, "unit", 18),
    Column("minimum", _("Minimum quantity"), Kind.WHOLE),
    Column("tax_kind", _("Tax"), Kind.CODE, "tax_kind", 20),
)
MOST_ERRORS = 200


@dataclass(frozen=True)
class Row:
    """One row of a sheet. number: as the spreadsheet counts; data: as a form posts it."""

    number: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Change:
    """What an offer shall become. version: as the person saw it; dataset: its key, "" for none."""

    ref: str
    version: int
    values: Mapping[str, Any]
    lines: "tuple[Line, ...]"
    dataset: str


@dataclass(frozen=True)
class Wrong:
    """Why one offer cannot be changed so. field: of the offer; "lines" for its price lines."""

    ref: str
    field: str
    sentence: str


class NotApplied(DomainError):
    """Nothing was changed, because of these."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__(_("Nothing was changed: mend the cells below and upload the file again."), "not_applied")
        self.wrong = tuple(wrong)


def heading(column: Column) -> str:
    """`단가(원) / Unit price (won)`: readers of either language find it, and it is read again in either."""
    return " / ".join(_both(column.label))


def _both(label: Any) -> tuple[str, str]:
    with override("ko"):
        korean = str(label)
    with override("en"):
        return korean, str(label)


def read_sheet(
    title: str, table: Iterable[Sequence[Any]], columns: Sequence[Column], words: Words, *, most: int
) -> tuple[list[Row], dict[str, int], list[CellError]]:
    """(rows, place of each field, errors). The first row names the columns, in any order; empty rows are left out; most: rows.

    Raises Unreadable for a longer sheet.
    """
    rows = iter(table)
    places, errors = _head(title, next(rows, ()), columns)
    if errors:
        return [], places, errors
    by_field = {column.field: column for column in columns}
    found: list[Row] = []
    for number, cells in enumerate(rows, start=2):
        if number > most + 1:
            told = _("The sheet “%(sheet)s” has more than %(n)s rows. Delete the empty ones at its end, or upload in parts.")
            raise Unreadable(str(told % {"sheet": title, "n": f"{most:,}"}))
        if all(cell in (None, "") for cell in cells):
            continue
        data: dict[str, Any] = {}
        for field, place in places.items():
            data[field], sentence = read_cell(by_field[field], cells[place] if place < len(cells) else None, words)
            if sentence:
                errors.append(CellError(cell_name(place, number), sentence, title))
        for place, cell in enumerate(cells):
            if cell not in (None, "") and place not in places.values():
                errors.append(CellError(cell_name(place, number), gettext("This cell stands under no column name."), title))
                break
        found.append(Row(number, data))
    return found, places, errors


def _head(title: str, cells: Sequence[Any], columns: Sequence[Column]) -> tuple[dict[str, int], list[CellError]]:
    known: dict[str, str] = {}
    for column in columns:
        for name in (column.field, heading(column), *_both(column.label)):
            known.setdefault(_squashed(name), column.field)
    places: dict[str, int] = {}
    errors = []
    for place, cell in enumerate(cells):
        name = _text(cell)
        field = known.get(_squashed(name))
        sentence = ""
        if name and field is None:
            sentence = gettext("There is no column “%(name)s” in the template.") % {"name": name[:40]}
        elif field in places:
            sentence = gettext("This column stands twice.")
        elif field:
            places[field] = place
        if sentence:
            errors.append(CellError(cell_name(place, 1), sentence, title))
    for column in columns:
        if column.field not in places and not errors:
            told = gettext("The column “%(name)s” is missing in the first row.") % {"name": heading(column)}
            errors.append(CellError("A1", told, title))
    return places, errors


def _squashed(text: str) -> str:
    return "".join(text.split()).casefold()


def read_cell(column: Column, value: Any, words: Words) -> tuple[Any, str]:
    """(what a form would post, "" or a sentence that says how to mend the cell)."""
    if isinstance(value, str) and FORMULA.match(value):
        return "", gettext("Formulas are not taken: enter the value itself.")
    if isinstance(value, str) and value in _CELL_ERRORS:
        return "", gettext("This cell shows an error of the spreadsheet: enter the value itself.")
    reader = _READERS.get(column.kind)
    return reader(column, value, words) if reader else (_text(value), "")


_CELL_ERRORS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = without_sign(str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip()


_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+")
_DIGITS = re.compile(r"-?\d{1,15}")


def _whole(column: Column, value: Any, words: Words) -> tuple[Any, str]:
    text = _text(value)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if text and not _DIGITS.fullmatch(text):
        return "", gettext("Enter a whole number in digits, for example 40.")
    return text, ""


def _won(column: Column, value: Any, words: Words) -> tuple[Any, str]:
    text = _text(value).replace(" ", "").removesuffix("원").removeprefix("₩").removeprefix("KRW")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if text.startswith("-"):
        return "", gettext("A price cannot be below zero.")
    if re.fullmatch(r"[\d,]+\.\d+", text) or (isinstance(value, float) and not value.is_integer()):
        return "", gettext("A price is whole won: leave out what stands behind the point.")
    if re.fullmatch(r"[\d,]+", text) and "," in text:
        return "", gettext("The commas stand in the wrong places: enter 30000000 or 30,000,000.")
    if text and not _DIGITS.fullmatch(text):
        return "", gettext("Enter whole won in digits, for example 320,000,000.")
    return text, ""


_YEAR_FIRST = re.compile(r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})\s*\.?(\s*\(\w\))?")


def _date(column: Column, value: Any, words: Words) -> tuple[Any, str]:
    sentence = gettext("Enter a date with the year first, for example 2027-03-31.")
    if value in (None, ""):
        return "", ""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}", ""
    found = _YEAR_FIRST.fullmatch(_text(value)) if isinstance(value, str) else None
    try:
        return (date(int(found[1]), int(found[2]), int(found[3])).isoformat(), "") if found else ("", sentence)
    except ValueError:
        return "", gettext("There is no such day in the calendar.")


def _code(column: Column, value: Any, words: Words) -> tuple[Any, str]:
    text = _text(value)
    code = _known(text, words[column.codes]) if text else ""
    return (code, "") if code is not None else ("", _choose(column, words))


def _codes(column: Column, value: Any, words: Words) -> tuple[Any, str]:
    pieces: list[str] = []
    for line in _text(value).split("\n"):
        pieces += [line] if MARK in line or _known(line, words[column.codes]) else re.split("[,;]", line)
    codes = [_known(piece, words[column.codes]) for piece in pieces if piece.strip()]
    if None in codes:
        return [], _choose(column, words)
    return [code for code in words[column.codes] if code in codes], ""


def _known(text: str, listed: Mapping[str, tuple[str, str]]) -> str | None:
    """The code that is meant by a code, by `CODE · word`, or by its word in either language."""
    text = text.split(MARK)[0].strip()
    for code, names in listed.items():
        if text.casefold() in {code.casefold(), *(name.casefold() for name in names)}:
            return code
    return None


MARK = " · "


def _choose(column: Column, words: Words) -> str:
    at = 0 if korean() else 1
    return gettext("Choose one of %(types)s.") % {
        "types": ", ".join(f"{code}{MARK}{names[at]}" for code, names in words[column.codes].items())
    }


def _yes_no(column: Column, value: Any, words: Words) -> tuple[Any, str]:
    text = _text(value).lower()
    if text and text not in YES | NO:
        return "", gettext("Enter yes or no.")
    return ("true" if text in YES else "false" if text in NO else ""), ""


_READERS = {
    Kind.WHOLE: _whole,
    Kind.WON: _won,
    Kind.DATE: _date,
    Kind.CODE: _code,
    Kind.CODES: _codes,
    Kind.YES_NO: _yes_no,
}

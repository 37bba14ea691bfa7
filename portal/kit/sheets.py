"""Tables that leave the house as CSV or .xlsx, for programs that read spreadsheets, and workbooks that come back."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.utils.translation import gettext_lazy as _

SIGNS = "=+-@\t\r"  # what a spreadsheet takes for the beginning of a formula
FORMULA = re.compile(r"=|@|[+-]\s*[A-Za-z(]")  # what it would calculate; “-9: missing” is a value
YES = frozenset({"yes", "y", "true", "1", "예", "o"})
NO = frozenset({"no", "n", "false", "0", "아니오", "아니요", "x"})
MOST_PARTS = 500  # files inside a workbook


class Unreadable(Exception):
    """No table could be read; the sentence says why."""


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell: `B7`, and a sentence; the sheet where a workbook has several."""

    cell: str
    sentence: str
    sheet: str = ""


def cell_name(place: int, row: int) -> str:
    """0, 7 → A7, as spreadsheets name it."""
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what no workbook can hold


def printable(value: Any) -> Any:
    """The value without the control characters that no workbook can hold; tabs and line ends stay."""
    return _UNPRINTABLE.sub("", value) if isinstance(value, str) else value


def without_sign(text: str) -> str:
    """The text as it was before `in_spreadsheet` put an apostrophe in front."""
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in SIGNS else text


def in_spreadsheet(value: Any) -> Any:
    """A cell of a CSV: words that a spreadsheet would take for a formula (=, +, -, @, tab, return in front) begin with an
    apostrophe, as OWASP advises; numbers stay numbers."""
    value = printable(value)
    text = isinstance(value, str) and value[:1] in set(SIGNS)
    return f"'{value}" if text else value


class _Line:
    """A file-like object that gives back what csv writes."""

    def write(self, value: str) -> str:
        return value


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Line by line, with the mark by which spreadsheets know UTF-8 in front."""
    writer = csv.writer(_Line())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([in_spreadsheet(cell) for cell in row])


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    """An .xlsx with one sheet. A text that begins like a formula stays a text, as in `csv_lines`."""
    from openpyxl import Workbook  # a second of imports that few pages need
    from openpyxl.writer.excel import save_workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    for row in rows:
        texts = [printable(cell) for cell in row]
        sheet.append([in_spreadsheet(cell) if str(cell)[:1] == "=" else cell for cell in texts])
    written = io.BytesIO()
    save_workbook(book, written)
    return written.getvalue()


# ── Workbooks that come back ─────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook. merged: its merged cells (`A1:B2`)."""

    title: str
    merged: tuple[str, ...]
    _source: Any = field(repr=False)

    def rows(self) -> Iterator[list[Any]]:
        """Row by row; a formula begins with = and is never calculated. Raises Unreadable."""
        try:
            yield from ([_plain(cell) for cell in row] for row in self._source.iter_rows())
        except Exception:  # a workbook may be broken in as many ways as it has parts
            raise _broken() from None


def sheets(content: bytes, *, unpacked: int) -> list[Sheet]:
    """The sheets of an .xlsx in their order. unpacked: how many bytes it may hold once unpacked. Raises Unreadable for what is
    no workbook, is locked, carries macros, or unpacks to more."""
    from openpyxl import load_workbook  # a second of imports that no other page needs

    try:
        _check_parts(content, unpacked)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        found = []
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            found.append(Sheet(sheet.title, tuple(_merged(sheet)), sheet))
    except Unreadable:
        raise
    except Exception:
        raise _broken() from None
    if not found:
        raise _broken()
    return found


def _check_parts(content: bytes, unpacked: int) -> None:
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unreadable(
            str(_("This workbook is protected by a password or of an old kind. Save it as .xlsx without a password."))
        )
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > unpacked:
            raise Unreadable(str(_("This workbook holds more than can be read here.")))
        if any("vbaproject" in part.filename.lower() for part in parts):
            raise Unreadable(str(_("This workbook carries macros. Save it as .xlsx without macros and upload that.")))


def _merged(sheet: Any) -> Iterator[str]:
    from defusedxml.ElementTree import iterparse

    with sheet._get_source() as source:  # openpyxl reads rows one by one, and keeps no merged cells when it does
        for _event, node in iterparse(source):
            if node.tag.endswith("}mergeCell"):
                yield str(node.get("ref", ""))
            elif node.tag.endswith("}row"):
                node.clear()


def _plain(cell: Any) -> Any:
    """A cell's value; what is no value (a formula over several cells) counts as a formula."""
    value = cell.value
    return value if value is None or isinstance(value, str | int | float | date | time) else "="


def _broken() -> Unreadable:
    return Unreadable(str(_("This workbook cannot be read. Open it, save it again as .xlsx and upload that.")))

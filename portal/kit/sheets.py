"""Tables that leave the house as CSV or .xlsx, for programs that read spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any


def in_spreadsheet(value: Any) -> Any:
    """A cell of a CSV: words that a spreadsheet would take for a formula (=, +, -, @, tab, return in front) begin with an
    apostrophe, as OWASP advises; numbers stay numbers."""
    text = isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}
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
        sheet.append([in_spreadsheet(cell) if str(cell)[:1] == "=" else cell for cell in row])
    written = io.BytesIO()
    save_workbook(book, written)
    return written.getvalue()

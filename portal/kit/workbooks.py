"""An .xlsx for people: a frozen heading, widths, lists to choose from, columns that are only read. Values stay values."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

SPARE_ROWS = 500  # below the last row that lists to choose from still reach


@dataclass(frozen=True)
class Leaf:
    """One sheet. rows: the first is the heading; choices: place of a column → what may be chosen in it; quiet: places of columns
    that are only read; amounts: places of columns of large numbers."""

    title: str
    rows: Sequence[Sequence[Any]]
    widths: Sequence[int]
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    quiet: frozenset[int] = frozenset()
    amounts: frozenset[int] = frozenset()


def styled_workbook(leaves: Sequence[Leaf], *, lists: str, refused: str) -> bytes:
    """lists: the title of the hidden sheet that holds what may be chosen; refused: what the spreadsheet says to anything else."""
    from openpyxl import Workbook  # a second of imports that few pages need
    from openpyxl.writer.excel import save_workbook

    book = Workbook(write_only=True)
    columns: list[Sequence[str]] = []
    styles = _styles()
    for leaf in leaves:
        sheet = book.create_sheet(leaf.title)
        sheet.freeze_panes = "A2"
        for place, width in enumerate(leaf.widths):
            sheet.column_dimensions[_letter(place)].width = width
        for place, choices in leaf.choices.items():
            if choices not in columns:
                columns.append(choices)
            sheet.data_validations.append(
                _validation(lists, columns.index(choices), len(choices), place, len(leaf.rows), refused)
            )
        for number, row in enumerate(leaf.rows):
            sheet.append([_cell(sheet, leaf, styles, number, place, value) for place, value in enumerate(row)])
    hidden = book.create_sheet(lists)
    hidden.sheet_state = "hidden"
    for number in range(max((len(column) for column in columns), default=0)):
        hidden.append([column[number] if number < len(column) else None for column in columns])
    written = io.BytesIO()
    save_workbook(book, written)
    return written.getvalue()


def _letter(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place + 1))


def _validation(lists: str, column: int, count: int, place: int, rows: int, refused: str) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    letter, where = _letter(column), _letter(place)
    rule = DataValidation(type="list", formula1=f"'{lists}'!${letter}$1:${letter}${count}", allow_blank=True)
    rule.error, rule.showErrorMessage = refused, True
    rule.add(f"{where}2:{where}{rows + SPARE_ROWS}")
    return rule


@dataclass(frozen=True)
class _Styles:
    """Made once a workbook: a style a cell would cost more than its value."""

    top: Any
    bold: Any
    head: Any
    quiet: Any


def _styles() -> _Styles:
    from openpyxl.styles import Alignment, Font, PatternFill

    fills = [PatternFill("solid", fgColor=colour) for colour in ("D8E5FD", "EEEEEE")]
    return _Styles(Alignment(wrap_text=True, vertical="top"), Font(bold=True), *fills)


def _cell(sheet: Any, leaf: Leaf, styles: _Styles, number: int, place: int, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # whatever it begins with
    cell.alignment = styles.top
    if number == 0:
        cell.font, cell.fill = styles.bold, styles.head
        return cell
    if place in leaf.quiet:
        cell.fill = styles.quiet
    if place in leaf.amounts:
        cell.number_format = "#,##0"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell

"""A dataset's variables: the table that a spreadsheet brings, read cell by cell. Pure: rows of cells in, variables or errors out.

The columns follow CSVW (a table's columns with name, title, datatype, description), as HealthDCAT-AP asks for them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.sheets import FORMULA, NO, YES, CellError, cell_name

MOST_VARIABLES = 2000
MOST_CHARACTERS = 1000  # in one cell
COLUMNS: dict[str, tuple[str, Any]] = {  # field → name in the first row, what it means
    "name": ("name", _("Name of the column in the data")),
    "label_ko": ("label_ko", _("Korean label")),
    "label_en": ("label_en", _("English label")),
    "datatype": ("datatype", _("Data type")),
    "unit": ("unit", _("Unit")),
    "values": ("values", _("Code list or values")),
    "description_ko": ("description_ko", _("Korean description")),
    "description_en": ("description_en", _("English description")),
    "required": ("required", _("Always filled")),
}
NEEDED = ("name", "datatype")
_NAME = re.compile(r"[A-Za-z가-힣_][\w가-힣.\-]{0,99}")


class Datatype(Codes):
    """The datatypes of CSVW that occur in health data."""

    STRING = "string", _("Characters")
    INTEGER = "integer", _("Whole number")
    DECIMAL = "decimal", _("Decimal number")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")
    TIME = "time", _("Time")
    DURATION = "duration", _("Duration")
    BINARY = "base64Binary", _("File or image")


DATATYPES = tuple(str(one) for one in Datatype)
_SAME = {"text": "string", "str": "string", "varchar": "string", "int": "integer", "number": "decimal", "float": "decimal",
         "double": "decimal", "bool": "boolean", "timestamp": "datetime", "문자": "string", "정수": "integer", "실수": "decimal",
         "숫자": "decimal", "날짜": "date", "일시": "datetime", "예아니오": "boolean"}  # fmt: skip
_YES = YES | {"필수"}
_NO = NO | {"", "선택"}


@dataclass(frozen=True)
class Variable:
    """One column of the data. unit, values and the labels may be empty."""

    name: str
    label_ko: str
    label_en: str
    datatype: str
    unit: str
    values: str
    description_ko: str
    description_en: str
    required: bool


def read_table(rows: Iterable[Sequence[Any]]) -> tuple[list[Variable], list[CellError]]:
    """The first row names the columns (in any order, unknown ones are refused), every further one is a variable; empty rows are
    left out. Either all variables and no error, or no variable and every error with its cell."""
    table = iter(rows)
    head = [_text(cell) for cell in next(table, ())]
    places, errors = _head(head)
    if errors:
        return [], errors
    found: list[Variable] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(table, start=2):
        cells = [_text(cell) for cell in row]
        if not any(cells):
            continue
        if len(found) >= MOST_VARIABLES:
            return [], [
                CellError(f"A{number}", gettext("At most %(n)s variables fit into an entry.") % {"n": f"{MOST_VARIABLES:,}"})
            ]
        errors += _row(cells, number, places, seen, found)
    if not found and not errors:
        errors.append(CellError("A2", gettext("The table has no variables.")))
    return ([], errors[:200]) if errors else (found, [])


def _head(head: list[str]) -> tuple[dict[str, int], list[CellError]]:
    names = {name.lower(): field for field, (name, _words) in COLUMNS.items()}
    places: dict[str, int] = {}
    errors = []
    for place, cell in enumerate(head):
        field = names.get(cell.lower().replace(" ", "_"))
        if cell and field is None:
            errors.append(
                CellError(cell_name(place, 1), gettext("There is no column “%(name)s” in the template.") % {"name": cell[:40]})
            )
        elif field in places:
            errors.append(CellError(cell_name(place, 1), gettext("This column stands twice.")))
        elif field:
            places[field] = place
    for field in NEEDED:
        if field not in places:
            errors.append(
                CellError("A1", gettext("The column “%(name)s” is missing in the first row.") % {"name": COLUMNS[field][0]})
            )
    return places, errors


def _row(cells: list[str], number: int, places: dict[str, int], seen: dict[str, int], found: list[Variable]) -> list[CellError]:
    values = {field: cells[place] if place < len(cells) else "" for field, place in places.items()}
    errors = [
        CellError(cell_name(place, number), sentence)
        for field, place in places.items()
        if (sentence := _wrong(field, values[field]))
    ]
    if extra := [place for place, cell in enumerate(cells) if cell and place not in places.values()]:
        errors.append(CellError(cell_name(extra[0], number), gettext("This cell stands under no column name.")))
    name = values["name"]
    if name in seen:
        errors.append(
            CellError(
                cell_name(places["name"], number),
                gettext("“%(name)s” stands in row %(row)d already.") % {"name": name[:40], "row": seen[name]},
            )
        )
    seen.setdefault(name, number)
    if not errors:
        text = {field: values.get(field, "") for field in COLUMNS}
        text["datatype"] = _datatype(text["datatype"])
        found.append(Variable(**{**text, "required": text["required"].lower() in _YES}))  # type: ignore[arg-type]
    return errors


def _wrong(field: str, value: str) -> str:
    """A sentence, or "" when the cell is right."""
    if FORMULA.match(value):
        return gettext("Formulas are not taken: enter the value itself.")
    if len(value) > MOST_CHARACTERS:
        return gettext("At most %(n)s characters fit into a cell.") % {"n": f"{MOST_CHARACTERS:,}"}
    if "\x00" in value:
        return gettext("This cell holds characters that cannot be stored.")
    if field == "name" and not _NAME.fullmatch(value):
        return gettext(
            "A name has letters, digits, dots, dashes and underscores, begins with a letter and has 100 characters at most."
        )
    if field == "datatype" and _datatype(value) not in DATATYPES:
        return gettext("Choose one of %(types)s.") % {"types": ", ".join(DATATYPES)}
    if field == "required" and value.lower() not in _YES | _NO:
        return gettext("Enter yes or no.")
    return ""


def _datatype(value: str) -> str:
    low = value.strip().lower()
    known = {one.lower(): one for one in DATATYPES}
    return known.get(low) or _SAME.get(low, value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()

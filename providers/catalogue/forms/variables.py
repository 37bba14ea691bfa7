"""A spreadsheet of variables: its file is opened with care, its cells are judged by the rules."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.kit.sheets import Unreadable, sheets, without_sign
from providers.catalogue import rules

LARGEST = 2 * 1024 * 1024  # bytes of the file
LARGEST_INSIDE = 40 * 1024 * 1024  # bytes of an .xlsx once unpacked
MOST_COLUMNS = 30
MOST_ROWS = rules.MOST_VARIABLES + 1000  # empty rows between are left out


class VariablesForm(forms.Form):
    """One file, .xlsx or .csv."""

    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("An .xlsx or .csv file of 2 MB at most; the first row names the columns as in the template."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("Choose a file.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".xlsx", ".csv")):
            raise ValidationError(_("Choose an .xlsx or .csv file."))
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than 2 MB. Leave out what is no variable."))
        return file


def rows_of(name: str, content: bytes) -> Iterator[list[Any]]:
    """The rows of a file, cell by cell; a formula of a workbook begins with =. Raises Unreadable."""
    rows = sheets(content, unpacked=LARGEST_INSIDE)[0].rows() if name.lower().endswith(".xlsx") else _csv(content)
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise Unreadable(str(_("The table has more than %(n)s rows.") % {"n": f"{MOST_ROWS:,}"}))
        if len(row) > MOST_COLUMNS and any(cell not in (None, "") for cell in row[MOST_COLUMNS:]):
            raise Unreadable(str(_("The table has more than %(n)d columns.") % {"n": MOST_COLUMNS}))
        yield row[:MOST_COLUMNS]


def _csv(content: bytes) -> Iterator[list[Any]]:
    """UTF-8, or the Korean code page that older spreadsheets write."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unreadable(str(_("The characters of this file cannot be read. Save it as CSV UTF-8.")))
    if "\x00" in text:
        raise Unreadable(str(_("This is no text file. Save the table as .xlsx or CSV UTF-8.")))
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            yield [without_sign(cell) for cell in row]  # as kit.sheets wrote it
    except csv.Error:
        raise Unreadable(str(_("A quotation mark in this file is not closed. Save the table again."))) from None

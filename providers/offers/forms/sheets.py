"""A spreadsheet of offers: its rows pass the very forms of the pages; whatever is wrong is said with its sheet and cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal.kit.errors import Refused
from portal.kit.sheets import CellError, Unreadable, cell_name, sheets
from portal.kit.words import korean, pick
from providers.offers import rules
from providers.offers.forms.offer import LineForm, OfferForm
from providers.offers.models import Offer
from providers.offers.queries import table

SALT = "providers.offers.sheet"
LONGEST_VERSION = 9  # digits


class SheetForm(forms.Form):
    """One .xlsx file."""

    file = forms.FileField(
        label=_("Workbook of offers"),
        help_text=_("The .xlsx file that you downloaded here and changed."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("Choose a file.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.name.lower().endswith((".xlsm", ".xltm", ".xlsb")):
            raise ValidationError(_("This workbook carries macros. Save it as .xlsx without macros and upload that."))
        if not file.name.lower().endswith(".xlsx"):
            raise ValidationError(_("Choose the .xlsx file that you downloaded here."))
        if file.size > settings.SHEET_MAX_BYTES:
            told = _("The file is larger than %(n)s KB. Delete pictures and what is no offer, then save it again.")
            raise ValidationError(told % {"n": f"{settings.SHEET_MAX_BYTES // 1024:,}"})
        return file


@dataclass(frozen=True)
class Upload:
    """What a file wants to change, as it stands in its cells. places: sheet → field → place of the column."""

    offers: tuple[rules.Row, ...]
    lines: Mapping[str, tuple[rules.Row, ...]]
    places: Mapping[str, Mapping[str, int]]

    def packed(self, user: Any) -> str:
        """For the page that shows what would change: signed, so that what is applied is what was shown."""
        return signing.dumps({**asdict(self), "by": user.pk}, salt=SALT, compress=True)


def unpacked(text: str, user: Any) -> Upload:
    """Raises Refused for what was not shown to this person, or too long ago."""
    try:
        held = signing.loads(text, salt=SALT, max_age=settings.SHEET_PREVIEW_SECONDS)
    except signing.BadSignature:
        held = {}
    if held.get("by") != user.pk:
        raise Refused(_("This preview is too old. Upload the file again."), "old_preview", "file")
    lines = {ref: tuple(rules.Row(**row) for row in rows) for ref, rows in held["lines"].items()}
    return Upload(tuple(rules.Row(**row) for row in held["offers"]), lines, held["places"])


class ApplyForm(forms.Form):
    """What the preview showed."""

    upload = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_upload(self) -> Upload:
        try:
            return unpacked(self.cleaned_data["upload"], self.user)
        except Refused as error:
            raise ValidationError(str(error.message)) from None


@dataclass(frozen=True)
class _Known:
    """The offers as they are, read from the same workbook that the person downloads."""

    offers: dict[str, rules.Row]
    lines: dict[str, list[dict[str, Any]]]
    said: dict[str, dict[str, set[str]]]  # ref → column for reading only → what it says in either language


def _known(offers: list[Offer], words: rules.Words) -> _Known:
    said: dict[str, dict[str, set[str]]] = {}
    first, second = table(offers, words)
    rows, _places, _errors = rules.read_sheet("", first, rules.OFFERS, words, most=len(first))
    lines, _places, _errors = rules.read_sheet("", second, rules.LINES, words, most=len(second))
    for offer in offers:
        for language in ("ko", "en"):  # whoever downloaded it may read the other one
            with override(language):
                for field, value in (("institution", pick(offer.institution, "name")), ("status", offer.get_status_display())):
                    said.setdefault(offer.ref, {}).setdefault(field, set()).add(str(value).strip())
    by_ref: dict[str, list[dict[str, Any]]] = {row.data["ref"]: [] for row in rows}
    for line in lines:
        by_ref[line.data["ref"]].append(line.data)
    return _Known({row.data["ref"]: row for row in rows}, by_ref, said)


TOLD = tuple(column.field for column in rules.OFFERS if column.kind == rules.Kind.TOLD)


def read_upload(content: bytes, offers: list[Offer], words: rules.Words) -> tuple[Upload, list[CellError]]:
    """What differs from these offers, and every cell that cannot be read. Raises Unreadable where there is no such table."""
    found = {"".join(sheet.title.split()).casefold(): sheet for sheet in sheets(content, unpacked=settings.SHEET_MAX_UNPACKED)}
    read: dict[str, list[rules.Row]] = {}
    places: dict[str, dict[str, int]] = {}
    errors: list[CellError] = []
    for title, columns in ((rules.OFFERS_SHEET, rules.OFFERS), (rules.LINES_SHEET, rules.LINES)):
        sheet = found.pop("".join(title.split()).casefold(), None)
        if sheet is None:
            lost = _("The sheet “%(sheet)s” is missing. Download the workbook again and change that one.")
            raise Unreadable(str(lost % {"sheet": title}))
        for cells in sheet.merged:
            sentence = gettext("The cells %(cells)s are merged: split them, so that each says its own value.") % {"cells": cells}
            errors.append(CellError(cells.split(":")[0], sentence, title))
        read[title], places[title], more = rules.read_sheet(title, sheet.rows(), columns, words, most=settings.SHEET_MAX_ROWS)
        errors += more
    for title in (rules.GUIDE_SHEET, rules.LISTS_SHEET):
        found.pop("".join(title.split()).casefold(), None)
    for sheet in found.values():
        errors.append(CellError("A1", gettext("This sheet is not part of the workbook: delete it."), sheet.title))
    if any(
        len(places[title]) < len(columns)
        for title, columns in ((rules.OFFERS_SHEET, rules.OFFERS), (rules.LINES_SHEET, rules.LINES))
    ):
        return Upload((), {}, places), errors  # without a column nothing can be said of the rows
    upload, more = _changed(read, places, _known(offers, words))
    return upload, beside(errors, more)


def beside(errors: Sequence[CellError], more: Iterable[CellError]) -> list[CellError]:
    """All of them, but of a cell what was said of it first: what cannot be read is not called missing as well."""
    named = {(one.sheet, one.cell) for one in errors}
    return [*errors, *(one for one in more if (one.sheet, one.cell) not in named)]


def _changed(
    read: Mapping[str, list[rules.Row]], places: dict[str, dict[str, int]], known: _Known
) -> tuple[Upload, list[CellError]]:
    """The rows that say something else than the offers do, and the rows that belong to no offer."""
    errors: list[CellError] = []

    def wrong(title: str, row: rules.Row, field: str, sentence: str) -> None:
        errors.append(CellError(cell_name(places[title][field], row.number), sentence, title))

    seen: dict[str, int] = {}
    for row in read[rules.OFFERS_SHEET]:
        ref = row.data["ref"]
        if not ref:
            wrong(rules.OFFERS_SHEET, row, "ref", gettext("This row has no key. A new offer is made in the browser, not here."))
        elif ref in seen:
            twice = gettext("“%(name)s” stands in row %(row)d already.") % {"name": ref[:40], "row": seen[ref]}
            wrong(rules.OFFERS_SHEET, row, "ref", twice)
        elif ref not in known.offers:
            wrong(rules.OFFERS_SHEET, row, "ref", _not_yours())
        seen.setdefault(ref, row.number)
        for field in TOLD:
            if ref in known.said and row.data[field] not in known.said[ref][field]:
                wrong(rules.OFFERS_SHEET, row, field, gettext("This column is only for reading: leave it as it was."))
    lines: dict[str, list[rules.Row]] = {ref: [] for ref in seen}
    for row in read[rules.LINES_SHEET]:
        ref = row.data["ref"]
        if ref in lines:
            lines[ref].append(row)
        else:
            lost = gettext("Write the key of an offer that stands in the sheet “%(sheet)s”.") % {"sheet": rules.OFFERS_SHEET}
            wrong(rules.LINES_SHEET, row, "ref", lost)
    own = {
        row.number: row
        for row in read[rules.OFFERS_SHEET]
        if row.data["ref"] in known.offers and seen[row.data["ref"]] == row.number
    }
    changed = [row for row in own.values() if _differs(row, lines[row.data["ref"]], known)]
    kept = {row.data["ref"]: tuple(lines[row.data["ref"]]) for row in changed}
    return Upload(tuple(changed), kept, places), errors


def _not_yours() -> str:
    return gettext("None of your offers has this key: download the workbook again.")


def _differs(row: rules.Row, lines: Sequence[rules.Row], known: _Known) -> bool:
    before, ref = known.offers[row.data["ref"]].data, row.data["ref"]
    compared = [column.field for column in rules.OFFERS if column.field not in (*TOLD, "version")]
    return any(row.data[name] != before[name] for name in compared) or [one.data for one in lines] != known.lines[ref]


def judge(upload: Upload, dataset_keys: Iterable[str]) -> tuple[list[rules.Change], list[CellError]]:
    """Every row through the forms of the pages: the changes of those with which nothing is wrong, and what is wrong with the others.
    dataset_keys: of the person's institutions."""
    form, line_form, errors = _row_form(dataset_keys), LineForm({}), list[CellError]()
    changes = []
    for row in upload.offers:
        before = len(errors)
        errors += _judged(form, row, rules.OFFERS_SHEET, upload)
        version = row.data["version"]
        if not (version.isdecimal() and len(version) <= LONGEST_VERSION):
            told = gettext("Leave the version as it was downloaded.")
            errors.append(_at(upload, rules.OFFERS_SHEET, row, "version", told))
        values = form.values() if form.is_valid() else {}
        lines = []
        for line in upload.lines[row.data["ref"]]:
            wrong = _judged(line_form, line, rules.LINES_SHEET, upload)
            if not line.data["title_ko"] and not wrong:
                told = gettext("Name the work in Korean, or delete the whole row.")
                wrong = [_at(upload, rules.LINES_SHEET, line, "title_ko", told)]
            errors += wrong
            if not wrong:
                data = line_form.cleaned_data
                lines.append(rules.Line(**{**data, "minimum": data["minimum"] or 0}))
        if len(errors) == before:
            changes.append(rules.Change(row.data["ref"], int(version), values, tuple(lines), form.cleaned_data["dataset"]))
    return changes, errors


def _row_form(dataset_keys: Iterable[str]) -> OfferForm:
    """The form of the page; the institution is known by the offer, and the datasets are looked up once for all rows."""
    form = OfferForm({}, institutions=[])
    del form.fields["institution"], form.fields["version"], form.fields["open_shown"]
    form.fields["dataset"] = forms.ChoiceField(
        choices=[(key, key) for key in dataset_keys],
        required=False,
        error_messages={"invalid_choice": _("None of your datasets has this key.")},
    )
    return form


def _judged(form: forms.Form, row: rules.Row, title: str, upload: Upload) -> list[CellError]:
    form.data, form._errors = row.data, None  # type: ignore[assignment, attr-defined]
    return [
        _at(upload, title, row, field, str(sentence)) for field, sentences in form.errors.items() for sentence in sentences[:1]
    ]


def _at(upload: Upload, title: str, row: rules.Row, field: str, sentence: str) -> CellError:
    places = upload.places[title]
    return CellError(cell_name(places.get(field, places["ref"]), row.number), sentence, title)


def told(upload: Upload, wrong: Iterable[rules.Wrong]) -> list[CellError]:
    """What the rules refused, at its cell; what belongs to price lines at the first of them."""
    rows = {row.data["ref"]: row for row in upload.offers}
    found = []
    for one in wrong:
        lines = upload.lines[one.ref]
        if one.field == "lines" and lines:
            found.append(_at(upload, rules.LINES_SHEET, lines[0], "unit_price_won", one.sentence))
        else:
            found.append(_at(upload, rules.OFFERS_SHEET, rows[one.ref], one.field, one.sentence))
    return found


@dataclass(frozen=True)
class Edited:
    """An offer of the preview. changes: (what, before, after) in words."""

    offer: Offer
    changes: list[tuple[str, str, str]]


def differences(upload: Upload, offers: list[Offer], words: rules.Words) -> list[Edited]:
    """What an upload changes, in the words of the page."""
    known, by_ref = _known(offers, words), {offer.ref: offer for offer in offers}
    found = []
    for row in upload.offers:
        ref = row.data["ref"]
        before = known.offers[ref].data
        changes = [
            (str(column.label), _in_words(column, before[column.field], words), _in_words(column, row.data[column.field], words))
            for column in rules.OFFERS
            if column.kind not in (rules.Kind.TOLD, rules.Kind.KEY) and row.data[column.field] != before[column.field]
        ]
        old, new = ([_line_words(one, words) for one in side] for side in (known.lines[ref], [r.data for r in upload.lines[ref]]))
        for number in range(max(len(old), len(new))):
            pair = [side[number] if number < len(side) else "" for side in (old, new)]
            if pair[0] != pair[1]:
                changes.append((gettext("Price line %(n)d") % {"n": number + 1}, pair[0], pair[1]))
        found.append(Edited(by_ref[ref], changes))
    return found


def _in_words(column: rules.Column, value: Any, words: rules.Words) -> str:
    if column.kind == rules.Kind.YES_NO:
        return {"true": gettext("Yes"), "false": gettext("No")}.get(value, "")
    if column.kind in (rules.Kind.CODE, rules.Kind.CODES):
        codes = value if isinstance(value, list) else [value] if value else []
        return ", ".join(words[column.codes].get(code, (code, code))[0 if korean() else 1] for code in codes)
    if column.kind in (rules.Kind.WON, rules.Kind.WHOLE) and value:
        return f"{int(value):,}"
    return str(value)


def _line_words(data: Mapping[str, Any], words: rules.Words) -> str:
    said = {column.field: _in_words(column, data[column.field], words) for column in rules.LINES}
    names = " / ".join(said[name] for name in ("title_ko", "title_en") if said[name])
    minimum = gettext("minimum %(n)s") % {"n": said["minimum"] or 0}
    price = gettext("%(price)s won a %(unit)s") % {"price": said["unit_price_won"], "unit": said["unit"]}
    return ", ".join([said["kind"], names, price, minimum, said["tax_kind"]])

"""Lists of the ministry's admin: head, rows and filters, written for speed and readable without scripts.

unfold renders a cell through a dozen questions; here a column is asked once what it is, and each row only for its value.
"""

import html
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django import template
from django.contrib.admin import EmptyFieldListFilter
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import label_for_field, quote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from portal.desk.admin_subjects import linked, named
from portal.desk.admin_words import BY_THE_PORTAL, column_words
from portal.templatetags.portal import kst, kst_day, status_tag

register = template.Library()
Cell = Callable[[Any], Any]
_EMPTY = "—"
_ABOUT = {
    "account.owner_ref",
    "accesslog.subject_ref",
    "event.subject_ref",
    "ledgerevent.subject_ref",
}  # references that a list tells by name
_STATES = {"status", "state", "verification", "publication", "scan_state"}  # columns of codes that wear a tag
_SHORT = {
    "ref", "subject_ref", "receipt_no", "receipt", "project_no", "number", "submitted_on", "year", "phase_word", "track",
    "evaluator", "masked", "agreement", "disbursement", "selected",
}  # fmt: skip
_FIGURES = (  # how the names of columns of amounts and counts end
    "amount", "amount_of", "won", "total", "score", "points", "rank", "grant", "balance", "supply", "price_floor", "budget",
)  # fmt: skip
_MOMENTS = {"submitted", "due", "opens", "closes", "proposed"}  # worked out: a day and an hour
_WIDE = {
    "notice.title", "award.application", "round.title", "accessrequest.institution", "milestone.institution", "match.institution",
    "offer.institution",
}  # long words that read badly in a narrow column  # fmt: skip


@register.simple_tag
def admin_head(cl: Any) -> SafeString:
    """The heading row: a sortable column is a link, and says how it is sorted now."""
    return SafeString("".join(_heading(head) for head in result_headers(cl)))


def _heading(head: dict[str, Any]) -> str:
    if "action-checkbox-column" in head.get("class_attrib", ""):
        return format_html('<th scope="col" class="pick"><span class="sr-only">{}</span></th>', gettext("Select"))
    text = capfirst(str(head["text"]))
    if not head.get("sortable"):
        return format_html('<th scope="col"{}>{}</th>', head.get("class_attrib", ""), text)
    sort = ("ascending" if head["ascending"] else "descending") if head["sorted"] else ""
    mark = {"ascending": "\u00a0▲", "descending": "\u00a0▼", "": ""}[sort]
    said = format_html(' aria-sort="{}"', sort) if sort else ""
    named = head.get("class_attrib", "")  # `column-amount` and the like: the style sheet sets amounts to the right
    return format_html('<th scope="col"{}{}><a href="{}">{}</a>{}</th>', named, said, head["url_primary"], text, mark)


@register.simple_tag(takes_context=True)
def admin_rows(context: template.Context, cl: Any) -> SafeString:
    """Every row; the first column leads to the record."""
    columns = [_told_column(cl, name, context["request"]) for name in cl.list_display]
    address, after = _row_address(cl)
    lines = []
    for row in cl.result_list:
        cells, linked = [], not address
        for name, value_of, dress in columns:
            if not name:
                cells.append(f'<td class="pick">{_box(row)}</td>')
                continue
            value = _safe(value_of(row))
            if not linked:
                linked = True
                cells.append(f'<th scope="row"{dress}><a href="{address}{quote(row.pk)}/change/{after}">{value}</a></th>')
            else:
                cells.append(f"<td{dress}>{value}</td>")
        lines.append(f'<tr class="result-row">{"".join(cells)}</tr>')
    return SafeString("".join(lines))


def _told_column(cl: Any, name: Any, request: Any) -> tuple[Any, Cell, str]:
    """(name, "" for the box; what a row's cell says; its attributes)."""
    if name == "action_checkbox":
        return "", _box, ""
    dress = _dress(cl, name)
    value_of = _about(cl, name, request) if f"{cl.opts.model_name}.{name}" in _ABOUT else _column(cl, name)
    if "moment" in dress:
        value_of = _on_two_lines(value_of)
    return name, value_of, dress + _said_label(cl, name)


def _about(cl: Any, name: str, request: Any) -> Cell:
    """A reference told as the record that it stands for: all rows' at once."""
    subjects = named({getattr(row, name) for row in cl.result_list}, request)
    return lambda row: linked(getattr(row, name), subjects) or _EMPTY


def _on_two_lines(value_of: Cell) -> Cell:
    """A day with its hour, in digits and our own words, may break between the two and nowhere else."""

    def value(row: Any) -> Any:
        told = value_of(row)
        opening, shown = str(told).removesuffix("</time>").rsplit(">", 1) if "<time" in str(told) else ("", str(told))
        if ":" not in shown:
            return told
        day, gap, hour = shown.partition(", ") if "," in shown else shown.rpartition(" ")
        lines = f'<span class="nowrap">{day}{gap.rstrip()}</span> <span class="nowrap">{hour}</span>'
        return SafeString(f"{opening}>{lines}</time>" if opening else lines)

    return value


def _said_label(cl: Any, name: Any) -> str:
    """The heading beside each value, which the cards of a narrow screen show."""
    return format_html(' data-label="{}"', capfirst(str(label_for_field(name, cl.model, cl.model_admin))))


def _safe(value: Any) -> str:
    """Mark-up as it is, everything else escaped; Django's own asks more questions than a thousand cells can wait for."""
    if type(value) is str:
        return html.escape(value)
    return value.__html__() if hasattr(value, "__html__") else html.escape(str(value))


def _box(row: Any) -> str:
    return (
        f'<input type="checkbox" class="action-select" name="_selected_action" value="{row.pk}" aria-label="{_safe(str(row))}">'
    )


def _row_address(cl: Any) -> tuple[str, str]:
    """(address of the list, what keeps the list's filters for the way back); no address where the record has no page."""
    try:
        address = reverse(f"{cl.model_admin.admin_site.name}:{cl.opts.app_label}_{cl.opts.model_name}_changelist")
    except NoReverseMatch:
        return "", ""
    return address, f"?{escape(cl.preserved_filters)}" if getattr(cl, "preserved_filters", "") else ""


def _dress(cl: Any, name: Any) -> str:
    """A column's class: amounts to the right; short words, numbers and days on one line."""
    if _is_number(cl, name):
        return ' class="num"'
    if f"{cl.opts.model_name}.{name}" in _ABOUT:
        return ' class="about"'
    field = _field(cl, name)
    if name in _MOMENTS or isinstance(field, models.DateTimeField):
        return ' class="moment"'
    if f"{cl.opts.model_name}.{name}" in _WIDE:
        return ' class="wide"'
    short = name in _SHORT or (
        field is not None and (name in _STATES or _brief(field) or isinstance(field, models.DateField | models.BooleanField))
    )
    return ' class="nowrap"' if short else ""


def _brief(field: Any) -> bool:
    """Choices whose every word fits on one line of a narrow column."""
    return bool(field.choices) and all(len(str(word)) <= 28 for _code, word in field.flatchoices)


def _is_number(cl: Any, name: Any) -> bool:
    """Amounts and counts stand right-aligned."""
    field = _field(cl, name)
    if field is None:
        own = name if callable(name) else getattr(cl.model_admin, name, None)
        words = name if isinstance(name, str) else getattr(name, "__name__", "")
        return getattr(own, "formatting", "") == "price" or words.endswith(_FIGURES)
    return isinstance(field, models.IntegerField | models.DecimalField) and not field.choices and not field.name.endswith("year")


def _field(cl: Any, name: Any) -> Any:
    """The model's column of that name, or None for what is worked out."""
    if not isinstance(name, str):
        return None
    try:
        return cl.lookup_opts.get_field(name)
    except FieldDoesNotExist:
        return None


def _column(cl: Any, name: Any) -> Cell:
    """How a column's value is had from a row, as it is shown."""
    field = _field(cl, name)
    if isinstance(name, str) and (words_of := column_words(cl.model, name)):
        return lambda row: _shown(words_of(row))
    if field is None:
        return _computed(cl, name)
    if field.is_relation:
        nobody = gettext("The portal") if f"{cl.model._meta.model_name}.{name}" in BY_THE_PORTAL else None
        return lambda row: _shown(getattr(row, name) or nobody)
    if field.choices:
        words = dict(field.flatchoices)
        if name in _STATES:
            tags = {code: status_tag(code, str(word)) for code, word in words.items()}
            return lambda row: tags.get(getattr(row, name)) or _shown(getattr(row, name))
        return lambda row: _shown(words.get(getattr(row, name), getattr(row, name)))
    if name.endswith("year"):
        return lambda row: _shown(getattr(row, name))
    if isinstance(field, models.IntegerField):
        return lambda row: _EMPTY if getattr(row, name) is None else f"{getattr(row, name):,}"
    return lambda row: _shown(getattr(row, name))


def _computed(cl: Any, name: Any) -> Cell:
    """A function of the list, a method of its admin, or one of the row."""
    own = name if callable(name) else getattr(cl.model_admin, name, None)
    if own is not None:
        return lambda row: _shown(own(row))

    def value_of(row: Any) -> Any:
        value = row
        for part in name.split("__"):
            value = getattr(value, part)
        return _shown(value() if callable(value) else value)

    return value_of


def _shown(value: Any) -> Any:
    if type(value) is str:
        return value or _EMPTY
    if value is None or value == "":
        return _EMPTY
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime):
        return kst(value)
    if hasattr(value, "isoformat"):
        return kst_day(value)
    return value


@register.simple_tag
def admin_facets(cl: Any) -> SafeString:
    """The filters in one row: each unfolds its choices, which are plain links; the chosen one is said in the row."""
    return SafeString("".join(_facet(cl, spec) for spec in cl.filter_specs))


def _facet(cl: Any, spec: Any) -> str:
    choices = list(spec.choices(cl))
    if isinstance(spec, EmptyFieldListFilter):  # all, without, with
        for one, words in zip(choices, ("", gettext("Not yet"), gettext("Yes")), strict=True):
            one["display"] = words
    chosen = next((c for c in choices if c["selected"]), choices[0])
    active = choices.index(chosen) > 0
    lines = []
    for one in choices:
        current = ' aria-current="true"' if one["selected"] else ""
        lines.append(f'<li><a href="{html.escape(one["query_string"])}"{current}>{html.escape(_said(one))}</a></li>')
    head = f"<summary><span>{html.escape(capfirst(str(spec.title)))}</span> {html.escape(_said(chosen))}</summary>"
    return f'<details class="facet{" active" if active else ""}">{head}<ul>{"".join(lines)}</ul></details>'


def _said(choice: dict[str, Any]) -> str:
    return gettext("All") if choice["display"] == "" else gettext("None") if choice["display"] == "-" else str(choice["display"])


@register.simple_tag
def admin_pages(cl: Any) -> SafeString:
    """Previous and next, the pages worth a link, and how many rows there are."""
    return SafeString("".join(_pages(cl)))


def _pages(cl: Any) -> Iterator[str]:
    if cl.paginator.num_pages <= 1:
        return
    for n in cl.paginator.get_elided_page_range(cl.page_num, on_each_side=2, on_ends=1):
        if n == cl.page_num:
            yield format_html('<span aria-current="page">{}</span>', n)
        elif isinstance(n, int):
            yield format_html('<a href="{}">{}</a>', cl.get_query_string({PAGE_VAR: n}), n)
        else:
            yield format_html("<span>{}</span>", n)


@register.simple_tag
def kept_filters(cl: Any) -> SafeString:
    """The chosen filters as hidden fields, so that a search keeps them."""
    return SafeString(
        "".join(
            format_html('<input type="hidden" name="{}" value="{}">', name, value)
            for name, values in cl.filter_params.items()
            for value in values
        )
    )

"""What a reference stands for in the admin: the record's name, and its page for whoever may open it."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.desk import notice_words
from portal.journal.memory import remembered
from portal.journal.models import Notice
from portal.kit.models import Row

# What a record without a page of its own belongs to; the first that it has.
_WITHIN = ("application", "request", "agreement", "company", "need", "milestone", "assignment", "round", "code_list", "offer")


MOMENT = 10  # seconds


class Subject(NamedTuple):
    """words: what people call the record; url: its page."""

    words: str
    url: str


def named(refs: Iterable[str], request: HttpRequest) -> dict[str, Subject]:
    """Reference → what it stands for; those that this person may not see are left out. One query a kind of record.

    A record without a page of its own (a section of an application) stands for the record that it belongs to: two queries.
    Remembered for this person until something happens, at most ten seconds: a list read again asks for no names.
    """
    wanted = sorted(set(refs))
    if not wanted:
        return {}
    told = hashlib.sha256(" ".join(wanted).encode()).hexdigest()
    return remembered(f"named:{request.user.pk}:{told}", lambda: _named(wanted, request), MOMENT)


def _named(refs: list[str], request: HttpRequest) -> dict[str, Subject]:
    kinds: dict[str, set[str]] = {}
    for ref in refs:
        kinds.setdefault(ref.partition("-")[0], set()).add(ref)
    known, found = _models(), {}
    for prefix, wanted in kinds.items():
        if prefix in known:
            found |= _found(known[prefix], wanted, request)
    return found


def subject_of(row: Any, request: HttpRequest) -> Subject | None:
    """A row's own name and page; None where it has no page, or none for this person."""
    shown: Any = admin.site._registry.get(type(row))  # a VerbAdmin, which may not be imported here: unfold reads these tags
    if shown is None or not shown.has_view_permission(request, row):
        return None
    headline = notice_words.words(row.template) if isinstance(row, Notice) else shown.headline(row)  # not the words as sent
    company = getattr(row, "company", None)
    words = f"{headline} · {company}" if company is not None and str(company) not in headline else headline
    address = f"{admin.site.name}:{row._meta.app_label}_{row._meta.model_name}_change"
    return Subject(words, reverse(address, args=[row.pk]))


def linked(ref: str, subjects: dict[str, Subject]) -> SafeString | str:
    """The record's name as a link; its reference where this person may not open it."""
    found = subjects.get(ref)
    return format_html('<a class="text-link" href="{}">{}</a>', found.url, found.words) if found else ref


def _found(model: type[Row], refs: set[str], request: HttpRequest) -> dict[str, Subject]:
    shown = admin.site._registry.get(model)
    columns = {field.name: field for field in model._meta.fields}
    if shown is None:
        within = next((name for name in _WITHIN if name in columns), None)
        if within is None:
            return {}
        held = dict(model._default_manager.filter(ref__in=refs).values_list("ref", f"{within}__ref"))
        owners = _found(columns[within].related_model, set(held.values()), request)  # type: ignore[arg-type]
        return {ref: owners[of] for ref, of in held.items() if of in owners}
    joined = {*(shown.list_select_related or ()), *({"company"} & columns.keys())}
    rows: Any = model._default_manager.filter(ref__in=refs)
    rows = rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows
    subjects = {row.ref: subject_of(row, request) for row in (rows.select_related(*joined) if joined else rows)}
    return {ref: subject for ref, subject in subjects.items() if subject is not None}


@lru_cache(maxsize=1)
def _models() -> dict[str, type[Row]]:
    return {model.REF_PREFIX: model for model in apps.get_models() if issubclass(model, Row)}

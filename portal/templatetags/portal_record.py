"""A record's page in the admin: what its read-only fields hold, as people say it."""

from datetime import datetime
from typing import Any

from django import template
from django.db import models
from django.template import Context
from django.utils.html import format_html_join
from django.utils.translation import gettext

from portal.desk import event_words
from portal.desk.admin_subjects import linked, named, subject_of
from portal.desk.admin_words import BY_THE_PORTAL, column_words
from portal.desk.event_facts import facts
from portal.journal.models import Event
from portal.kit.won import WonField, won
from portal.templatetags.portal import kst
from portal.templatetags.portal_admin import told_events

register = template.Library()
_REFS = {"subject_ref", "owner_ref"}  # columns that name another record


@register.simple_tag(takes_context=True)
def readable(context: Context, field: Any) -> Any:
    """A read-only field's value in words: codes by their words, references as links to what they stand for, moments as
    everywhere; None where the admin's own way says it."""
    name, row, request = field.field["field"], field.form.instance, context.get("request")
    if not isinstance(name, str) or request is None or not isinstance(row, models.Model):
        return None
    column = next((one for one in row._meta.concrete_fields if one.name == name), None)
    if column is None or row._state.adding:
        return None
    if name == "ref":
        shown = subject_of(row, request) if row != context.get("original") else None
        return linked(row.ref, {row.ref: shown._replace(words=row.ref)}) if shown else row.ref
    if name in _REFS:
        return linked(row.serializable_value(name), named([row.serializable_value(name)], request)) or "—"
    if name == "persons":
        return _people(row.serializable_value(name), request)
    if isinstance(row, Event) and name == "data":
        return facts(row, request)
    if words := column_words(type(row), name):
        return words(row) or "—"
    return _plain(column, row, request)


def _plain(column: Any, row: Any, request: Any) -> Any:
    """Relations, reasons, moments, amounts, yes and no."""
    if column.is_relation:
        return _related(column, row, request)
    value = getattr(row, column.name)
    if column.name in {"reason", "decision_reason"}:
        return _reason(row, value) or "—"
    if isinstance(value, datetime):
        return kst(value)
    if isinstance(column, WonField):
        return won(value)
    return (gettext("Yes") if value else gettext("No")) if isinstance(value, bool) else None


def _related(column: Any, row: Any, request: Any) -> Any:
    """A link for whoever may open the record, its name for others; the portal itself where no hand did it."""
    value = getattr(row, column.name)
    if value is None:
        return gettext("The portal") if f"{row._meta.model_name}.{column.name}" in BY_THE_PORTAL else "—"
    shown = subject_of(value, request)
    return linked(value.ref, {value.ref: shown}) if shown and isinstance(getattr(value, "ref", None), str) else str(value)


def _people(refs: list[str], request: Any) -> Any:
    subjects = named(refs, request)
    return format_html_join(", ", "{}", ((linked(ref, subjects),) for ref in refs)) or "—"


def _reason(row: Any, stored: str) -> str:
    """A reason that the portal gave, in the reader's language as its event tells it; a person's words as they stand."""
    event = next((one for one in told_events(row) if one.reason and one.reason == stored), None)
    return event_words.reason(event) if event is not None else event_words.known_reason(stored)

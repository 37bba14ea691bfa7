"""Columns of codes that the admin's lists tell in words: kinds of duties, events, records, roles, what was looked at."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.utils.translation import get_language, gettext

from portal.accounts.rules import Role
from portal.desk import duty_words, event_words


def column_words(model: Any, column: str) -> Callable[[Any], str] | None:
    """What says a row's code in that column in words; None for columns that hold words already."""
    name = f"{model._meta.model_name}.{column}"
    if name in {"event.frm", "event.to"}:
        return lambda event: state(event.subject_type, getattr(event, column))
    words = _WORDS.get(name)
    return (lambda row: words(getattr(row, column))) if words else None


def state(kind: str, code: str) -> str:
    """A state of that kind of record in words; a role's name where the event is about a role."""
    return str(_states(kind).get(code) or Role.word(code)) if code else ""


@lru_cache(maxsize=100)
def _states(kind: str) -> dict[str, Any]:
    """Every code of a model's columns with choices, and its (lazy) word."""
    fields = [field for model in _models(kind) for field in model._meta.local_fields if field.choices]
    return {code: word for field in reversed(fields) for code, word in field.flatchoices}


def _models(kind: str) -> list[Any]:
    wanted = kind.replace("_", "").lower()
    return [m for m in apps.get_models() if m._meta.model_name == wanted and m.__module__.split(".")[0] in _HOUSE]


def record(code: str) -> str:
    """The name of a kind of record: `quote_request` is a quote request."""
    return _record(code, get_language() or "ko")


@lru_cache(maxsize=400)
def _record(code: str, language: str) -> str:
    named = _models(code)
    return str(named[0]._meta.verbose_name) if named else code.replace("_", " ")


def task(code: str) -> str:
    """What somebody looked at: `admin: list user` is `Admin: list of people`."""
    kind = code.removeprefix("admin: ")
    if kind == code:
        return code
    listed = kind.removeprefix("list ")
    words = gettext("Admin list: %(what)s") if listed != kind else gettext("Admin page: %(what)s")
    return words % {"what": record(listed)}


def role(code: str) -> str:
    return str(Role.word(code)) if code else ""


_HOUSE = {"portal", "vouchers", "providers"}
_WORDS: dict[str, Callable[[str], str]] = {
    "accesslog.subject_type": record,
    "accesslog.task": task,
    "duty.role": role,
    "duty.verb": duty_words.words,
    "event.name": event_words.words,
    "event.subject_type": record,
    "notice.subject_type": record,
}

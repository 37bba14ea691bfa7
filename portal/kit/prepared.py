"""Statements that a connection plans once: for the few paths that thousands take in the same minute.

The ORM composes a statement anew each time and the server plans it anew; that is most of what a short transaction costs.
Here the text stays the same and the values are bound by the server, so that both are done once a connection. Statements pass
Django's own cursor wrapper: errors, transactions and what tests count are the same.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init
from django.utils.functional import Promise

from portal.kit import clock
from portal.kit.models import Row


def cursor() -> Any:
    """The connection's cursor for statements that are prepared (its `prepare_threshold`), with values bound by the server.

    One a connection, so an answer is fetched before the next question is asked. Speaks `$1`, not `%s`.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    raw: Any = getattr(connection.connection, "portal_cursor", None)
    if raw is None:
        raw = connection.connection.portal_cursor = psycopg.RawCursor(connection.connection)
    return connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw)


def ask(sql: str, params: Mapping[str, Any] | Sequence[Any]) -> Any:
    """The cursor, asked. sql: with `%s` or `%(name)s`, taken apart once a process (psycopg does so for every long text)."""
    text, names = _numbered(sql)
    asked = cursor()
    asked.execute(text, [params[name] for name in names] if isinstance(params, Mapping) else params)
    return asked


@lru_cache(maxsize=500)
def _numbered(sql: str) -> tuple[str, list[str]]:
    """(the text as the server reads it, the names of its values in their order)."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        name = found[1]
        if name is None or name not in names:
            names.append(name or "")
            return f"${len(names)}"
        return f"${names.index(name) + 1}"

    return re.sub(r"%(?:\((\w+)\))?s", number, sql), names


def first_row(sql: str, params: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of an answer, or None."""
    found: tuple[Any, ...] | None = ask(sql, params).fetchone()
    return found


def rows(sql: str, params: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of an answer."""
    return list(ask(sql, params).fetchall())


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────
def built[M: models.Model](model: type[M], given: Mapping[str, Any] | None) -> M | None:
    """The row that the ORM would have read, of what `row_to_json` made of it; what is not given is read when it is asked for."""
    if given is None:
        return None
    known, readers = _readers(model)
    one, state = _bare(model)
    own = one.__dict__
    own |= given if given.keys() <= known else {name: given[name] for name in given.keys() & known}
    for name, read in readers:
        if (value := own.get(name)) is not None:
            own[name] = read(value)
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return one


def joined[M: models.Model](one: M, **rows: models.Model | None) -> M:
    """The row with those that it points to at hand, as `select_related` leaves it; nothing is compared."""
    for name, row in rows.items():
        one._state.fields_cache[name] = row  # type: ignore[attr-defined]
    return one


def made[M: models.Model](model: type[M], **values: Any) -> M:
    """What `model(**values)` makes, for columns alone (`user_id`, not `user`): Django asks each field anew for every row.

    Raises: AttributeError for a name that is no column.
    """
    known, fixed, worked_out, moments = _defaults(model)
    if not values.keys() <= known:
        raise AttributeError(f"No columns of {model.__name__}: {', '.join(sorted(values.keys() - known))}")
    one, _state = _bare(model)
    own = one.__dict__
    own |= fixed
    own |= values
    if missing := [name for name in moments if name not in values]:
        own |= dict.fromkeys(missing, clock.now())  # one row is of one moment
    for name, make in worked_out:
        if name not in values:
            own[name] = make()
    return one


def _bare[M: models.Model](model: type[M]) -> tuple[M, Any]:
    """A row without columns, and its state, as Django's own `__init__` begins."""
    one, state = model.__new__(model), ModelState()
    one.__dict__["_state"] = state
    return one, state


@lru_cache
def _defaults(model: type[models.Model]) -> tuple[frozenset[str], dict[str, Any], list[tuple[str, Callable[[], Any]]], list[str]]:
    """(columns, those whose default is a plain value, those whose default is made anew for each row, those that are of now)."""
    made_anew = {c.attname: c.default for c in model._meta.concrete_fields if c.has_default() and callable(c.default)}
    fixed = {c.attname: c.get_default() for c in model._meta.concrete_fields if c.attname not in made_anew}
    moments = [name for name, make in made_anew.items() if make is clock.now]
    return _columns_alone(model), fixed, [(n, make) for n, make in made_anew.items() if n not in moments], moments


@lru_cache
def _readers(model: type[models.Model]) -> tuple[frozenset[str], list[tuple[str, Callable[[Any], Any]]]]:
    """(columns, what makes the value of those that are text in JSON: moments and days)."""
    kinds: dict[type, Callable[[Any], Any]] = {models.DateTimeField: datetime.fromisoformat, models.DateField: date.fromisoformat}
    kinds[models.DecimalField] = _exact
    columns = model._meta.concrete_fields
    return _columns_alone(model), [(one.attname, kinds[type(one)]) for one in columns if type(one) in kinds]


def _columns_alone(model: type[models.Model]) -> frozenset[str]:
    """The names of a model's columns, where a row consists of these and nobody listens to its making."""
    assert model.__init__ is models.Model.__init__ and model.from_db.__func__ is models.Model.from_db.__func__  # type: ignore[attr-defined]
    assert not pre_init.has_listeners(model) and not post_init.has_listeners(model)
    assert all(one.column == one.attname for one in model._meta.concrete_fields)
    return frozenset(one.attname for one in model._meta.concrete_fields)


def _exact(value: Any) -> Any:
    raise TypeError("JSON would round it: ask for this column as text")


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────
Step = tuple[str, Any]  # what is done (a statement's text), and its values: one JSON text
_waiting: ContextVar["_Waiting | None"] = ContextVar("prepared_waiting", default=None)


@dataclass
class _Waiting:
    """steps: text → JSON. new: rows to insert, by table and by whether one that is there already is passed over."""

    steps: list[Step] = field(default_factory=list)
    new: dict[tuple[type[models.Model], bool], list[models.Model]] = field(default_factory=dict)


def insert(new: Sequence[models.Model], *, ignore_conflicts: bool = False) -> int:
    """New rows of one model by one statement, whatever their number, as `bulk_create` would; for actions.

    Gives refs to house rows that have none, and keys to all (not with ignore_conflicts, nor within `together`). Returns: how
    many were written; within `together`, how many will be tried.
    """
    for one in new:
        if isinstance(one, Row):
            one.name_it()
    if not new:
        return 0
    model, waiting = type(new[0]), _waiting.get()
    if waiting is not None:
        waiting.new.setdefault((model, ignore_conflicts), []).extend(new)
        return len(new)
    say = ask(_insert(model, ignore_conflicts), [_as_json(new)])
    if ignore_conflicts:
        return int(say.rowcount)
    for one, (pk,) in zip(new, say.fetchall(), strict=True):
        one.pk, one._state.adding, one._state.db = pk, False, DEFAULT_DB_ALIAS
    return len(new)


def update(one: Row, *names: str) -> None:
    """Writes these columns of a row that is locked, as `one.save(update_fields=names)` would: version and moment go along."""
    one.version, one.updated_at = one.version + 1, clock.now()
    columns = _named(type(one), (*names, "version", "updated_at"))
    run(_update(type(one), columns), _JSON.encode({c.column: getattr(one, c.attname) for c in columns}))


def write(one: Row, before: Mapping[str, Any]) -> None:
    """As `update`, of the columns that are others than `before`, which were read under the row's lock."""
    own = one.__dict__
    update(one, *[c.attname for c in type(one)._meta.concrete_fields if own[c.attname] != before[c.attname]])


def run(sql: str, given: Mapping[str, Any] | str) -> None:
    """A statement with one JSON parameter, `%s`, that writes and answers nothing; within `together` it leaves with the others."""
    values, waiting = given if isinstance(given, str) else _JSON.encode(given), _waiting.get()
    if waiting is not None:
        waiting.steps.append((sql, values))
        return
    ask(sql, [values])


@contextmanager
def together() -> Iterator[None]:
    """What is inserted, updated and run within the block leaves by one statement at its end; nothing does after an error.

    What the block itself reads does not see it, new rows get no keys, and no row may be written twice.
    """
    token = _waiting.set(_Waiting())
    try:
        yield
        send()
    finally:
        _waiting.reset(token)


def send() -> None:
    """What waits within `together` leaves now: where what comes next stands on it."""
    waiting = _waiting.get()
    assert waiting is not None
    _waiting.set(_Waiting())
    steps = [*waiting.steps, *((_insert(*kind), _as_json(new)) for kind, new in waiting.new.items())]
    if steps:
        ask(_all(tuple(sql for sql, _values in steps)), [values for _sql, values in steps])


@lru_cache
def _all(statements: tuple[str, ...]) -> str:
    return "WITH " + ", ".join(f"step_{i} AS ({sql})" for i, sql in enumerate(statements)) + " SELECT 1"


@lru_cache
def _insert(model: type[models.Model], ignore_conflicts: bool) -> str:
    columns = ", ".join(f'"{column}"' for column, _name in _columns(model))
    table, end = model._meta.db_table, "ON CONFLICT DO NOTHING" if ignore_conflicts else f'RETURNING "{_key(model)}"'
    return f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::"{table}", %s::json) {end}'


@lru_cache
def _named(model: type[models.Model], names: tuple[str, ...]) -> tuple[Any, ...]:
    return (model._meta.pk, *(model._meta.get_field(name) for name in names))


@lru_cache
def _update(model: type[models.Model], columns: tuple[Any, ...]) -> str:
    table, key = model._meta.db_table, _key(model)
    pairs = ", ".join(f'"{one.column}" = new."{one.column}"' for one in columns[1:])
    new = f'json_populate_record(NULL::"{table}", %s::json) new'
    return f'UPDATE "{table}" SET {pairs} FROM {new} WHERE "{table}"."{key}" = new."{key}"'


@lru_cache
def _columns(model: type[models.Model]) -> list[tuple[str, str]]:
    """(column, attribute). A field that works out its value while it is saved (a file, auto_now) has no place here; what PostgreSQL
    works out (a generated column) is left to it."""
    fields = [one for one in model._meta.concrete_fields if not one.primary_key and not one.generated]
    assert not any(isinstance(f, models.FileField) or getattr(f, "auto_now", 0) or getattr(f, "auto_now_add", 0) for f in fields)
    return [(str(one.column), one.attname) for one in fields]


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)  # type: ignore[union-attr]


def _as_json(rows: Sequence[models.Model]) -> str:
    """What `json_populate_recordset` reads: a column's value as PostgreSQL would take it as text, JSON as JSON."""
    names = _columns(type(rows[0]))
    told = [{column: getattr(one, name) for column, name in names} for one in rows]
    for column, as_text in _told_as_text(type(rows[0])):
        for one in told:
            one[column] = as_text(one[column])
    return _JSON.encode(told)


@lru_cache
def _told_as_text(model: type[models.Model]) -> list[tuple[str, Callable[[Any], str]]]:
    """(column, how its value is written) of fields that JSON has no word for: those with a method `as_text`."""
    return [(str(one.column), one.as_text) for one in model._meta.concrete_fields if hasattr(one, "as_text")]


def _as_text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Promise | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a row that is written this way")


_JSON = json.JSONEncoder(default=_as_text)

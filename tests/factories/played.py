"""A world that many tests begin with is played once by its actions; the tests after it in the same process find its rows laid out.

`played` stands over a factory that takes plain values. It plays as ever when anything is in the database already, when another
clock, language or folder is set, or when the server does not let this role lay rows out (`services.let_worlds_be_laid_out`).
What is laid out is what was played: the same rows, each with its number, and the factory's answer as it was returned.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from portal.kit import clock

BEGIN = (
    "accounts_user",
    "accounts_organisation",
    "journal_event",
    "vouchers_round",
    "providers_codelist",
    "providers_institution",
)
GOOD_FOR = timedelta(minutes=20)


@dataclass(frozen=True)
class World:
    """answer: pickled. rows: per table what COPY said. numbers: each sequence and how far it had come."""

    answer: bytes
    rows: tuple[tuple[str, bytes], ...]
    numbers: tuple[tuple[str, int], ...]
    at: datetime
    today: str


_worlds: dict[str, World] = {}


def played[**P, R](make: Callable[P, R]) -> Callable[P, R]:
    """Over a factory: see above."""

    @wraps(make)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        name = _name(make, args, kwargs)
        if not name or not _empty():
            return make(*args, **kwargs)
        world = _worlds.get(name)
        if world is not None and _still_good(world):
            return _lay_out(world)
        found = make(*args, **kwargs)
        _worlds[name] = _kept(found)
        return found

    return inner


PLAIN = (str, int, bool, type(None))


def _name(make: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """What was asked for, and under which settings; "" when it is not said in plain values or nothing can be laid out here."""
    if not (_may_lay_out() and all(_plain(value) for value in (*args, *kwargs.values()))):
        return ""
    around = (translation.get_language(), str(settings.DATA_DIR), settings.PORTAL_ENV, settings.DEMO)
    return repr((make.__module__, make.__qualname__, args, sorted(kwargs.items()), around))


def _plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _plain(own) for key, own in value.items())
    return all(_plain(own) for own in value) if isinstance(value, list | tuple) else type(value) in PLAIN


def _still_good(world: World) -> bool:
    return world.today == str(clock.today()) and timedelta(0) <= clock.now() - world.at < GOOD_FOR


@cache
def _may_lay_out() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])


def _empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in BEGIN))
        return not cursor.fetchone()[0]


@cache
def _tables() -> tuple[str, ...]:
    """Every table that actions write. Those that Django itself fills when it migrates stay as they are."""
    models = apps.get_models(include_auto_created=True)
    named = {model._meta.db_table for model in models if model._meta.managed and model._meta.app_label not in ("contenttypes",)}
    return tuple(sorted(named - {"auth_permission"}))


def _kept(answer: Any) -> World:
    rows, name = [], connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {name(table)})" for table in _tables()))
        filled = [table for table, there in zip(_tables(), cursor.fetchone(), strict=True) if there]
        for table in filled:
            with cursor.copy(f"COPY {name(table)} TO STDOUT") as copy:
                rows.append((table, b"".join(bytes(part) for part in copy)))
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL")
        numbers = tuple(cursor.fetchall())
    return World(pickle.dumps(answer), tuple(rows), numbers, clock.now(), str(clock.today()))


def _lay_out(world: World) -> Any:
    name = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in world.rows:
            with cursor.copy(f"COPY {name(table)} FROM STDIN") as copy:
                copy.write(rows)
        cursor.execute("SET LOCAL session_replication_role = origin")
        further = "SELECT setval(seq::regclass, last) FROM unnest(%s::text[], %s::bigint[]) AS kept(seq, last)"
        further += " JOIN pg_sequences ON sequencename = seq AND coalesce(last_value, 0) < last"
        cursor.execute(further, [[seq for seq, _last in world.numbers], [last for _seq, last in world.numbers]])
    return pickle.loads(world.answer)

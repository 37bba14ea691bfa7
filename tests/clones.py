"""Databases of a test's own, for what only commits can show: races, deferred triggers, kills.

Append-only tables refuse the flush that Django's transactional tests do, so such a test gets a clone of the template. Afterwards
the clone is made as it was, row by row and number by number, for the next such test of this process; where a test left more than
rows (a trigger set aside, a right taken, a connection still open), or where the server does not let this role pass the triggers
(`services.let_worlds_be_laid_out`), it is thrown away.
"""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tests import services

CATALOGUES = (
    "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_proc", "pg_type", "pg_namespace",
    "pg_policy", "pg_default_acl", "pg_extension", "pg_rewrite", "pg_sequence", "pg_event_trigger",
)  # fmt: skip
SHAPE = "SELECT " + ", ".join(f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {name})" for name in CATALOGUES)
SHAPE += (
    ", (SELECT count(*)::text FROM pg_db_role_setting WHERE setdatabase ="
    " (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
WRITTEN = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"
)
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
NUMBERS = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"


@dataclass(frozen=True)
class Clone:
    """shape: what its catalogues were as it was made. rows: the digest of each table that had any. numbers: of its sequences."""

    name: str
    shape: tuple[str, ...]
    rows: dict[str, str]
    numbers: dict[str, int | None]


_spare: list[Clone] = []  # as they were made, of this process


@contextmanager
def lent() -> Iterator[str]:
    """Points Django at a clone of the template whose commits are real. Gives its name."""
    from django.db import connection, connections

    settings = connection.settings_dict
    original = settings["NAME"]
    connections.close_all()
    clone = _spare.pop() if _spare else _made(original)
    settings["NAME"] = clone.name
    try:
        yield clone.name
    finally:
        connections.close_all()
        settings["NAME"] = original
        if _restored(clone):
            _spare.append(clone)
        else:
            _drop(clone.name)


def forget() -> None:
    """At the end of the session."""
    while _spare:
        _drop(_spare.pop().name)


def _made(original: str) -> Clone:
    name = f"test_own_{uuid.uuid4().hex[:12]}"
    source = services.template() if os.environ.get(services.EMBEDDED) else original
    with services.home() as home:
        home.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(name), sql.Identifier(source))
        )
    with psycopg.connect(services.address(name), autocommit=True) as there:
        return Clone(name, _shape(there), _rows(there), {seq: last for seq, _start, last in there.execute(NUMBERS)})


def _restored(clone: Clone) -> bool:
    """Whether it is as it was made again."""
    with psycopg.connect(services.address(clone.name), autocommit=True) as there:
        may = there.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')").fetchone()
        if may != (True,) or not _alone(there) or _shape(there) != clone.shape:
            return False
        with there.transaction():
            there.execute("SET LOCAL session_replication_role = replica")
            for table in _written(there):
                if table not in clone.rows:
                    there.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for seq, start, last in there.execute(NUMBERS).fetchall():
            kept = clone.numbers[seq]
            if last != kept:
                there.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{seq}"', kept or start, kept is not None])
        return _rows(there) == clone.rows


def _alone(there: psycopg.Connection[Any], turns: int = 40) -> bool:
    """A connection that is just closing needs a moment."""
    for _turn in range(turns):
        if there.execute(OTHERS).fetchone() == (0,):
            return True
        time.sleep(0.05)
    return False


def _shape(there: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Changes with each row of a catalogue that is made, changed or taken away; not with rows of tables."""
    found = there.execute(SHAPE).fetchone()
    assert found is not None
    return tuple(found)


def _written(there: psycopg.Connection[Any]) -> list[str]:
    return [name for (name,) in there.execute(WRITTEN)]


def _rows(there: psycopg.Connection[Any]) -> dict[str, str]:
    """Table → digest of its rows, where it has any."""
    found = {}
    for table in _written(there):
        text = sql.SQL("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} t").format(sql.Identifier(table))
        (digest,) = there.execute(text).fetchone()  # type: ignore[misc]
        if digest is not None:
            found[table] = digest
    return found


def _drop(name: str, turns: int = 50) -> None:
    """Once more while the server's own cleaner is at work in it: nobody but the server may send that one away."""
    with services.home() as home:
        for turn in range(turns):
            try:
                home.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
                return
            except psycopg.errors.InsufficientPrivilege:
                if turn == turns - 1:
                    raise
                time.sleep(0.2)

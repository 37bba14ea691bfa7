"""A database of a test's own, cloned from the template, for what only commits can show: races, deferred triggers, kills.

Append-only tables refuse the flush that Django's transactional tests do, so the clone is thrown away instead.
Use: `from tests.committed import committed_db  # noqa: F401` and the fixture `committed_db`; `together` runs functions at
the same time, each in its own thread and connection.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest


def _admin(settings: dict[str, Any]) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=settings["HOST"], port=settings["PORT"] or None, user=settings["USER"], password=settings["PASSWORD"],
        dbname="postgres", autocommit=True,
    )  # fmt: skip


@pytest.fixture
def committed_db(django_db_setup: Any, django_db_blocker: Any) -> Iterator[str]:
    """Every commit is real; the database's name is given."""
    from django.db import connection, connections

    settings = connection.settings_dict
    template = settings["NAME"]
    clone = f"{template[:40]}_c{os.getpid()}"
    with django_db_blocker.unblock():
        connections.close_all()
        with _admin(settings) as admin:
            _drop(admin, clone)
            admin.execute(f'CREATE DATABASE "{clone}" TEMPLATE "{template}"')
        settings["NAME"] = clone
        try:
            yield clone
        finally:
            connections.close_all()
            settings["NAME"] = template
            with _admin(settings) as admin:
                _drop(admin, clone)


def _drop(admin: psycopg.Connection[Any], name: str) -> None:
    """Without FORCE, which an ordinary role may not use on an autovacuum worker; a closing connection needs a moment."""
    for attempt in range(20):
        try:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
            return
        except psycopg.errors.ObjectInUse:
            if attempt == 19:
                raise
            time.sleep(0.2)


def together(*functions: Callable[[], Any]) -> list[Any]:
    """Runs them at once; each result, or the exception that it raised, in order."""
    from django.db import connections

    results: list[Any] = [None] * len(functions)
    barrier = threading.Barrier(len(functions))

    def run(number: int, function: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[number] = function()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, f)) for n, f in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results

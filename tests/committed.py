"""A database of a test's own (tests/clones.py), and functions that meet in it.

Use: the fixture `committed_db` (tests/conftest.py has it for all); `together` runs functions at the same time, each in its own
thread and connection.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests import clones

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def committed_db(django_db_setup: Any, django_db_blocker: Any) -> Iterator[str]:
    """Every commit is real; the database's name is given."""
    with django_db_blocker.unblock(), clones.lent() as name:
        yield name


def together(*functions: Callable[[], Any], behind: Any = None) -> list[Any]:
    """Runs them at once; each result, or the exception that it raised, in order.

    behind: a row, or the number of an advisory lock, that is kept until every function stands waiting for a lock, so that they
    truly meet: without it one may be done before the other has begun.
    """
    from django.db import connections

    gate = _Gate(behind) if behind is not None else None

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
    if gate is not None:
        gate.open_when_waiting(len(functions))
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a function never came back"
    return results


def second(function: Callable[[], Any]) -> Any:
    """In `together`: called only once another function stands waiting for a lock, so that the order of the two is known."""
    from django.db import connection

    for _try in range(600):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return function()
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would always see the same
        time.sleep(0.02)
    raise AssertionError("nobody waited for a lock")


class _Gate:
    """Holds one row, or one advisory lock, on a connection of its own."""

    def __init__(self, row: Any) -> None:
        from django.db import connection

        settings = connection.settings_dict
        self.held = psycopg.connect(
            host=settings["HOST"], port=settings["PORT"] or None, user=settings["USER"], password=settings["PASSWORD"],
            dbname=settings["NAME"],
        )  # fmt: skip
        if isinstance(row, int):
            self.held.execute("SELECT pg_advisory_xact_lock(%s)", [row])
            return
        found = self.held.execute(f"SELECT 1 FROM {row._meta.db_table} WHERE id = %s FOR UPDATE", [row.pk]).fetchone()
        assert found, "the row to wait behind exists"

    def open_when_waiting(self, wanted: int) -> None:
        waiting = 0
        for _try in range(600):
            waiting = self.held.execute(WAITING).fetchone()[0]  # type: ignore[index]
            self.held.execute("SELECT pg_stat_clear_snapshot()")
            if waiting >= wanted:
                break
            time.sleep(0.05)
        self.held.close()
        assert waiting >= wanted, f"only {waiting} of {wanted} waited: they did not meet"

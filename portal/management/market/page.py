"""One need against the offers of the database: the page's own path beside its statements alone with plain numpy."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.management.market import bare, made
from vouchers.matching import queries

NEEDS, TURNS = 12, 5


def answers(offers: int) -> dict[str, list[float]]:
    """Milliseconds of each answer: `page` (rows to results with their words), `bare` (the same statements, fetched and thrown
    away, and plain numpy over ready arrays), `numpy` (that alone)."""
    documents = made.documents(NEEDS)
    arrays: Any = bare.Arrays(made.needs(NEEDS), made.offers(offers), made.policy())
    found: dict[str, list[float]] = {"page": [], "bare": [], "numpy": []}
    for number, document in enumerate(documents):
        queries.rank_document(document, None, told=0)
        with CaptureQueriesContext(connection) as asked:
            queries.rank_document(document, None, told=0)
        statements = [one["sql"] for one in asked.captured_queries]
        for _turn in range(TURNS):
            alone = _timed(lambda n=number: bare.best(arrays, n, 20))  # type: ignore[misc]
            found["numpy"].append(alone)
            found["bare"].append(alone + _timed(lambda s=statements: _fetched(s)))  # type: ignore[misc]
            found["page"].append(_timed(lambda d=document: queries.rank_document(d, None, told=0)))  # type: ignore[misc]
    return found


def _timed(run: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    run()
    return (time.perf_counter() - begin) * 1000


def _fetched(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)
            cursor.fetchall()

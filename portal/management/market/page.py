"""One need against the offers of the database: the page's own path, and a ranking that is kept, each beside its statements alone
with plain numpy."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.management.market import bare, made
from vouchers.matching import queries
from vouchers.matching.models import Need
from vouchers.matching.rules import replaying

NEEDS, TURNS = 12, 5


def answers(offers: int) -> dict[str, list[float]]:
    """Milliseconds of each answer: `page` (rows to results with their words), `bare` (the same statements, fetched and thrown
    away, and plain numpy over ready arrays), `numpy` (that alone); `kept` and `kept_bare` likewise of a ranking that is kept, with
    the digests of all that it was made from."""
    documents = made.documents(NEEDS)
    arrays: Any = bare.Arrays(made.needs(NEEDS), made.offers(offers), made.policy())
    found: dict[str, list[float]] = {"page": [], "bare": [], "numpy": [], "kept": [], "kept_bare": []}
    for number, document in enumerate(documents):
        page, kept = partial(queries.rank_document, document, None, told=None), partial(_kept, document)
        asked, posted = _statements(page), _statements(kept)
        for _turn in range(TURNS):
            alone = _timed(partial(bare.best, arrays, number, 20))
            found["numpy"].append(alone)
            found["bare"].append(alone + _timed(partial(_fetched, asked)))
            found["page"].append(_timed(page))
            found["kept_bare"].append(alone + _timed(partial(_fetched, posted)))
            found["kept"].append(_timed(kept))
    return found


def _kept(document: dict[str, Any]) -> None:
    made = queries.ranking(Need(document=document))
    for part in (*made.parts, made.document):
        replaying.sha256(part)


def _statements(run: Callable[[], Any]) -> list[str]:
    """What it asks the database once it has read what is new."""
    run()
    with CaptureQueriesContext(connection) as asked:
        run()
    return [one["sql"] for one in asked.captured_queries]


def _timed(run: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    run()
    return (time.perf_counter() - begin) * 1000


def _fetched(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)
            cursor.fetchall()

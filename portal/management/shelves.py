"""The catalogue's bench: 100,000 datasets that look like the real ones, questions of readers, and the same in bare SQL."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.test import Client

from providers.catalogue import queries
from providers.catalogue.models import Dataset, DatasetVersion

QUESTIONS = (
    "q=위암", "q=lung+cancer", "q=심전도", "q=위암+내시경", "q=서울대병원", "q=C50&region=SEOUL", "q=치매+MRI", "modality=CT&region=SEOUL",
    "q=당뇨망막병증+안저", "q=OMOP+CDM&access_mode=REMOTE_VDI",
)  # fmt: skip


def pour(count: int) -> int:
    """Copies of the published datasets until there are `count`, each with its version; libraries keep their parts.

    Writes: Dataset, DatasetVersion. For a database that is dropped afterwards. Returns: datasets that are there.
    """
    there = Dataset.objects.count()
    turns = max((count - there) // there, 0)
    columns = [
        one.column for one in Dataset._meta.concrete_fields if not one.generated and one.column not in ("id", "ref", "key")
    ]
    versions = [one.column for one in DatasetVersion._meta.concrete_fields if one.column not in ("id", "dataset_id")]
    listed, kept = ", ".join(columns), ", ".join(f"v.{one}" for one in versions)
    with connection.cursor() as cursor:
        for turn in range(1, turns + 1):
            cursor.execute(
                f"""
                WITH made AS (
                  INSERT INTO providers_dataset (ref, key, {listed})
                  SELECT 'dst_' || substr(md5(d.key || %s), 1, 10), d.key || '-' || %s, {", ".join("d." + one for one in columns)}
                  FROM providers_dataset d WHERE d.id <= %s RETURNING id, key)
                INSERT INTO providers_datasetversion (dataset_id, {", ".join(versions)})
                SELECT made.id, {kept}
                FROM made JOIN providers_dataset d ON made.key = d.key || '-' || %s JOIN providers_datasetversion v ON v.dataset_id = d.id
                """,
                [str(turn), turn, _last(there), turn],
            )
            cursor.execute(
                "UPDATE providers_dataset c SET part_of_id = p.id FROM providers_dataset o, providers_dataset p"
                " WHERE c.key LIKE %s AND c.part_of_id = o.id AND p.key = o.key || %s",
                [f"%-{turn}", f"-{turn}"],
            )
    return Dataset.objects.count()


def _last(there: int) -> int:
    """The key of the last of the datasets that were there first."""
    return int(Dataset.objects.order_by("pk")[there - 1].pk)


def questions(turns: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each answer: by the page, and by the statements of the same question alone, by turns."""
    client, page, bare = Client(), [], []
    for question in QUESTIONS:
        ask = _statements(question)
        client.get(f"/catalogue/?{question}")
        for _turn in range(turns):
            bare.append(_timed(ask))
            page.append(_timed(lambda q=question: client.get(f"/catalogue/?{q}")))  # type: ignore[misc]
    return page, bare


def _timed(run: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    run()
    return (time.perf_counter() - begin) * 1000


def _statements(question: str) -> Callable[[], Any]:
    """The same question in bare SQL: the rows of the first page and the counts of every facet, fetched and thrown away."""
    from providers.catalogue.queries import searching

    wished = queries.wish(QueryDict(question))
    rows = queries.in_order(queries.found(wished), wished)[:20].query.sql_with_params()
    counts = [searching.counting(wished)]
    counts += [searching.counting(wished, name) for name, codes in wished.chosen.items() if codes]

    def ask() -> None:
        with connection.cursor() as cursor:
            for sql, params in (rows, *counts):
                cursor.execute(sql, params)
                cursor.fetchall()

    return ask

"""The design that pays twice, beside the house's: a Celery task that is acknowledged late, a fresh transfer id for each try.

It is what one writes first: read the row, call the bank, write "paid"; what breaks is tried again, and a sweep asks anew for
what is not paid. It stands here alone, to show that the harness bites; no part of the portal knows it.
"""

import contextlib
import os
import threading
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery
from django.conf import settings

from portal.kit import clock, embedded
from portal.management.faults.traps import Traps
from vouchers.payments import gateways

TABLE = "CREATE TABLE naive_payment (ref text PRIMARY KEY, amount_won bigint NOT NULL, paid boolean NOT NULL DEFAULT false)"
QUEUE, PREFIX, SWEEP = "naive", "naive-", 0.4  # SWEEP: seconds

app = Celery("naive", broker=os.environ.get("REDIS_URL", ""), set_as_current=False)
app.conf.update(
    task_acks_late=True, task_reject_on_worker_lost=True, task_ignore_result=True, task_default_queue=QUEUE,
    worker_prefetch_multiplier=1, broker_connection_retry_on_startup=True, worker_hijack_root_logger=False,
    broker_transport_options={"visibility_timeout": 5, "socket_timeout": 5, "socket_connect_timeout": 2},
)  # fmt: skip


@app.task(name="naive.pay")  # type: ignore[untyped-decorator]
def pay(ref: str, folder: str) -> None:
    """Pays one row unless it is paid."""
    traps = Traps(Path(folder))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, connect_timeout=2) as db:
        row = db.execute("SELECT amount_won FROM naive_payment WHERE ref = %s AND NOT paid", [ref]).fetchone()
        if row is None:
            return
        transfer = gateways.Transfer(f"{PREFIX}{uuid.uuid4().hex[:24]}", int(row[0]), "088", "110-123-456789", "가상병원", ref)
        traps.point("naive", "before")
        answer = gateways.send(transfer, url=settings.BANK_GATEWAY_URL, now=clock.now())
        traps.point("naive", "after")
        if answer.outcome == gateways.Outcome.PAID:
            db.execute("UPDATE naive_payment SET paid = true WHERE ref = %s", [ref])


def work() -> None:
    app.worker_main(["worker", "-P", "solo", "-c", "1", "-l", "CRITICAL", "-Q", QUEUE, "--without-mingle", "--without-gossip"])


class Naive:
    """Seen from the stage: its rows, which belong to nobody else, and the sweep that asks for what is not paid."""

    def __init__(self, services: embedded.Services, folder: Path) -> None:
        self.owner, self.database = services.migrate_database_url, services.database_url
        self.broker, self.folder = services.broker_url, folder
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._sweep)
        with psycopg.connect(self.owner, autocommit=True) as db:
            db.execute(TABLE)
            db.execute("GRANT SELECT, INSERT, UPDATE ON naive_payment TO portal_app")

    def start(self) -> None:
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        if self.thread.is_alive():
            self.thread.join(60)

    def owe(self, refs: Sequence[str], amount_won: int) -> None:
        with psycopg.connect(self.owner, autocommit=True) as db:
            db.cursor().executemany("INSERT INTO naive_payment VALUES (%s, %s)", [(ref, amount_won) for ref in refs])

    def unpaid(self) -> list[str]:
        with psycopg.connect(self.database, autocommit=True, connect_timeout=2) as db:
            return [str(row[0]) for row in db.execute("SELECT ref FROM naive_payment WHERE NOT paid ORDER BY ref")]

    def _sweep(self) -> None:
        """What is not paid is asked for again, once the queue is empty; a broker or a database that is gone is asked later."""
        while not self.stop.wait(SWEEP):
            with (
                contextlib.suppress(Exception),
                Celery(broker=self.broker, set_as_current=False) as asking,
                asking.connection_for_write() as there,
            ):
                if not there.default_channel.client.llen(QUEUE):
                    for ref in self.unpaid():
                        asking.send_task("naive.pay", [ref, str(self.folder)], queue=QUEUE, connection=there, retry=False)


def transfers(book: Sequence[dict[str, Any]]) -> dict[str, int]:
    """ref → how many times the bank paid it."""
    return Counter(str(row["words"]) for row in book if str(row["key"]).startswith(PREFIX))

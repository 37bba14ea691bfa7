"""`python -m portal.management.money.entries`: what `verify` finds and takes over the ledger and the journal, as JSON.

`pour` fills a copy of the database with a ledger of so many entries, each movement with its event in the journal. It is the owner
who writes, with the guards set aside for that while: COPY of what the actions would have written.
"""

import json
import os
import random
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

POTS, EACH_WON, BATCH = 500, 1_000, 10_000


def pour(entries: int, owner: str) -> int:
    """entries: two a movement. Returns: how many there are now."""
    import psycopg

    from portal.kit.models import make_ref
    from portal.management import scale
    from vouchers.ledger.models import Entry, LedgerEvent
    from vouchers.rounds.models import Round

    round_ = Round.objects.filter(kind="DEMO").order_by("id")[0]
    tables = ("vouchers_account", "vouchers_ledgerevent", "vouchers_entry")
    with psycopg.connect(owner, autocommit=True) as there:
        for table in tables:
            there.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    chance, moves = random.Random(1), (entries - Entry.objects.count()) // 2
    pots = [(_pot(round_, "TREASURY", n), _pot(round_, "AVAILABLE", n)) for n in range(POTS)]
    scale._copy([pot for pair in pots for pot in pair])
    for begin in range(0, moves, BATCH):
        size = min(BATCH, moves - begin)
        ids = scale._reserve(LedgerEvent, size)
        events = [
            LedgerEvent(
                pk=pk, ref=make_ref("lev"), kind="APPROPRIATED", key=f"APPROPRIATED:poured-{pk}", round=round_, fiscal_year=round_.fiscal_year,
                subject_ref=pots[pk % POTS][0].owner_ref, amount_won=EACH_WON + chance.randrange(EACH_WON), reason="poured", version=1,
            )
            for pk in ids
        ]  # fmt: skip
        lines = [
            Entry(event=event, account=pot, amount_won=won)
            for event in events
            for pot, won in zip(pots[event.pk % POTS], (-event.amount_won, event.amount_won), strict=True)
        ]
        told = [
            scale._chained("money.appropriated", "ledgerevent", event.ref, "", event.at, [], amount_won=event.amount_won)
            for event in events
        ]
        for rows in (lines, told):
            for row, pk in zip(rows, scale._reserve(type(rows[0]), len(rows)), strict=True):
                row.pk = pk
        for rows in (events, lines, told):
            scale._copy(rows)  # type: ignore[arg-type]
    with psycopg.connect(owner, autocommit=True) as there:
        there.execute(
            "UPDATE vouchers_account a SET balance_won = s.won FROM"
            " (SELECT account_id, sum(amount_won) AS won FROM vouchers_entry GROUP BY 1) s WHERE s.account_id = a.id"
            " AND a.owner_ref LIKE 'pot-poured-%'"
        )
        for table in tables:
            there.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        there.execute("VACUUM ANALYZE")
    return Entry.objects.count()


def _pot(round_: Any, kind: str, number: int) -> Any:
    from portal.kit.models import make_ref
    from portal.management import scale
    from vouchers.ledger.models import Account

    pk = scale._reserve(Account, 1)[0]
    return Account(pk=pk, ref=make_ref("acc"), round=round_, kind=kind, owner_ref=f"pot-poured-{number}", version=1)


def apart(database: str) -> dict[str, float]:
    """What a process of its own found: rows, seconds, peak_mb. Raises: CommandError when something lies."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "DATABASE_URL": database}
    command = [sys.executable, "-m", "portal.management.money.entries"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=settings.BASE_DIR, env=env)
    if run.returncode:
        raise CommandError(run.stderr[-2000:] + run.stdout[-500:])
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def scan(database: str) -> float:
    """Seconds in which this program reads the rows that `verify` looks at, and does nothing with them."""
    import psycopg

    begin = time.perf_counter()
    with psycopg.connect(database) as there, there.cursor() as cursor:
        for table in ("journal_event", "journal_seal", "vouchers_entry", "vouchers_account"):
            with cursor.copy(f"COPY {table} TO STDOUT") as pieces:
                for _piece in pieces:
                    pass
    return time.perf_counter() - begin


def verified() -> dict[str, float]:
    from portal.management.market.play import peak_mb
    from portal.management.verify import CHECKS

    begin, rows = time.perf_counter(), 0
    for check in CHECKS[:3]:
        for fault in check.faults():
            raise CommandError(fault)
        rows += check.rows()
    return {"rows": rows, "seconds": time.perf_counter() - begin, "peak_mb": peak_mb()}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(verified()))

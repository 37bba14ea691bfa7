"""The bench's groups `pay`, `faults` and `verify` as rows: name, value, unit, limit, what the limit is, bigger is better."""

import os
from collections.abc import Callable
from typing import Any

from portal.management.rush import world

Row = tuple[str, float, str, float, str, bool]
Say = Callable[[str], Any]
PAYMENTS = int(os.environ.get("PAYMENTS", "1000"))  # under faults; fewer on a machine that others use
KILLS = int(os.environ.get("KILLS", "300"))
PAID = int(os.environ.get("PAID", "200"))  # whose path is measured
ENTRIES = int(os.environ.get("ENTRIES", "1000000"))  # of the ledger that is verified
SEED = int(os.environ.get("FAULT_SEED", "20261123"))


def pay(say: Say) -> list[Row]:
    """Raises: NoCopy."""
    from portal.management.money import path

    with world.own_database() as database:
        found = path.play(PAID, database, say)
    writes = f"the same writes as bare SQL: {found.writes:.0f} in {found.transactions:.0f} transactions each"
    whole, own, bare = (found.payments / spent for spent in (found.path, found.path - found.bank, found.bare))
    return [
        ("per_s", whole, "paid/s", bare, writes, True),
        ("without_bank_per_s", own, "paid/s", bare, writes, True),
        ("bank_ms", 1000 * found.bank / found.payments, "ms", 1000 * found.bare / found.payments, "the bare writes", False),
    ]


def faults(say: Say) -> list[Row]:
    """Raises: Broken, CommandError."""
    from django.conf import settings

    from portal.management.faults import long

    _acts, total = long.play(settings.MIGRATE_DATABASE_URL or world._url(), PAYMENTS, KILLS, say, SEED)
    return [
        ("payments", total.payments, "payments", PAYMENTS, "asked for", False),
        ("faults", total.times, "faults", KILLS, "at least", True),
        ("paid_twice", total.twice, "payments", 0, "none", False),
        ("lost", total.lost, "payments", 0, "none", False),
        ("unclear", total.stuck, "payments", 0, "none after the reconciler's period", False),
        ("by_statement", total.stated, "payments", total.payments, "of all", False),
        ("by_people", total.parked + total.refused, "payments", total.payments, "of all", False),
        ("naive_paid_twice", total.naive_twice, "payments", 0, "none", False),
    ]


def verify(say: Say) -> list[Row]:
    """Raises: NoCopy, CommandError when something lies."""
    from portal.management.money import entries

    with world.own_database() as database:
        few = entries.apart(database)
        say(f"  · {entries.pour(ENTRIES, world.owner_of(database)):,} entries")
        many, scan = entries.apart(database), entries.scan(database)
    return [
        (
            "entries_per_s",
            many["rows"] / many["seconds"],
            "rows/s",
            many["rows"] / scan,
            "the same rows read as text by COPY",
            True,
        ),
        ("rows", many["rows"], "rows", few["rows"], "the demo's own", False),
        ("seconds", many["seconds"], "s", scan, "the same rows read as text by COPY", False),
        ("peak_mb", many["peak_mb"], "MB", few["peak_mb"], "with the demo's rows alone", False),
    ]

"""A sweep over a made-up round of so many projects, in a copy of the database that is dropped."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

TURNS = 2
PROJECTS = int(os.environ.get("PROJECTS", "10000"))  # fewer on a machine that others use


@dataclass(frozen=True)
class Found:
    """seconds: of a sweep that finds nothing new; first: of the one that keeps all that it finds; joins: of all but the texts, which bare
    SQL does not compare; bare: of the statements alone.
    missing: planted cases that were not listed; honest: percent of the honest projects that were."""

    projects: int
    seconds: float
    first: float
    joins: float
    bare: float
    missing: int
    honest: float


def play(honest: int, database: str, say: Callable[[str], Any]) -> Found:
    """Writes: a round of its own into the copy."""
    import psycopg

    from portal.management.rush import world as clone
    from portal.management.signals import bare, made, poured
    from vouchers.rounds.models import Round
    from vouchers.signals import actions, queries, rules
    from vouchers.signals.models import Signal

    round_ = Round.objects.filter(kind="DEMO", closes_at__isnull=False).order_by("closes_at")[0]
    world = made.made(honest, 1, providers=max(24, honest // 40))
    with psycopg.connect(clone.owner_of(database), autocommit=True) as there:
        for table in poured.TABLES:
            there.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        projects = poured.pour(world, round_)
        for table in poured.TABLES:
            there.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    clone.settle(database)
    say(f"  · {len(projects):,} projects")
    first = _timed(lambda: actions.sweep_round(round_id=round_.pk))
    spent = [
        (_timed(lambda: actions.sweep_round(round_id=round_.pk)), _timed(lambda: bare.asked(round_.pk))) for _turn in range(TURNS)
    ]
    policy = round_.policy().signalling
    joins = _timed(lambda: rules.found_in(replace(queries.facts_of(round_), texts=[]), policy))
    listed = Signal.objects.filter(round=round_).prefetch_related("parties__company", "parties__institution")
    named = poured.named(list(listed), world, projects)
    missing = {one.fraud for one in world.projects if one.fraud and not named.get(one.number, set()) & world.cases[one.fraud]}
    clean = [one.number for one in world.projects if not one.fraud]
    return Found(
        len(projects), min(own for own, _bare in spent), first, joins, min(plain for _own, plain in spent), len(missing),
        100 * sum(number in named for number in clean) / len(clean),
    )  # fmt: skip


def figures(say: Callable[[str], Any]) -> list[tuple[str, float, str, float, str, bool]]:
    """Rows of the bench's group `signals`. Raises: NoCopy."""
    from portal.management.rush import world

    with world.own_database() as database:
        found = play(PROJECTS, database, say)
    words = f"the joins alone as bare SQL, {found.projects:,} projects"
    return [
        ("sweep_seconds", found.seconds, "s", found.bare, words, False), ("first_seconds", found.first, "s", found.bare, words, False),
        ("without_texts_seconds", found.joins, "s", found.bare, words, False),
        ("not_found", found.missing, "cases", 0, "none of the planted", False),
        ("honest_listed", found.honest, "%", 5, "allowed", False),
    ]  # fmt: skip


def _timed(run: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin

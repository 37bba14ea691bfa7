"""The rush itself and its figures."""

import os
import random
import statistics as stats
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.core.management.base import CommandError
from django.db import connection

from portal.journal.models import Event
from portal.kit import clock
from portal.management import web
from portal.management.rush import crowd, servers, world
from portal.management.rush.world import Entrant
from vouchers.applications.models import Application
from vouchers.rounds.models import Round

COMPANIES, LATE, SECONDS = int(os.environ.get("RUSH", "2000")), 40, 60  # fewer on a machine that others use: RUSH=200
TWICE = 0.05  # of them press twice
READS_A_SECOND = 8  # pages that others read meanwhile
SLICES, SUBMITS, BARE, WARM = 5, 120, 300, 80  # of the comparison: requests a slice; those before anything is measured
READS = ("/", "/rounds/", "/home/", "/applications/", "/catalogue/")


@dataclass
class Outcome:
    """rates: a second, of each slice; ms: of a core's time that one took, of each slice. refused_in_time: companies that pressed
    before the close and got no receipt."""

    submits: list[crowd.Answer] = field(default_factory=list)
    reads: list[crowd.Answer] = field(default_factory=list)
    submit_rates: list[float] = field(default_factory=list)
    bare_rates: list[float] = field(default_factory=list)
    insert_rates: list[float] = field(default_factory=list)
    submit_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    receipts_without_row: int = 0
    rows_without_receipt: int = 0
    late: int = 0
    double: int = 0
    refused_in_time: int = 0
    unexpected: int = 0


def play(say: world.Say) -> Outcome:
    """Sets up, plays the last minute of a call, then the comparison. Everything in a database that is dropped at the end."""
    found = Outcome()
    with world.own_database() as database:
        begun = time.monotonic()
        servers.make_table(world.owner_of(database))
        open_, closing = world.announce(world.make_round("rush-open"), _day_later()), world.make_round("rush-closing")
        first = world.first_draft(open_)
        steady = world.pour(first, open_, SLICES * SUBMITS + WARM)
        entrants = world.pour(first, closing, COMPANIES + LATE)
        world.settle(database)
        pages = world.pages_of([*steady, *entrants])
        connection.close()
        say(f"  · {len(pages)} drafts in {time.monotonic() - begun:.0f} s")
        with servers.running(web.PORTAL, database) as portal:
            _warm(portal.port, steady[-WARM:], pages)
            _last_minute(found, portal.port, closing, entrants, pages, say)
            with servers.running(servers.BARE, database) as bare:
                _compare(found, portal, bare, steady[:-WARM], pages, world.owner_of(database))
        _count(found, closing, entrants)
    return found


def _day_later() -> datetime:
    return datetime.fromtimestamp(time.time() + 86_400, UTC)


def _submit(one: Entrant, pages: dict[str, str]) -> bytes:
    return crowd.post(f"/applications/{one.ref}/submit/", one.session, pages[one.ref])


def _warm(port: int, some: list[Entrant], pages: dict[str, str]) -> None:
    """Every thread of every process has answered and has its connection."""
    for path in READS:
        crowd.per_second(crowd.Line.ask, port, [crowd.get(path, some[0].session)] * 16)
    crowd.per_second(crowd.Line.ask, port, [_submit(one, pages) for one in some])


def _last_minute(
    found: Outcome, port: int, round_: Round, entrants: list[Entrant], pages: dict[str, str], say: world.Say
) -> None:  # fmt: skip
    chance, begin = random.Random(7), time.time() + 1
    closes = begin + SECONDS
    round_ = world.announce(round_, datetime.fromtimestamp(closes, UTC) + clock.offset())
    connection.close()
    plan: list[tuple[float, Any, bytes]] = []
    for number, one in enumerate(entrants):
        due = begin + chance.random() * (SECONDS - 0.5) if number < COMPANIES else closes + chance.random() * 2
        plan.append((due, ("submit", one.ref, 0), _submit(one, pages)))
        if chance.random() < TWICE:
            plan.append((due, ("submit", one.ref, 1), _submit(one, pages)))
    for number in range(READS_A_SECOND * SECONDS):
        reader = chance.choice(entrants)
        plan.append((begin + chance.random() * SECONDS, ("read", number, 0), crowd.get(chance.choice(READS), reader.session)))
    for answer in crowd.at_their_moments(port, plan):
        (found.submits if answer.key[0] == "submit" else found.reads).append(answer)
    taken = {a.key[1] for a in found.submits if a.status == 303}  # the second of two presses is told that it was handed in
    found.refused_in_time = len({a.key[1] for a in found.submits if a.sent < closes - 0.001} - taken)
    found.late = sum(a.status == 303 and a.sent >= closes for a in found.submits)
    load = os.getloadavg()[0]
    say(f"  · {len(found.submits)} submissions and {len(found.reads)} pages in {SECONDS} s; load of the machine {load:.1f}")


def _compare(
    found: Outcome, portal: servers.Server, bare: servers.Server, steady: list[Entrant], pages: dict[str, str], owner: str
) -> None:  # fmt: skip
    """Slices by turns, so that whatever else the machine does slows all three alike."""
    one = crowd.post("/bare/", world.at_the_bare_view(steady[0]), pages[steady[0].ref])
    crowd.per_second(_written, bare.port, [one] * 64)
    for number in range(SLICES):
        share = [_submit(each, pages) for each in steady[number * SUBMITS : (number + 1) * SUBMITS]]
        _slice(portal, share, found.submit_rates, found.submit_ms)
        _slice(bare, [one] * BARE, found.bare_rates, found.bare_ms)
        found.insert_rates.append(_inserts(owner))


def _slice(server: servers.Server, requests: list[bytes], rates: list[float], milliseconds: list[float]) -> None:
    before = servers.worked_ms(server)
    rates.append(crowd.per_second(_written, server.port, requests))
    after = servers.worked_ms(server)
    if before is not None and after is not None:
        milliseconds.append((after - before) / len(requests))


def _written(line: crowd.Line, request: bytes) -> None:
    status, _body = line.ask(request)
    if status not in {302, 303}:
        raise CommandError(f"A request of the comparison was answered with {status}.")


def _inserts(owner: str) -> float:
    """The bare INSERT: one row a transaction, CLIENTS connections."""
    lines = [psycopg.connect(owner, autocommit=True) for _client in range(crowd.CLIENTS)]
    each, row = BARE // crowd.CLIENTS, "INSERT INTO rush_row (title, person_id, at) VALUES (%s, %s, now())"
    person = lines[0].execute("SELECT min(id) FROM accounts_user").fetchone()
    assert person is not None

    def write(line: "psycopg.Connection[Any]") -> None:
        for _turn in range(each):
            line.execute(row, ["x", person[0]])

    begun = time.perf_counter()
    threads = [threading.Thread(target=write, args=[line]) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begun
    for line in lines:
        line.close()
    return each * crowd.CLIENTS / spent


def _count(found: Outcome, round_: Round, entrants: list[Entrant]) -> None:
    """What the browsers were told beside what the database holds."""
    rows = dict(Application.objects.filter(round=round_, submitted_at__isnull=False).values_list("ref", "receipt_no"))
    told = {answer.key[1] for answer in found.submits if answer.status == 303}
    found.receipts_without_row = len(told - set(rows))
    found.rows_without_receipt = len(set(rows) - told)
    found.late += Application.objects.filter(round=round_, submitted_at__gte=round_.closes_at).count()
    events = Event.objects.filter(name="application.submitted", subject_ref__in=[one.ref for one in entrants])
    found.double = events.count() - len(rows) + len(rows) - len(set(rows.values()))
    found.unexpected = sum(a.status not in {200, 303, 422} for a in (*found.submits, *found.reads))


def p(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def middle(values: list[float]) -> float:
    return stats.median(values)

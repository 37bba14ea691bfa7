"""Issue 2, done when 4: workers, Valkey, PostgreSQL and the bank are killed at any moment of a payment.

A server of its own (durable, so that a killed PostgreSQL loses nothing that it promised), a real bank process, real worker
processes and a Celery worker. What must hold: at most one transfer a disbursement at the bank, a clear state everywhere, a
ledger that equals the bank's own book, and `manage.py verify` accepts. Bounded by KILLS and SECONDS.
"""

import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import redis
from celery import Celery
from django.core.management import call_command
from django.db import connection, connections, transaction

from portal.accounts import second_factor
from portal.kit import clock, embedded
from portal.kit.embedded.postgres import binaries
from portal.kit.embedded.processes import die_with_parent, free_port
from tests.factories import projects as p
from vouchers.ledger import queries as ledger
from vouchers.payments import actions, gateways, queries, tasks
from vouchers.payments.models import Disbursement, PaymentAttempt

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PAYMENTS, TURNS, LONGEST = 80, 28, 300.0  # LONGEST, s: only a machine that pays nothing gets there, and fails the test
MOODS = (
    ("slow", 0.05), ("slow", 0.2), ("timeout_after_paying", 0.7), ("slow", 0.05), ("refuse", 0), ("slow", 0.9), ("good", 0),
    ("error_before_paying", 0), ("refuse_and_pay", 0), ("slow", 0.1), ("down", 0),
)  # fmt: skip


# ── The stage ────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Stage:
    """Everything that can be killed, and the people who mend what is left."""

    services: embedded.Services
    env: dict[str, str]
    folder: Path
    port: int
    project: p.Project
    desk: p.Office
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    @property
    def bank(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )  # fmt: skip

    def start_bank(self) -> None:
        self.start("bank", sys.executable, "manage.py", "bank", "--port", str(self.port))

    def start_celery(self) -> None:
        self.start("celery", sys.executable, "-m", "celery", "-A", "portal", "worker", "-c", "1", "-l", "ERROR")

    def start_payer(self, n: int) -> None:
        self.start(f"payer{n}", sys.executable, "-m", "tests.faults.payer", str(self.folder / f"payer{n}.pid"))

    def mood(self, name: str, seconds: float = 0.0) -> None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(f"{self.bank}/mood", data={"name": name, "seconds": seconds}, timeout=2)

    def kill(self, name: str, pid: int, group: bool = False) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL) if group else os.kill(pid, signal.SIGKILL)
            self.kills[name] += 1

    def kill_process(self, name: str) -> None:
        process = self.running[name]
        self.kill(name, process.pid, group=True)
        process.wait(10)

    def kill_payer(self, n: int) -> None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            self.kill("worker", int((self.folder / f"payer{n}.pid").read_text()))

    def kill_postgres(self) -> None:
        """The whole server at once, as a power cut would: the postmaster and every back end, in the middle of its work."""
        parent = self.services.pids()["postgres"]
        below = children(parent)  # asked first: orphans have another parent
        self.kill("postgres", parent)
        for pid in below:
            self.kill("postgres_back_end", pid)

    def kill_valkey(self, name: str) -> None:
        """broker or cache, and what it remembered too."""
        url = {"broker": self.services.broker_url, "cache": self.services.cache_url}[name]
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(url, socket_timeout=2) as server:
            server.flushall()
        self.kill(name, self.services.pids()[name])

    def kill_bank(self) -> None:
        """Its book is on disk; it opens again at once."""
        self.kill_process("bank")
        self.start_bank()

    def kill_celery(self) -> None:
        self.kill_process("celery")
        self.start_celery()

    def terminate_backends(self) -> None:
        """As an administrator would: some connections of the portal end in the middle of what they do."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.services.database_url, connect_timeout=2) as admin:
            found = admin.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database() AND random() < 0.6"
            ).fetchone()
            self.kills["backend"] += found[0] if found else 0

    def book(self) -> list[dict[str, Any]]:
        """What the bank says that it paid, in its own words (at most 500 rows are shown; we make fewer)."""
        found: list[dict[str, Any]] = httpx.get(f"{self.bank}/book", timeout=30).raise_for_status().json()
        return found

    def end(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def pour(project: p.Project, desk: p.Office, count: int) -> None:
    """`count` registered disbursements: the first through the actions, the others as rows of the same kind."""
    _at, rows = p.planned(project, parts=count)
    p.account(project, desk)
    p.accept(project, rows[0])
    first = p.request(project, rows[0])
    p.approve(project, first, desk)
    p.released("register", first, desk.registrar)
    special = {"id", "ref", "invoice_no", "milestone_id"}
    columns = ", ".join(f.column for f in Disbursement._meta.concrete_fields if f.column not in special)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vouchers_milestone m SET status = 'ACCEPTED', company_accepted_by_id = d.company_accepted_by_id,"
            " company_accepted_at = d.company_accepted_at, accepted_by_id = d.accepted_by_id, accepted_at = d.accepted_at"
            " FROM vouchers_milestone d WHERE d.id = %s AND m.id <> d.id",
            [rows[0].pk],
        )
        cursor.execute(
            f"INSERT INTO vouchers_disbursement (ref, invoice_no, milestone_id, {columns}) SELECT 'dsb-x' || m.number,"
            f" 'X-' || m.number, m.id, {', '.join('d.' + c.strip() for c in columns.split(','))}"
            " FROM vouchers_disbursement d, vouchers_milestone m WHERE m.id <> d.milestone_id"
        )


def moved(clone: str, services: embedded.Services) -> None:
    """The prepared database, taken into the server that may be killed."""
    here = connection.settings_dict
    source = f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{clone}"
    dump = subprocess.run(
        [str(binaries() / "pg_dump"), "--no-owner", "--no-privileges", "--no-comments", "-d", source],
        capture_output=True, check=True,
    )  # fmt: skip
    done = subprocess.run(
        [str(binaries() / "psql"), "-q", "-d", services.migrate_database_url], input=dump.stdout, capture_output=True, check=True
    )
    assert b"vouchers_disbursement" not in done.stderr, done.stderr[:2000]


def children(parent: int) -> list[int]:
    """Process ids below a process (Linux; elsewhere the back ends notice by themselves that their server is gone)."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(file.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(file.parent.name))
    return found


@contextlib.contextmanager
def django_at(url: str) -> Iterator[None]:
    """This process reads that server too, as the role of the portal."""
    parts, here = urlsplit(url), connection.settings_dict
    kept = {name: here[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
    connections.close_all()
    here.update(
        HOST=parts.hostname, PORT=str(parts.port), USER=parts.username, PASSWORD=parts.password, NAME=parts.path.strip("/")
    )
    try:
        yield
    finally:
        connections.close_all()
        here.update(kept)


def until(true: Callable[[], bool], seconds: float, words: str) -> None:
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(Exception):
            if true():
                return
        assert time.monotonic() < end, f"{words}: did not happen in {seconds} s"
        time.sleep(0.1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Of its own: the servers' user must pass through it, and pytest closes its own folders to others with every new run."""
    made = Path(tempfile.mkdtemp(prefix="portal-storm-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def stage(committed_db: str, folder: Path, settings: Any) -> Iterator[Stage]:
    project, desk = p.project(), p.office()
    pour(project, desk, PAYMENTS)
    services = embedded.ensure(folder / "servers")
    port = free_port()
    env = {
        **os.environ, **services.environment(), "DATA_DIR": str(folder / "data"), "PORTAL_ENV": "test", "BANK_TIMEOUT": "0.5",
        "BANK_GATEWAY_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    made = Stage(services, env, folder, port, project, desk)
    settings.BANK_GATEWAY_URL = made.bank
    try:
        moved(committed_db, services)
        with django_at(services.database_url):
            yield made
    finally:
        made.end()
        services.stop()


# ── The storm ────────────────────────────────────────────────────────────────────────────────────────
def feed(stage: Stage, stop: threading.Event) -> None:
    """The beat: pokes the Celery worker; a broker that is gone is a poke that is lost."""
    while not stop.is_set():
        with contextlib.suppress(Exception), Celery(broker=stage.services.broker_url) as app:
            for name in ("payments.pay_due", "payments.reconcile"):
                app.send_task(name, retry=False)
        stop.wait(0.5)


def moods(stage: Stage, stop: threading.Event) -> None:
    turn = 0
    while not stop.is_set():
        stage.mood(*MOODS[turn % len(MOODS)])
        turn += 1
        stop.wait(0.6)


class Eye:
    """Watches the payments from outside, over one connection of its own as long as the server lives."""

    def __init__(self, stage: Stage) -> None:
        self.url, self.open = stage.services.database_url, None

    def see(self) -> tuple[int, int] | None:
        """(steps that all payments have made so far, transfers on their way now); None while the database is away."""
        try:
            self.open = self.open or psycopg.connect(self.url, connect_timeout=2, autocommit=True)
            found = self.open.execute(
                "SELECT coalesce(sum(version), 0), count(*) FILTER (WHERE state = 'SENT') FROM vouchers_paymentattempt"
            ).fetchone()
        except psycopg.Error:
            self.close()
            return None
        return (int(found[0]), int(found[1])) if found else None

    def close(self) -> None:
        if self.open is not None:
            self.open.close()
        self.open = None


def in_the_middle(eye: Eye, goal: int, *, on_its_way: bool, patience: float = 15.0) -> int:
    """Waits until the payments have made `goal` steps, and if asked until money is on its way (at most `patience` s: the
    bank may be down). Returns the steps made."""
    end, steps = time.monotonic() + patience, 0
    while time.monotonic() < end:
        seen = eye.see()
        if seen is not None:
            steps = seen[0]
            if steps >= goal and (seen[1] or not on_its_way):
                break
        time.sleep(0.02)
    return steps


def storm(stage: Stage, dice: random.Random) -> None:
    """TURNS times, after every few steps that payments made, a worker dies; every second time something greater with it."""
    began, steps, eye = time.monotonic(), 0, Eye(stage)
    greater = itertools.cycle(
        (stage.kill_postgres, lambda: stage.kill_valkey("broker"), stage.kill_bank, stage.terminate_backends,
         stage.kill_celery, stage.kill_postgres, stage.terminate_backends, lambda: stage.kill_valkey("cache"))
    )  # fmt: skip
    for turn in range(TURNS):
        great = turn % 2 == 1
        steps = in_the_middle(eye, steps + dice.randint(1, 4), on_its_way=great)
        time.sleep(dice.uniform(0, 0.15))
        if great:
            next(greater)()
        stage.kill_payer(dice.randrange(2))
        if time.monotonic() - began > LONGEST:
            break
    eye.close()


# ── What must hold ───────────────────────────────────────────────────────────────────────────────────
def paid_once(stage: Stage) -> list[dict[str, Any]]:
    """At most one transfer a disbursement, and each of an amount that was approved."""
    book = stage.book()
    owner = dict(PaymentAttempt.objects.values_list("key", "disbursement__ref"))
    assert all(row["key"] in owner for row in book), "a transfer that no attempt knows"
    times = Counter(owner[row["key"]] for row in book)
    assert not [ref for ref, n in times.items() if n > 1], "paid twice"
    right = dict(Disbursement.objects.values_list("ref", "amount_won"))
    assert all(row["amount_won"] == right[owner[row["key"]]] for row in book)
    return book


def ledger_equals_book(stage: Stage, book: list[dict[str, Any]]) -> None:
    paid = Disbursement.objects.filter(status="PAID")
    assert paid.count() == len(book)
    assert ledger.position(stage.project.agreement.round_id).paid_won == sum(row["amount_won"] for row in book)
    assert set(PaymentAttempt.objects.filter(state="PAID").values_list("key", flat=True)) == {row["key"] for row in book}
    call_command("verify")


def clear(stage: Stage) -> None:
    """Time passes: what was claimed and not sent is taken up by the next worker; who never came back is unknown, the
    statement decides, what it does not show waits for a person."""
    for attempt_id in queries.claimed_orphans():
        tasks.send_one(attempt_id)
    later = clock.now() + timedelta(minutes=2)
    actions.lose_track(now=later)
    statement = gateways.statement(url=stage.bank, since=later)
    assert statement is not None
    actions.reconcile(statement=statement, now=later + timedelta(minutes=11))
    states = set(PaymentAttempt.objects.values_list("state", flat=True))
    assert states <= {"PAID", "REFUSED", "PARKED"}, states
    for row in Disbursement.objects.filter(status="REGISTERED"):
        assert row.attempts.filter(state="PARKED").count() <= 1


def mend(stage: Stage) -> None:
    """People end what machines could not: finance asks the bank, the registrar registers again."""
    paid_keys = {row["key"] for row in stage.book()}
    for attempt in PaymentAttempt.objects.filter(state="PARKED"):
        assert attempt.key not in paid_keys
        actions.resolve_attempt(
            attempt_id=attempt.pk, outcome="REFUSED", bank_ref="", reason="은행 확인: 이체 없음",
            second_factor_code=second_factor.demo_code(stage.desk.second), by=stage.desk.second,
        )  # fmt: skip
    for row in Disbursement.objects.filter(status="FAILED"):
        p.released("retry", row, stage.desk.registrar)
    while tasks.pay_due():
        pass


def test_whatever_is_killed_each_disbursement_is_paid_at_most_once(stage: Stage) -> None:
    seed = int(os.environ.get("FAULT_SEED", "20261123"))
    stop = threading.Event()
    stage.start_bank()
    stage.start_celery()
    until(lambda: httpx.get(f"{stage.bank}/book", timeout=1).status_code == 200, 90, "the bank opens")
    stage.mood("down")
    for n in range(2):
        stage.start_payer(n)
    until(lambda: all((stage.folder / f"payer{n}.pid").exists() for n in range(2)), 90, "the workers start")
    helpers = [threading.Thread(target=work, args=(stage, stop)) for work in (feed, moods)]
    for helper in helpers:
        helper.start()
    try:
        storm(stage, random.Random(seed))
    finally:
        stop.set()
        for helper in helpers:
            helper.join(10)

    for name in ("payer0", "payer1", "celery"):
        stage.kill_process(name)
    until(lambda: httpx.get(f"{stage.bank}/", timeout=1).status_code < 600, 90, "the bank answers")
    stage.mood("good")
    time.sleep(1)  # what the bank still held in its hands is booked
    until(lambda: Disbursement.objects.exists(), 60, "the database answers")

    paid_once(stage)
    clear(stage)
    left = Counter(PaymentAttempt.objects.values_list("state", flat=True))
    ledger_equals_book(stage, paid_once(stage))
    tried = PaymentAttempt.objects.values("disbursement").distinct().count()
    assert tried > 10, "the storm was too strong to pay anything"
    assert stage.kills["worker"] > 10 and stage.kills["bank"] and stage.kills["broker"] and stage.kills["cache"], stage.kills
    assert stage.kills["postgres"] > 2 and stage.kills["celery"], stage.kills

    for _round in range(3):
        mend(stage)
        clear(stage)
    book = paid_once(stage)
    assert len(book) == PAYMENTS == Disbursement.objects.filter(status="PAID").count(), "lost"
    ledger_equals_book(stage, book)
    figures = {
        "payments": PAYMENTS, "tried_in_storm": tried, "kills": dict(stage.kills), "attempts_after_storm": dict(left),
        "transfers": len(book), "paid_twice": 0, "lost": 0, "seed": seed,
    }  # fmt: skip
    print(json.dumps(figures))


@pytest.mark.django_db
def test_while_the_bank_is_down_payments_wait_unclaimed(settings: Any) -> None:
    settings.BANK_GATEWAY_URL = f"http://127.0.0.1:{free_port()}"
    p.registered()
    assert tasks.pay_due() == 0 and tasks.reconcile() == 0
    assert not PaymentAttempt.objects.exists()

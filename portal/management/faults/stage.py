"""Everything of the payment path that can be killed: servers of its own (durable, so that a killed PostgreSQL loses nothing
that it promised), a real bank process, worker processes, a Celery worker and its beat."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import redis
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings

from portal.kit import embedded
from portal.kit.embedded.postgres import binaries
from portal.kit.embedded.processes import die_with_parent, free_port
from portal.management.faults.traps import Traps

BANK_TIMEOUT = 0.5  # seconds that the portal waits for the bank here


@dataclass
class Stage:
    services: embedded.Services
    env: dict[str, str]
    folder: Path
    port: int
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    workers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.traps = Traps(self.folder)

    @property
    def bank(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ── Who runs ─────────────────────────────────────────────────────────────────────────────────────
    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command], cwd=settings.BASE_DIR, env=self.env, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )  # fmt: skip

    def start_bank(self) -> None:
        self.start("bank", "manage.py", "bank", "--port", str(self.port))

    def start_workers(self, *names: str) -> None:
        """A nursery that forks each of them again whenever it was killed (workers.py)."""
        self.workers = names
        self.start("nursery", "-m", "portal.management.faults.workers", str(self.folder), *names)

    def worker_pid(self, name: str) -> int:
        """Of the worker that the nursery forked last; 0 before the first. It leads a group of its own."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.folder / f"{name}.pid").read_text())
        return 0

    def leave(self, name: str, value: Any) -> None:
        """What the workers read: batch (whose turn it is), off (who rests)."""
        new = self.folder / f"{name}.new"
        new.write_text(json.dumps(value))
        new.rename(self.folder / f"{name}.json")

    def mood(self, name: str, seconds: float = 0.0) -> None:
        """How the bank behaves from now on; said again until a bank that is just being opened hears it."""
        until(
            lambda: httpx.post(f"{self.bank}/mood", data={"name": name, "seconds": seconds}, timeout=10).status_code == 204,
            180, "the bank hears",
        )  # fmt: skip

    # ── Who dies ─────────────────────────────────────────────────────────────────────────────────────
    def kill(self, pid: int, *, group: bool = False) -> int:
        """Returns: how many were killed (there may be none any more)."""
        with contextlib.suppress(ProcessLookupError):
            if pid:
                os.killpg(pid, signal.SIGKILL) if group else os.kill(pid, signal.SIGKILL)
                return 1
        return 0

    def kill_worker(self, name: str) -> int:
        return self.kill(self.worker_pid(name), group=True)

    def kill_postgres(self) -> int:
        """The whole server at once, as a power cut would: the postmaster and every back end, in the middle of its work."""
        parent = self.services.pids()["postgres"]
        below = children(parent)  # asked first: orphans have another parent
        done = self.kill(parent)
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return done

    def kill_valkey(self, name: str) -> int:
        """broker or cache, and what it remembered too."""
        url = {"broker": self.services.broker_url, "cache": self.services.cache_url}[name]
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(url, socket_timeout=2) as server:
            server.flushall()
        return self.kill(self.services.pids()[name])

    def kill_bank(self) -> int:
        """Its book is on disk; it opens again at once."""
        done = self.kill(self.running["bank"].pid, group=True)
        self.running["bank"].wait(10)
        self.start_bank()
        return done

    def terminate_backends(self) -> int:
        """As an administrator would: some connections of the portal end in the middle of what they do."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.services.database_url, connect_timeout=2) as admin:
            admin.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database() AND random() < 0.6"
            )
            return 1
        return 0

    def book(self) -> list[dict[str, Any]]:
        """What the bank says that it paid, in its own words."""
        found: list[dict[str, Any]] = httpx.get(f"{self.bank}/book?limit=1000000", timeout=30).raise_for_status().json()
        return found

    def at_rest(self) -> bool:
        """Whether the bank has booked whatever it held in its hands."""
        free = []
        for _look in range(3):
            time.sleep(BANK_TIMEOUT / 2)
            free.append(not httpx.get(f"{self.bank}/mood", timeout=30).raise_for_status().json()["in_hand"])
        return all(free)

    def end(self) -> None:
        for name in self.workers:
            self.kill_worker(name)
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def children(parent: int) -> list[int]:
    """Process ids below a process (Linux; elsewhere the back ends notice by themselves that their server is gone)."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            if int(file.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(file.parent.name))
    return found


def until(true: Callable[[], Any], seconds: float, words: str, pause: float = 0.05) -> None:
    """Waits; what breaks counts as not yet. Raises: TimeoutError."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(Exception):
            if true():
                return
        if time.monotonic() > end:
            raise TimeoutError(f"{words}: did not happen in {seconds} s")
        time.sleep(pause)


# ── The servers ──────────────────────────────────────────────────────────────────────────────────────
@contextlib.contextmanager
def opened(source: str) -> Iterator[Stage]:
    """Servers of their own with a copy of that database (an address, its owner's role), and this process's Django at them."""
    folder = Path(tempfile.mkdtemp(prefix="portal-faults-"))  # the servers' user must pass through it
    folder.chmod(0o711)
    services = embedded.ensure(folder / "servers")
    port = free_port()
    env = {
        **os.environ, **services.environment(), "DATA_DIR": str(folder / "data"), "PORTAL_ENV": "test" if settings.TESTING else "demo",
        "BANK_TIMEOUT": str(BANK_TIMEOUT), "BANK_GATEWAY_URL": f"http://127.0.0.1:{port}", "LOG_LEVEL": "CRITICAL", "STORAGE_URL": "",
        "SECRET_KEY": settings.SECRET_KEY, "DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "1",
    }  # fmt: skip
    stage = Stage(services, env, folder, port)
    try:
        _copy(source, services.migrate_database_url)
        told = {
            "BANK_GATEWAY_URL": stage.bank, "BANK_TIMEOUT": BANK_TIMEOUT, "STORAGES": _files(folder / "data"), "DEMO": True,
            "DATA_DIR": folder / "data",
        }  # fmt: skip
        with _django_at(services), override_settings(**told):
            yield stage
    finally:
        stage.end()
        services.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _copy(source: str, target: str) -> None:
    """The prepared database, taken into the server that may be killed."""
    dump = subprocess.run(
        [str(binaries() / "pg_dump"), "--no-owner", "--no-privileges", "--no-comments", "-d", source],
        capture_output=True,
        check=True,
    )
    done = subprocess.run(
        [str(binaries() / "psql"), "-q", "-d", target], input=dump.stdout, capture_output=True, check=True
    )  # fmt: skip
    if b"vouchers_disbursement" in done.stderr:
        raise RuntimeError(done.stderr[:2000].decode())
    with psycopg.connect(target, autocommit=True) as owner:
        owner.execute("ANALYZE")


def _files(data: Path) -> dict[str, Any]:
    """Files of its own, those of the database among them (as links), and the clock's offset. Returns: STORAGES."""
    here = Path(settings.DATA_DIR)
    data.mkdir()
    if (here / "uploads").exists():
        shutil.copytree(here / "uploads", data / "uploads", copy_function=os.link)
    if (here / "demo-clock").exists():
        shutil.copy(here / "demo-clock", data)
    options = {**settings.STORAGES["default"].get("OPTIONS", {}), "location": data / "uploads"}
    return {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}


@contextlib.contextmanager
def _django_at(services: embedded.Services) -> Iterator[None]:
    """This process reads that server too, as the role of the portal; its cache is the one that is killed."""
    parts, here = urlsplit(services.database_url), connection.settings_dict
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

"""PostgreSQL and Valkey for a machine that has neither: started for the first user, ended after the last.

`for_command` is called by manage.py before the settings load. `ensure` starts what is missing or joins what runs;
`attached` only joins. Variables that are set win: with DATABASE_URL there is no embedded PostgreSQL, with REDIS_URL no
Valkey.
"""

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.kit.embedded.keeper import read_state
from portal.kit.embedded.postgres import CannotStart
from portal.kit.embedded.processes import Lock, port_free

__all__ = ["CannotStart", "Services", "attached", "current", "ensure", "for_command"]

KINDS = ("postgres", "valkey")
ROOT = Path(__file__).resolve().parents[3]
_KEEPER = "from portal.kit.embedded.keeper import run; run()"
WITHOUT_DATABASE = frozenset(
    {"words", "makemessages", "compilemessages", "collectstatic", "findstatic", "help", "version", "startapp",
     "startproject", "spectacular", "--help", "-h", "--version"}
)  # fmt: skip


@dataclass
class Services:
    """Addresses of the running servers; an empty address: that kind was not asked for."""

    data_dir: Path
    database_url: str = ""
    migrate_database_url: str = ""
    broker_url: str = ""
    cache_url: str = ""
    fast: bool = False
    _held: dict[str, Lock] = field(default_factory=dict)
    _started: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """Where the keepers say that a server ended and runs again."""
        return self.data_dir / "log" / "services.log"

    def pids(self) -> dict[str, int]:
        """Server (postgres, broker, cache) → process id, as of now."""
        return {name: int(known["pid"]) for kind in self._held for name, known in read_state(self.data_dir, kind).items()}

    def environment(self) -> dict[str, str]:
        """The variables that the settings read."""
        pairs = {
            "DATABASE_URL": self.database_url,
            "MIGRATE_DATABASE_URL": self.migrate_database_url,
            "REDIS_URL": self.broker_url,
            "CACHE_URL": self.cache_url,
        }
        return {name: value for name, value in pairs.items() if value}

    def heal(self) -> list[str]:
        """Starts the keepers that are not there (not yet, or killed), side by side. Returns their kinds."""
        missing = [kind for kind in self._held if not _kept(self.data_dir, kind)]
        spawned = {kind: _spawn_keeper(self.data_dir, kind, fast=self.fast) for kind in missing}
        problems = [_hear(self.data_dir, kind, child) for kind, child in spawned.items()]
        self._started.update(spawned)
        if any(problems):
            raise CannotStart(" ".join(problem for problem in problems if problem))
        return missing

    def stop(self, seconds: float = 12.0) -> None:
        """Leaves. The last user's leaving ends the servers, Valkey first; waits for that."""
        end = time.monotonic() + seconds
        for kind in reversed(KINDS):
            if kind in self._held:
                self._held.pop(kind).release()
                _wait_for_end(self.data_dir, kind, end)
            if kind in self._started:
                self._started.pop(kind).poll()

    def _add(self, kind: str) -> None:
        state = read_state(self.data_dir, kind)
        if kind == "postgres":
            known = state["postgres"]
            self.database_url = _postgres_url(known, "portal_app")
            self.migrate_database_url = _postgres_url(known, "portal_owner")
        else:
            self.broker_url = _valkey_url(state["broker"])
            self.cache_url = _valkey_url(state["cache"])


_current: Services | None = None


def current() -> Services | None:
    """The services that `for_command` joined for this process."""
    return _current


def ensure(data_dir: Path, kinds: Sequence[str] = KINDS, *, fast: bool = False) -> Services:
    """Joins the servers of this data folder, starting those that do not run. Raises: CannotStart."""
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    services = Services(data_dir, fast=fast)
    try:
        with Lock(data_dir / "services.start"):
            for kind in kinds:
                users = Lock(data_dir / f"{kind}.users")
                users.acquire(shared=True)  # waits for a keeper that is just ending
                services._held[kind] = users
            services.heal()
            for kind in kinds:
                services._add(kind)
    except BaseException:
        services.stop()
        raise
    return services


def attached(data_dir: Path, kinds: Sequence[str] = KINDS) -> Services | None:
    """Joins the servers of this data folder when all of them run already; else None, and starts nothing."""
    data_dir = data_dir.resolve()
    services = Services(data_dir)
    for kind in kinds:
        users = Lock(data_dir / f"{kind}.users")
        if not (data_dir / f"{kind}.json").exists() or not users.acquire(shared=True, wait=False):
            users.release()
            services.stop()
            return None
        services._held[kind] = users
        if not _kept(data_dir, kind):
            services.stop()
            return None
        services._add(kind)
    return services


def for_command(argv: Sequence[str]) -> None:
    """Gives a manage.py command the servers it needs, for its own life; sets the variables that the settings read."""
    global _current
    command = argv[1] if len(argv) > 1 else "help"
    if command in WITHOUT_DATABASE or {"-h", "--help", "--version"} & set(argv[2:]):
        return
    if command == "up" and not {"--setup"} & set(argv):
        taken = taken_port()
        if taken:
            sys.exit(taken)
    if os.environ.get("PORTAL_ENV") != "production":
        kinds = [k for k, name in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL")) if not os.environ.get(name)]
        if kinds:
            try:
                _current = ensure(Path(os.environ.get("DATA_DIR") or ROOT / ".data"), kinds)
            except CannotStart as problem:
                sys.exit(f"{problem}")
            os.environ.update(_current.environment())
            atexit.register(_current.stop)
    if command == "migrate" and os.environ.get("MIGRATE_DATABASE_URL"):
        os.environ["DATABASE_URL"] = os.environ["MIGRATE_DATABASE_URL"]


def taken_port() -> str:
    """What to say when the web server's port belongs to another program; empty when it is free."""
    port = int(os.environ.get("PORT") or 8000)
    if port_free(port):
        return ""
    return (
        f"Port {port} is in use by another program (perhaps the portal already runs: http://127.0.0.1:{port}/). "
        f"Stop that program, or choose another port: PORT={port + 10} make up"
    )


def _kept(data_dir: Path, kind: str) -> bool:
    """Is there a keeper? It holds its own lock for life."""
    probe = Lock(data_dir / f"{kind}.keeper")
    try:
        return not probe.acquire(wait=False)
    finally:
        probe.release()


def _spawn_keeper(data_dir: Path, kind: str, *, fast: bool) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    (data_dir / "log").mkdir(exist_ok=True)
    with (data_dir / "log" / f"{kind}.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-c", _KEEPER, kind, str(data_dir), *(["--fast"] if fast else [])],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True, env=environment, cwd="/",
        )  # fmt: skip
    return child


def _hear(data_dir: Path, kind: str, child: "subprocess.Popen[bytes]") -> str:
    """Waits for a keeper's word. Empty: its servers run; else what hindered it."""
    assert child.stdout is not None
    said = child.stdout.readline().decode().strip()
    child.stdout.close()
    if said == "ready":
        return ""
    child.wait()
    return said or f"The keeper of {kind} ended at once; see {data_dir / 'log'}."


def _wait_for_end(data_dir: Path, kind: str, end: float) -> None:
    """Returns when the keeper has ended its servers, or at once when somebody else still uses them."""
    users, keeper = Lock(data_dir / f"{kind}.users"), Lock(data_dir / f"{kind}.keeper")
    while time.monotonic() < end and _kept(data_dir, kind):
        if users.acquire(wait=False):  # the keeper has not looked yet
            users.release()
        elif users.acquire(shared=True, wait=False):  # others use it
            users.release()
            return
        time.sleep(0.1)
    users.release()
    keeper.release()


def _postgres_url(known: dict[str, Any], role: str) -> str:
    return f"postgres://{role}:{known[role]}@127.0.0.1:{known['port']}/portal"


def _valkey_url(known: dict[str, Any]) -> str:
    return f"redis://:{known['password']}@127.0.0.1:{known['port']}/0"

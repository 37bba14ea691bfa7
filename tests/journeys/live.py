"""A whole portal for the browser: its own database with the demo story, web server, worker, beat and the demo's bank."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from portal.kit.embedded.processes import free_port
from tests import services

MANAGE = [sys.executable, str(services.ROOT / "manage.py")]
PASSWORD = "demo-pass-1234"
READY_SECONDS = 120


@dataclass
class Portal:
    """base: its address. Logs of the processes lie in `home`."""

    base: str
    home: Path
    env: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *arguments: str) -> str:
        """A management command, to its end. Only for what is no part of a journey."""
        done = subprocess.run([*MANAGE, *arguments], env=self.env, capture_output=True, text=True, cwd=services.ROOT)
        if done.returncode:
            raise AssertionError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-5000:]}")
        return done.stdout

    def start(self, name: str, command: list[str]) -> None:
        with (self.home / f"{name}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(command, env=self.env, stdout=log, stderr=subprocess.STDOUT, cwd=services.ROOT)
            )

    def log(self, name: str) -> str:
        """The end of a process's log."""
        return (self.home / f"{name}.log").read_text(errors="replace")[-4000:]

    def wait_until_live(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.base}/health/live", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise AssertionError(f"The web server does not answer:\n{self.log('web')}")

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def portal(home: Path) -> Iterator[Portal]:
    """Runs it as `manage.py up` would, on free ports, and throws everything away afterwards."""
    url, name = os.environ["DATABASE_URL"], f"test_live_{uuid.uuid4().hex[:12]}"
    source = services.template() if os.environ.get(services.EMBEDDED) else "template1"
    home.mkdir(parents=True)
    with psycopg.connect(_database(url, "postgres"), autocommit=True) as there:
        there.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(name), sql.Identifier(source))
        )
    port = free_port()  # of the system's choice: two portals on one port would share its visitors
    env = {
        **os.environ, "DATABASE_URL": _database(url, name), "MIGRATE_DATABASE_URL": "", "DATA_DIR": str(home), "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}", "DEMO_BANK_PORT": str(free_port()), "PORTAL_ENV": "test",
        "DEMO_PASSWORD": PASSWORD, "CLAMD_URL": f"tcp://127.0.0.1:{free_port()}",
    }  # fmt: skip
    made = Portal(env["BASE_URL"], home, env)
    try:
        if source == "template1":
            made.run("migrate", "--noinput", "-v", "0")
        made.start("bank", [*MANAGE, "bank"])
        made.start("scanner", [sys.executable, "-m", "portal.kit.scanner", env["CLAMD_URL"].rpartition(":")[2]])
        made.run("seed")
        celery = [sys.executable, "-m", "celery", "-A", "portal.celery:app"]
        granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "portal.wsgi:application", "--no-ws"]
        made.start("web", [*granian, "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "4"])
        made.start("worker", [*celery, "worker", "-l", "WARNING", "-c", "1", "--without-gossip", "--without-mingle"])
        made.start("beat", [*celery, "beat", "-l", "WARNING", "-s", str(home / "beat"), "--pidfile="])
        made.wait_until_live()
        yield made
    finally:
        made.stop()
        with psycopg.connect(_database(url, "postgres"), autocommit=True) as there:
            there.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        shutil.rmtree(home, ignore_errors=True)

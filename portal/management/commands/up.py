"""Runs the portal: servers, migrations, seeds, words and static files, then web, worker and beat, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.journal.rules import QUEUES, URGENT
from portal.kit import embedded, stamps
from portal.kit.embedded.processes import free_port
from portal.management import web
from portal.management.supervisor import Child, Supervisor, how_it_ended, last_lines

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
READY_SECONDS = 90


class Stop(BaseException):
    """Ctrl-C or TERM arrived."""


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--setup", action="store_true", help="only set up: migrate, reference seeds, words, static files")

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = time.monotonic()
        self.house = Supervisor(settings.DATA_DIR, settings.BASE_DIR, self._note)
        self._listen()
        try:
            self._set_up(options["setup"])
            if not options["setup"]:
                self._run()
        except Stop:
            self._deafen()
            self._note("Stopping …")
        finally:
            self._deafen()
            self.house.stop()
            self._leave_services()
        self._note("Set-up is complete." if options["setup"] else "Stopped. The data stay in " + str(settings.DATA_DIR))

    # ── set-up ───────────────────────────────────────────────────────────────────────────────────────

    def _set_up(self, only: bool) -> None:
        self.house.clear_leftovers()
        services = embedded.current()
        if services is not None:
            self._note(f"PostgreSQL and Valkey: embedded, data in {settings.DATA_DIR}")
            self.house.watch(services.log)
            self.house.heal = services.heal
        self._step("Database migrations", self._migrate)
        self._step("Words", self._words)
        if settings.DEMO and not settings.BANK_GATEWAY_URL and not only:
            self._start_bank()
        if settings.DEMO and not settings.CLAMD_URL and not only:
            self._start_scanner()
        self._step("Seeds", lambda: self._seed(only))
        self._step("Static files", self._static)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        owner = os.environ.get("MIGRATE_DATABASE_URL") or os.environ["DATABASE_URL"]
        done = subprocess.run(
            [*MANAGE, "migrate", "--noinput", "-v", "0"], env={**os.environ, "DATABASE_URL": owner}, check=False
        )
        if done.returncode:
            raise CommandError("The migrations failed; see above.")

    def _words(self) -> None:
        sources = [settings.BASE_DIR / "locale" / language for language in ("ko", "en")]
        value = stamps.digest(*sorted(file for folder in sources for file in folder.glob("*.po")))
        made = settings.BASE_DIR / "locale" / "ko" / "LC_MESSAGES" / "django.mo"
        if not (made.exists() and stamps.is_fresh(made.parent / "stamp", value)):
            call_command("words", stdout=_Quiet())
            stamps.set_stamp(made.parent / "stamp", value)

    def _seed(self, only_reference: bool) -> None:
        call_command("seed", reference=only_reference, stdout=self.stdout)

    def _static(self) -> None:
        base, root = settings.BASE_DIR, settings.STATIC_ROOT
        value = stamps.digest(
            base / "portal" / "static", base / "package-lock.json", base / "requirements.lock", base / "portal" / "settings.py"
        )
        if not (root.is_dir() and stamps.is_fresh(settings.DATA_DIR / "stamps" / "static", value)):
            call_command("collectstatic", interactive=False, verbosity=0, clear=True)
            stamps.set_stamp(settings.DATA_DIR / "stamps" / "static", value)

    # ── running ──────────────────────────────────────────────────────────────────────────────────────

    def _start_bank(self) -> None:
        port = free_port(settings.DEMO_BANK_PORT)
        os.environ["DEMO_BANK_PORT"] = str(port)
        settings.DEMO_BANK_PORT = port
        self.house.start(Child("bank", [*MANAGE, "bank", "--port", str(port)], patience=2, stops=4))

    def _start_scanner(self) -> None:
        """The demo's own: visibly one, knows only the EICAR test file. The seeds' files pass through it too."""
        port = free_port(settings.DEMO_BANK_PORT + 1)
        settings.CLAMD_URL = os.environ["CLAMD_URL"] = f"tcp://127.0.0.1:{port}"
        self.house.start(Child("scanner", [sys.executable, "-m", "portal.kit.scanner", str(port)], patience=1, stops=5))

    def _run(self) -> None:
        if taken := embedded.taken_port():  # somebody took it while the story was played
            raise CommandError(taken)
        cores = web.cores()
        celery = [sys.executable, "-m", "celery", "-A", "portal.celery:app"]
        schedule = str(settings.DATA_DIR / "beat-schedule")
        server = Child("web", web.command(settings.PORT), patience=3, stops=1)
        self.house.start(server)
        self._step("Web server", lambda: self._wait_until_live(server))
        for name, queues, places in (("worker", URGENT, cores), ("worker-long", [*QUEUES.keys() - set(URGENT)], 1)):
            worker = [*celery, "worker", "-l", "WARNING", "-n", f"{name}@%h", "-Q", ",".join(sorted(queues)), "-c", str(places)]
            self.house.start(Child(name, [*worker, "--without-gossip", "--without-mingle"], patience=4, stops=3))
        self.house.start(Child("beat", [*celery, "beat", "-l", "WARNING", "-s", schedule, "--pidfile="], patience=2, stops=2))
        self._welcome()
        while True:
            time.sleep(0.25)
            self.house.look()

    def _wait_until_live(self, server: Child) -> None:
        url = f"http://127.0.0.1:{settings.PORT}/health/live"
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if server.process is not None and server.process.poll() is not None:
                words = "\n".join(last_lines(settings.DATA_DIR / "log" / "web.log"))
                raise CommandError(f"The web server ended ({how_it_ended(server.process.returncode)}):\n{words}")
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        raise CommandError(f"The web server does not answer at {url}; its log is {settings.DATA_DIR / 'log' / 'web.log'}.")

    def _welcome(self) -> None:
        self._note(f"Logs: {settings.DATA_DIR / 'log'}. Ready after {time.monotonic() - self.begun:.1f} s. Ctrl-C stops.")
        if settings.DEMO:
            from portal.desk.demo import SIGN_INS

            self.stdout.write("")
            self.stdout.write(table([("Demo sign-in", "Who", "누구"), *SIGN_INS]))
            if settings.DEMO_PASSWORD:
                self.stdout.write(f"Password of all of them: {settings.DEMO_PASSWORD}")
        self.stdout.write("")
        self.stdout.write(f"Portal ready: http://127.0.0.1:{settings.PORT}/")
        self.stdout.flush()

    # ── ending ───────────────────────────────────────────────────────────────────────────────────────

    def _listen(self) -> None:
        """Also where the shell started us with INT ignored (`make up &`)."""

        def stop(*_: object) -> None:
            raise Stop

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)

    def _deafen(self) -> None:
        """A second Ctrl-C must not break the orderly end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    def _leave_services(self) -> None:
        connection.close()
        services = embedded.current()
        if services is not None:
            services.stop()

    # ── words ────────────────────────────────────────────────────────────────────────────────────────

    def _step(self, name: str, do: Callable[[], None]) -> None:
        self.stdout.write(f"· {name} …")
        self.stdout.flush()
        begun = time.monotonic()
        do()
        self._note(f"{name}: done in {time.monotonic() - begun:.1f} s")

    def _note(self, words: str) -> None:
        self.stdout.write(f"· {words}")
        self.stdout.flush()


class _Quiet:
    """Swallows a command's chatter."""

    def write(self, *_: Any) -> None: ...

    def flush(self) -> None: ...


def table(rows: list[tuple[str, ...]]) -> str:
    """Columns of equal width; Hangul counts two."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)

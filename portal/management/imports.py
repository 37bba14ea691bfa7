"""The import's bench: a CKAN of 100,000 datasets on this machine, harvested as any source is, beside COPY of the same rows."""

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from django.test import override_settings
from psycopg import sql

from portal.kit import clock
from portal.management.rush import world
from providers.catalogue import actions, tasks
from providers.catalogue.models import HarvestSource, ImportRun
from providers.institutions.models import Institution

TABLES = ("providers_dataset", "providers_draft", "journal_event", "providers_importline", "providers_importedrecord")
PIECE = 1 << 20
THEMES = (
    "폐암 흉부 CT",
    "심전도",
    "안저 영상",
    "병리 슬라이드",
    "건강검진 코호트",
    "암 등록 자료",
    "응급실 기록",
    "청구 자료",
    "뇌 MRI",
    "생체신호",
)


@dataclass
class Found:
    """Seconds, and megabytes of this process at most. again: the same source once more, when nothing changed."""

    records: int
    first: float
    again: float
    changed: float
    copy: float
    before_mb: float
    peak_mb: float


def loopback(address: str, port: int) -> str:
    """For the bench alone."""
    return "" if address == "127.0.0.1" else "private"


def play(count: int, database: str, say: Callable[[str], Any]) -> Found:
    """Three harvests in a copy of the database: all new, all as they were, one in ten with other words; then COPY of all rows
    that the first one wrote, into tables with the same indexes."""
    with _ckan(count) as there, override_settings(HARVEST_AGAINST="portal.management.imports.loopback"):
        source = HarvestSource(
            institution=_institution(), name="bench", kind="CKAN", address=there.base, state="ACTIVE", next_at=clock.now()
        )
        source.save()
        since = {table: _last(database, table) for table in TABLES}
        before, _reset = _resident(), _forget_peak()
        first = _harvest(source, count, "created", say)
        peak = _resident("VmHWM")
        copied = _copied(database, since, say)
        world.settle(database)
        again = _harvest(source, count, "unchanged", say)
        there.changed = 10
        changed = _harvest(source, count // 10, "changed", say)
    return Found(count, first, again, changed, copied, before, peak)


def _institution() -> Institution:
    return Institution.objects.filter(organisation__isnull=False).order_by("pk")[0]


def _harvest(source: HarvestSource, count: int, outcome: str, say: Callable[[str], Any]) -> float:
    begin = time.perf_counter()
    run: Any = actions.start_harvest(source_id=source.pk, by=actions_by())
    while ImportRun.objects.get(pk=run.pk).state in ("WAITING", "RUNNING"):
        tasks.go_on_imports()
    spent = time.perf_counter() - begin
    run.refresh_from_db()
    assert run.state == "DONE" and getattr(run, outcome) == count, (run.state, run.reason, outcome, getattr(run, outcome), count)
    say(f"  · {outcome}: {count:,} of {run.done:,} records in {spent:.1f} s")
    return spent


def actions_by() -> Any:
    """Somebody who may: a harvest by hand does not wait for its hours."""
    from portal.accounts.models import User

    return User.objects.get(email="operator@demo.example")


# ── The source ───────────────────────────────────────────────────────────────────────────────────────
class Ckan:
    """changed: every so many-th package has other words than before, 0 none."""

    def __init__(self, count: int) -> None:
        self.count, self.changed = count, 0
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ckan = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                body = ckan.page(int(asked["start"][0]), int(asked["rows"][0])) if "start" in asked else b""
                self.send_response(200 if body else 404)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                pass

        return Handler

    def page(self, start: int, rows: int) -> bytes:
        found = [self._package(n) for n in range(start, min(start + rows, self.count))]
        return json.dumps({"success": True, "result": {"count": self.count, "results": found}}, ensure_ascii=False).encode()

    def _package(self, n: int) -> dict[str, Any]:
        theme, turn = THEMES[n % len(THEMES)], " (보완)" if self.changed and n % self.changed == 0 else ""
        return {
            "id": f"bench-{n:07}", "name": f"bench-{n:07}", "state": "active", "title_translated": {"ko": f"{theme} {n}{turn}", "en": f"Collection {n}"},
            "notes_translated": {"ko": f"{theme}에 관한 자료 {n}번입니다. " * 4, "en": f"Collection number {n}, described in English. " * 4},
            "tags": [{"name": theme}, {"name": "health data"}], "version": "2026", "license_id": "CC_BY",
            "resources": [{"name": "안내", "url": f"https://data.hospital.example/{n}", "format": "CSV"}],
            "extras": [{"key": "access_rights", "value": "NON_PUBLIC"}, {"key": "theme", "value": '["HEAL"]'},
                       {"key": "temporal_start", "value": "2015-01-01"}, {"key": "number_of_records", "value": str(n)}],
        }  # fmt: skip


@contextmanager
def _ckan(count: int) -> Iterator[Ckan]:
    made = Ckan(count)
    threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield made
    finally:
        made.http.shutdown()
        made.http.server_close()


# ── COPY ─────────────────────────────────────────────────────────────────────────────────────────────
def _last(database: str, table: str) -> int:
    with psycopg.connect(database) as there:
        row = there.execute(sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def _copied(database: str, since: dict[str, int], say: Callable[[str], Any]) -> float:
    """Seconds in which PostgreSQL takes the same rows by COPY, table after table, indexes and all."""
    spent, rows = 0.0, 0
    with psycopg.connect(world.owner_of(database), autocommit=True) as there:
        for table in TABLES:
            made = f"bench_{table}"
            there.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(sql.Identifier(made), sql.Identifier(table)))
            columns = sql.SQL(", ").join(sql.Identifier(name) for name in _columns(there, table))
            with tempfile.TemporaryDirectory() as folder:
                kept = Path(folder) / table
                out = sql.SQL("COPY (SELECT {} FROM {} WHERE id > {}) TO STDOUT").format(
                    columns, sql.Identifier(table), sql.Literal(since[table])
                )
                with there.cursor() as cursor, kept.open("wb") as file, cursor.copy(out) as pieces:
                    for piece in pieces:
                        file.write(piece)
                begin = time.perf_counter()
                with (
                    there.cursor() as cursor, kept.open("rb") as file,
                    cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(made), columns)) as writing,
                ):  # fmt: skip
                    while piece := file.read(PIECE):
                        writing.write(piece)
                spent += time.perf_counter() - begin
            counted = there.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(made))).fetchone()
            rows += int(counted[0]) if counted else 0
            there.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(made)))
    say(f"  · COPY of the same {rows:,} rows in {spent:.1f} s")
    return spent


def _columns(there: Any, table: str) -> list[str]:
    """Those that are written; what PostgreSQL works out itself it works out again."""
    found = there.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    return [row[0] for row in found.fetchall()]


# ── Memory ───────────────────────────────────────────────────────────────────────────────────────────
def _resident(name: str = "VmRSS") -> float:
    """Megabytes of this process; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def _forget_peak() -> None:
    """The highest mark begins anew."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return

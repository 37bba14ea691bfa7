"""Measures ratios in one run, prints them and writes bench.json (contract.md); `--only pages,verify` runs groups."""

import json
import os
import platform
import statistics as stats
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client

Figure = dict[str, Any]


def figure(group: str, name: str, value: float, unit: str, limit: float, limit_name: str, *, bigger_is_better: bool) -> Figure:
    """ratio: value over limit where smaller is better."""
    ratio = (limit / value if bigger_is_better else value / limit) if value and limit else None
    return {
        "group": group, "name": name, "value": round(value, 3), "unit": unit, "limit": round(limit, 3),
        "limit_name": limit_name, "ratio": None if ratio is None else round(ratio, 3),
    }  # fmt: skip


def per_second(call: Callable[[], Any], seconds: float = 2.0) -> float:
    """How often `call` runs in a second, after a warm-up; the best of three stretches."""
    call()
    best = 0.0
    for _turn in range(3):
        done, begin = 0, time.perf_counter()
        while (spent := time.perf_counter() - begin) < seconds / 3:
            call()
            done += 1
        best = max(best, done / spent)
    return best


_BARE = engines["django"].from_string(
    "<!DOCTYPE html><html><body><table>{% for row in rows %}<tr><td>{{ row.ref }}</td><td>{{ row.title }}</td>"
    "<td>{{ row.status }}</td><td>{{ row.submitted_at }}</td></tr>{% endfor %}</table></body></html>"
)


def bare_view(request: HttpRequest) -> HttpResponse:
    """The yardstick: fifty rows of one query in a plain template."""
    from vouchers.applications.models import Application

    rows = Application.objects.order_by("-id").values("ref", "title", "status", "submitted_at")[:50]
    return HttpResponse(_BARE.render({"rows": rows}))


class _Bare:
    """A client on the bare view, with the default middleware of a new project."""

    def __init__(self) -> None:
        from django.test import RequestFactory

        self.factory = RequestFactory()

    def __call__(self) -> HttpResponse:
        return bare_view(self.factory.get("/bare/"))


PAGES = (
    ("front", "", "/"), ("rounds", "", "/rounds/"), ("catalogue", "", "/catalogue/"), ("stats", "", "/stats/"),
    ("home_company", "applicant", "/home/"), ("applications", "applicant", "/applications/"),
    ("home_provider", "provider", "/home/"), ("quote_requests", "provider", "/matching/requests/"),
    ("access", "board", "/access/"), ("milestones", "operator", "/milestones/"), ("payments", "finance", "/payments/"),
    ("evaluation", "evaluator1", "/evaluation/"), ("home_officer", "officer", "/home/"), ("admin_home", "officer", "/admin/"),
    ("admin_applications", "officer", "/admin/vouchers/application/"), ("admin_dashboard", "officer", "/admin/dashboard/"),
)  # fmt: skip


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--only", default=os.environ.get("ONLY", ""), help="groups, with commas")
        parser.add_argument("--out", default="bench.json")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        groups: dict[str, Callable[[], list[Figure]]] = {"pages": self.pages, "match": self.match, "verify": self.verify, "stats": self.stats}
        wanted = [name for name in options["only"].split(",") if name] or list(groups)
        unknown = sorted(set(wanted) - set(groups))
        if unknown:
            raise CommandError(f"Unknown groups: {', '.join(unknown)}. Known: {', '.join(groups)}.")
        figures = [found for name in wanted for found in groups[name]()]
        machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
        Path(options["out"]).write_text(json.dumps({"machine": machine, "figures": figures}, indent=1), encoding="utf-8")
        for one in figures:
            self.stdout.write(
                f"{one['group']:8} {one['name']:22} {one['value']:>12,.2f} {one['unit']:8} {one['limit_name']}: "
                f"{one['limit']:,.2f}  ratio {one['ratio']}"
            )

    def _client(self, who: str) -> Client:
        client = Client()
        if who:
            from portal.accounts.models import User

            client.force_login(User.objects.get(email=f"{who}@demo.example"), backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    def pages(self) -> list[Figure]:
        """Each page beside the bare 50-row view, both in this process; queries are printed, too."""
        found = []
        for name, who, path in PAGES:
            client = self._client(who)
            seen = [0]

            def count(execute: Any, sql: Any, params: Any, many: Any, context: Any, seen: list[int] = seen) -> Any:
                seen[0] += 1
                return execute(sql, params, many, context)

            client.get(path)
            with connection.execute_wrapper(count):
                response = client.get(path)
            if response.status_code != 200:
                self.stderr.write(f"{name}: {path} answered {response.status_code}")
                continue
            bare, page = per_second(_Bare(), 1.0), per_second(lambda c=client, p=path: c.get(p))  # type: ignore[misc]
            one = figure("pages", name, page, "req/s", bare, "bare 50-row view", bigger_is_better=True)
            found.append({**one, "queries": seen[0]})
            self.stdout.write(f"  {name}: {seen[0]} queries")
        return found

    def match(self) -> list[Figure]:
        from django.core.management import call_command

        need = settings.BASE_DIR / "seeds" / "demo" / "needs"
        path = sorted(need.glob("*.json"))[0]
        from io import StringIO

        begin = time.perf_counter()
        call_command("match", str(path), stdout=StringIO())
        spent = (time.perf_counter() - begin) * 1000
        return [figure("match", "need_ms", spent, "ms", 100, "a tenth of a second", bigger_is_better=False)]

    def stats(self) -> list[Figure]:
        client, times = Client(), []
        for _turn in range(30):
            begin = time.perf_counter()
            client.get("/api/v1/stats/applications/?by=track,region")
            times.append((time.perf_counter() - begin) * 1000)
        times.sort()
        return [
            figure("stats", "cell_p50_ms", stats.median(times), "ms", 100, "a tenth of a second", bigger_is_better=False),
            figure("stats", "cell_p99_ms", times[-1], "ms", 500, "half a second", bigger_is_better=False),
        ]

    def verify(self) -> list[Figure]:
        from portal.management.verify import CHECKS

        rows, begin = 0, time.perf_counter()
        for check in CHECKS[:3]:
            rows += check.rows()
            for fault in check.faults():
                raise CommandError(fault)
        spent = time.perf_counter() - begin
        with connection.cursor() as cursor:
            begin = time.perf_counter()
            cursor.execute("SELECT count(*), max(length(reason)) FROM journal_event")
            plain = rows / max(time.perf_counter() - begin, 1e-6)
        return [figure("verify", "entries_per_s", rows / spent, "rows/s", plain, "one SQL scan", bigger_is_better=True)]

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
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.management import yardstick

Figure = dict[str, Any]


def figure(group: str, name: str, value: float, unit: str, limit: float, limit_name: str, *, bigger_is_better: bool) -> Figure:
    """ratio: value over limit where smaller is better."""
    ratio = (limit / value if bigger_is_better else value / limit) if value and limit else None
    return {
        "group": group, "name": name, "value": round(value, 3), "unit": unit, "limit": round(limit, 3),
        "limit_name": limit_name, "ratio": None if ratio is None else round(ratio, 3),
    }  # fmt: skip


def side_by_side(limit: Callable[[], Any], call: Callable[[], Any], seconds: float = 2.0) -> tuple[float, float]:
    """(limit, call) per second: one request of each by turns, so that whatever else the machine does slows both alike.

    Per second at the pace of the fastest fifth of the requests, for both: those that nobody interrupted.
    """
    limit(), call()
    times: tuple[list[float], list[float]] = ([], [])
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[0]) < 20:
        for kept, one in zip(times, (limit, call), strict=True):
            begin = time.perf_counter()
            one()
            kept.append(time.perf_counter() - begin)
    return 1 / _undisturbed(times[0]), 1 / _undisturbed(times[1])


def _undisturbed(times: list[float]) -> float:
    """Seconds that a request of the fastest fifth takes in the mean."""
    return stats.fmean(sorted(times)[: max(len(times) // 5, 4)])


# (name, who, address, judged): judged pages are those that must reach a quarter of the yardstick
PAGES = (
    ("front", "", "/", False), ("rounds", "", "/rounds/", True), ("catalogue", "", "/catalogue/", True),
    ("stats", "", "/stats/", True), ("stats_api", "", "/api/v1/stats/applications/?by=track,region", False),
    ("home_company", "applicant", "/home/", True), ("home_provider", "provider", "/home/", True),
    ("home_board", "board", "/home/", True), ("home_evaluator", "evaluator1", "/home/", True),
    ("home_operator", "operator", "/home/", True), ("home_officer", "officer", "/home/", True),
    ("notices", "applicant", "/home/notices/", True), ("needs", "applicant", "/matching/needs/", True),
    ("applications", "applicant", "/applications/", True), ("quote_requests", "provider", "/matching/requests/", True),
    ("offers", "provider", "/providers/", True), ("evaluation", "evaluator1", "/evaluation/", True),
    ("agreements", "operator", "/agreements/", True), ("access", "board", "/access/", True),
    ("milestones", "operator", "/milestones/", True), ("payments", "finance", "/payments/", True),
    ("admin_home", "officer", "/admin/", True), ("admin_dashboard", "officer", "/admin/dashboard/", True),
    ("admin_applications", "officer", "/admin/vouchers/application/", True),
    ("admin_companies", "officer", "/admin/vouchers/company/", True),
    ("admin_assignments", "officer", "/admin/vouchers/assignment/", True),
    ("admin_agreements", "officer", "/admin/vouchers/agreement/", True),
    ("admin_milestones", "officer", "/admin/vouchers/milestone/", True),
    ("admin_disbursements", "finance", "/admin/vouchers/disbursement/", True),
    ("admin_duties", "auditor", "/admin/journal/duty/", True), ("admin_events", "auditor", "/admin/journal/event/", True),
)  # fmt: skip

LISTS = (
    ("admin_applications", "officer", "/admin/vouchers/application/"),
    ("admin_assignments", "officer", "/admin/vouchers/assignment/"),
    ("evaluation", "evaluator1", "/evaluation/"),
)
RECORDS = int(os.environ.get("RECORDS", "100000"))  # of the source that is harvested
DATASETS = int(os.environ.get("DATASETS", "100000"))  # of the catalogue; fewer on a machine that others use
NEEDS, OFFERS = int(os.environ.get("NEEDS", "10000")), int(os.environ.get("OFFERS", "10000"))  # of the round that is matched
ALLOWED_GAP = 0.01  # percent
MANY, FEW = int(os.environ.get("LISTS", "100000")), 1_000  # applications; fewer on a machine that others use


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--only", default=os.environ.get("ONLY", ""), help="groups, with commas")
        parser.add_argument("--pages", default=os.environ.get("PAGES", ""), help="of the group pages only these, with commas")
        parser.add_argument("--out", default="bench.json")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        groups: dict[str, Callable[[], list[Figure]]] = {
            "pages": self.pages,
            "lists": self.lists,
            "search": self.search,
            "import": self.imports,
            "match": self.match,
            "select": self.select,
            "assign": self.assign,
            "verify": self.verify,
            "pay": self.pay,
            "faults": self.faults,
            "stats": self.stats,
            "signals": self.signals,
            "rush": self.rush,
        }
        self.chosen = {name for name in options["pages"].split(",") if name}
        if lost := self.chosen - {name for name, *_rest in PAGES}:
            raise CommandError(f"Unknown pages: {', '.join(sorted(lost))}.")
        wanted = [name for name in options["only"].split(",") if name] or list(groups)
        self.asked = bool(options["only"])
        unknown = sorted(set(wanted) - set(groups))
        if unknown:
            raise CommandError(f"Unknown groups: {', '.join(unknown)}. Known: {', '.join(groups)}.")
        self._furnish()
        figures = [found for name in wanted for found in groups[name]()]
        machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
        Path(options["out"]).write_text(json.dumps({"machine": machine, "figures": figures}, indent=1), encoding="utf-8")
        for one in figures:
            self.stdout.write(
                f"{one['group']:8} {one['name']:22} {one['value']:>12,.2f} {one['unit']:8} {one['limit_name']}: "
                f"{one['limit']:,.2f}  ratio {one['ratio']}" + (f"  {one['queries']} queries" if "queries" in one else "")
            )
        self._say_slow(figures)

    def _furnish(self) -> None:
        """A portal that has never run gets its demo story: the pages are read by its people. `seed --scale N` adds to it."""
        from django.core.management import call_command

        from portal.accounts.models import User

        if settings.DEMO and not User.objects.filter(email="officer@demo.example").exists():
            call_command("seed", stdout=self.stdout)

    def _client(self, who: str) -> Client:
        client = Client()
        if who:
            from portal.accounts.models import User

            client.force_login(User.objects.get(email=f"{who}@demo.example"), backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    def pages(self) -> list[Figure]:
        """Each page beside the bare view, turn by turn in this process and through the same client; with its queries."""
        yard, found = yardstick.client(), []
        for name, who, path, judged in PAGES:
            if self.chosen and name not in self.chosen:
                continue
            client = self._client(who)
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                response = client.get(path)
                queries = len(asked)
            if response.status_code != 200:
                self.stderr.write(f"{name}: {path} answered {response.status_code}")
                continue
            bare, page = side_by_side(lambda: yard.get("/bare/"), lambda c=client, p=path: c.get(p))  # type: ignore[misc]
            one = figure("pages", name, page, "req/s", bare, "bare 50-row view", bigger_is_better=True)
            found.append({**one, "queries": queries, "judged": judged})
        return found

    def lists(self) -> list[Figure]:
        """The first page of long lists with 100,000 applications beside the same page with the demo's few, in a copy of the
        database that is dropped at the end."""
        from portal.management import scale
        from portal.management.rush import world
        from vouchers.applications.models import Application

        there = Application.objects.count()
        if there > FEW:
            words = (
                f"lists: {there:,} applications are here already, so the page with few rows cannot be measured. Use a fresh demo."
            )
            if self.asked:
                raise CommandError(words)
            self.stderr.write(words)
            return []
        try:
            with world.own_database() as database:
                few = {name: self._beside_bare(who, path) for name, who, path in LISTS}
                scale.pour(MANY - there, 1, self.stdout.write)
                world.settle(database)
                many = {name: self._beside_bare(who, path) for name, who, path in LISTS}
        except world.NoCopy as error:
            if self.asked:
                raise
            self.stderr.write(f"lists: {error}")
            return []
        found = []
        for name, _who, _path in LISTS:
            (less, asked_less), (more, asked_more) = few[name], many[name]
            one = figure("lists", name, more, "× bare", less, f"with {there} applications", bigger_is_better=False)
            found += [
                {**one, "queries": asked_more},
                figure("lists", f"{name}_queries", asked_more, "queries", asked_less, "as many", bigger_is_better=False),
            ]
        return found

    def _beside_bare(self, who: str, path: str) -> tuple[float, int]:
        """(how many times as long as the bare view with twenty rows a page takes, queries)."""
        client, yard = self._client(who), yardstick.client()
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            if client.get(path).status_code != 200:
                raise CommandError(f"{path} does not answer.")
            queries = len(asked)
        bare, page = side_by_side(lambda: yard.get("/bare/?rows=20"), lambda: client.get(path))  # as many whatever is there
        return bare / page, queries

    def _say_slow(self, figures: list[Figure]) -> None:
        """The pages that do not reach what was promised: a quarter of the yardstick."""
        slow = [one["name"] for one in figures if one.get("judged") and one["ratio"] > 4]
        judged = sum(bool(one.get("judged")) for one in figures)
        if judged:
            self.stdout.write(f"{judged - len(slow)} of {judged} lists, desks and dashboards reach a quarter of the bare view.")
        for name in slow:
            self.stdout.write(f"  slower: {name}")

    def search(self) -> list[Figure]:
        """The search page with facets over 100,000 datasets beside the bare statements of the same questions, in a copy of the
        database that is dropped at the end."""
        from portal.management import shelves
        from portal.management.rush import play, world

        try:
            with world.own_database() as database:
                begin = time.perf_counter()
                there = shelves.pour(DATASETS)
                world.settle(database)
                self.stdout.write(f"  · {there:,} datasets in {time.perf_counter() - begin:.0f} s")
                page, bare = shelves.questions(10)
        except world.NoCopy as error:
            if self.asked:
                raise
            self.stderr.write(f"search: {error}")
            return []
        words = f"the statements alone, {there:,} datasets"
        return [
            figure("search", "p50_ms", play.p(page, 0.5), "ms", play.p(bare, 0.5), words, bigger_is_better=False),
            figure("search", "p99_ms", play.p(page, 0.99), "ms", play.p(bare, 0.99), words, bigger_is_better=False),
        ]

    def imports(self) -> list[Figure]:
        """100,000 records of a source harvested beside COPY of the same rows, in a copy of the database that is dropped at the end."""
        from portal.management import imports
        from portal.management.rush import world

        try:
            with world.own_database() as database:
                found = imports.play(RECORDS, database, self.stdout.write)
        except world.NoCopy as error:
            if self.asked:
                raise
            self.stderr.write(f"import: {error}")
            return []
        words = f"COPY of the same rows, {RECORDS:,} records"
        return [
            figure("import", "seconds", found.first, "s", found.copy, words, bigger_is_better=False),
            figure("import", "per_s", RECORDS / found.first, "rec/s", RECORDS / found.copy, "COPY", bigger_is_better=True),
            figure("import", "again_seconds", found.again, "s", found.first, "the first time", bigger_is_better=False),
            figure("import", "tenth_changed_seconds", found.changed, "s", found.first, "the first time", bigger_is_better=False),
            figure("import", "peak_mb", found.peak_mb, "MB", found.before_mb, "before the import", bigger_is_better=False),
        ]

    def match(self) -> list[Figure]:
        """One need against 10,000 offers of the database, in a copy that is dropped; then a round of 10,000 needs and 10,000 offers,
        which touches no database, in processes of its own."""
        return [*self._need(), *self._round()]

    def _need(self) -> list[Figure]:
        from portal.management.market import page, poured
        from portal.management.rush import play, world

        try:
            with world.own_database() as database:
                there = poured.pour(OFFERS)
                world.settle(database)
                spent = page.answers(OFFERS)
        except world.NoCopy as error:
            if self.asked:
                raise
            self.stderr.write(f"match: {error}")
            return []
        middle = {name: play.p(times, 0.5) for name, times in spent.items()}
        words = f"its statements alone and bare numpy, {there:,} offers"
        return [
            figure("match", "need_ms", middle["page"], "ms", middle["bare"], words, bigger_is_better=False),
            figure("match", "need_p99_ms", play.p(spent["page"], 0.99), "ms", play.p(spent["bare"], 0.99), words, bigger_is_better=False),
            figure("match", "need_kept_ms", middle["kept"], "ms", middle["kept_bare"], words, bigger_is_better=False),
            figure("match", "need_numpy_ms", middle["page"], "ms", middle["numpy"], "bare numpy scoring", bigger_is_better=False),
        ]  # fmt: skip

    def _round(self) -> list[Figure]:
        from portal.management.market import play

        found, own, bare = (play.apart(NEEDS, OFFERS, who) for who in ("", "portal", "bare"))
        size = f"{NEEDS:,} × {OFFERS:,}"
        rows = [  # name, value, unit, limit, what the limit is
            ("round_seconds", found["round_s"], "s", found["bare_s"], f"bare numpy and bare solver, {size}"),
            ("round_score_seconds", found["score_s"], "s", found["bare_score_s"], "bare numpy scoring"),
            ("round_solve_seconds", found["solve_s"], "s", found["bare_solve_s"], "the bare solver"),
            ("round_proof_seconds", found["proof_s"], "s", found["bare_solve_s"], "the bare solver"),
            ("round_gap", play.lost(found["worth"], found["bound"]), "%", ALLOWED_GAP, "of the LP bound may be missing"),
            ("round_greedy_loses", play.lost(found["greedy"], found["bound"]), "%", ALLOWED_GAP, "of the LP bound may be missing"),
            ("round_different", found["again"], "runs", 0, "the same pairs again"),
            ("budget_seconds", found["budget_s"], "s", found["round_s"], "the round without a budget"),
            ("budget_gap", play.lost(found["budget_worth"], found["budget_bound"]), "%", ALLOWED_GAP, "of the LP bound may be missing"),
            ("budget_greedy_loses", play.lost(found["budget_greedy"], found["budget_bound"]), "%", ALLOWED_GAP, "of the LP bound may be missing"),
            ("budget_overspent", 1 - found["budget_kept"], "runs", 0, "within the budget"),
            ("peak_mb", own["peak_mb"], "MB", bare["peak_mb"], "the bare way"),
        ]  # fmt: skip
        return [
            figure("match", name, value, unit, limit, words, bigger_is_better=False) for name, value, unit, limit, words in rows
        ]

    def select(self) -> list[Figure]:
        """A run over 5,000 applications with two pools that bind, from stored text to stored text, beside a bare sort."""
        from portal.management import selections
        from vouchers.evaluation import rules

        text = selections.inputs(5000)
        body = json.loads(text)
        begin = time.perf_counter()
        selections.bare_sort(body)
        bare = time.perf_counter() - begin
        begin = time.perf_counter()
        made = rules.outputs_text(text)
        spent = time.perf_counter() - begin
        again = int(rules.outputs_text(text) != made)
        return [
            figure("select", "seconds", spent, "s", bare, "a bare sort of the same", bigger_is_better=False),
            figure("select", "different_bytes", again, "runs", 0, "the same bytes again", bigger_is_better=False),
        ]

    def assign(self) -> list[Figure]:
        """2,000 applications × 300 evaluators × 3, from stored text to the pairs, beside the bare solver; then the proof."""
        from portal.management import assignments
        from vouchers.evaluation.rules import assigning

        text = assignments.inputs(2000)
        bare = spent = float("inf")
        for _turn in range(3):  # by turns, the least of each: what the rest of the machine did not disturb
            flow = assigning.network(assigning.parse_problem(json.loads(text)))[0]
            begin = time.perf_counter()
            flow.solve()
            bare = min(bare, time.perf_counter() - begin)
            begin = time.perf_counter()
            found = assigning.parse_problem(json.loads(text))
            pairs = assigning.solve(found)
            spent = min(spent, time.perf_counter() - begin)
        begin = time.perf_counter()
        gap = int(not assigning.proven(found, pairs))
        proof, short = time.perf_counter() - begin, assigning.value(found, pairs).missing
        again = int(assigning.solve(found) != pairs)
        return [
            figure("assign", "seconds", spent, "s", bare, "the bare solver", bigger_is_better=False),
            figure("assign", "gap", gap, "gap", 0, "proven optimal by prices", bigger_is_better=False),
            figure("assign", "proof_seconds", proof, "s", bare, "the bare solver", bigger_is_better=False),
            figure("assign", "uncovered", short, "places", 0, "three for each", bigger_is_better=False),
            figure("assign", "different_pairs", again, "runs", 0, "the same pairs again", bigger_is_better=False),
        ]

    def rush(self) -> list[Figure]:
        """2,000 companies in the last minute of a call, through the real web server; then beside the bare view and INSERT."""
        from portal.management.rush import play, world

        try:
            found = play.play(self.stdout.write)
        except world.NoCopy as error:
            if self.asked:
                raise
            self.stderr.write(f"rush: {error}")
            return []
        waits = [answer.waited_ms for answer in found.submits if answer.status == 303]
        reads = [answer.waited_ms for answer in found.reads]
        submits, bare, insert = (play.middle(r) for r in (found.submit_rates, found.bare_rates, found.insert_rates))
        figures = [
            figure("rush", "submits_per_s", submits, "req/s", bare, "bare view writing a row", bigger_is_better=True),
            figure("rush", "submits_beside_insert", submits, "req/s", insert, "bare INSERT", bigger_is_better=True),
            figure("rush", "bare_per_s", bare, "req/s", insert, "bare INSERT", bigger_is_better=True),
            figure("rush", "rush_per_s", len(waits) / play.SECONDS, "req/s", submits, "most that it can", bigger_is_better=True),
            figure("rush", "p50_ms", play.p(waits, 0.5), "ms", 150, "wanted at the page", bigger_is_better=False),
            figure("rush", "p99_ms", play.p(waits, 0.99), "ms", 150, "wanted at the page", bigger_is_better=False),
            figure("rush", "read_p99_ms", play.p(reads, 0.99), "ms", 150, "wanted at the page", bigger_is_better=False),
        ]
        if found.submit_ms and found.bare_ms:
            took, bare_took = play.middle(found.submit_ms), play.middle(found.bare_ms)
            figures.insert(1, figure("rush", "submit_core_ms", took, "ms", bare_took, "bare view", bigger_is_better=False))
        for name in ("receipts_without_row", "rows_without_receipt", "accepted_late", "double", "refused_in_time", "unexpected"):
            number = getattr(found, "late" if name == "accepted_late" else name)
            figures.append(figure("rush", name, number, "rows", 0, "none", bigger_is_better=False))
        return figures

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

    def signals(self) -> list[Figure]:
        """A sweep over 10,000 projects beside its joins as bare SQL, in a copy of the database that is dropped."""
        from portal.management.signals import play

        return self._money("signals", play.figures)

    def pay(self) -> list[Figure]:
        """Payments from the request to the settlement beside their writes alone, in copies of the database that are dropped."""
        return self._money("pay")

    def faults(self) -> list[Figure]:
        """1,000 payments under 300 kills and a bad bank, on servers of their own, beside the design that pays twice."""
        return self._money("faults")

    def verify(self) -> list[Figure]:
        """Chains, seals and sums of a ledger of 1,000,000 entries, in a copy of the database that is dropped."""
        return self._money("verify")

    def _money(self, group: str, asked: Any = None) -> list[Figure]:
        from portal.management.money import figures
        from portal.management.rush import world

        try:
            rows = (asked or getattr(figures, group))(self.stdout.write)
        except world.NoCopy as error:
            if self.asked:
                raise
            self.stderr.write(f"{group}: {error}")
            return []
        return [
            figure(group, name, value, unit, limit, words, bigger_is_better=bigger)
            for name, value, unit, limit, words, bigger in rows
        ]

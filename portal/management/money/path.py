"""A payment from the request to the settlement through the actions and a bank process, beside the very same writes as bare SQL.

The path is played three times from the same copy of the database: once to write down its statements, once to be measured, and
once as those statements alone, in the same transactions. As everything is the same, so are the ids that the sequences give.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from psycopg import sql

from portal.accounts import second_factor
from portal.documents.models import Document
from portal.kit import clock
from portal.kit.embedded.processes import free_port
from portal.management.faults import world as people
from portal.management.faults.stage import until
from portal.management.faults.workers import Clerk
from portal.management.rush import world
from vouchers.milestones.models import Milestone
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement

Write = tuple[str, Any]
COPY = "portal_paying"
WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|WITH\b.*?\b(?:INSERT INTO|UPDATE))\b", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """Seconds for all payments. bank: of the path, how long the bank took; writes, transactions: of one payment."""

    payments: int
    path: float
    bank: float
    bare: float
    writes: float
    transactions: float


@dataclass(frozen=True)
class Asked:
    """One payment's papers, uploaded before anything is measured."""

    milestone: int
    invoice: Document
    proof: Document


def play(count: int, database: str, say: Callable[[str], Any]) -> Found:
    """In a copy of the portal's database (world.own_database). Writes down, measures, replays. Raises: CommandError."""
    with tempfile.TemporaryDirectory() as folder, _bank(Path(folder)):
        cast = people.cast(count)
        cast.save(Path(folder))
        clerk = Clerk(Path(folder))
        asked = [_delivered(clerk, pk) for pk in Milestone.objects.filter(agreement=cast.agreement).values_list("pk", flat=True)]
        world.settle(database)
        say(f"  · {count:,} accepted milestones")
        with _again():
            groups = _written(clerk, asked)
        with _again():
            path, bank = _measured(clerk, asked)
        with _again():
            bare = _replayed(groups)
    return Found(count, path, bank, bare, sum(map(len, groups)) / count, len(groups) / count)


def _delivered(clerk: Clerk, pk: int) -> Asked:
    while (row := Milestone.objects.select_related("agreement__company", "institution").get(pk=pk)).status != "ACCEPTED":
        clerk.deliver(row)
    invoice = clerk.paper("tax_invoice", row.institution.organisation, "manager")
    return Asked(pk, invoice, clerk.paper("own_share", row.agreement.company.organisation, "company"))


# ── The path ─────────────────────────────────────────────────────────────────────────────────────────
def steps(clerk: Clerk, one: Asked) -> Iterator[Callable[[], Any]]:
    """Its transactions in order; the bank is called between the last two."""
    who, row = clerk.who, Disbursement()
    yield lambda: actions.request_disbursement(
        milestone_id=one.milestone, invoice_no=f"P-{one.milestone}", invoice_on=clock.today(), invoice_document=one.invoice,
        by=who["manager"],
    )  # fmt: skip
    row = Disbursement.objects.get(milestone_id=one.milestone)
    yield lambda: actions.confirm_disbursement(
        disbursement_id=row.pk, own_share_deposited_on=clock.today(), own_share_document=one.proof, by=who["company"]
    )
    yield lambda: actions.check_evidence(disbursement_id=row.pk, by=who["operator"])
    for name, action in (("finance", actions.approve_disbursement), ("registrar", actions.register_disbursement)):
        code = second_factor.demo_code(who[name])
        yield lambda code=code, name=name, action=action: action(disbursement_id=row.pk, second_factor_code=code, by=who[name])
    yield actions.claim_next
    attempt = row.attempts.get()
    kept: list[Any] = []
    yield lambda: kept.append(actions.mark_sent(attempt_id=attempt.pk))
    begin = time.perf_counter()
    answer = gateways.send(kept[0], url=gateways.address(), now=clock.now())
    bank_took.append(time.perf_counter() - begin)
    yield lambda: actions.settle(attempt_id=attempt.pk, answer=answer)


bank_took: list[float] = []


def _written(clerk: Clerk, asked: list[Asked]) -> list[list[Write]]:
    """Each transaction's writing statements."""
    groups: list[list[Write]] = []

    def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.match(statement) or "nextval" in statement:
            groups[-1].append((statement, params))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(note):
        for one in asked:
            for step in steps(clerk, one):
                groups.append([])
                step()
    return groups


def _measured(clerk: Clerk, asked: list[Asked]) -> tuple[float, float]:
    """Seconds of the path and, of these, of the bank. What looks up ids and codes between two steps is the bench's own."""
    bank_took.clear()
    spent = 0.0
    for one in asked:
        for step in steps(clerk, one):
            begin = time.perf_counter()
            step()
            spent += time.perf_counter() - begin
    spent += sum(bank_took)
    paid = Disbursement.objects.filter(milestone__in=[one.milestone for one in asked], status="PAID").count()
    assert paid == len(asked), f"{paid} of {len(asked)} were paid"
    return spent, sum(bank_took)


def _replayed(groups: list[list[Write]]) -> float:
    connection.ensure_connection()
    raw: Any = connection.connection
    with raw.cursor() as cursor, psycopg.RawCursor(raw) as numbered:  # some statements are prepared and speak `$1`
        begin = time.perf_counter()
        for group in groups:
            with raw.transaction():
                for statement, params in group:
                    (numbered if "$1" in statement and "%s" not in statement else cursor).execute(statement, params)
        return time.perf_counter() - begin


# ── The same beginning ───────────────────────────────────────────────────────────────────────────────
@contextmanager
def _again() -> Iterator[None]:
    """A copy of the copy as it is now, dropped at the end."""
    name, home = (
        str(connection.settings_dict["NAME"]),
        world._with_name(settings.MIGRATE_DATABASE_URL or world._url(), "postgres"),
    )
    connection.close()
    with psycopg.connect(home, autocommit=True) as there:
        there.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(COPY)))
        there.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(COPY), sql.Identifier(name)))
    connection.settings_dict["NAME"] = COPY
    cache.clear()
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        with psycopg.connect(home, autocommit=True) as there:
            there.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(COPY)))


@contextmanager
def _bank(folder: Path) -> Iterator[None]:
    port = free_port()
    env = {**os.environ, "DATA_DIR": str(folder), "PORTAL_ENV": "demo"}
    command = [sys.executable, "manage.py", "bank", "--port", str(port)]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: gateways.reachable(url=url), 60, "the bank opens")
        with override_settings(BANK_GATEWAY_URL=url):
            yield
    finally:
        process.terminate()
        process.wait(10)

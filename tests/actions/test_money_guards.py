"""Every trigger, check, unique column and foreign key of the money tables is set aside in turn: the forged write that it alone
refuses then passes. So each is known to bite, and one that nobody tries fails here until somebody does."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction

from portal.accounts import second_factor
from portal.kit import clock
from tests.actions.money_bites import TABLES, Bite, Copy, bite, bites, change, copy
from tests.factories import projects as p
from tests.factories import settling
from tests.factories.providers import provider
from tests.factories.rehearsals import rehearsal
from vouchers.agreements.models import AgreementHalt, HaltRecovery
from vouchers.ledger.models import Account, Entry, LedgerEvent
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAnswer, PaymentAttempt
from vouchers.settlements import actions as settlements
from vouchers.settlements.models import Debt, Settlement

pytestmark = pytest.mark.django_db
OUT = gateways.Outcome
LATE = 2_000_000_000  # an id that no row has
ANY_ROW = {
    "vouchers_account": "paid_pot", "vouchers_ledgerevent": "event", "vouchers_entry": "entry", "vouchers_voucher": "voucher",
    "vouchers_disbursement": "checked", "vouchers_paymentattempt": "sent_attempt", "vouchers_payeeaccount": "payee",
    "vouchers_paymentfile": "file", "vouchers_paymentanswer": "answer", "vouchers_debt": "refund",
    "vouchers_receipt": "receipt",
}  # fmt: skip
OTHER_ROW = {"debt_one_of_a_clawback": "ordered", "debt_one_of_a_recovery": "taken"}


@dataclass(frozen=True)
class Guard:
    """kind: T trigger, c check, u unique index, f foreign key; away, back: SQL that sets it aside and puts it in place."""

    name: str
    table: str
    kind: str
    away: str
    back: str


def guards() -> dict[str, Guard]:
    """As the catalogue has them; without primary keys and NOT NULL."""
    found = [
        *_read(
            "SELECT tgname, relname, 'T', '' FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal",
            "ALTER TABLE {table} DISABLE TRIGGER {name}", "ALTER TABLE {table} ENABLE TRIGGER {name}",
        ),
        *_read(
            "SELECT conname, relname, contype::text, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid"
            " WHERE contype IN ('c', 'f', 'x')",
            "ALTER TABLE {table} DROP CONSTRAINT {name}", "ALTER TABLE {table} ADD CONSTRAINT {name} {how}",
        ),
        *_read(
            "SELECT i.relname, c.relname, 'u', pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = indexrelid"
            " JOIN pg_class c ON c.oid = indrelid WHERE indisunique AND NOT indisprimary AND EXISTS"
            " (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype = 'u')",
            "ALTER TABLE {table} DROP CONSTRAINT {name}", "{how}",
        ),
        *_read(
            "SELECT i.relname, c.relname, 'u', pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = indexrelid"
            " JOIN pg_class c ON c.oid = indrelid WHERE indisunique AND NOT indisprimary AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid)",
            "DROP INDEX {name}", "{how}",
        ),
    ]  # fmt: skip
    assert len({one.name for one in found}) == len(found), "two guards of one name"
    return {one.name: one for one in found}


def _read(sql: str, away: str, back: str) -> Iterator[Guard]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND c.relname = ANY(%s)", [list(TABLES)])
        for name, table, kind, how in cursor.fetchall():
            facts = {"name": name, "table": table, "how": how}
            yield Guard(name, table, kind, away.format(**facts), back.format(**facts))


# ── The scene ────────────────────────────────────────────────────────────────────────────────────────
def scene() -> dict[str, int]:
    """One project with a payment in each state that a forger could want to change. Name → id."""
    at, milestones = p.planned(parts=10)
    desk = p.office()
    p.account(at, desk)
    rows: dict[str, Disbursement] = {}
    for name, milestone in zip(
        ("registered", "back", "refused", "paid", "sent", "claimed", "checked", "filed"), milestones, strict=False
    ):
        p.accept(at, milestone)
        rows[name] = p.request(at, milestone)
        if name == "checked":
            p.confirm(at, rows[name])
            actions.check_evidence(disbursement_id=rows[name].pk, by=at.operator)
        else:
            p.approve(at, rows[name], desk)
    tried = {name: _tried(rows[name], name, desk) for name in ("back", "refused", "paid", "sent", "claimed")}
    p.released("register", rows["registered"], desk.registrar)
    filed = _filed(rows["filed"], desk)
    elsewhere = provider().institution
    account = PayeeAccount.objects.create(
        institution=elsewhere,
        bank_code="088",
        number="110987654321",
        holder="다른병원",
        entered_by=desk.registrar,
        verified_by=desk.finance,
    )
    pots = {account.kind: account.pk for account in Account.objects.filter(round_id=at.agreement.round_id)}
    event = LedgerEvent.objects.get(kind="PAID")
    checked = Disbursement.objects.get(pk=rows["checked"].pk)
    return {
        **{name: row.pk for name, row in rows.items()}, **{f"{name}_attempt": pk for name, pk in tried.items()},
        "planned": milestones[-1].pk, "voucher": checked.voucher_id, "payee": checked.payee_account_id or 0,
        "checked_invoice": checked.invoice_document_id or 0, "claimed_invoice": rows["claimed"].invoice_document_id or 0,
        "finance": desk.finance.pk, "registrar": desk.registrar.pk, "second": desk.second.pk, "other_payee": elsewhere.pk, "other_account": account.pk,
        **filed, **_owed(at, desk),
        "event": event.pk, "entry": Entry.objects.filter(event=event)[0].pk, "treasury": pots["TREASURY"],
        "free_pot": pots["AVAILABLE"], "committed": pots["COMMITTED"], "paid_pot": pots["PAID"], "rehearsal": rehearsal().pk,
    }  # fmt: skip


def _owed(at: p.Project, desk: p.Office) -> dict[str, int]:
    """Of what was paid (40,000,000 won and less) a little is ordered back, a little is to be refunded, a payment is reported."""
    found = settlements.detect_clawback(
        agreement_id=at.agreement.pk, organisation_id=at.firm.organisation.pk, ground="OTHER_USE", facts="사실", amount_won=4_000_000,
        by=at.operator,
    )  # fmt: skip
    settlements.give_prior_notice(clawback_id=found.pk, by=at.operator)
    settlements.state_opinion(clawback_id=found.pk, opinion="의견", by=at.company)
    settlements.order_clawback(clawback_id=found.pk, amount_won=4_000_000, surcharge_times=1, reason="환수", by=desk.finance)
    ordered = Debt.objects.get(kind="CLAWBACK")
    today = clock.today()
    settlement = Settlement.objects.create(
        agreement=at.agreement, company=found.company, round=found.round, ended_on=today, due_on=today, needs_verification=False
    )
    refund = Debt.objects.create(
        kind="REFUND",
        settlement=settlement,
        agreement=at.agreement,
        organisation=found.organisation,
        principal_won=2_000_000,
        due_on=today,
    )
    receipt = settling.report(ordered, 1_000_000, at.company)
    receipt.bank_ref = "BK-1"
    receipt.save()
    return {"ordered": ordered.pk, "refund": refund.pk, "receipt": receipt.pk, "taken": _taken(at)}


def _taken(at: p.Project) -> int:
    """What a termination would take back of the provider, owed as a debt; the project goes on, so that forgers find the rest of it."""
    party = at.agreement.parties.get(role="PROVIDER")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        halt = AgreementHalt.objects.create(
            agreement=at.agreement, number=1, kind="TERMINATION", way="CONSENT", ground="PURPOSE_LOST", statement="x", status="EXECUTED",
            executed_at=clock.now(), figures={}, content_hash="0" * 64, asked_for=party, asked_by=at.manager,
        )  # fmt: skip
        recovery = HaltRecovery.objects.create(halt=halt, party=party, amount_won=1_000_000)
        cursor.execute("SET session_replication_role = DEFAULT")
    return Debt.objects.create(
        kind="RECOVERY", recovery=recovery, agreement=at.agreement, organisation=party.organisation, principal_won=1_000_000,
        due_on=clock.today(),
    ).pk  # fmt: skip


def _filed(row: Disbursement, desk: p.Office) -> dict[str, int]:
    """Handed over in a file, to which an answer was read that settles nothing yet."""
    p.released("register", row, desk.registrar, way="PAIN_001")
    file = p.file_of(desk, [row])
    answer = PaymentAnswer.objects.create(
        file=file, kind="PAIN_002", document=p.paper(None, desk.reader), sha256="0" * 64, message_id="RPT-1", read_by=desk.reader
    )
    return {"file": file.pk, "answer": answer.pk, "filed_attempt": file.lines.get().pk}


def _tried(row: Disbursement, goal: str, desk: p.Office) -> int:
    """Registers it and carries its attempt to that state; returns the attempt's id."""
    p.released("register", row, desk.registrar)
    attempt = actions.claim_next()
    assert attempt is not None and attempt.disbursement_id == row.pk
    if goal != "claimed":
        actions.mark_sent(attempt_id=attempt.pk)
    if goal in {"paid", "refused"}:
        actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(OUT(goal.upper()), "BK1", "said"))
    if goal == "back":  # a person's word; the statement does not show it yet
        actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(OUT.UNKNOWN))
        actions.park(attempt_id=attempt.pk)
        actions.resolve_attempt(
            attempt_id=attempt.pk, outcome="SENT_BACK", bank_ref="BK2", reason="되돌아옴",
            second_factor_code=second_factor.demo_code(desk.second), by=desk.second,
        )  # fmt: skip
    return PaymentAttempt.objects.get(pk=attempt.pk).pk


# ── Trying ───────────────────────────────────────────────────────────────────────────────────────────
def by_definition(guard: Guard) -> list[Bite]:
    """What can be tried of a guard without knowing what it is for."""
    row = OTHER_ROW.get(guard.name, ANY_ROW[guard.table])
    if guard.kind == "u" and "ADVANCE" not in guard.back:  # of an advance there is none in the scene
        return [bite(guard.name, copy(guard.table, row))]
    if guard.kind == "f" and (found := re.match(r"FOREIGN KEY \((\w+)\)", guard.back.split(guard.name)[1].strip())):
        return [bite(guard.name, change(guard.table, row, f"{found[1]} = {LATE}"))]
    if found := re.search(r"CHECK \(\((\w+) >= 0\)\)$", guard.back):
        return [bite(guard.name, change(guard.table, row, f"{found[1]} = -1"))]
    return []


class Undone(Exception):
    """Ends a savepoint whose writes passed."""


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


def attempt(one: Bite, ids: dict[str, int], columns: dict[str, list[str]]) -> DatabaseError | None:
    """What the database says to these writes at commit, then nothing of them is left."""
    try:
        with undone(), connection.cursor() as cursor:
            for write in one.writes:
                cursor.execute((_insert(write, columns) if isinstance(write, Copy) else write).format(**ids))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError as error:
        return error
    finally:
        run("SET CONSTRAINTS ALL DEFERRED")
    return None


def _insert(one: Copy, columns: dict[str, list[str]]) -> str:
    names = [name for name in columns[one.table] if name != "id"]
    values = [one.columns.get(name, name) for name in names]
    return f"INSERT INTO {one.table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {one.table} WHERE id = {{{one.row}}}"


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def raised(error: DatabaseError | None, one: Bite) -> bool:
    """Whether it was refused by that guard: a constraint by its name, a trigger by its words."""
    said = getattr(error.__cause__, "diag", None) if error else None
    return said is not None and (one.says in str(error) if one.says else said.constraint_name == one.guard)


def test_each_guard_of_money_bites_alone_and_without_it_the_forged_write_passes():
    known, ids, wrong = guards(), scene(), []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns WHERE table_name = ANY(%s) GROUP BY 1",
            [list(TABLES)],
        )
        columns = dict(cursor.fetchall())
    tries = [*bites(), *(one for guard in known.values() for one in by_definition(guard))]
    assert not {one.guard for one in tries} - set(known), "a bite of a guard that is gone"
    assert not set(known) - {one.guard for one in tries}, f"nobody tries {set(known) - {one.guard for one in tries}}"
    run("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED")
    wrong += [f"passes with everything in place: {one}" for one in tries if attempt(one, ids, columns) is None]
    run(*(guard.away for guard in known.values() if guard.kind != "f"))
    said = []
    for one in tries:
        guard, beside = known[one.guard], [known[name].back for name in one.beside]
        with undone():
            run(*beside, *([guard.away] if guard.kind == "f" else []))
            if without := attempt(one, ids, columns):
                wrong.append(f"something else refuses it too ({without}): {one}")
            run(guard.back)
            alone = attempt(one, ids, columns)
            said.append(str(alone))
            if not raised(alone, one):
                wrong.append(f"that guard alone does not refuse it ({alone}): {one}")
    wrong += [f"no bite makes a trigger say: {words}" for words in spoken() if not any(re.search(words, one) for one in said)]
    assert not wrong, "\n".join(wrong)


def spoken() -> Iterator[str]:
    """What the triggers of these tables can refuse with, as patterns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT prosrc FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid JOIN pg_proc f ON f.oid = tgfoid"
            " WHERE NOT tgisinternal AND c.relname = ANY(%s)",
            [list(TABLES)],
        )
        for (source,) in cursor.fetchall():
            for words in re.findall(r"RAISE EXCEPTION '([^']+)'", source):
                yield ".*".join(re.escape(part) for part in words.split("%"))

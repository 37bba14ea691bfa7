"""The bank's statement has the last word: a paid transfer comes back, a refused one moved after all; the ledger follows it."""

import threading
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.accounts import second_factor
from portal.journal.models import Duty, Event, Notice
from portal.kit import bank, clock
from portal.kit.errors import NotAllowed, Refused
from tests.factories import halts
from tests.factories import projects as p
from vouchers.agreements.models import Voucher
from vouchers.ledger import queries as ledger
from vouchers.payments import actions, gateways, queries, tasks
from vouchers.payments.models import Disbursement, PaymentAttempt

GRANT = 320_000_000
OUT = gateways.Outcome
PAID = gateways.Answer(OUT.PAID, "BK1", "ACSC")
BOOKED = gateways.Answer(OUT.PAID, "BK1", "statement", GRANT)
BACK = gateways.Answer(OUT.SENT_BACK, "BK1R", "수취 계좌 해지", GRANT)
REFUSED = gateways.Answer(OUT.REFUSED, "", "Account closed")

pytestmark = pytest.mark.django_db


def sent(answer=None):
    """A registered disbursement whose attempt was handed to the bank, and settled with `answer` when one is given."""
    at, desk, (row,) = p.registered()
    attempt = actions.claim_next()
    actions.mark_sent(attempt_id=attempt.pk)
    if answer is not None:
        actions.settle(attempt_id=attempt.pk, answer=answer)
    return at, desk, row, attempt


def read(attempt, answer):
    return actions.reconcile(statement={attempt.key: answer}, now=clock.now())


def state(row):
    return Disbursement.objects.get(pk=row.pk).status


def open_duties(verb):
    return Duty.objects.filter(verb=verb, closed_at__isnull=True).count()


def broken(rows, **change):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)


def refused(code, action, **given):
    with pytest.raises(Refused) as error:
        action(**given)
    assert error.value.code == code


def money(at):
    found = ledger.position(at.agreement.round_id)
    return found.paid_won, found.committed_won


# ── A paid transfer comes back ───────────────────────────────────────────────────────────────────────
def test_a_transfer_that_comes_back_is_booked_back_once_and_finance_approves_anew():
    at, desk, row, attempt = sent(PAID)
    assert Voucher.objects.get().status == "SPENT"
    assert [read(attempt, BACK), read(attempt, BACK)] == [1, 0]
    row.refresh_from_db()
    assert (row.status, row.paid_at, row.approved_by, row.registered_by) == ("SENT_BACK", None, None, None)
    assert PaymentAttempt.objects.get(pk=attempt.pk).state == "SENT_BACK"
    assert money(at) == (0, GRANT) and Voucher.objects.get().status == "ISSUED"
    for who in (desk.finance, desk.second, at.manager, at.company):
        assert Notice.objects.filter(template="disbursement_sent_back", user=who, body__contains="수취 계좌 해지").count() == 1
    assert Duty.objects.get(verb="approve_disbursement", closed_at__isnull=True).role == "OPERATOR_FINANCE"
    assert {"disbursement.sent_back", "payment_attempt.sent_back", "money.reversed", "voucher.reopened"} <= set(
        Event.objects.values_list("name", flat=True)
    )
    call_command("verify")
    assert actions.claim_next(statement={}) is None  # nothing leaves before people released it again

    p.released("approve", row, desk.finance)
    p.released("register", row, desk.registrar)
    assert actions.claim_next(statement={attempt.key: BOOKED}) is None  # a statement that lost the return is not believed
    second = actions.claim_next(statement={attempt.key: BACK})
    assert actions.mark_sent(attempt_id=second.pk) is None  # without the statement that shows the return
    actions.mark_sent(attempt_id=second.pk, statement={attempt.key: BACK})
    actions.settle(attempt_id=second.pk, answer=PAID)
    assert (state(row), Voucher.objects.get().status, money(at)) == ("PAID", "SPENT", (GRANT, 0))
    assert Notice.objects.filter(template="disbursement_paid", user=at.manager).count() == 2
    call_command("verify")


def test_a_part_that_comes_back_is_not_booked_and_a_person_explains_it():
    at, desk, row, attempt = sent(PAID)
    part = gateways.Answer(OUT.SENT_BACK, "BK1R", "", GRANT - 1)
    assert [read(attempt, part), read(attempt, part)] == [0, 0]
    assert (state(row), money(at)) == ("PAID", (GRANT, 0))
    assert Event.objects.filter(name="payment_attempt.contradicted").count() == 1 and open_duties("explain_attempt") == 1
    given = {"attempt_id": attempt.pk, "reason": "수수료가 빠짐", "second_factor_code": second_factor.demo_code(desk.second)}
    with pytest.raises(NotAllowed):
        actions.explain_attempt(**given, by=at.operator)
    for code, who, change in (
        ("four_eyes", desk.finance, {}), ("four_eyes", desk.registrar, {}), ("reason_missing", desk.second, {"reason": " "}),
        ("wrong_code", desk.second, {"second_factor_code": "1"}),
    ):  # fmt: skip
        with pytest.raises(Refused) as error:
            actions.explain_attempt(**{**given, **change}, by=who)
        assert error.value.code == code
    actions.explain_attempt(**given, by=desk.second)
    assert (open_duties("explain_attempt"), open_duties("settle_rest")) == (0, 1)  # the bank still completes it or takes it back
    assert queries.watched_since(clock.now() + timedelta(days=99)) == attempt.claimed_at
    with pytest.raises(Refused):
        actions.explain_attempt(**given, by=desk.second)
    read(attempt, part)
    assert open_duties("settle_rest") == 1
    read(attempt, BOOKED)
    assert (open_duties("settle_rest"), state(row)) == (0, "PAID")


def test_money_that_comes_back_opens_an_expired_voucher_and_leaves_a_cancelled_one():
    at, rows = p.planned(parts=2)
    desk = p.office()
    p.account(at, desk)
    p.accept(at, rows[0])
    row = p.request(at, rows[0])
    p.approve(at, row, desk)
    p.released("register", row, desk.registrar)
    attempt = actions.claim_next()
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=PAID)
    late = clock.now() + timedelta(days=260)
    assert actions.expire_vouchers(now=late) == 1 and Voucher.objects.get().status == "EXPIRED"
    read(attempt, gateways.Answer(OUT.SENT_BACK, "BK1R", "", GRANT // 2))
    assert Voucher.objects.get().status == "ISSUED"
    assert actions.expire_vouchers(now=late) == 0  # what was earned is still to be paid
    halts.terminated(at.agreement, by=at.operator)
    assert Voucher.objects.get().status == "CANCELLED" and money(at) == (0, GRANT // 2)
    call_command("verify")


def test_payments_of_a_terminated_agreement_are_closed_by_people_and_their_money_waits_in_the_cancelled_voucher():
    at, desk, (paid, failed) = p.registered(parts=2)
    half, given = GRANT // 2, {"reason": "폐업", "by": desk.finance}
    for answer in (PAID, REFUSED):
        attempt = actions.claim_next()
        actions.mark_sent(attempt_id=attempt.pk)
        actions.settle(attempt_id=attempt.pk, answer=answer)
    attempt = PaymentAttempt.objects.get(disbursement=paid)
    refused("not_closable", actions.close_disbursement, disbursement_id=failed.pk, **given)
    broken(Disbursement.objects.filter(pk=failed.pk), status="CLOSED")
    assert actions.sync_terminated() == 0
    halts.terminated(at.agreement, by=at.operator)
    assert open_duties("close_disbursement") == 1 and actions.sync_terminated() == 0
    read(attempt, gateways.Answer(OUT.SENT_BACK, "BK1R", "계좌 해지", half))
    assert (state(paid), state(failed), money(at)) == ("SENT_BACK", "FAILED", (0, GRANT))
    assert (open_duties("approve_disbursement"), open_duties("retry_disbursement")) == (0, 0)
    assert "다시 이체하지 않습니다" in Notice.objects.get(template="disbursement_sent_back", user=at.manager).body
    assert open_duties("close_disbursement") == 2 and actions.sync_terminated() == 0
    refused("reason_missing", actions.close_disbursement, disbursement_id=paid.pk, reason=" ", by=desk.finance)
    with pytest.raises(NotAllowed):
        actions.close_disbursement(disbursement_id=paid.pk, reason="폐업", by=desk.registrar)
    for row in (paid, failed):
        actions.close_disbursement(disbursement_id=row.pk, **given)
        broken(Disbursement.objects.filter(pk=row.pk), status="APPROVED")
    assert {state(paid), state(failed)} == {"CLOSED"} and open_duties("close_disbursement") == 0
    assert Notice.objects.filter(template="disbursement_closed", user=at.manager, body__contains="폐업").count() == 2
    assert Voucher.objects.get().status == "CANCELLED" and money(at) == (0, GRANT)
    call_command("verify")


# ── A refusal that was in truth paid ─────────────────────────────────────────────────────────────────
def test_a_refused_transfer_that_moved_is_booked_and_nothing_is_retried():
    at, _desk, row, attempt = sent(REFUSED)
    assert [read(attempt, BOOKED), read(attempt, BOOKED)] == [1, 0]
    assert (state(row), money(at)) == ("PAID", (GRANT, 0)) and open_duties("retry_disbursement") == 0
    assert actions.claim_next(statement={}) is None
    call_command("verify")


def test_a_retry_is_claimed_only_with_a_statement_that_shows_nothing_moved(monkeypatch):
    at, desk, row, attempt = sent(REFUSED)
    p.released("retry", row, desk.registrar)
    calls = []
    monkeypatch.setattr(gateways, "reachable", lambda *, url: True)
    monkeypatch.setattr(gateways, "send", lambda transfer, **_more: calls.append(transfer.key) or PAID)
    monkeypatch.setattr(gateways, "statement", lambda **_more: None)
    assert tasks.pay_due() == 0 and actions.claim_next() is None  # no statement, no second transfer
    monkeypatch.setattr(gateways, "statement", lambda **_more: {attempt.key: BOOKED})
    assert tasks.pay_due() == 0 and calls == []
    assert (state(row), money(at)) == ("PAID", (GRANT, 0))
    assert PaymentAttempt.objects.count() == 1


def test_a_retry_goes_out_when_the_statement_shows_none_of_it(monkeypatch):
    _at, desk, row, attempt = sent(REFUSED)
    p.released("retry", row, desk.registrar)
    asked = []
    monkeypatch.setattr(gateways, "reachable", lambda *, url: True)
    monkeypatch.setattr(gateways, "statement", lambda *, url, since: asked.append(since) or {})
    monkeypatch.setattr(gateways, "send", lambda transfer, **_more: PAID)
    assert tasks.pay_due() == 1 and state(row) == "PAID"
    assert asked[0] <= PaymentAttempt.objects.get(pk=attempt.pk).claimed_at


def test_a_statement_that_does_not_reach_a_former_transfer_frees_no_retry():
    """While a sweep pays, somebody retries a payment that is older than the statement which the sweep has read."""
    _at, desk, row, attempt = sent(REFUSED)
    before = clock.now()
    p.released("retry", row, desk.registrar)
    tried = PaymentAttempt.objects.get(pk=attempt.pk).claimed_at
    assert actions.claim_next(statement={}, since=tried + timedelta(seconds=1), asked_at=clock.now()) is None
    assert actions.claim_next(statement={}, since=tried, asked_at=before) is None
    assert actions.claim_next(statement={}, since=tried, asked_at=clock.now()) is not None


def test_a_retry_that_was_claimed_and_not_sent_is_dropped_when_the_refused_transfer_moved(monkeypatch):
    """The worker that claimed the retry died; the next sweep reads the statement before it takes the orphan up."""
    at, desk, row, attempt = sent(REFUSED)
    p.released("retry", row, desk.registrar)
    orphan = actions.claim_next(statement={})
    calls = []
    monkeypatch.setattr(gateways, "reachable", lambda *, url: True)
    monkeypatch.setattr(gateways, "send", lambda transfer, **_more: calls.append(transfer.key) or PAID)
    monkeypatch.setattr(gateways, "statement", lambda **_more: None)
    assert tasks.pay_due() == 0 and calls == []  # no statement: the orphan waits
    monkeypatch.setattr(gateways, "statement", lambda **_more: {attempt.key: BOOKED})
    assert tasks.pay_due() == 0 and calls == []
    assert (state(row), money(at)) == ("PAID", (GRANT, 0)) and actions.mark_sent(attempt_id=orphan.pk) is None
    assert PaymentAttempt.objects.get(pk=orphan.pk).state == "REFUSED"
    call_command("verify")


def test_a_refused_transfer_that_moved_while_another_is_under_way_is_for_people():
    at, desk, row, attempt = sent(REFUSED)
    p.released("retry", row, desk.registrar)
    second = actions.claim_next(statement={})
    actions.mark_sent(attempt_id=second.pk)
    for _again in range(2):
        assert read(attempt, BOOKED) == 0
    assert open_duties("explain_attempt") == 1 and money(at) == (0, GRANT) and state(row) == "REGISTERED"
    assert Notice.objects.filter(template="payment_parked", user=desk.second).count() == 1
    actions.settle(attempt_id=second.pk, answer=REFUSED)
    assert read(attempt, BOOKED) == 1 and state(row) == "PAID"
    assert open_duties("explain_attempt") == 0  # what was booked needs no explanation


# ── What the database refuses ────────────────────────────────────────────────────────────────────────
def test_the_database_overturns_only_what_a_statement_may():
    _at, _desk, row, attempt = sent()
    tries, mine = PaymentAttempt.objects.filter(pk=attempt.pk), Disbursement.objects.filter(pk=row.pk)

    actions.settle(attempt_id=attempt.pk, answer=PAID)
    broken(mine, status="SENT_BACK", paid_at=None)  # its attempt is paid
    broken(tries, state="REFUSED")
    broken(Voucher.objects.all(), status="ISSUED")  # it is spent, and nothing came back
    read(attempt, BACK)
    for state_ in ("PAID", "REFUSED", "SENT", "PARKED"):
        broken(tries, state=state_)


# ── The demo's bank misbehaves ───────────────────────────────────────────────────────────────────────
@pytest.fixture
def house(tmp_path: Path, settings):
    made = bank.server(tmp_path, 0)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    settings.BANK_GATEWAY_URL = f"http://127.0.0.1:{made.server_port}"
    yield settings.BANK_GATEWAY_URL
    made.shutdown()
    made.server_close()


def mood(url, name):
    assert httpx.post(f"{url}/mood", data={"name": name, "seconds": 0}).status_code == 204


def test_the_demo_bank_sends_money_back_and_the_watch_notices(house):
    at, _desk, (row,) = p.registered()
    assert tasks.watch_statement() == 0
    mood(house, "send_back")
    assert tasks.pay_due() == 1 and state(row) == "PAID"
    assert tasks.reconcile() == 0  # nothing is unclear
    assert tasks.watch_statement() == 1 and state(row) == "SENT_BACK"
    book = gateways.demo_book(url=house)
    assert money(at)[0] == sum(one["amount_won"] for one in book if one["sent_back"] is None) == 0
    assert tasks.watch_statement() == 0


def test_the_demo_bank_pays_what_it_refused_and_the_retry_does_not_pay_again(house):
    at, desk, (row,) = p.registered()
    mood(house, "refuse_and_pay")
    assert tasks.pay_due() == 1 and state(row) == "FAILED"
    p.released("retry", row, desk.registrar)
    mood(house, "good")
    assert tasks.pay_due() == 0 and state(row) == "PAID"
    assert len(gateways.demo_book(url=house)) == 1 and money(at) == (GRANT, 0)


def test_a_reversal_stands_for_a_return_in_any_order():
    entry = (
        "<Ntry><Amt Ccy='KRW'>5</Amt><CdtDbtInd>{way}</CdtDbtInd>{more}<NtryDtls><TxDtls><Refs><EndToEndId>k</EndToEndId></Refs>"
        "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>"
    )
    debit = entry.format(way="DBIT", more="")
    for back in (entry.format(way="CRDT", more=""), entry.format(way="DBIT", more="<RvslInd>true</RvslInd>")):
        for body in (debit + back, back + debit, back):
            found = gateways.read_camt_053(p.statement(body))
            assert found == {"k": gateways.Answer(OUT.SENT_BACK, "", "AC04", 5, None if body == back else 0)}
    assert gateways.read_camt_053(p.statement(debit))["k"].outcome == OUT.PAID


@pytest.mark.parametrize(
    "said",
    [
        "<html><body>점검 중입니다</body></html>".encode(),  # a gateway's page, 200 OK and well-formed
        f"<Document xmlns='{gateways.PAIN_002}'><CstmrPmtStsRpt/></Document>".encode(),
        p.statement("").replace(b"001.08", b"001.02"),  # another version: none of its entries would be found
        f"<Document xmlns='{gateways.CAMT_053}'/>".encode(),
        p.statement("", "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"),
        b"", b"\x00\xff", b"OK",
    ],
)  # fmt: skip
def test_what_is_not_a_whole_statement_shows_nothing_and_frees_nothing(said, monkeypatch):
    """Read as an empty statement it would let a transfer that the bank called refused, and executed, leave once more."""
    _at, desk, row, _attempt = sent(REFUSED)
    p.released("retry", row, desk.registrar)

    class Bank:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def get(self, url, **_):
            return httpx.Response(200, content=said, request=httpx.Request("GET", url))

    monkeypatch.setattr(gateways, "client", lambda **_: Bank())
    monkeypatch.setattr(gateways, "send", lambda *_args, **_words: pytest.fail("sent without knowing"))
    assert gateways.statement(url="http://bank.example", since=clock.now()) is None
    assert tasks.pay_due() == 0 and PaymentAttempt.objects.count() == 1

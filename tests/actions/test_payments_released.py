"""Who lets money go, and who may say what became of it: money that came back is approved anew, an attempt keeps its releasers."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts import second_factor
from portal.accounts.rules import Role
from portal.documents.models import Document
from portal.journal.models import Duty, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed
from tests.actions.test_payments_overturned import (
    BACK,
    BOOKED,
    GRANT,
    OUT,
    PAID,
    REFUSED,
    broken,
    money,
    open_duties,
    read,
    refused,
    sent,
    state,
)  # fmt: skip
from tests.factories import halts
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.ledger import actions as ledger
from vouchers.payments import actions, gateways, queries, rules
from vouchers.payments.models import Disbursement, PaymentAttempt

pytestmark = pytest.mark.django_db


def test_what_came_back_before_it_was_booked_is_approved_anew_and_each_attempt_keeps_its_releasers():
    at, desk, row, first = sent(gateways.Answer(OUT.UNKNOWN))
    mine, released = Disbursement.objects.filter(pk=row.pk), Disbursement.objects.get(pk=row.pk)
    assert [read(first, BACK), read(first, BACK)] == [1, 0]
    assert (state(row), money(at)) == ("SENT_BACK", (0, GRANT))
    assert (open_duties("approve_disbursement"), open_duties("retry_disbursement")) == (1, 0)
    with pytest.raises(IllegalStep):
        p.released("retry", row, desk.registrar)
    broken(mine, status="FAILED")
    again = {"approved_by": desk.finance, "approved_at": released.approved_at, "registered_by": desk.registrar}
    broken(mine, status="REGISTERED", **again)  # an approval that is older than what came back
    other = person(Role.PAYMENT_REGISTRAR)
    p.released("approve", row, desk.second)
    Disbursement.objects.filter(pk=row.pk).update(approved_at=released.approved_at)
    refused("approve_anew", p.released, verb="register", row=row, by=other)
    Disbursement.objects.filter(pk=row.pk).update(approved_at=clock.now())
    p.released("register", row, other)
    second = actions.claim_next(statement={first.key: BACK})
    first.refresh_from_db()
    assert first.released_by == {desk.finance.pk, desk.registrar.pk} and second.released_by == {desk.second.pk, other.pk}
    tries = PaymentAttempt.objects.filter(pk=second.pk)
    broken(tries, approved_by=desk.finance)
    broken(tries, state="SENT_BACK")  # nothing was sent yet
    _contradicted_again_and_again(desk, first)


def _contradicted_again_and_again(desk, first):
    """Who released the first attempt does not explain it, though others released the second; a new contradiction is told."""
    read(first, BOOKED)
    given = {"attempt_id": first.pk, "reason": "은행 확인"}
    for who in (desk.finance, desk.registrar):
        code = second_factor.demo_code(who)
        refused("four_eyes", actions.explain_attempt, **given, second_factor_code=code, by=who)
        for column in ("explained_by", "resolved_by"):
            broken(PaymentAttempt.objects.filter(pk=first.pk), **{column: who})
    code = second_factor.demo_code(desk.second)
    actions.explain_attempt(**given, second_factor_code=code, by=desk.second)
    read(first, BOOKED)
    assert open_duties("explain_attempt") == 0  # the same again is not news
    read(first, gateways.Answer(OUT.PAID, "BK7", "statement", GRANT))
    assert open_duties("explain_attempt") == 1


def test_a_refused_transfer_that_came_back_after_all_holds_the_retry_until_it_is_approved_anew():
    at, desk, row, attempt = sent(REFUSED)
    p.released("retry", row, desk.registrar)
    assert actions.claim_next(statement={attempt.key: BACK}) is None
    orphan = actions.claim_next(statement={})
    for shown in (BOOKED, BACK):
        assert actions.mark_sent(attempt_id=orphan.pk, statement={attempt.key: shown}) is None
    assert read(attempt, BACK) == 1
    assert (state(row), money(at), open_duties("approve_disbursement")) == ("SENT_BACK", (0, GRANT), 1)
    assert PaymentAttempt.objects.get(pk=orphan.pk).state == "REFUSED"


def test_an_attempt_that_cannot_be_reconciled_stops_no_other(monkeypatch, caplog):
    _at, _desk, rows = p.registered(parts=2)
    keys = []
    for _row in rows:
        attempt = actions.claim_next()
        actions.mark_sent(attempt_id=attempt.pk)
        actions.settle(attempt_id=attempt.pk, answer=gateways.Answer(OUT.UNKNOWN))
        keys.append(attempt.key)
    booked = ledger.pay

    def pay(**given):
        if given["key"] == keys[0]:
            raise IntegrityError("a planted fault")
        return booked(**given)

    monkeypatch.setattr(ledger, "pay", pay)
    statement = dict.fromkeys(keys, PAID)
    assert actions.reconcile(statement=statement, now=clock.now() + timedelta(minutes=1)) == 1
    assert [PaymentAttempt.objects.get(key=key).state for key in keys] == ["PARKED", "PAID"]
    assert "cannot be booked" in caplog.text and open_duties("resolve_attempt") == 1, "what cannot be booked is for a person"
    monkeypatch.setattr(ledger, "pay", booked)
    assert actions.reconcile(statement=statement, now=clock.now()) == 1


# ── A person's word, and who gave it ─────────────────────────────────────────────────────────────────
def held(row):
    """Why the page says that nothing leaves."""
    found = Disbursement.objects.get(pk=row.pk)
    return queries.kept_back(found, list(queries.attempts_of(found)))


def test_a_word_that_money_came_back_frees_nothing_before_the_banks_statement_shows_it():
    _at, desk, row, first = sent(gateways.Answer(OUT.UNKNOWN))
    mine = Disbursement.objects.filter(pk=row.pk)
    actions.park(attempt_id=first.pk)
    actions.resolve_attempt(
        attempt_id=first.pk, outcome="SENT_BACK", bank_ref="X", reason="전화",
        second_factor_code=second_factor.demo_code(desk.second), by=desk.second,
    )  # fmt: skip
    assert (state(row), open_duties("prove_return")) == ("SENT_BACK", 1)
    assert held(row) == rules.kept_back_words("unproved", "GATEWAY")
    assert queries.watched_since(clock.now() + timedelta(days=99)) == first.claimed_at  # looked for until it is shown
    with pytest.raises(NotAllowed) as error:
        p.released("approve", row, desk.second)
    assert error.value.code == "four_eyes"
    broken(mine, approved_by=desk.second)
    p.released("approve", row, desk.finance)
    p.released("register", row, desk.registrar)
    assert actions.claim_next(statement={}) is None
    again = Disbursement.objects.get(pk=row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentAttempt.objects.create(
            disbursement=again,
            key="k",
            amount_won=GRANT,
            claimed_at=clock.now(),
            approved_by=desk.finance,
            registered_by=desk.registrar,
        )
    part = gateways.Answer(OUT.SENT_BACK, "R", "", GRANT - 1)
    assert read(first, part) == 0 and actions.claim_next(statement={first.key: part}) is None
    assert read(first, BACK) == 0 and open_duties("prove_return") == 0 and held(row) == ""
    assert actions.claim_next(statement={first.key: BACK}) is not None


def parked_and_said_back(desk, row, attempt):
    """Parked, and a person says that the money came back, which the bank's statement does not show."""
    actions.park(attempt_id=attempt.pk)
    actions.resolve_attempt(
        attempt_id=attempt.pk, outcome="SENT_BACK", bank_ref="X", reason="전화",
        second_factor_code=second_factor.demo_code(desk.second), by=desk.second,
    )  # fmt: skip
    assert state(row) == "SENT_BACK"


@pytest.mark.parametrize("later", ["nothing", "approved", "registered", "closed"])
def test_a_wrong_word_that_money_came_back_is_taken_back_by_somebody_else(later):
    at, desk, row, first = sent(gateways.Answer(OUT.UNKNOWN))
    tries = PaymentAttempt.objects.filter(pk=first.pk)
    other, approval = person(Role.OPERATOR_FINANCE), Disbursement.objects.get(pk=row.pk).approved_at
    parked_and_said_back(desk, row, first)
    if later in {"approved", "registered"}:
        p.released("approve", row, other)
    if later == "registered":
        p.released("register", row, desk.registrar)
    if later == "closed":
        halts.terminated(at.agreement, by=at.operator)
        actions.close_disbursement(disbursement_id=row.pk, reason="폐업", by=desk.finance)
    broken(tries, state="PARKED", withdrawn_by=desk.second, resolved_by=None, settled_at=None)  # who said so
    broken(tries, state="PARKED", withdrawn_by=desk.finance)  # who had released it
    given = {"attempt_id": first.pk, "reason": "은행 정정", "second_factor_code": second_factor.demo_code(other)}
    for who in (desk.second, desk.finance, desk.registrar):
        refused("four_eyes", actions.withdraw_return, **given, by=who)
    refused("reason_missing", actions.withdraw_return, **{**given, "reason": " "}, by=other)
    actions.withdraw_return(**given, by=other)
    assert (state(row), tries.get().state, money(at)) == ("REGISTERED", "PARKED", (0, GRANT))
    assert Disbursement.objects.get(pk=row.pk).approved_at - approval < timedelta(seconds=1)
    assert [open_duties(verb) for verb in ("prove_return", "resolve_attempt", "approve_disbursement")] == [0, 1, 0]
    assert actions.claim_next(statement={}) is None
    refused("not_withdrawable", actions.withdraw_return, **given, by=other)
    assert read(first, BOOKED) == 1 and (state(row), money(at)) == ("PAID", (GRANT, 0))


def test_a_word_that_the_statement_proved_stays():
    _at, desk, row, first = sent(gateways.Answer(OUT.UNKNOWN))
    parked_and_said_back(desk, row, first)
    read(first, BACK)
    other = person(Role.OPERATOR_FINANCE)
    broken(PaymentAttempt.objects.filter(pk=first.pk), state="PARKED", shown_back_at=None, withdrawn_by=other)
    code = second_factor.demo_code(other)
    refused("not_withdrawable", actions.withdraw_return, attempt_id=first.pk, reason="x", second_factor_code=code, by=other)


def test_what_came_back_while_another_was_under_way_is_approved_anew_when_that_one_is_refused():
    at, desk, row, first = sent(REFUSED)
    p.released("retry", row, desk.registrar)
    second = actions.claim_next(statement={})
    actions.mark_sent(attempt_id=second.pk)
    actions.settle(attempt_id=second.pk, answer=gateways.Answer(OUT.UNKNOWN))
    read(first, BACK)
    actions.settle(attempt_id=second.pk, answer=REFUSED)
    assert (state(row), open_duties("approve_disbursement"), open_duties("retry_disbursement")) == ("SENT_BACK", 1, 0)
    assert Notice.objects.filter(template="disbursement_sent_back", user=at.manager, body__contains=BACK.words).count() == 1
    p.released("approve", row, desk.second)
    p.released("register", row, desk.registrar)
    assert actions.claim_next(statement={first.key: BACK}) is not None


# ── Whether it may leave is asked again ──────────────────────────────────────────────────────────────
def test_a_claimed_payment_waits_while_the_agreement_is_suspended_and_is_dropped_when_it_is_terminated():
    at, desk, (row,) = p.registered()
    attempt = actions.claim_next()
    tries = PaymentAttempt.objects.filter(pk=attempt.pk)
    halts.suspended(at.agreement, by=at.operator)
    assert actions.mark_sent(attempt_id=attempt.pk) is None and tries.get().state == "CLAIMED"
    assert held(row) == rules.kept_back_words("suspended", "GATEWAY")
    broken(tries, state="SENT", sent_at=clock.now())
    halts.terminated(at.agreement, by=at.operator)
    broken(tries, state="SENT", sent_at=clock.now())
    assert actions.mark_sent(attempt_id=attempt.pk) is None and tries.get().state == "REFUSED"
    assert (state(row), money(at), open_duties("close_disbursement")) == ("REGISTERED", (0, GRANT), 1)
    actions.close_disbursement(disbursement_id=row.pk, reason="폐업", by=desk.finance)
    assert read(attempt, BOOKED) == 0 and held(row) == rules.kept_back_words("closed", "GATEWAY")  # moved all the same
    assert "돌려받고" in Duty.objects.get(verb="explain_attempt", closed_at__isnull=True).title_ko


def test_a_refusal_after_the_termination_asks_nobody_to_register_again():
    at, desk, _row, attempt = sent()
    halts.terminated(at.agreement, by=at.operator)
    actions.settle(attempt_id=attempt.pk, answer=REFUSED)
    words = Notice.objects.get(template="disbursement_failed", user=desk.registrar).body
    assert "다시 등록하지 않습니다" in words and "다시 등록해" not in words


def test_a_refused_transfer_that_the_bank_executed_in_part_waits_visibly_until_all_of_it_is_shown():
    at, desk, row, first = sent(REFUSED)
    p.released("retry", row, desk.registrar)
    second = actions.claim_next(statement={})
    part = gateways.Answer(OUT.PAID, "BK", "statement", GRANT // 2)
    assert read(first, part) == 0
    assert PaymentAttempt.objects.get(pk=second.pk).state == "REFUSED" and held(row) == rules.kept_back_words(
        "differs", "GATEWAY"
    )
    actions.explain_attempt(
        attempt_id=first.pk, reason="절반만", second_factor_code=second_factor.demo_code(desk.second), by=desk.second
    )
    assert (state(row), money(at), open_duties("settle_rest")) == ("REGISTERED", (0, GRANT), 1)
    assert held(row) == rules.kept_back_words("rest", "GATEWAY") and actions.claim_next(statement={first.key: part}) is None
    assert read(first, BOOKED) == 1 and (state(row), money(at), open_duties("settle_rest")) == ("PAID", (GRANT, 0), 0)


def test_entries_of_one_transfer_add_up():
    entry = "<Ntry><Amt>{won}</Amt><CdtDbtInd>{way}</CdtDbtInd><NtryDtls><EndToEndId>k</EndToEndId></NtryDtls></Ntry>"

    def told(*entries):
        body = "".join(entry.format(way=way, won=won) for way, won in entries)
        return gateways.read_camt_053(p.statement(body))["k"]

    assert told(("DBIT", 3), ("DBIT", 5)) == gateways.Answer(OUT.PAID, "", "statement", 8)
    assert told(("CRDT", 3), ("DBIT", 3)).whole(8)  # a part moved, and all of that came back
    assert not told(("DBIT", 8), ("CRDT", 8), ("DBIT", 8)).whole(8)  # paid twice, one of them came back
    assert not told(("DBIT", 8), ("CRDT", 3)).whole(8) and told(("CRDT", 8)).whole(8)


@contextmanager
def infected(document):
    """The scanner's verdict stays, so what is tried under it is undone."""
    with transaction.atomic():
        document.update(scan_state="INFECTED")
        yield
        transaction.set_rollback(True)


def test_a_file_that_the_virus_scan_refuses_after_the_check_stops_every_step_and_finance_returns_it():
    at, (milestone,) = p.planned()
    desk = p.office()
    p.account(at, desk)
    p.accept(at, milestone)
    row = p.request(at, milestone)
    p.confirm(at, row)
    actions.check_evidence(disbursement_id=row.pk, by=at.operator)
    mine, invoice = Disbursement.objects.filter(pk=row.pk), Document.objects.filter(pk=row.invoice_document_id)
    given = {"approved_by": desk.finance, "approved_at": clock.now(), "payee_account": mine.get().payee_account}
    back = {"disbursement_id": row.pk, "reason": "감염된 파일", "by": desk.finance}
    with infected(invoice):
        refused("file_held", p.released, verb="approve", row=row, by=desk.finance)
        broken(mine, status="APPROVED", **given)
    p.released("approve", row, desk.finance)
    refused("not_returnable", actions.return_disbursement, **back)
    with infected(invoice):
        refused("file_held", p.released, verb="register", row=row, by=desk.registrar)
        broken(mine, status="REGISTERED", registered_by=desk.registrar)
        actions.return_disbursement(**back)
        assert state(row) == "RETURNED"
    p.released("register", row, desk.registrar)
    attempt = actions.claim_next()
    tries = PaymentAttempt.objects.filter(pk=attempt.pk)
    with infected(invoice):
        assert actions.mark_sent(attempt_id=attempt.pk) is None and tries.get().state == "CLAIMED"
        broken(tries, state="SENT", sent_at=clock.now())
        broken(mine, status="RETURNED")  # while a transfer is claimed
        assert queries.may(desk.finance, mine.get())["return"] and queries.held_because(mine.get())
        actions.return_disbursement(**back)
        assert (state(row), tries.get().state, money(at)) == ("RETURNED", "REFUSED", (0, GRANT))


# ── Whose invoice number it is ───────────────────────────────────────────────────────────────────────
def test_a_number_is_used_once_by_one_provider_also_at_the_same_moment_and_freely_by_another(monkeypatch):
    (at, (first, second)), (far, (third,)) = p.planned(parts=2), p.planned()
    for project, milestone in ((at, first), (at, second), (far, third)):
        p.accept(project, milestone)
    p.request(at, first, invoice_no="A-1")
    assert p.request(far, third, invoice_no="A-1").payee != first.institution
    row = p.request(at, second, invoice_no="A-2")
    actions.return_disbursement(disbursement_id=row.pk, reason="번호 확인", by=at.company)
    given = {"disbursement_id": row.pk, "invoice_on": row.invoice_on, "invoice_document": None, "by": at.manager}
    refused("invoice_used", actions.resubmit_disbursement, invoice_no="A-1", **given)
    monkeypatch.setattr("vouchers.payments.actions.disbursements._check_number", lambda *_a, **_k: None)  # both looked before
    refused("invoice_used", actions.resubmit_disbursement, invoice_no="A-1", **given)
    assert actions.resubmit_disbursement(invoice_no="A-2", **given).status == "REQUESTED"

"""The fiscal year ends: nothing is committed past it without a carry-over; each balance expires or is carried over, once."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from portal.journal.models import DeadLetter, Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed
from tests.doors import as_
from tests.factories import authorities
from tests.factories import evaluation as ev
from tests.factories import projects as p
from tests.factories import settling as s
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.agreements import actions as agreements
from vouchers.agreements.actions import signing
from vouchers.agreements.models import CarryOver, Voucher
from vouchers.ledger import actions as money
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import Account, LedgerEvent
from vouchers.payments import actions as payments
from vouchers.payments import queries as payment_queries
from vouchers.payments.queries import at_once
from vouchers.rounds.rules import SettlingPolicy
from vouchers.settlements import actions, tasks
from vouchers.settlements.actions import closing as closing_verbs
from vouchers.settlements.models import ClosingLine, YearClosing

pytestmark = pytest.mark.django_db
HALF = 160_000_000


def ask(agreement, by, **changes):
    given = {"amount_won": 100_000_000, "reason": "심의가 늦어짐", **changes}
    return agreements.request_carry_over(agreement_id=agreement.pk, by=by, **given)


def next_year(agreement):
    return clock.at(clock.kst(agreement.round.fiscal_year + 1, 1, 5, 10))


def paid_half():
    at, rows = p.planned(parts=2)
    desk = p.office()
    p.account(at, desk)
    p.accept(at, rows[0])
    asked = p.request(at, rows[0])
    p.approve(at, asked, desk)
    p.released("register", asked, desk.registrar)
    s.pay(1)
    return at, desk, rows


# ── Commitments ──────────────────────────────────────────────────────────────────────────────────────
def test_nothing_is_committed_past_the_year_without_a_carry_over(monkeypatch):
    made = ev.drafted()
    authorities.of_parties(made.agreement, *made.everybody)
    past = date(made.agreement.round.fiscal_year + 1, 1, 31)
    agreements.revise(agreement_id=made.agreement.pk, starts_on=made.agreement.starts_on, ends_on=past, by=made.operator)
    refused(agreements.send_for_signature, "past_year", agreement_id=made.agreement.pk, by=made.operator)
    refused(ask, "amount", agreement=made.agreement, by=made.operator, amount_won=made.agreement.grant_won + 1)
    refused(ask, "reason_missing", agreement=made.agreement, by=made.operator, reason=" ")
    with pytest.raises(NotAllowed):
        ask(made.agreement, made.company)
    approver, row = person("MINISTRY_APPROVER"), ask(made.agreement, made.operator)
    refused(ask, "one_live", agreement=made.agreement, by=made.operator)
    with pytest.raises(NotAllowed):
        agreements.decide_carry_over(carry_over_id=row.pk, approve=True, by=made.operator)
    refused(agreements.decide_carry_over, "reason_missing", carry_over_id=row.pk, approve=False, by=approver)
    agreements.decide_carry_over(carry_over_id=row.pk, approve=False, reason="근거 부족", by=approver)
    refused(agreements.send_for_signature, "past_year", agreement_id=made.agreement.pk, by=made.operator)
    agreements.decide_carry_over(carry_over_id=ask(made.agreement, made.operator).pk, approve=True, by=approver)
    period = {"agreement_id": made.agreement.pk, "starts_on": made.agreement.starts_on, "by": made.operator}
    agreements.revise(ends_on=date(past.year + 1, 1, 1), **period)
    refused(agreements.send_for_signature, "past_next_year", agreement_id=made.agreement.pk, by=made.operator)
    agreements.revise(ends_on=past, **period)
    made.agreement = agreements.send_for_signature(agreement_id=made.agreement.pk, by=made.operator)
    authorities.of_parties(made.agreement, *made.everybody)
    *others, last = made.everybody
    for who in others:
        made.agreement = ev.sign(made, who)
    with monkeypatch.context() as without, pytest.raises(DatabaseError, match="without a carry-over"), transaction.atomic():
        without.setattr(signing, "refuse_past_year", lambda *_given: None)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE vouchers_carryover SET status = 'REJECTED'")
            cursor.execute("SET LOCAL session_replication_role = origin")
        ev.sign(made, last)
    made.agreement = ev.sign(made, last)
    assert made.agreement.status == "ACTIVE"
    assert Notice.objects.filter(template="carry_over_decided", user=made.company).count() == 2


@pytest.mark.parametrize("carried", [1, HALF])
def test_after_its_last_days_no_invoice_counts_and_nothing_leaves_but_what_is_carried_over(carried):
    at, desk, rows = paid_half()
    year = at.agreement.round.fiscal_year
    p.accept(at, rows[1])
    asked = p.request(at, rows[1])
    p.approve(at, asked, desk)
    with clock.at(clock.kst(year + 1, 1, 5, 10)):
        refused(p.released, "after_year", verb="register", row=asked, by=desk.registrar)
        given = {"approve": True, "by": person("MINISTRY_APPROVER")}
        agreements.decide_carry_over(carry_over_id=ask(at.agreement, at.operator, amount_won=carried).pk, **given)
        if carried < HALF:
            refused(p.released, "over_carried", verb="register", row=asked, by=desk.registrar)
    with clock.at(clock.kst(year + 2, 1, 5, 10)):
        refused(p.released, "after_year", verb="register", row=asked, by=desk.registrar)
    if carried == HALF:
        with clock.at(clock.kst(year + 1, 1, 5, 10)):
            before = transaction.savepoint_create()
            money.shut_year(year=year)  # no payment leaves whose money was closed, by file neither
            refused(p.released, "year_closed", verb="register", row=asked, by=desk.registrar)
            assert payment_queries.closable(type(asked).objects.get(pk=asked.pk))
            transaction.savepoint_rollback(before)
            assert p.released("register", asked, desk.registrar).status == "REGISTERED"


def test_an_invoice_after_the_last_day_needs_a_carry_over(monkeypatch):
    at, _desk, rows = paid_half()
    p.accept(at, rows[1])
    monkeypatch.setattr(SettlingPolicy, "last_day", lambda _self, _of, _year: clock.today() - timedelta(days=1))
    refused(p.request, "invoice_after_year", at=at, milestone=rows[1])
    agreements.decide_carry_over(carry_over_id=ask(at.agreement, at.operator).pk, approve=True, by=person("MINISTRY_APPROVER"))
    assert p.request(at, rows[1]).status == "REQUESTED"


def test_what_was_not_paid_of_a_completed_agreement_is_carried_over_or_closed_by_finance():
    at, desk, rows = paid_half()
    p.accept(at, rows[1])
    asked = p.request(at, rows[1])
    p.approve(at, asked, desk)
    year, closes = at.agreement.round.fiscal_year, {"disbursement_id": asked.pk, "reason": "회계연도 경과", "by": desk.finance}
    refused(payments.close_disbursement, "not_closable", **closes)
    agreements.complete(agreement_id=at.agreement.pk, by=at.operator)
    row = ask(at.agreement, at.operator, amount_won=HALF)
    with next_year(at.agreement):
        agreements.decide_carry_over(carry_over_id=row.pk, approve=False, reason="불허", by=person("MINISTRY_APPROVER"))
        page = as_(desk.finance).get(f"/en/payments/{asked.ref}/").content.decode()
        assert "Payments of the fiscal year have ended" in page and "terminated" not in page
        assert payments.close_disbursement(**closes).status == "CLOSED"
        assert at_once.facts_of_request(rows[1], "X").asked_won == 0, "what was closed is asked for no more"
        told = Notice.objects.get(template="disbursement_closed", user=at.company).body
        assert "회계연도가 지났고 이월되지 않아" in told and "해지" not in told
        row = actions.rehearse_year(fiscal_year=year, by=desk.finance)
        actions.close_year(closing_id=row.pk, by=person("MINISTRY_APPROVER"))
        actions.go_on_closing(closing_id=row.pk)
    assert YearClosing.objects.get().status == "CLOSED"


# ── The close ────────────────────────────────────────────────────────────────────────────────────────
def test_a_year_is_rehearsed_then_closed_by_another_and_booked_once(monkeypatch):
    at, desk, _rows = paid_half()
    approver = person("MINISTRY_APPROVER")
    agreements.decide_carry_over(carry_over_id=ask(at.agreement, at.operator).pk, approve=True, by=approver)
    year, voucher = at.agreement.round.fiscal_year, Voucher.objects.get()
    events = LedgerEvent.objects.count()
    row = actions.rehearse_year(fiscal_year=year, by=desk.finance)
    free = ledger.balance(at.agreement.round_id, "AVAILABLE", at.agreement.round.ref)
    assert (row.carries_won, row.expires_won) == (100_000_000, 60_000_000 + free) and LedgerEvent.objects.count() == events
    refused(actions.close_year, "not_over", closing_id=row.pk, by=approver)
    with next_year(at.agreement):
        with pytest.raises(NotAllowed):
            actions.close_year(closing_id=row.pk, by=desk.finance)
        actions.close_year(closing_id=row.pk, by=approver)
        refused(actions.rehearse_year, "closed", fiscal_year=year, by=desk.finance)
        _book, died = closing_verbs._book, []

        def dies(line_id):
            """The worker is killed in the middle of its second line, before it commits."""
            if len(died) == 1:
                died.append(line_id)
                with transaction.atomic():
                    _book(line_id)
                    raise KeyboardInterrupt
            died.append(line_id)
            return _book(line_id)

        monkeypatch.setattr(closing_verbs, "_book", dies)
        with pytest.raises(KeyboardInterrupt):
            actions.go_on_closing(closing_id=row.pk)
        assert YearClosing.objects.get().status == "CLOSING" and ClosingLine.objects.filter(booked_at__isnull=False).count() == 1
        assert [tasks.go_on_closings(), tasks.go_on_closings()] == [ClosingLine.objects.count() - 1, 0]
    row.refresh_from_db()
    assert row.status == "CLOSED" and sum(row.before.values()) == sum(row.after.values()) == 0
    found = {
        kind: ledger.balance(at.agreement.round_id, kind, voucher.ref) for kind in ("COMMITTED", "EXPIRED", "PAID", "CARRIED")
    }
    assert found == {"COMMITTED": 100_000_000, "EXPIRED": 60_000_000, "PAID": HALF, "CARRIED": 0}
    years = dict(LedgerEvent.objects.filter(kind="CARRIED").values_list("key", "fiscal_year"))
    pot = Account.objects.get(kind="COMMITTED", owner_ref=voucher.ref)
    assert years == {f"CARRIED:{year}:{pot.ref}:OUT": year, f"CARRIED:{year}:{pot.ref}:IN": year + 1}
    assert pot.carried_to == year + 1 and Voucher.objects.get().status == "ISSUED"
    refused(actions.rehearse_year, "closed", fiscal_year=year, by=desk.finance)
    call_command("verify")


def test_a_voucher_of_which_nothing_is_carried_over_ends_with_its_year():
    at, _rows = p.planned()
    finance, approver = person("OPERATOR_FINANCE"), person("MINISTRY_APPROVER")
    row = actions.rehearse_year(fiscal_year=at.agreement.round.fiscal_year, by=finance)
    with next_year(at.agreement):
        actions.close_year(closing_id=row.pk, by=approver)
        actions.go_on_closing(closing_id=row.pk)
    assert (
        Voucher.objects.get().status == "EXPIRED" and Notice.objects.filter(template="voucher_expired", user=at.company).exists()
    )
    assert Event.objects.filter(name="year.closed").count() == 1
    call_command("verify")


def test_what_moved_since_the_rehearsal_stops_the_close():
    at, desk, rows = paid_half()
    approver = person("MINISTRY_APPROVER")
    row = actions.rehearse_year(fiscal_year=at.agreement.round.fiscal_year, by=desk.finance)
    p.accept(at, rows[1])
    asked = p.request(at, rows[1])
    with next_year(at.agreement):
        refused(actions.close_year, "moving", closing_id=row.pk, by=approver)
    p.approve(at, asked, desk)
    p.released("register", asked, desk.registrar)
    s.pay(1)
    with next_year(at.agreement):
        refused(actions.close_year, "moved_since", closing_id=row.pk, by=approver)
        actions.discard_rehearsal(closing_id=row.pk, by=desk.finance)
        again = actions.rehearse_year(fiscal_year=at.agreement.round.fiscal_year, by=desk.finance)
        twin = actions.rehearse_year(fiscal_year=at.agreement.round.fiscal_year, by=desk.finance)
        actions.close_year(closing_id=again.pk, by=approver)
        refused(actions.close_year, "closed", closing_id=twin.pk, by=approver)
    refused(actions.rehearse_year, "nothing_left", fiscal_year=2021, by=desk.finance)


def closing(at, desk):
    """The close has begun and no line of it is booked."""
    row = actions.rehearse_year(fiscal_year=at.agreement.round.fiscal_year, by=desk.finance)
    return actions.close_year(closing_id=row.pk, by=person("MINISTRY_APPROVER"))


def test_what_comes_back_or_runs_out_while_a_year_is_closed_does_not_hold_it_up():
    at, desk, _rows = paid_half()
    voucher, round_id = Voucher.objects.get(), at.agreement.round_id
    with next_year(at.agreement):
        closing(at, desk)
        given = {"round_id": round_id, "voucher_ref": voucher.ref, "amount_won": 1_000, "reason": "x", "by": None}
        money.recover(**given, key="receipt")
        money.take_back(**given, key="attempt")
        agreements.expire_voucher(voucher_id=voucher.pk)  # as the sweep does
        assert tasks.go_on_closings() == ClosingLine.objects.count()
    assert YearClosing.objects.get().status == "CLOSED"
    assert [ledger.balance(round_id, kind, voucher.ref) for kind in ("COMMITTED", "EXPIRED")] == [0, HALF + 1_000]
    assert not list(ledger.faults())


def test_a_year_whose_close_has_begun_is_booked_in_no_more():
    at, desk, rows = paid_half()
    voucher, programme = Voucher.objects.get(), at.agreement.round
    p.accept(at, rows[1])
    given = {"round_id": programme.pk, "reason": "x", "by": None}
    with next_year(at.agreement):
        closing(at, desk)
        refused(ask, "year_closed", agreement=at.agreement, by=at.operator)
        with pytest.raises(DatabaseError, match="the close of"), transaction.atomic():
            CarryOver.objects.create(
                agreement=at.agreement, fiscal_year=programme.fiscal_year, amount_won=1, reason="x", requested_by=at.operator
            )
        refused(money.pay, "year_closed", voucher_ref=voucher.ref, amount_won=1, key="late", **given)
        refused(money.reserve, "year_closed", owner_ref="apl-x", amount_won=1, organisation=None, **given)
        refused(
            money.appropriate, "year_closed", round_id=programme.pk, amount_won=1, reason="x", key="more", by=person("MINISTRY_APPROVER")
        )  # fmt: skip
        money.release(owner_ref=voucher.ref, amount_won=10, kind="COMMITTED", **given)
        tasks.go_on_closings()
        assert money.release(owner_ref=voucher.ref, amount_won=10, kind="COMMITTED", **given) is None
    assert ledger.balance(programme.pk, "AVAILABLE", programme.ref) == 0
    assert ledger.balance(programme.pk, "EXPIRED", voucher.ref) == HALF
    call_command("verify")


def test_what_is_carried_over_of_an_unsigned_agreement_is_signed_for_in_the_next_year():
    made = ev.drafted()
    authorities.of_parties(made.agreement, *made.everybody)
    made.agreement = agreements.send_for_signature(agreement_id=made.agreement.pk, by=made.operator)
    finance, approver, year = person("OPERATOR_FINANCE"), person("MINISTRY_APPROVER"), made.agreement.round.fiscal_year
    row = ask(made.agreement, made.operator, amount_won=made.agreement.grant_won)
    table = actions.rehearse_year(fiscal_year=year, by=finance)
    with next_year(made.agreement):
        refused(actions.close_year, "undecided", closing_id=table.pk, by=approver)
        agreements.decide_carry_over(carry_over_id=row.pk, approve=True, by=approver)
        actions.discard_rehearsal(closing_id=table.pk, by=finance)
        table = actions.rehearse_year(fiscal_year=year, by=finance)
        assert table.carries_won == made.agreement.grant_won
        actions.close_year(closing_id=table.pk, by=approver)
        actions.go_on_closing(closing_id=table.pk)
        for who in made.everybody:
            made.agreement = ev.sign(made, who)
    pot = Account.objects.get(kind="COMMITTED", owner_ref=Voucher.objects.get().ref)
    assert (pot.balance_won, pot.carried_to, pot.closed_in) == (made.agreement.grant_won, year + 1, None)
    call_command("verify")


@pytest.mark.parametrize("signing", [True, False])
def test_an_award_of_which_nothing_is_carried_over_ends_with_its_year(signing):
    if signing:
        made = ev.drafted()
        award, programme, agreement = made.award, made.agreement.round, made.agreement
    else:
        _at, award = ev.accepted()
        programme, agreement = award.application.round, None
    finance, approver = person("OPERATOR_FINANCE"), person("MINISTRY_APPROVER")
    table = actions.rehearse_year(fiscal_year=programme.fiscal_year, by=finance)
    with clock.at(clock.kst(programme.fiscal_year + 1, 1, 5, 10)):
        actions.close_year(closing_id=table.pk, by=approver)
        assert actions.go_on_closing(closing_id=table.pk) > 0
    award.refresh_from_db()
    assert award.status == ("CANCELLED" if signing else "DECLINED") and award.application.status == "WITHDRAWN"
    if agreement is not None:
        agreement.refresh_from_db()
        assert agreement.status == "TERMINATED" and agreement.reason
    assert YearClosing.objects.get().status == "CLOSED"
    assert ledger.balance(programme.pk, "EXPIRED", award.application.ref) == award.grant_won
    call_command("verify")


def test_a_close_that_cannot_go_on_is_noted_and_holds_up_no_other(monkeypatch, settings):
    settings.JOBS_RAISE = False
    at, desk, _rows = paid_half()
    with next_year(at.agreement):
        row = closing(at, desk)
    monkeypatch.setattr(closing_verbs, "go_on_closing", lambda closing_id: 1 // (closing_id - row.pk))
    monkeypatch.setattr("vouchers.settlements.queries.under_way", lambda: [row.pk, row.pk + 1])
    assert tasks.go_on_closings() == 1
    assert DeadLetter.objects.get().job == "settlements.go_on_closings"


def test_what_the_database_refuses_at_the_years_end():
    at, desk, _rows = paid_half()
    approver = person("MINISTRY_APPROVER")
    asked = ask(at.agreement, at.operator)
    row = actions.rehearse_year(fiscal_year=at.agreement.round.fiscal_year, by=desk.finance)
    for sql, word in (
        ("UPDATE vouchers_carryover SET amount_won = 1", "what was asked stays"), ("DELETE FROM vouchers_carryover", "never deleted"),
        (f"UPDATE vouchers_carryover SET status = 'APPROVED', decided_by_id = {at.operator.pk}, decided_at = now()", "carry_over_four_eyes"),
        ("UPDATE vouchers_carryover SET status = 'APPROVED'", "carry_over_decided_whole"), ("UPDATE vouchers_carryover SET amount_won = 0", "what was asked|says_what"),
        ("UPDATE vouchers_yearclosing SET expires_won = 0", "as it was rehearsed"), ("DELETE FROM vouchers_closingline", "never deleted"),
        ("UPDATE vouchers_closingline SET booked_at = now()", "booked once"), ("UPDATE vouchers_yearclosing SET status = 'CLOSING'", "year_closing_pair"),
        (f"UPDATE vouchers_yearclosing SET status = 'CLOSING', closed_at = now(), closed_by_id = {desk.finance.pk}", "year_closing_four_eyes"),
        (f"UPDATE vouchers_yearclosing SET status = 'CLOSED', closed_at = now(), closed_by_id = {approver.pk}", "year_closing_balanced|is not booked"),
        ("INSERT INTO vouchers_closingline (closing_id, account_id, fate, amount_won) SELECT closing_id, account_id, fate, 1 FROM vouchers_closingline", "closing_line_once"),
        ("INSERT INTO vouchers_closingline (closing_id, account_id, fate, amount_won) SELECT closing_id, account_id, 'CARRY', 0 FROM vouchers_closingline", "closing_line_amount"),
        (f"UPDATE vouchers_agreement SET ends_on = '{row.fiscal_year + 2}-01-01'", "past the fiscal year after"),
        (f"UPDATE vouchers_agreement SET ends_on = '{row.fiscal_year + 1}-01-01'", "without a carry-over"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=word), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert asked.status == "REQUESTED" and row.status == "REHEARSED"

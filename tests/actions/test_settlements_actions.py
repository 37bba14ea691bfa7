"""A project that ended is settled: stated, judged, fixed by a second person, paid back in parts, lowered after an objection."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed
from tests.factories import projects as p
from tests.factories import settling as s
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.agreements.models import Voucher
from vouchers.ledger import queries as ledger
from vouchers.objections import actions as objections
from vouchers.payments import actions as payments
from vouchers.payments import gateways
from vouchers.payments.models import PaymentAttempt
from vouchers.settlements import actions, queries
from vouchers.settlements.models import Debt, Receipt, Settlement

pytestmark = pytest.mark.django_db
GRANT = 320_000_000


def pots(at):
    voucher = Voucher.objects.get(agreement=at.agreement)
    kinds = ("COMMITTED", "PAID", "RECOVERED")
    return voucher.status, *(ledger.balance(at.agreement.round_id, kind, voucher.ref) for kind in kinds)


def owed(verb):
    return list(Duty.objects.filter(verb=verb, closed_at__isnull=True).values_list("subject_ref", flat=True))


def test_a_project_that_ended_is_to_be_settled_once():
    at, _desk, row = s.ended()
    assert actions.sync_ended() == 0
    assert (row.status, row.needs_verification, row.lines.count()) == ("OPEN", True, at.agreement.lines.count() + 1)
    assert row.due_on >= row.ended_on + timedelta(days=59)  # two months
    assert owed("submit_statement") == [row.ref]
    assert Notice.objects.filter(template="settlement_opened", subject_ref=row.ref).exists()


def test_a_statement_needs_its_evidence():
    at, _desk, row = s.ended()
    whole = s.used(at, row, grant_won=GRANT, own_cash_won=80_000_000)
    (position,) = whole
    for code, lines, more in (
        ("proof_missing", {position: actions.Stated(grant_won=1)}, {}),
        ("over_paid", {position: actions.Stated(grant_won=GRANT + 1, proof=whole[position].proof)}, {}),
        ("verification_missing", whole, {"verification": None}),
        ("proof_missing", whole, {"interest_won": 5}),
    ):
        refused(s.state, code, at=at, row=row, lines=lines, **more)
    with pytest.raises(NotAllowed):
        s.state(at, row, whole, by=at.manager)
    assert s.state(at, row, whole).status == "SUBMITTED"
    assert owed("review_settlement") == [row.ref] and owed("submit_statement") == []
    with pytest.raises(IllegalStep):
        s.state(at, row, whole)


def test_an_amount_is_fixed_by_a_second_person_and_booked_once():
    at, desk, row = s.ended(parts=2)
    s.state(at, row, s.used(at, row, grant_won=160_000_000, own_cash_won=40_000_000))
    refused(actions.propose_amount, "unjudged", settlement_id=row.pk, by=at.operator)
    s.judge(at, row, disallowed_won=10_000_000)
    actions.propose_amount(settlement_id=row.pk, by=at.operator)
    for nobody in (at.operator, at.company, desk.registrar):
        with pytest.raises(NotAllowed):
            actions.confirm_amount(settlement_id=row.pk, by=nobody)
    row = actions.confirm_amount(settlement_id=row.pk, by=desk.finance)
    assert (row.status, row.paid_won, row.released_won, row.refund_won) == (
        "REFUND_DUE",
        160_000_000,
        0,
        8_000_000,
    )  # the termination released the rest
    assert pots(at) == ("CANCELLED", 0, 160_000_000, 0)
    with pytest.raises(IllegalStep):
        actions.confirm_amount(settlement_id=row.pk, by=desk.finance)
    debt = Debt.objects.get()
    assert (debt.organisation, debt.principal_won, debt.kind) == (at.firm.organisation, 8_000_000, "REFUND")
    assert owed("pay_debt") == [debt.ref]
    call_command("verify")


def test_a_settlement_that_is_sent_back_is_reviewed_again():
    at, desk, row = s.ended()
    s.state(at, row, s.used(at, row, grant_won=GRANT, own_cash_won=80_000_000))
    refused(actions.request_supplement, "reason_missing", settlement_id=row.pk, reason=" ", by=at.operator)
    actions.request_supplement(settlement_id=row.pk, reason="영수증", by=at.operator)
    s.state(
        at,
        row,
        {
            n: actions.Stated(one.grant_won, one.own_cash_won)
            for n, one in s.used(at, row, grant_won=GRANT, own_cash_won=80_000_000).items()
        },
    )
    s.judge(at, row)
    actions.propose_amount(settlement_id=row.pk, by=at.operator)
    actions.send_back(settlement_id=row.pk, reason="다시", by=desk.finance)
    row = actions.propose_amount(settlement_id=row.pk, by=at.operator)
    row = actions.confirm_amount(settlement_id=row.pk, by=desk.finance)
    assert (row.status, row.refund_won, Debt.objects.count()) == ("CLOSED", 0, 0)


def test_what_moves_still_stands_in_the_way():
    at, _desk, row = s.ended(parts=2)
    s.state(at, row, s.used(at, row, grant_won=160_000_000, own_cash_won=40_000_000))
    s.judge(at, row)
    attempt = PaymentAttempt.objects.get(state="PAID")
    back = gateways.Answer(gateways.Outcome.SENT_BACK, "BK9", "AC04", attempt.amount_won)
    payments.settle(attempt_id=attempt.pk, answer=back)
    refused(actions.propose_amount, "moving", settlement_id=row.pk, by=at.operator)


# ── What came back ───────────────────────────────────────────────────────────────────────────────────
def test_a_refund_comes_in_parts_and_closes_the_settlement():
    at, desk, row = s.fixed(interest_won=1_000)
    debt = Debt.objects.get()
    assert (debt.principal_won, debt.interest_won) == (8_000_000, 1_000)
    first = s.report(debt, 5_000_000, at.company)
    refused(s.report, "amount", debt=debt, amount_won=3_001_001, by=at.company)
    refused(s.report, "day_future", debt=debt, amount_won=1, by=at.company, received_on=clock.today() + timedelta(days=1))
    refused(s.report, "proof_missing", debt=debt, amount_won=1, by=at.company, proof=None)
    with pytest.raises(NotAllowed):
        s.arrived(first, at.company)
    s.arrived(first, desk.finance)
    with pytest.raises(IllegalStep):
        s.arrived(first, desk.finance)
    assert pots(at)[2:] == (GRANT - 5_000_000, 5_000_000)
    wrong = s.report(debt, 3_001_000, at.company)
    actions.reject_receipt(receipt_id=wrong.pk, reason="계좌에 없음", by=desk.finance)
    last = s.arrived(s.report(debt, 3_001_000, at.company), desk.finance)
    assert (last.principal_won, last.interest_won, last.late_won) == (3_000_000, 1_000, 0)
    debt.refresh_from_db()
    assert (debt.status, Settlement.objects.get(pk=row.pk).status) == ("PAID", "CLOSED")
    assert pots(at)[2:] == (GRANT - 8_000_000, 8_000_000) and owed("pay_debt") == owed("check_receipt") == []
    refused(s.report, "nothing_owed", debt=debt, amount_won=1, by=at.company)
    call_command("verify")


def test_what_comes_late_brings_its_charge():
    at, desk, _row = s.fixed()
    debt = Debt.objects.get()
    with clock.at(clock.end_of_day(debt.due_on) + timedelta(hours=12)):
        refused(s.report, "amount", debt=debt, amount_won=8_080_001, by=at.company)
        actions.enforce_debt(debt_id=debt.pk, reason="독촉에 응하지 않음", by=desk.finance)
        done = s.arrived(s.report(debt, 8_080_000, at.company), desk.finance)
    assert (done.principal_won, done.late_won, done.charged_won) == (8_000_000, 80_000, 80_000)
    debt.refresh_from_db()
    assert (debt.status, debt.charged_won) == ("PAID", 80_000)


def test_a_provider_owes_what_its_line_lost():
    at, _desk, _row = s.fixed(owed_by="PAYEE")
    debt = Debt.objects.get()
    assert debt.organisation == at.provider_organisation
    assert [line.disallowed_won for line in queries.behind(debt)] == [10_000_000]
    assert Notice.objects.filter(template="debt_opened", user=at.manager).exists()
    with pytest.raises(NotAllowed):
        s.report(debt, 1, at.company)


# ── Objection ────────────────────────────────────────────────────────────────────────────────────────
def object_to(at, row):
    return actions.object_to_settlement(settlement_id=row.pk, ground="FACTS", statement="영수증이 있습니다.", by=at.company)


def decide(objection, verb, at):
    reviewer, officer = person("OBJECTION_REVIEWER"), person("MINISTRY_OFFICER")
    objections.take_up(objection_id=objection.pk, by=reviewer)
    objections.find_admissible(objection_id=objection.pk, by=reviewer)
    objections.give_opinion(objection_id=objection.pk, opinion="원안 유지", by=officer)
    objections.decide(objection_id=objection.pk, verb=verb, reason="심사 결과", by=reviewer)
    return officer


def test_an_objection_holds_back_and_a_dismissed_one_lets_go():
    at, _desk, row = s.fixed()
    debt = Debt.objects.get()
    objection = object_to(at, row)
    assert {at.operator.pk} < set(objection.deciders)
    debt.refresh_from_db()
    due = debt.due_on
    assert debt.status == "SUSPENDED" and actions.sync_objections() == 0
    refused(
        objections.file_against, "filed_already", decision=queries.decision(row), ground="FACTS", statement="또", by=at.company
    )
    with clock.at(clock.now() + timedelta(days=20)):
        decide(objection, "dismiss", at)
        assert [actions.sync_objections(), actions.sync_objections()] == [1, 0]
    debt.refresh_from_db()
    assert (debt.status, debt.due_on) == ("OPEN", workdays.add_working_days(due + timedelta(days=20), 0))


def test_what_was_late_stays_late_while_and_after_an_objection_holds_it_back():
    at, desk, row = s.fixed(settling={"refund_days": 5})
    debt = Debt.objects.get()
    late = clock.end_of_day(debt.due_on) + timedelta(days=3, hours=12)
    with clock.at(late):
        actions.enforce_debt(debt_id=debt.pk, reason="독촉에 응하지 않음", by=desk.finance)
        objection = object_to(at, row)
        debt.refresh_from_db()
        assert (debt.status, queries.standing(debt, clock.today()).late_now_won) == ("SUSPENDED", 80_000)
        first = s.report(debt, 4_040_000, at.company)
    with clock.at(late + timedelta(days=40)):
        assert queries.standing(debt, clock.today()).late_now_won == 80_000  # it did not become later meanwhile
        decide(objection, "dismiss", at)
        assert actions.sync_objections() == 0  # what is reported is checked by the day that holds now
        assert s.arrived(first, desk.finance).charged_won == 40_400
        assert actions.sync_objections() == 1
    debt.refresh_from_db()
    assert (debt.status, debt.charged_won) == ("ENFORCED", 40_400)


def test_no_late_charge_stays_on_what_was_never_owed():
    at, desk, row = s.fixed(settling={"refund_days": 5})
    debt = Debt.objects.get()
    with clock.at(clock.end_of_day(debt.due_on) + timedelta(hours=12)):
        s.arrived(s.report(debt, 8_080_000, at.company), desk.finance)
        decide(object_to(at, row), "uphold_partly", at)
        (line,) = row.lines.filter(disallowed_won__gt=0)
        actions.lower_disallowance(settlement_id=row.pk, disallowed={line.position: 5_000_000}, reason="확인", by=desk.second)
        debt.refresh_from_db()
        assert (debt.principal_won, debt.charged_won, queries.over_won(debt)) == (4_000_000, 40_000, 4_040_000)
        proof = p.paper(at.firm.organisation, desk.second, "receipt")
        back = actions.repay(debt_id=debt.pk, paid_on=clock.today(), proof=proof, by=desk.second)
        back = s.arrived(back, desk.finance)
    assert (back.principal_won, back.late_won) == (4_000_000, 40_000)
    assert pots(at)[2:] == (GRANT - 4_000_000, 4_000_000)


def test_an_upheld_objection_lowers_by_somebody_else_and_what_came_too_much_goes_back():
    at, desk, row = s.fixed()
    debt = Debt.objects.get()
    came = s.report(debt, 8_000_000, at.company)
    officer = decide(object_to(at, row), "uphold_partly", at)
    (line,) = row.lines.filter(disallowed_won__gt=0)
    assert (actions.owe_lowering(), actions.owe_lowering(), owed("lower_disallowance")) == (1, 0, [row.ref])
    assert queries.may_lower(row, desk.second, "vouchers.confirm_settlement")
    assert not queries.may_lower(row, desk.finance, "vouchers.confirm_settlement"), "who fixed the amount"
    given = {"settlement_id": row.pk, "disallowed": {line.position: 5_000_000}, "reason": "영수증 확인"}
    with pytest.raises(NotAllowed):
        actions.lower_disallowance(by=desk.finance, **given)  # who fixed the amount
    refused(actions.lower_disallowance, "not_lower", by=desk.second, **{**given, "disallowed": {line.position: 10_000_000}})
    refused(actions.lower_disallowance, "unchecked", by=desk.second, **given)  # what is on the account counts first
    s.arrived(came, desk.finance)
    objection = queries.upheld(row)
    refused(objections.record_remedy, "not_acted_on", objection_id=objection.pk, remedy="낮춤", by=officer)
    row = actions.lower_disallowance(by=desk.second, **given)
    assert (row.refund_won, owed("lower_disallowance")) == (4_000_000, [])
    objections.record_remedy(objection_id=objection.pk, remedy="낮춤", by=officer)
    debt.refresh_from_db()
    assert (debt.status, queries.over_won(debt), owed("repay_debt")) == ("OVERPAID", 4_000_000, [debt.ref])
    paid = {"debt_id": debt.pk, "paid_on": clock.today(), "proof": p.paper(at.firm.organisation, desk.second, "receipt")}
    back = actions.repay(by=desk.second, **paid)
    refused(actions.repay, "entered", by=desk.finance, **paid)
    with pytest.raises(NotAllowed):  # nobody books what they entered
        s.arrived(back, desk.second)
    assert pots(at)[2:] == (GRANT - 8_000_000, 8_000_000) and owed("check_receipt") == [debt.ref]
    actions.reject_receipt(receipt_id=back.pk, reason="출금 내역 없음", by=desk.finance)
    assert owed("repay_debt") == [debt.ref] and not Notice.objects.filter(template="debt_receipt_rejected").exists()
    back = actions.repay(by=desk.second, **paid)
    back = s.arrived(back, desk.finance)
    assert (back.reported_by, back.decided_by, owed("check_receipt")) == (desk.second, desk.finance, [])
    debt.refresh_from_db()
    assert debt.status == "PAID" and pots(at)[2:] == (GRANT - 4_000_000, 4_000_000)
    refused(actions.repay, "nothing_over", by=desk.second, **paid)
    refused(actions.lower_disallowance, "not_upheld", by=desk.second, **given)
    assert (
        Event.objects.filter(name="settlement.lowered").count() == 1
        and Receipt.objects.filter(is_repayment=True, status="CONFIRMED").count() == 1
    )
    call_command("verify")


def test_verify_names_money_of_which_ledger_and_receipts_differ():
    at, desk, _row = s.fixed()
    receipt = s.arrived(s.report(Debt.objects.get(), 5_000_000, at.company), desk.finance)
    assert list(queries.faults()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE vouchers_receipt SET principal_won = 4000000, interest_won = 1000000 WHERE id = %s", [receipt.pk])
    (fault,) = queries.faults()
    assert "4000000" in fault and "5000000" in fault


def test_who_pays_late_is_told_to_finance_once_and_never_while_it_is_held_back():
    at, desk, row = s.fixed()
    debt = Debt.objects.get()
    late = clock.end_of_day(debt.due_on) + timedelta(days=7)
    with clock.at(late):
        assert [actions.escalate(now=late) > 0, actions.escalate(now=late)] == [True, 0]
    notice = Notice.objects.filter(template="duty_escalated", user=desk.finance).get()
    assert "반납" in notice.title + notice.body
    object_to(at, row)
    Duty.objects.filter(verb="pay_debt").update(reminded=[])
    assert list(queries.to_escalate(late)) == []

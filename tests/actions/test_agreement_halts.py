"""Suspension and termination: what is shown is what is signed or decided, and what the ledger then holds."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.journal.models import Duty, Notice
from portal.kit import clock, workdays
from portal.kit.errors import NotAllowed
from tests.factories import halts
from tests.factories import projects as p
from tests.factories import settling as s
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.agreements.models import Agreement, AgreementHalt, HaltConsent, HaltOpinion, HaltRecovery, Voucher
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import LedgerEvent
from vouchers.milestones import actions as milestones
from vouchers.payments import actions, gateways, queries, rules
from vouchers.payments.models import Disbursement
from vouchers.settlements import actions as settlements
from vouchers.settlements.models import Debt

PAID = gateways.Answer(gateways.Outcome.PAID, "BK1", "ACSC")
GRANT = 320_000_000

pytestmark = pytest.mark.django_db


def money():
    voucher = Voucher.objects.get()
    held = ledger.voucher_balance(voucher.ref)
    return voucher.status, held.paid_won, held.open_won


def half_paid():
    """Two halves accepted and registered; the first is paid."""
    at, desk, rows = p.registered(parts=2)
    attempt = actions.claim_next()
    actions.mark_sent(attempt_id=attempt.pk)
    actions.settle(attempt_id=attempt.pk, answer=PAID)
    return at, desk, rows


def broken(rows, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


def test_terminate_by_consent_writes_exactly_what_every_party_signed():
    at, rows = p.planned(parts=2)
    p.accept(at, rows[0])
    row = halts.asked(at.agreement, by=at.company)
    shown = rules.consequences_of(row.figures)
    assert (shown.recognised_won, shown.kept_won, shown.released_won) == (GRANT // 2, GRANT // 2, GRANT // 2)
    before = ledger.position(at.agreement.round_id).available_won
    for who in (at.company, at.manager):
        row = halts.consent(row, who)
        with pytest.raises(NotAllowed):
            halts.consent(row, who)
    assert (row.status, money()) == ("PROPOSED", ("ISSUED", 0, GRANT))
    row = halts.consent(row, at.operator)
    assert (row.status, Agreement.objects.get().status) == ("EXECUTED", "TERMINATED")
    assert money() == ("CANCELLED", 0, shown.after_won)
    assert row.released.amount_won == shown.released_won == ledger.position(at.agreement.round_id).available_won - before
    assert not Duty.objects.filter(subject_ref__in=[row.ref, rows[1].ref], closed_at__isnull=True).exists()
    refused(halts.asked, "not_in_force", agreement=at.agreement, by=at.company)
    call_command("verify")


def test_what_moved_since_it_was_shown_is_neither_asked_nor_agreed_to_before_it_is_computed_again():
    at, rows = p.planned(parts=2)
    what = {"kind": "TERMINATION", "way": "CONSENT", "ground": "NO_DATA", "statement": "자료 없음"}
    _figures, stale = queries.preview_halt(at.agreement, **what)
    p.accept(at, rows[0])
    refused(actions.propose_halt, "figures_moved", agreement_id=at.agreement.pk, shown=stale, by=at.company, **what)
    row = halts.consent(halts.asked(at.agreement, by=at.company), at.company)
    refused(actions.renew_halt, "nothing_moved", halt_id=row.pk, by=at.manager)
    refused(halts.asked, "halt_open", agreement=at.agreement, by=at.company)
    p.accept(at, rows[1])
    refused(halts.consent, "figures_moved", row=row, by=at.manager)
    again = actions.renew_halt(halt_id=row.pk, by=at.manager)
    assert again.released_won == 0 and again.content_hash != row.content_hash
    assert all(given is None for _party, given in queries.consents(again))
    for who in (at.company, at.manager, at.operator):
        again = halts.consent(again, who)
    assert (again.status, again.released, money()) == ("EXECUTED", None, ("CANCELLED", 0, GRANT))


def test_terminate_for_a_fault_hears_the_parties_and_is_decided_by_a_second_person():
    at, desk, (_paid, unpaid) = half_paid()
    row = halts.asked(at.agreement, by=at.operator, at_fault="COMPANY", ground="FALSE_CLAIM")
    assert row.opinion_until == workdays.add_working_days(clock.today(), at.agreement.round.days("halt_opinion"))
    assert Notice.objects.filter(template="halt_opened", user=at.company, title__contains="사전통지").exists()
    refused(halts.decide, "opinions_awaited", row=row)
    actions.give_halt_opinion(halt_id=row.pk, text="사실과 다릅니다.", by=at.company)
    with pytest.raises(NotAllowed):
        actions.give_halt_opinion(halt_id=row.pk, text="또", by=at.company)
    refused(actions.give_halt_opinion, "opinion_missing", halt_id=row.pk, text=" ", by=at.manager)
    with pytest.raises(NotAllowed) as own:
        halts.decide(row, by=at.operator)
    assert own.value.code == "four_eyes"
    with pytest.raises(NotAllowed):
        halts.decide(row, by=desk.finance)
    with clock.at(clock.end_of_day(row.opinion_until) + timedelta(hours=1)):
        refused(actions.give_halt_opinion, "opinion_late", halt_id=row.pk, text="늦음", by=at.manager)
        row = halts.decide(AgreementHalt.objects.get())
        assert money() == ("CANCELLED", GRANT // 2, GRANT // 2)  # accepted and unpaid: the settlement says
        assert Duty.objects.filter(subject_ref=unpaid.ref, verb="close_disbursement", closed_at__isnull=True).exists()
        (recovery,) = row.recoveries.all()
        assert (recovery.party.role, recovery.amount_won) == ("COMPANY", GRANT // 2)
        assert Notice.objects.filter(template="recovery_due", user=at.company, body__contains="160,000,000원").exists()
        _comes_back(at, desk, recovery)


def _comes_back(at, desk, recovery):
    """It is owed like any debt: reported with a proof, found on the statement by somebody else, each of its lines once."""
    assert [settlements.sync_recoveries(), settlements.sync_recoveries()] == [1, 0]
    debt = Debt.objects.get()
    assert (debt.kind, debt.principal_won, debt.recovery_id) == ("RECOVERY", GRANT // 2, recovery.pk)
    assert debt.due_on == workdays.add_working_days(clock.today(), debt.agreement.round.days("recovery"))
    assert Duty.objects.filter(verb="pay_debt", subject_ref=debt.ref, organisation=at.firm.organisation).exists()
    first, last = (s.report(debt, amount_won, at.company) for amount_won in (60_000_000, 100_000_000))
    given = {"receipt_id": first.pk, "by": desk.finance}
    refused(settlements.confirm_receipt, "bank_ref_missing", bank_ref=" ", **given)
    settlements.confirm_receipt(bank_ref="BK7", **given)
    refused(settlements.confirm_receipt, "recorded_already", receipt_id=last.pk, bank_ref="bk7", by=desk.finance)
    assert ledger.position(debt.agreement.round_id).recovered_won == 60_000_000
    broken(HaltRecovery.objects.all(), recovered_won=GRANT)
    broken(HaltRecovery.objects.all(), recovered_won=0)
    broken(HaltRecovery.objects.all(), amount_won=1)
    s.arrived(last, desk.finance)
    assert HaltRecovery.objects.get().left_won == 0 and Debt.objects.get().status == "PAID"
    assert not Duty.objects.filter(verb__in=["pay_debt", "check_receipt"], closed_at__isnull=True).exists()
    call_command("verify")


def test_dismissed_and_taken_back_leave_the_agreement_as_it_is():
    at, _rows = p.planned()
    row = halts.decide(halts.asked(at.agreement, by=at.operator, at_fault="PROVIDER"), uphold=False)
    assert (row.status, Agreement.objects.get().status) == ("DISMISSED", "ACTIVE")
    second = halts.asked(at.agreement, by=at.manager)
    refused(actions.withdraw_halt, "reason_missing", halt_id=second.pk, reason=" ", by=at.company)
    assert actions.withdraw_halt(halt_id=second.pk, reason="동의하지 않습니다.", by=at.company).status == "WITHDRAWN"
    third = halts.asked(at.agreement, by=at.operator, at_fault="PROVIDER")
    with pytest.raises(NotAllowed):
        actions.withdraw_halt(halt_id=third.pk, reason="x", by=at.manager)
    assert Notice.objects.filter(template="halt_ended", user=at.company).count() == 2
    with pytest.raises(NotAllowed):
        halts.asked(at.agreement, by=at.company, at_fault="PROVIDER")
    with pytest.raises(NotAllowed):
        halts.asked(at.agreement, by=person("STAFF_MEMBER", at.firm.organisation))


def test_a_suspension_stops_clocks_and_payments_and_resuming_continues_them():
    at, rows = p.planned(parts=2)
    p.hand_in(at, rows[0])
    due = Duty.objects.get(subject_ref=rows[0].ref, verb="accept_milestone").due_at
    row = halts.suspended(at.agreement, by=at.operator)
    stopped = Duty.objects.filter(subject_ref__in=[one.ref for one in rows], closed_at__isnull=True)
    assert stopped.count() == 2 and not stopped.filter(paused_at__isnull=True).exists() and money()[2] == GRANT
    refused(milestones.accept_milestone, "agreement_not_active", milestone_id=rows[0].pk, by=at.company)
    with clock.at(clock.now() + timedelta(days=14)):
        actions.resume(agreement_id=at.agreement.pk, by=at.operator)
        stood = workdays.working_days_between(clock.to_kst(row.executed_at).date(), clock.today())
        assert not stopped.filter(paused_at__isnull=False).exists() and stopped.get(verb="accept_milestone").due_at > due
        before, rows[1] = rows[1].due_on, type(rows[1]).objects.get(pk=rows[1].pk)
        assert rows[1].due_on == workdays.add_working_days(before, stood)
        assert stopped.get(verb="submit_milestone").due_at == clock.end_of_day(rows[1].due_on)
        assert AgreementHalt.objects.get().resumed_at is not None
        milestones.accept_milestone(milestone_id=rows[0].pk, by=at.company)


def test_the_database_halts_nothing_by_itself():
    at, _desk, _rows = half_paid()
    agreement, found = Agreement.objects.all(), AgreementHalt.objects.all()
    broken(agreement, status="SUSPENDED")
    broken(agreement, status="TERMINATED")
    row = halts.asked(at.agreement, by=at.company)
    done = {"status": "EXECUTED", "executed_at": clock.now()}
    broken(found, **done)  # nobody agreed
    broken(found, statement="다른 사실")
    broken(found, released_won=5)
    broken(found, status="DISMISSED")
    halts.consent(row, at.company)
    for voice in (HaltConsent.objects.all(),):
        broken(voice, signed_hash="0" * 64)
        with pytest.raises(IntegrityError), transaction.atomic():
            voice.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        found.delete()
    actions.withdraw_halt(halt_id=row.pk, reason="끝", by=at.company)
    noticed = halts.asked(at.agreement, by=at.operator, at_fault="COMPANY")
    row = found.filter(pk=noticed.pk)
    second = {"decided_by": person("MINISTRY_APPROVER"), "decided_at": clock.now(), "answer": "사유"}
    broken(row, **done, **second)  # before opinions
    halts.heard(noticed)
    broken(row, **done)  # by nobody
    broken(row, **done, **(second | {"decided_by": at.operator}))
    broken(row, **done, **(second | {"decided_by": at.company}))
    broken(HaltOpinion.objects.all(), text="다른 말")
    assert found.filter(released_won__gt=0).count() == 0 and not LedgerEvent.objects.filter(kind="RELEASED").exists()


def test_the_database_releases_what_was_shown():
    at, rows = p.planned(parts=2)
    p.accept(at, rows[0])
    row = halts.terminated(at.agreement, by=at.operator)
    found = AgreementHalt.objects.filter(pk=row.pk)
    broken(found, released=None)
    broken(found, released=LedgerEvent.objects.get(kind="COMMITTED"))
    assert list(queries.halt_faults()) == []
    broken(found, figures=row.figures | {"released_won": 1}, released_won=1)
    assert not Disbursement.objects.exists()

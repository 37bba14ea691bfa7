"""Request, confirmation, evidence, approval, registration; then claim, send, settle: nobody pays alone and nothing twice."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts import second_factor
from portal.documents.models import Document
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.committed import together
from tests.factories import projects as p
from tests.factories.providers import person, provider
from vouchers.ledger import queries as ledger
from vouchers.payments import actions, gateways
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAttempt

GRANT = 320_000_000
PAID = gateways.Answer(gateways.Outcome.PAID, "BK1", "ACSC")
REFUSED = gateways.Answer(gateways.Outcome.REFUSED, "", "Account closed")
UNKNOWN = gateways.Answer(gateways.Outcome.UNKNOWN, "", "ReadTimeout")


def refused(code, call, **given):
    with pytest.raises(Refused) as error:
        call(**given)
    assert error.value.code == code, error.value.message
    assert str(error.value)


def accepted():
    at, (row,) = p.planned()
    p.accept(at, row)
    return at, row


def sent():
    """A registered disbursement whose attempt was handed to the bank."""
    at, desk, (row,) = p.registered()
    attempt = actions.claim_next()
    transfer = actions.mark_sent(attempt_id=attempt.pk)
    return at, desk, row, attempt, transfer


# ── People ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_request_takes_the_grants_share_and_tells_the_company():
    at, milestone = accepted()
    row = p.request(at, milestone)
    assert (row.amount_won, row.supply_amount_won, row.vat_won, row.tax_kind) == (GRANT, 400_000_000, 40_000_000, "TAXABLE")
    assert Notice.objects.filter(template="disbursement_requested", user=at.company, body__contains="320,000,000").exists()
    assert not Duty.objects.filter(verb="request_disbursement", closed_at__isnull=True).exists()
    assert Duty.objects.filter(verb="confirm_disbursement", closed_at__isnull=True).get().organisation == at.firm.organisation
    refused("already_requested", lambda: p.request(at, milestone))


@pytest.mark.django_db
def test_request_refusals():
    at, (first, second) = p.planned(parts=2)
    refused("milestone_not_accepted", lambda: p.request(at, first))
    p.accept(at, first)
    p.accept(at, second)
    tomorrow = clock.today() + timedelta(days=1)
    refused("invoice_missing", lambda: p.request(at, first, invoice_no=" "))
    refused("invoice_future", lambda: p.request(at, first, invoice_on=tomorrow))
    refused("invoice_period", lambda: p.request(at, first, invoice_on=clock.today() - timedelta(days=2)))
    refused("invoice_file_missing", lambda: p.request(at, first, invoice_document=None))
    for who in (at.company, at.operator, provider().user):
        with pytest.raises(NotAllowed):
            p.request(at, first, by=who)
    p.request(at, first, invoice_no="A-1")
    refused("invoice_used", lambda: p.request(at, second, invoice_no="A-1"))


@pytest.mark.django_db
def test_confirm_needs_the_own_share_and_its_proof():
    at, milestone = accepted()
    row = p.request(at, milestone)
    refused("own_share_missing", actions.confirm_disbursement, disbursement_id=row.pk, by=at.company)
    late = {
        "own_share_deposited_on": clock.today() + timedelta(days=1),
        "own_share_document": p.paper(at.firm.organisation, at.company),
    }
    refused("deposit_future", actions.confirm_disbursement, disbursement_id=row.pk, by=at.company, **late)
    early = late | {"own_share_deposited_on": clock.to_kst(at.agreement.round.opens_at).date() - timedelta(days=1)}
    refused("deposit_before_call", actions.confirm_disbursement, disbursement_id=row.pk, by=at.company, **early)
    with pytest.raises(NotAllowed):
        actions.confirm_disbursement(disbursement_id=row.pk, by=at.manager)
    p.confirm(at, row)
    with pytest.raises(IllegalStep):
        p.confirm(at, row)


@pytest.mark.django_db
def test_papers_that_the_virus_scan_holds_prove_nothing():
    at, milestone = accepted()
    row = p.request(at, milestone)
    own = {"own_share_deposited_on": clock.today(), "own_share_document": p.paper(at.firm.organisation, at.company)}
    invoice = Document.objects.filter(pk=row.invoice_document_id)
    invoice.update(scan_state="QUARANTINED")
    refused("file_held", actions.confirm_disbursement, disbursement_id=row.pk, by=at.company, **own)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disbursement.objects.filter(pk=row.pk).update(status="COMPANY_CONFIRMED", confirmed_by=at.company)
    invoice.update(scan_state="CLEAN")
    actions.confirm_disbursement(disbursement_id=row.pk, by=at.company, **own)
    Document.objects.filter(pk=own["own_share_document"].pk).update(scan_state="INFECTED")
    refused("file_held", actions.check_evidence, disbursement_id=row.pk, by=at.operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disbursement.objects.filter(pk=row.pk).update(status="EVIDENCE_CHECKED", checked_by=at.operator)


@pytest.mark.django_db
def test_returned_with_a_reason_by_whose_turn_it_is_and_mended():
    at, milestone = accepted()
    row = p.request(at, milestone)
    give = lambda who, reason="계산서 번호 오류": actions.return_disbursement(disbursement_id=row.pk, reason=reason, by=who)
    with pytest.raises(NotAllowed):
        give(at.operator)
    refused("reason_missing", lambda: give(at.company, " "))
    give(at.company)
    assert Notice.objects.filter(template="disbursement_returned", user=at.manager, body__contains="계산서 번호 오류").exists()
    mended = actions.resubmit_disbursement(
        disbursement_id=row.pk, invoice_no="B-2", invoice_on=clock.today(), invoice_document=None, by=at.manager
    )
    assert mended.status == "REQUESTED" and mended.invoice_document_id == row.invoice_document_id
    p.confirm(at, row)
    give(at.operator)
    assert Disbursement.objects.get(pk=row.pk).status == "RETURNED"


@pytest.mark.django_db
def test_approval_needs_a_verified_account_and_other_eyes_at_every_step():
    at, milestone = accepted()
    desk = p.office()
    row = p.request(at, milestone)
    p.confirm(at, row)
    actions.check_evidence(disbursement_id=row.pk, by=at.operator)
    refused("payee_unverified", p.released, verb="approve", row=row, by=desk.finance)
    entered = actions.enter_payee(
        institution_id=at.institution.pk, bank_code="088", number="110-222-333444", holder="병원", by=desk.registrar
    )
    refused("payee_unverified", p.released, verb="approve", row=row, by=desk.finance)
    with pytest.raises(NotAllowed):
        actions.verify_payee(account_id=entered.pk, by=desk.registrar)
    actions.verify_payee(account_id=entered.pk, by=desk.finance)
    refused("already_verified", actions.verify_payee, account_id=entered.pk, by=desk.second)
    both = person("OPERATOR_FINANCE")
    Disbursement.objects.filter(pk=row.pk).update(checked_by=both)
    with pytest.raises(NotAllowed):
        p.released("approve", row, both)
    refused("wrong_code", actions.approve_disbursement, disbursement_id=row.pk, second_factor_code="000000x", by=desk.finance)
    p.released("approve", row, desk.finance)
    with pytest.raises(NotAllowed):
        p.released("register", row, desk.finance)
    refused("wrong_code", actions.register_disbursement, disbursement_id=row.pk, second_factor_code="", by=desk.registrar)
    done = p.released("register", row, desk.registrar)
    assert done.status == "REGISTERED" and done.approved_by != done.registered_by


@pytest.mark.django_db
def test_account_numbers_are_digits_and_a_new_one_waits_for_its_second_person():
    at, _rows = p.planned()
    desk = p.office()
    enter = lambda number: actions.enter_payee(
        institution_id=at.institution.pk, bank_code="088", number=number, holder="병원", by=desk.registrar
    )
    for wrong in ("12-34", "1" * 21, "abc12345"):
        refused("account_shape", lambda number=wrong: enter(number))
    enter("110-222-333444")
    new = enter("110-222-333555")
    assert PayeeAccount.objects.get(institution=at.institution, is_current=True) == new and new.verified_by is None


# ── The bank ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_paid_moves_ledger_state_and_notice_together_and_once():
    at, desk, row, attempt, transfer = sent()
    assert transfer.amount_won == GRANT and transfer.key == attempt.key and len(transfer.key) <= 35
    assert actions.mark_sent(attempt_id=attempt.pk) is None  # only one caller ever sends
    for _again in range(2):
        actions.settle(attempt_id=attempt.pk, answer=PAID)
    row.refresh_from_db()
    assert row.status == "PAID" and row.paid_at
    found = ledger.position(at.agreement.round_id)
    assert (found.paid_won, found.committed_won) == (GRANT, 0)
    assert Notice.objects.filter(template="disbursement_paid", user=at.manager).count() == 1
    for who, what in ((at.operator, "Check the evidence"), (desk.finance, "Approve"), (desk.registrar, "Register")):
        told = Notice.objects.get(template="duty_opened", user=who, subject_ref=row.ref)
        assert told.context["title_en"].startswith(what) and told.state == "WAITING" and told.url in told.body
    assert Event.objects.filter(name="disbursement.paid", subject_ref=row.ref).count() == 1
    assert not Duty.objects.filter(subject_ref=row.ref, closed_at__isnull=True).exists()
    assert actions.claim_next() is None and list(ledger.faults()) == []


@pytest.mark.django_db
def test_refused_fails_and_is_retried_with_a_new_key_by_the_registrar():
    at, desk, row, attempt, _transfer = sent()
    actions.settle(attempt_id=attempt.pk, answer=REFUSED)
    row.refresh_from_db()
    assert row.status == "FAILED" and actions.claim_next() is None
    told = {one.user: one.body for one in Notice.objects.filter(template="disbursement_failed")}
    assert "고친 뒤 다시 등록해" in told[desk.registrar] and "닫혔다면 전담기관에 알려" in told[at.manager], (
        "the payee alone knows its account"
    )
    with pytest.raises(NotAllowed):
        p.released("retry", row, desk.finance)
    p.released("retry", row, desk.registrar)
    assert actions.claim_next() is None  # only once the bank's statement was read for the former key
    second = actions.claim_next(statement={})
    assert second.key != attempt.key
    actions.mark_sent(attempt_id=second.pk)
    actions.settle(attempt_id=second.pk, answer=PAID)
    assert Disbursement.objects.get(pk=row.pk).status == "PAID"


@pytest.mark.django_db
def test_unknown_is_never_sent_again_and_the_statement_decides():
    at, _desk, row, attempt, _transfer = sent()
    actions.settle(attempt_id=attempt.pk, answer=UNKNOWN)
    assert actions.claim_next() is None and actions.mark_sent(attempt_id=attempt.pk) is None
    assert actions.reconcile(statement={}, now=clock.now()) == 0  # not shown yet: wait
    assert PaymentAttempt.objects.get(pk=attempt.pk).state == "UNKNOWN"
    assert actions.reconcile(statement={attempt.key: PAID}, now=clock.now()) == 1
    assert Disbursement.objects.get(pk=row.pk).status == "PAID"
    assert ledger.position(at.agreement.round_id).paid_won == GRANT


@pytest.mark.django_db
def test_a_worker_that_never_came_back_is_unknown_after_a_minute_then_parked_then_settled_by_a_person():
    at, desk, row, attempt, _transfer = sent()
    now = clock.now()
    assert actions.lose_track(now=now) == 0
    assert actions.lose_track(now=now + timedelta(seconds=61)) == 1
    actions.reconcile(statement={}, now=now + timedelta(minutes=11))
    assert PaymentAttempt.objects.get(pk=attempt.pk).state == "PARKED"
    assert Notice.objects.filter(template="payment_parked", user=desk.second).exists()
    duty = Duty.objects.get(subject_ref=attempt.ref, verb="resolve_attempt", closed_at__isnull=True)
    given = {"attempt_id": attempt.pk, "outcome": "PAID", "bank_ref": "BK9", "reason": "은행 창구 확인"}
    given["second_factor_code"] = second_factor.demo_code(desk.second)
    with pytest.raises(NotAllowed):
        actions.resolve_attempt(**given, by=at.operator)
    for released_it in (desk.registrar, desk.finance):
        refused("four_eyes", actions.resolve_attempt, **given, by=released_it)
        broken(lambda who=released_it: PaymentAttempt.objects.filter(pk=attempt.pk).update(resolved_by=who))
    refused("reason_missing", actions.resolve_attempt, **{**given, "bank_ref": ""}, by=desk.second)
    refused("wrong_code", actions.resolve_attempt, **{**given, "second_factor_code": "x"}, by=desk.second)
    actions.resolve_attempt(**given, by=desk.second)
    duty.refresh_from_db()
    assert duty.closed_at and Disbursement.objects.get(pk=row.pk).status == "PAID"
    assert ledger.position(at.agreement.round_id).paid_won == GRANT
    refused("not_parked", actions.resolve_attempt, **given, by=desk.second)


@pytest.mark.django_db
def test_a_statement_with_another_amount_is_for_a_person():
    _at, _desk, row, attempt, _transfer = sent()
    actions.settle(attempt_id=attempt.pk, answer=UNKNOWN)
    other = gateways.Answer(gateways.Outcome.PAID, "BK1", "statement", GRANT - 1)
    assert actions.reconcile(statement={attempt.key: other}, now=clock.now()) == 0
    assert PaymentAttempt.objects.get(pk=attempt.pk).state == "PARKED"
    assert Disbursement.objects.get(pk=row.pk).status == "REGISTERED"


# ── What the database refuses ────────────────────────────────────────────────────────────────────────
def broken(call):
    with pytest.raises(IntegrityError), transaction.atomic():
        call()


@pytest.mark.django_db
def test_the_database_refuses_other_amounts_payees_and_shortcuts():
    at, desk, row, attempt, _transfer = sent()
    mine = Disbursement.objects.filter(pk=row.pk)
    for change in (
        {"amount_won": 1}, {"amount_won": GRANT + 1}, {"payee_id": provider().institution.pk}, {"status": "PAID"},
        {"status": "PAID", "paid_at": clock.now()}, {"registered_by": desk.finance}, {"approved_by": at.operator},
        {"approved_by": None},
    ):  # fmt: skip
        broken(lambda change=change: mine.update(**change))
    tries = PaymentAttempt.objects.filter(pk=attempt.pk)
    for change in ({"amount_won": 1}, {"key": "other"}, {"state": "CLAIMED"}, {"disbursement_id": None}):
        broken(lambda change=change: tries.update(**change))
    actions.settle(attempt_id=attempt.pk, answer=PAID)
    for change in ({"state": "REFUSED"}, {"state": "SENT"}):
        broken(lambda change=change: tries.update(**change))
    broken(lambda: mine.update(status="FAILED", paid_at=None))
    for table in ("vouchers_paymentattempt", "vouchers_disbursement"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.django_db
def test_the_database_refuses_an_unverified_account():
    at, milestone = accepted()
    desk = p.office()
    p.account(at, desk)
    row = p.request(at, milestone)
    p.approve(at, row, desk)
    new = actions.enter_payee(
        institution_id=at.institution.pk, bank_code="088", number="99999999", holder="다른 곳", by=desk.registrar
    )
    broken(lambda: Disbursement.objects.filter(pk=row.pk).update(payee_account=new))


def test_a_second_live_attempt_is_refused_in_committed_transactions(committed_db):
    _at, _desk, row, _attempt, _transfer = sent()

    def again(n):
        with transaction.atomic():
            PaymentAttempt(disbursement=row, key=f"second-{n}", amount_won=row.amount_won, claimed_at=clock.now()).save()

    results = together(lambda: again(1), lambda: again(2))
    assert all(isinstance(r, IntegrityError) for r in results), results
    assert PaymentAttempt.objects.count() == 1


def test_many_workers_claim_every_payment_once(committed_db):
    p.registered(4)

    def work():
        done = 0
        while (attempt := actions.claim_next()) is not None:
            assert actions.mark_sent(attempt_id=attempt.pk) is not None
            actions.settle(attempt_id=attempt.pk, answer=PAID)
            done += 1
        return done

    results = together(*[work] * 4)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert sum(results) == 4 == PaymentAttempt.objects.filter(state="PAID").count()
    assert list(ledger.faults()) == []


def test_two_requests_at_once_and_two_settlements_at_once(committed_db):
    at, milestone = accepted()
    results = together(*[lambda n=n: p.request(at, milestone, invoice_no=f"R-{n}") for n in range(3)])
    assert sum(isinstance(r, Refused) for r in results) == 2, results
    desk = p.office()
    p.account(at, desk)
    row = Disbursement.objects.get()
    p.approve(at, row, desk)
    p.released("register", row, desk.registrar)
    attempt = actions.claim_next()
    actions.mark_sent(attempt_id=attempt.pk)
    results = together(*[lambda: actions.settle(attempt_id=attempt.pk, answer=PAID)] * 3)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert ledger.position(at.agreement.round_id).paid_won == GRANT
    assert Event.objects.filter(name="disbursement.paid").count() == 1


def test_more_than_the_voucher_is_refused_by_sql_from_two_connections(committed_db):
    """Each alone would fit what the first left over; the row lock on the voucher makes the second see the first."""
    at, rows = p.planned(parts=2)
    for row in rows:
        p.accept(at, row)
    first = p.request(at, rows[0])
    columns = [
        f.column
        for f in Disbursement._meta.concrete_fields
        if f.column not in {"id", "ref", "invoice_no", "milestone_id", "amount_won"}
    ]

    def ask(n, won):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO vouchers_disbursement (ref, invoice_no, milestone_id, amount_won, {', '.join(columns)})"
                f" SELECT 'dsb-{n}', 'X{n}', {rows[1].pk}, {won}, {', '.join(columns)} FROM vouchers_disbursement WHERE id = {first.pk}"
            )

    results = together(lambda: ask(1, GRANT // 2 + 1), lambda: ask(2, GRANT // 2 + 2))
    assert all(isinstance(r, IntegrityError) for r in results), results

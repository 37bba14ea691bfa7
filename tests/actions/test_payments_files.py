"""Payment files: made whole and once, answered whole or not at all, one rail for ever; races of two connections."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from portal.accounts import second_factor
from portal.accounts.rules import Role
from portal.documents import actions as documents
from portal.documents import queries as document_queries
from portal.documents.models import Document
from portal.documents.rules import ANSWERS
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import DomainError, NotAllowed, Refused
from tests.committed import together
from tests.factories import bank_answers as answers
from tests.factories import halts
from tests.factories import projects as p
from tests.factories.providers import person
from vouchers.companies import actions as companies
from vouchers.ledger import queries as ledger
from vouchers.payments import actions, gateways, queries, rules, tasks
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAnswer, PaymentAttempt, PaymentFile

XML, XLSX = ("xml", "application/xml"), ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
NETWORK: dict[str, Any] = {"paying": p.NETWORK}


def refused(code: str, call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(DomainError) as error:
        call(*args, **given)
    assert error.value.code == code, str(error.value)
    return str(error.value)


def read(file: PaymentFile, content: bytes, by: Any, kind: tuple[str, str] = XML) -> PaymentAnswer:
    """Uploaded and read as the page does it: a refused answer leaves nothing behind."""
    with documents.all_or_nothing():
        upload = SimpleUploadedFile(f"answer.{kind[0]}", content, content_type=kind[1])
        document = documents.upload(file=upload, kind="payment_answer", by=by, types=ANSWERS)
        return actions.read_payment_answer(
            file_id=file.pk, document=document, second_factor_code=second_factor.demo_code(by), by=by
        )


def state(row: Disbursement) -> str:
    return Disbursement.objects.get(pk=row.pk).status


def filed(parts: int = 2, way: str = "PAIN_001", **policy: Any):
    at, desk, rows = p.registered(parts, way=way, **policy)
    return at, desk, rows, p.file_of(desk, rows)


def snapshot() -> tuple[Any, ...]:
    """Everything that an answer could change."""
    return (
        sorted(PaymentAttempt.objects.values_list("key", "state", "bank_ref")), sorted(Disbursement.objects.values_list("ref", "status")),
        PaymentAnswer.objects.count(), Event.objects.count(), Notice.objects.count(), Document.objects.count(),
    )  # fmt: skip


# ── Made ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_make_payment_file_hands_over_every_payment_once():
    _at, desk, rows, file = filed(4)
    assert (file.line_count, file.total_won, file.account) == (4, 320_000_000, "90010203040506")
    content = document_queries.content_of(file.document)
    assert document_queries.content_of(PaymentFile.objects.get(pk=file.pk).document) == content
    name, transfers = rules.read_pain_001(content)
    assert name == file.ref and rules.schema_fault(content) == ""
    assert [(one.amount_won, one.account, one.bank_code) for one in transfers] == [
        (row.amount_won, "110123456789", "088") for row in rows
    ]
    lines = list(queries.lines_of(file))
    assert [one.key for one in lines] == [one.key for one in transfers] and {one.state for one in lines} == {"SENT"}
    assert {one.paid_by for one in lines} == {desk.second} and all(one.sent_at for one in lines)
    assert Duty.objects.get(verb="read_payment_answer", closed_at__isnull=True).subject_ref == file.ref
    event = Event.objects.get(name="payment_file.made")
    assert event.data["sha256"] == file.document.sha256 and event.by == desk.second
    refused("not_due", p.file_of, desk, rows)
    assert tasks.pay_due() == 0 and actions.claim_next() is None, "the gateway leaves it alone"
    assert actions.mark_sent(attempt_id=lines[0].pk) is None
    with clock.at(clock.now() + timedelta(days=1)):
        assert actions.lose_track(now=clock.now()) == 0, "a file waits for its answer"


@pytest.mark.django_db
def test_make_payment_file_is_for_somebody_who_released_nothing_of_it():
    at, desk, rows = p.registered(2, way="PAIN_001")
    said = refused("four_eyes", p.file_of, desk, rows, by=desk.finance)
    assert rows[0].ref in said
    for who in (desk.registrar, at.manager, at.company, person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            p.file_of(desk, rows, by=who)
    with pytest.raises(Refused):
        actions.make_payment_file(
            round_id=at.agreement.round_id, way="PAIN_001", disbursement_ids=[row.pk for row in rows], second_factor_code="000000",
            by=desk.second,
        )  # fmt: skip
    assert not PaymentFile.objects.exists() and not PaymentAttempt.objects.exists()
    assert not Document.objects.filter(kind="payment_file").exists()


@pytest.mark.django_db
def test_one_wrong_line_stops_the_whole_file_and_is_named():
    at, desk, (good, bad) = p.registered(2, way="PAIN_001")
    odd = PayeeAccount.objects.create(  # entered before such signs were refused
        institution=at.institution, bank_code="088", number="110123456789", holder="가\x01", is_current=False,
        entered_by=desk.registrar, verified_by=desk.finance,
    )  # fmt: skip
    Disbursement.objects.filter(pk=bad.pk).update(payee_account=odd)
    assert bad.ref in refused("line_fault", p.file_of, desk, [good, bad])
    Document.objects.filter(pk=bad.invoice_document_id).update(scan_state="INFECTED")
    assert bad.ref in refused("file_held", p.file_of, desk, [bad])
    assert not PaymentFile.objects.exists() and not PaymentAttempt.objects.exists()


@pytest.mark.django_db
def test_only_what_is_registered_for_that_way_in_that_round_goes_into_a_file():
    at, desk, (row,) = p.registered(1)
    assert row.way == "GATEWAY"
    made = lambda way: actions.make_payment_file(
        round_id=at.agreement.round_id, way=way, disbursement_ids=[row.pk], second_factor_code=second_factor.demo_code(desk.second),
        by=desk.second,
    )  # fmt: skip
    refused("not_due", made, "PAIN_001")
    refused("not_due", made, "NETWORK")
    refused("file_sum", lambda: actions.make_payment_file(
        round_id=at.agreement.round_id, way="SHEET", disbursement_ids=[], second_factor_code="", by=desk.second))  # fmt: skip
    halts.suspended(at.agreement, by=at.operator)
    refused("agreement_not_active", made, "PAIN_001")


@pytest.mark.django_db
def test_register_by_a_way_that_the_round_allows_and_keeps():
    at, (milestone,) = p.planned()
    desk = p.office()
    p.account(at, desk)
    p.accept(at, milestone)
    row = p.request(at, milestone)
    p.approve(at, row, desk)
    refused("way_refused", p.released, "register", row, desk.registrar, way="NETWORK")
    row = p.released("register", row, desk.registrar, way="SHEET")
    assert row.way == "SHEET"
    file = p.file_of(desk, [row])
    (line,) = queries.lines_of(file)
    read(file, answers.bank_result(file.ref, [(line.key, line.amount_won, "오류", "", "계좌 해지")]), desk.reader, XLSX)
    assert state(row) == "FAILED"
    refused("way_refused", actions.disbursements._release, row.pk, "retry_disbursement", "", desk.registrar, way="GATEWAY")
    assert p.released("retry", row, desk.registrar).way == "SHEET"
    with pytest.raises(IntegrityError), transaction.atomic():
        Disbursement.objects.filter(pk=row.pk).update(way="GATEWAY")


# ── Answered ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_a_partly_refused_answer_books_the_paid_and_lets_the_refused_be_mended_and_paid_again():
    at, desk, rows, file = filed(4)
    voucher = at.agreement.voucher
    answer = read(file, answers.paid(file, refuse=[1]), desk.reader)
    assert answer.settled == {"PAID": 3, "REFUSED": 1} and [state(row) for row in rows] == ["PAID", "FAILED", "PAID", "PAID"]
    paid_won = 240_000_000
    assert queries.booked_won(file) == paid_won == ledger.balance(at.agreement.round_id, "PAID", voucher.ref)
    assert not Duty.objects.filter(verb="read_payment_answer", closed_at__isnull=True).exists()
    assert Notice.objects.filter(template="disbursement_failed", user=desk.registrar, body__contains="AC04").exists()
    p.released("retry", rows[1], desk.registrar)
    said = refused("statement_missing", p.file_of, desk, [rows[1]])
    assert rows[1].ref in said and "camt.053" in said
    first = file.lines.order_by("id")[0]
    entries = [{"key": first.key, "amount": first.amount_won}]
    read(file, answers.statement(file.account, entries, begins=clock.now() - timedelta(days=2)), desk.reader)
    again = p.file_of(desk, [rows[1]])
    assert again.ref != file.ref and again.line_count == 1
    read(again, answers.paid(again), desk.reader)
    assert [state(row) for row in rows] == ["PAID"] * 4
    assert queries.booked_won(file) + queries.booked_won(again) == 320_000_000
    assert PaymentAttempt.objects.filter(state="PAID").count() == 4


@pytest.mark.django_db
def test_a_refusal_that_was_in_truth_paid_is_never_paid_again():
    _at, desk, (row,), file = filed(1)
    read(file, answers.paid(file, refuse=[0]), desk.reader)
    p.released("retry", row, desk.registrar)
    line = file.lines.get()
    read(file, answers.statement(file.account, [{"key": line.key, "amount": line.amount_won}]), desk.reader)
    assert state(row) == "PAID" and queries.booked_won(file) == row.amount_won
    refused("voucher_ended", p.file_of, desk, [row])


@pytest.mark.django_db
def test_a_statement_shows_that_a_paid_transfer_came_back():
    _at, desk, (row,), file = filed(1)
    read(file, answers.paid(file), desk.reader)
    line = file.lines.get()
    back = [
        {"key": line.key, "amount": line.amount_won},
        {"key": line.key, "amount": line.amount_won, "back": True, "why": "해지"},
    ]
    read(file, answers.statement(file.account, back), desk.reader)
    assert state(row) == "SENT_BACK" and queries.booked_won(file) == 0


@pytest.mark.django_db
def test_an_answer_to_something_else_changes_nothing():
    at, desk, _rows, file = filed(2)
    first, second = file.lines.order_by("id")
    good = {"key": first.key, "status": "ACSC", "amount": first.amount_won}
    before = snapshot()
    for code, content in (
        ("answer_other_file", answers.report("pfl-another1", [good])),
        ("answer_strange", answers.report(file.ref, [good, {"key": "unknown-1", "status": "ACSC"}])),
        ("answer_other_amount", answers.report(file.ref, [good, {"key": second.key, "status": "ACSC", "amount": 1}])),
        ("answer_other_account", answers.statement("11112222", [{"key": first.key, "amount": first.amount_won}])),
        ("answer_unreadable", b"<html>error</html>"),
        ("answer_unreadable", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"),
    ):  # fmt: skip
        assert refused(code, read, file, content, desk.reader)
        assert snapshot() == before, code
    for who in (desk.finance, desk.registrar, desk.second, at.manager, at.company):
        with pytest.raises(NotAllowed):
            read(file, answers.paid(file), who)
    assert snapshot() == before


@pytest.mark.django_db
def test_the_same_answer_twice_books_once():
    _at, desk, _rows, file = filed(2)
    content = answers.paid(file)
    read(file, content, desk.reader)
    before = snapshot()
    refused("answer_twice", read, file, content, desk.reader)
    refused("answer_twice", read, file, content.replace(b"<TxSts>ACSC</TxSts>", b"<TxSts>ACCC</TxSts>", 1), desk.reader)
    assert snapshot() == before
    read(file, answers.paid(file, refuse=[0], name="RPT-2"), desk.reader)  # says otherwise: told to people, nothing is booked
    assert snapshot()[:2] == before[:2] and queries.booked_won(file) == 320_000_000
    assert Duty.objects.get(verb="explain_attempt").subject_ref == file.lines.order_by("id")[0].ref
    read(file, answers.paid(file, name="RPT-3"), desk.reader)  # says the same in another message: nothing is booked again
    assert queries.booked_won(file) == 320_000_000


@pytest.mark.django_db
def test_stop_waiting_hands_what_is_open_to_a_person_and_later_answers_still_count():
    _at, desk, (row,), file = filed(1)
    wait = lambda reason="은행에 전화": actions.stop_waiting(file_id=file.pk, reason=reason, by=desk.reader)
    refused("not_overdue", wait)
    with clock.at(clock.now() + timedelta(days=12)):
        refused("reason_missing", wait, " ")
        assert wait() == 1
        refused("not_overdue", wait)
        line = file.lines.get()
        assert line.state == "PARKED" and Duty.objects.filter(verb="resolve_attempt", closed_at__isnull=True).exists()
        refused("not_due", p.file_of, desk, [row])
        read(file, answers.paid(file), desk.reader)
    assert state(row) == "PAID" and not Duty.objects.filter(verb="resolve_attempt", closed_at__isnull=True).exists()


@pytest.mark.django_db
def test_a_file_of_which_the_bank_refuses_everything_is_paid_again_once_the_statement_shows_nothing():
    _at, desk, (row,), file = filed(1)
    read(file, answers.paid(file, refuse=[0]), desk.reader)
    early = answers.statement(file.account, [], name="EARLY")  # before it is registered again
    p.released("retry", row, desk.registrar)
    read(file, early, desk.reader)
    refused("statement_missing", p.file_of, desk, [row])
    read(file, answers.statement(file.account, [{"key": "funding", "amount": 5, "back": True}]), desk.reader)
    assert Event.objects.filter(name="payment_file.answered").latest("id").data["strange"] == ["funding"]
    again = p.file_of(desk, [row])
    read(again, answers.paid(again), desk.reader)
    assert state(row) == "PAID"


@pytest.mark.django_db
def test_a_line_that_differs_waits_for_people_and_the_others_are_settled():
    _at, desk, (mine, other), file = filed(2)
    first, second = file.lines.order_by("id")
    with clock.at(clock.now() + timedelta(days=12)):
        actions.stop_waiting(file_id=file.pk, reason="전화", by=desk.reader)
        said = {"attempt_id": first.pk, "outcome": "REFUSED", "bank_ref": "", "reason": "이체되지 않음"}
        refused(
            "four_eyes", actions.resolve_attempt, **said, second_factor_code=second_factor.demo_code(desk.second), by=desk.second
        )
        actions.resolve_attempt(**said, second_factor_code=second_factor.demo_code(desk.reader), by=desk.reader)
        read(file, answers.paid(file), desk.reader)
        assert (state(mine), state(other)) == ("FAILED", "PAID") and queries.booked_won(file) == second.amount_won
        assert Duty.objects.get(verb="explain_attempt", closed_at__isnull=True).subject_ref == first.ref
        p.released("retry", mine, desk.registrar)
        read(file, answers.statement(file.account, [], begins=clock.now() - timedelta(days=13)), desk.reader)
        refused("kept_back", p.file_of, desk, [mine])


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["SHEET", "NETWORK"])
def test_a_persons_word_frees_no_second_transfer_where_the_list_is_the_record(way):
    _at, desk, (row,), file = filed(1, **({"way": "SHEET"} if way == "SHEET" else {"way": "", **NETWORK}))
    line, listed = file.lines.get(), answers.bank_result if way == "SHEET" else answers.network_result
    result = lambda word, ref="": listed(file.ref, [(line.key, line.amount_won, word, ref, "")])
    paid, none, open_ = ("정상", "오류", "처리중") if way == "SHEET" else ("이체완료", "반려", "처리중")
    other = person(Role.OPERATOR_FINANCE)
    with clock.at(clock.now() + timedelta(days=12)):
        actions.stop_waiting(file_id=file.pk, reason="전화", by=desk.reader)
        actions.resolve_attempt(
            attempt_id=line.pk, outcome="REFUSED", bank_ref="", reason="이체되지 않음",
            second_factor_code=second_factor.demo_code(desk.reader), by=desk.reader,
        )  # fmt: skip
        p.released("retry", row, desk.registrar)
        refused("statement_missing", p.file_of, desk, [row])
        read(file, result(none), desk.reader, XLSX)
        refused("statement_missing", p.file_of, desk, [row])  # read by who said so
        read(file, result(open_), other, XLSX)
        refused("statement_missing", p.file_of, desk, [row])  # says nothing yet
        with transaction.atomic():
            read(file, listed(file.ref, [(line.key, line.amount_won, none, "", "계좌")]), other, XLSX)
            assert p.file_of(desk, [row]).line_count == 1
            transaction.set_rollback(True)
        read(file, result(paid, "T-1"), other, XLSX)
        assert state(row) == "REGISTERED" and Duty.objects.filter(verb="explain_attempt", closed_at__isnull=True).exists()
        refused("kept_back", p.file_of, desk, [row])
        if way == "SHEET":
            read(file, answers.statement(file.account, [{"key": line.key, "amount": line.amount_won}]), other)
            assert state(row) == "PAID" and queries.booked_won(file) == row.amount_won


@pytest.mark.django_db
def test_a_statement_read_at_one_file_settles_the_transfers_of_the_others():
    _at, desk, rows = p.registered(4, way="PAIN_001")
    former, latter = p.file_of(desk, rows[:2]), p.file_of(desk, rows[2:])
    read(former, answers.paid(former, refuse=[1]), desk.reader)
    moved = [{"key": line.key, "amount": line.amount_won} for line in PaymentAttempt.objects.order_by("id")]
    answer = read(latter, answers.statement(latter.account, moved), desk.reader)
    assert [state(row) for row in rows] == ["PAID"] * 4 and answer.settled == {"PAID": 3}
    for file, own in ((former, rows[:2]), (latter, rows[2:])):
        assert queries.booked_won(file) == sum(row.amount_won for row in own)


@pytest.mark.django_db
def test_what_a_statement_says_of_a_transfer_that_its_reader_released_waits_for_others():
    _at, desk, rows = p.registered(2, way="PAIN_001")
    former, latter = p.file_of(desk, rows[:1], by=desk.reader), p.file_of(desk, rows[1:])
    read(former, answers.paid(former, refuse=[0]), desk.second)
    moved = [{"key": line.key, "amount": line.amount_won} for line in PaymentAttempt.objects.order_by("id")]
    read(latter, answers.statement(latter.account, moved), desk.reader)
    assert [state(row) for row in rows] == ["FAILED", "PAID"]
    assert Duty.objects.get(verb="explain_attempt", closed_at__isnull=True).subject_ref == former.lines.get().ref
    read(former, answers.statement(latter.account, moved), desk.second)
    assert state(rows[0]) == "PAID" and not Duty.objects.filter(verb="explain_attempt", closed_at__isnull=True).exists()


@pytest.mark.django_db
def test_an_older_statement_read_later_says_nothing_of_what_a_newer_one_told():
    _at, desk, (row,), file = filed(1)
    line, now = file.lines.get(), clock.now()
    out = {"key": line.key, "amount": line.amount_won}
    newer = answers.statement(file.account, [{**out, "back": True, "why": "해지"}], name="DAY-2", made_at=now)
    older = answers.statement(file.account, [out], name="DAY-1", made_at=now - timedelta(hours=9))
    read(file, newer, desk.reader)
    assert state(row) == "SENT_BACK"
    read(file, older, desk.reader)
    assert state(row) == "SENT_BACK" and not Duty.objects.filter(verb="explain_attempt").exists()


@pytest.mark.django_db
def test_an_answer_is_not_read_by_who_has_a_conflict():
    at, desk, _rows, file = filed(1)
    companies.declare_conflict(user=desk.reader, organisation=at.provider_organisation, ground="친족", by=desk.reader)
    refused("conflict", read, file, answers.paid(file), desk.reader)


# ── The subsidy network ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_the_network_pays_and_its_result_is_read_back():
    _at, desk, rows, file = filed(2, way="", **NETWORK)
    assert file.way == "NETWORK" and {row.way for row in rows} == {"NETWORK"} and actions.claim_next() is None
    first, second = file.lines.order_by("id")
    content = answers.network_result(
        file.ref,
        [(second.key, second.amount_won, "반려", "", "증빙 불일치"), (first.key, first.amount_won, "이체완료", "2027000001", "")],
    )
    read(file, content, desk.reader, XLSX)
    assert [state(row) for row in rows] == ["PAID", "FAILED"] and file.lines.get(pk=first.pk).bank_ref == "2027000001"
    p.released("retry", rows[1], desk.registrar)
    again = p.file_of(desk, [rows[1]])
    line = again.lines.get()
    read(again, answers.network_result(again.ref, [(line.key, line.amount_won, "이체완료", "2027000002", "")]), desk.reader, XLSX)
    assert state(rows[1]) == "PAID"


@pytest.mark.django_db
def test_a_round_of_the_network_never_pays_by_the_bank():
    _at, _desk, (row,) = p.registered(1, **NETWORK)
    refused("way_refused", actions.disbursements._chosen_way, Disbursement.objects.get(pk=row.pk), "GATEWAY", tried=False)
    assert gateways.new_key(row.ref) and actions.claim_next() is None and tasks.pay_due() == 0
    with pytest.raises(IntegrityError, match="does not pay by"), transaction.atomic():
        Disbursement.objects.filter(pk=row.pk).update(way="GATEWAY")
    attempt = PaymentAttempt(
        disbursement=row, key="k-1", amount_won=row.amount_won, claimed_at=clock.now(), approved_by_id=row.approved_by_id,
        registered_by_id=row.registered_by_id, account_id=row.payee_account_id,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="by another way"), transaction.atomic():
        attempt.save()


# ── Races ────────────────────────────────────────────────────────────────────────────────────────────
def test_two_files_of_one_payment_at_once_make_one(committed_db):
    _at, desk, rows = p.registered(2, way="PAIN_001")
    others = [desk.second, person(Role.OPERATOR_FINANCE)]

    def make(who: Any) -> str:
        try:
            return p.file_of(desk, rows, by=who).ref
        except Refused as error:
            return error.code

    got = together(*[lambda who=who: make(who) for who in others])
    assert sorted(code == "not_due" for code in got) == [False, True], got
    assert PaymentFile.objects.count() == 1 and PaymentAttempt.objects.count() == 2


def test_one_answer_read_twice_at_once_books_once(committed_db):
    _at, desk, _rows, file = filed(2)
    content = answers.paid(file)

    def answer() -> str:
        try:
            return read(file, content, desk.reader).kind
        except Refused as error:
            return error.code

    assert sorted(together(answer, answer)) == ["PAIN_002", "answer_twice"]
    assert queries.booked_won(file) == 320_000_000 and PaymentAnswer.objects.count() == 1


def test_the_file_is_whole_when_it_is_committed(committed_db):
    _at, desk, _rows, file = filed(1)
    with pytest.raises(IntegrityError, match="it says"), transaction.atomic():
        PaymentFile.objects.create(
            round_id=file.round_id, way="PAIN_001", document=p.paper(None, desk.second), account="90010203040506", pay_on=clock.today(),
            line_count=1, total_won=5, made_by=desk.second,
        )  # fmt: skip
    assert PaymentFile.objects.count() == 1

"""Payment files in the browser: from due to answered, who may, what is refused, and the demo's counter that answers them."""

import re
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts import second_factor
from portal.accounts.rules import Role
from portal.documents.models import Document
from portal.journal.models import AccessLog
from portal.kit import bank
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import bank_answers as answers
from tests.factories import projects as p
from tests.factories.providers import person, provider
from vouchers.payments import gateways
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAnswer, PaymentFile

pytestmark = pytest.mark.django_db


def xml(content: bytes, name: str = "답.xml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/xml")


def new_path(row: Disbursement) -> str:
    return reverse("payments:new_file", args=[row.milestone.agreement.round.key, row.way.lower()])


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_from_due_to_answered_in_the_browser() -> None:
    _at, desk, rows = p.registered(2, way="PAIN_001")
    payer, path = as_(desk.second), new_path(rows[0])
    listed = payer.get("/en/payments/files/").content.decode()
    assert path in listed and "No file was made yet" in listed and "320,000,000" in listed
    assert "Payment files" in payer.get("/en/payments/").content.decode()
    shown = payer.get(f"/en{path}").content.decode()
    assert shown.count('type="checkbox"') == 2
    assert "320,000,000" in shown
    ids = [row.pk for row in rows]
    code = second_factor.demo_code(desk.second)
    for bad in ({}, {"payments": ids}, {"payments": ids, "code": "12345x"}, {"payments": [999], "code": code}, {"code": code}):
        answer = payer.post(path, bad)
        assert (
            answer.status_code == 422 and 'class="krds-critical-alert' in answer.content.decode()
        ) or answer.status_code == 422, bad
    kept = payer.post(path, {"payments": ids[:1], "code": ""}).content.decode()
    assert len(re.findall(r'name="payments"[^>]* checked', kept)) == 1, "what was chosen stays chosen"
    made = payer.post(path, {"payments": ids, "code": code})
    file = PaymentFile.objects.get()
    assert made.status_code == 303 and made["Location"] == f"/payments/files/{file.ref}/"
    page = f"/payments/files/{file.ref}/"
    assert "handed over a payment of this file" in payer.get(f"/en{page}").content.decode(), "who carries it proves nothing"
    assert payer.post(f"{page}answer/", {"file": xml(answers.paid(file)), "code": code}).status_code == 422
    reader, code = as_(desk.reader), second_factor.demo_code(desk.reader)
    first, second = (payer.get(f"{page}download/") for _turn in range(2))
    assert body(first) == body(second) and first["Content-Disposition"].endswith('.xml"')
    assert "Handed over in a payment file" in payer.get(f"/en/payments/{rows[0].ref}/").content.decode()
    for content in (b"<html/>", answers.report("pfl-0000000000", [{"key": "k", "status": "ACSC"}])):
        answer = reader.post(f"{page}answer/", {"file": xml(content), "code": code})
        assert answer.status_code == 422 and 'href="#id_file"' in answer.content.decode()
    assert reader.post(f"{page}answer/", {"code": code}).status_code == 422
    assert reader.post(f"{page}answer/", {"file": SimpleUploadedFile("a.xlsx", b"PK"), "code": code}).status_code == 422
    for wrong in ("", "000000"):
        assert reader.post(f"{page}answer/", {"file": xml(answers.paid(file)), "code": wrong}).status_code == 422
    assert not Document.objects.filter(kind="payment_answer").exists(), "a refused answer leaves nothing behind"
    assert reader.post(f"{page}answer/", {"file": xml(answers.paid(file, refuse=[1])), "code": code}).status_code == 303
    done = reader.get(f"/en{page}").content.decode()
    for word in (
        "All answered",
        "Paid",
        "Transfer refused",
        "AC04",
        "160,000,000",
        "The ledger holds the same.",
        file.document.sha256,
    ):
        assert word in done, word
    answer = PaymentAnswer.objects.get()
    assert answer.ref in done and reader.get(f"{page}answers/{answer.ref}/").status_code == 200
    assert [Disbursement.objects.get(pk=pk).status for pk in ids] == ["PAID", "FAILED"]
    assert reader.post(f"{page}answer/", {"file": xml(answers.paid(file, refuse=[1])), "code": code}).status_code == 422


def test_what_waits_for_a_statement_is_not_chosen_at_first() -> None:
    _at, desk, rows = p.registered(2, way="PAIN_001")
    file, reader = p.file_of(desk, rows[:1]), as_(desk.reader)
    given = {"file": xml(answers.paid(file, refuse=[0])), "code": second_factor.demo_code(desk.reader)}
    assert reader.post(f"/payments/files/{file.ref}/answer/", given).status_code == 303
    p.released("retry", rows[0], desk.registrar)
    shown = as_(desk.second).get(f"/en{new_path(rows[0])}").content.decode()
    assert len(re.findall(r'name="payments"[^>]* checked', shown)) == 1 and shown.count('name="payments"') == 2
    assert shown.count("its statement must be read first") == 1


def test_payment_files_are_for_those_who_see_all_and_made_by_those_who_may() -> None:
    at, desk, rows = p.registered(1, way="PAIN_001")
    file = p.file_of(desk, rows)
    auditor, stranger = person(Role.AUDITOR), provider().user
    download = f"/payments/files/{file.ref}/download/"
    for user in (auditor, at.manager, desk.registrar, stranger):  # whole account numbers stand in it
        assert as_(user).get(download).status_code == 403
    assert as_(desk.finance).get(download).status_code == 200 and Client().get(download).status_code == 302
    assert "download/" not in as_(auditor).get(f"/payments/files/{file.ref}/").content.decode()
    pages = ("/payments/files/", f"/payments/files/{file.ref}/")
    for path in pages:
        for user in (at.manager, at.company, stranger, make.firm().staff):
            assert as_(user).get(path).status_code == 404, path
        assert as_(auditor).get(path).status_code == 200, path
        assert Client().get(path).status_code == 302, path
    assert AccessLog.objects.filter(by=auditor, subject_ref=file.ref).exists()
    new = new_path(rows[0])
    for user in (auditor, at.manager, desk.registrar, stranger):
        assert as_(user).get(new).status_code == 403
        assert as_(user).post(new, {"payments": [rows[0].pk], "code": "1"}).status_code == 403
        assert as_(user).post(f"/payments/files/{file.ref}/answer/", {"file": xml(answers.paid(file))}).status_code in {403, 404}
        assert as_(user).post(f"/payments/files/{file.ref}/stop/", {"reason": "x"}).status_code in {403, 404}
    theirs = as_(desk.finance)
    assert (
        theirs.post(
            f"/payments/files/{file.ref}/answer/",
            {"file": xml(answers.paid(file)), "code": second_factor.demo_code(desk.finance)},
        ).status_code
        == 422
    )
    assert "somebody else reads its answer" in theirs.get(f"/en/payments/files/{file.ref}/").content.decode()
    assert as_(desk.reader).post(f"/payments/files/{file.ref}/stop/", {"reason": "전화함"}).status_code == 409
    assert as_(desk.reader).post(f"/payments/files/{file.ref}/stop/", {"reason": ""}).status_code == 422
    for path in ("/payments/files/new/no-such-round/pain_001/", f"{new.rsplit('/', 2)[0]}/gateway/", "/payments/files/pfl-none/"):
        assert as_(desk.second).get(path).status_code == 404, path


def test_who_released_a_payment_is_told_that_somebody_else_hands_it_over() -> None:
    _at, desk, rows = p.registered(1, way="SHEET")
    words = as_(desk.finance).get(f"/en{new_path(rows[0])}").content.decode()
    assert "You approved or registered 1 further payment" in words and "Nothing here is due for you" in words


def test_register_offers_the_ways_of_the_round() -> None:
    at, (milestone,) = p.planned()
    desk = p.office()
    p.account(at, desk)
    p.accept(at, milestone)
    row = p.request(at, milestone)
    p.approve(at, row, desk)
    client, path = as_(desk.registrar), f"/payments/{row.ref}/register/"
    shown = client.get(f"/en{path}").content.decode()
    assert shown.count('name="way"') == 3 and "To the bank in a file (ISO 20022 pain.001)" in shown
    code = second_factor.demo_code(desk.registrar)
    assert client.post(path, {"code": code, "way": "NETWORK"}).status_code == 422
    answer = client.post(path, {"code": code, "way": "PAIN_001"}, follow=True)
    assert Disbursement.objects.get().way == "PAIN_001" and "지급 파일을 기다립니다" in answer.content.decode()


def test_the_lists_of_files_ask_the_same_number_of_questions_for_one_and_for_many() -> None:
    _at, desk, rows = p.registered(4, way="PAIN_001")
    payer = as_(desk.second)
    p.file_of(desk, rows[:1])
    counts = []
    for more in (None, rows[1:2]):
        if more:
            p.file_of(desk, more)
        payer.get("/payments/files/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert payer.get("/payments/files/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


def test_the_page_of_a_file_asks_the_same_number_of_questions_for_one_line_and_for_many() -> None:
    _at, desk, rows = p.registered(5, way="SHEET")
    payer, counts = as_(desk.second), []
    for lines in (rows[:1], rows[1:]):
        page = f"/payments/files/{p.file_of(desk, lines).ref}/"
        payer.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert payer.get(page).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


def test_the_admin_keeps_the_record_of_files_and_takes_an_account_with_its_contact() -> None:
    at, desk, rows = p.registered(1, way="PAIN_001")
    file, finance = p.file_of(desk, rows), as_(desk.finance)
    assert file.ref in finance.get("/admin/vouchers/paymentfile/").content.decode()
    record = finance.get(f"/admin/vouchers/paymentfile/{file.pk}/change/").content.decode()
    assert file.document.sha256 in record and "···0506" in record and "90010203040506" not in record
    given = {"institution": at.institution.pk, "bank_code": "004", "number": "220-987-654321", "holder": "가상병원"}
    registrar, add = as_(desk.registrar), "/admin/vouchers/payeeaccount/add/"
    assert registrar.get(add).status_code == 200
    assert registrar.post(add, given).status_code == 422, "somebody must hear when it is changed"
    assert registrar.post(add, {**given, "contact": "money@hospital.example"}).status_code == 302
    account = PayeeAccount.objects.get(is_current=True)
    assert account.contact == "money@hospital.example" and account.waits_until is not None


# ── The demo's counter ───────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def counter(tmp_path: Any, settings: Any) -> Any:
    house = bank.server(tmp_path, 0)
    threading.Thread(target=house.serve_forever, daemon=True).start()
    settings.BANK_GATEWAY_URL, settings.DEMO = f"http://127.0.0.1:{house.server_port}", True
    yield settings.BANK_GATEWAY_URL
    house.shutdown()
    house.server_close()


@pytest.mark.parametrize(("way", "kinds"), [("PAIN_001", ("report", "statement")), ("SHEET", ("result",))])
def test_the_demos_counter_takes_a_file_and_its_answers_are_read_back(counter: str, way: str, kinds: tuple[str, ...]) -> None:
    _at, desk, rows = p.registered(2, way=way)
    file, payer = p.file_of(desk, rows), as_(desk.second)
    page = f"/payments/files/{file.ref}/"
    content = body(payer.get(f"{page}download/"))
    upload = lambda: SimpleUploadedFile("f.xml", content)
    assert payer.post("/demo/bank/files/", {"how": "last"}).status_code == 422
    assert payer.post("/demo/bank/files/", {"file": SimpleUploadedFile("f.xml", b"<a/>"), "how": "last"}).status_code == 422
    assert payer.post("/demo/bank/files/", {"file": upload(), "how": "last"}).status_code == 303
    assert payer.post("/demo/bank/files/", {"file": upload(), "how": "good"}).status_code == 422, "taken once"
    words = payer.get("/en/demo/bank/").content.decode()
    for kind in kinds:
        address = f"/demo/bank/files/1/{kind}/"
        assert address in words
        found = payer.get(address)
        name = found["Content-Disposition"].partition('"')[2].rstrip('"')
        given = {"file": SimpleUploadedFile(name, found.content), "code": second_factor.demo_code(desk.reader)}
        answer = as_(desk.reader).post(f"{page}answer/", given)
        assert answer.status_code == 303, answer.content.decode()[:3000]
    assert [Disbursement.objects.get(pk=row.pk).status for row in rows] == ["PAID", "FAILED"]
    assert len(gateways.demo_book(url=counter) or []) == 1
    assert payer.get("/demo/bank/files/9/report/").status_code == 404 and payer.get("/demo/bank/files/1/soup/").status_code == 404


def test_the_demos_counter_is_only_there_in_a_demonstration(settings: Any) -> None:
    client = as_(person(Role.OPERATOR_FINANCE))
    settings.DEMO = False
    assert client.post("/demo/bank/files/", {"how": "good"}).status_code in {401, 404}  # a demo person is signed out at once
    assert client.get("/demo/bank/files/1/report/").status_code in {302, 404}

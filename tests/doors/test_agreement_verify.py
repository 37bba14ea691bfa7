"""Anybody with the file: which agreement, which version, does it hold, who signed; one byte changed is said; nothing is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.documents.models import Document
from tests.factories import evaluation as ev
from tests.factories.changes import agreed
from vouchers.agreements import actions as agreements
from vouchers.agreements import rules
from vouchers.agreements.views import verifying

pytestmark = pytest.mark.django_db


def content(version) -> bytes:
    with version.document.file.open("rb") as file:
        return file.read()


def asked(body: bytes, path: str = "/agreements/verify/", client: Client | None = None):
    return (client or Client()).post(path, {"file": SimpleUploadedFile("협약서.pdf", body, "application/pdf")})


def text(response) -> str:
    return response.content.decode()


def test_the_holder_of_a_file_learns_which_version_it_is_and_who_signed_it():
    at = agreed()
    first = at.row.current()
    body, kept = content(first), Document.objects.count()
    page = asked(body)
    assert page.status_code == 200 and page["Cache-Control"] == "private, no-store"
    assert at.agreement.number in text(page) and "지금 적용되는 판" in text(page) and first.content_hash in text(page)
    for person in (at.operator, at.company, at.first.user, at.second.user):
        assert person.get_full_name() in text(page)
    change = at.approve(at.ask(amounts={3: 60_000_000}))
    second = content(change.amended)
    assert "서명이 모두 끝나지" in text(asked(second))
    at.sign(change)
    assert "지금 적용되는 판" in text(asked(second)) and "다음 판으로 바뀌었습니다" in text(asked(body))
    assert "A later version has taken its place." in text(asked(body, "/en/agreements/verify/"))
    assert Document.objects.count() == kept + 1  # the second version alone


def test_one_changed_byte_is_said_and_so_is_a_file_of_nobody():
    made = ev.active()
    body = content(made.agreement.current())
    changed = body[:-40] + bytes([body[-40] ^ 1]) + body[-39:]
    page = text(asked(changed))
    assert "바뀐 파일입니다" in page and made.agreement.number in page and made.company.get_full_name() not in page
    other = text(asked(b"%PDF-1.4 something else"))
    assert "협약서가 아닙니다" in other
    empty = Client().post("/agreements/verify/", {})
    assert empty.status_code == 422 and 'href="#id_file"' in text(empty)
    assert Client().get("/agreements/verify/").status_code == 200


def test_a_draft_that_was_never_signed_names_nobody():
    made = ev.drafted()
    page = text(asked(content(made.agreement.current())))
    assert "서명이 모두 끝나지" in page and made.company.get_full_name() not in page
    agreements.terminate(agreement_id=made.agreement.pk, reason="합의", by=made.operator)
    assert "효력이 생긴 적이 없습니다" in text(asked(content(made.agreement.current())))


def test_too_many_files_from_one_address_wait(monkeypatch):
    monkeypatch.setattr(verifying, "TIMES", 2)
    answers = [asked(b"%PDF-1.4 x") for _try in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429] and "10분" in text(answers[2])


@pytest.mark.parametrize(("number", "facts", "standing"), [
    (2, {"held": 2, "in_force": True, "status": "ACTIVE", "change": ""}, "HOLDS"),
    (2, {"held": 2, "in_force": True, "status": "COMPLETED", "change": "IN_FORCE"}, "ENDED"),
    (1, {"held": 2, "in_force": True, "status": "ACTIVE", "change": ""}, "SUPERSEDED"),
    (3, {"held": 2, "in_force": True, "status": "ACTIVE", "change": "APPROVED"}, "AWAITED"),
    (3, {"held": 2, "in_force": True, "status": "ACTIVE", "change": "WITHDRAWN"}, "NEVER"),
    (1, {"held": 1, "in_force": False, "status": "DRAFTING", "change": ""}, "AWAITED"),
])  # fmt: skip
def test_what_a_version_is_worth(number, facts, standing):
    assert rules.standing(number, **facts) == standing

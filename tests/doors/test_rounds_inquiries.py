"""Questions about a call: who may ask, who answers, what everybody reads, and until when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal.journal.models import Duty, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.doors import as_
from tests.factories.accounts import make_member, make_organisation, make_staff
from tests.factories.rounds import make_closed_round, make_round
from vouchers.rounds import actions
from vouchers.rounds.models import Inquiry

pytestmark = pytest.mark.django_db

ASKED = "우리 회사 시험기업은 해외 지사도 신청할 수 있습니까?"
ANSWER = {
    "question_ko": "해외 지사도 신청할 수 있습니까?", "question_en": "May a branch abroad apply?", "answer_ko": "신청할 수 없습니다.",
    "answer_en": "It may not.",
}  # fmt: skip


@pytest.fixture
def company():
    return make_organisation(name_ko="물어본기업")


def test_ask_and_answer_in_public_without_who_asked(client, company):
    row, member = make_round(key="open-call"), make_member(company, name="물어본 사람")
    page = as_(member).get("/rounds/open-call/").content.decode()
    assert 'action="/rounds/open-call/ask/"' in page and 'name="text"' in page
    sent = as_(member).post("/rounds/open-call/ask/", {"text": ASKED})
    assert sent.status_code == 303 and sent["Location"] == "/rounds/open-call/#inquiries"
    inquiry = Inquiry.objects.get()
    duty = Duty.objects.get(subject_ref=inquiry.ref, verb="answer_inquiry", closed_at=None)
    assert duty.role == "MINISTRY_OFFICER" and duty.due_at <= row.closes_at
    assert ASKED in as_(member).get("/rounds/open-call/").content.decode()
    assert ASKED not in client.get("/rounds/open-call/").content.decode()
    assert ASKED not in as_(make_member(make_organisation())).get("/rounds/open-call/").content.decode()

    officer = as_(make_staff("MINISTRY_OFFICER"))
    base = f"/admin/vouchers/inquiry/{inquiry.pk}"
    assert ASKED in officer.get(f"{base}/verb/answer/").content.decode()
    half = officer.post(f"{base}/verb/answer/", {**ANSWER, "answer_en": ""})
    assert half.status_code == 422 and Inquiry.objects.get().status == "ASKED"
    assert officer.post(f"{base}/verb/answer/", ANSWER).status_code == 302
    for prefix, words in (("", ("question_ko", "answer_ko")), ("/en", ("question_en", "answer_en"))):
        page = client.get(f"{prefix}/rounds/open-call/").content.decode()
        assert all(ANSWER[name] in page for name in words) and "물어본" not in page and "시험기업" not in page
    feed = client.get("/en/rounds/feed.atom").content.decode()
    assert "May a branch abroad apply?" in feed and f"#{inquiry.ref}" in feed and "시험기업" not in feed
    assert Notice.objects.filter(template="inquiry_answered", user=member).count() == 1
    assert not Duty.objects.filter(subject_ref=inquiry.ref, closed_at=None).exists()
    assert officer.post(f"{base}/verb/answer/", ANSWER, follow=True).status_code in {200, 422}
    assert Inquiry.objects.get().version == inquiry.version + 1


def test_only_members_of_a_company_ask(client, company):
    make_round(key="open-call")
    assert client.post("/rounds/open-call/ask/", {"text": ASKED}).status_code in {302, 401}
    for other in (make_staff("MINISTRY_OFFICER"), make_staff("PROVIDER_MANAGER"), make_staff("AUDITOR")):
        assert as_(other).post("/rounds/open-call/ask/", {"text": ASKED}).status_code == 403
        assert 'action="/rounds/open-call/ask/"' not in as_(other).get("/rounds/open-call/").content.decode()
    assert as_(make_member(company)).post("/rounds/nothing/ask/", {"text": ASKED}).status_code == 404
    assert not Inquiry.objects.exists()


def test_an_empty_question_comes_back_in_the_page(company):
    make_round(key="open-call")
    answer = as_(make_member(company)).post("/rounds/open-call/ask/", {"text": ""})
    assert answer.status_code == 422 and "id_text" in answer.content.decode()


def test_nothing_is_asked_or_answered_after_the_close(company):
    member, officer = make_member(company), make_staff("MINISTRY_OFFICER")
    closed, row = make_closed_round(key="closed"), make_round()
    with pytest.raises(Refused) as refusal:
        actions.ask(round_id=closed.pk, text=ASKED, by=member)
    assert refusal.value.code == "round_closed"
    assert "더는 질문을 받지 않습니다" in as_(member).get("/rounds/closed/").content.decode()
    inquiry = actions.ask(round_id=row.pk, text=ASKED, by=member)
    with clock.at(row.closes_at):
        with pytest.raises(Refused):
            actions.answer_inquiry(inquiry_id=inquiry.pk, by=officer, **ANSWER)
        actions.set_aside_inquiry(inquiry_id=inquiry.pk, reason="마감 뒤에는 답변하지 않습니다.", by=officer)
    assert Notice.objects.filter(template="inquiry_set_aside", user=member).exists()
    with pytest.raises(IllegalStep):
        actions.set_aside_inquiry(inquiry_id=inquiry.pk, reason="다시", by=officer)


def test_five_may_wait_and_only_officers_answer(company):
    member, row = make_member(company), make_round()
    asked = [actions.ask(round_id=row.pk, text=f"질문 {n}", by=member) for n in range(5)]
    with pytest.raises(Refused) as refusal:
        actions.ask(round_id=row.pk, text="여섯째", by=member)
    assert refusal.value.code == "too_many"
    for other in (member, make_staff("AUDITOR"), make_staff("EVALUATOR")):
        with pytest.raises(NotAllowed):
            actions.answer_inquiry(inquiry_id=asked[0].pk, by=other, **ANSWER)
    auditor = as_(make_staff("AUDITOR"))
    base = f"/admin/vouchers/inquiry/{asked[0].pk}"
    assert auditor.get(f"{base}/change/").status_code == 200
    assert auditor.post(f"{base}/verb/answer/", ANSWER).status_code == 403


def refused(sql: str, *values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_database_keeps_questions_and_answers(company):
    member, officer, row = make_member(company), make_staff("MINISTRY_OFFICER"), make_round()
    waiting = actions.ask(round_id=row.pk, text=ASKED, by=member)
    answered = actions.ask(round_id=row.pk, text=ASKED, by=member)
    actions.answer_inquiry(inquiry_id=answered.pk, by=officer, **ANSWER)
    refused("UPDATE vouchers_inquiry SET answer_ko = 'x' WHERE id = %s", answered.pk)
    refused("DELETE FROM vouchers_inquiry WHERE id = %s", answered.pk)
    refused("UPDATE vouchers_inquiry SET asked = 'x' WHERE id = %s", waiting.pk)
    whole = "status = 'ANSWERED', question_ko = 'x', question_en = 'x', answer_ko = 'x', answered_by_id = asked_by_id"
    refused(f"UPDATE vouchers_inquiry SET {whole}, answered_at = now() WHERE id = %s", waiting.pk)
    late = row.closes_at + timedelta(seconds=1)
    refused(f"UPDATE vouchers_inquiry SET {whole}, answer_en = 'x', answered_at = %s WHERE id = %s", late, waiting.pk)
    columns = (
        "ref, created_at, updated_at, version, asked, asked_at, status, question_ko, question_en, answer_ko, answer_en, reason"
    )
    copied = "'inq-x', created_at, updated_at, 1, asked, %s, 'ASKED', '', '', '', '', ''"
    refused(
        f"INSERT INTO vouchers_inquiry ({columns}, round_id, organisation_id, asked_by_id) "
        f"SELECT {copied}, round_id, organisation_id, asked_by_id FROM vouchers_inquiry WHERE id = %s",
        late, waiting.pk,
    )  # fmt: skip

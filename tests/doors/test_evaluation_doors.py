"""Evaluation as the evaluator, another evaluator, the company, its staff, a stranger, an officer and nobody see it."""

from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from portal.documents import actions as documents
from portal.journal.models import AccessLog
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import evaluation as ev
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, Award

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def invited():
    at = ev.panel()
    return at, ev.assigned(at, at.applications[0], at.evaluators[0])


# ── Evaluators ───────────────────────────────────────────────────────────────────────────────────────
def test_list_shows_own_assignments_only(invited):
    at, _row = invited
    assert at.applications[0].title in text(as_(at.evaluators[0]).get("/evaluation/"))
    other = text(as_(at.evaluators[1]).get("/evaluation/"))
    assert at.applications[0].title not in other and "지금 하실 일이 없습니다" in other
    assert as_(at.firms[0].representative).get("/evaluation/").status_code == 403
    assert Client().get("/evaluation/").status_code == 302


def test_list_needs_the_same_queries_for_many(django_assert_num_queries):
    at = ev.panel(3)
    evaluator = at.evaluators[0]
    ev.assigned(at, at.applications[0], evaluator)
    client = as_(evaluator)

    def count() -> int:
        client.get("/evaluation/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/evaluation/")
        return len(seen)

    one = count()
    for application in at.applications[1:]:
        ev.assigned(at, application, evaluator)
    assert count() == one


def test_the_file_opens_only_after_the_declaration_and_is_logged(invited):
    at, row = invited
    client, address = as_(at.evaluators[0]), f"/evaluation/{row.ref}/"
    before = text(client.get(address))
    assert "이해충돌 없음: 신청서 열기" in before and "폐결절을 찾는 인공지능" not in before.replace(at.applications[0].title, "")
    document = at.applications[0].application_documents.first().document
    assert client.get(f"{address}documents/{document.ref}/").status_code == 404
    assert not AccessLog.objects.filter(by=at.evaluators[0]).exists()
    assert client.post(f"{address}accept/").status_code == 303
    after = text(client.get(address))
    assert "점수 제출하기" in after and "폐결절을 찾는 인공지능" in after and document.name in after
    assert AccessLog.objects.filter(by=at.evaluators[0], task="evaluation.file").count() == 1
    for nobody in (at.evaluators[1], at.officer, at.firms[0].representative, make.firm().representative):
        assert as_(nobody).get(address).status_code in {403, 404}
    assert Client().get(address).status_code == 302


def test_an_evaluator_reads_the_files_that_count_and_no_replaced_one(invited):
    at, row = invited
    client, application = as_(at.evaluators[0]), at.applications[0]
    client.post(f"/evaluation/{row.ref}/accept/")
    current = application.application_documents.filter(current=True).first()
    replaced = make.stored(at.firms[0], current.kind)
    application.application_documents.create(kind=current.kind, document=replaced, current=False)
    for file in (current.document, replaced):
        documents.settle_scan(document_id=file.pk, clean=True)
    files = f"/evaluation/{row.ref}/documents/"
    assert client.get(f"{files}{current.document.ref}/").status_code == 200
    assert client.get(f"{files}{replaced.ref}/").status_code == 404
    own = reverse("applications:download", args=[application.ref, replaced.ref])
    assert as_(at.firms[0].representative).get(own).status_code == 200  # its company keeps what it handed in before


def scoring(client, row, data, **headers):
    """Sends the score form as the page that is open now would send it."""
    version = {"version": Assignment.objects.get(pk=row.pk).version}
    return client.post(f"/evaluation/{row.ref}/scores/", {**version, **data}, **headers)


def test_scores_are_kept_in_part_and_bad_ones_are_named(invited):
    at, row = invited
    client, address = as_(at.evaluators[0]), f"/evaluation/{row.ref}/"
    client.post(f"{address}accept/")
    first, second, *_rest = at.round.criteria.all()
    bad = {f"points_{first.pk}": "77", f"points_{second.pk}": "140", f"comment_{second.pk}": "근거가 먼저", "comment": "좋음"}
    response = scoring(client, row, bad)
    assert response.status_code == 422 and "140" in text(response) and f'href="#id_points_{second.pk}"' in text(response)
    kept = {score.criterion_id: (score.points, score.comment) for score in Assignment.objects.get(pk=row.pk).scores.all()}
    assert kept == {first.pk: (77, ""), second.pk: (None, "근거가 먼저")}
    assert "근거가 먼저" in text(client.get(address)) and "중 1개 평가" in text(client.get(address))
    assert scoring(client, row, {f"points_{first.pk}": "78"}).status_code == 303
    response = scoring(client, row, {f"points_{first.pk}": "78", "hand_in": "1", "comment": "의견"})
    assert response.status_code == 422 and f"{second} 점수(0~100점)" in text(response)
    wrong = scoring(client, row, {f"points_{first.pk}": "140", "hand_in": "1"})
    assert "".join(wrong.context["form"].errors).count("points_") == at.round.criteria.count()  # all at once
    assert "comment" in wrong.context["form"].errors
    saved = scoring(client, row, {f"points_{first.pk}": "79"}, headers={"HX-Request": "true"})
    assert saved.status_code == 200 and "저장했습니다" in text(saved) and "<html" not in text(saved)
    whole = {f"points_{c.pk}": "80" for c in at.round.criteria.all()} | {"comment": "의견", "hand_in": "1"}
    assert scoring(client, row, whole).status_code == 303
    done = text(client.get(address))
    assert "더는 고칠 수 없습니다" in done and "80.00" in done
    assert scoring(client, row, whole).status_code == 303  # a second click
    quiet = client.post(f"/evaluation/{row.ref}/scores/", {"comment": "더 쓴 글"}, headers={"HX-Request": "true"})
    assert quiet.status_code == 200 and "data-frozen" in quiet.content.decode() and "제출하여 이제" in quiet.content.decode()
    assert Assignment.objects.get(pk=row.pk).status == "SUBMITTED"


def test_scores_saved_on_another_device_meanwhile_are_not_overwritten_unasked(invited):
    at, row = invited
    client, address = as_(at.evaluators[0]), f"/evaluation/{row.ref}/"
    client.post(f"{address}accept/")
    first = at.round.criteria.first()
    opened = Assignment.objects.get(pk=row.pk).version
    assert scoring(client, row, {f"points_{first.pk}": "70", "comment": "노트북에서"}).status_code == 303
    late = {"version": opened, f"points_{first.pk}": "90", "comment": "전화기에서"}
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(f"{address}scores/", late, headers=headers)
        assert (
            answer.status_code == 409 and "노트북에서" in text(answer) and "다른 기기에서 점수가 저장되었습니다" in text(answer)
        )
    assert "전화기에서" in text(client.post(f"{address}scores/", late))  # what was typed stays in the form
    assert Assignment.objects.get(pk=row.pk).comment == "노트북에서"
    assert client.post(f"{address}scores/", {**late, "version": ""}).status_code == 409
    newest = Assignment.objects.get(pk=row.pk).version
    assert client.post(f"{address}scores/", {**late, "over": newest}).status_code == 303
    assert Assignment.objects.get(pk=row.pk).comment == "전화기에서"


def test_scores_typed_when_the_session_ended_are_shown_again(invited):
    at, row = invited
    as_(at.evaluators[0]).post(f"/evaluation/{row.ref}/accept/")
    answer = Client().post(f"/evaluation/{row.ref}/scores/", {"version": 1, "comment": "길게 쓴 <종합> 의견"})
    assert answer.status_code == 401 and "길게 쓴 &lt;종합&gt; 의견" in text(answer)
    assert Assignment.objects.get(pk=row.pk).comment == ""
    typing = Client().post(
        f"/evaluation/{row.ref}/scores/", {"comment": "타자 중"}, headers={"HX-Request": "true", "HX-Target": "save-state"}
    )  # fmt: skip
    assert typing.status_code == 401 and "새 탭" in text(typing) and "<html" not in text(typing)
    empty = Client().post(f"/evaluation/{row.ref}/accept/", headers={"referer": f"http://testserver/evaluation/{row.ref}/"})
    assert empty.status_code == 302 and empty["Location"].endswith(f"/evaluation/{row.ref}/")
    away = Client().post(f"/evaluation/{row.ref}/accept/", headers={"referer": "http://evil.example/x"})
    assert "evil" not in away["Location"]


def test_recuse_and_decline_ask_for_what_they_need(invited):
    at, row = invited
    client, address = as_(at.evaluators[0]), f"/evaluation/{row.ref}/"
    assert client.post(f"{address}recuse/", {"ground": ""}).status_code == 422
    assert client.post(f"{address}recuse/", {"ground": "자문"}).status_code == 303
    assert client.get(address).status_code == 404
    assert client.post(f"{address}decline/", {"reason": "x"}).status_code == 404
    assert as_(at.evaluators[1]).post(f"{address}accept/").status_code == 404


# ── Companies ────────────────────────────────────────────────────────────────────────────────────────
def test_result_is_silent_until_released_and_private_afterwards():
    at = ev.scored((90, 80), slots=1)
    address = f"/evaluation/results/{at.applications[1].ref}/"
    client = as_(at.firms[1].staff)
    assert "아직 결과가 없습니다" in text(client.get(address))
    ev.confirmed(at)
    page = text(client.get(address))
    assert "예비 1순위" in page and "80.00" in page
    assert "Number 1 on the reserve list" in text(client.get("/en" + address))
    assert as_(at.firms[0].representative).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_an_applicant_checks_its_own_result_and_nobody_elses():
    at = ev.scored((90, 80), slots=1, selection={"normalisation": "Z_SCORE", "normalise_from": 2})
    first, second = at.applications
    address = f"/verify/{second.ref}/"
    owner, staff = as_(at.firms[1].representative), as_(at.firms[1].staff)
    assert "검산할 결과가 아직 없습니다" in text(owner.get(address)) and second.ref not in text(owner.get("/verify/"))
    run = ev.confirmed(at)
    assert run.lines.get(application=second).score == 80  # both evaluators differ from the round's mean by its own spread
    for client in (owner, staff):
        page = text(client.get(address))
        assert "다시 계산했습니다" in page and run.outputs_sha256 in page and "2건 중 2위" in page and "총점이 적음" in page
        assert first.receipt_no not in page and first.title not in page.replace(second.title, "")
        assert at.evaluators[0].name not in page and at.evaluators[0].ref not in page
        assert address in text(client.get("/verify/")) and first.ref not in text(client.get("/verify/"))
    assert as_(at.firms[0].representative).get(address).status_code == 404
    assert as_(make.firm().representative).get(address).status_code == 404
    assert as_(at.evaluators[0]).get(address).status_code == 404
    assert Client().get(address).status_code == 302 and Client().get("/verify/").status_code == 302
    assert f"/verify/{second.ref}/" in text(owner.get(f"/evaluation/results/{second.ref}/"))


def test_a_result_that_was_forged_does_not_pass_the_check():
    at = ev.scored((90, 80), slots=1)
    run = ev.confirmed(at)
    with connection.cursor() as cursor:  # as somebody who owns the database would have to
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE vouchers_selectionline DISABLE TRIGGER evaluation_line_immutable"
        )
    run.lines.filter(application=at.applications[1]).update(rank=1)
    assert "결과가 일치하지 않습니다" in text(as_(at.firms[1].staff).get(f"/verify/{at.applications[1].ref}/"))


def test_a_letter_promises_no_reasons_by_criterion_where_none_were_given():
    at = ev.panel(2, slots=1)
    for number, application in enumerate(at.applications):
        for who in at.evaluators:
            row = ev.assigned(at, application, who)
            actions.accept(assignment_id=row.pk, by=who)
            bare = {criterion.pk: (90 - number, "") for criterion in at.round.criteria.all()}
            actions.save_scores(assignment_id=row.pk, scores=bare, comment="종합 의견", by=who)
            actions.submit_scores(assignment_id=row.pk, by=who)
    ev.confirmed(at)
    address = f"/evaluation/results/{at.applications[1].ref}/letter."
    for lang, heading, lacking, opinion in (
        ("ko", "3.항목별점수", "항목별점수와이유", "평가위원종합의견"),
        ("en", "3.Pointsbycriterion", "reasonsbycriterion", "Overallopinions"),
    ):
        answer = as_(at.firms[1].staff).get(f"{address}{lang}.pdf")
        read = "".join("".join(one.extract_text() for one in PdfReader(BytesIO(answer.content)).pages).split())
        assert heading in read and lacking not in read and opinion in read and "종합의견" in read


def test_the_letter_of_a_result_says_why_by_criterion_and_what_can_be_done():
    at = ev.scored((90, 80), slots=1)
    second = at.applications[1]
    address = f"/evaluation/results/{second.ref}/letter.ko.pdf"
    owner, staff = as_(at.firms[1].representative), as_(at.firms[1].staff)
    assert owner.get(address).status_code == 404  # nothing before the release
    run = ev.confirmed(at)
    paper = "".join(one.extract_text() for one in PdfReader(BytesIO(owner.get(address).content)).pages)
    read = "".join(paper.split())
    for words in ("귀중", "80.00", "근거", "보건복지부장관", "30일안에", "중앙행정심판위원회", "90일", run.outputs_sha256[:20]):
        assert words in read, words
    assert "항목별점수와이유" in read and read.count("종합의견") == 3, "the heading, and what each of two evaluators wrote"
    assert at.evaluators[0].name not in paper and at.firms[0].company.name_ko not in paper
    english = staff.get(address.replace(".ko.", ".en."))
    text_en = " ".join("".join(p.extract_text() for p in PdfReader(BytesIO(english.content)).pages).split())
    assert "Overall opinions of the evaluators" in text_en and "Points and reasons by criterion" in text_en
    assert "Minister of Health and Welfare" in text_en and "within 30 days" in text_en and "no-store" in english["Cache-Control"]
    assert owner.get(address.replace(".ko.", ".de.")).status_code == 404
    assert as_(at.firms[0].representative).get(address).status_code == 404
    assert as_(at.evaluators[0]).get(address).status_code == 404 and Client().get(address).status_code == 302
    assert "통지서를 보내 드리고 있습니다" in text(owner.get(f"/evaluation/results/{second.ref}/"))


def test_award_page_lets_the_representative_answer():
    at, (award,) = ev.awarded()
    address = f"/evaluation/awards/{award.ref}/"
    boss, staff = as_(at.firms[0].representative), as_(at.firms[0].staff)
    assert "선정 수락하기" in text(boss.get(address)) and "320,000,000원" in text(boss.get(address))
    assert "선정 수락하기" not in text(staff.get(address))
    assert staff.post(f"{address}accept/").status_code == 422
    assert as_(make.firm().representative).post(f"{address}accept/").status_code == 404
    assert Client().post(f"{address}accept/").status_code == 302
    assert boss.post(f"{address}decline/", {"reason": ""}).status_code == 422
    assert boss.post(f"{address}accept/").status_code == 303
    assert boss.post(f"{address}accept/").status_code == 422  # a second click
    assert Award.objects.get().status == "ACCEPTED"
    assert "Give up the award" in text(boss.get("/en" + address))
    assert boss.post(f"{address}decline/", {"reason": "사정"}).status_code == 303

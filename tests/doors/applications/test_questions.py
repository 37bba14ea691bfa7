"""A call's own questions, answered beside the fixed ones."""

import csv
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.journal.models import AccessLog
from portal.kit.errors import Refused
from tests.doors import as_
from tests.doors.applications import HTMX, form, url
from tests.factories import applications as make
from tests.factories.questions import ANSWERS, QUESTIONS, SENT
from tests.factories.rounds import make_draft, make_round
from vouchers.applications import actions, queries
from vouchers.applications.actions.handing import restore

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_():
    return make_round(policy={"questions": QUESTIONS})


def answers_of(application) -> dict[str, Any]:
    return application.sections.get(key="project").answers


def missing(application, key="project"):
    return [one.field for one in queries.progress(type(application).objects.get(pk=application.pk)).of(key).missing]


def send(browser, application, files=None, **changes):
    return browser.post(
        url("section", application.ref, "project"), {**form(application, "project"), **SENT, **changes, **(files or {})}
    )


def test_no_other_address_takes_a_file_of_a_type_that_the_question_does_not_take(application, owner):
    picture = SimpleUploadedFile("동의서.png", b"\x89PNG\r\n\x1a\n" + b"0" * 32, content_type="image/png")
    answer = as_(owner.staff).post(f"/applications/{application.ref}/documents/q_8/", {"file": picture})
    assert answer.status_code == 422 and not application.application_documents.filter(kind="q_8").exists()


def test_every_kind_is_shown_saved_and_checked(application, owner):
    browser = as_(owner.staff)
    page = browser.get(url("section", application.ref, "project")).content.decode()
    for one in QUESTIONS:
        assert one["label_ko"] in page
    assert 'data-when="q_1"' in page and "“허가 경로”" in page and 'name="q_9-2-1"' in page and "questions.js" in page
    assert "questions.js" not in browser.get(url("section", application.ref, "budget")).content.decode()
    assert send(browser, application, {"q_8": make.pdf()}).status_code == 303
    stored = answers_of(application)
    assert {key: stored.get(key) for key in ANSWERS} == ANSWERS and missing(application) == []
    assert [row.kind for row in queries.documents(application)] == ["q_8"]
    again = browser.get(url("section", application.ref, "project")).content.decode()
    assert "plan.pdf" in again and 'value="가상병원"' in again and 'name="remove" value="q_8"' in again
    assert "동의서" not in browser.get(url("section", application.ref, "documents")).content.decode()
    assert (
        browser.post(
            url("section", application.ref, "project"), {**form(application, "project"), **SENT, "remove": "q_8"}
        ).status_code
        == 303
    )
    assert missing(application) == ["id_q_8"]


def test_what_is_missing_links_to_the_field(application, owner):
    browser = as_(owner.staff)
    send(browser, application, q_4="", q_7=[], q_3="짧음", **{"q_9-0-1": "", "q_9-0-2": "", "q_9-1-1": "", "q_9-1-2": ""})
    assert missing(application) == ["id_q_3", "id_q_4", "id_q_7_0", "id_q_8", "id_q_9"]
    page = browser.get(url("section", application.ref, "project")).content.decode()
    assert all(f'href="#{place}"' in page and f'id="{place}"' in page for place in missing(application))
    assert (
        f"{url('section', application.ref, 'project')}#id_q_7_0" in browser.get(url("submit", application.ref)).content.decode()
    )


def test_wrong_kinds_are_kept_and_named_and_the_others_stored(application, owner):
    browser = as_(owner.staff)
    answer = send(browser, application, q_4="many", q_6="2031-01-01", q_1="9", **{"q_9-0-2": "lots"})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="many"' in page and 'value="lots"' in page and 'value="2031-01-01"' in page
    stored = answers_of(application)
    assert stored["q_2"] == "폐결절 판독" and not stored.keys() & {"q_1", "q_4", "q_6", "q_9"}
    exe = SimpleUploadedFile("plan.exe", b"MZ", content_type="application/pdf")
    assert send(browser, application, {"q_8": exe}).status_code == 422
    png = SimpleUploadedFile("plan.png", b"\x89PNG", content_type="image/png")
    assert send(browser, application, {"q_8": png}).status_code == 422 and not queries.documents(application)


def test_unknown_fields_are_ignored_and_nobody_else_writes(application, owner):
    browser = as_(owner.staff)
    send(browser, application, q_77="x", q_8="text", **{"q_9-0-7": "x"})
    assert not answers_of(application).keys() & {"q_77", "q_8"} and answers_of(application)["q_9"] == ANSWERS["q_9"]
    with pytest.raises(Refused):
        actions.attach_document(application_id=application.pk, kind="q_77", document=make.stored(owner, "q_77"), by=owner.staff)
    with pytest.raises(Refused):
        section = application.sections.get(key="project")
        actions.save_section(
            application_id=application.pk, key="project", answers={"q_4": "many"}, version=section.version, by=owner.staff
        )
    assert send(as_(make.firm().staff), application).status_code == 404
    assert send(as_(make.officer()), application).status_code == 404
    lost = send(as_(), application)
    assert lost.status_code == 401 and 'name="q_9-0-1" value="가상병원"' in lost.content.decode()


def test_autosave_keeps_answers_and_condition(application, owner):
    browser = as_(owner.staff)
    answer = browser.post(
        url("autosave", application.ref, "project"), {**form(application, "project"), **SENT, "q_1": "2"}, **HTMX
    )
    assert answer.status_code == 200 and answers_of(application)["q_7"] == ["1", "3"]
    assert "id_q_2" not in missing(application)


def test_a_wrong_answer_while_typing_is_named_and_leaves_no_other_word_behind(application, owner):
    """The line under the form says what is wrong; the next page does not claim that the step was already done."""
    browser = as_(owner.staff)
    wrong = browser.post(
        url("autosave", application.ref, "project"), {**form(application, "project"), "title": "긴" * 500}, **HTMX
    )
    assert wrong.status_code == 422 and 'role="alert"' in wrong.content.decode()
    assert "이 단계는 이미 처리되었거나" not in browser.get(url("section", application.ref, "project")).content.decode()


def test_readers_see_answers_and_evaluators_not_the_confidential_ones(application, owner):
    browser = as_(owner.staff)
    send(browser, application, {"q_8": make.pdf()})
    preview = browser.get(url("preview", application.ref)).content.decode()
    assert (
        "가상연구실" in preview
        and "plan.pdf" in preview
        and "평가위원은 이 답변을 읽지 않습니다" in preview
        and "1,200" in preview
    )
    fresh = type(application).objects.get(pk=application.pk)
    blind = dict(queries.content(fresh, for_evaluators=True).sections)["project"]
    assert {"연구실", "동의서 양식"}.isdisjoint({one.label for one in blind}) and {"수집 기관", "품목명"} <= {
        one.label for one in blind
    }
    file = queries.documents(fresh).get()
    assert queries.current_document_of(fresh, file.document.ref) is None and file.label == "동의서 양식"
    assert queries.document_of(fresh, file.document.ref) == file
    send(browser, application, q_1="2")
    unasked = dict(queries.content(type(application).objects.get(pk=application.pk)).sections)["project"]
    assert "품목명" not in {one.label for one in unasked}


def test_preview_of_a_draft_call():
    row = make_draft(policy={"questions": QUESTIONS})
    page = as_(make.officer()).get(url("asked", row.key, "project"))
    assert page.status_code == 200 and "비식별 계획" in page.content.decode() and 'data-when="q_1"' in page.content.decode()
    assert as_(make.officer()).get(url("asked", row.key, "documents")).status_code == 404
    assert as_(make.firm().staff).get(url("asked", row.key, "project")).status_code == 403
    assert as_().get(url("asked", row.key, "project")).status_code == 302


def test_help_of_an_officer_is_text_not_markup():
    shouting = {**QUESTIONS[3], "help_ko": "<script>alert(1)</script>", "label_ko": "<i>x</i>"}
    row = make_draft(policy={"questions": [shouting]})
    page = as_(make.officer()).get(url("asked", row.key, "project")).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "<i>x</i>" not in page


def hand_in(owner, round_):
    draft = make.draft(owner, round_)
    assert send(as_(owner.staff), draft, {"q_8": make.pdf()}, **{"q_9-1-1": "=병원", "introduction": "x"}).status_code == 303
    return actions.submit(application_id=draft.pk, by=owner.representative)


def test_handed_in_answers_are_exported_receipted_and_come_back_after_a_supplement(owner, round_):
    with pytest.raises(Refused):
        actions.submit(application_id=make.draft(owner, round_).pk, by=owner.representative)
    owner = make.firm()
    application, officer = hand_in(owner, round_), make.officer()
    assert "동의서 양식" in as_(owner.staff).get(url("receipt", application.ref)).content.decode()
    address = reverse("admin:vouchers_application_export", args=[round_.pk, "ko"])
    table = b"".join(as_(officer).get(address).streaming_content).decode()
    said, head, row = list(csv.reader(table.removeprefix("\ufeff").splitlines()))
    assert said == ["# 시연용 가상 자료입니다"]
    cells = dict(zip(head, row, strict=True))
    assert table.startswith("\ufeff") and cells["과제: 허가 경로"] == "의료기기" and cells["과제: 환자 기록 수"] == "1200"
    assert (
        cells["과제: 동의서 양식"] == "plan.pdf"
        and cells["과제: 수집 기관"] == "가상병원 · 700 / =병원 · 500"
        and cells["과제: 연구실"]
    )
    english = b"".join(as_(officer).get(address.replace("ko.", "en.")).streaming_content).decode()
    said, head, _row = list(csv.reader(english.removeprefix("\ufeff").splitlines()))
    assert said == ["# Demonstration: fictional data"] and "Project: Approval path" in head
    log = AccessLog.objects.filter(by=officer, task="admin: export application")
    assert log.count() == 2 and application.company.ref in log.first().persons
    assert as_(owner.staff).get(address).status_code in {302, 403}
    assert f'href="{address}"' in as_(officer).get(f"/admin/vouchers/round/{round_.pk}/change/").content.decode()
    actions.begin_check(application_id=application.pk, by=officer)
    actions.request_supplement(application_id=application.pk, request="표를 고쳐 주십시오.", sections=["project"], by=officer)
    before = queries.documents(application).get(kind="q_8").pk
    assert send(as_(owner.staff), application, {"q_8": make.pdf("new.pdf")}, q_4="99").status_code == 303
    assert queries.documents(application).get(kind="q_8").pk != before and answers_of(application)["q_4"] == 99
    fresh = type(application).objects.get(pk=application.pk)
    assert restore(fresh) == ["project"]
    assert queries.documents(fresh).get(kind="q_8").pk == before and answers_of(fresh)["q_4"] == 1200


def test_formulas_do_not_leave_the_house(owner, round_):
    draft = make.draft(owner, round_)
    send(as_(owner.staff), draft, {"q_8": make.pdf()}, q_10="=1+1")
    actions.submit(application_id=draft.pk, by=owner.representative)
    address = reverse("admin:vouchers_application_export", args=[round_.pk, "ko"])
    assert "'=1+1" in b"".join(as_(make.officer()).get(address).streaming_content).decode()

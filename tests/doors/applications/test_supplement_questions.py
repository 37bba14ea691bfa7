"""A supplement about single questions: asked by the officer, answered in place, old and new side by side."""

import pytest
from django.urls import reverse

from portal.journal.models import Duty, Notice
from portal.kit import clock
from portal.kit.errors import Refused
from tests.doors import as_
from tests.doors.applications import form, url
from tests.factories import applications as make
from tests.factories.questions import ANSWERS, QUESTIONS
from tests.factories.rounds import make_round
from vouchers.applications import actions, queries
from vouchers.applications.models import Application, SupplementItem

pytestmark = pytest.mark.django_db
ASK = {"question_1": "project.product", "sentence_1": "제품의 허가 상태를 적어 주십시오.", "question_2": "documents.PROJECT_PLAN",
       "sentence_2": "서명한 파일로 바꿔 주십시오."}  # fmt: skip


@pytest.fixture
def checked(owner):
    done = make.submitted(owner)
    actions.begin_check(application_id=done.pk, by=make.officer())
    return done


def ask(application, **more):
    address = reverse("admin:vouchers_application_verb", args=[application.pk, "request_supplement"])
    return as_(make.officer()).post(address, {**ASK, **more})


def test_the_officer_asks_the_company_answers_in_place_and_both_texts_stand(checked, owner):
    before = checked.sections.get(key="project").answers
    assert ask(checked).status_code == 302
    done = Application.objects.get(pk=checked.pk)
    assert done.status == "SUPPLEMENT_REQUESTED" and done.supplement_sections == ["project", "documents"]
    assert Duty.objects.get(subject_ref=done.ref, verb="decide_eligibility").paused_at
    assert "제품의 허가 상태를" in Notice.objects.filter(template="application_supplement_requested").first().body
    browser = as_(owner.staff)
    tasks = browser.get(url("detail", done.ref)).content.decode()
    assert f"{url('section', done.ref, 'project')}#id_product" in tasks and "#id_document_PROJECT_PLAN" in tasks
    assert "열어 고치고" in tasks and "(답변함)" not in tasks
    page = browser.get(url("section", done.ref, "project")).content.decode()
    assert "담당자 요청: 제품의 허가 상태를" in page and 'name="product"' in page and 'name="market"' not in page
    sent = form(done, "project", product="허가를 받은 제품", market="몰래 바꾼 시장")
    assert browser.post(url("section", done.ref, "project"), sent).status_code == 303
    now = done.sections.get(key="project").answers
    assert now["product"] == "허가를 받은 제품" and now["market"] == before["market"]  # what was not asked stays
    files = browser.get(url("section", done.ref, "documents")).content.decode()
    assert "서명한 파일로" in files and files.count('type="file"') == 1
    other = next(kind for kind in queries.policy_of(done).required_documents if kind != "PROJECT_PLAN")
    assert browser.post(url("document", done.ref, other), {"file": make.pdf()}).status_code == 422
    assert browser.post(url("document", done.ref, "PROJECT_PLAN"), {"file": make.pdf("서명본.pdf")}).status_code == 303
    ready = browser.get(url("detail", done.ref)).content.decode()
    assert ready.count("(답변함)") == 2 and "모두 답해 저장했습니다" in ready and "열어 고치고" not in ready
    assert as_(owner.representative).post(url("supplement", done.ref)).status_code == 303
    rows = {item.field: item for item in SupplementItem.objects.all()}
    assert rows["product"].before == before["product"] and rows["product"].after == "허가를 받은 제품"
    assert rows["PROJECT_PLAN"].after["name"] == "서명본.pdf" and all(row.supplied_at for row in rows.values())
    admin = as_(make.officer()).get(f"/admin/vouchers/application/{done.pk}/change/").content.decode()
    assert "허가를 받은 제품" in admin and str(before["product"]) in admin and "→" in admin
    mine = browser.get(url("detail", done.ref)).content.decode()
    assert "허가를 받은 제품" in mine and "보완 질문" in mine


def test_of_the_calls_own_questions_only_the_asked_ones_open_and_their_answers_are_told_in_words(owner):
    programme = make_round(policy={"questions": [one for one in QUESTIONS if one["kind"] != "FILE"]})
    done = make.draft(owner, programme)
    make.save(done, "project", owner.staff, **make.answers("project"), **ANSWERS)
    actions.submit(application_id=done.pk, by=owner.representative)
    actions.begin_check(application_id=done.pk, by=make.officer())
    named = {
        "question_1": "project.q_9",
        "sentence_1": "기관별로 적어 주십시오.",
        "question_2": "project.q_7",
        "sentence_2": "왜?",
    }
    assert ask(done, **named).status_code == 302
    page = as_(owner.staff).get(url("section", done.ref, "project")).content.decode()
    assert 'name="q_9-0-1"' in page and 'name="q_7"' in page and 'name="q_4"' not in page and 'name="q_1"' not in page
    admin = as_(make.officer()).get(f"/admin/vouchers/application/{done.pk}/change/").content.decode()
    assert "가상병원 · 700 / " in admin and "종류1 · 종류3" in admin and "{&#x27;1&#x27;" not in admin


@pytest.mark.parametrize(
    "wrong", [{"sentence_1": ""}, {"question_1": ""}, {"question_1": "project.nonsense"}, {"sentence_1": "가" * 501}]
)
def test_half_a_question_is_refused(checked, wrong):
    assert ask(checked, **wrong).status_code == 422
    assert not SupplementItem.objects.exists()


def test_the_officers_form_shows_one_question_and_each_further_one_behind_the_one_before(checked):
    address = reverse("admin:vouchers_application_verb", args=[checked.pk, "request_supplement"])
    page = as_(make.officer()).get(address).content.decode()
    assert page.count('<details class="verb-more">') == 5 and page.index('name="sentence_1"') < page.index('class="verb-more"')
    assert page.count('name="question_6"') == 1 and page.count("</details>") == page.count("<details")
    refused = ask(checked, question_2="", sentence_2="", question_3="project.market", sentence_3="").content.decode()
    assert refused.count('<details class="verb-more" open>') == 2 and refused.count('<details class="verb-more">') == 3


def test_a_whole_section_needs_words_and_lets_its_questions_be_named_too(checked, owner):
    assert ask(checked, sections=["budget"]).status_code == 422
    assert ask(checked, sections=["budget", "project"], request="예산도 보완해 주십시오.").status_code == 302
    assert queries.only_fields(Application.objects.get(pk=checked.pk), "project") is None
    page = as_(owner.staff).get(url("section", checked.ref, "project")).content.decode()
    assert 'name="market"' in page and "담당자 요청" in page


def test_unknown_questions_and_matches_beside_named_ones(checked, owner):
    by = make.officer()
    with pytest.raises(Refused):
        actions.request_supplement(application_id=checked.pk, request="", sections=[], questions={"status.x": "y"}, by=by)
    first = next(iter(queries.askable(checked, ())["data_need"]))
    actions.request_supplement(application_id=checked.pk, request="", sections=[], questions={f"data_need.{first}": "왜"}, by=by)
    done = Application.objects.get(pk=checked.pk)
    assert not queries.may_match(done)
    with pytest.raises(Refused):
        actions.drop_match(application_id=done.pk, match_id=queries.chosen_matches(done)[0].pk, by=owner.staff)


def test_what_never_came_is_closed_without_an_answer(checked):
    ask(checked)
    with clock.at(queries.supplement_due(checked)):
        actions.resume_check(application_id=checked.pk, by=make.officer())
    assert {(row.closed_at is not None, row.supplied_at) for row in SupplementItem.objects.all()} == {(True, None)}

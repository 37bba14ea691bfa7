"""Submission and its receipt, the supplement, withdrawal."""

import pytest
from django.urls import reverse

from tests.doors import as_
from tests.doors.applications import form, url
from tests.factories import applications as make
from vouchers.applications import actions, queries
from vouchers.applications.models import Application
from vouchers.applications.views.following import _receipt_words
from vouchers.companies.rules import brn_words

pytestmark = pytest.mark.django_db


def test_submit_page_lists_what_is_missing(application, owner):
    page = as_(owner.representative).get(url("submit", application.ref)).content.decode()
    assert f"{url('section', application.ref, 'project')}#id_title" in page
    assert as_(owner.representative).post(url("submit", application.ref), {}).status_code == 422


def test_submit_gives_a_confirmation_and_the_back_button_finds_it(owner):
    application = make.draft(owner)
    browser = as_(owner.representative)
    address = url("submit", application.ref)
    page = browser.get(address).content.decode()
    assert "제출하기" in page
    sent = {"content": queries.content_hash(application)}
    assert browser.post(address, sent).status_code == 422  # the declaration was not ticked
    first = browser.post(address, {**sent, "declaration": "on"})
    assert first.status_code == 303 and first["Location"] == url("receipt", application.ref)
    second = browser.post(address, {**sent, "declaration": "on"})
    assert second.status_code == 303 and second["Location"] == first["Location"]
    receipt = browser.get(first["Location"]).content.decode()
    application.refresh_from_db()
    assert application.receipt_no in receipt
    assert all(row.document.sha256 in receipt for row in queries.documents(application))
    assert browser.get(address).status_code == 303
    status = browser.get(url("detail", application.ref)).content.decode()
    assert "timeline" in status and "주무관" in status


def test_submit_changed_content_is_a_conflict(owner):
    application = make.draft(owner)
    seen = queries.content_hash(application)
    make.save(application, "project", owner.staff, product="바뀐 내용")
    answer = as_(owner.representative).post(url("submit", application.ref), {"content": seen, "declaration": "on"})
    assert answer.status_code == 409
    application.refresh_from_db()
    assert application.status == "DRAFT"


def test_submit_by_a_colleague_is_refused_in_words(owner):
    application = make.draft(owner)
    browser = as_(owner.staff)
    assert "대표자만" in browser.get(url("submit", application.ref)).content.decode()
    sent = {"content": queries.content_hash(application), "declaration": "on"}
    assert browser.post(url("submit", application.ref), sent).status_code == 422
    application.refresh_from_db()
    assert application.status == "DRAFT"


def test_joint_representatives_certify_in_the_browser():
    owner = make.firm(joint=True)
    application = make.draft(owner)
    sent = {"content": queries.content_hash(application), "declaration": "on"}
    address = url("submit", application.ref)
    assert as_(owner.representative).post(address, {**sent, "certify": "1"}).status_code == 303
    assert "아직 확인하지 않음" in as_(owner.others[0]).get(address).content.decode()
    assert as_(owner.others[0]).post(address, sent).status_code == 303
    application.refresh_from_db()
    assert application.receipt_no


def test_electronic_service_needs_an_address(owner, round_):
    owner.company.service_email = ""
    owner.company.save()
    done = make.draft(owner, round_)
    page = as_(owner.representative).get(url("submit", done.ref)).content.decode()
    assert "전자송달 주소를 입력하시거나" in page


def test_receipt_pdf(owner):
    done = make.submitted(owner)
    for language in ("", "/en"):
        answer = as_(owner.staff).get(language + url("receipt_pdf", done.ref))
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
        from io import BytesIO

        from pypdf import PdfReader

        text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
        assert done.receipt_no in text
    assert as_(make.firm().staff).get(url("receipt_pdf", done.ref)).status_code == 404
    draft = make.start(make.firm(), done.round)
    mate = draft.company.organisation.memberships.first().user
    assert as_(mate).get(url("receipt", draft.ref)).status_code == 404
    assert as_(mate).get(url("receipt_pdf", draft.ref)).status_code == 404


def test_supplement_in_the_browser(owner):
    by, browser = make.officer(), as_(owner.representative)
    done = make.submitted(owner)
    actions.begin_check(application_id=done.pk, by=by)
    actions.request_supplement(application_id=done.pk, request="인력 계획을 보완해 주십시오.", sections=["project"], by=by)
    page = browser.get(url("detail", done.ref)).content.decode()
    assert "인력 계획을 보완해 주십시오." in page
    early = browser.post(url("supplement", done.ref), follow=True)
    assert "아직 보완하지 않은 항목" in early.content.decode()
    assert browser.post(url("section", done.ref, "project"), form(done, "project", team="보완")).status_code == 303
    assert browser.post(url("section", done.ref, "company"), form(done, "company")).status_code == 422
    assert browser.post(url("supplement", done.ref)).status_code == 303
    done.refresh_from_db()
    assert done.status == "ELIGIBILITY_CHECK"
    why = browser.get(url("why", done.ref)).content.decode()
    assert "참여제한" in why and "충족" in why


def test_withdraw_in_the_browser(owner):
    done = make.submitted(owner)
    browser = as_(owner.representative)
    address = url("withdraw", done.ref)
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "가" * 1001}).status_code == 422
    assert as_(owner.staff).post(address, {"reason": "x"}).status_code == 422
    assert as_(make.firm().representative).post(address, {"reason": "x"}).status_code == 404
    assert browser.post(address, {"reason": "계획 변경"}).status_code == 303
    assert browser.post(address, {"reason": "계획 변경"}).status_code == 422
    assert "철회" in browser.get(url("detail", done.ref)).content.decode()


def test_a_selected_application_is_declined_not_withdrawn(owner):
    done = make.submitted(owner)
    Application.objects.filter(pk=done.pk).update(status="SELECTED")
    page = as_(owner.representative).get(url("withdraw", done.ref)).content.decode()
    assert reverse("evaluation:result", args=[done.ref]) in page and "<textarea" not in page


def test_the_preview_shows_the_amounts_that_evaluators_read_and_no_hashes(owner):
    application = make.draft(owner)
    page = as_(owner.staff).get(url("preview", application.ref)).content.decode()
    amounts = page[page.index('class="money-table"') :]
    amounts = amounts[: amounts.index("</table>")]
    rows = queries.amount_rows(queries.stored_money(application))
    assert len(rows) == amounts.count("<tr") - 1 and "부가가치세" not in amounts.replace("부가가치세 제외", "").replace(
        "부가세 별도", ""
    )
    assert all(str(row["label"]) in amounts for row in rows)
    assert "SHA-256" not in page and all(row.document.sha256 not in page for row in queries.documents(application))


def test_the_receipt_writes_the_business_number_with_its_hyphens(owner):
    application = make.draft(owner)
    actions.submit(application_id=application.pk, by=owner.representative)
    application.refresh_from_db()
    words = dict(row for row in _receipt_words(application)["rows"])
    assert brn_words(owner.company.brn) in words.values() and owner.company.brn not in words.values()

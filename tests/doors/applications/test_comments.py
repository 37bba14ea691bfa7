"""Colleagues comment on a section; nobody outside the company sees that they do."""

import pytest

from portal.accounts.rules import Role
from portal.journal.models import Notice
from tests.doors import as_
from tests.doors.applications import url
from tests.factories import applications as make
from tests.factories.providers import person
from vouchers.applications import actions
from vouchers.applications.models import SectionComment

pytestmark = pytest.mark.django_db
TEXT = "예산 근거를 다시 확인해 주세요"


def say(application, by, text=TEXT):
    return as_(by).post(url("comment", application.ref, "project"), {"text": text})


def test_a_colleague_reads_is_told_and_resolves(application, owner):
    assert say(application, owner.staff).status_code == 303
    row = SectionComment.objects.get()
    told = Notice.objects.get(template="application_commented")
    assert told.user == owner.representative and TEXT not in told.body and owner.staff.name in told.body
    browser = as_(owner.representative)
    assert TEXT in browser.get(url("section", application.ref, "project")).content.decode()
    assert TEXT not in browser.get(url("section", application.ref, "budget")).content.decode()
    assert "해결되지 않은 의견 1건" in browser.get(url("detail", application.ref)).content.decode()
    done = url("resolve_comment", application.ref, row.ref)
    assert browser.post(done).status_code == 303 and browser.post(done).status_code == 303
    row.refresh_from_db()
    assert row.resolved_by == owner.representative
    assert "해결되지 않은 의견" not in browser.get(url("detail", application.ref)).content.decode()
    browser.post(done, {"reopen": "1"})
    row.refresh_from_db()
    assert row.resolved_at is None


@pytest.mark.parametrize("text", ["", "   ", "가" * 1001])
def test_bad_comments_come_back(application, owner, text):
    answer = say(application, owner.staff, text)
    assert answer.status_code == 422 and text.strip() in answer.content.decode()
    assert not SectionComment.objects.exists()


def test_strangers_and_the_anonymous(application, owner):
    say(application, owner.staff)
    row, stranger = SectionComment.objects.get(), make.firm().representative
    assert say(application, stranger).status_code == 404
    assert as_(stranger).post(url("resolve_comment", application.ref, row.ref)).status_code == 404
    assert as_().post(url("comment", application.ref, "project"), {"text": "x"}).status_code == 401


def test_officials_never_see_a_comment_nor_may_write_one(owner):
    done = make.submitted(owner)
    actions.write_comment(application_id=done.pk, key="project", text=TEXT, by=owner.staff)
    row = SectionComment.objects.get()
    pages = [url("section", done.ref, "project"), url("detail", done.ref), url("preview", done.ref)]
    for role in (Role.MINISTRY_OFFICER, Role.AUDITOR, Role.OPERATOR_CASE):
        official = person(role)
        assert not SectionComment.objects.visible_to(official).exists()
        browser = as_(official)
        for address in pages:
            page = browser.get(address).content.decode()
            assert TEXT not in page and "동료 의견" not in page
        assert browser.post(url("comment", done.ref, "project"), {"text": "x"}).status_code in {403, 422}
        assert browser.post(url("resolve_comment", done.ref, row.ref)).status_code == 404
    admin = as_(make.officer()).get(f"/admin/vouchers/application/{done.pk}/change/").content.decode()
    assert TEXT not in admin and "의견" not in admin.replace("전문위원 의견", "").replace("의견진술", "")
    assert TEXT not in as_(make.officer()).get(f"/admin/vouchers/application/{done.pk}/history/").content.decode()
    assert SectionComment.objects.count() == 1


def test_many_comments_cost_as_many_queries_as_one(application, owner, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    say(application, owner.staff)
    browser, address = as_(owner.representative), url("section", application.ref, "project")
    browser.get(address)
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    for n in range(5):
        actions.write_comment(application_id=application.pk, key="project", text=f"{n}", by=owner.staff)
    with django_assert_max_num_queries(len(one) + 1):  # the notices in the head
        browser.get(address)

"""Who may see what, lists, what a finished application says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from portal.journal.models import AccessLog
from portal.kit import clock
from tests.doors import as_
from tests.doors.applications import form, url
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions, rules

pytestmark = pytest.mark.django_db

PAGES = ("detail", "preview", "submit", "withdraw", "why")
POSTS = ("need", "matches", "supplement")


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_a_draft_by_reader(application, owner, name):
    address = url(name, application.ref)
    assert as_(owner.representative).get(address).status_code == 200
    assert as_(owner.staff).get(address).status_code == 200
    assert as_(make.firm().representative).get(address).status_code == 404
    assert as_(make.officer()).get(address).status_code == 404  # a draft is the company's alone
    away = as_().get(address)
    assert away.status_code == 302 and "/accounts/login/" in away["Location"]


@pytest.mark.parametrize("key", list(rules.SectionKey))
def test_sections_by_reader_in_both_languages(application, owner, key):
    address = url("section", application.ref, key)
    korean = as_(owner.staff).get(address)
    assert korean.status_code == 200
    english = as_(owner.staff).get("/en" + address)
    assert english.status_code == 200
    assert as_(make.firm().staff).get(address).status_code == 404
    assert as_().get(address).status_code == 302


def test_unknown_section_and_ref_are_404(application, owner):
    browser = as_(owner.staff)
    assert browser.get(url("section", application.ref, "secrets")).status_code == 404
    assert browser.get(url("detail", "app-0000000000")).status_code == 404


@pytest.mark.parametrize("name", POSTS)
def test_posts_by_stranger_and_anonymous(application, name):
    address = url(name, application.ref)
    assert as_(make.firm().representative).post(address).status_code == 404
    assert as_().post(address).status_code == 302
    assert as_(make.firm().representative).get(address, follow=True).status_code in {404, 405}  # its page is no more open


def test_an_official_reads_a_submitted_application_and_is_written_down(owner):
    done, by = make.submitted(owner), make.officer()
    for name in ("detail", "preview", "receipt", "why"):
        assert as_(by).get(url(name, done.ref)).status_code == 200
    assert AccessLog.objects.filter(by=by, subject_ref=done.ref).count() == 4
    answer = as_(by).post(url("section", done.ref, "project"), form(done, "project"))
    assert answer.status_code == 403


def test_list_of_one_and_thirty_needs_the_same_queries(owner, django_assert_max_num_queries):
    make.start(owner, make_round())
    browser = as_(owner.staff)
    browser.get(url("list"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert browser.get(url("list")).status_code == 200
    for _ in range(29):
        make.start(owner, make_round())
    with CaptureQueriesContext(connection) as thirty:
        assert browser.get(url("list")).status_code == 200
    assert len(thirty) <= len(one) + 1, (len(one), len(thirty))
    assert "?page=2" in browser.get(url("list")).content.decode()


def test_list_by_reader(owner, application):
    assert application.ref in as_(owner.staff).get(url("list")).content.decode()
    assert application.ref not in as_(make.firm().staff).get(url("list")).content.decode()
    assert as_(make.officer()).get(url("list")).status_code == 200
    assert as_().get(url("list")).status_code == 302


def test_a_released_outcome_gives_its_reason_in_the_readers_language(owner):
    by, done = make.officer(), make.submitted(owner)
    actions.begin_check(application_id=done.pk, by=by)
    actions.find_eligible(application_id=done.pk, by=by)
    type(done.round).objects.filter(pk=done.round_id).update(status="EVALUATING")
    actions.begin_evaluation(application_id=done.pk, by=by)
    actions.reject(application_id=done.pk, reason="합격점에 미치지 못했습니다.", reason_en="Below the pass mark.", by=None)
    assert "합격점에 미치지 못했습니다." in as_(owner.staff).get(url("detail", done.ref)).content.decode()
    english = as_(owner.staff).get("/en" + url("detail", done.ref)).content.decode()
    assert "Below the pass mark." in english and "합격점" not in english


def test_pages_in_english_say_no_korean_interface_words(owner, application):
    with translation.override("en"):
        page = as_(owner.staff).get("/en" + url("section", application.ref, "project").removeprefix("/en")).content.decode()
    assert "Project title" in page and "과제명" not in page


def test_a_closed_call_is_closed_not_late(owner, application, round_):
    browser = as_(owner.staff)
    with clock.at(round_.closes_at + timedelta(days=30)):
        for address in (url("list"), url("detail", application.ref), url("section", application.ref, "budget"),
                        url("submit", application.ref), url("start", round_.key)):  # fmt: skip
            assert "지남" not in browser.get(address).content.decode(), address

"""Two colleagues in one section: fields that one of them changed are merged, fields that both changed are shown to choose."""

import re
from html import unescape

import pytest

from tests.doors import as_
from tests.doors.applications import HTMX, form, url
from vouchers.applications import rules

pytestmark = pytest.mark.django_db


def opened(browser, application, key="project") -> dict:
    """What the form of the page says when somebody opens it: every field with its value, the version, the marks."""
    page = browser.get(url("section", application.ref, key)).content.decode()
    seen = dict(re.findall(r'name="(seen_\w+)" id="\w+" value="([^"]*)"', page))
    assert seen, "the page says what it saw"
    return {**form(application, key), **seen}


@pytest.fixture
def pages(application, owner):
    """The section stored once, then opened by two colleagues; (browser, what its form sends) of each."""
    first = as_(owner.staff)
    first.post(url("section", application.ref, "project"), form(application, "project"))
    second = as_(owner.representative)
    return (first, opened(first, application)), (second, opened(second, application))


def answers(application) -> dict:
    return application.sections.get(key="project").answers


@pytest.mark.parametrize("route", ["section", "autosave"])
def test_fields_that_only_one_changed_are_merged(application, owner, pages, route):
    (mine, sent), (theirs, other) = pages
    address = url(route, application.ref, "project")
    assert theirs.post(address, {**other, "product": "동료의 제품"}, **HTMX).status_code in {200, 204}
    answer = mine.post(address, {**sent, "market": "내 시장"}, **HTMX)
    assert answer.status_code in {200, 204}
    assert answers(application)["product"] == "동료의 제품" and answers(application)["market"] == "내 시장"
    told = answer if route == "autosave" else mine.get(url("section", application.ref, "project"))
    page = told.content.decode()
    assert owner.representative.name in page and "동료의 제품" in page
    if route == "autosave":
        assert f'data-merged="product" data-mark="{rules.mark("동료의 제품")}"' in page
        assert 'id="seen_product"' not in page and 'id="seen_market"' in page  # the page itself learns what it now shows
    event = application.sections.get(key="project")
    found = rules_event(event)
    assert found.data["fields"] == ["market"] and found.by == owner.staff


def rules_event(section):
    from portal.journal import queries as journal

    return journal.history(section).filter(name="section.saved").last()


@pytest.mark.parametrize("route", ["section", "autosave"])
def test_a_field_that_both_changed_is_shown_with_both_texts(application, owner, pages, route):
    (mine, sent), (theirs, other) = pages
    theirs.post(url("section", application.ref, "project"), {**other, "product": "동료의 글"})
    answer = mine.post(url(route, application.ref, "project"), {**sent, "product": "내 글", "market": "내 시장"}, **HTMX)
    page = unescape(answer.content.decode())
    assert answer.status_code == 409 and owner.representative.name in page
    assert "동료의 글" in page and "내 글" in page and 'name="take" value="product"' in page
    assert answers(application)["product"] == "동료의 글" and answers(application)["market"] == "내 시장"
    if route == "section":
        assert f'id="seen_product" value="{sent["seen_product"]}"' in page  # Save alone asks again
        assert mine.post(url(route, application.ref, "project"), {**sent, "product": "내 글"}).status_code == 409


def test_the_writer_chooses_and_only_over_the_text_that_was_read(application, owner, pages):
    (mine, sent), (theirs, other) = pages
    address = url("section", application.ref, "project")
    theirs.post(address, {**other, "product": "동료의 글"})
    kept = {**sent, "product": "내 글", "keep": f"product:{rules.mark('동료의 글')}"}
    theirs.post(address, {**opened(theirs, application), "product": "더 새로운 글"})
    assert mine.post(address, kept).status_code == 409  # another text stands there by now
    kept["keep"] = f"product:{rules.mark('더 새로운 글')}"
    assert mine.post(address, kept).status_code == 303 and answers(application)["product"] == "내 글"
    assert rules_event(application.sections.get(key="project")).data["over"] == ["product"]
    theirs.post(address, {**opened(theirs, application), "product": "또 다른 글"})
    assert mine.post(address, {**sent, "product": "내 둘째 글", "take": "product"}).status_code == 303
    assert answers(application)["product"] == "또 다른 글"


def test_what_only_the_colleague_changed_is_never_set_back_by_an_old_page(application, pages):
    (mine, sent), (theirs, other) = pages
    theirs.post(url("section", application.ref, "project"), {**other, "product": "동료의 글"})
    for _twice in range(2):
        mine.post(url("autosave", application.ref, "project"), sent, **HTMX)
    assert answers(application)["product"] == "동료의 글"


def test_a_malformed_field_keeps_what_it_saw(application, pages):
    (mine, sent), (theirs, other) = pages
    theirs.post(url("section", application.ref, "project"), {**other, "title": "동료의 제목"})
    answer = mine.post(url("section", application.ref, "project"), {**sent, "title": "가" * 151})
    page = answer.content.decode()
    assert answer.status_code == 422 and f'id="seen_title" value="{sent["seen_title"]}"' in page
    assert answers(application)["title"] == "동료의 제목"


def test_a_page_without_marks_meets_a_colleague_as_a_conflict_in_each_field(application, owner, pages):
    (mine, _sent), (theirs, other) = pages
    old = form(application, "project", product="내 글")
    theirs.post(url("section", application.ref, "project"), {**other, "product": "동료의 글"})
    assert mine.post(url("section", application.ref, "project"), old).status_code == 409
    assert answers(application)["product"] == "동료의 글"


def test_a_lost_session_keeps_the_marks_too(application, pages):
    (_mine, sent), _ = pages
    page = as_().post(url("section", application.ref, "project"), {**sent, "product": "내 글"}).content.decode()
    assert f'name="seen_product" value="{sent["seen_product"]}"' in page and "내 글" in page

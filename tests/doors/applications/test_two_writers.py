"""Two colleagues in one section: fields that one of them changed are merged, fields that both changed are shown to choose."""

import re
from html import unescape
from typing import Any

import pytest

from tests.doors import as_
from tests.doors.applications import HTMX, form, url
from tests.factories import applications as make
from tests.factories.questions import QUESTIONS, SENT
from tests.factories.rounds import make_round
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
    said = f"{owner.representative.name} 님도 이 항목을 고쳤고"
    if route == "autosave":  # at the top of the page and beside the field, as its script puts it there
        top = page.partition('id="clashes"')[2].partition('id="missing"')[0]
        assert 'role="alert"' in top and 'href="#id_product"' in top and 'href="#both_product"' in top
        assert f'data-clash="product" data-target="id_product" data-words="{said}' in page and 'data-clash="market"' not in page
        assert page.count('role="alert"') == 1 and 'id="both_product"' in page
        settled = unescape(
            mine.post(url(route, application.ref, "project"), {**sent, "product": "동료의 글"}, **HTMX).content.decode()
        )
        assert 'id="clashes" hx-swap-oob="true" hidden' in settled and "data-clash" not in settled
    if route == "section":
        hint = page.partition('id="id_product_helptext"')[2].partition("</div>")[0]
        assert said in hint and 'href="#both_product"' in hint and page.count(said) == 1
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


# ── A call's own questions, of every kind ────────────────────────────────────────────────────────────
OTHER: dict[str, Any] = {
    "q_1": "2", "q_2": "다른 품목", "q_3": "다른 비식별 계획", "q_4": "99", "q_5": "3,000", "q_6": "2027-05-05", "q_7": ["2", "3"],
    "q_9": {"q_9-0-1": "동료병원", "q_9-0-2": "1", "q_9-2-1": "셋째 병원", "q_9-2-2": "3"},
}  # fmt: skip
PARTS = {
    "q_5": [("q_5", "3,000")], "q_7": [("q_7", "2"), ("q_7", "3")],
    "q_9": [("q_9-0-1", "동료병원"), ("q_9-0-2", "1"), ("q_9-1-1", "=병원"), ("q_9-1-2", "500"), ("q_9-2-1", "셋째 병원"), ("q_9-2-2", "3")],
}  # fmt: skip


def over(sent: dict, key: str) -> dict:
    """The same page with another answer to one question."""
    return {**sent, **(OTHER[key] if isinstance(OTHER[key], dict) else {key: OTHER[key]})}


@pytest.fixture
def asking(owner):
    """A call that asks one question of every kind, answered once, then opened by two colleagues."""
    application = make.draft(owner, make_round(policy={"questions": QUESTIONS}))
    first, second = as_(owner.staff), as_(owner.representative)
    first.post(url("section", application.ref, "project"), {**form(application, "project"), **SENT})
    return application, *((one, {**opened(one, application), **SENT}) for one in (first, second))


@pytest.mark.parametrize("key", OTHER)
def test_what_a_colleague_answered_comes_into_the_open_page(asking, owner, key):
    application, (mine, sent), (theirs, other) = asking
    address = url("autosave", application.ref, "project")
    assert theirs.post(address, over(other, key), **HTMX).status_code == 200
    stored = answers(application)[key]
    page = unescape(mine.post(address, {**sent, "team": "내 팀"}, **HTMX).content.decode())
    told = re.search(rf'<div data-merged="{key}" data-mark="(\w+)" data-words="[^"]*{owner.representative.name}.*?</div>', page)
    assert told and told.group(1) == rules.mark(stored) and f'id="seen_{key}"' not in page
    parts = re.findall(r'<data data-part="([^"]+)" value="([^"]*)"', told.group(0))
    assert parts == PARTS.get(key, [(key, OTHER[key])])
    assert answers(application)[key] == stored and answers(application)["team"] == "내 팀"
    plain = mine.post(url("section", application.ref, "project"), {**sent, "team": "둘째 팀"}, follow=True)  # without a script
    assert owner.representative.name in plain.content.decode() and answers(application)[key] == stored


@pytest.mark.parametrize("key", OTHER)
def test_what_both_answered_is_shown_to_choose(asking, owner, key):
    application, (mine, sent), (theirs, other) = asking
    before, address = answers(application).get(key), url("section", application.ref, "project")
    theirs.post(address, over(other, key))
    stored = answers(application)[key]
    taken_out = {name: [] if key == "q_7" else "" for name in sent if name == key or name.startswith(f"{key}-")}
    own = {key: "7,000"} if key == "q_5" else taken_out
    page = mine.post(address, {**sent, **own}).content.decode()
    assert f'name="take" value="{key}"' in page and f'value="{key}:{rules.mark(stored)}"' in page
    assert answers(application)[key] == stored != before
    again = {**sent, **own, "keep": f"{key}:{rules.mark(stored)}"}
    assert mine.post(address, again).status_code == 303 and answers(application)[key] in ([], "", None, 7000)


def test_a_table_that_both_filled_in_is_shown_as_two_tables(asking):
    application, (mine, sent), (theirs, other) = asking
    theirs.post(url("section", application.ref, "project"), over(other, "q_9"))
    page = mine.post(url("autosave", application.ref, "project"), {**sent, "q_9-1-1": "내 병원"}, **HTMX).content.decode()
    assert page.count("<table") == 2 and "동료병원" in page and "내 병원" in page and 'href="#id_q_9-0-1"' in page


def test_a_colleagues_file_is_shown_and_never_replaced_or_removed_unread(asking, owner):
    application, (mine, sent), (theirs, other) = asking
    address = url("section", application.ref, "project")
    assert theirs.post(address, {**other, "q_8": make.pdf("동료.pdf")}).status_code == 303
    held = application.application_documents.get(kind="q_8", current=True)
    auto = mine.post(url("autosave", application.ref, "project"), {**sent, "team": "팀"}, **HTMX).content.decode()
    assert 'id="held_q_8"' in auto and "동료.pdf" in auto and owner.representative.name in auto
    mark = rules.file_mark(held.document.ref)
    assert f'id="seen_q_8" value="{mark}" hx-swap-oob' in auto
    refused = mine.post(address, {**sent, "q_8": make.pdf("내 파일.pdf")})  # the page from before
    page = refused.content.decode()
    assert refused.status_code == 422 and "동료.pdf" in page and owner.representative.name in page and f'value="{mark}"' in page
    assert "내 파일.pdf" not in page and mine.post(address, {**sent, "remove": "q_8"}).status_code == 422
    assert application.application_documents.get(kind="q_8", current=True) == held
    assert mine.post(address, {**sent, "seen_q_8": mark, "q_8": make.pdf("내 파일.pdf")}).status_code == 303
    assert application.application_documents.get(kind="q_8", current=True).document.name == "내 파일.pdf"
    assert theirs.post(address, {**other, "seen_q_8": mark, "remove": "q_8"}).status_code == 422

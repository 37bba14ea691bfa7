"""Officers read words, not codes and not column names, in the admin of institutions, datasets, offers, needs and quotes."""

import html
import re

import pytest
from django.test import Client
from django.utils.translation import override

from portal.accounts.rules import Role
from portal.desk import admin_words
from portal.desk.admin_words import column_words
from portal.journal.models import Event
from portal.kit.columns import COLUMNS
from tests.factories import providers, quotes

pytestmark = pytest.mark.django_db


def words_of(browser: Client, address: str) -> str:
    page = browser.get(address)
    assert page.status_code == 200, address
    main = page.content.decode().split("<main", 1)[-1]
    return " ".join(html.unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", main, flags=re.S)).split())


def test_lists_and_pages_tell_codes_and_columns_in_korean() -> None:
    at = quotes.stage()
    match = quotes.accepted(at)
    browser = Client()
    browser.force_login(providers.person(Role.OPERATOR_CASE))
    dataset, institution = at.offer.dataset, at.hospital.institution
    addresses = [
        "/admin/providers/dataset/", f"/admin/providers/dataset/{dataset.pk}/change/", "/admin/providers/institution/",
        f"/admin/providers/institution/{institution.pk}/change/", "/admin/providers/offer/",
        f"/admin/providers/offer/{at.offer.pk}/change/", "/admin/vouchers/need/", f"/admin/vouchers/need/{at.need.pk}/change/",
        f"/admin/vouchers/quoterequest/{match.quote.request_id}/change/", f"/admin/vouchers/match/{match.pk}/change/",
    ]  # fmt: skip
    raw = re.compile(
        r"\b(AVAILABLE|HOSPITAL|GANGWON|LISTED|CLOSED_ROOM|REMOTE_VDI|RESULT_EXPORT|PRODUCT_DEVELOPMENT|PUBLISHED)\b"
    )
    english = re.compile(r"\b(Posted at|Created by|Part of|Due at|Description ko|Capacity period|Company confirmed at)\b", re.I)
    for address in addresses:
        text = words_of(browser, address)
        assert not raw.findall(text) and not english.findall(text), (address, raw.findall(text), english.findall(text))
        assert "\\u" not in text and '{"' not in text
    assert "전산화단층촬영" in words_of(browser, addresses[1]) and "의료기관" in words_of(browser, addresses[2])


def test_a_lists_words_cost_no_further_query() -> None:
    owner = quotes.stage().hospital
    browser = Client()
    browser.force_login(providers.person(Role.OPERATOR_CASE))

    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        browser.get("/admin/providers/institution/")
        with CaptureQueriesContext(connection) as found:
            assert browser.get("/admin/providers/dataset/").status_code == 200
            assert browser.get("/admin/providers/institution/").status_code == 200
        return len(found)

    before = count()
    for _ in range(20):
        providers.dataset(owner)
        providers.provider()
    assert count() == before


def test_columns_keep_the_names_that_their_models_gave() -> None:
    from vouchers.matching.models import Need

    assert str(Need._meta.get_field("title").verbose_name) != str(COLUMNS["title"])
    assert Need._meta.get_field("posted_at").verbose_name is COLUMNS["posted_at"]
    assert Need._meta.get_field("posted_at").deconstruct()[3].get("verbose_name") is None  # no migration


def test_the_journals_lists_tell_columns_and_codes_in_korean() -> None:
    quotes.accepted(quotes.stage())
    browser = Client()
    browser.force_login(providers.person(Role.SYSADMIN))
    english = re.compile(
        r"\b(At|By|Frm|Subject type|Subject ref|Verb|Opened at|Closed at|Is active|Is demo|Date joined|Scan state)\b"
    )
    raw = re.compile(r"\b(confirm_match|quote\.sent|quote_request|PROVIDER_MANAGER|admin: )")
    rooms = ("journal/event", "journal/duty", "journal/accesslog", "accounts/user", "accounts/rolegrant", "documents/document")
    for room in rooms:
        text = words_of(browser, f"/admin/{room}/")
        assert not english.findall(text) and not raw.findall(text), (room, english.findall(text), raw.findall(text))


def test_a_records_page_is_called_what_it_is_and_says_its_state() -> None:
    match = quotes.accepted(quotes.stage())
    need = match.quote.request.need
    browser = Client()
    browser.force_login(providers.person(Role.OPERATOR_CASE))
    page = browser.get(f"/admin/vouchers/need/{need.pk}/change/").content.decode()
    assert f"<h1>{need}</h1>" in page
    assert need.get_status_display() in page.split('class="case-head"', 1)[1].split("</div>", 1)[0]
    assert "<title>" in page and str(need) in page.split("<title>", 1)[1].split("</title>", 1)[0]


def test_a_reviews_event_tells_the_reviews_state_though_it_stands_on_the_request() -> None:
    event = Event(name="data_review.approved", subject_type="accessrequest", frm="UNDER_REVIEW", to="APPROVED")
    words = column_words(Event, "to")
    assert words is not None
    with override("ko"):
        assert words(event) == "승인"
        event.name = "ethics_review.exemption_confirmed"
        assert "_" not in admin_words.event_state(event, "EXEMPTION_CONFIRMED")
        assert "_" not in admin_words.event_state(event, "NOT_STARTED")
        event.name = "access_request.allowed"
        assert words(event) == "양쪽 심의 허용"

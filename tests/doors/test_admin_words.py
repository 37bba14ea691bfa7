"""Officers read words, not codes and not column names, in the admin of institutions, datasets, offers, needs and quotes."""

import html
import re

import pytest
from django.test import Client

from portal.accounts.rules import Role
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

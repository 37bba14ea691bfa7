"""The portal's dress: what every page must carry, and what it must not."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, override_settings

from portal.desk.privacy import KINDS

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
PAGES = ["/styles/", "/accounts/login/", "/accounts/password/reset/"]


@pytest.fixture
def page(client: Client, request: pytest.FixtureRequest) -> str:
    return client.get(request.param).content.decode()


@pytest.mark.parametrize("page", PAGES + [f"/en{path}" for path in PAGES], indirect=True)
def test_skip_link_one_heading_and_no_inline_code(page: str) -> None:
    assert 'href="#main"' in page
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert not re.findall(r"<[^>]+ style=", page)
    assert not re.findall(r"<[^>]+ on\w+=", page)
    assert all("nonce=" in tag for tag in re.findall(r"<script[^>]*>", page) if "json" not in tag)
    assert len(re.findall(r"<title>[^|<]+\|", page)) == 1


def test_the_language_of_the_page_and_the_way_to_the_other(client: Client) -> None:
    korean = client.get("/styles/?page=3").content.decode()
    assert '<html lang="ko"' in korean
    assert 'href="/en/styles/?page=3"' in korean
    english = client.get("/en/styles/?page=3").content.decode()
    assert '<html lang="en"' in english
    assert 'href="/styles/?page=3"' in english


def test_an_invalid_form_is_answered_with_422_and_keeps_what_was_typed(client: Client) -> None:
    answer = client.post("/en/styles/", {"company_name": "Typed once", "amount": "one"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Typed once" in html
    assert 'href="#id_amount"' in html
    assert 'id="id_amount_error"' in html


def test_the_demo_says_that_it_is_one(client: Client) -> None:
    with override_settings(DEMO=True):
        assert "demo-banner" in client.get("/accounts/login/").content.decode()
    with override_settings(DEMO=False):
        assert "demo-banner" not in client.get("/accounts/login/").content.decode()


def test_the_masthead_is_off_unless_it_is_true(client: Client) -> None:
    assert "krds-masthead" not in client.get("/accounts/login/").content.decode()
    with override_settings(SHOW_GOV_MASTHEAD=True):
        assert "krds-masthead" in client.get("/accounts/login/").content.decode()


def test_a_page_that_is_not_there(client: Client) -> None:
    answer = client.get("/en/nothing/")
    assert answer.status_code == 404
    assert "This page was not found" in answer.content.decode()


def test_the_fault_page_needs_nothing() -> None:
    assert "500" in render_to_string("500.html")


def test_the_text_size_works_without_scripts(client: Client) -> None:
    html = client.get("/en/styles/").content.decode()
    assert html.count('name="text-size"') == 4


@pytest.mark.parametrize("path", ["/styles/", "/en/styles/"])
def test_charts_and_counts_are_shown_in_every_state(client: Client, path: str) -> None:
    html = client.get(path).content.decode()
    assert html.count('role="tablist"') == 1 and 'id="d-sample-drawn"' in html  # drawn, its table one tab away
    assert html.count('id="p-sample-drawn"') == html.count('id="p-sample-table"') == 1
    counts = html.split('class="figures compact"', 1)[1].split("</dl>", 1)[0]
    assert [tone for tone in ("tone-danger", "tone-wait") if tone in counts] == ["tone-danger", "tone-wait"]


def test_the_api_documentation_has_nothing_inline(client: Client) -> None:
    """Its page stands under the same content security policy as every other."""
    answer = client.get("/api/docs/")
    html = answer.content.decode()
    assert "<style" not in html and not re.findall(r" style=| on\w+=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert "unsafe-inline" not in answer["Content-Security-Policy"] and 'lang="en"' in html
    assert client.get("/favicon.ico").status_code == 302


def test_the_privacy_notice_and_the_contact_stand_at_the_foot_of_every_page(client) -> None:
    korean, english = (client.get(f"{prefix}/privacy/").content.decode() for prefix in ("", "/en"))
    assert "개인정보처리방침" in korean and "Five years after the project ends" in english
    for stored in KINDS:
        assert str(stored.what) and str(stored.kept)
    assert korean.count("<tr>") == english.count("<tr>") == len(KINDS) + 1
    for page in (korean, client.get("/accounts/login/").content.decode()):
        foot = page[page.index("<footer") :]
        assert 'href="/privacy/"' in foot and settings.OPERATOR_CONTACT in foot and settings.OPERATOR_NAME_KO in foot


def test_one_word_for_the_operating_agency() -> None:
    """운영기관 is nobody's word here: the glossary says 전담기관."""
    files = [*(ROOT / "locale" / "ko").glob("*.po"), *(ROOT / "templates").rglob("*.ko.*")]
    assert [p.name for p in files if "운영기관" in p.read_text(encoding="utf-8")] == []

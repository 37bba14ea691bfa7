"""What is read outside pages, in one language each: mails with the story's own contexts, errors, exports, PDFs, the API."""

import io
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import APIResponse, Browser
from pypdf import PdfReader

from portal.journal.wording import absolute, render
from tests.journeys.crawl import Entered, Words, crawl
from tests.journeys.live import Portal
from tests.journeys.people import Person

pytestmark = pytest.mark.browser

LANGUAGES = ("ko", "en")
CODES = re.compile(r"[a-z_]+(, [a-z_]+)+")  # lists of parameters' names
WRONG = "?round=nobody&by=colour"


@pytest.fixture(scope="module")
def entered(portal: Portal) -> Entered:
    return Entered(portal.env["DATABASE_URL"])


def _spoken(text: str, language: str) -> Words:
    """Plain text as if it stood on a page of that language."""
    words = Words()
    words.texts = [(language, line) for line in text.splitlines() if line.strip()]
    return words


def _told(portal: Portal) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(app, template, context) of the newest notice of each kind that the story told."""
    with psycopg.connect(portal.env["DATABASE_URL"]) as there:
        yield from there.execute(
            "SELECT DISTINCT ON (app, template) app, template, context || jsonb_build_object('path', url)"
            " FROM journal_notice ORDER BY app, template, id DESC"
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail(portal: Portal, entered: Entered, language: str) -> None:
    """Each kind of notice in both languages, whatever language its reader had in the story."""
    faults, kinds = [], 0
    for app, template, context in _told(portal):
        kinds += 1
        url = absolute(context.pop("path"), language)
        title, body = render(app, template, language, {**context, "url": url, "recipient": "가상 담당자"})
        faults += [f"{app}/{template}: {found}" for found in entered.strangers(_spoken(f"{title}\n{body}", language), language)]
    assert not faults, "\n".join(faults)
    assert kinds > 25


@pytest.mark.parametrize("language", LANGUAGES)
def test_error_page(chromium: Browser, portal: Portal, entered: Entered, language: str) -> None:
    """404 for what is not there, 403 for what is not yours, 405 and a missing CSRF token: in words of the page's language."""
    person = Person(chromium, portal, language).sign_in("applicant@demo.example")
    faults = []
    for path, status in (("/nowhere/", 404), ("/applications/app-0000000000/", 404), ("/matching/requests/", 403)):
        person.go(path, status=status)
        faults += _strangers(person.page.content(), entered, language, path)
    prefix = "/en" if language == "en" else ""
    answer = person.page.request.post(f"{portal.base}{prefix}/accounts/", form={"name": "x"})
    assert answer.status == 403, answer.status
    faults += _strangers(answer.text(), entered, language, "without a token")
    person.context.close()
    assert not faults, "\n".join(faults)


def _strangers(html: str, entered: Entered, language: str, where: str) -> list[str]:
    words = Words()
    words.feed(html)
    assert words.title and words.headings == 1, f"{where}: {words.title!r}, {words.headings} h1"
    return [f"{where}: {found}" for found in entered.strangers(words, language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_api_error(chromium: Browser, portal: Portal, entered: Entered, language: str) -> None:
    person = Person(chromium, portal, language)
    faults = []
    for path in (f"/api/v1/stats/applications/{WRONG}", "/api/v1/stats/nothing/", "/api/v1/datasets/?colour=red"):
        answer = person.page.request.get(portal.base + path, headers={"Accept-Language": language})
        assert answer.headers["content-type"].startswith("application/problem+json"), path
        problem = answer.json()
        said = CODES.sub("", "\n".join(str(problem.get(name) or "") for name in ("title", "detail")))
        faults += [f"{path}: {found}" for found in entered.strangers(_spoken(said, language), language)]
        assert language == "en" or any("가" <= letter <= "힣" for letter in said), said
    person.context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", ["applicant", "operator"])
def test_download(chromium: Browser, portal: Portal, entered: Entered, reader: str, language: str) -> None:
    """CSV and generated PDFs that a reader reaches by links; a contract is Korean for everybody, with an English copy to read."""
    person = Person(chromium, portal, language).sign_in(f"{reader}@demo.example")
    faults, kinds = [], set()
    for _route, path, answer, _words in crawl(person, ("/home/", "/stats/", "/applications/", "/agreements/")):
        text = _text(answer)
        if text is None or answer.status != 200:
            continue
        kinds.add(answer.headers["content-type"].partition(";")[0])
        english, korean = path.endswith(("-en.pdf", ".en.pdf")), path.endswith(("/agreement.pdf", ".ko.pdf"))
        spoken = "en" if english else "ko" if korean else language
        faults += [f"{path}: {found}" for found in entered.strangers(_spoken(text, spoken), spoken)]
        assert "시연" in text or "demo" in text.lower() or "fictional" in text.lower(), f"{path} does not say that it is a demo"
    person.context.close()
    assert not faults, "\n".join(faults)
    assert kinds >= {"text/csv", "application/pdf"}, kinds


def _text(answer: APIResponse) -> str | None:
    kind = answer.headers.get("content-type", "")
    if "text/csv" in kind:
        return answer.text()
    if "application/pdf" in kind and answer.body().startswith(b"%PDF") and len(answer.body()) > 5000:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages)
    return None

"""One page of each kind, for each sort of reader, in both languages: it answers, has a title, one heading, one language."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.journeys.crawl import Entered, Seen
from tests.journeys.live import Portal
from tests.journeys.people import Person

pytestmark = pytest.mark.browser
Pages = Callable[[str, str], list[Seen]]

# links that may answer 403: a file before its scan (only its own organisation opens it), and an old notice about an offer
CLOSED = re.compile(r"/(files|evidence|letter|documents)/|^(/en)?/providers/offers/")
RECORD = re.compile(r"/admin/[a-z]+/[a-z]+/[^/]+/change/|/admin/journal/notice/")  # each column, and mails as they were sent
READERS = ("", "applicant", "provider", "board", "evaluator1", "operator", "officer", "finance")


@pytest.fixture(scope="module")
def entered(portal: Portal) -> Entered:
    return Entered(portal.env["DATABASE_URL"])


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("reader", READERS)
def test_page(pages: Pages, entered: Entered, reader: str, language: str) -> None:
    faults, found = [], pages(reader, language)
    for page in found:
        closed = page.status == 403 and CLOSED.search(page.path)
        if page.status >= 400 and not closed:
            faults.append(f"{page.path}: {page.status}")
        words = page.words
        if words is None or page.status >= 400:
            continue
        if not words.title:
            faults.append(f"{page.path}: no title")
        if words.headings != 1 and not page.route.startswith("admin/"):
            faults.append(f"{page.path}: {words.headings} h1")
        faults += [f"{page.path}: leads to the Korean {stray}" for stray in words.strays]
        record = RECORD.search(page.path) is not None
        faults += [f"{page.path}: {stranger}" for stranger in list(entered.strangers(words, language, record))[:4]]
    assert not faults, f"{len(faults)} faults on {len(found)} pages:\n" + "\n".join(faults)
    assert len(found) > 5


def test_accessible(chromium: Browser, portal: Portal, pages: Pages) -> None:
    """axe-core names no violation on any kind of public or company page."""
    faults, looked = [], set()
    for reader in ("", "applicant", "provider", "board", "evaluator1"):
        person = Person(chromium, portal)
        if reader:
            person.sign_in(f"{reader}@demo.example")
        for page in pages(reader, "ko"):
            if page.words is None or page.status >= 400 or page.route.startswith("admin/") or page.route in looked:
                continue
            looked.add(page.route)
            person.page.goto(portal.base + page.path)
            found = Axe().run(person.page, options={"preload": False}).response["violations"]
            faults += [f"{page.path}: {v['id']}: {v['help']} :: {v['nodes'][0]['html'][:140]}" for v in found]
        person.context.close()
    assert not faults, f"on {len(looked)} kinds of pages:\n" + "\n".join(faults)

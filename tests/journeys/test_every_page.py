"""One page of each kind, for each sort of reader, in both languages: it answers, has a title, one heading, one language."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.journeys.crawl import Entered, crawl
from tests.journeys.live import Portal
from tests.journeys.people import Person

pytestmark = pytest.mark.browser

# links that may answer 403: a file before its scan (only its own organisation opens it), and an old notice about an offer
CLOSED = re.compile(r"/(files|evidence|letter|documents)/|^(/en)?/providers/offers/")
RECORD = re.compile(r"/admin/[a-z]+/[a-z]+/[^/]+/change/|/admin/journal/notice/")  # each column, and mails as they were sent
READERS = ("", "applicant", "provider", "board", "evaluator1", "operator", "officer", "finance")
STARTS = {
    "": ("/", "/rounds/", "/catalogue/", "/stats/", "/check/?size=SMALL&region=BUSAN&standing=NONE&modality=CT&area=ANY&budget=100000000", "/styles/", "/accounts/login/", "/accounts/signup/"),
    **dict.fromkeys(("operator", "officer", "finance"), ("/home/", "/admin/")),
}  # fmt: skip


def start(chromium: Browser, portal: Portal, reader: str, language: str) -> Person:
    person = Person(chromium, portal, language)
    return person.sign_in(f"{reader}@demo.example") if reader else person


@pytest.fixture(scope="module")
def entered(portal: Portal) -> Entered:
    return Entered(portal.env["DATABASE_URL"])


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("reader", READERS)
def test_page(chromium: Browser, portal: Portal, entered: Entered, reader: str, language: str) -> None:
    person, faults, routes = start(chromium, portal, reader, language), [], 0
    for route, path, answer, words in crawl(person, STARTS.get(reader, ("/home/",))):
        routes += 1
        closed = answer.status == 403 and CLOSED.search(path)
        if answer.status >= 400 and not closed:
            faults.append(f"{path}: {answer.status}")
        if words is None or answer.status >= 400:
            continue
        if not words.title:
            faults.append(f"{path}: no title")
        if words.headings != 1 and not route.startswith("admin/"):
            faults.append(f"{path}: {words.headings} h1")
        faults += [f"{path}: leads to the Korean {stray}" for stray in words.strays]
        record = RECORD.search(path) is not None
        faults += [f"{path}: {stranger}" for stranger in list(entered.strangers(words, language, record))[:4]]
    person.context.close()
    assert not faults, f"{len(faults)} faults on {routes} pages:\n" + "\n".join(faults)
    assert routes > 5


def test_accessible(chromium: Browser, portal: Portal) -> None:
    """axe-core names no violation on any kind of public or company page."""
    faults, looked = [], set()
    for reader in ("", "applicant", "provider", "board", "evaluator1"):
        person = start(chromium, portal, reader, "ko")
        for route, path, answer, words in crawl(person, STARTS.get(reader, ("/home/",))):
            if words is None or answer.status >= 400 or route.startswith("admin/") or route in looked:
                continue
            looked.add(route)
            person.page.goto(portal.base + path)
            found = Axe().run(person.page, options={"preload": False}).response["violations"]
            faults += [f"{path}: {v['id']}: {v['help']} :: {v['nodes'][0]['html'][:140]}" for v in found]
        person.context.close()
    assert not faults, f"on {len(looked)} kinds of pages:\n" + "\n".join(faults)

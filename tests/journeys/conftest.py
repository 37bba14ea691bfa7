"""One live portal for all browser tests of a run. One worker does them all (tests/scheduling.py), the journey late."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

from tests.journeys import live
from tests.journeys.crawl import STARTS, Seen, reached
from tests.journeys.people import Person
from tests.services import CHROMIUM_FLAGS, chromium_path

# three move the clock, the last leaves a mess
LAST = ("test_whole_journey", "test_presentations", "test_round_from_nothing", "test_bad_input")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    own = [item for item in items if here in item.path.parents]
    own.sort(key=lambda item: LAST.index(item.path.stem) if item.path.stem in LAST else -1)
    others = [item for item in items if here not in item.path.parents]
    items[:] = own + others  # the longest group begins first


@pytest.fixture(scope="package")
def portal() -> Iterator[live.Portal]:
    chromium_path()
    with live.portal(Path(settings.DATA_DIR) / "live") as made:
        yield made


@pytest.fixture(scope="package")
def chromium(portal: live.Portal) -> Iterator[Browser]:
    """Package-wide, so that its event loop is gone before other tests of this worker touch the database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; the fixtures stay synchronous
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def pages(chromium: Browser, portal: live.Portal) -> Callable[[str, str], list[Seen]]:
    """(reader, language) → one page of each route that the demo's reader reaches, "" being nobody. Crawled when a test first asks,
    and kept for the others that look at the same pages."""
    found: dict[tuple[str, str], list[Seen]] = {}

    def read(reader: str, language: str) -> list[Seen]:
        if (reader, language) not in found:
            person = Person(chromium, portal, language)
            if reader:
                person.sign_in(f"{reader}@demo.example")
            found[reader, language] = reached(person, STARTS.get(reader, ("/home/",)))
            person.context.close()
        return found[reader, language]

    return read

"""The README's pictures, taken from a running demo: `make pictures DEMO_PASSWORD=…` (the one that `make up` printed).

Each is the first screen at desk width of what its reader opens first; links are followed as a reader would, so that no
reference of the played story is written down here. Writes docs/pictures/<name>.png.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.shots import address, chromium, sign_in

FOLDER = Path("docs/pictures")
SIZE = {"width": 1280, "height": 860}


@dataclass(frozen=True)
class Picture:
    """start: a path without language; clicks: CSS of the links to follow from there, the first that is found."""

    name: str
    reader: str
    language: str
    start: str
    clicks: tuple[str, ...] = ()


PICTURES = (
    Picture("start-up-front", "", "ko", "/"),
    Picture("start-up-desk", "applicant", "ko", "/home/"),
    Picture("start-up-need", "applicant", "en", "/matching/needs/", ("main a[href*='/matching/needs/ned-']",)),
    Picture("start-up-application", "applicant", "ko", "/applications/", ("main a[href*='/applications/app-']",)),
    Picture("ministry-home", "officer", "ko", "/admin/"),
    Picture("ministry-dashboard", "officer", "en", "/admin/dashboard/"),
    Picture("provider-desk", "provider", "ko", "/home/"),
    Picture("provider-offers", "provider", "en", "/providers/"),
    Picture("provider-review", "board", "ko", "/access/", ("main a[href*='/access/requests/'] >> nth=2",)),
    Picture("consumer-statistics", "", "en", "/stats/"),
)


def take(page: Page, base: str, picture: Picture) -> None:
    page.goto(address(base, picture.start, picture.language))
    for link in picture.clicks:
        page.locator(link).first.click()
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    print(f"{picture.name}: {page.url.removeprefix(base)}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--password", default=os.environ.get("DEMO_PASSWORD", ""))
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for picture in PICTURES:
            context = browser.new_context(viewport=SIZE, locale="ko-KR" if picture.language == "ko" else "en-GB")
            page = context.new_page()
            if picture.reader:
                sign_in(page, options.base, f"{picture.reader}@demo.example", options.password, picture.language)
            take(page, options.base, picture)
            context.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

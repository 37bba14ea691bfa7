"""Looks at pages: screenshots of paths in both languages at desk and phone width, and what axe says about them.

    python -m tests.journeys.shots --base http://127.0.0.1:8000 --out shots / /rounds/ /styles/
    … --as startup@demo.example --password "$DEMO_PASSWORD" --axe /home/

Prints one line a picture: status, horizontal overflow, console errors and axe violations are named. Exit code 1 when a
page answers 500 or overflows its width.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from portal.kit.stamps import find_browser

CHROMIUM = find_browser() or "chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WIDTHS = (1280, 360)
LANGUAGES = ("ko", "en")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, offline but for the portal."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def address(base: str, path: str, language: str) -> str:
    return f"{base}{'/en' if language == 'en' else ''}{path}"


def sign_in(page: Page, base: str, email: str, password: str, language: str = "ko") -> None:
    """Through the sign-in page, as a person does."""
    page.goto(address(base, "/accounts/login/", language))
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main form button[type=submit]")
    page.wait_for_load_state("networkidle")


def axe(page: Page) -> list[str]:
    """The violations of a page, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(page, options={"preload": False}).response["violations"]
    return [f"{v['id']} ({v['impact']}): {v['help']} :: {n['html'][:140]}" for v in found for n in v["nodes"][:3]]


def shoot(browser: Browser, options: argparse.Namespace) -> bool:
    good = True
    options.out.mkdir(parents=True, exist_ok=True)
    for width, language in product(options.widths, options.languages):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale="ko-KR" if language == "ko" else "en-GB",
            java_script_enabled=not options.no_js,
        )
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda m, e=errors: e.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error, e=errors: e.append(str(error)))
        if options.sign_in_as:
            sign_in(page, options.base, options.sign_in_as, options.password, language)
        for path in options.paths:
            good &= _one(page, options, path, language, width, errors)
        context.close()
    return good


def _one(page: Page, options: argparse.Namespace, path: str, language: str, width: int, errors: list[str]) -> bool:
    errors.clear()
    answer = page.goto(address(options.base, path, language))
    page.wait_for_load_state("networkidle")
    if options.zoom != 1:
        page.evaluate(f"document.documentElement.style.zoom = {options.zoom}")
    name = re.sub(r"[^0-9A-Za-z가-힣]+", "-", path).strip("-") or "front"
    page.screenshot(path=options.out / f"{options.prefix}{name}.{language}.{width}.png", full_page=not options.fold)
    wide = 0 if options.no_js else page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    status = answer.status if answer else 0
    faults = axe(page) if options.axe else []
    words = [f"{status}", f"{width}", language, path, f"overflow {wide}px" if wide > 0 else "", *errors, *faults]
    print(" | ".join(word for word in words if word), flush=True)
    return status < 500 and wide <= 0 and not faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", help="paths without language prefix")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path(".data/shots"))
    parser.add_argument("--prefix", default="", help="in front of each file name, for example the role")
    parser.add_argument("--as", dest="sign_in_as", default="", help="e-mail address to sign in with")
    parser.add_argument("--password", default="")
    parser.add_argument("--widths", type=int, nargs="*", default=list(WIDTHS))
    parser.add_argument("--languages", nargs="*", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--zoom", type=float, default=1)
    parser.add_argument("--axe", action="store_true", help="name axe-core's violations")
    parser.add_argument("--no-js", action="store_true")
    parser.add_argument("--fold", action="store_true", help="only what is seen without scrolling")
    options = parser.parse_args()
    with chromium() as browser:
        return 0 if shoot(browser, options) else 1


if __name__ == "__main__":
    sys.exit(main())

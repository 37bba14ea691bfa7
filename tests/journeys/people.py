"""People with a browser: each signs in through the page and sees only pages."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response

from tests.journeys.live import PASSWORD, Portal

PATIENCE = 60_000  # milliseconds; a busy machine is no fault of the page
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def pdf(name: str) -> Any:
    """A small real file to upload."""
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF}


def words(msgid: str, language: str = "ko") -> str:
    """The sentence as the page must show it. Fails when it has no Korean."""
    with translation.override(language):
        found = translation.gettext(msgid)
    assert language != "ko" or found != msgid, f"no Korean for {msgid!r}"
    return found


class Person:
    """One browser context: own cookies, one page. `language` decides the prefix of addresses and the words of buttons."""

    def __init__(self, browser: Browser, portal: Portal, language: str = "ko", **more: Any) -> None:
        self.portal, self.language = portal, language
        locale = "ko-KR" if language == "ko" else "en-GB"
        self.context: BrowserContext = browser.new_context(locale=locale, timezone_id="Asia/Seoul", **more)
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("response", self._look)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _look(self, answer: Response) -> None:
        if answer.status >= 500:
            self.faults.append(f"{answer.status} {answer.request.method} {answer.url}")
        if 'sessionid=""' in answer.headers.get("set-cookie", "") and "/logout/" not in answer.url:
            self.faults.append(f"signed out by {answer.request.method} {answer.url}")

    # ── going ────────────────────────────────────────────────────────────────────────────────────────
    def go(self, path: str, status: int = 200) -> None:
        """Opens a path without language prefix; a path that is a whole address is opened as it is."""
        if path.startswith("http"):
            path = urlsplit(path).path + (f"?{urlsplit(path).query}" if urlsplit(path).query else "")
            address = self.portal.base + path
        else:
            address = self.portal.base + ("/en" if self.language == "en" else "") + path
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == status, f"{answer.status} {address}\n{self.text()[:1500]}"

    def sign_in(self, email: str, password: str = PASSWORD) -> "Person":
        self.go("/accounts/login/")
        self.type(login=email, password=password)
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_url(lambda url: "/login/" not in url)
        return self

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────
    def say(self, msgid: str, **given: Any) -> str:
        return words(msgid, self.language) % given if given else words(msgid, self.language)

    def sees(self, *texts: str) -> None:
        shown = self._squeezed()
        for text in texts:
            assert " ".join(text.split()) in shown, f"{text!r} is not on {self.page.url}:\n{self.text()[:3500]}"

    def sees_word(self, *msgids: str) -> None:
        self.sees(*[self.say(msgid) for msgid in msgids])

    def _squeezed(self) -> str:
        return " ".join(self.text().split())

    def until(self, text: str, seconds: float = 60) -> None:
        """Reloads until the text is there: for what the worker does."""
        end = time.monotonic() + seconds
        while text not in self._squeezed():
            assert time.monotonic() < end, f"{text!r} did not come on {self.page.url}:\n{self.text()[:3000]}"
            self.page.wait_for_timeout(1000)
            self.page.reload()

    def until_state(self, msgid: str, seconds: float = 60) -> None:
        """Reloads until the state beside the heading is this one."""
        end, name = time.monotonic() + seconds, self.say(msgid)
        while name not in (states := self.page.locator(".state-tag").all_inner_texts()):
            assert time.monotonic() < end, f"{name!r} did not come on {self.page.url}, only {states}:\n{self.text()[:3000]}"
            self.page.wait_for_timeout(1000)
            self.page.reload()

    def until_scanned(self, seconds: float = 60) -> None:
        """Reloads while a file on the page waits for the virus scan."""
        end, name = time.monotonic() + seconds, self.say("A file cannot be accepted yet")
        while name in self.text():
            assert time.monotonic() < end, f"the scan did not come on {self.page.url}:\n{self.text()[:3000]}"
            self.page.wait_for_timeout(1000)
            self.page.reload()

    # ── doing ────────────────────────────────────────────────────────────────────────────────────────
    def type(self, within: str = "", **values: Any) -> None:
        """Fills fields by name: text, number, select, tick (True/False), radio value, file (a dict or list of dicts)."""
        for name, value in values.items():
            self.put(name, value, within)

    def tab_to(self, css: str) -> None:
        """Presses Tab until what `css` names has the focus: it can be reached without a mouse."""
        for _ in range(300):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("css => document.activeElement.matches(css)", css):
                return
        raise AssertionError(f"Tab does not come to {css} on {self.page.url}")

    def enter(self, css: str) -> None:
        """Goes there by Tab and presses Enter; a page follows."""
        self.tab_to(css)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def put(self, name: str, value: Any, within: str = "") -> None:
        field = self.page.locator(f'{within} [name="{name}"]')
        assert field.count(), f"no field {name} on {self.page.url}:\n{self.text()[:2500]}"
        kind = field.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind in ("radio", "checkbox") and not isinstance(value, bool):
            for one in value if isinstance(value, list) else [value]:
                self._tick(self.page.locator(f'{within} [name="{name}"][value="{one}"]').first, True)
        elif kind == "checkbox":
            self._tick(field.first, value)
        elif kind == "select":
            field.first.select_option(value)
        elif kind == "file":
            field.first.set_input_files(value)
        else:
            field.first.fill(str(value))

    def _tick(self, box: Locator, value: bool) -> None:
        """KRDS hides the input under its label; a person clicks the label."""
        if box.is_checked() != value:
            box.evaluate("e => (e.labels && e.labels[0] ? e.labels[0] : e).scrollIntoView({block: 'center'})")
            label = box.evaluate('e => e.id && !!document.querySelector(`label[for="${e.id}"]`)')
            if label:
                self.page.locator(f'label[for="{box.get_attribute("id")}"]').first.click(position={"x": 5, "y": 5})
            else:
                box.set_checked(value, force=True)
        if box.is_checked() != value:
            box.set_checked(value, force=True)

    def pick(self, text: str) -> None:
        """Ticks the box or the radio button whose label holds this text."""
        label = self.page.locator("main label", has_text=text).first
        self._tick(self.page.locator(f"[id='{label.get_attribute('for')}']"), True)

    def press(self, msgid: str, within: str = "main, #content, body", exact: bool = True) -> None:
        """Presses the button or link of these words and waits for the page that follows."""
        name = self.say(msgid)
        scope = self.page.locator(within).first
        pattern = re.compile(rf"^\s*{re.escape(name)}(\s*…)?\s*$") if exact else name
        button = scope.get_by_role("button", name=pattern)
        found = button if button.count() else scope.get_by_role("link", name=pattern)
        assert found.count(), f"no button {name!r} on {self.page.url}:\n{self.text()[:3000]}"
        self.click(found.first)

    def click(self, target: Locator) -> None:
        """Clicks and waits until the page that follows is there."""
        before = self.page.evaluate("window.__here = Math.random()")
        target.click()
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end:
            try:
                if self.page.evaluate("window.__here") != before:
                    break
            except Exception:
                pass  # the page is being replaced just now
            self.page.wait_for_timeout(30)
        else:
            raise AssertionError(f"nothing followed the click on {self.page.url}:\n{self.text()[:2500]}")
        self.page.wait_for_load_state("domcontentloaded")

    def swap(self, target: Locator) -> None:
        """Clicks what only replaces a part of the page (htmx)."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            target.click()
        self.page.wait_for_timeout(250)

    def unfold(self, msgid: str, **values: Any) -> None:
        """A verb that unfolds first: opens it, fills, presses the button inside."""
        name = self.say(msgid)
        summary = self.page.locator("details > summary", has_text=name).first
        assert summary.count(), f"no verb {name!r} on {self.page.url}:\n{self.text()[:3000]}"
        box = summary.locator("xpath=..")
        if box.get_attribute("open") is None:
            summary.click()
        for key, value in values.items():
            box.locator(f'[name="{key}"], [name$="-{key}"]').first.fill(value)
        self.click(box.get_by_role("button", name=name).first)

    def send(self, within: str = "main form:has(button.primary), main form") -> None:
        """Presses the form's primary button."""
        form = self.page.locator(within).last
        button = form.locator("button.primary[type=submit], button[type=submit]").first
        self.click(button)

    # ── the admin ────────────────────────────────────────────────────────────────────────────────────
    def verb(self, msgid: str, **values: Any) -> None:
        """A verb of the admin: the button on the row, then its decision page when there is one."""
        name = self.say(msgid)
        group = self.page.locator("#content, main, body").first
        found = group.get_by_role("link", name=name, exact=True)
        direct = found.count() == 0
        if direct:
            found = group.get_by_role("button", name=name, exact=True)
        assert found.count(), f"no verb {name!r} on {self.page.url}:\n{self.text()[:3500]}"
        self.click(found.first)
        refusals = self.page.locator("[role=alert]").all_inner_texts() if direct else []
        assert not refusals, f"refused on {self.page.url}: {refusals}"
        if not direct:
            for key, value in values.items():
                self.put(key, value, "#content-main")
            self.click(self.page.locator("#content-main form button[type=submit]").last)
            assert "/verb/" not in self.path, f"refused on {self.page.url}:\n{self.text()[:3500]}"

    def may(self, msgid: str) -> bool:
        """Whether this verb's button stands on the row."""
        group, name = self.page.locator("#content, main, body").first, self.say(msgid)
        return any(group.get_by_role(role, name=name, exact=True).count() for role in ("link", "button"))

    def verb_refused(self, msgid: str, sentence: str) -> None:
        """A verb whose decision page says why it is not possible yet; pressed all the same, it is refused in the same words."""
        self.click(self.page.locator("#content").get_by_role("link", name=self.say(msgid), exact=True).first)
        self.sees(sentence)
        self.click(self.page.locator("#content-main form button[type=submit]").last)
        self.sees(sentence)

    def find_row(self, model: str, text: str) -> None:
        """Opens the first row with this text in an admin list."""
        self.go(f"/admin/vouchers/{model}/")
        row = self.page.locator("#result_list tbody tr", has_text=text).first
        assert row.count(), f"no row with {text!r} in {model}:\n{self.text()[:3000]}"
        self.click(row.locator("th a, td a").first)

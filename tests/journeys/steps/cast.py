"""Who plays, and how they sign in."""

import base64
import hmac
import re
import struct
import time
from typing import Any

from playwright.sync_api import Browser

from tests.journeys.live import Portal
from tests.journeys.people import Person

Story = dict[str, Any]
PASSWORD = "a-long-password-77"
LONG = "흉부 CT에서 폐결절을 찾는 제품을 위해 적은 글입니다. 대상과 방법과 지표를 적었습니다."


class Cast:
    """The people of the journey, each signed in once, with the language of their pages."""

    def __init__(self, browser: Browser, portal: Portal) -> None:
        self.browser, self.portal = browser, portal
        self.known: dict[str, Person] = {}

    def __call__(self, name: str, password: str = "") -> Person:
        """A demo person by the first half of the address; an address with @ signs in with the given password."""
        if name not in self.known:
            person = Person(self.browser, self.portal)
            if name != "visitor":
                email = name if "@" in name else f"{name}@demo.example"
                person.sign_in(email, password) if password else person.sign_in(email)
            self.known[name] = person
        return self.known[name]

    def add(self, name: str, person: Person) -> None:
        self.known[name] = person

    def faults(self) -> list[str]:
        return [f"{name}: {fault}" for name, person in self.known.items() for fault in person.faults]


def company(cast: Cast, story: Story) -> Person:
    person = cast(story["email"], PASSWORD)
    if "/2fa/authenticate/" in person.path:
        person.type(code=phone_code(story["secret"]))
        person.page.locator("[name=code]").first.press("Enter")
        person.page.wait_for_url(lambda url: "/2fa/" not in url)
    return person


_typed: dict[str, int] = {}  # of each secret the period whose code was typed last: a code counts once


def phone_code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238). As people do, waits for the next code where this one was typed already
    or is about to expire."""
    while (period := int(time.time()) // 30) == _typed.get(secret) or time.time() % 30 > 22:
        time.sleep(0.5)
    _typed[secret] = period
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", period), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def shown_code(person: Person) -> str:
    """The code that a demo person's page shows beside its field, as a phone would."""
    found = re.search(r"\d{6}", person.page.locator("#id_code_helptext").first.inner_text())
    assert found, person.text()[:2500]
    return found.group(0)


def today(story: Story) -> str:
    """A day that has come on the portal's clock: the project's first one."""
    return str(story["starts_on"])

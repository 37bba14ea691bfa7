"""Every form that a reader reaches is sent empty, far too long, of the wrong type and with foreign hidden values.

No answer is a 500; a refusal says so in the reader's language, beside the form, and what was typed stands on the page.
Runs after the journey, since some of what it sends is lawful.
"""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import APIResponse, Browser

from tests.journeys.crawl import crawl, route_of
from tests.journeys.live import Portal
from tests.journeys.people import Person, words
from tests.journeys.robot import MARK, Form, forms

pytestmark = pytest.mark.browser

READERS = (
    "",
    "applicant",
    "provider",
    "board",
    "irb",
    "evaluator1",
    "operator",
    "officer",
    "approver",
    "finance",
    "registrar",
    "admin",
)
STARTS = {"": ("/", "/rounds/", "/catalogue/", "/stats/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")}
LEAVE = re.compile(
    r"/(logout|i18n/language|password/(change|reset)|2fa/|sessions|email)/|/admin/login/"
)  # allauth's own, or an end
GONE = "This step is no longer possible: it was already done, or the state has changed. Reload the page to see it."
MANGLED = "page=abc&q=%00%EA%B0&round=%27&region=NOWHERE&status=NOPE&state=-1&modality=X&org=999999999999999999999&show=%F0%9F"
WAYS = ("empty", "long", "foreign", "wrong")  # the last may be lawful
ANSWERS = {200, 302, 303, 400, 403, 404, 405, 409, 413, 422}
ALERT = re.compile(r'role="alert"|class="[^"]*(errorlist|error-summary|form-hint-invalid|errornote)')
_done: set[tuple[str, str, tuple[str, ...]]] = set()
_asked: set[str] = set()


@pytest.mark.parametrize("reader", READERS)
def test_forms(chromium: Browser, portal: Portal, reader: str) -> None:
    person = Person(chromium, portal, "en" if READERS.index(reader) % 2 else "ko")
    if reader:
        person.sign_in(f"{reader}@demo.example")
    faults: list[str] = []
    for route, path, answer, page in list(_pages(person, reader)):
        if answer.status >= 500:
            faults.append(f"{path}: {answer.status}")
        if page is None or answer.status != 200:
            continue
        if route not in _asked:  # filters do not depend on who asks
            _asked.add(route)
            faults += _asked_wrongly(person, path)
        for form in forms(answer.text()):
            target = urlsplit(urljoin(answer.url, form.action or answer.url)).path
            kind = (route_of(path) or "", route_of(target) or "", tuple(sorted({one.name for one in form.fields})))
            if kind in _done or LEAVE.search(target):
                continue
            _done.add(kind)
            faults += _try(person, path, urljoin(answer.url, form.action or answer.url), form)
    person.context.close()
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


def _pages(person: Person, reader: str) -> Any:
    admin = ("/admin/",) if reader in {"operator", "officer", "approver", "finance", "registrar", "admin"} else ()
    return crawl(person, STARTS.get(reader, ("/home/", *admin)))


def _asked_wrongly(person: Person, path: str) -> list[str]:
    """What a list's filters and pages answer to an address that somebody mangled."""
    answer = person.page.request.get(f"{person.portal.base}{path}?{MANGLED}", max_redirects=3)
    return [] if answer.status in ANSWERS else [f"{path}?{MANGLED}: answered {answer.status}"]


def _try(person: Person, path: str, target: str, form: Form) -> list[str]:
    """One form in every wrong way; a form without anything to fill in is only tried with foreign values: its button is a verb."""
    faults = []
    for how in WAYS:
        if not form.visible and how != "foreign":
            continue
        for button in form.buttons[:1] or [("", "")]:
            data = form.filled(how, button)
            sent: dict[str, Any] = {"multipart" if form.files else "form": data}
            try:
                answer = person.page.request.post(target, max_redirects=0, headers={"Referer": person.portal.base + path}, **sent)
            except Exception as error:  # the connection was cut: as bad as a 500
                faults.append(f"{path} {how} → {target}: {str(error)[:200]}")
                continue
            faults += [f"{path} {how} → {urlsplit(target).path}: {fault}" for fault in _faults(answer, form, how)]
            if answer.status in {302, 303} and form.visible:
                return faults  # it was accepted: what comes after would meet another page
    return faults


def _faults(answer: APIResponse, form: Form, how: str) -> list[str]:
    if answer.status not in ANSWERS:
        return [f"answered {answer.status}"]
    if answer.status != 422:
        return []
    text, found = answer.text(), []
    if not ALERT.search(text):
        found.append("422 without a word about what is wrong")
    if any(words(GONE, language) in text for language in ("ko", "en")):
        return found  # the robot took that step itself a moment ago
    typed = [one for one in form.visible if one.kind in {"text", "textarea", "search"} and how in {"wrong", "long"}]
    if typed and MARK not in text:
        found.append(f"what was typed is lost ({', '.join(one.name for one in typed)[:120]})")
    return found

"""The application form in English: bad input is answered in words beside its field, and nothing that was typed is lost."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.live import Portal
from tests.journeys.people import Person

pytestmark = pytest.mark.browser


def writer(chromium: Browser, portal: Portal, **more: Any) -> Person:
    """A start-up's member with the draft of an application open at its project section."""
    person = Person(chromium, portal, "en", **more).sign_in("rival@demo.example")
    person.go("/applications/")
    link = person.page.locator("main a[href*='/applications/start/']").first
    person.click(link if link.count() else person.page.locator("main li", has_text="Draft").locator("a").first)
    if person.page.locator("input[name=track]").count():
        person.put("track", person.page.locator("input[name=track]").first.get_attribute("value"))
        person.send()
    assert re.fullmatch(r"/en/applications/app-[^/]+/", person.path), person.text()[:2500]
    person.go(f"{person.path.removeprefix('/en')}sections/project/")
    return person


@pytest.fixture
def project(chromium: Browser, portal: Portal) -> Any:
    person = writer(chromium, portal)
    yield person
    assert not person.faults
    person.context.close()


def press_save(person: Person) -> int:
    """Presses Save; returns the status of the page that follows."""
    with person.page.expect_navigation() as following:
        person.page.locator("#section-form").get_by_role("button", name="Save", exact=True).click()
    return following.value.status


def value(person: Person, name: str) -> str:
    return person.page.locator(f"#section-form [name={name}]").input_value()


def test_too_long(project: Person) -> None:
    """Pasted text arrives whole and is refused with a sentence, not cut."""
    long = "x" * 700
    project.type(within="#section-form", title="Lung nodules on chest CT", summary=long)
    assert press_save(project) == 422
    assert value(project, "summary") == long
    assert value(project, "title") == "Lung nodules on chest CT"
    field = project.page.locator("[name=summary]")
    assert field.get_attribute("aria-invalid") == "true"
    focused = project.page.evaluate("document.activeElement.closest('[role=alert], .error-summary') !== null")
    assert focused, project.page.evaluate("document.activeElement.outerHTML").encode()[:300]


def test_wrong_type(project: Person) -> None:
    project.go(project.path.removeprefix("/en").replace("project", "budget"))
    project.type(within="#section-form", own_in_kind_won="five million", cost_reason="Because of the labels.")
    assert press_save(project) == 422
    assert value(project, "own_in_kind_won") == "five million"
    assert value(project, "cost_reason") == "Because of the labels."


def test_empty_is_kept_but_not_submitted(project: Person) -> None:
    """Half an answer may be saved; the last page names what is missing, each with a link to its place."""
    project.type(within="#section-form", title="")
    assert press_save(project) == 200
    project.go(re.sub(r"sections/.*", "submit/", project.path.removeprefix("/en")))
    project.sees("Still missing")
    assert project.page.get_by_role("button", name="Submit the application").count() == 0
    assert project.page.locator("main a[href*='/sections/project/#']").count()


def test_double_click(project: Person) -> None:
    project.type(within="#section-form", title="Twice pressed")
    posts: list[str] = []
    project.page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    project.page.locator("#section-form").get_by_role("button", name="Save", exact=True).dblclick()
    project.page.wait_for_load_state("networkidle")
    project.go(project.path.removeprefix("/en"))
    assert value(project, "title") == "Twice pressed"
    assert "was changed" not in project.text()


def test_back_button(project: Person) -> None:
    project.type(within="#section-form", title="Before going back", product="A reader of chest CT")
    assert press_save(project) == 200
    project.go(project.path.removeprefix("/en").replace("project", "company"))
    project.page.go_back()
    project.page.wait_for_load_state("networkidle")
    assert value(project, "title") == "Before going back"
    assert value(project, "product") == "A reader of chest CT"


def test_a_save_that_the_browser_gave_up_does_not_silence_the_autosave(project: Person) -> None:
    """The portal stored it, the page never heard of it: typing goes on, and nobody is told of a colleague who is oneself."""
    here, lost = project.page.url, []

    def swallow(route: Any) -> None:
        if route.request.method != "POST":
            return route.continue_()
        lost.append(route.fetch(max_redirects=0).status)
        return route.fulfill(status=204)

    project.page.route(here, swallow)
    project.type(within="#section-form", team="Three")
    project.page.locator("#section-form").get_by_role("button", name="Save", exact=True).click()
    project.page.wait_for_timeout(500)
    assert lost == [303]
    project.page.unroute(here)
    project.type(within="#section-form", team="Three data scientists")
    project.page.keyboard.press("Escape")
    for _twice in range(2):  # what Save said, then what was typed since
        with project.page.expect_response(lambda answer: answer.url.endswith("/sections/project/save/")) as said:
            pass
        assert said.value.status == 200
    assert value(project, "team") == "Three data scientists"
    project.go(project.path.removeprefix("/en"))
    assert value(project, "team") == "Three data scientists"


def autosaved(person: Person, **typed: Any) -> int:
    """Types and waits until the page saved by itself; returns the answer's status."""
    with person.page.expect_response(lambda answer: answer.url.endswith("/sections/project/save/")) as said:
        person.type(within="#section-form", **typed)
    person.page.wait_for_timeout(300)
    return said.value.status


def test_what_a_colleague_changed_comes_into_the_open_page(chromium: Browser, portal: Portal, project: Person) -> None:
    """Not into the field in which the cursor stands, before it is left; what both typed is shown to choose."""
    other = Person(chromium, portal, "en").sign_in("rival@demo.example")
    other.go(project.path.removeprefix("/en"))
    assert (
        autosaved(other, q_3="3", q_4="2026-03-04", regulatory_route="MFDS_DIGITAL", market="Clinics", schedule="Half a year")
        == 200
    )
    with project.page.expect_response(lambda answer: answer.url.endswith("/save/")):
        project.type(within="#section-form", problem="Few readers")
        project.page.focus("[name=schedule]")
    project.page.wait_for_timeout(300)
    came = {name: value(project, name) for name in ("q_3", "q_4", "regulatory_route", "market", "problem")}
    assert came == {
        "q_3": "3",
        "q_4": "2026-03-04",
        "regulatory_route": "MFDS_DIGITAL",
        "market": "Clinics",
        "problem": "Few readers",
    }
    assert (
        project.page.locator("[data-field=q_4] [data-merged-note]").is_visible() and value(project, "schedule") != "Half a year"
    )
    project.page.focus("[name=team]")
    project.page.wait_for_function("document.querySelector('[name=schedule]').value === 'Half a year'")
    assert autosaved(other, market="Hospitals") == 200 and autosaved(project, market="Abroad") == 409
    assert value(project, "market") == "Abroad" and "Hospitals" in project.page.locator("#save-state").inner_text()
    other.context.close()


def test_someone_elses_application(chromium: Browser, portal: Portal, project: Person) -> None:
    stranger = Person(chromium, portal, "en").sign_in("applicant@demo.example")
    stranger.go(project.path.removeprefix("/en"), status=404)
    stranger.context.close()

"""The application form with JavaScript switched off: the same sections, the same words, nothing lost."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.live import Portal
from tests.journeys.test_forms_in_english import press_save, value, writer

pytestmark = pytest.mark.browser


def test_section_without_javascript(chromium: Browser, portal: Portal) -> None:
    person = writer(chromium, portal, java_script_enabled=False)
    person.page.locator("#section-form [name=title]").fill("Typed without a script")
    person.page.locator("#section-form [name=product]").fill("A reader of chest CT")
    assert press_save(person) == 200
    assert value(person, "title") == "Typed without a script"
    address = person.path.removeprefix("/en").replace("project", "budget")
    person.go(address)
    person.page.locator("[name=own_in_kind_won]").fill("many")
    person.page.locator("[name=cost_reason]").fill("Because of the labels.")
    assert press_save(person) == 422
    assert value(person, "own_in_kind_won") == "many"
    assert value(person, "cost_reason") == "Because of the labels."
    person.page.locator("[name=own_in_kind_won]").fill("1,000,000")
    with person.page.expect_navigation():
        person.page.locator("button[name=calculate]").click()
    assert value(person, "own_in_kind_won").replace(",", "") == "1000000"
    assert press_save(person) == 200
    person.go(address.replace("sections/budget/", "submit/"))
    person.sees("Still missing")
    assert not person.faults
    person.context.close()

"""The presentation stage in a browser: planned, published, seen by the company and its panel, held, scored. In Korean.

The demo's third call has two presentations ahead. Their room is lost, so the officer calls them off and plans them anew.
"""

import random
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.journeys import steps
from tests.journeys.defended.call import portal_day
from tests.journeys.live import Portal
from tests.journeys.people import Person
from tests.journeys.steps.cast import Cast, Story

pytestmark = pytest.mark.browser

SLOTS = "/admin/vouchers/presentationslot/?status__exact="
OPINION = "발표에서 현장 검증 계획이 분명해졌습니다."


def test_a_presentation_from_the_plan_to_the_scores(chromium: Browser, portal: Portal) -> None:
    cast, story = steps.Cast(chromium, portal), {"place": f"별관 {random.randrange(100, 1000)}호"}
    for step in (call_off, plan_anew, company_is_invited, panel_is_told, hold, score):
        try:
            step(cast, story)
        except BaseException as error:
            error.add_note(f"at the step {step.__name__}; story so far: {story}; faults: {cast.faults()}")
            raise
        assert not cast.faults(), f"after {step.__name__}"
    portal.run("verify")


def call_off(cast: Cast, story: Story) -> None:
    """The companies read the reason; then their applications have no presentation."""
    officer, company = cast("officer"), cast("rival")
    officer.go(SLOTS + "INVITED")
    addresses = officer.page.locator("#result_list tbody th a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(addresses) == 2, officer.text()[:3000]
    for address in addresses:
        officer.go(address)
        officer.verb("Cancel the presentation", reason="회의실을 쓸 수 없게 되어 다시 정합니다.")
    company.page.goto(own_application(company))
    company.sees("회의실을 쓸 수 없게 되어 다시 정합니다.")
    story["application"] = company.path
    assert not company.page.locator("main a", has_text=".ics").count()


def own_application(company: Person) -> str:
    """Of the call that is being evaluated."""
    company.go("/applications/")
    row = company.page.locator("main li, main tr", has_text=company.say("In evaluation")).first
    return str(row.locator("a").first.evaluate("one => one.href"))


def plan_anew(cast: Cast, story: Story) -> None:
    """Both fit into one room on one day; nobody is told before the plan is published."""
    officer, company = cast("officer"), cast("rival")
    day = portal_day(cast) + timedelta(days=3)
    officer.go("/admin/vouchers/presentationschedule/add/")
    officer.page.locator("[name=round]").select_option(index=1)
    officer.type(days=f"{day:%Y-%m-%d}", opens="10:00", closes="11:10", minutes=30, gap=10, places=story["place"])
    officer.click(officer.page.locator("[name=_save]").first)
    assert officer.page.locator("#content a[href*='/presentationslot/'][href$='/change/']").count() == 2
    company.go(story["application"])
    assert story["place"] not in company.text()
    officer.verb("Publish and invite")


def company_is_invited(cast: Cast, story: Story) -> None:
    company = cast("rival")
    company.go(story["application"])
    company.sees(story["place"])
    company.sees_word("Invited to present")
    calendar = _calendar(company, "section[aria-labelledby=presentation-title] a:has-text('.ics')")
    assert story["place"] in calendar and "METHOD:" in calendar
    story["receipt"] = company.page.locator("main").inner_text().partition("HDV-")[2].split()[0]


def _calendar(person: Person, link: str) -> str:
    """The file behind the link, with its folded lines made whole."""
    address = person.page.locator(link).first.evaluate("one => one.href")
    answer = person.page.request.get(address)
    assert answer.ok and answer.headers["content-type"].startswith("text/calendar")
    return answer.text().replace("\r\n ", "")


def panel_is_told(cast: Cast, story: Story) -> None:
    """Whoever sits in it finds time, room and a calendar file on the list, and on the sheet what waits; others do not."""
    story["panel"] = []
    for name in ("evaluator1", "evaluator2", "evaluator3"):
        person = cast(name)
        person.go("/evaluation/")
        row = person.page.locator("section[aria-labelledby=seats-title] tbody tr", has_text=story["receipt"])
        if row.count():
            story["panel"].append(name)
            assert story["place"] in row.inner_text() and story["place"] in _calendar(
                person, f"tr:has-text('{story['receipt']}') a"
            )
            person.click(person.page.locator("main li", has_text=story["receipt"]).locator("a").first)
            person.sees_word("The presentation was not held yet", "You can hand in once the presentation was held.")
            story["open"] = person.page.locator("#score-form [name^=points_]").count()
    assert len(story["panel"]) >= 2, story


def hold(cast: Cast, story: Story) -> None:
    """A week later: the company came, and everybody of its panel."""
    admin, officer, company = cast("admin"), cast("officer"), cast("rival")
    officer.go(f"{SLOTS}INVITED&q={story['receipt']}")
    officer.click(officer.page.locator("#result_list tbody th a").first)
    officer.sees_word("This presentation has not begun yet.")
    assert officer.page.get_by_role("button", name=officer.say("Record who attended")).is_disabled()
    admin.go("/home/")
    admin.click(admin.page.locator("button[name=to][value=week]"))
    officer.page.reload()
    officer.verb("Record who attended", present="yes")
    company.go(story["application"])
    company.sees_word("Presented")


def score(cast: Cast, story: Story) -> None:
    """What was heard goes into the points: the criterion that waited is open now."""
    for name in story["panel"]:
        person = cast(name)
        person.go("/evaluation/")
        person.click(person.page.locator("main li", has_text=story["receipt"]).locator("a").first)
        person.sees_word("Presented")
        assert person.page.locator("#score-form [name^=points_]").count() == story["open"] + 1
        for field in person.page.locator("#score-form [name^=points_]").all():
            field.fill("82")
        person.page.locator("#score-form [name=comment]").fill(OPINION)
        person.press("Hand in the scores")
        person.sees_word("Your evaluation is handed in. Thank you.")

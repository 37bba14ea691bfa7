"""Three applications: one by two colleagues in the same section at once, one without JavaScript, one by a founder alone."""

from typing import Any

from tests.journeys.defended.companies import NAMES
from tests.journeys.people import Person
from tests.journeys.steps import applications
from tests.journeys.steps.cast import LONG, PASSWORD, Cast, Story, company

PLANNED_WON = 90_000_000
GRANT_WON = 72_000_000
ANSWER = "두 병원에서 폐결절 환자 300명의 판독과 비교합니다."


def open_call(cast: Cast, story: Story) -> None:
    """The administrator lets a day pass: the call is open."""
    admin, visitor = cast("admin"), cast("visitor")
    admin.go("/home/")
    admin.click(admin.page.locator("button[name=to][value=day]"))
    visitor.go(f"/rounds/{story['round']}/")
    visitor.sees_word("Open for applications")


def write_together(cast: Cast, story: Story) -> None:
    """Both have the same section open. Fields that one of them wrote are joined; in the one that both wrote they are asked."""
    firm = story["together"]
    founder, colleague = company(cast, firm), cast(firm["colleague"], PASSWORD)
    _start(founder, story, firm)
    section = firm["application"] + "sections/project/"
    answers = _project(story)
    for person in (founder, colleague):
        person.go(section)
    mine = {name: answers.pop(name) for name in ("title", "product", "problem", "ai_method")}
    founder.type(within="#section-form", **mine, summary="대표자가 적은 요약입니다.")
    founder.press("Save", within="#section-form")
    founder.sees_word("Saved.")
    colleague.type(within="#section-form", **answers)
    colleague.press("Save", within="#section-form")
    colleague.sees_word("You and a colleague changed the same field")
    colleague.sees("대표자가 적은 요약입니다.")
    colleague.click(colleague.page.locator("button[name=keep]").first)
    assert colleague.page.locator("#kept-draft").is_hidden(), "all of it reached the portal"
    founder.go(section)
    for name, value in {**mine, **answers}.items():
        held = founder.page.locator(f"#section-form [name={name}]").input_value()
        assert held == value, f"{name}: {held!r}"
    _write_rest(founder, firm)


def write_without_javascript(cast: Cast, story: Story) -> None:
    firm = story["plain"]
    founder = company(cast, firm)
    _start(founder, story, firm)
    applications.fill_section(founder, firm["application"], "project", _project(story))
    _write_rest(founder, firm)


def write_alone(cast: Cast, story: Story) -> None:
    firm = story["returned"]
    founder = company(cast, firm)
    _start(founder, story, firm)
    applications.fill_section(founder, firm["application"], "project", _project(story))
    _write_rest(founder, firm)


def submit_all(cast: Cast, story: Story) -> None:
    """A colleague prepares, only the representative submits; each gets a receipt number."""
    colleague = cast(story["together"]["colleague"], PASSWORD)
    colleague.go(story["together"]["application"] + "submit/")
    name = colleague.say("Submit the application")
    assert not colleague.page.locator("main").get_by_role("button", name=name, exact=True).count()
    for name in NAMES:
        applications.submit_application(cast, story[name])


def _project(story: Story) -> dict[str, Any]:
    answers = {name: value for name, value in applications.SECTIONS["project"].items() if not name.startswith("q_")}
    return {**answers, story["question"]: "한 병원에서 검증합니다."}


def _start(founder: Person, story: Story, firm: Story) -> None:
    founder.go(f"/applications/start/{story['round']}/")
    founder.put("track", founder.page.locator("input[name=track]").last.get_attribute("value"))
    founder.send()
    firm["application"] = founder.path


def _write_rest(founder: Person, firm: Story) -> None:
    at = firm["application"]
    applications.fill_section(founder, at, "company", applications.SECTIONS["company"])
    founder.go(at + "sections/data_need/")
    founder.pick(firm["need_title"])
    founder.press("Use this need")
    applications.fill_section(founder, at, "data_need", {"use_plan": LONG, "protection": LONG})
    budget = {"planned_supply_won": f"{PLANNED_WON:,}", "cost_reason": LONG}
    applications.fill_section(founder, at, "budget", budget)
    founder.sees(f"{GRANT_WON:,}")
    applications.upload_documents(founder, at)
    applications.fill_section(founder, at, "declarations", applications.SECTIONS["declarations"])

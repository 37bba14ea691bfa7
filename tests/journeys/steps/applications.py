"""The application, to the end of its eligibility check."""

import re
from typing import Any

from tests.journeys.people import Person, pdf
from tests.journeys.steps.cast import LONG, Cast, Story, company

SECTIONS: dict[str, dict[str, Any]] = {
    "company": {"introduction": LONG, "employees": 12, "contact_role": "연구책임", "confirmed": True},
    "project": {
        "title": "흉부 CT 폐결절 인공지능", "summary": LONG, "product": LONG, "problem": LONG, "ai_method": LONG,
        "expected_outcome": LONG, "regulatory_route": "MFDS_DIGITAL", "market": LONG, "team": "데이터 과학자 3명",
        "schedule": "1–2개월 심의, 3–5개월 가공, 6–7개월 검증", "q_3": "1",
    },
    "budget": {"own_in_kind_won": "5,000,000", "cost_reason": LONG},
    "declarations": {
        f"declare_{kind}": True
        for kind in ("privacy", "third_party", "electronic_service", "no_proxy", "no_duplicate", "truth")
    },
}  # fmt: skip


def write_application(cast: Cast, story: Story) -> None:
    """Section by section, with the need, the match and every required document."""
    founder = company(cast, story)
    founder.go(f"/applications/start/{story['round']}/")
    founder.put("track", founder.page.locator("input[name=track]").last.get_attribute("value"))
    founder.send()
    story["application"] = founder.path
    for key, answers in SECTIONS.items():
        fill_section(founder, story["application"], key, answers)
        if key == "project":
            choose_need_and_match(founder, story)
    upload_documents(founder, story["application"])
    founder.go(story["application"] + "sections/budget/")
    founder.sees("75,000,000")


def fill_section(person: Person, application: str, key: str, answers: dict[str, Any]) -> None:
    person.go(f"{application}sections/{key}/")
    title = answers.get("title")
    person.type(within="#section-form", **answers)
    person.press("Save", within="#section-form")
    person.sees_word("Saved.")
    assert not title or person.page.locator("#section-form [name=title]").input_value() == title


def choose_need_and_match(person: Person, story: Story) -> None:
    person.go(story["application"] + "sections/data_need/")
    person.pick(story["need_title"])
    person.press("Use this need")
    person.sees_word("Chosen")  # the only confirmed match, without a click
    person.type(within="#section-form", use_plan=LONG, protection=LONG, q_1=1200, q_2=LONG)
    person.press("Save", within="#section-form")


def upload_documents(person: Person, application: str) -> None:
    """Every kind that is required and not there yet."""
    person.go(application + "sections/documents/")
    section = "main section.card:not(:has(.optional))"
    for number in range(person.page.locator(section).count()):
        card = person.page.locator(section).nth(number)
        if card.locator("ul.file-list").count():
            continue
        card.locator("input[type=file]").set_input_files(pdf(f"서류 {number + 1}.pdf"))
        person.click(card.locator("form.file-upload-form button[type=submit]"))


def submit_application(cast: Cast, story: Story) -> None:
    founder = company(cast, story)
    founder.go(story["application"] + "submit/")
    founder.sees_word("Everything is complete")
    founder.put("declaration", True)
    founder.press("Submit the application")
    founder.sees_word("Your application was received")
    story["receipt"] = founder.page.locator("#receipt-number").inner_text().strip()
    assert story["receipt"]


def check_eligibility(cast: Cast, story: Story) -> None:
    """Every rule with its verdict; what is left to a person is judged by the officer."""
    officer = cast("officer")
    officer.go(f"/admin/vouchers/application/?q={story['receipt']}")
    officer.click(officer.page.locator("#result_list tbody tr").first.locator("th a, td a").first)
    story["application_admin"] = officer.path
    if officer.may("Begin the eligibility check"):
        officer.verb("Begin the eligibility check")
    open_verdicts = f"/admin/vouchers/eligibilitycheck/?q={story['receipt']}"
    for _turn in range(12):
        officer.go(open_verdicts)
        met = officer.page.locator("td", has_text=re.compile(rf"^\s*{officer.say('Met')}\s*$"))
        rows = officer.page.locator("#result_list tbody tr").filter(has_not=met)
        if not rows.count():
            break
        officer.click(rows.first.locator("th a, td a").first)
        officer.verb("Judge this rule", verdict="MET", reason="제출한 자료로 확인했습니다.")
    officer.go(story["application_admin"])
    officer.verb("Find eligible")

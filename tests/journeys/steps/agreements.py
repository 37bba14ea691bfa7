"""The agreement and its three signatures."""

import re

from tests.journeys.people import Person
from tests.journeys.steps.cast import Cast, Story, company, phone_code


def agree(cast: Cast, story: Story) -> None:
    """Drafted and sent by the operator, signed by the three parties; the last signature issues the voucher."""
    operator, provider, founder = cast("operator"), cast("provider"), company(cast, story)
    operator.go("/agreements/")
    operator.click(operator.page.locator("#to-draft ~ ul li, main li", has_text=story["title"]).locator("a").first)
    operator.send()  # the days of the project stand in the form already
    story["agreement"] = operator.path
    assert re.fullmatch(r"/agreements/[^/]+/", operator.path), operator.text()[:2500]
    operator.unfold("Ask the parties to sign")
    for person, code in ((founder, ""), (provider, "shown"), (operator, "shown")):
        sign(person, story, phone_code(story["secret"]) if not code else "")
    founder.go(story["agreement"])
    founder.until_state("In force", seconds=1)


def sign(person: Person, story: Story, code: str = "") -> None:
    """Demo people see their code; others read it from their phone."""
    person.go(story["agreement"] + "sign/")
    if not code:
        shown = re.search(r"\b(\d{6})\b", person.page.locator("main .krds-critical-alerts, main .alert, main").last.inner_text().split(
            person.say("Demonstration"))[-1])  # fmt: skip
        assert shown, person.text()[:3000]
        code = shown.group(1)
    person.type(read=True, code=code)
    person.press("Sign")
    person.sees_word("You signed the agreement.")

"""The agreement and its three signatures."""

import re

from tests.journeys.people import Person, pdf
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
        put_on_file(cast, person, story)
        sign(person, story, phone_code(story["secret"]) if not code else "")
    founder.go(story["agreement"])
    founder.until_state("In force", seconds=1)


def put_on_file(cast: Cast, person: Person, story: Story) -> None:
    """Whose authority to sign is not on file yet files it; an officer of the ministry opens the paper and says that it is in order."""
    person.go(story["agreement"] + "sign/")
    if person.say("Your authority to sign is not on file") not in person.text():
        return
    person.go("/agreements/authority/")
    person.type(kind="SEAL_CERTIFICATE", valid_from="2020-01-01", valid_until="2099-12-31", file=pdf("사용인감계.pdf"))
    person.press("File it")
    place, officer = person.path, cast("officer")
    officer.go(place)
    officer.until_scanned()
    officer.unfold("It is in order")
    officer.sees_word("Checked and on file")


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

"""A start-up comes: an account, its company, its second factor."""

import random
import re

from tests.journeys.people import Person
from tests.journeys.steps.cast import PASSWORD, Cast, Story, company, phone_code
from vouchers.companies.rules import brn_valid


def sign_up(cast: Cast, story: Story) -> None:
    """An account, its address confirmed through the link in the mail. browser: what is special about this person's, for
    example no JavaScript."""
    number = random.randrange(10**6)
    story |= {"email": f"founder{number}@startup.example", "name": f"여정 주식회사 {number}", "mark": str(number)}
    founder = Person(cast.browser, cast.portal, **story.get("browser", {}))
    founder.go("/accounts/signup/")
    founder.type(name="여정 대표자", email=story["email"], password1=PASSWORD, password2=PASSWORD)
    for box in founder.page.locator("main [name^=consent_]").all():
        founder.put(str(box.get_attribute("name")), True)
    founder.send()
    reader = cast("visitor")
    reader.go("/demo/mail/")
    reader.until(story["email"], seconds=240)  # after the notices of the whole demo story
    reader.click(reader.page.locator("main tr, main li", has_text=story["email"]).locator("a").first)
    link = re.search(r"https?://\S+/confirm-email/\S+", reader.text())
    assert link, reader.text()
    founder.go(link.group())
    founder.send()
    if "/login/" in founder.path:
        founder.type(login=story["email"], password=PASSWORD)
        founder.send()
    founder.go("/home/")
    cast.add(story["email"], founder)


def register(cast: Cast, story: Story) -> None:
    """The company: a number, its facts, the consents. The tax service's answer comes by the worker."""
    founder = company(cast, story)
    founder.go("/companies/register/")
    founder.type(
        brn=fresh_number(), name_ko=story["name"], name_en=f"Journey {story['mark']}", opened_on="2021-03-02",
        representative_name="여정 대표자", region="SEOUL", size="SMALL", sector="의료영상 인공지능",
        service_email=story["email"],
    )  # fmt: skip
    for box in founder.page.locator("main [name^=consent_]").all():
        founder.put(str(box.get_attribute("name")), True)
    founder.send()
    assert re.fullmatch(r"/companies/[^/]+/", founder.path), founder.text()[:3000]
    story["company"] = founder.path


def fresh_number() -> str:
    """A business registration number that is well formed and nobody's."""
    while True:
        head = f"{random.randrange(100, 899)}81{random.randrange(10**4):04d}"
        for last in range(10):
            if brn_valid(f"{head}{last}"):
                return f"{head[:3]}-{head[3:5]}-{head[5:]}{last}"


def verify_company(cast: Cast, story: Story) -> None:
    """Waits for the tax service; an officer verifies when it did not."""
    founder = company(cast, story)
    founder.go(story["company"])
    try:
        founder.until_state("Registration verified", seconds=75)
    except AssertionError:
        officer = cast("officer")
        officer.find_row("company", story["name"])
        officer.verb("Verify the registration")
        founder.go(story["company"])
        founder.until_state("Registration verified")


def enrol_phone(cast: Cast, story: Story) -> None:
    """A second factor for signatures, as a person with a phone enrols it."""
    founder = company(cast, story)
    founder.go("/accounts/2fa/totp/activate/")
    if "/reauthenticate/" in founder.path:
        founder.type(password=PASSWORD)
        founder.send()
    shown = (
        founder.page.locator("main").inner_text()
        + " "
        + " ".join(str(field.input_value()) for field in founder.page.locator("main input:not([type=hidden])").all())
    )
    secret = re.search(r"\b[A-Z2-7]{32}\b", shown)
    assert secret, shown
    story["secret"] = secret.group()
    founder.type(code=phone_code(story["secret"]))
    founder.send()
    assert "/activate/" not in founder.path, founder.text()[:2000]

"""Three companies come: accounts confirmed by mail, registrations, a colleague by invitation, their data needs."""

import re

from tests.journeys import steps
from tests.journeys.people import Person
from tests.journeys.steps.cast import PASSWORD, Cast, Story, company

NAMES = ("together", "plain", "returned")  # two colleagues at once; without JavaScript; returned for a supplement


def come(cast: Cast, story: Story) -> None:
    """Each signs up, registers and says which data it needs; the second has no JavaScript from its first page on."""
    for name in NAMES:
        firm: Story = {"title": story["title"], "browser": {"java_script_enabled": False} if name == "plain" else {}}
        steps.companies.sign_up(cast, firm)
        steps.companies.register(cast, firm)
        story[name] = firm
    for name in NAMES:
        steps.companies.verify_company(cast, story[name])
        _describe_need(company(cast, story[name]), story[name])


def _describe_need(founder: Person, firm: Story) -> None:
    founder.go("/matching/needs/new/")
    firm["need_title"] = f"폐결절 흉부 CT {firm['mark']}"
    founder.type(title=firm["need_title"])
    founder.page.locator("select[name=round]").select_option(label=firm["title"])
    founder.send()
    founder.type(
        purpose="PRODUCT_DEVELOPMENT", product="흉부 CT에서 폐결절을 찾아 주는 인공지능", disease_include="C34, R91",
        patients_wanted=1500, patients_minimum=500, project_months=8, budget_won="90,000,000", modality_IMAGING=["CT"],
        access_modes_acceptable=["REMOTE_VDI"],
    )  # fmt: skip
    founder.press("Post and look for data")
    founder.sees("[시연] 흉부 CT와 판독문")


def invite_colleague(cast: Cast, story: Story) -> None:
    """By the link of the mail, to an account with the invited address."""
    firm, helper = story["together"], dict[str, str]()
    steps.companies.sign_up(cast, helper)
    founder, reader, colleague = company(cast, firm), cast("visitor"), cast(helper["email"], PASSWORD)
    founder.go("/accounts/organisation/")
    founder.type(within="#invite", email=helper["email"])
    founder.press("Send the invitation")
    reader.go(f"/demo/mail/?q={helper['email']}")
    reader.until(firm["name"])
    reader.click(reader.page.locator("main a", has_text=firm["name"]).first)
    link = re.search(r"https?://\S+/accounts/join/\S+", reader.text())
    assert link, reader.text()
    colleague.go(link.group())
    colleague.send()
    firm["colleague"] = helper["email"]

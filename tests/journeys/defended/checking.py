"""The call closes; every application is checked, one after a supplement that was answered in place."""

from tests.journeys.defended.applying import ANSWER
from tests.journeys.defended.companies import NAMES
from tests.journeys.people import Person
from tests.journeys.steps import applications
from tests.journeys.steps.cast import Cast, Story, company


def close_call(cast: Cast, story: Story) -> None:
    """The administrator lets time pass until the call has closed."""
    admin, visitor = cast("admin"), cast("visitor")
    admin.go("/home/")
    admin.click(admin.page.locator("button[name=to][value=close]"))
    visitor.go(f"/rounds/{story['round']}/")
    visitor.sees_word("Closed")


def return_one(cast: Cast, story: Story) -> None:
    """The officer asks about one question; only that one opens, the company answers it there."""
    officer, firm = cast("officer"), story["returned"]
    founder, question = company(cast, firm), story["question"]
    _open(officer, firm)
    officer.verb("Begin the eligibility check")
    officer.verb(
        "Request a supplement", question_1=f"project.{question}", sentence_1="어느 병원 몇 명으로 검증하는지 적어 주십시오."
    )
    founder.go(firm["application"])
    founder.sees("어느 병원 몇 명으로 검증하는지 적어 주십시오.")
    founder.click(founder.page.locator(f"main a[href$='/sections/project/#id_{question}']").first)
    assert not founder.page.locator("#section-form [name=title]").count(), "what was not asked about stays closed"
    founder.put(question, ANSWER, "#section-form")
    founder.press("Save", within="#section-form")
    founder.go(firm["application"])
    founder.press("Hand in the supplement")
    founder.until_state("Eligibility check", seconds=1)
    _open(officer, firm)
    officer.sees(ANSWER)


def find_eligible(cast: Cast, story: Story) -> None:
    for name in NAMES:
        applications.check_eligibility(cast, story[name])


def _open(officer: Person, firm: Story) -> None:
    officer.go(f"/admin/vouchers/application/?q={firm['receipt']}")
    officer.click(officer.page.locator("#result_list tbody tr").first.locator("th a, td a").first)

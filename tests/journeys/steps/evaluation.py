"""Evaluation, selection, the award's answer."""

from tests.journeys.people import Person
from tests.journeys.steps.cast import Cast, Story, company


def evaluate(cast: Cast, story: Story) -> None:
    """Two evaluators are assigned; each declares, scores and hands in."""
    officer = cast("officer")
    officer.go("/admin/vouchers/assignment/assign")
    officer.page.locator("select[name=round]").first.select_option(label=story["title"])
    officer.click(officer.page.locator("form:has(select[name=round]) button[type=submit]").first)
    row = officer.page.locator("tr", has_text=story["receipt"])
    row.locator("input[name=applications]").check()
    for email in ("evaluator1", "evaluator2"):
        box = officer.page.locator("label", has_text=evaluator_name(cast, email)).first
        officer.page.locator(f"#{box.get_attribute('for')}").check()
    officer.press("Assign")
    for email in ("evaluator1", "evaluator2"):
        score(cast(email), story)


def evaluator_name(cast: Cast, email: str) -> str:
    person = cast(email)
    person.go("/accounts/")
    return person.page.locator("[name=name]").input_value()


def score(evaluator: Person, story: Story) -> None:
    evaluator.go("/evaluation/")
    evaluator.click(evaluator.page.locator("main li, main tr", has_text=story["receipt"]).locator("a").first)
    evaluator.press("I have no conflict: open the file")
    for field in evaluator.page.locator("#score-form [name^=points_]").all():
        field.fill("88")
    for field in evaluator.page.locator("#score-form [name^=comment]").all():
        field.fill("근거가 분명하고 실행할 수 있습니다.")
    evaluator.press("Hand in the scores")
    evaluator.sees_word("Your evaluation is handed in. Thank you.")


def select(cast: Cast, story: Story) -> None:
    """The officer proposes, somebody else confirms, the company accepts."""
    officer, approver, founder = cast("officer"), cast("approver"), company(cast, story)
    officer.go("/admin/vouchers/selectionrun/propose")
    officer.page.locator("select[name=round]").first.select_option(label=story["title"])
    officer.click(officer.page.locator("form:has(select[name=round]) button[type=submit]").first)
    officer.press("Propose this selection")
    story["run"] = officer.path
    approver.go(story["run"])
    approver.verb("Confirm the selection")
    founder.go("/home/")
    founder.click(founder.page.locator("main .duty a[href*='/awards/']").first)
    story["award"] = founder.path
    founder.press("Accept the award")
    founder.sees_word("You accepted the award. The operating agency now drafts the agreement.")

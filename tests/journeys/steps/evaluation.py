"""Evaluation, selection, the award's answer."""

from playwright.sync_api import Locator

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
    score_by_keyboard(cast("evaluator1"), story)
    score(cast("evaluator2"), story)


def evaluator_name(cast: Cast, email: str) -> str:
    person = cast(email)
    person.go("/accounts/")
    return person.page.locator("[name=name]").input_value()


def score_by_keyboard(evaluator: Person, story: Story) -> None:
    """No mouse: Tab goes on, Enter opens and hands in, points are typed and raised by the arrow keys."""
    keys = evaluator.page.keyboard
    evaluator.go("/evaluation/")
    evaluator.enter(f'main a[href="{_case(evaluator, story).get_attribute("href")}"]')
    evaluator.enter('form[action$="/accept/"] button[type=submit]')
    names = [field.get_attribute("name") for field in evaluator.page.locator("#score-form :is(input, textarea)[id]").all()]
    for name in [one for one in names if one and one.startswith(("points_", "comment"))]:
        evaluator.tab_to(f'[name="{name}"]')
        keys.type("86" if name.startswith("points_") else "근거가 분명하고 실행할 수 있습니다.")
        for _ in range(2 if name.startswith("points_") else 0):
            keys.press("ArrowUp")
    assert set(evaluator.page.locator("#score-form [name^=points_]").evaluate_all("all => all.map(one => one.value)")) == {"88"}
    evaluator.enter("[name=hand_in]")
    evaluator.sees_word("Your evaluation is handed in. Thank you.")


def _case(evaluator: Person, story: Story) -> Locator:
    return evaluator.page.locator("main li, main tr", has_text=story["receipt"]).locator("a").first


def score(evaluator: Person, story: Story) -> None:
    evaluator.go("/evaluation/")
    evaluator.click(_case(evaluator, story))
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

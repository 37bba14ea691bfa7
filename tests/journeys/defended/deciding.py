"""Two dry runs and what moved between them; the selection signed by two and released; an objection; a reserve that moves up."""

from tests.journeys.defended.applying import GRANT_WON
from tests.journeys.defended.companies import NAMES
from tests.journeys.defended.panel import round_id, score
from tests.journeys.people import Person
from tests.journeys.steps.cast import Cast, Story, company

RESCORED = ("evaluator1", "together", 74)  # in the panel: with the other's 90 it makes 82
AGAIN = ("evaluator1", "returned", 88)  # after the objection: with the other's 80 it makes 84
REASON = "이의신청 인용에 따라 평가 한 건을 다시 합니다."


def compare_runs(cast: Cast, story: Story) -> None:
    """A dry run, a score changed in the panel with its reason, a second dry run: who moves, and why."""
    officer, evaluator = cast("officer"), cast(RESCORED[0])
    _run_dry(officer, story)
    _outcomes(officer, story, selected="together", reserve=("plain", "returned"))
    officer.go(f"/admin/vouchers/panelphase/round/?round={round_id(story)}")
    officer.page.locator("tr", has_text=story[RESCORED[1]]["receipt"]).locator("input[name=applications]").check()
    officer.press("Open the chosen panels", within="#content-main")
    evaluator.go("/evaluation/?show=done")
    evaluator.click(evaluator.page.locator("main li", has_text=story[RESCORED[1]]["receipt"]).locator("a").first)
    for field in evaluator.page.locator("#rescore-form [name^=points_]").all():
        field.fill(str(RESCORED[2]))
    evaluator.type(within="#rescore-form", reason="검증 계획이 한 병원에 그칩니다.")
    evaluator.press("Keep the changed scores")
    officer.go(f"/admin/vouchers/panelphase/round/?round={round_id(story)}")
    officer.click(officer.page.locator("tr", has_text=story[RESCORED[1]]["receipt"]).locator("a").first)
    officer.verb("Close the panel")
    _run_dry(officer, story)
    _outcomes(officer, story, selected="plain", reserve=("together", "returned"))
    officer.go(f"/admin/vouchers/selectionrun/runs?round={round_id(story)}")
    officer.press("Compare the two", within="#content-main")
    officer.sees(story["together"]["receipt"], story["plain"]["receipt"])
    assert story["returned"]["receipt"] not in officer.page.locator("#content-main").inner_text(), "it stayed where it was"
    officer.sees("90.00 → 82.00")


def _run_dry(officer: Person, story: Story) -> None:
    officer.go(f"/admin/vouchers/selectionrun/runs?round={round_id(story)}")
    officer.press("Run the selection dry", within="#content-main")


def _outcomes(officer: Person, story: Story, *, selected: str, reserve: tuple[str, str]) -> None:
    """On the page of a run."""
    reserved = {name: f"{officer.say('Reserve list')} {number}" for number, name in enumerate(reserve, 1)}
    for name, words in {selected: officer.say("Selected"), **reserved}.items():
        row = officer.page.locator("#content table tr", has_text=story[name]["receipt"]).first.inner_text()
        assert words in row, f"{name}: {words!r} is not in {row!r}"


def sign_and_release(cast: Cast, story: Story) -> None:
    """Who proposed does not confirm; the other's signature releases all results together, with a letter each."""
    officer, approver = cast("officer"), cast("approver")
    officer.go(f"/admin/vouchers/selectionrun/propose?round={round_id(story)}")
    officer.press("Propose this selection", within="#content-main")
    story["run"] = officer.path
    assert not officer.may("Confirm the selection")
    approver.go(story["run"])
    approver.verb("Confirm the selection")
    _outcomes(approver, story, selected="plain", reserve=("together", "returned"))
    for name in NAMES:
        person = company(cast, story[name])
        person.go(f"/evaluation/results/{_ref(story[name])}/")
        letter = person.context.request.get(person.portal.base + f"/evaluation/results/{_ref(story[name])}/letter.ko.pdf")
        assert letter.ok and letter.body().startswith(b"%PDF")


def _ref(firm: Story) -> str:
    return str(firm["application"]).strip("/").split("/")[-1]


def object_to_it(cast: Cast, story: Story) -> None:
    """The last of the reserve list objects; somebody who took no part upholds it."""
    firm = story["returned"]
    founder, officer, reviewer = company(cast, firm), cast("officer2"), cast("reviewer")
    founder.go(f"/evaluation/results/{_ref(firm)}/")
    founder.press("Object to this decision")
    founder.type(ground="FACTS", statement="보완 자료로 낸 두 병원 검증 계획을 보지 않고 매긴 점수입니다.")
    founder.press("File the objection")
    firm["objection"] = founder.path
    reviewer.find_row("objection", firm["receipt"])
    firm["objection_admin"] = reviewer.path
    for person, verb, given in (
        (reviewer, "Take the objection up", {}),
        (reviewer, "Find it admissible", {}),
        (officer, "Give the opinion", {"opinion": "한 위원이 보완 자료가 오기 전의 내용으로 평가했습니다."}),
        (reviewer, "Uphold", {"reason": "보완 자료를 보지 않은 평가는 사실에 어긋납니다."}),
    ):
        person.go(firm["objection_admin"])
        person.verb(verb, **given)
    founder.go(firm["objection"])
    founder.sees("보완 자료를 보지 않은 평가는 사실에 어긋납니다.")


def run_again(cast: Cast, story: Story) -> None:
    """One evaluation no longer counts, somebody else scores; the new run puts it before the other on the reserve list."""
    officer, approver, firm = cast("officer"), cast("approver"), story["returned"]
    officer.go(f"/admin/vouchers/selectionrun/rerun?round={round_id(story)}")
    form = officer.page.locator("#content-main form", has_text=firm["receipt"])
    form.locator("label", has_text=story["names"]["evaluator2"]).locator("input[type=checkbox]").check()
    form.locator("[name=reason]").fill(REASON)
    officer.press("Evaluate it again", within="#content-main")
    officer.press("Assign evaluators", within="#content-main")
    officer.page.locator("tr", has_text=firm["receipt"]).locator("input[name=applications]").check()
    box = officer.page.locator("label", has_text=story["names"][AGAIN[0]]).first
    officer.page.locator(f"#{box.get_attribute('for')}").check()
    officer.press("Assign", within="#content-main")
    score(cast(AGAIN[0]), firm["receipt"], AGAIN[2])
    officer.go(f"/admin/vouchers/selectionrun/rerun?round={round_id(story)}")
    officer.press("Propose this run", within="#content-main")
    story["rerun"] = officer.path
    approver.go(story["rerun"])
    approver.verb("Confirm the selection")
    _outcomes(approver, story, selected="plain", reserve=("returned", "together"))
    second = cast("officer2")
    second.go(firm["objection_admin"])
    second.verb("Record what was done", remedy="평가 한 건을 다시 하고 예비 순위를 바로잡았습니다.")


def give_up(cast: Cast, story: Story) -> None:
    """The selected company declines; the first of the reserve list is selected at once, and accepts."""
    winner, next_one, other = (company(cast, story[name]) for name in ("plain", "returned", "together"))
    _open_award(winner)
    winner.unfold("Give up the award", reason="다른 방법으로 데이터를 구했습니다.")
    _open_award(next_one)
    next_one.sees(f"{GRANT_WON:,}")
    next_one.press("Accept the award")
    next_one.until_state("Award accepted", seconds=1)
    other.go(f"/evaluation/results/{_ref(story['together'])}/")
    other.sees(other.say("(number %(before)s before the selection was run again after an objection)", before=1))


def _open_award(person: Person) -> None:
    person.go("/home/")
    person.click(person.page.locator("main .duty a[href*='/awards/']").first)

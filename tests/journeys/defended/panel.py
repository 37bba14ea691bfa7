"""Three evaluators: one declares a conflict, one's affiliation shows another; neither learns of the case concerned."""

from tests.journeys.defended.companies import NAMES
from tests.journeys.people import Person
from tests.journeys.steps.cast import Cast, Story
from tests.journeys.steps.evaluation import evaluator_name

EVALUATORS = ("evaluator1", "evaluator2", "evaluator3")
DECLARED = ("evaluator2", "together")  # whom the evaluator names, among all names of the call
INFERRED = ("evaluator3", "plain")  # where the evaluator works
POINTS = {"together": 90, "plain": 85, "returned": 80}  # what each application is worth to everybody


def gather_panel(cast: Cast, story: Story) -> None:
    """The officer moves the call on and names the three; one of them says where they work."""
    officer, employed = cast("officer"), cast(INFERRED[0])
    officer.go(story["round_admin"])
    officer.verb("Move the call on to evaluation")
    employed.go("/evaluation/affiliations/")
    employed.type(kind="EMPLOYMENT", name=story[INFERRED[1]]["name"])
    employed.send()
    employed.sees_word("Noted. Applications that this concerns are not given to you.")
    story["names"] = {email: evaluator_name(cast, email) for email in EVALUATORS}
    for name in story["names"].values():
        officer.go("/admin/vouchers/poolmember/add/")
        officer.page.locator("select[name=round]").select_option(label=story["title"])
        officer.page.locator("select[name=user]").select_option(label=name)
        officer.type(expertise=["CT"], fields_known=["X"])
        officer.click(officer.page.locator("[name=_save]").first)


def declare(cast: Cast, story: Story) -> None:
    """Each goes through the names of the call, which say nothing of who applied with what."""
    for email in EVALUATORS:
        person = cast(email)
        person.go("/home/")
        person.click(person.page.locator("main .duty", has_text=story["title"]).locator("a[href*='/evaluation/names/']").first)
        if email == DECLARED[0]:
            person.pick(story[DECLARED[1]]["name"])
            person.type(ground="2025년에 이 기업을 자문했습니다.")
        person.press("Send my declaration")
    officer = cast("officer")
    officer.go(f"/admin/vouchers/caseconflict/?application__round__id__exact={round_id(story)}")
    for email, name in (DECLARED, INFERRED):
        row = officer.page.locator("#result_list tbody tr", has_text=story["names"][email])
        assert story[name]["receipt"] in row.inner_text(), officer.text()[:3000]


def round_id(story: Story) -> str:
    return str(story["round_admin"]).split("/")[-3]


def assign(cast: Cast, story: Story) -> None:
    """The portal proposes who evaluates what; nobody with a conflict, and everybody gets as much."""
    officer = cast("officer")
    officer.go(f"/admin/vouchers/assignmentrun/propose?round={round_id(story)}")
    officer.press("Propose assignments", within="#content-main")
    officer.verb("Apply the proposal")
    for email, name in (DECLARED, INFERRED):
        person = cast(email)
        person.go("/evaluation/")
        others = [story[one]["receipt"] for one in NAMES if one != name]
        person.sees(*others)
        assert story[name]["receipt"] not in person.text() and story[name]["name"] not in person.text()


def score_all(cast: Cast, story: Story) -> None:
    """Each opens what was given to them, says that there is no conflict, and hands in the points."""
    for email in EVALUATORS:
        person = cast(email)
        for name in NAMES:
            person.go("/evaluation/")
            row = person.page.locator("main li, main tr", has_text=story[name]["receipt"])
            if row.count():
                score(person, story[name]["receipt"], POINTS[name])


def score(person: Person, receipt: str, points: int) -> None:
    person.go("/evaluation/")
    person.click(person.page.locator("main li, main tr", has_text=receipt).locator("a").first)
    person.press("I have no conflict: open the file")
    for field in person.page.locator("#score-form [name^=points_]").all():
        field.fill(str(points))
    person.page.locator("#score-form [name=comment]").fill("근거가 분명하고 실행할 수 있습니다.")
    person.press("Hand in the scores")
    person.sees_word("Your evaluation is handed in. Thank you.")

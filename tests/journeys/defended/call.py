"""The officer makes a call from nothing, the portal says what is still missing, an approver announces it."""

import re
from datetime import datetime, timedelta

from tests.journeys.people import Person
from tests.journeys.steps.cast import Cast, Story

WINDOW_DAYS = 2
GRANT_RATE, CEILING_WON, BUDGET_WON = 80, 80_000_000, 100_000_000  # money for one project of the three
QUESTION = {"label_ko": "병원 현장에서 어떻게 검증합니까?", "help_ko": "대상 환자와 지표를 적어 주십시오."}


def portal_day(cast: Cast) -> datetime:
    """Today on the portal's clock, as the administrator's desk says it."""
    admin = cast("admin")
    admin.go("/home/")
    said = admin.page.locator("section[aria-labelledby=clock] p").first.inner_text()
    year, month, day = (int(one) for one in re.findall(r"\d+", said)[:3])
    return datetime(year, month, day)


def begin_draft(cast: Cast, story: Story) -> None:
    """Facts, one track, two criteria. Their weights are wrong, and one text stands in Korean only."""
    officer = cast("officer")
    today = portal_day(cast)
    story |= {"today": today, "closes_on": today + timedelta(days=WINDOW_DAYS)}
    officer.go("/admin/vouchers/round/add/")
    officer.type(
        key=story["round"], title_ko=story["title"], title_en=story["title_en"], fiscal_year=today.year + 1,
        summary_ko="의료 데이터로 제품을 만드는 기업의 데이터 구매를 지원합니다.", match_timing="AFTER_SELECTION",
        opens_at_0=f"{today + timedelta(days=1):%Y-%m-%d}", opens_at_1="00:00",
        closes_at_0=f"{story['closes_on']:%Y-%m-%d}", closes_at_1="18:00", budget_won=BUDGET_WON,
        project_start_on=f"{story['closes_on']:%Y-%m-%d}", project_end_on=f"{today + timedelta(days=300):%Y-%m-%d}",
    )  # fmt: skip
    _row(officer, "tracks", 0, key="ONE", name_ko="일반과제", name_en="Standard project", cap_won=CEILING_WON, slots=1)
    _row(officer, "criteria", 0, key="technology", name_ko="기술성", name_en="Technology", weight=60)
    _row(officer, "criteria", 1, key="impact", name_ko="기대 효과", name_en="Effect", weight=30)
    officer.click(officer.page.locator("[name=_save]").first)
    story["round_admin"] = officer.path
    officer.sees_word("The draft stands. Enter its policy next: the list below says what is still missing.")
    officer.sees_word("The policy has not been entered.")
    officer.sees(_wrong_weights(officer), officer.say("An English text is missing: %(what)s.", what=officer.say("Summary")))


def _wrong_weights(person: Person) -> str:
    return person.say("The weights of the criteria add up to %(what)s instead of 100.", what=90)


def _row(person: Person, inline: str, number: int, **values: object) -> None:
    person.page.locator(f"#{inline}-group a.add-row").first.click()
    for name, value in values.items():
        person.page.locator(f"[name={inline}-{number}-{name}]").fill(str(value))


def enter_policy(cast: Cast, story: Story) -> None:
    """From the list of what is missing to the field that mends it."""
    officer = cast("officer")
    officer.press("The policy has not been entered.")
    officer.type(
        rate_MICRO=GRANT_RATE, rate_SMALL=GRANT_RATE, min_cash_rate=10, in_kind_max_rate=10, pass_mark=60, min_evaluators=2,
        reserve_length=2, eligible_company_sizes=["MICRO", "SMALL"], eligible_provider_types=["MEDICAL_DATA_HOSPITAL"],
        required_documents=["PROJECT_PLAN"], reason="첫 정책",
    )  # fmt: skip
    officer.click(officer.page.locator("#content-main form button[type=submit]").last)
    assert officer.path == story["round_admin"], officer.text()[:3000]


def ask_question(cast: Cast, story: Story) -> None:
    """A question of the call's own; without its English words it stops the announcement."""
    officer = cast("officer")
    officer.press("Questions of the call")
    officer.click(officer.page.locator("a[href*='/questions/new/?section=project']").first)
    officer.type(kind="LONG_TEXT", most=500, **QUESTION)
    officer.click(officer.page.locator("#content-main form button[type=submit]").last)
    lacking = officer.say("The question “%(what)s” has no English words for: %(parts)s.", what=QUESTION["label_ko"], parts="|")
    officer.sees(lacking.partition("|")[0])
    officer.go(story["round_admin"])
    officer.click(officer.page.locator(".fault-list a", has_text=QUESTION["label_ko"]).first)
    officer.type(label_en="How do you validate it in the hospital?", help_en="Say on which patients and by which measures.")
    officer.click(officer.page.locator("#content-main form button[type=submit]").last)
    story["question"] = str(officer.page.locator("tr[id^=q_]").first.get_attribute("id"))


def have_it_checked(cast: Cast, story: Story) -> None:
    """What is wrong stops the review; mended it goes on, and another officer announces it and gives it its budget."""
    officer, approver, visitor = cast("officer"), cast("approver"), cast("visitor")
    officer.go(story["round_admin"])
    officer.verb_refused("Submit for review", _wrong_weights(officer))
    officer.go(story["round_admin"])
    officer.type(**{"criteria-1-weight": 40, "summary_en": "Pays for data that small companies build medical products with."})
    officer.click(officer.page.locator("[name=_save]").first)
    officer.go(story["round_admin"])
    officer.verb("Submit for review")
    visitor.go(f"/rounds/{story['round']}/", status=404)
    approver.go(story["round_admin"])
    approver.verb("Announce")
    approver.go("/admin/vouchers/ledgerevent/add/")
    approver.page.locator("[name=round]").first.select_option(label=story["title"])
    approver.type(amount_won=BUDGET_WON, reason="2027년 공모의 예산 배정")
    approver.click(approver.page.locator("[name=_save]").first)
    approver.sees("100,000,000")
    visitor.go(f"/rounds/{story['round']}/")
    visitor.sees(story["title"])
    visitor.sees_word("Opens soon")

"""A call of its own, and its days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.steps.cast import Cast, Story

KST = ZoneInfo("Asia/Seoul")


def open_round(cast: Cast, story: Story) -> None:
    """An officer copies the demo's call and dates it; an approver announces it and gives it its budget."""
    officer, approver = cast("officer"), cast("approver")
    key, now = f"journey-{story['mark']}", datetime.now(KST)
    story |= {"round": key, "title": f"[시연] 여정 공모 {story['mark']}"}
    story["closes_on"] = (now.date() + timedelta(days=14)).isoformat()  # a provider needs its days to quote
    starts = date.fromisoformat(story["closes_on"]) + timedelta(days=3)
    story["starts_on"] = starts.isoformat()
    officer.find_row("round", "공모 B")
    officer.verb("Copy as a new draft", key=key)
    officer.go(f"/admin/vouchers/round/?q={key}")
    officer.click(officer.page.locator("#result_list tbody tr").first.locator("th a, td a").first)
    story["round_admin"] = officer.path
    moments = {"opens_at": now - timedelta(days=2), "closes_at": datetime.fromisoformat(story["closes_on"] + "T18:00+09:00")}
    for name, moment in moments.items():
        officer.put(f"{name}_0", f"{moment:%Y-%m-%d}")
        officer.put(f"{name}_1", f"{moment:%H:%M}")
    officer.type(
        title_ko=story["title"], title_en=f"[Demo] Journey call {story['mark']}", match_timing="BEFORE_SUBMISSION",
        project_start_on=starts.isoformat(), project_end_on=(starts + timedelta(days=200)).isoformat(),
    )  # fmt: skip
    officer.click(officer.page.locator("[name=_save]").first)
    officer.go(story["round_admin"])
    officer.verb("Submit for review")
    approver.go(story["round_admin"])
    approver.verb("Announce")
    approver.go("/admin/vouchers/ledgerevent/add/")
    approver.page.locator("[name=round]").first.select_option(label=story["title"])
    approver.type(amount_won="1440000000", reason="여정 공모의 예산 배정")
    approver.click(approver.page.locator("[name=_save]").first)
    approver.sees("1,440,000,000")
    visitor = cast("visitor")
    visitor.go(f"/rounds/{key}/")
    visitor.sees(story["title"])


def close_call(cast: Cast, story: Story) -> None:
    """The administrator lets time pass until the call has closed; the officer begins the evaluation."""
    admin, officer = cast("admin"), cast("officer")
    admin.go("/home/")
    admin.click(admin.page.locator("button[name=to][value=close]"))
    visitor = cast("visitor")
    visitor.go(f"/rounds/{story['round']}/")
    visitor.sees_word("Closed")
    officer.go(story["round_admin"])
    officer.verb("Move the call on to evaluation")


def reach_the_first_day(cast: Cast, story: Story) -> None:
    """The administrator lets days pass until the project has begun."""
    admin = cast("admin")
    for _day in range(5):
        admin.go("/home/")
        admin.click(admin.page.locator("button[name=to][value=day]"))
    visitor = cast("visitor")
    visitor.go(f"/rounds/{story['round']}/")

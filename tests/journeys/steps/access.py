"""Access to the data."""

from datetime import date, timedelta

from tests.journeys.people import pdf
from tests.journeys.steps.cast import LONG, Cast, Story, company, today


def ask_for_access(cast: Cast, story: Story) -> None:
    founder = company(cast, story)
    founder.go("/access/new/")
    founder.type(title=f"폐결절 연구 {story['mark']}")
    founder.pick(story["need_title"])
    founder.send()
    until = (date.fromisoformat(today(story)) + timedelta(days=180)).isoformat()
    texts = dict.fromkeys(("purpose", "method", "data_items", "safeguards", "recipients", "destruction"), LONG)
    founder.type(**texts, use_from=(date.fromisoformat(today(story)) + timedelta(days=1)).isoformat(), use_until=until)
    founder.send()
    founder.click(founder.page.locator("main table a").first)
    story["access"] = founder.path
    founder.press("Submit to this institution")
    founder.send()
    assert founder.path == story["access"], founder.text()[:2500]


def decide_access(cast: Cast, story: Story) -> None:
    """The secretary starts the review; IRB and DRB decide, each with number and letter; the provider provides."""
    board, irb, provider, founder = cast("board"), cast("irb"), cast("provider"), company(cast, story)
    board.go(story["access"])
    board.press("Papers complete, start the review")
    irb.go(story["access"])
    irb.press("Enter the IRB decision")
    irb.type(verdict="confirm_exemption", number=f"IRB-{story['mark']}", decided_on=today(story), file=pdf("IRB 확인서.pdf"))
    irb.send()
    assert irb.path == story["access"], irb.text()[:2500]
    board.go(story["access"])
    board.press("Enter the DRB decision")
    board.type(verdict="approve", number=f"DRB-{story['mark']}", decided_on=today(story), file=pdf("DRB 결과.pdf"))
    board.send()
    assert board.path == story["access"], board.text()[:2500]
    provider.go(story["access"])
    provider.press("Data are provided")
    if "/provide/" in provider.path:
        provider.send()
    founder.go(story["access"])
    founder.press("Confirm that the data are there")

"""Delivery and money."""

import re
from datetime import date, timedelta

from tests.journeys.people import pdf
from tests.journeys.steps.cast import Cast, Story, company, shown_code, today


def deliver(cast: Cast, story: Story) -> None:
    """Planned by the operator, submitted by the provider, accepted by the company, confirmed by the operator."""
    operator, provider, founder = cast("operator"), cast("provider"), company(cast, story)
    operator.go("/milestones/")
    operator.click(operator.page.locator("main a[href*='/milestones/plan/']", has_text=story["name"]).first)
    due = date.fromisoformat(today(story)) + timedelta(days=60)
    operator.type(**{
        "form-0-title": f"1차 데이터 {story['mark']}", "form-0-description": "추출과 가명처리를 마친 1,500건",
        "form-0-due_on": due.isoformat(), "form-0-amount_won": "75,000,000", "form-0-uses_data": True,
    })  # fmt: skip
    operator.press("Save the plan")
    operator.sees_word("The milestones were planned.")
    provider.go("/milestones/")
    provider.click(provider.page.locator("main a", has_text=f"1차 데이터 {story['mark']}").first)
    story["milestone"] = provider.path
    provider.press("Submit the milestone")
    provider.type(file=pdf("납품 보고서.pdf"), note="1,500건을 안심구역에 두었습니다.")
    provider.send()
    founder.go(story["milestone"])
    founder.until_scanned()
    founder.press("Accept")
    operator.go(story["milestone"])
    operator.press("Confirm the acceptance")


def request_money(cast: Cast, story: Story) -> None:
    """The provider asks, the company confirms with the proof of its own share."""
    provider, founder = cast("provider"), company(cast, story)
    provider.go(story["milestone"])
    provider.press("Request the disbursement")
    provider.type(invoice_no=f"2026-{story['mark']}", invoice_on=today(story), file=pdf("세금계산서.pdf"))
    provider.send()
    story["disbursement"] = provider.path
    assert re.fullmatch(r"/payments/[^/]+/", provider.path), provider.text()[:2500]
    founder.go(story["disbursement"])
    founder.until_scanned()
    founder.press("Confirm the disbursement")
    founder.type(own_share_deposited_on=today(story), file=pdf("입금 확인증.pdf"))
    founder.send()
    assert founder.path == story["disbursement"], founder.text()[:2500]


def pay(cast: Cast, story: Story) -> None:
    """Checked, approved and registered by three people; the worker pays through the bank."""
    for name, verb in (("operator", "Evidence is complete"), ("finance", "Approve"), ("registrar", "Register for payment")):
        person = cast(name)
        person.go(story["disbursement"])
        person.until_scanned()
        person.press(verb)
        if name != "operator":  # money goes on: the second factor is asked at this very step
            person.type(code=shown_code(person))
            person.press(verb)
    founder = company(cast, story)
    founder.go(story["disbursement"])
    founder.until_state("Paid", seconds=90)
    table = founder.page.locator("#money ~ .table-wrap tbody tr").first.locator("td").inner_text()
    story["paid_won"] = int(re.sub(r"\D", "", table))
    assert story["paid_won"] > 0


def counted(cast: Cast, story: Story) -> None:
    """The ministry's dashboard, the public page and the API show the payment."""
    officer, visitor = cast("officer"), cast("visitor")
    shown = f"{story['paid_won']:,}"
    officer.go(f"/admin/dashboard/?round={story['round']}")
    officer.sees(shown)
    visitor.go(f"/stats/?round={story['round']}")
    visitor.sees(shown)
    answer = visitor.page.request.get(f"{cast.portal.base}/api/v1/stats/paid_won/?round={story['round']}")
    assert answer.status == 200, answer.text()
    assert str(story["paid_won"]) in answer.text(), answer.text()[:2000]

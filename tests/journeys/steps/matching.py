"""From need to match."""

import re

from tests.journeys.steps.cast import Cast, Story, company


def describe_need(cast: Cast, story: Story) -> None:
    """The need is posted; the offers that fit come ranked with reasons."""
    founder = company(cast, story)
    founder.go("/matching/needs/new/")
    story["need_title"] = f"폐결절 흉부 CT {story['mark']}"
    founder.type(title=story["need_title"])
    founder.page.locator("select[name=round]").select_option(label=story["title"])
    founder.send()
    founder.type(
        purpose="PRODUCT_DEVELOPMENT", product="흉부 CT에서 폐결절을 찾아 주는 인공지능", disease_include="C34, R91",
        min_age=40, patients_wanted=1500, patients_minimum=500, project_months=8, budget_won="95,000,000",
        modality_IMAGING=["CT"], access_modes_acceptable=["REMOTE_VDI", "CLOSED_ROOM"], variables="결절 위치, 결절 크기",
        processing_wanted=["EXTRACTION", "PSEUDONYMISATION"],
    )  # fmt: skip
    founder.press("Post and look for data")
    story["need"] = founder.path
    founder.sees("[시연] 흉부 CT와 판독문")


def ask_for_quote(cast: Cast, story: Story) -> None:
    founder = company(cast, story)
    founder.go(story["need"])
    card = founder.page.locator("main li", has_text="[시연] 흉부 CT와 판독문").first
    founder.click(card.locator("a[href*='/ask/']").first)
    founder.type(message="1,500건의 추출과 가명처리를 견적해 주십시오.")
    founder.send()
    story["quote"] = founder.path
    assert "/matching/quotes/" in founder.path, founder.text()[:2000]


def give_quote(cast: Cast, story: Story) -> None:
    """The provider's inbox: the lines of the offer come filled in; quantities are changed, the sums looked at, sent."""
    provider = cast("provider")
    provider.go("/matching/requests/")
    provider.click(provider.page.locator("main li, main tr", has_text=story["need_title"]).locator("a").first)
    story["request"] = provider.path
    provider.click(provider.page.locator("main a[href$='/quote/']").first)
    count = int(provider.page.locator("[name=line-TOTAL_FORMS]").input_value())
    wanted = [("데이터 추출", "EXTRACTION", 1500, 20_000), ("가명처리", "PSEUDONYMISATION", 1500, 30_000)]
    for _more in range(count, len(wanted)):
        provider.swap(provider.page.locator("button[name=add]").first)
    for _less in range(len(wanted), count):
        provider.swap(provider.page.locator("button[name=remove]").last)
    for number, (what, kind, quantity, price) in enumerate(wanted):
        provider.type(**{
            f"line-{number}-kind": kind, f"line-{number}-description": what, f"line-{number}-quantity": quantity,
            f"line-{number}-unit": "건", f"line-{number}-unit_price_won": price, f"line-{number}-tax_kind": "TAXABLE",
        })  # fmt: skip
    provider.swap(provider.page.locator("button[name=preview]").first)
    provider.sees("75,000,000")
    story["investigator"] = f"investigator{story['mark']}@hospital.example"
    provider.type(investigator_name="여정 연구책임자", investigator_email=story["investigator"])
    provider.press("Hand over for agreement")
    provider.sees("75,000,000")
    provider.sees_word("The company does not see this yet. It is sent by itself with the last agreement.")


def agree_in_the_hospital(cast: Cast, story: Story) -> None:
    """Somebody else of the hospital agrees; the investigator, who has no account, through the link in the mail."""
    head, reader, founder = cast("head"), cast("visitor"), company(cast, story)
    founder.go(story["quote"])
    assert "75,000,000" not in founder.text()  # nothing has left yet
    head.go("/home/")
    head.click(head.page.locator(f"main a[href='{story['request']}']").first)
    head.sees("75,000,000")
    head.unfold("Agree for the institution")
    reader.go(f"/demo/mail/?q={story['investigator']}")
    reader.until(story["investigator"])
    reader.click(reader.page.locator("main tr, main li", has_text=story["investigator"]).locator("a").first)
    link = re.search(r"https?://\S+/agree/\S+", reader.text())
    assert link, reader.text()
    reader.go(link.group())
    reader.sees("75,000,000")
    reader.type(agrees=True)
    reader.press("Agree as principal investigator")
    reader.sees_word("Your answer was recorded")
    reader.go(link.group(), status=404)  # once


def make_match(cast: Cast, story: Story) -> None:
    """The company accepts, the provider confirms."""
    founder, provider = company(cast, story), cast("provider")
    founder.go(story["quote"])
    founder.sees("75,000,000")
    founder.unfold("Accept the quote")
    story["match"] = founder.path
    assert "/matching/matches/" in founder.path, founder.text()[:2000]
    provider.go(story["match"])
    provider.unfold("Confirm the match")
    founder.go(story["match"])
    founder.until_state("Confirmed by both", seconds=1)

"""The whole journey in pieces, from a sign-up to money paid; each piece is a few people doing their next thing on pages.

Every piece takes the cast and the story so far (a dict of addresses and numbers that people saw) and adds to it.
"""

import base64
import hmac
import random
import re
import struct
import time
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser

from tests.journeys.live import Portal
from tests.journeys.people import Person, pdf
from vouchers.companies.rules import brn_valid

KST = ZoneInfo("Asia/Seoul")
Story = dict[str, Any]
PASSWORD = "a-long-password-77"


class Cast:
    """The people of the journey, each signed in once, with the language of their pages."""

    def __init__(self, browser: Browser, portal: Portal) -> None:
        self.browser, self.portal = browser, portal
        self.known: dict[str, Person] = {}

    def __call__(self, name: str, password: str = "") -> Person:
        """A demo person by the first half of the address; an address with @ signs in with the given password."""
        if name not in self.known:
            person = Person(self.browser, self.portal)
            if name != "visitor":
                email = name if "@" in name else f"{name}@demo.example"
                person.sign_in(email, password) if password else person.sign_in(email)
            self.known[name] = person
        return self.known[name]

    def add(self, name: str, person: Person) -> None:
        self.known[name] = person

    def faults(self) -> list[str]:
        return [f"{name}: {fault}" for name, person in self.known.items() for fault in person.faults]


def company(cast: Cast, story: Story) -> Person:
    person = cast(story["email"], PASSWORD)
    if "/2fa/authenticate/" in person.path:
        person.type(code=phone_code(story["secret"]))
        person.page.locator("[name=code]").first.press("Enter")
        person.page.wait_for_url(lambda url: "/2fa/" not in url)
    return person


# ── A start-up comes ─────────────────────────────────────────────────────────────────────────────────


def sign_up(cast: Cast, story: Story) -> None:
    """An account, its address confirmed through the link in the mail."""
    number = random.randrange(10**6)
    story |= {"email": f"founder{number}@startup.example", "name": f"여정 주식회사 {number}", "mark": str(number)}
    founder = Person(cast.browser, cast.portal)
    founder.go("/accounts/signup/")
    founder.type(name="김여정", email=story["email"], password1=PASSWORD, password2=PASSWORD)
    for box in founder.page.locator("main [name^=consent_]").all():
        founder.put(str(box.get_attribute("name")), True)
    founder.send()
    reader = cast("visitor")
    reader.go("/demo/mail/")
    reader.until(story["email"], seconds=240)  # after the notices of the whole demo story
    reader.click(reader.page.locator("main tr, main li", has_text=story["email"]).locator("a").first)
    link = re.search(r"https?://\S+/confirm-email/\S+", reader.text())
    assert link, reader.text()
    founder.go(link.group())
    founder.send()
    if "/login/" in founder.path:
        founder.type(login=story["email"], password=PASSWORD)
        founder.send()
    founder.go("/home/")
    cast.add(story["email"], founder)


def register(cast: Cast, story: Story) -> None:
    """The company: a number, its facts, the consents. The tax service's answer comes by the worker."""
    founder = company(cast, story)
    founder.go("/companies/register/")
    founder.type(
        brn=fresh_number(), name_ko=story["name"], name_en=f"Journey {story['mark']}", opened_on="2021-03-02",
        representative_name="김여정", region="SEOUL", size="SMALL", sector="의료영상 인공지능",
        service_email=story["email"],
    )  # fmt: skip
    for box in founder.page.locator("main [name^=consent_]").all():
        founder.put(str(box.get_attribute("name")), True)
    founder.send()
    assert re.fullmatch(r"/companies/[^/]+/", founder.path), founder.text()[:3000]
    story["company"] = founder.path


def fresh_number() -> str:
    """A business registration number that is well formed and nobody's."""
    while True:
        head = f"{random.randrange(100, 899)}81{random.randrange(10**4):04d}"
        for last in range(10):
            if brn_valid(f"{head}{last}"):
                return f"{head[:3]}-{head[3:5]}-{head[5:]}{last}"


def verify_company(cast: Cast, story: Story) -> None:
    """Waits for the tax service; an officer verifies when it did not."""
    founder = company(cast, story)
    founder.go(story["company"])
    try:
        founder.until_state("Verified", seconds=75)
    except AssertionError:
        officer = cast("officer")
        officer.find_row("company", story["name"])
        officer.verb("Verify the registration")
        founder.go(story["company"])
        founder.until_state("Verified")


def enrol_phone(cast: Cast, story: Story) -> None:
    """A second factor for signatures, as a person with a phone enrols it."""
    founder = company(cast, story)
    founder.go("/accounts/2fa/totp/activate/")
    if "/reauthenticate/" in founder.path:
        founder.type(password=PASSWORD)
        founder.send()
    shown = (
        founder.page.locator("main").inner_text()
        + " "
        + " ".join(str(field.input_value()) for field in founder.page.locator("main input:not([type=hidden])").all())
    )
    secret = re.search(r"\b[A-Z2-7]{32}\b", shown)
    assert secret, shown
    story["secret"] = secret.group()
    founder.type(code=phone_code(story["secret"]))
    founder.send()
    assert "/activate/" not in founder.path, founder.text()[:2000]


def phone_code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


# ── A call of its own ────────────────────────────────────────────────────────────────────────────────


def open_round(cast: Cast, story: Story) -> None:
    """An officer copies the demo's call and dates it; an approver announces it and gives it its budget."""
    officer, approver = cast("officer"), cast("approver")
    key, now = f"journey-{story['mark']}", datetime.now(KST)
    story |= {"round": key, "title": f"[시연] 여정 공모 {story['mark']}"}
    story["closes_on"] = (now.date() + timedelta(days=1)).isoformat()
    starts = date.fromisoformat(story["closes_on"]) + timedelta(days=3)
    story["starts_on"] = starts.isoformat()
    officer.find_row("round", "[시연]")
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
    approver.type(amount_won="2000000000", reason="여정 공모의 예산 배정")
    approver.click(approver.page.locator("[name=_save]").first)
    approver.sees("2,000,000,000")
    visitor = cast("visitor")
    visitor.go(f"/rounds/{key}/")
    visitor.sees(story["title"])


# ── From need to match ───────────────────────────────────────────────────────────────────────────────


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
    provider.press("Send the quote")
    provider.sees("75,000,000")


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


# ── The application ──────────────────────────────────────────────────────────────────────────────────
LONG = "흉부 CT에서 폐결절을 찾는 제품을 위해 적은 글입니다. 대상과 방법과 지표를 적었습니다."
SECTIONS: dict[str, dict[str, Any]] = {
    "company": {"introduction": LONG, "employees": 12, "contact_role": "연구책임", "confirmed": True},
    "project": {
        "title": "흉부 CT 폐결절 인공지능", "summary": LONG, "product": LONG, "problem": LONG, "ai_method": LONG,
        "expected_outcome": LONG, "regulatory_route": "MFDS_DIGITAL", "market": LONG, "team": "데이터 과학자 3명",
        "schedule": "1–2개월 심의, 3–5개월 가공, 6–7개월 검증",
    },
    "budget": {"own_in_kind_won": "5,000,000", "cost_reason": LONG},
    "declarations": {
        f"declare_{kind}": True
        for kind in ("privacy", "third_party", "electronic_service", "no_proxy", "no_duplicate", "truth")
    },
}  # fmt: skip


def write_application(cast: Cast, story: Story) -> None:
    """Section by section, with the need, the match and every required document."""
    founder = company(cast, story)
    founder.go(f"/applications/start/{story['round']}/")
    founder.put("track", founder.page.locator("input[name=track]").last.get_attribute("value"))
    founder.send()
    story["application"] = founder.path
    for key, answers in SECTIONS.items():
        fill_section(founder, story["application"], key, answers)
        if key == "project":
            choose_need_and_match(founder, story)
    upload_documents(founder, story["application"])
    founder.go(story["application"] + "sections/budget/")
    founder.sees("75,000,000")


def fill_section(person: Person, application: str, key: str, answers: dict[str, Any]) -> None:
    person.go(f"{application}sections/{key}/")
    title = answers.get("title")
    person.type(within="#section-form", **answers)
    person.press("Save", within="#section-form")
    person.sees_word("Saved.")
    assert not title or person.page.locator("#section-form [name=title]").input_value() == title


def choose_need_and_match(person: Person, story: Story) -> None:
    person.go(story["application"] + "sections/data_need/")
    person.pick(story["need_title"])
    person.press("Use this need")
    person.click(person.page.locator("button[name=choose]").first)
    person.type(within="#section-form", use_plan=LONG, protection=LONG)
    person.press("Save", within="#section-form")


def upload_documents(person: Person, application: str) -> None:
    """Every kind that is required and not there yet."""
    person.go(application + "sections/documents/")
    section = "main section.card:not(:has(.optional))"
    for number in range(person.page.locator(section).count()):
        card = person.page.locator(section).nth(number)
        if card.locator("ul.file-list").count():
            continue
        card.locator("input[type=file]").set_input_files(pdf(f"서류 {number + 1}.pdf"))
        person.click(card.locator("form.file-upload-form button[type=submit]"))


def submit_application(cast: Cast, story: Story) -> None:
    founder = company(cast, story)
    founder.go(story["application"] + "submit/")
    founder.sees_word("Everything is complete")
    founder.put("declaration", True)
    founder.press("Submit the application")
    founder.sees_word("Your application was received")
    story["receipt"] = founder.page.locator("#receipt-number").inner_text().strip()
    assert story["receipt"]


# ── Check, evaluation, selection ─────────────────────────────────────────────────────────────────────


def check_eligibility(cast: Cast, story: Story) -> None:
    """Every rule with its verdict; what is left to a person is judged by the officer."""
    officer = cast("officer")
    officer.go(f"/admin/vouchers/application/?q={story['receipt']}")
    officer.click(officer.page.locator("#result_list tbody tr").first.locator("th a, td a").first)
    story["application_admin"] = officer.path
    officer.verb("Begin the eligibility check")
    open_verdicts = f"/admin/vouchers/eligibilitycheck/?q={story['receipt']}"
    for _turn in range(12):
        officer.go(open_verdicts)
        rows = officer.page.locator("#result_list tbody tr").filter(has_not_text=re.compile(rf"(^|\s){officer.say('Met')}(\s|$)"))
        if not rows.count():
            break
        officer.click(rows.first.locator("th a, td a").first)
        officer.verb("Judge this rule", verdict="MET", reason="제출한 자료로 확인했습니다.")
    officer.go(story["application_admin"])
    officer.verb("Find eligible")


def close_call(cast: Cast, story: Story) -> None:
    """The administrator lets time pass until the call has closed; the officer begins the evaluation."""
    admin, officer = cast("admin"), cast("officer")
    admin.go("/home/")
    admin.click(admin.page.locator("button[name=to][value=close]"))
    visitor = cast("visitor")
    visitor.go(f"/rounds/{story['round']}/")
    visitor.sees_word("Closed")
    officer.go(story["round_admin"])
    officer.verb("Begin the evaluation")


def evaluate(cast: Cast, story: Story) -> None:
    """Two evaluators are assigned; each declares, scores and hands in."""
    officer = cast("officer")
    officer.go("/admin/vouchers/assignment/assign")
    officer.page.locator("select[name=round]").first.select_option(label=story["title"])
    officer.click(officer.page.locator("form[method=get] button[type=submit]").last)
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
    officer.click(officer.page.locator("form[method=get] button[type=submit]").last)
    officer.press("Propose this selection")
    story["run"] = officer.path
    approver.go(story["run"])
    approver.verb("Confirm the selection")
    founder.go("/home/")
    founder.click(founder.page.locator("main .duty a[href*='/awards/']").first)
    story["award"] = founder.path
    founder.press("Accept the award")
    founder.sees_word("You accepted the award. The operating agency now drafts the agreement.")


# ── The agreement ────────────────────────────────────────────────────────────────────────────────────


def agree(cast: Cast, story: Story) -> None:
    """Drafted and sent by the operator, signed by the three parties; the last signature issues the voucher."""
    operator, provider, founder = cast("operator"), cast("provider"), company(cast, story)
    operator.go("/agreements/")
    operator.click(operator.page.locator("#to-draft ~ ul li, main li", has_text=story["title"]).locator("a").first)
    operator.send()  # the days of the project stand in the form already
    story["agreement"] = operator.path
    assert re.fullmatch(r"/agreements/[^/]+/", operator.path), operator.text()[:2500]
    operator.unfold("Ask the parties to sign")
    for person, code in ((founder, ""), (provider, "shown"), (operator, "shown")):
        sign(person, story, phone_code(story["secret"]) if not code else "")
    founder.go(story["agreement"])
    founder.until_state("In force", seconds=1)


def sign(person: Person, story: Story, code: str = "") -> None:
    """Demo people see their code; others read it from their phone."""
    person.go(story["agreement"] + "sign/")
    if not code:
        shown = re.search(r"\b(\d{6})\b", person.page.locator("main .krds-critical-alerts, main .alert, main").last.inner_text().split(
            person.say("Demonstration"))[-1])  # fmt: skip
        assert shown, person.text()[:3000]
        code = shown.group(1)
    person.type(read=True, code=code)
    person.press("Sign")
    person.sees_word("You signed the agreement.")


# ── Access to the data ───────────────────────────────────────────────────────────────────────────────


def reach_the_first_day(cast: Cast, story: Story) -> None:
    """The administrator lets days pass until the project has begun."""
    admin = cast("admin")
    for _day in range(5):
        admin.go("/home/")
        admin.click(admin.page.locator("button[name=to][value=day]"))
    visitor = cast("visitor")
    visitor.go(f"/rounds/{story['round']}/")


def today(story: Story) -> str:
    """A day that has come on the portal's clock: the project's first one."""
    return str(story["starts_on"])


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


# ── Delivery and money ───────────────────────────────────────────────────────────────────────────────


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
    founder.press("Confirm the disbursement")
    founder.type(own_share_deposited_on=today(story), file=pdf("입금 확인증.pdf"))
    founder.send()
    assert founder.path == story["disbursement"], founder.text()[:2500]


def pay(cast: Cast, story: Story) -> None:
    """Checked, approved and registered by three people; the worker pays through the bank."""
    for name, verb in (("operator", "Evidence is complete"), ("finance", "Approve"), ("registrar", "Register for payment")):
        person = cast(name)
        person.go(story["disbursement"])
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


STEPS = (
    sign_up, register, enrol_phone, open_round, verify_company, describe_need, ask_for_quote, give_quote, make_match,
    write_application, submit_application, check_eligibility, close_call, evaluate, select, agree, reach_the_first_day,
    ask_for_access,
    decide_access, deliver, request_money, pay, counted,
)  # fmt: skip

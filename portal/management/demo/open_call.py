"""The call that is open now: applications in every state, a draft of the demo's own, and what else waits for an officer."""

from datetime import timedelta

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.kit import clock
from portal.management.demo import calls, market, people
from portal.management.demo.stage import Stage
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.companies.models import Company
from vouchers.matching import actions as matching
from vouchers.rounds import actions as rounds

OPEN_STATES = {
    17: "SUBMITTED", 18: "SUBMITTED", 19: "ELIGIBILITY_CHECK", 20: "SUPPLEMENT_REQUESTED", 21: "ELIGIBLE", 22: "INELIGIBLE",
    23: "ELIGIBLE", 24: "ELIGIBLE", 25: "WITHDRAWN", 26: "DRAFT", 2: "INELIGIBLE",
}  # fmt: skip


def fill(stage: Stage) -> None:
    """The open call: applications in every state before the evaluation"""
    stage.appropriate(stage.open_round)
    for number, state in OPEN_STATES.items():
        with stage.at(-12):
            user = stage.user(number)
            company = stage.cast.companies.get(number) or people.register_company(stage.cast, number, user)
            track, supply = ("SMALL", 90_000_000) if number % 2 else ("MEDIUM", 180_000_000)
            need = market.post_need(stage.open_round, company, user, ecg=number % 2 == 0, supply_won=supply, track=track)
            key = "demo-hanbit-ecg" if number % 2 == 0 else "demo-namdo-chest-ct"
            match = market.confirmed_match(stage.cast, need, user, dataset_key=key, supply_won=supply)
        with stage.at(-8 + number % 4):
            application = calls.draft(
                stage.open_round, company, user, number, track=track, supply_won=supply, ecg=number % 2 == 0, need=need,
                matches=(match,), sections=3 if state == "DRAFT" else 6,
            )  # fmt: skip
            if state != "DRAFT":
                application = calls.submit(application, user)
            stage.applications[number] = application
        with stage.at(-3):
            _bring_to(stage, state, application, user)
    _own_draft(stage)


def _bring_to(stage: Stage, state: str, application: Application, user: User) -> None:
    officer = stage.cast.people["officer"]
    if state == "WITHDRAWN":
        applications.withdraw(application_id=application.pk, reason="시연: 내년에 다시 신청하겠습니다.", by=user)
    elif state == "INELIGIBLE":
        calls.find_ineligible(stage.cast, application)
    elif state == "ELIGIBLE":
        calls.find_eligible(stage.cast, application)
    elif state in {"ELIGIBILITY_CHECK", "SUPPLEMENT_REQUESTED"}:
        applications.begin_check(application_id=application.pk, by=officer)
        if state == "SUPPLEMENT_REQUESTED":
            applications.request_supplement(
                application_id=application.pk, request="시연: 아래 두 가지를 보완해 주십시오.", sections=[],
                questions={
                    "data_need.protection": "시연: 접속 권한자 수와 각자의 역할을 적어 주십시오.",
                    "budget.cost_reason": "시연: 라벨링 단가의 근거를 적어 주십시오.",
                },
                by=officer,
            )  # fmt: skip


def _own_draft(stage: Stage) -> None:
    """The demo start-up's own beginning: a need, a quote, one that waits for agreement in its hospital, a draft."""
    user, company = stage.cast.people["applicant"], stage.cast.companies[1]
    with stage.at(-4):
        need = market.post_need(stage.open_round, company, user, ecg=False, supply_won=150_000_000, track="MEDIUM")
        request = market.ask(need, user, dataset_key="demo-hanbit-chest-ct")
        second = market.ask(need, user, dataset_key="demo-namdo-chest-ct")
    with stage.at(-2):
        market.quote(stage.cast, request, 150_000_000)
        market.prepare(stage.cast, second, 138_000_000)  # waits for agreement in the second hospital
        calls.draft(stage.open_round, company, user, 1, track="MEDIUM", supply_won=150_000_000, ecg=False, need=need, sections=2)


def others(stage: Stage) -> None:
    """Registrations that still wait, a refused one, needs without a quote"""
    with stage.at(-5):
        waiting = people.register_company(stage.cast, 27, stage.user(27), verified=False)
        companies.record_tax_status(
            company_id=waiting.pk, status="SUSPENDED", tax_type="부가가치세 일반과세자", checked_at=clock.now()
        )
        refused = people.register_company(stage.cast, 28, stage.user(28), verified=False)
        companies.refuse_registration(
            company_id=refused.pk, reason="시연: 등록증의 상호가 다릅니다.", by=stage.cast.people["officer"]
        )
        for number in (29, 30):
            company = people.register_company(stage.cast, number, stage.user(number))
            need = market.post_need(
                stage.open_round, company, stage.user(number), ecg=number == 30, supply_won=60_000_000, track="SMALL"
            )
            request = market.ask(
                need, stage.user(number), dataset_key="demo-hanbit-ecg" if number == 30 else "demo-hanbit-chest-ct"
            )
            if number == 30:
                matching.decline_request(
                    request_id=request.pk, reason="시연: 올해 처리 용량이 찼습니다.", by=stage.cast.people["provider"]
                )
        _claims(stage)
        _questions(stage)
        rounds.rehearse(round_id=stage.open_round.pk, key=f"rehearsal-{stage.open_round.key}", by=stage.cast.people["officer"])


def _questions(stage: Stage) -> None:
    """About the open call: one was answered to all, one waits."""
    applicant, officer = stage.cast.people["applicant"], stage.cast.people["officer"]
    asked = rounds.ask(round_id=stage.open_round.pk, text="시연: 공동대표가 모두 서약해야 합니까?", by=applicant)
    rounds.answer_inquiry(
        inquiry_id=asked.pk, question_ko="공동대표가 모두 서약해야 합니까?", question_en="Must all joint representatives certify?",
        answer_ko="네. 등기된 공동대표 모두가 제출 전에 각자 서약합니다.",
        answer_en="Yes. All registered joint representatives certify, each one, before the application is handed in.", by=officer,
    )  # fmt: skip
    rounds.ask(round_id=stage.open_round.pk, text="시연: 견적의 유효기간이 선정일보다 먼저 끝나도 됩니까?", by=stage.user(29))


def _claims(stage: Stage) -> None:
    """A disputed number, joint representatives of whom one is being replaced, a restriction and a conflict of interest."""
    disputed, joint = stage.cast.companies[30], stage.cast.companies[29]
    claim = companies.file_dispute(
        company_id=disputed.pk, statement="시연: 저희 회사의 번호인데 모르는 사람이 등록했습니다.", by=stage.user(31)
    )
    companies.take_up_dispute(dispute_id=claim.pk, reason="시연: 등록증을 대조해야 합니다.", by=stage.cast.people["officer"])
    for number in (32, 33):
        accounts.add_member(organisation=joint.organisation, user=stage.user(number), role=Role.STAFF_MEMBER, by=None)
    accounts.appoint_representative(
        organisation=joint.organisation, user=stage.user(32), former_leave=False, reason="시연: 공동대표", by=None
    )
    fresh = Company.objects.get(pk=joint.pk)
    companies.edit(company_id=joint.pk, version=fresh.version, joint_representation=True, by=stage.user(29))
    companies.file_representative_change(
        company_id=joint.pk, new_representative=stage.user(33), former_leaves=False,
        statement="시연: 공동대표가 한 사람 늘었습니다.", by=stage.user(29),
    )  # fmt: skip
    officer = stage.cast.people["officer"]
    restriction = companies.restrict(
        name="시연: 제한된 가상기업", ground="시연: 협약 위반으로 참여제한", brn=people.fictional_brn(34),
        starts_on=clock.today(), ends_on=clock.today() + timedelta(days=365), by=officer,
    )  # fmt: skip
    companies.confirm_restriction(restriction_id=restriction.pk, by=stage.cast.people["officer2"])
    companies.restrict(  # a second officer has not looked at it yet
        name="시연: 확인을 기다리는 가상기업", ground="시연: 다른 부처의 참여제한 통보", brn=people.fictional_brn(35),
        starts_on=clock.today(), ends_on=clock.today() + timedelta(days=180), by=officer,
    )  # fmt: skip
    companies.declare_conflict(
        user=stage.cast.people["officer2"],
        organisation=disputed.organisation,
        ground="시연: 가족이 이 기업에 다닙니다.",
        by=officer,
    )

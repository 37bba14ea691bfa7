"""The story, in the order of time. Idempotent: a story that was played is not played again; the calls are kept open."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.kit import bank, clock
from portal.management.demo import calls, market, people, projects
from vouchers.access import actions as access
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.companies.models import Company
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import Award
from vouchers.ledger import actions as ledger
from vouchers.matching import actions as matching
from vouchers.matching.models import Need
from vouchers.milestones import actions as milestones
from vouchers.payments import actions as payments
from vouchers.payments.models import PayeeAccount
from vouchers.rounds import actions as rounds
from vouchers.rounds.models import Round

# number → (track, supply amount in won, points from evaluators); outcomes follow from slots, budget and pass mark
PLAYED = {
    1: ("LARGE", 400_000_000, 92), 2: ("LARGE", 380_000_000, 88), 3: ("LARGE", 390_000_000, 74),
    4: ("MEDIUM", 190_000_000, 90), 5: ("MEDIUM", 200_000_000, 86), 6: ("MEDIUM", 180_000_000, 83),
    7: ("MEDIUM", 170_000_000, 76), 8: ("SMALL", 95_000_000, 91), 9: ("SMALL", 90_000_000, 84),
    10: ("SMALL", 100_000_000, 80), 11: ("SMALL", 88_000_000, 78), 12: ("SMALL", 92_000_000, 71),
    13: ("SMALL", 60_000_000, 48), 14: ("MEDIUM", 120_000_000, 52),
}  # fmt: skip
INELIGIBLE, WITHDRAWN = 15, 16
OPEN_STATES = {
    17: "SUBMITTED", 18: "SUBMITTED", 19: "ELIGIBILITY_CHECK", 20: "SUPPLEMENT_REQUESTED", 21: "ELIGIBLE", 22: "INELIGIBLE",
    23: "IN_EVALUATION", 24: "IN_EVALUATION", 25: "WITHDRAWN", 26: "DRAFT",
}  # fmt: skip


def market_facts() -> dict[str, Any]:
    path = Path(settings.BASE_DIR) / "seeds" / "demo" / "market.json"
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


class Story:
    """Plays days relative to now; each scene is a list of actions at one moment."""

    def __init__(self, say: Callable[[str], Any]) -> None:
        self.say, self.now = say, clock.now()

    def at(self, days: float, hour: int = 10) -> Any:
        """That many days from now, at an hour of the Korean morning; today counts to the present moment."""
        day = clock.to_kst(self.now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
        return clock.at(min(day, self.now) if days <= 0 else day)

    def play(self) -> None:
        with translation.override("ko"):
            facts = market_facts()
            with self.at(-170):
                self.cast = people.cast_people(facts)
                if not Company.objects.filter(organisation__is_demo=True).exists():
                    self._roles()
                market.open_market(self.cast, facts)
            self.open_round, self.played_round = rounds.ensure_demo_rounds(self.now)
            if Application.objects.filter(round__kind="DEMO").exists():
                return
            for scene in (self._register, self._apply, self._evaluate, self._answer_awards, self._contract, self._deliver,
                          self._open_call, self._others):  # fmt: skip
                self.say(f"  · {(scene.__doc__ or '').splitlines()[0]}")
                scene()

    def _roles(self) -> None:
        second = self.cast.people["provider2"]
        accounts.grant_role(
            user=second, role=Role.PROVIDER_DRB_SECRETARY, organisation=self.cast.organisations["hospital2"], reason="demo", by=None
        )
        for user in self.cast.people.values():
            user.__dict__.pop("_grants", None)

    def _user(self, number: int) -> User:
        return {1: self.cast.people["applicant"], 2: self.cast.people["rival"]}.get(number) or people.background_user(number)

    def _register(self) -> None:
        """Companies sign up and are checked"""
        with self.at(-149):
            self._appropriate(self.played_round, -149)
            for number in [*PLAYED, INELIGIBLE, WITHDRAWN]:
                people.register_company(self.cast, number, self._user(number), size="SMALL" if number in {1, 3} else "")
            organisation = self.cast.companies[1].organisation
            accounts.add_member(
                organisation=organisation, user=self.cast.people["staff"], role=Role.STAFF_MEMBER, by=None
            )
            self.cast.people["staff"].__dict__.pop("_grants", None)

    def _appropriate(self, round_: Round, days: float) -> None:
        ledger.appropriate(
            round_id=round_.pk, amount_won=round_.budget_won or 0, reason="시연 예산 배정", by=self.cast.people["approver"]
        )

    def _apply(self) -> None:
        """They apply to the first call, to the last hour"""
        self.applications: dict[int, Application] = {}
        self.needs: dict[int, Need] = {}
        for number in [*PLAYED, INELIGIBLE, WITHDRAWN]:
            track, supply, _points = PLAYED.get(number, ("SMALL", 70_000_000, 0))
            with self.at(-140 + number, 10 + number % 7):
                need = self.needs[number] = market.post_need(
                    self.played_round, self.cast.companies[number], self._user(number), ecg=self._ecg(number),
                    supply_won=supply, track=track,
                )  # fmt: skip
                application = calls.draft(
                    self.played_round, self.cast.companies[number], self._user(number), number, track=track,
                    supply_won=supply, ecg=self._ecg(number), need=need,
                )  # fmt: skip
                self.applications[number] = calls.submit(application, self._user(number))
        with self.at(-121):
            applications.withdraw(
                application_id=self.applications[WITHDRAWN].pk, reason="시연: 다른 과제에 집중하기로 했습니다.", by=self._user(WITHDRAWN)
            )

    def _evaluate(self) -> None:
        """Eligibility, evaluation, a proposal and its confirmation by somebody else"""
        officer, names = self.cast.people["officer"], ("evaluator1", "evaluator2", "evaluator3")
        with self.at(-116):
            for number in PLAYED:
                calls.find_eligible(self.cast, self.applications[number])
            calls.find_ineligible(self.cast, self.applications[INELIGIBLE])
            rounds.begin_evaluation(round_id=self.played_round.pk, by=officer)
        with self.at(-112):
            given = {
                n: calls.assign(self.cast, self.applications[n], names[n % 3], names[(n + 1) % 3]) for n in PLAYED
            }
            for number in (1, 3, 4):  # one has no time, one an interest, one is taken back: the other two evaluate
                (asked,) = calls.assign(self.cast, self.applications[number], names[(number + 2) % 3])
                calls.end_assignment(self.cast, asked, ("decline", "recuse", "withdraw")[(1, 3, 4).index(number)])
        with self.at(-106):
            for number, assignments in given.items():
                for assignment in assignments:
                    calls.score(assignment, PLAYED[number][2])
        with self.at(-105):
            run = evaluation.propose_selection(round_id=self.played_round.pk, by=officer)
            evaluation.discard(
                run_id=run.pk, reason="시연: 평가위원 한 분의 회피 사유를 먼저 확인해 주십시오.", by=self.cast.people["approver"]
            )
        with self.at(-104):
            run = evaluation.propose_selection(round_id=self.played_round.pk, by=officer)
        with self.at(-103):
            evaluation.confirm_selection(run_id=run.pk, by=self.cast.people["approver"])

    def _answer_awards(self) -> None:
        """Awards are accepted; one is declined and the reserve moves up"""
        for award in Award.objects.filter(application__round=self.played_round).order_by("pk"):
            number = self._number(award.application)
            with self.at(-102):
                if number == 10:
                    evaluation.decline_award(award_id=award.pk, reason="시연: 자부담을 마련하지 못했습니다.", by=self._user(number))
                elif number != 11:
                    evaluation.accept_award(award_id=award.pk, by=self._user(number))
        with self.at(-90):
            evaluation.lapse_awards(clock.now())
        with self.at(-89):
            for award in Award.objects.filter(application__round=self.played_round, status="NOTIFIED"):
                evaluation.accept_award(award_id=award.pk, by=self._user(self._number(award.application)))
            rounds.start_projects(round_id=self.played_round.pk, by=self.cast.people["officer"])

    def _ecg(self, number: int) -> bool:
        return number % 2 == 0 and number != 2

    def _number(self, application: Application) -> int:
        return next(n for n, company in self.cast.companies.items() if company.pk == application.company_id)

    def _contract(self) -> None:
        """Matches, agreements, reviews by IRB and DRB, one joint"""
        self.agreements: dict[int, Agreement] = {}
        for number in (1, 2, 4, 5, 8):
            self._match_and_agree(number)
        self._other_cases()
        self._unfinished_agreements()
        with self.at(-69):
            self._payees()

    def _unfinished_agreements(self) -> None:
        """A draft that nobody was asked to sign yet; one that ended before its force, so that the reserve moved up."""
        for number in (6, 9):
            user, award = self._user(number), Award.objects.get(application=self.applications[number])
            with self.at(-20):
                key = "demo-hanbit-ecg" if self._ecg(number) else "demo-hanbit-chest-ct"
                match = self.kept if number == 9 else market.confirmed_match(
                    self.cast, self.needs[number], user, dataset_key=key, supply_won=PLAYED[number][1]
                )  # fmt: skip
                applications.choose_match(application_id=award.application_id, match_id=match.pk, by=user)
            with self.at(-5):
                self.agreements[number] = projects.draft_agreement(self.cast, award, send=number == 6)
        with self.at(-2):
            agreements.terminate(
                agreement_id=self.agreements[6].pk, reason="시연: 수요기업의 사업 계획이 바뀌어 합의로 해지합니다.",
                by=self.cast.people["operator"],
            )  # fmt: skip

    def _match_and_agree(self, number: int) -> None:
        user, supply = self._user(number), PLAYED[number][1]
        award = Award.objects.get(application=self.applications[number])
        with self.at(-88):
            need = self.needs[number]
            parts = [("demo-hanbit-ecg" if self._ecg(number) else "demo-hanbit-chest-ct", supply)]
            if number == 2:
                parts = [("demo-hanbit-chest-ct", supply // 2), ("demo-namdo-chest-ct", supply - supply // 2)]
            matches = [
                market.confirmed_match(self.cast, need, user, dataset_key=key, supply_won=won) for key, won in parts
            ]
            for match in matches:
                applications.choose_match(application_id=award.application_id, match_id=match.pk, by=user)
        if number == 8:
            self._reviews(number, matches)
            return  # the award stands accepted, the agreement is still to be drafted
        with self.at(-72):
            agreement = projects.draft_agreement(self.cast, award)
            providers = [self.cast.people["provider"]] + ([self.cast.people["provider2"]] if number == 2 else [])
            signers = [user] if number == 5 else [user, *providers, self.cast.people["operator"]]
            self.agreements[number] = projects.sign(self.cast, agreement, *signers)
        self._reviews(number, matches)

    def _reviews(self, number: int, matches: list[Any]) -> None:
        """Each track takes its own time: one case in use, one joint, one whose DRB waits for the company, two fresh ones."""
        user = self._user(number)
        with self.at({1: -85, 2: -32, 4: -22, 5: -4, 8: -9}[number]):
            case = projects.open_case(self.cast, user, matches, f"시연: {self.needs[number].title}")
            if number == 2:
                projects.propose_joint(self.cast, case, user)
            else:
                projects.submit_requests(case, user)
        requests = projects.requests_of(case)
        if number == 1:
            self._reviewed(requests[0])
        elif number == 2:
            self._joint_reviews(case)
        elif number == 4:
            self._revised(requests[0])
        elif number == 8:
            with self.at(-6):
                projects.ask_supplement(self.cast, requests[0])

    def _reviewed(self, request: Any) -> None:
        with self.at(-83):
            access.start_review(request_id=request.pk, by=projects.board(self.cast, request))
        with self.at(-77):
            projects.allow_ethics(self.cast, request, "시연-IRB-01")
        with self.at(-72):
            projects.allow_drb(self.cast, request, "시연-DRB-01")
        with self.at(-69):
            access.provide(request_id=request.pk, by=self.cast.people["provider"])
            access.confirm_receipt(request_id=request.pk, by=self._user(1))

    def _joint_reviews(self, case: Any) -> None:
        """The first hospital adopts and starts, the second objects and reviews by itself."""
        steps = (projects.start_joint, projects.exempt, projects.decide_joint, projects.answer_joint)
        for days, step in zip((-28, -23, -10, -6), steps, strict=True):
            with self.at(days):
                step(self.cast, case)

    def _revised(self, request: Any) -> None:
        """The IRB asked once and exempted; the DRB waits for the company, its clock stands."""
        with self.at(-20):
            access.start_review(request_id=request.pk, by=projects.board(self.cast, request))
        with self.at(-17):
            projects.ask_revision(self.cast, request, "irb")
        with self.at(-13):
            access.resubmit_ethics(request_id=request.pk, by=self._user(4))
        with self.at(-12):
            projects.allow_ethics(self.cast, request, "시연-IRB-04")
        with self.at(-5):
            projects.ask_revision(self.cast, request, "drb")

    def _other_cases(self) -> None:
        """One dossier that a board refused, one that its company took back, one not submitted yet."""
        for number in (7, 12, 9):
            user = self._user(number)
            with self.at(-85):
                key = "demo-hanbit-ecg" if self._ecg(number) else "demo-hanbit-chest-ct"
                need = self.needs[number]
                match = market.confirmed_match(self.cast, need, user, dataset_key=key, supply_won=PLAYED[number][1])
                case = projects.open_case(self.cast, user, [match], f"시연: {need.title}")
            if number == 9:
                self.kept = match  # its agreement is drafted later
                continue
            with self.at(-82):
                (request,) = projects.submit_requests(case, user)
            with self.at(-74):
                if number == 7:
                    projects.refuse(self.cast, request)
                else:
                    projects.withdraw(request, user)

    def _payees(self) -> None:
        for key, bank_code, number in (("demo-hanbit", "088", "110000123456"), ("demo-namdo", "004", "55550101234567")):
            from providers.institutions.models import Institution

            institution = Institution.objects.get(key=key)
            if PayeeAccount.objects.filter(institution=institution).exists():
                continue
            account = payments.enter_payee(
                institution_id=institution.pk, bank_code=bank_code, number=number, holder=institution.name_ko,
                by=self.cast.people["registrar"],
            )  # fmt: skip
            payments.verify_payee(account_id=account.pk, by=self.cast.people["finance"])

    def _deliver(self) -> None:
        """Milestones, money paid through the demo's bank"""
        with self.at(-68):
            plans = {n: projects.plan(self.cast, self.agreements[n], [30, 75, 120]) for n in (1, 2, 4)}
        first, second, fourth = plans[1][0], plans[2][0], plans[4][0]
        with self.at(-45):
            for milestone in (first, second, fourth):
                projects.deliver(self.cast, milestone)
        with self.at(-43):
            projects.accept(self.cast, first, self._user(1))
            projects.accept(self.cast, second, self._user(2))
            milestones.return_milestone(milestone_id=fourth.pk, reason="시연: 변수 목록이 빠졌습니다.", by=self._user(4))
        with self.at(-42):
            one, two = projects.request_money(self.cast, first), projects.request_money(self.cast, second)
        with self.at(-40):
            projects.confirm_money(self.cast, one, self._user(1))
            projects.confirm_money(self.cast, two, self._user(2))
            projects.approve_money(self.cast, one)
            self._pay()
        with self.at(-20):
            projects.deliver(self.cast, plans[1][1])
        with self.at(-17):
            projects.accept(self.cast, plans[1][1], self._user(1))
        with self.at(-6):
            projects.request_money(self.cast, plans[1][1])
            projects.deliver(self.cast, fourth)

    def _pay(self) -> None:
        """A bank of our own for the moment of the story; its book is the one that the demo's bank goes on with."""
        house = bank.server(Path(settings.DATA_DIR), 0)
        thread = threading.Thread(target=house.serve_forever, daemon=True)
        thread.start()
        try:
            projects.pay(f"http://127.0.0.1:{house.server_port}")
        finally:
            house.shutdown()
            house.server_close()

    def _open_call(self) -> None:
        """The open call: applications in every state"""
        self._appropriate(self.open_round, -10)
        for number, state in OPEN_STATES.items():
            with self.at(-12):
                user = self._user(number)
                company = people.register_company(self.cast, number, user)
                track, supply = ("SMALL", 90_000_000) if number % 2 else ("MEDIUM", 180_000_000)
                need = market.post_need(self.open_round, company, user, ecg=number % 2 == 0, supply_won=supply, track=track)
                key = "demo-hanbit-ecg" if number % 2 == 0 else "demo-namdo-chest-ct"
                match = market.confirmed_match(self.cast, need, user, dataset_key=key, supply_won=supply)
            with self.at(-8 + number % 4):
                application = calls.draft(
                    self.open_round, company, user, number, track=track, supply_won=supply, ecg=number % 2 == 0, need=need,
                    matches=(match,), sections=3 if state == "DRAFT" else 6,
                )  # fmt: skip
                if state != "DRAFT":
                    application = calls.submit(application, user)
            with self.at(-3):
                self._bring_to(state, application, user)
        self._own_draft()

    def _bring_to(self, state: str, application: Application, user: User) -> None:
        officer = self.cast.people["officer"]
        if state == "WITHDRAWN":
            applications.withdraw(application_id=application.pk, reason="시연: 내년에 다시 신청하겠습니다.", by=user)
        elif state == "INELIGIBLE":
            calls.find_ineligible(self.cast, application)
        elif state in {"ELIGIBLE", "IN_EVALUATION"}:
            calls.find_eligible(self.cast, application)
            if state == "IN_EVALUATION":
                found = calls.assign(self.cast, application, "evaluator1", "evaluator2")
                evaluation.accept(assignment_id=found[0].pk, by=found[0].evaluator)
                calls.score(calls.assign(self.cast, application, "evaluator3")[0], 77)
        elif state in {"ELIGIBILITY_CHECK", "SUPPLEMENT_REQUESTED"}:
            applications.begin_check(application_id=application.pk, by=officer)
            if state == "SUPPLEMENT_REQUESTED":
                applications.request_supplement(
                    application_id=application.pk, request="시연: 데이터 보호 계획에 접속 권한자 수를 적어 주십시오.",
                    sections=["data_need"], by=officer,
                )  # fmt: skip

    def _own_draft(self) -> None:
        """The demo start-up's own beginning: a need, two quotes on the way, a draft."""
        user, company = self.cast.people["applicant"], self.cast.companies[1]
        with self.at(-4):
            need = market.post_need(self.open_round, company, user, ecg=False, supply_won=150_000_000, track="MEDIUM")
            request = market.ask(need, user, dataset_key="demo-hanbit-chest-ct")
            market.ask(need, user, dataset_key="demo-namdo-chest-ct")
        with self.at(-2):
            market.quote(self.cast, request, 150_000_000)
            calls.draft(
                self.open_round, company, user, 1, track="MEDIUM", supply_won=150_000_000, ecg=False, need=need, sections=2
            )

    def _others(self) -> None:
        """Registrations that still wait, a refused one, needs without a quote"""
        with self.at(-5):
            waiting = people.register_company(self.cast, 27, self._user(27), verified=False)
            companies.record_tax_status(company_id=waiting.pk, status="SUSPENDED", tax_type="부가가치세 일반과세자", checked_at=clock.now())
            refused = people.register_company(self.cast, 28, self._user(28), verified=False)
            companies.refuse_registration(
                company_id=refused.pk, reason="시연: 등록증의 상호가 다릅니다.", by=self.cast.people["officer"]
            )
            for number in (29, 30):
                company = people.register_company(self.cast, number, self._user(number))
                need = market.post_need(
                    self.open_round, company, self._user(number), ecg=number == 30, supply_won=60_000_000, track="SMALL"
                )
                request = market.ask(
                    need, self._user(number), dataset_key="demo-hanbit-ecg" if number == 30 else "demo-hanbit-chest-ct"
                )
                if number == 30:
                    matching.decline_request(
                        request_id=request.pk, reason="시연: 올해 처리 용량이 찼습니다.", by=self.cast.people["provider"]
                    )
            self._claims()

    def _claims(self) -> None:
        """A disputed number, joint representatives of whom one is being replaced, a restriction and a conflict of interest."""
        disputed, joint = self.cast.companies[30], self.cast.companies[29]
        companies.file_dispute(
            company_id=disputed.pk, statement="시연: 저희 회사의 번호인데 모르는 사람이 등록했습니다.", by=self._user(31)
        )
        for number in (32, 33):
            accounts.add_member(organisation=joint.organisation, user=self._user(number), role=Role.STAFF_MEMBER, by=None)
        accounts.appoint_representative(
            organisation=joint.organisation, user=self._user(32), former_leave=False, reason="시연: 공동대표", by=None
        )
        fresh = Company.objects.get(pk=joint.pk)
        companies.edit(company_id=joint.pk, version=fresh.version, joint_representation=True, by=self._user(29))
        companies.file_representative_change(
            company_id=joint.pk, new_representative=self._user(33), former_leaves=False,
            statement="시연: 공동대표가 한 사람 늘었습니다.", by=self._user(29),
        )  # fmt: skip
        officer = self.cast.people["officer"]
        companies.restrict(
            name="시연: 제한된 가상기업", ground="시연: 협약 위반으로 참여제한", brn=people.fictional_brn(34),
            starts_on=clock.today(), ends_on=clock.today() + timedelta(days=365), by=officer,
        )  # fmt: skip
        companies.declare_conflict(
            user=self.cast.people["officer2"], organisation=disputed.organisation, ground="시연: 가족이 이 기업에 다닙니다.", by=officer
        )


def play(say: Callable[[str], Any]) -> None:
    """Plays the story once. say: prints a line of progress."""
    Story(say).play()




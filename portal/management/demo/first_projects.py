"""The projects of the first call: matches, agreements, the boards' reviews, deliveries, money."""

import threading
from pathlib import Path

from django.conf import settings

from portal.kit import bank
from portal.management.demo import market, projects
from portal.management.demo.first_call import PLAYED
from portal.management.demo.stage import TWO_HOSPITALS, Stage
from providers.institutions.models import Institution
from vouchers.access import actions as access
from vouchers.access.models import AccessCase, AccessRequest
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.applications import actions as applications
from vouchers.evaluation.models import Award
from vouchers.matching.models import Match
from vouchers.milestones import actions as milestones
from vouchers.payments import actions as payments
from vouchers.payments.models import PayeeAccount


def contract(stage: Stage) -> None:
    """Matches, agreements, reviews by IRB and DRB, one joint"""
    for number in (1, 2, 4, 5, 8):
        _match_and_agree(stage, number)
    _unfinished_agreements(stage, _other_cases(stage))
    with stage.at(-69):
        _payees(stage)


def _match_and_agree(stage: Stage, number: int) -> None:
    user, supply = stage.user(number), PLAYED[number][1]
    award = Award.objects.get(application=stage.applications[number])
    with stage.at(-88):
        need = stage.needs[number]
        parts = [(stage.dataset_key(number), supply)]
        if number in TWO_HOSPITALS:
            parts = [("demo-hanbit-chest-ct", supply // 2), ("demo-namdo-chest-ct", supply - supply // 2)]
        matches = [market.confirmed_match(stage.cast, need, user, dataset_key=key, supply_won=won) for key, won in parts]
        for match in matches:
            applications.choose_match(application_id=award.application_id, match_id=match.pk, by=user)
    if number == 8:
        _reviews(stage, number, matches)
        return  # the award stands accepted, the agreement is still to be drafted
    with stage.at(-72):
        agreement = projects.draft_agreement(stage.cast, award)
        providers = [stage.cast.people["provider"]] + ([stage.cast.people["provider2"]] if number == 2 else [])
        signers = [user] if number == 5 else [user, *providers, stage.cast.people["operator"]]
        stage.agreements[number] = projects.sign(stage.cast, agreement, *signers)
    _reviews(stage, number, matches)


def _match(stage: Stage, number: int) -> Match:
    """A company's match over its whole supply amount."""
    return market.confirmed_match(
        stage.cast, stage.needs[number], stage.user(number), dataset_key=stage.dataset_key(number),
        supply_won=PLAYED[number][1],
    )  # fmt: skip


def _unfinished_agreements(stage: Stage, kept: Match) -> None:
    """A draft that the parties negotiate and nobody was asked to sign yet; one that ended before its force, so that the reserve moved up.

    kept: company 9's match.
    """
    for number in (6, 9):
        user, award = stage.user(number), Award.objects.get(application=stage.applications[number])
        with stage.at(-20):
            match = kept if number == 9 else _match(stage, number)
            applications.choose_match(application_id=award.application_id, match_id=match.pk, by=user)
        with stage.at(-5):
            stage.agreements[number] = projects.draft_agreement(stage.cast, award, send=number == 6)
    _negotiate(stage, stage.agreements[9])
    with stage.at(-2):
        agreements.terminate(
            agreement_id=stage.agreements[6].pk, reason="시연: 수요기업의 사업 계획이 바뀌어 합의로 해지합니다.",
            by=stage.cast.people["operator"],
        )  # fmt: skip


def _negotiate(stage: Stage, agreement: Agreement) -> None:
    """The parties read the draft: one comment was accepted and made the next version, one waits for an answer."""
    operator, company = stage.cast.people["operator"], stage.user(9)
    with stage.at(-4):
        agreements.negotiate(agreement_id=agreement.pk, by=operator)
        comment = agreements.comment_clause(
            agreement_id=agreement.pk, clause=2, by=company, content_hash=agreement.current().content_hash,
            text="시연: 심의를 마친 날부터 30일 안에 데이터를 제공한다고 적어 주십시오.",
        )  # fmt: skip
    with stage.at(-3):
        clause = agreement.current().body["clauses"][1]
        agreements.answer_comment(
            comment_id=comment.pk, verb="accept", answer="시연: 공급기관과 협의하여 반영했습니다.", by=operator,
            content_hash=agreement.current().content_hash,
            text_ko=f"{clause['text_ko']} 데이터는 심의를 마친 날부터 30일 안에 제공한다.",
            text_en=f"{clause['text_en']} Data are provided within 30 days of the end of the reviews.",
        )  # fmt: skip
    manager = projects.manager_of(stage.cast, agreement.parties.get(role="PROVIDER").institution)
    with stage.at(-2):
        agreements.comment_clause(
            agreement_id=agreement.pk, clause=4, by=manager, content_hash=agreement.current().content_hash,
            text="시연: 산출물 반려는 한 번에 모아서 알려 주시기 바랍니다.",
        )  # fmt: skip


def _reviews(stage: Stage, number: int, matches: list[Match]) -> None:
    """Each track takes its own time: one case in use, one joint, one whose DRB waits for the company, two fresh ones."""
    user = stage.user(number)
    with stage.at({1: -85, 2: -32, 4: -22, 5: -4, 8: -9}[number]):
        case = projects.open_case(stage.cast, user, matches, f"시연: {stage.needs[number].title}")
        if number == 2:
            projects.propose_joint(stage.cast, case, user)
        else:
            projects.submit_requests(case, user)
    requests = projects.requests_of(case)
    if number == 1:
        _reviewed(stage, requests[0])
    elif number == 2:
        _joint_reviews(stage, case)
    elif number == 4:
        _revised(stage, requests[0])
    elif number == 8:
        with stage.at(-6):
            projects.ask_supplement(stage.cast, requests[0])


def _reviewed(stage: Stage, request: AccessRequest) -> None:
    with stage.at(-83):
        access.start_review(request_id=request.pk, by=projects.board(stage.cast, request))
    with stage.at(-77):
        projects.allow_ethics(stage.cast, request, "시연-IRB-01")
    with stage.at(-72):
        projects.allow_drb(stage.cast, request, "시연-DRB-01")
    with stage.at(-69):
        access.provide(request_id=request.pk, by=stage.cast.people["provider"])
        access.confirm_receipt(request_id=request.pk, by=stage.user(1))


def _joint_reviews(stage: Stage, case: AccessCase) -> None:
    """The first hospital adopts and starts, the second objects and reviews by itself."""
    steps = (projects.start_joint, projects.exempt, projects.decide_joint, projects.answer_joint)
    for days, step in zip((-28, -23, -10, -6), steps, strict=True):
        with stage.at(days):
            step(stage.cast, case)


def _revised(stage: Stage, request: AccessRequest) -> None:
    """The IRB asked once and exempted; the DRB waits for the company, its clock stands."""
    with stage.at(-20):
        access.start_review(request_id=request.pk, by=projects.board(stage.cast, request))
    with stage.at(-17):
        projects.ask_revision(stage.cast, request, "irb")
    with stage.at(-13):
        access.resubmit_ethics(request_id=request.pk, by=stage.user(4))
    with stage.at(-12):
        projects.allow_ethics(stage.cast, request, "시연-IRB-04")
    with stage.at(-5):
        projects.ask_revision(stage.cast, request, "drb")


def _other_cases(stage: Stage) -> Match:
    """One dossier that a board refused, one that its company took back, one not submitted yet: its match is returned."""
    for number in (7, 12, 9):
        user = stage.user(number)
        with stage.at(-85):
            match = _match(stage, number)
            case = projects.open_case(stage.cast, user, [match], f"시연: {stage.needs[number].title}")
        if number == 9:
            continue
        with stage.at(-82):
            (request,) = projects.submit_requests(case, user)
        with stage.at(-74):
            if number == 7:
                projects.refuse(stage.cast, request)
            else:
                projects.withdraw(request, user)
    return match


def _payees(stage: Stage) -> None:
    for key, bank_code, number in (("demo-hanbit", "088", "110000123456"), ("demo-namdo", "004", "55550101234567")):
        institution = Institution.objects.get(key=key)
        if PayeeAccount.objects.filter(institution=institution).exists():
            continue
        account = payments.enter_payee(
            institution_id=institution.pk, bank_code=bank_code, number=number, holder=institution.name_ko,
            by=stage.cast.people["registrar"],
        )  # fmt: skip
        payments.verify_payee(account_id=account.pk, by=stage.cast.people["finance"])


def deliver(stage: Stage) -> None:
    """Milestones, money paid through the demo's bank"""
    with stage.at(-68):
        plans = {n: projects.plan(stage.cast, stage.agreements[n], [30, 75, 120]) for n in (1, 2, 4)}
    first, second, fourth = plans[1][0], plans[2][0], plans[4][0]
    with stage.at(-45):
        for milestone in (first, second, fourth):
            projects.deliver(stage.cast, milestone)
    with stage.at(-43):
        projects.accept(stage.cast, first, stage.user(1))
        projects.accept(stage.cast, second, stage.user(2))
        milestones.return_milestone(milestone_id=fourth.pk, reason="시연: 변수 목록이 빠졌습니다.", by=stage.user(4))
    with stage.at(-42):
        one, two = projects.request_money(stage.cast, first), projects.request_money(stage.cast, second)
    with stage.at(-40):
        projects.confirm_money(stage.cast, one, stage.user(1))
        projects.confirm_money(stage.cast, two, stage.user(2))
        projects.approve_money(stage.cast, one)
        pay()
    with stage.at(-20):
        projects.deliver(stage.cast, plans[1][1])
    with stage.at(-17):
        projects.accept(stage.cast, plans[1][1], stage.user(1))
    with stage.at(-6):
        projects.request_money(stage.cast, plans[1][1])
        projects.deliver(stage.cast, fourth)


def pay() -> None:
    """A bank of our own for the moment of the story; its book is the one that the demo's bank goes on with."""
    house = bank.server(Path(settings.DATA_DIR), 0)
    thread = threading.Thread(target=house.serve_forever, daemon=True)
    thread.start()
    try:
        projects.pay(f"http://127.0.0.1:{house.server_port}")
    finally:
        house.shutdown()
        house.server_close()

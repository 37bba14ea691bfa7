"""From the award to money paid: agreement, reviews, milestones, disbursement."""

from datetime import timedelta
from typing import Any

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.documents import actions as documents
from portal.kit import clock
from portal.management.demo.calls import file
from portal.management.demo.people import Cast
from vouchers.access import actions as access
from vouchers.access.models import AccessCase, AccessRequest, JointReview, SiteParticipation
from vouchers.agreements import actions as agreements
from vouchers.agreements import queries as agreement_queries
from vouchers.agreements.models import Agreement
from vouchers.evaluation.models import Award
from vouchers.matching.models import Match
from vouchers.milestones import actions as milestones
from vouchers.milestones import queries as milestone_queries
from vouchers.milestones.models import Milestone
from vouchers.payments import actions as payments
from vouchers.payments import gateways
from vouchers.payments.models import Disbursement


def manager_of(cast: Cast, institution: Any) -> Any:
    return cast.people["provider" if institution.key == "demo-hanbit" else "provider2"]


def draft_agreement(cast: Cast, award: Award, days: int = 220, send: bool = True) -> Agreement:
    programme = award.application.round
    starts = max(clock.today(), programme.project_start_on)
    agreement = agreements.draft(
        award_id=award.pk, starts_on=starts, ends_on=min(programme.project_end_on, starts + timedelta(days=days)),
        by=cast.people["operator"],
    )  # fmt: skip
    return agreements.send_for_signature(agreement_id=agreement.pk, by=cast.people["operator"]) if send else agreement


def sign(cast: Cast, agreement: Agreement, *users: Any) -> Agreement:
    """Each user signs the current text with the code that a phone would show; whose authority is not on file yet files it first."""
    for user in users:
        put_on_file(agreement, user)
        agreement = agreements.sign(
            agreement_id=agreement.pk, content_hash=agreement.current().content_hash,
            second_factor_code=second_factor.demo_code(user), by=user,
        )  # fmt: skip
    return agreement


def put_on_file(agreement: Agreement, user: Any) -> None:
    """The paper on which somebody signs, filed by themselves and checked by an officer of the ministry."""
    party = agreement_queries.party_of(agreement, user)
    if party is None or not agreement_queries.no_authority(party.organisation, user):
        return
    paper = documents.upload(file=file("시연_사용인감계.pdf"), kind="signing_authority", organisation=party.organisation, by=user)
    row = agreements.file_authority(
        organisation_id=party.organisation_id, person_id=user.pk, kind="SEAL_CERTIFICATE", document=paper,
        valid_from=clock.today() - timedelta(days=30), valid_until=clock.today() + timedelta(days=700), by=user,
    )  # fmt: skip
    agreements.confirm_authority(authority_id=row.pk, by=User.objects.get(email="officer@demo.example"))


DOSSIER = {
    "purpose": "시연: 제품의 학습과 검증", "method": "시연: 지도 학습, 외부 검증", "data_items": "시연: 영상과 판독문, 2016–2024년",
    "safeguards": "시연: 원격 분석실, 반출 심사, 재식별 금지", "recipients": "시연: 수요기업 연구원 2명", "destruction": "시연: 종료 후 30일 안에 파기",
}  # fmt: skip


def open_case(cast: Cast, user: Any, matches: list[Match], title: str) -> AccessCase:
    case = access.open_case(match_ids=[m.pk for m in matches], title=title, by=user)
    return access.save_dossier(
        case_id=case.pk, dossier=DOSSIER, use_from=clock.today() + timedelta(days=30),
        use_until=clock.today() + timedelta(days=270), version=case.version, by=user,
    )  # fmt: skip


def submit_requests(case: AccessCase, user: Any, mode: str = "INSTITUTION") -> list[AccessRequest]:
    return [
        access.submit_request(request_id=request.pk, ethics_kind="INSTITUTION", ethics_route="EXEMPTION", drb_mode=mode, by=user)
        for request in case.requests.order_by("pk")
    ]


def board(cast: Cast, request: AccessRequest) -> Any:
    """Who keeps the DRB's book: the secretary of the first hospital; the second hospital's manager keeps both books."""
    return cast.people["board"] if request.board.key == "demo-hanbit" else cast.people["provider2"]


def liaison(cast: Cast, request: AccessRequest) -> Any:
    """Who keeps the IRB's book."""
    return cast.people["irb"] if request.board.key == "demo-hanbit" else cast.people["provider2"]


def allow_ethics(cast: Cast, request: AccessRequest, number: str) -> None:
    by = liaison(cast, request)
    letter = documents.upload(
        file=file("시연_IRB_면제확인서.pdf"), kind="irb_decision", organisation=request.board.organisation, by=by
    )
    access.decide_ethics(
        request_id=request.pk, verdict="confirm_exemption", number=number, decided_on=clock.today(), document=letter, by=by
    )


def allow_drb(cast: Cast, request: AccessRequest, number: str) -> None:
    by = board(cast, request)
    letter = documents.upload(
        file=file("시연_DRB_승인서.pdf"), kind="drb_decision", organisation=request.board.organisation, by=by
    )
    access.decide_drb(request_id=request.pk, verdict="approve", number=number, decided_on=clock.today(), document=letter, by=by)


def plan(cast: Cast, agreement: Agreement, dues: list[int]) -> list[Milestone]:
    """Splits each payee's lines over the due days (days from now); the last one uses data."""
    items = []
    for payee, amount in milestone_queries.payees(agreement)[1]:
        left = amount
        for position, due in enumerate(dues):
            last = position == len(dues) - 1
            part = left if last else amount // len(dues)
            left -= part
            items.append(
                {
                    "institution_id": payee.pk, "title": "데이터 추출 설계서" if position == 0 else f"가명처리 데이터 제공 {position}차",
                    "description": "시연용 산출물", "due_on": min(agreement.ends_on, clock.today() + timedelta(days=due)),
                    "uses_data": position > 0, "amount_won": part,
                }
            )  # fmt: skip
    return milestones.plan(agreement_id=agreement.pk, items=items, by=cast.people["operator"])


def deliver(cast: Cast, milestone: Milestone) -> None:
    by = manager_of(cast, milestone.institution)
    handed = documents.upload(
        file=file("시연_산출물.pdf", of=_twice(milestone)),
        kind="deliverable",
        organisation=milestone.institution.organisation,
        by=by,
    )
    milestones.submit_milestone(milestone_id=milestone.pk, documents=[handed], note="시연: 추출 설계와 품질 보고서", by=by)


def _twice(milestone: Milestone) -> str:
    """Two companies get the very same first delivery, one of the signs of fraud that the demo shows; everybody else their own."""
    number = milestone.agreement.company.name_ko.removeprefix("가상기업 ")[:2]
    return f"delivery {milestone.number}" if number in SOLD_TWICE and milestone.number == 1 else ""


SOLD_TWICE = {"04", "12"}


def accept(cast: Cast, milestone: Milestone, user: Any) -> None:
    milestones.accept_milestone(milestone_id=milestone.pk, by=user)
    milestones.confirm_milestone(milestone_id=milestone.pk, by=cast.people["operator"])


def request_money(cast: Cast, milestone: Milestone) -> Disbursement:
    by = manager_of(cast, milestone.institution)
    invoice = documents.upload(
        file=file("시연_세금계산서.pdf"), kind="tax_invoice", organisation=milestone.institution.organisation, by=by
    )
    return payments.request_disbursement(
        milestone_id=milestone.pk, invoice_no=f"DEMO-{milestone.ref[-6:].upper()}", invoice_on=clock.today(),
        invoice_document=invoice, by=by,
    )  # fmt: skip


def confirm_money(cast: Cast, disbursement: Disbursement, user: Any) -> None:
    company = disbursement.milestone.agreement.company.organisation
    proof = documents.upload(file=file("시연_자부담_입금확인.pdf"), kind="own_share", organisation=company, by=user)
    payments.confirm_disbursement(
        disbursement_id=disbursement.pk, own_share_deposited_on=clock.today(), own_share_document=proof, by=user
    )


def approve_money(cast: Cast, disbursement: Disbursement) -> None:
    payments.check_evidence(disbursement_id=disbursement.pk, by=cast.people["operator"])
    for release, who in ((payments.approve_disbursement, "finance"), (payments.register_disbursement, "registrar")):
        by = cast.people[who]
        release(disbursement_id=disbursement.pk, second_factor_code=second_factor.demo_code(by), by=by)


def pay(url: str) -> int:
    """The bank run, against the demo's real bank. Returns: transfers sent."""
    sent = 0
    while (attempt := payments.claim_next()) is not None:
        transfer = payments.mark_sent(attempt_id=attempt.pk)
        assert transfer is not None
        payments.settle(attempt_id=attempt.pk, answer=gateways.send(transfer, url=url, now=clock.now()))
        sent += 1
    return sent


def requests_of(case: AccessCase) -> list[AccessRequest]:
    """A case's requests, the first hospital first."""
    return list(case.requests.select_related("board__organisation", "institution__organisation").order_by("pk"))


def propose_joint(cast: Cast, case: AccessCase, user: Any) -> None:
    """One dossier, two hospitals: the first leads, the second takes part."""
    requests = requests_of(case)
    found = access.propose_joint(case_id=case.pk, lead_id=requests[0].board_id, by=user)
    submit_requests(case, user, "JOINT")
    second = SiteParticipation.objects.get(joint=found, request=requests[1])
    access.answer_joint(site_id=second.pk, join=True, by=board(cast, requests[1]))


def start_joint(cast: Cast, case: AccessCase) -> None:
    """Both find the papers complete, the leading committee begins."""
    for request in requests_of(case):
        access.start_review(request_id=request.pk, by=board(cast, request))
    access.start_joint(joint_id=JointReview.objects.get(case=case).pk, by=cast.people["board"])


def exempt(cast: Cast, case: AccessCase) -> None:
    """Each hospital's own IRB exempts."""
    for number, request in enumerate(requests_of(case), 1):
        allow_ethics(cast, request, f"시연-IRB-02-{number}")


def decide_joint(cast: Cast, case: AccessCase) -> None:
    requests, found = requests_of(case), JointReview.objects.get(case=case)
    letter = documents.upload(
        file=file("시연_공동DRB_결과서.pdf"),
        kind="drb_decision",
        organisation=requests[0].board.organisation,
        by=cast.people["board"],
    )
    access.decide_joint(
        joint_id=found.pk, approve=True, number="시연-공동DRB-01", decided_on=clock.today(), document=letter,
        by=cast.people["board"],
    )  # fmt: skip


def answer_joint(cast: Cast, case: AccessCase) -> None:
    """The first adopts and starts alone; the second objects to its own review."""
    requests = requests_of(case)
    first, second = (SiteParticipation.objects.get(request=request) for request in requests)
    access.adopt_joint(site_id=first.pk, by=cast.people["board"])
    access.object_joint(
        site_id=second.pk, reason="시연: 자체 심의에서 최소 수집 항목을 다시 보겠습니다.", by=board(cast, requests[1])
    )
    access.provide(request_id=requests[0].pk, by=cast.people["provider"])


def ask_revision(cast: Cast, request: AccessRequest, track: str) -> None:
    """The board's clock stands until the company has revised. track: irb or drb."""
    if track == "irb":
        access.decide_ethics(
            request_id=request.pk, verdict="revise", reason="시연: 표본 수의 근거를 적어 주십시오.", by=liaison(cast, request)
        )
    else:
        access.decide_drb(
            request_id=request.pk,
            verdict="ask_supplement",
            reason="시연: 파기 방법을 더 자세히 적어 주십시오.",
            by=board(cast, request),
        )


def ask_supplement(cast: Cast, request: AccessRequest) -> None:
    access.request_supplement(request_id=request.pk, wanted="시연: 데이터 항목의 기간을 적어 주십시오.", by=board(cast, request))


def refuse(cast: Cast, request: AccessRequest) -> None:
    by = board(cast, request)
    access.start_review(request_id=request.pk, by=by)
    access.decide_drb(request_id=request.pk, verdict="refuse", reason="시연: 목적에 견주어 항목이 너무 많습니다.", by=by)


def withdraw(request: AccessRequest, user: Any) -> None:
    access.withdraw(request_id=request.pk, reason="시연: 다른 데이터로 바꾸었습니다.", by=user)

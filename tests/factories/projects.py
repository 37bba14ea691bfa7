"""From an agreement in force to money paid: reviews, milestones, disbursements, all through the actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from portal.accounts import actions as accounts
from portal.accounts import second_factor
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.documents import actions as documents
from portal.documents.models import Document
from portal.kit import clock, workdays
from providers.institutions.models import Institution
from tests.factories import applications as make
from tests.factories import authorities
from tests.factories import evaluation as ev
from tests.factories.played import played
from tests.factories.providers import Provider, person, provider
from tests.factories.rounds import make_round
from vouchers.access import actions as access
from vouchers.access.models import AccessCase, AccessRequest, JointReview, SiteParticipation
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.matching.models import Match
from vouchers.milestones import actions as milestones
from vouchers.milestones.models import Milestone
from vouchers.payments import actions as payments
from vouchers.payments import gateways
from vouchers.payments.models import Disbursement, PaymentFile

DOSSIER = {
    "purpose": "학습", "method": "지도 학습", "data_items": "영상 500건", "safeguards": "원격 분석실", "recipients": "연구원 2명",
    "destruction": "30일 안에 파기",
}  # fmt: skip
_made = 0


def paper(organisation: Any, by: User, kind: str = "letter") -> Document:
    """A small PDF of an organisation."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    file = SimpleUploadedFile(f"{kind}.pdf", body, content_type="application/pdf")
    return documents.upload(file=file, kind=kind, organisation=organisation, by=by)


# ── Reviews ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Site:
    """A hospital with its manager, the secretary of its boards, and its part of a case."""

    provider: Provider
    secretary: User
    request: AccessRequest

    @property
    def organisation(self) -> Any:
        return self.provider.organisation

    def fresh(self) -> AccessRequest:
        self.request = AccessRequest.objects.select_related("ethics", "data_review", "case").get(pk=self.request.pk)
        return self.request

    def participation(self) -> SiteParticipation:
        return SiteParticipation.objects.select_related("joint").get(request=self.request)


@dataclass
class Reviewed:
    """A company's case at one or several hospitals."""

    firm: make.Firm
    case: AccessCase
    sites: list[Site]

    @property
    def user(self) -> User:
        return self.firm.staff


def secretary(hospital: Provider) -> User:
    """One person who keeps the books of both boards, as in a small hospital."""
    user = person(Role.PROVIDER_DRB_SECRETARY, hospital.organisation)
    accounts.grant_role(user=user, role=Role.IRB_LIAISON, organisation=hospital.organisation, reason="both books", by=None)
    return user


@played
def case(count: int = 1, *, complete: bool = True) -> Reviewed:
    """A dossier for `count` hospitals with draft requests."""
    owner, hospitals = make.firm(), [provider() for _ in range(count)]
    row = make.need(owner, make_round())
    matches = [make.match(owner, row, hospital=hospital) for hospital in hospitals]
    return opened(owner, hospitals, matches, complete=complete)


def opened(owner: make.Firm, hospitals: list[Provider], matches: list[Match], *, complete: bool = True) -> Reviewed:
    found = access.open_case(match_ids=[m.pk for m in matches], title="폐결절 판독 보조", by=owner.staff)
    if complete:
        today = clock.today()
        found = access.save_dossier(
            case_id=found.pk, dossier=DOSSIER, use_from=today + timedelta(days=20), use_until=today + timedelta(days=200),
            version=found.version, by=owner.staff,
        )  # fmt: skip
    requests = {r.institution_id: r for r in found.requests.all()}
    return Reviewed(owner, found, [Site(h, secretary(h), requests[h.institution.pk]) for h in hospitals])


def submit(at: Reviewed, site: Site, **changes: Any) -> AccessRequest:
    given = {"ethics_kind": "INSTITUTION", "ethics_route": "EXEMPTION", "drb_mode": "INSTITUTION", **changes}
    return access.submit_request(request_id=site.request.pk, by=at.user, **given)


@played
def in_review(count: int = 1) -> Reviewed:
    at = case(count)
    for site in at.sites:
        submit(at, site)
        access.start_review(request_id=site.request.pk, by=site.secretary)
    return at


def decide_ethics(site: Site, verdict: str = "confirm_exemption", **changes: Any) -> AccessRequest:
    given: dict[str, Any] = {"number": "IRB-2027-1", "decided_on": clock.today(), **changes}
    if "document" not in given:
        given["document"] = paper(site.organisation, site.secretary)
    return access.decide_ethics(request_id=site.request.pk, verdict=verdict, by=given.pop("by", site.secretary), **given)


def decide_drb(site: Site, verdict: str = "approve", **changes: Any) -> AccessRequest:
    given: dict[str, Any] = {"number": "DRB-2027-1", "decided_on": clock.today(), **changes}
    if "document" not in given:
        given["document"] = paper(site.organisation, site.secretary)
    return access.decide_drb(request_id=site.request.pk, verdict=verdict, by=given.pop("by", site.secretary), **given)


@played
def allowed(count: int = 1) -> Reviewed:
    at = in_review(count)
    for site in at.sites:
        decide_ethics(site)
        decide_drb(site)
    return at


@played
def joint(count: int = 2, *, review: bool = True) -> tuple[Reviewed, JointReview]:
    """A joint DRB led by the first hospital, everybody takes part. review: the lead has begun."""
    at = case(count)
    found = access.propose_joint(case_id=at.case.pk, lead_id=at.sites[0].provider.institution.pk, by=at.user)
    for site in at.sites:
        submit(at, site, drb_mode="JOINT")
    for site in at.sites[1:]:
        access.answer_joint(site_id=site.participation().pk, join=True, by=site.secretary)
    if review:
        for site in at.sites:
            access.start_review(request_id=site.request.pk, by=site.secretary)
        found = access.start_joint(joint_id=found.pk, by=at.sites[0].secretary)
    return at, found


def decide_joint(at: Reviewed, found: JointReview, approve: bool = True, **changes: Any) -> JointReview:
    lead = at.sites[0]
    letter = paper(lead.organisation, lead.secretary)
    given = {"number": "JOINT-1", "reason": "" if approve else "목적이 불명확함", "document": letter}
    return access.decide_joint(joint_id=found.pk, approve=approve, by=lead.secretary, **{**given, **changes})


# ── Milestones ───────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Project:
    """An agreement in force and everybody whom it concerns."""

    agreement: Agreement
    firm: make.Firm
    operator: User
    manager: User
    institution: Institution

    @property
    def company(self) -> User:
        return self.firm.representative

    @property
    def provider_organisation(self) -> Any:
        return self.institution.organisation


@played
def project(*, starts_in: int = 0, **policy: Any) -> Project:
    """Signed by everybody, its first day so many days from now. policy: what its round's policy has instead."""
    at, award = ev.accepted(**policy)
    operator, today = ev.operator(), clock.today()
    agreement = agreements.draft(
        award_id=award.pk, by=operator, starts_on=today + timedelta(days=starts_in), ends_on=today + timedelta(days=200)
    )
    party = agreement.parties.get(role="PROVIDER")
    manager = User.objects.get(role_grants__organisation=party.organisation, role_grants__role=Role.PROVIDER_MANAGER)
    made = ev.Signing(at, award, agreement, operator, at.firms[0].representative, manager)
    authorities.of_parties(agreement, *made.everybody)
    made.agreement = agreements.send_for_signature(agreement_id=agreement.pk, by=operator)
    for person_ in made.everybody:
        made.agreement = ev.sign(made, person_)
    return Project(Agreement.objects.get(pk=agreement.pk), at.firms[0], operator, manager, party.institution)


def item(at: Project, amount_won: int = 400_000_000, *, days: int = 30, uses_data: bool = False) -> dict[str, Any]:
    return {
        "institution_id": at.institution.pk, "title": "추출 설계서", "description": "보고서", "uses_data": uses_data,
        "due_on": clock.today() + timedelta(days=days), "amount_won": amount_won,
    }  # fmt: skip


@played
def planned(at: Project | None = None, *, parts: int = 1, uses_data: bool = False) -> tuple[Project, list[Milestone]]:
    """400,000,000 won of supply in equal parts."""
    at = at or project()
    items = [item(at, 400_000_000 // parts, days=30 + n % 60, uses_data=uses_data) for n in range(parts)]
    return at, milestones.plan(agreement_id=at.agreement.pk, items=items, by=at.operator)


def hand_in(at: Project, milestone: Milestone) -> Milestone:
    files = [paper(at.provider_organisation, at.manager, "deliverable")]
    return milestones.submit_milestone(milestone_id=milestone.pk, documents=files, note="보고서", by=at.manager)


def accept(at: Project, milestone: Milestone) -> Milestone:
    """Handed in, accepted by the company, confirmed by the operator."""
    hand_in(at, milestone)
    milestones.accept_milestone(milestone_id=milestone.pk, by=at.company)
    return milestones.confirm_milestone(milestone_id=milestone.pk, by=at.operator)


PROMISED = [
    {"name": "판독 정확도", "unit": "%", "sense": "AT_LEAST", "target": Decimal(90)},
    {"name": "누락률", "unit": "%", "sense": "AT_MOST", "target": Decimal(5)},
]


def silent(at: Project, more: int = 1) -> datetime:
    """A morning so many working days beyond those for which a company may be silent about what was handed in today."""
    days = at.agreement.round.policy().days("company_silence")
    return clock.start_of_day(workdays.add_working_days(clock.today(), days + more)) + timedelta(hours=10)


def allow_access(at: Project) -> Reviewed:
    """Both tracks of the project's hospital allow the use."""
    match = Match.objects.get(need__company=at.agreement.company, institution=at.institution, status="CONFIRMED")
    hospital = Provider(at.institution, at.provider_organisation, at.manager)
    reviewed = opened(at.firm, [hospital], [match])
    (site,) = reviewed.sites
    submit(reviewed, site)
    access.start_review(request_id=site.request.pk, by=site.secretary)
    decide_ethics(site)
    decide_drb(site)
    return reviewed


# ── Payments ─────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Office:
    """Who pays: finance approves, the registrar registers, a second of each."""

    finance: User
    registrar: User
    second: User
    reader: User  # of answers to files, who had no hand in them


def office() -> Office:
    return Office(
        person(Role.OPERATOR_FINANCE),
        person(Role.PAYMENT_REGISTRAR),
        person(Role.OPERATOR_FINANCE),
        person(Role.OPERATOR_FINANCE),
    )


def account(at: Project, desk: Office) -> None:
    """A verified account of the payee."""
    row = payments.enter_payee(
        institution_id=at.institution.pk, bank_code="088", number="110-123-456789", holder="가상병원", by=desk.registrar
    )
    payments.verify_payee(account_id=row.pk, by=desk.finance)


def request(at: Project, milestone: Milestone, **changes: Any) -> Disbursement:
    global _made
    _made += 1
    given: dict[str, Any] = {"invoice_no": f"INV-{_made}", "invoice_on": clock.today(), **changes}
    if "invoice_document" not in given:
        given["invoice_document"] = paper(at.provider_organisation, at.manager, "tax_invoice")
    return payments.request_disbursement(milestone_id=milestone.pk, by=given.pop("by", at.manager), **given)


def confirm(at: Project, row: Disbursement) -> Disbursement:
    return payments.confirm_disbursement(
        disbursement_id=row.pk, own_share_deposited_on=clock.today(),
        own_share_document=paper(at.firm.organisation, at.company, "own_share"), by=at.company,
    )  # fmt: skip


def approve(at: Project, row: Disbursement, desk: Office) -> Disbursement:
    confirm(at, row)
    payments.check_evidence(disbursement_id=row.pk, by=at.operator)
    return released("approve", row, desk.finance)


def released(verb: str, row: Disbursement, by: User, **more: Any) -> Disbursement:
    """approve, register or retry, with the code that this person's phone shows. more: the way, where it is not the usual one."""
    action = getattr(payments, f"{verb}_disbursement")
    done: Disbursement = action(disbursement_id=row.pk, second_factor_code=second_factor.demo_code(by), by=by, **more)
    return done


NETWORK = {"rail": "SUBSIDY_NETWORK", "ways": ["NETWORK"]}  # a round that pays through the subsidy network


@played
def registered(parts: int = 1, *, way: str = "", **policy: Any) -> tuple[Project, Office, list[Disbursement]]:
    """`parts` disbursements that the next bank run pays; way: that wait for such a file instead."""
    at, rows = planned(project(**policy), parts=parts)
    desk = office()
    account(at, desk)
    made = []
    for milestone in rows:
        accept(at, milestone)
        row = request(at, milestone)
        approve(at, row, desk)
        made.append(released("register", row, desk.registrar, **({"way": way} if way else {})))
    return at, desk, made


def file_of(desk: Office, rows: Sequence[Disbursement], *, by: User | None = None) -> PaymentFile:
    """One payment file of these, made by the second finance person."""
    who = by or desk.second
    return payments.make_payment_file(
        round_id=rows[0].milestone.agreement.round_id, way=Disbursement.objects.get(pk=rows[0].pk).way,
        disbursement_ids=[row.pk for row in rows], second_factor_code=second_factor.demo_code(who), by=who,
    )  # fmt: skip


def statement(entries: str, pages: str = "") -> bytes:
    """A camt.053 of the bank with these entries. pages: its pagination, where it tells any."""
    body = f"<BkToCstmrStmt><Stmt>{pages}{entries}</Stmt></BkToCstmrStmt>"
    return f"<Document xmlns='{gateways.CAMT_053}'>{body}</Document>".encode()

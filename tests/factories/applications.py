"""Companies with people, confirmed matches, and applications at any stage: rows below, applications through the actions."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from portal.accounts import actions as accounts
from portal.accounts.models import Organisation, User
from portal.accounts.rules import OrganisationKind, Role
from portal.documents import actions as documents
from portal.documents.models import Document
from portal.kit import clock
from tests.factories.played import played
from tests.factories.providers import Provider, person, provider
from tests.factories.rounds import make_round
from vouchers.applications import actions, rules
from vouchers.applications.models import Application, ApplicationDocument
from vouchers.companies.models import Company, SizeCertificate
from vouchers.companies.rules import brn_valid
from vouchers.matching import queries
from vouchers.matching.models import Match, Need, Quote, QuoteDraft, QuoteLine, QuoteRequest
from vouchers.rounds.models import Round

_made = 0


def _next() -> int:
    global _made
    _made += 1
    return _made


def brn(n: int) -> str:
    """The n-th valid business number of the tests."""
    stem = f"{210000000 + n:09d}"
    return next(f"{stem}{digit}" for digit in range(10) if brn_valid(f"{stem}{digit}"))


@dataclass
class Firm:
    """A company with a representative and a colleague."""

    company: Company
    organisation: Organisation
    representative: User
    staff: User
    others: list[User] = field(default_factory=list)


def firm(*, joint: bool = False, certificate: bool = True, **facts: Any) -> Firm:
    """A verified small company. joint: a second representative, and both must certify."""
    n = _next()
    organisation = accounts.create_organisation(
        kind=OrganisationKind.COMPANY, name_ko=f"가상기업 {n}", name_en=f"Fictional Company {n}", is_demo=True, by=None
    )
    company = Company(
        organisation=organisation,
        **{
            "name_ko": f"가상기업 {n}", "name_en": f"Fictional Company {n}", "brn": brn(n), "opened_on": date(2020, 3, 2),
            "region": "GANGWON", "address": "강원특별자치도 춘천시", "size": "SMALL", "service_email": f"service{n}@demo.example",
            "verification": "VERIFIED", "verified_how": "TAX_SERVICE", "tax_status": "ACTIVE", "joint_representation": joint, **facts,
        },
    )  # fmt: skip
    company.save()
    if certificate:
        today = clock.today()
        SizeCertificate(
            company=company, size=company.size, number=f"0010-2027-{n}", valid_from=today - timedelta(days=30),
            valid_to=today + timedelta(days=330),
        ).save()  # fmt: skip
    made = Firm(company, organisation, _member(organisation, n, "rep", True), _member(organisation, n, "staff", False))
    if joint:
        made.others.append(_member(organisation, n, "rep2", True))
    return made


def _member(organisation: Organisation, n: int, name: str, representative: bool) -> User:
    user = accounts.make_demo_user(email=f"{name}{n}@demo.example", name=f"{name} {n}", password="demo-pass-1234")
    role = Role.REPRESENTATIVE if representative else Role.STAFF_MEMBER
    accounts.add_member(organisation=organisation, user=user, is_representative=representative, role=role, by=None)
    return user


def officer() -> User:
    return person(Role.MINISTRY_OFFICER)


def need(owner: Firm, round_: Round) -> Need:
    n = _next()
    row = Need(
        company=owner.company, round=round_, title=f"흉부 CT 수요 {n}", document={"modality": ["CT"]}, status="POSTED",
        created_by=owner.staff, posted_at=clock.now(),
    )  # fmt: skip
    row.save()
    return row


@transaction.atomic
def match(
    owner: Firm, row: Need, *, hospital: Provider | None = None, amount_won: int = 400_000_000, status: str = "CONFIRMED",
    valid_days: int = 90, band_min_won: int | None = None, parts: int = 1,
) -> Match:  # fmt: skip
    """A quote of taxable lines of equal amounts, accepted; confirmed by both sides unless another status is asked for.

    band_min_won: it is a letter of intent."""
    hospital = hospital or provider()
    institution = hospital.institution
    latest_at, award_on, asked_at = queries.latest_answer(row.round), queries.award_on(row.round), clock.now()
    if latest_at is not None:
        asked_at = min(asked_at, latest_at - timedelta(days=1))  # also for a call that is closed by now
    due_at = asked_at + timedelta(days=5)
    request = QuoteRequest(
        need=row, institution=institution, status="ACCEPTED", due_at=min(due_at, latest_at or due_at), latest_at=latest_at,
        created_at=asked_at, created_by=owner.staff,
    )  # fmt: skip
    request.save()
    approver = person(Role.PROVIDER_APPROVER, hospital.organisation)
    draft = QuoteDraft(
        request=request, number=1, status="SENT", content={}, supply_amount_won=amount_won, vat_won=amount_won // 10,
        band_min_won=band_min_won, prepared_by=hospital.user, approved_at=clock.now(), approved_by=approver, investigator_name="가상 연구책임자",
        investigator_agreed_at=clock.now(), investigator_agreed_by="LINK",
    )  # fmt: skip
    draft.save()
    quote = Quote(
        request=request, draft=draft, number=1, valid_until=clock.today() + timedelta(days=valid_days), supply_amount_won=amount_won,
        vat_won=amount_won // 10, quoted_by=hospital.user, award_on=award_on, band_min_won=band_min_won,
    )  # fmt: skip
    quote.save()
    for position in range(1, parts + 1):
        QuoteLine.objects.create(
            quote=quote, position=position, kind="EXTRACTION", description="추출", unit="건", quantity=Decimal(1),
            unit_price_won=amount_won // parts, amount_won=amount_won // parts, tax_kind="TAXABLE", data_holder=institution,
            contracting_party=institution, reviewing_board=institution, payee=institution,
        )  # fmt: skip
    both, confirmed_at = status == "CONFIRMED", clock.now()
    if row.round is not None and row.round.closes_at is not None:
        confirmed_at = min(confirmed_at, row.round.closes_at - timedelta(hours=1))  # also for a call that is closed by now
    made = Match(
        need=row, quote=quote, institution=institution, status=status, company_confirmed_at=confirmed_at,
        company_confirmed_by=owner.representative, provider_confirmed_at=confirmed_at if both else None,
        provider_confirmed_by=hospital.user if both else None,
    )  # fmt: skip
    made.save()
    return made


def pdf(name: str = "plan.pdf") -> SimpleUploadedFile:
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    return SimpleUploadedFile(name, body, content_type="application/pdf")


def stored(owner: Firm, kind: str = "PROJECT_PLAN") -> Document:
    return documents.upload(file=pdf(f"{kind.lower()}.pdf"), kind=kind, organisation=owner.organisation, by=owner.staff)


def answers(key: str) -> dict[str, Any]:
    """Plausible answers of a whole section."""
    found: dict[str, Any] = {}
    for f in rules.FIELDS[rules.SectionKey(key)]:
        found[f.name] = {
            "check": True, "number": 12, "won": None, "choice": f.choices[0][0] if f.choices else "",
        }.get(f.kind, f"{f.name}: 폐결절을 찾는 인공지능")  # fmt: skip
    return found


def start(owner: Firm, round_: Round, track: str = "LARGE") -> Application:
    return actions.start(round_id=round_.pk, track_id=round_.tracks.get(key=track).pk, by=owner.staff)


def save(application: Application, key: str, by: User, **given: Any) -> None:
    """Saves a section at its present version."""
    section = application.sections.get(key=key)
    section.refresh_from_db()
    actions.save_section(application_id=application.pk, key=key, answers=given or answers(key), version=section.version, by=by)


def draft(
    owner: Firm | None = None,
    round_: Round | None = None,
    *,
    amount_won: int = 400_000_000,
    title: str = "",
    track: str = "LARGE",
) -> Application:
    """A complete draft: every section, one confirmed match, all documents. title: of the project, where a test needs its own.
    track: its key.

    All but the last section and the last document are rows from below: the last ones go through the actions, which see all.
    """
    owner, round_ = owner or firm(), round_ or make_round()
    application = start(owner, round_, track)
    chosen = match(owner, need(owner, round_), amount_won=amount_won)
    kinds = round_.policy().required_documents
    for kind in kinds[:-1]:
        ApplicationDocument.objects.create(application=application, kind=kind, document=stored(owner, kind))
    *keys, last_key = (key for key in rules.ORDER if key not in {"documents", "project"})
    for key in keys:
        application.sections.filter(key=key).update(answers=answers(key), state="IN_PROGRESS", version=1, updated_by=owner.staff)
    project = {**answers("project"), **({"title": title} if title else {})}
    application.sections.filter(key="project").update(answers=project, state="IN_PROGRESS", version=1, updated_by=owner.staff)
    Application.objects.filter(pk=application.pk).update(title=project["title"][:150], summary=project["summary"])
    save(application, last_key, owner.staff, **answers(last_key))
    actions.choose_match(application_id=application.pk, match_id=chosen.pk, by=owner.staff)
    for kind in kinds[-1:]:  # a call may ask for none
        actions.attach_document(application_id=application.pk, kind=kind, document=stored(owner, kind), by=owner.staff)
    application.refresh_from_db()
    return application


@played
def submitted(owner: Firm | None = None, round_: Round | None = None, *, title: str = "", track: str = "LARGE") -> Application:
    owner = owner or firm()
    return actions.submit(application_id=draft(owner, round_, title=title, track=track).pk, by=owner.representative)

"""The made-up round as rows, by COPY, for a database that is dropped afterwards. Beyond what a sweep looks at, only what keys need.

The caller has set the guards aside (`quiet` in the bench, a test's own way); foreign keys and constraints hold all the same.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model

from portal.accounts.models import Membership, Organisation, User
from portal.documents.models import Document
from portal.kit import clock
from portal.management import scale
from portal.management.signals.made import FIRST_DAY, Person, Project, Provider, World, digest
from providers.institutions.models import Institution
from vouchers.agreements.models import Agreement, AgreementLine, Voucher
from vouchers.applications.models import Application, ApplicationDocument, ApplicationMatch, ApplicationSection
from vouchers.companies.models import Company
from vouchers.evaluation.models import Award, SelectionRun
from vouchers.matching.models import Match, Need, Quote, QuoteLine, QuoteRequest
from vouchers.milestones.models import Deliverable, Milestone
from vouchers.payments.models import Disbursement, PayeeAccount
from vouchers.rounds.models import Round

ORDER: tuple[type[Model], ...] = (
    User, Organisation, Membership, Institution, PayeeAccount, Company, Need, QuoteRequest, Quote, QuoteLine, Match, Application,
    ApplicationSection, ApplicationMatch, Document, ApplicationDocument, SelectionRun, Award, Agreement, AgreementLine, Voucher, Milestone,
    Deliverable, Disbursement,
)  # fmt: skip
TABLES = tuple(one._meta.db_table for one in ORDER)


class Pour:
    """Rows by model, each with its number from the table's own sequence."""

    def __init__(self, world: World, round_: Round) -> None:
        self.world, self.round, self.chance = world, round_, random.Random(round_.pk)
        self.rows: dict[type[Model], list[Any]] = {model: [] for model in ORDER}
        self.numbers = {model: iter(self._reserved(model)) for model in ORDER}
        self.people: dict[str, User] = {}
        self.files: dict[str, Document] = {}
        self.companies: dict[str, Project] = {}  # reference of a company → its project

    def _reserved(self, model: type[Model]) -> Iterator[int]:
        while True:
            yield from scale._reserve(model, 5_000)

    def add(self, model: type[Model], **given: Any) -> Any:
        if "ref" in {one.name for one in model._meta.concrete_fields}:
            given |= {"ref": scale._ref(self.chance, model.REF_PREFIX), "version": 1}  # type: ignore[attr-defined]
        row = model(pk=next(self.numbers[model]), **given)
        self.rows[model].append(row)
        return row

    def person(self, one: Person, organisation: Organisation | None, *, represents: bool = False) -> User:
        if one.key not in self.people:
            self.people[one.key] = self.add(User, email=f"r{self.round.pk}-{one.mail}", name=one.name, is_demo=True)
        user = self.people[one.key]
        if organisation is not None:
            self.add(Membership, user=user, organisation=organisation, status="ACTIVE", is_representative=represents)
        return user

    def file(self, name: str, kind: str, organisation: Organisation) -> Document:
        if name not in self.files:
            self.files[name] = self.add(
                Document, kind=kind, name=f"{kind}.pdf", media_type="application/pdf", size=1, sha256=digest(name), file=f"poured/{name}",
                organisation=organisation, is_generated=True, scan_state="CLEAN",
            )  # fmt: skip
        return self.files[name]


def pour(world: World, round_: Round) -> dict[str, Project]:
    """Writes: every model of ORDER. Returns: reference of a company → its project."""
    at = Pour(world, round_)
    staff = at.person(Person("staff", "가상 담당", "staff@agency.example.kr"), None)
    tracks, version = list(round_.tracks.all()), round_.policy_version()
    run = at.add(SelectionRun, round=round_, status="DISCARDED", proposed_by=staff, summary={})
    held = {one.number: _provider(at, one, staff) for one in world.providers}
    numbers = scale._brns(700_000 + round_.pk * 1_000_000)
    for place, one in enumerate(world.projects):
        _project(at, one, held[one.provider], staff, run, tracks[place % len(tracks)], version, next(iter(numbers)))
    for model in ORDER:
        if at.rows[model]:
            scale._copy(at.rows[model])
    return at.companies


def _provider(at: Pour, one: Provider, staff: User) -> Institution:
    organisation = at.add(
        Organisation, kind="PROVIDER", name_ko=one.name, name_en=f"Fictional Hospital {one.number}", is_demo=True
    )
    for place, person in enumerate(one.people):
        at.person(person, organisation, represents=place == 0)
    row: Institution = at.add(
        Institution, key=f"poured-{at.round.pk}-{one.number}", name_ko=one.name, name_en=organisation.name_en, status="ACTIVE",
        institution_type="MEDICAL_DATA_HOSPITAL", organisation=organisation, consortium=one.consortium, voucher_supplier=True, is_demo=True,
        desk_email=f"desk@{one.domain}",
    )  # fmt: skip
    bank, number = one.account
    at.add(PayeeAccount, institution=row, bank_code=bank, number=number, holder=one.holder, contact=one.contact, entered_by=staff)
    return row


def _moment(day: date) -> datetime:
    return clock.end_of_day(day) - timedelta(hours=6)


def _project(
    at: Pour, one: Project, institution: Institution, staff: User, run: SelectionRun, track: Any, version: Any, brn: str
) -> None:  # fmt: skip
    organisation = at.add(Organisation, kind="COMPANY", name_ko=one.name, name_en=f"Fictional {one.number}", is_demo=True)
    people = [at.person(person, organisation, represents=place == 0) for place, person in enumerate(one.people)]
    company = at.add(
        Company, organisation=organisation, name_ko=one.name, name_en=organisation.name_en, brn=brn, opened_on=date(2019, 3, 2),
        region="SEOUL", address=one.address, size="SMALL", service_email=one.mail, verification="VERIFIED", verified_how="TAX_SERVICE",
        tax_status="ACTIVE",
    )  # fmt: skip
    at.companies[company.ref] = one
    need = at.add(Need, company=company, round=at.round, title=f"가상 과제 {one.number}", status="MATCHED", created_by=people[0])
    match, supply = _quoted(at, one, institution, need, people[0]), sum(won for won, _day in one.payments)
    assert at.round.closes_at is not None
    submitted = at.round.closes_at - timedelta(hours=1 + one.number % 200)
    grant = supply * 8 // 10
    application = at.add(
        Application, round=at.round, track=track, company=company, need=need, status="SELECTED", title=f"가상 과제 {one.number}",
        policy_version=version, supply_amount_won=supply, grant_won=grant, own_cash_won=supply - grant, created_by=people[0],
        submitted_by=people[-1], submitted_at=submitted, deadline_at=at.round.closes_at, receipt_no=f"P{at.round.pk}-{one.number:06d}",
        network_digest=one.network, region="SEOUL", company_size="SMALL",
    )  # fmt: skip
    at.add(ApplicationSection, application=application, key="PROJECT", answers={"product": one.text}, state="COMPLETE")
    at.add(ApplicationMatch, application=application, match=match)
    at.add(
        ApplicationDocument,
        application=application,
        document=at.file(one.plan, "PROJECT_PLAN", organisation),
        kind="PROJECT_PLAN",
    )
    _paid(at, one, institution, application, match, staff, run)


def _quoted(at: Pour, one: Project, institution: Institution, need: Need, by: User) -> Match:
    amount = one.unit_won * 100
    request = at.add(
        QuoteRequest, need=need, institution=institution, status="ACCEPTED", due_at=_moment(FIRST_DAY), created_by=by
    )
    quote = at.add(
        Quote, request=request, number=1, valid_until=FIRST_DAY + timedelta(days=300), supply_amount_won=amount, vat_won=amount // 10,
        quoted_by=by,
    )  # fmt: skip
    at.add(
        QuoteLine, quote=quote, position=1, kind="LABELLING", description="영상 라벨링", unit="CASE", quantity=Decimal(100),
        unit_price_won=one.unit_won, amount_won=amount, tax_kind="TAXABLE", data_holder=institution, contracting_party=institution,
        reviewing_board=institution, payee=institution,
    )  # fmt: skip
    found: Match = at.add(Match, need=need, quote=quote, institution=institution, status="PROPOSED")
    return found


def _paid(
    at: Pour, one: Project, institution: Institution, application: Application, match: Match, staff: User, run: SelectionRun
) -> None:  # fmt: skip
    supply, grant, cash = application.supply_amount_won, application.grant_won, application.own_cash_won
    number, whose = f"P{at.round.pk}-{one.number:06d}", application.company.organisation
    award = at.add(
        Award, application=application, run=run, project_no=number, grant_won=grant, status="ACCEPTED", due_at=_moment(FIRST_DAY)
    )
    agreement = at.add(
        Agreement, award=award, company=application.company, round=at.round, number=number, status="ACTIVE", starts_on=FIRST_DAY,
        ends_on=FIRST_DAY + timedelta(days=290), grant_won=grant, supply_amount_won=supply, own_cash_won=cash, vat_won=supply // 10,
        drafted_by=staff, activated_at=_moment(FIRST_DAY),
    )  # fmt: skip
    at.add(
        AgreementLine, agreement=agreement, match=match, position=1, kind="LABELLING", description="영상 라벨링", amount_won=supply,
        tax_kind="TAXABLE", data_holder=institution, contracting_party=institution, reviewing_board=institution, payee=institution,
    )  # fmt: skip
    voucher = at.add(
        Voucher, agreement=agreement, number=number, grant_won=grant, issued_at=_moment(FIRST_DAY), expires_on=agreement.ends_on
    )
    for place, ((won, day), files) in enumerate(zip(one.payments, one.deliveries, strict=True), 1):
        milestone = at.add(
            Milestone, agreement=agreement, institution=institution, number=place, title=f"납품 {place}", due_on=day, amount_won=won,
            grant_won=won * 8 // 10, vat_won=won // 10, status="SUBMITTED",
        )  # fmt: skip
        for name in files:
            document = at.file(name, "DELIVERABLE", institution.organisation)  # type: ignore[arg-type]
            at.add(Deliverable, milestone=milestone, submission=1, document=document)
        at.add(
            Disbursement, milestone=milestone, voucher=voucher, payee=institution, amount_won=won * 8 // 10, supply_amount_won=won,
            vat_won=won // 10, invoice_no=f"{number}-{place}", invoice_on=day, requested_by=staff,
            own_share_document=at.file(one.proof, "OWN_SHARE", whose),
        )  # fmt: skip


def named(signals: Sequence[Any], world: World, projects: dict[str, Project]) -> dict[int, set[str]]:
    """Number of a project → kinds of the signals that name its company; its provider, where a signal names no company."""
    found: dict[int, set[str]] = {}
    for signal in signals:
        parties = list(signal.parties.all())
        companies = {party.company.ref for party in parties if party.company_id}
        providers = {party.institution.name_ko for party in parties if party.institution_id}
        for ref, one in projects.items():
            if ref in companies or (not companies and world.providers[one.provider].name in providers):
                found.setdefault(one.number, set()).add(signal.kind)
    return found

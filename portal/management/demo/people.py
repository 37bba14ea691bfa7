"""The demo's people and organisations. No person is invented: everybody is called by a role."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from portal.accounts import actions as accounts
from portal.accounts.models import Consent, Organisation, RoleGrant, User
from portal.desk.demo import PEOPLE
from portal.kit import clock
from vouchers.companies import actions as companies
from vouchers.companies.models import Company
from vouchers.companies.rules import brn_valid


@dataclass
class Cast:
    """Who plays: demo people by the first part of their address, organisations by key, companies by number."""

    people: dict[str, User] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    companies: dict[int, Company] = field(default_factory=dict)
    representatives: dict[int, User] = field(default_factory=dict)


def fictional_brn(number: int) -> str:
    """A business number of a tax office that does not exist (000), with a right check digit."""
    head = f"000{10 + number % 80:02d}{number:04d}"
    return next(head + str(digit) for digit in range(10) if brn_valid(head + str(digit)))


def cast_people(market: dict[str, Any]) -> Cast:
    """Signs everybody up; idempotent by address."""
    cast = Cast()
    for key, facts in market["organisations"].items():
        found = Organisation.objects.filter(name_ko=facts["name_ko"], is_demo=True).first()
        cast.organisations[key] = found or accounts.create_organisation(is_demo=True, by=None, **facts)
    digest = accounts.demo_digest(settings.DEMO_PASSWORD)
    for person in PEOPLE:
        user = accounts.make_demo_user(email=person.email, name=person.who_ko, digest=digest)
        cast.people[person.email.split("@")[0]] = user
        if not Consent.objects.filter(user=user, context="signup").exists():
            accounts.sign_up_consents(user=user, answers={"PRIVACY": True})
        organisation = cast.organisations.get(person.organisation or "")
        if person.organisation in {"company", "rival", "founder"}:
            continue  # they register their companies themselves
        if organisation is not None and not user.memberships.filter(organisation=organisation).exists():
            accounts.add_member(organisation=organisation, user=user, is_representative=person.representative, by=None)
        if not RoleGrant.objects.filter(user=user, role=person.role, revoked_at__isnull=True).exists():
            accounts.grant_role(user=user, role=person.role, organisation=organisation, reason="demo", by=None)
    return cast


_SIZES = ("MICRO", "SMALL", "SMALL", "MEDIUM")
_REGIONS = ("SEOUL", "GYEONGGI", "DAEJEON", "BUSAN", "GANGWON", "DAEGU", "GWANGJU", "CHUNGBUK", "SEJONG", "JEJU")
_FIELDS = (
    ("영상", "Imaging"), ("심전도", "ECG"), ("병리", "Pathology"), ("호흡", "Respiro"), ("수면", "Sleep"), ("재활", "Rehab"),
    ("신약", "Pharma"), ("안과", "Eye"), ("치매", "Memory"), ("응급", "Emergency"),
)  # fmt: skip


# company → whose address for electronic service it gives as its own: one of the signs of fraud that the demo shows
SERVED_WITH = {14: 13}


def register_company(cast: Cast, number: int, user: User, *, verified: bool = True, size: str = "") -> Company:
    """One fictional company, checked by the officer (or still waiting)."""
    word_ko, word_en = _FIELDS[number % len(_FIELDS)]
    company = companies.register(
        by=user, brn=fictional_brn(number), name_ko=f"가상기업 {number:02d} {word_ko}에이아이",
        name_en=f"Fictional {word_en} AI {number:02d}", opened_on=date(2016 + number % 9, 1 + number % 12, 1 + number % 27),
        representative_name="시연대표자", region=_REGIONS[number % len(_REGIONS)], address="가상시 시연로 1",
        size=size or _SIZES[number % len(_SIZES)], sector=word_ko, is_youth_led=number % 5 == 0 or number == 12,
        service_email=f"office{SERVED_WITH.get(number, number):02d}@demo.example",
        consents={"PRIVACY": True, "THIRD_PARTY": True, "ELECTRONIC_SERVICE": True}, is_demo=True,
    )  # fmt: skip
    cast.companies[number], cast.representatives[number] = company, user
    user.__dict__.pop("_grants", None)
    if verified:
        companies.record_tax_status(company_id=company.pk, status="ACTIVE", tax_type="일반과세자", checked_at=clock.now())
        companies.verify(company_id=company.pk, by=cast.people["officer"])
        companies.add_certificate(
            company_id=company.pk, size=company.size, number=f"DEMO-{number:04d}",
            valid_from=clock.today() - timedelta(days=30), valid_to=clock.today() + timedelta(days=335), by=user,
        )  # fmt: skip
    company.refresh_from_db()
    return company


def background_user(number: int) -> User:
    """A representative nobody signs in as: no usable password."""
    email = f"company{number:02d}@demo.example"
    found = User.objects.filter(email=email).first()
    if found:
        return found
    return accounts.make_background_user(email=email, name=f"가상기업 {number:02d} 대표")

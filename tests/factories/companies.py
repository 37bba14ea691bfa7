"""Companies as they really come to be: registered by a person, verified by the portal."""

from datetime import date, timedelta
from typing import Any

from portal.accounts.actions import add_member
from portal.accounts.models import User
from portal.kit import clock
from vouchers.companies import actions, rules
from vouchers.companies.models import Company

_made = 0


def make_person(email: str = "", **facts: Any) -> User:
    global _made
    _made += 1
    return User.objects.create_user(email or f"person{_made}@company.example", "pass-word-1234", is_demo=True, **facts)


def make_brn(office: str = "900") -> str:
    """A fresh number that passes the checksum; 900 is no real tax office."""
    global _made
    _made += 1
    start = f"{office}{_made % 1_000_000:06d}"
    return next(start + str(digit) for digit in range(10) if rules.brn_valid(start + str(digit)))


def facts_of(**changes: Any) -> dict[str, Any]:
    return {
        "brn": make_brn(),
        "name_ko": "[시연] 시험기업",
        "name_en": "[Demo] Test company",
        "opened_on": date(2020, 3, 2),
        "representative_name": "시연 대표자",
        "region": "SEOUL",
        "address": "가상시 시험로 1",
        "size": "SMALL",
        "consents": {"PRIVACY": True, "THIRD_PARTY": True, "ELECTRONIC_SERVICE": False},
        "is_demo": True,
        **changes,
    }


def make_company(*, by: User | None = None, verified: bool = True, certificate: bool = False, **changes: Any) -> Company:
    """A company with its representative `by` (a new person when not given)."""
    by = by or make_person()
    company = actions.register(by=by, **facts_of(**changes))
    if verified:
        actions.record_tax_status(
            company_id=company.pk, status="ACTIVE", tax_type="부가가치세 일반과세자", checked_at=clock.now()
        )
        actions.record_validation(company_id=company.pk, matched=True)
    if certificate:
        today = clock.today()
        actions.add_certificate(
            company_id=company.pk, size=company.size, number=f"C-{company.pk}", valid_from=today - timedelta(days=30),
            valid_to=today + timedelta(days=330), by=by,
        )  # fmt: skip
    by.__dict__.pop("_grants", None)
    return Company.objects.select_related("organisation").get(pk=company.pk)


def representative(company: Company) -> User:
    return User.objects.get(memberships__organisation=company.organisation, memberships__is_representative=True)


def colleague(company: Company) -> User:
    """A new STAFF_MEMBER of the company."""
    person = make_person()
    add_member(organisation=company.organisation, user=person, role="STAFF_MEMBER", by=None)
    return person

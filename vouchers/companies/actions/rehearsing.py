"""Test companies of rehearsals: visibly fictional, in no register, with people whom nobody can sign in as."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.journal.rules import REHEARSAL_DOMAIN
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.companies import queries, rules
from vouchers.companies.models import Company, SizeCertificate
from vouchers.rounds.rules import MARK_EN, MARK_KO


@transaction.atomic
def make_test_company(*, size: str, region: str, by: User) -> tuple[Company, User]:
    """A verified test company with a size certificate and a representative. size, region: codes.

    Its number is of a tax office that does not exist (900), its mail goes below .example. Writes: Organisation, User,
    Membership, Company, SizeCertificate, Event company.made_for_rehearsal. Raises: Refused when its numbers have run out.
    """
    require(by, "vouchers.manage_round")
    number = Company.objects.filter(is_rehearsal=True).count() + 1
    name_ko, name_en = f"{MARK_KO}시험기업 {number}", f"{MARK_EN}Test company {number}"
    organisation = accounts.create_organisation(kind="COMPANY", name_ko=name_ko, name_en=name_en, by=by)
    mail = f"{organisation.ref}@{REHEARSAL_DOMAIN}"
    user = accounts.make_test_user(email=mail, name=f"{MARK_KO}대표자 {number}")
    today = clock.today()
    company = Company(
        organisation=organisation, name_ko=name_ko, name_en=name_en, brn=_free_number(number),
        opened_on=today - timedelta(days=3 * 365), region=region, size=size, service_email=mail, is_rehearsal=True,
        verification=rules.Verification.VERIFIED, verified_how="OFFICER", verified_by=by, tax_status=rules.TaxStatus.ACTIVE, tax_checked_at=clock.now(),
    )  # fmt: skip
    company.save()
    accounts.add_member(organisation=organisation, user=user, is_representative=True, role=Role.REPRESENTATIVE, by=None)
    SizeCertificate(
        company=company, size=size, number=f"REHEARSAL-{number}", valid_from=today, valid_to=today + timedelta(days=365)
    ).save()
    journal.record("company.made_for_rehearsal", company, by=by, to=company.verification, organisations=[organisation.pk])
    return company, user


def _free_number(first: int) -> str:
    """A number with the right check digit that nobody has."""
    for stem in range(first, first + 1000):
        found = next(n for n in (f"900{stem % 1_000_000:06d}{digit}" for digit in range(10)) if rules.brn_valid(n))
        if queries.by_brn(found) is None:
            return found
    raise Refused(_("There is no free number for another test company."), "no_test_number")

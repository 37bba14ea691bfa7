"""Who the company is, what counts for it today, and who must not decide about it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from portal.accounts import queries as accounts
from portal.accounts.models import Membership, User
from portal.accounts.rules import COMPANY_ROLES
from portal.documents.models import Document
from portal.documents.rules import closed_because as file_closed_because
from portal.documents.rules import may_open as may_open_file
from portal.journal import queries as journal
from portal.journal.models import Event
from portal.kit import clock, prepared
from portal.kit.digests import keyed
from providers.catalogue import queries as catalogue
from vouchers.companies import rules
from vouchers.companies.models import (
    Company,
    OwnershipDispute,
    RepresentativeChange,
    Restriction,
    SizeCertificate,
)


def company_of(user: Any) -> Company | None:
    """The company for which a person acts (the first when there are several)."""
    ids = accounts.organisation_ids_of(user, *COMPANY_ROLES)
    if not ids:
        return None
    return Company.objects.filter(organisation_id__in=ids).select_related("organisation").order_by("pk").first()


def by_brn(brn: str) -> Company | None:
    """The company that registered a business number."""
    return Company.objects.filter(brn=brn).select_related("organisation").first()


def restricted(company: Company, on: date) -> bool:
    """Is the company, by any of its numbers, kept from taking part on that day?"""
    return restrictions_of(company).filter(starts_on__lte=on, ends_on__gte=on).exists()


def restrictions_of(company: Company) -> QuerySet[Restriction]:
    """Confirmed restrictions by business or corporate number: another name does not help."""
    numbers = Q(brn=company.brn)
    if corporate := rules.clean_brn(company.corporate_no):
        numbers |= Q(corporate_no=corporate)
    return Restriction.objects.filter(numbers, status=rules.RestrictionStatus.IN_FORCE).order_by("-ends_on")


def person_digest(name: str) -> str:
    """What is kept of a restricted person's name; "" for no name."""
    return keyed(rules.normal_name(name), "companies.restricted_person")


def person_restricted(company: Company, on: date) -> bool:
    """Does a representative bear the name of somebody who is restricted on that day? Perhaps a namesake: a person must look."""
    return restricted_on(company, accounts.representatives_of(company.organisation), on)[1]


def restricted_on(company: Company, representatives: Iterable[User], on: date) -> tuple[bool, bool]:
    """(`restricted`, `person_restricted`) of a company whose representatives are known, by one prepared statement."""
    digests = [digest for user in representatives if (digest := person_digest(user.name))]
    found = prepared.first_row(
        _RESTRICTED,
        {
            "on": on, "state": str(rules.RestrictionStatus.IN_FORCE), "brn": company.brn,
            "corporate": rules.clean_brn(company.corporate_no) or None, "persons": digests,
        },
    )  # fmt: skip
    assert found is not None
    return bool(found[0]), bool(found[1])


_RESTRICTED = """
SELECT bool_or(brn = %(brn)s OR corporate_no = %(corporate)s), bool_or(person_digest = ANY(%(persons)s::text[]))
FROM vouchers_restriction
WHERE status = %(state)s AND starts_on <= %(on)s AND ends_on >= %(on)s
  AND (brn = %(brn)s OR corporate_no = %(corporate)s OR person_digest = ANY(%(persons)s::text[]))
"""


def current_certificate(company: Company, on: date) -> SizeCertificate | None:
    """The size certificate that counts on a day; the one that lasts longest when there are several."""
    return company.certificates.filter(valid_from__lte=on, valid_to__gte=on).order_by("-valid_to", "-id").first()


def tax_status_of(company_id: int) -> str:
    """What the tax service said last of the state of the business."""
    found = prepared.first_row("SELECT tax_status FROM vouchers_company WHERE id = %s", [company_id])
    if found is None:
        raise Company.DoesNotExist
    return str(found[0])


def conflicts_of(user: Any) -> set[int]:
    """Organisation ids with which this person has a live conflict of interest."""
    sql = "SELECT organisation_id FROM vouchers_conflictofinterest WHERE user_id = %s AND ended_on IS NULL"
    return {organisation for (organisation,) in prepared.rows(sql, [user.pk])}


def open_disputes(company: Company) -> QuerySet[OwnershipDispute]:
    return company.disputes.filter(status=rules.RequestStatus.FILED).select_related("claimant", "document")


def taken_up(company: Company) -> bool:
    """Is there an open claim on its number that an officer took up? As long as there is, the company stays disputed."""
    return open_disputes(company).filter(taken_up_at__isnull=False).exists()


def before_dispute(company: Company) -> str:
    """The state that a disputed company had when a claim on its number was taken up."""
    disputed = journal.history(company).filter(name="company.disputed").last()
    return disputed.frm if disputed else rules.Verification.UNVERIFIED


def taken_up_beside(dispute: OwnershipDispute) -> bool:
    """Is another claim on the same number taken up and open?"""
    return open_disputes(dispute.company).filter(taken_up_at__isnull=False).exclude(pk=dispute.pk).exists()


def my_disputes(user: Any) -> QuerySet[OwnershipDispute]:
    """What this person claimed, newest first."""
    return OwnershipDispute.objects.filter(claimant=user).select_related("company").order_by("-created_at")


def disputes_since(user: Any, since: datetime) -> int:
    """How many claims this person filed since then, whatever became of them."""
    return OwnershipDispute.objects.filter(claimant=user, created_at__gte=since).count()


def asked_to_join(user: Any) -> QuerySet[Membership]:
    """Companies that this person asked to join and that have not answered."""
    return Membership.objects.filter(user=user, status="REQUESTED", organisation__kind="COMPANY").select_related("organisation")


def open_change(company: Company) -> RepresentativeChange | None:
    found = company.representative_changes.filter(status=rules.RequestStatus.FILED)
    return found.select_related("new_representative").first()


def waiting_for_tax_service(now: datetime) -> QuerySet[Company]:
    """Companies that the tax service should be asked about now."""
    return Company.objects.filter(check_due_at__lte=now)


def page_of(company: Company) -> dict[str, Any]:
    """What the company's page shows besides its facts: people: refs of the persons shown, for the access log."""
    today = clock.today()
    certificates = list(company.certificates.select_related("document").order_by("-valid_to", "-id"))
    representatives = list(accounts.representatives_of(company.organisation).order_by("pk"))
    return {
        "certificates": [
            (one, rules.certificate_valid(one.valid_from, one.valid_to, today), one.valid_from > today) for one in certificates
        ],
        "representatives": representatives,
        "people": [person.ref for person in representatives],
        "open_change": open_change(company),
        "disputed": open_disputes(company).exists(),
        "region": catalogue.words("region").get("region", {}).get(company.region, company.region),
        "tax_type": rules.TAX_TYPES.get(company.tax_type, company.tax_type),
        "corporate_no_odd": bool(company.corporate_no) and not rules.corporate_no_plausible(company.corporate_no),
    }


def papers_of(company: Company, on: date) -> dict[str, Document]:
    """What the company has shown of itself already, by document kind: its registration and the certificate of that day.
    Only files that it may open itself now: none that a scan refused or still holds."""
    return {kind: one for kind, one in _papers(company, on).items() if may_open_file(one.scan_state, owns=True)}


def held_papers_of(company: Company, on: date) -> dict[str, tuple[Document, Promise | str]]:
    """The others by kind: the file, and as a sentence why it cannot be taken now."""
    reasons = {kind: (one, file_closed_because(one.scan_state, owns=True)) for kind, one in _papers(company, on).items()}
    return {kind: found for kind, found in reasons.items() if found[1]}


def _papers(company: Company, on: date) -> dict[str, Document]:
    certificate = company.certificates.filter(valid_from__lte=on, valid_to__gte=on, document__isnull=False)
    newest = certificate.select_related("document").order_by("-valid_to", "-id").first()
    found = {
        "BUSINESS_REGISTRATION": company.registration_file,
        "SIZE_CERTIFICATE": newest.document if newest is not None else None,
    }
    return {kind: one for kind, one in found.items() if one is not None}


def was_registration_file(document_id: int) -> bool:
    """Was this file ever a company's registration certificate? Then an officer may have decided on it, and it stays."""
    ref = Document.objects.values_list("ref", flat=True).get(pk=document_id)
    return Event.objects.filter(name="company.registration_file_added", data__document=ref).exists()


def document_of(company: Company, ref: str, *, disputes: bool) -> Document | None:
    """A paper of this company by its ref: registration, certificates, changes of representative.

    disputes: a claimant's paper too; it is for officers, never for the company.
    """
    wanted = (
        Q(pk=company.registration_file_id)
        | Q(pk__in=company.certificates.values("document_id"))
        | Q(pk__in=company.representative_changes.values("document_id"))
    )
    if disputes:
        wanted |= Q(pk__in=company.disputes.values("document_id"))
    return Document.objects.filter(wanted, ref=ref).first()

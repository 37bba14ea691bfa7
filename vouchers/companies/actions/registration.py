"""Signing up and keeping the company's facts. Nothing here asks the network."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.accounts.queries import representatives_of
from portal.accounts.rules import Role
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused, Stale
from vouchers.companies import gateways, notices, queries, rules
from vouchers.companies.models import Company, SizeCertificate


class AlreadyRegistered(Refused):
    """The number belongs to a company of the portal: ask to join it, or dispute the claim."""


@transaction.atomic
def register(
    *,
    by: User,
    brn: str,
    name_ko: str,
    name_en: str = "",
    opened_on: date,
    representative_name: str,
    region: str,
    address: str = "",
    size: str,
    sector: str = "",
    is_youth_led: bool = False,
    joint_representation: bool = False,
    service_email: str = "",
    corporate_no: str = "",
    consents: dict[str, bool],
    is_demo: bool = False,
) -> Company:
    """Whoever registers first becomes the representative; the tax service or an officer verifies that afterwards.

    brn: as typed. representative_name: kept sealed until the tax service was asked, then erased. consents: ConsentKind
    (any case) → yes or no; without electronic service the postal address is needed. Writes: Organisation, Company UNVERIFIED, Membership, RoleGrant, Consents, Event
    company.registered. Raises: Refused for a wrong number or a missing consent, AlreadyRegistered.
    """
    fault = rules.brn_fault(brn)
    if fault:
        raise Refused(rules.BRN_SENTENCES[fault], f"brn_{fault}", "brn")
    number, answers = rules.clean_brn(brn), {kind.upper(): given for kind, given in consents.items()}
    if not answers.get(rules.ConsentKind.PRIVACY):
        raise Refused(_("Without this consent a company cannot be registered."), "consent_required", "consent_privacy")
    electronic = answers.get("ELECTRONIC_SERVICE", False)
    _check_facts(opened_on=opened_on, service_email=service_email if electronic else "", address=address, electronic=electronic)
    if queries.by_brn(number) is not None:
        raise _taken()
    if queries.company_of(by) is not None:
        raise Refused(_("You already act for a company. One account acts for one company."), "has_company")
    organisation = accounts.create_organisation(kind="COMPANY", name_ko=name_ko, name_en=name_en, is_demo=is_demo, by=by)
    company = Company(
        organisation=organisation, name_ko=name_ko, name_en=name_en, brn=number, corporate_no=corporate_no,
        opened_on=opened_on, region=region, address=address.strip(), size=size, sector=sector, is_youth_led=is_youth_led,
        joint_representation=joint_representation,
        service_email=service_email if electronic else "",
        sealed_representative=gateways.seal(representative_name.strip()), check_due_at=clock.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            company.save()
    except IntegrityError:  # two people at the same moment
        raise _taken() from None
    accounts.add_member(organisation=organisation, user=by, is_representative=True, role=Role.REPRESENTATIVE, by=None)
    for kind in rules.ConsentKind:
        accounts.give_consent(
            user=by, organisation=organisation, kind=kind, text_version=rules.CONSENT_VERSION,
            given=answers.get(kind, False), context="company_registration",
            address=service_email if kind == rules.ConsentKind.ELECTRONIC_SERVICE and answers.get(kind) else "",
        )  # fmt: skip
    journal.record("company.registered", company, by=by, to=company.verification, organisations=[organisation.pk])
    notices.company_registered(company, by)
    return company


EDITABLE = (
    "name_ko", "name_en", "corporate_no", "opened_on", "region", "address", "size", "sector", "is_youth_led",
    "joint_representation", "service_email",
)  # fmt: skip
IDENTITY = frozenset({"name_ko", "opened_on"})  # what the tax service compared: closed once verified


@transaction.atomic
def edit(*, company_id: int, version: int, by: User | None, representative_name: str = "", **facts: Any) -> Company:
    """Changes facts. version: of the page that was open. facts: any of EDITABLE.

    Name and opening date change only before verification (later: an officer), and are then checked again; not while a claim
    on the number is looked at, as the company may be verified again afterwards. Several
    representatives do not stop certifying together by their own word. Another address for electronic service is a
    consent, an empty one its withdrawal. Writes: Company, Organisation names, Consent, Event company.edited.
    Raises: Stale, Refused.
    """
    company = Company.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=company_id)
    require(by, "vouchers.edit_company", company)
    if company.version != version:
        raise Stale()
    changed = sorted(name for name in EDITABLE if name in facts and getattr(company, name) != facts[name])
    identity = IDENTITY & set(changed)
    if identity and company.verification == rules.Verification.VERIFIED:
        raise Refused(
            _("Name and opening date were verified. Ask the programme desk to change them."), "verified_facts",
            min(identity),
        )  # fmt: skip
    if identity and company.verification == rules.Verification.DISPUTED:
        raise Refused(
            _("Somebody claims this number. Name and opening date stay as they are until an officer has decided."),
            "disputed_facts", min(identity),
        )  # fmt: skip
    if "joint_representation" in changed and company.joint_representation:
        _refuse_leaving_joint(company)
    for name in changed:
        setattr(company, name, facts[name])
    _check_facts(opened_on=company.opened_on, service_email=company.service_email, address=company.address, electronic=False)
    if representative_name.strip() and company.verification not in {rules.Verification.VERIFIED, rules.Verification.DISPUTED}:
        company.sealed_representative, changed = gateways.seal(representative_name.strip()), [*changed, "representative"]
        identity |= {"representative"}
    if not changed:
        return company
    if identity:
        company.check_due_at, company.check_attempts = clock.now(), 0
        company.validation = rules.Validation.NOT_ASKED
    company.save()
    if {"name_ko", "name_en"} & set(changed):
        organisation = company.organisation
        organisation.name_ko, organisation.name_en = company.name_ko, company.name_en
        organisation.save()
    if by is not None and "service_email" in changed:
        accounts.give_consent(
            user=by, organisation=company.organisation, kind=rules.ConsentKind.ELECTRONIC_SERVICE,
            text_version=rules.CONSENT_VERSION, given=bool(company.service_email), context="company_page",
            address=company.service_email,
        )  # fmt: skip
    journal.record("company.edited", company, by=by, organisations=company.organisation_ids(), data={"changed": changed})
    return company


@transaction.atomic
def add_certificate(
    *,
    company_id: int,
    size: str,
    number: str,
    valid_from: date,
    valid_to: date,
    document: Document | None = None,
    by: User | None,
) -> SizeCertificate:
    """The certificate, not revenue, decides the size: a valid one sets it. Writes: SizeCertificate, Company.size, Event."""
    company = Company.objects.select_for_update().get(pk=company_id)
    require(by, "vouchers.edit_company", company)
    if valid_from > valid_to:
        raise Refused(_("The certificate ends before it begins. Compare the dates."), "certificate_dates", "valid_to")
    if valid_to < clock.today():
        raise Refused(_("This certificate has expired. Upload one that is valid."), "certificate_expired", "valid_to")
    if company.certificates.filter(number=number).exists():
        raise Refused(_("A certificate with this number is already there."), "certificate_twice", "number")
    certificate = SizeCertificate(
        company=company, size=size, number=number, valid_from=valid_from, valid_to=valid_to, document=document
    )
    certificate.save()
    if rules.certificate_valid(valid_from, valid_to, clock.today()) and company.size != size:
        company.size = size
        company.save()
    journal.record(
        "company.certificate_added", company, by=by, organisations=company.organisation_ids(),
        data={"size": size, "valid_to": valid_to.isoformat(), "certificate": certificate.ref},
    )  # fmt: skip
    return certificate


@transaction.atomic
def add_registration_file(*, company_id: int, document: Document, by: User | None) -> Company:
    """The registration certificate for an officer's eyes. Writes: Company.registration_file, Event, Duty verify."""
    company = Company.objects.select_for_update().get(pk=company_id)
    require(by, "vouchers.edit_company", company)
    company.registration_file = document
    company.save()
    journal.record(
        "company.registration_file_added", company, by=by, organisations=company.organisation_ids(),
        data={"document": document.ref, "sha256": document.sha256},
    )  # fmt: skip
    if company.verification in {rules.Verification.UNVERIFIED, rules.Verification.REFUSED}:
        notices.ask_officer(company, by=by)
    return company


def _refuse_leaving_joint(company: Company) -> None:
    """With several representatives the register says who certifies; an officer reads it."""
    if representatives_of(company.organisation).count() > 1:
        raise Refused(
            _("Several people represent this company together. Ask the programme desk, with the register extract, to change it."),
            "joint_representation", "joint_representation",
        )  # fmt: skip


def _check_facts(*, opened_on: date, service_email: str, address: str, electronic: bool) -> None:
    if opened_on > clock.today():
        raise Refused(_("The opening date lies in the future. Enter the date on the certificate."), "future", "opened_on")
    if electronic and not service_email:
        raise Refused(_("Enter the address for electronic service, or leave that consent out."), "no_address", "service_email")
    if not rules.can_be_served(service_email, address):
        raise Refused(
            _("Without electronic service decisions come by post. Enter the postal address, or give the address for electronic service."),
            "not_served", "address",
        )  # fmt: skip


def _taken() -> AlreadyRegistered:
    return AlreadyRegistered(
        _("This number is already registered. Ask to join the company, or dispute the registration if it is not yours."),
        "brn_taken",
        "brn",
    )

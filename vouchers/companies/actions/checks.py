"""How we know that a registration is right: the tax service says so, or an officer looked at the certificate.

Asking the service is claim → do → settle: `claim_checks` here, the call outside any transaction in tasks.py, then
`record_tax_status` and `record_validation`, or `record_check_failure`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit import prepared
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.companies import gateways, notices, queries, rules
from vouchers.companies.models import Company

V = rules.Verification


@dataclass(frozen=True)
class ClaimedCheck:
    """One company to ask about. representative_name: "" when only the state is asked."""

    company_id: int
    brn: str
    opened_on: date
    representative_name: str
    attempts: int


@transaction.atomic
def claim_checks(*, now: datetime, limit: int = 100) -> list[ClaimedCheck]:
    """Takes companies whose check is due and that no live worker holds. Writes: Company.check_claimed_at."""
    free = Q(check_claimed_at__isnull=True) | Q(check_claimed_at__lt=now - timedelta(minutes=rules.CLAIM_MINUTES))
    due = queries.waiting_for_tax_service(now).filter(free).order_by("check_due_at", "pk")
    rows = list(due.select_for_update(skip_locked=True)[:limit])
    Company.objects.filter(pk__in=[row.pk for row in rows]).update(check_claimed_at=now)
    return [
        ClaimedCheck(
            row.pk, row.brn, row.opened_on,
            gateways.unseal(row.sealed_representative) if row.verification == V.UNVERIFIED else "", row.check_attempts,
        )
        for row in rows
    ]  # fmt: skip


def ask_tax_service(*, company_ids: Sequence[int], now: datetime, by: User | None) -> int:
    """The tax service is asked about these companies at the next sweep, 100 a call. Writes: Company.check_due_at. Returns: how many."""
    require(by, "vouchers.verify_company")
    asked = Company.objects.filter(pk__in=company_ids, is_rehearsal=False)  # a test company is in no register
    return asked.update(check_due_at=now, check_attempts=0)


def ask_before_payment(*, company_id: int, now: datetime) -> None:
    """The state of the business is asked again before money leaves for its project: at the next sweep, unless one holds it already.
    Called by the room that pays. Writes: Company.check_due_at."""
    prepared.ask(
        "UPDATE vouchers_company SET check_due_at = %s, check_attempts = 0"
        " WHERE id = %s AND NOT is_rehearsal AND check_claimed_at IS NULL",
        [now, company_id],
    )


@transaction.atomic
def record_tax_status(*, company_id: int, status: str, tax_type: str, checked_at: datetime) -> Company:
    """What the tax service said of the number; asked again in a week. The company's version stays (nobody typed).

    Writes: Company.tax_*, Event company.tax_status_changed when it changed, a duty for officers when it is not in business.
    """
    company = Company.objects.select_for_update().get(pk=company_id)
    before = company.tax_status
    Company.objects.filter(pk=company.pk).update(
        tax_status=status, tax_type=tax_type, tax_checked_at=checked_at, check_claimed_at=None, check_attempts=0,
        check_due_at=checked_at + timedelta(days=rules.RECHECK_DAYS),
    )  # fmt: skip
    company.refresh_from_db()
    if before != status:
        journal.record(
            "company.tax_status_changed", company, by=None, frm=before, to=status, organisations=company.organisation_ids()
        )
        if company.verification == V.UNVERIFIED and status not in {rules.TaxStatus.ACTIVE, rules.TaxStatus.UNKNOWN}:
            notices.ask_officer(company, by=None)
    return company


@transaction.atomic
def record_validation(*, company_id: int, matched: bool) -> Company:
    """The service compared name and opening date; the name is erased now, whatever it said.

    matched: the company is VERIFIED. Else an officer is asked and the company told to upload its certificate.
    Writes: Company, Event company.verified or company.validation_failed, Duty, Notice.
    """
    company = Company.objects.select_for_update().get(pk=company_id)
    company.sealed_representative = ""
    company.validation = rules.Validation.MATCHED if matched else rules.Validation.MISMATCHED
    if not rules.LIFECYCLE.can(company.verification, "verify") or company.verification == V.REFUSED:
        company.save()
        return company
    if matched:
        return _verified(company, how="TAX_SERVICE", by=None)
    company.save()
    journal.record("company.validation_failed", company, by=None, organisations=company.organisation_ids())
    notices.company_not_matched(company)
    notices.ask_officer(company, by=None)
    return company


@transaction.atomic
def record_check_failure(*, company_id: int, now: datetime) -> Company:
    """The service gave no answer: state UNKNOWN stays, asked again later; after some tries an officer hears of it.

    A name that could not be compared within NAME_KEPT_DAYS is erased. Writes: Company.check_*, Duty.
    """
    company = Company.objects.select_for_update().get(pk=company_id)
    attempts = company.check_attempts + 1
    kept = now - company.created_at < timedelta(days=rules.NAME_KEPT_DAYS)
    Company.objects.filter(pk=company.pk).update(
        check_attempts=attempts, check_claimed_at=None,
        check_due_at=now + timedelta(minutes=rules.retry_after_minutes(attempts)),
        sealed_representative=company.sealed_representative if kept else "",
    )  # fmt: skip
    company.refresh_from_db()
    if attempts == rules.PERSON_AFTER_ATTEMPTS and company.verification == V.UNVERIFIED:
        notices.ask_officer(company, by=None)
    return company


@transaction.atomic
def verify(*, company_id: int, by: User) -> Company:
    """An officer compared the registration certificate. Writes: Company VERIFIED, Event, Notice; closes the duty."""
    company = Company.objects.select_for_update().get(pk=company_id)
    require(by, "vouchers.verify_company")
    return _verified(company, how="OFFICER", by=by)


@transaction.atomic
def refuse_registration(*, company_id: int, reason: str, by: User) -> Company:
    """The papers do not show that this person may speak for the number. Writes: Company REFUSED, Event, Notice."""
    company = Company.objects.select_for_update().get(pk=company_id)
    require(by, "vouchers.verify_company")
    after = rules.LIFECYCLE.step(company.verification, "refuse_registration")
    if not reason.strip():
        raise Refused(_("Write a reason: the company reads it."), "reason_missing", "reason")
    before, company.verification = company.verification, after
    company.sealed_representative = ""
    company.save()
    journal.record(
        "company.registration_refused", company, by=by, frm=before, to=after, reason=reason,
        organisations=company.organisation_ids(),
    )  # fmt: skip
    journal.close_duty(company, "verify_company", by=by)
    notices.company_refused(company, reason)
    return company


@transaction.atomic
def correct_identity(
    *, company_id: int, name_ko: str, opened_on: date, reason: str, joint_representation: bool | None = None, by: User
) -> Company:
    """An officer saw in the register that name, opening date or joint representation changed; the company then counts as verified by that officer.

    Writes: Company, Organisation.name_ko, Event company.identity_corrected. Raises: Refused without a reason.
    """
    company = Company.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=company_id)
    require(by, "vouchers.verify_company")
    if not reason.strip():
        raise Refused(_("Write a reason: the company reads it."), "reason_missing", "reason")
    if company.verification != V.VERIFIED:
        raise Refused(_("The company can still change these facts itself."), "not_verified")
    before = {
        "name_ko": company.name_ko, "opened_on": company.opened_on.isoformat(),
        "joint_representation": company.joint_representation,
    }  # fmt: skip
    if joint_representation is not None:
        company.joint_representation = joint_representation
    company.name_ko, company.opened_on = name_ko.strip(), opened_on
    company.verified_how, company.verified_by = "OFFICER", by
    company.save()
    company.organisation.name_ko = company.name_ko
    company.organisation.save()
    journal.record(
        "company.identity_corrected", company, by=by, reason=reason, organisations=company.organisation_ids(),
        data={"before": before},
    )  # fmt: skip
    return company


def _verified(company: Company, *, how: str, by: User | None) -> Company:
    before = company.verification
    company.verification = rules.LIFECYCLE.step(before, "verify")
    company.verified_how, company.verified_by, company.sealed_representative = how, by, ""
    company.save()
    journal.record(
        "company.verified", company, by=by, frm=before, to=company.verification, organisations=company.organisation_ids(),
        data={"how": how},
    )  # fmt: skip
    journal.close_duty(company, "verify_company", by=by)
    notices.company_verified(company)
    return company

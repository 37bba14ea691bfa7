"""Whose number is it, and who represents the company: filed by people, decided by an officer."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions as accounts
from portal.accounts import queries as people
from portal.accounts.models import User
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import IllegalStep, Refused
from vouchers.companies import notices, queries, rules
from vouchers.companies.models import Company, OwnershipDispute, RepresentativeChange

R = rules.RequestStatus


@transaction.atomic
def file_dispute(*, company_id: int, statement: str, document: Document | None = None, by: User) -> OwnershipDispute:
    """Somebody says that the registered number is theirs. The claim alone changes nothing: an officer looks first.

    Writes: OwnershipDispute FILED, Event, Duty for officers. Raises: Refused for a member, a second open claim, too many
    claims, or somebody with a company.
    """
    User.objects.select_for_update().get(pk=by.pk)  # two claims of one person wait for each other
    company = Company.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=company_id)
    if people.users_of(company.organisation).filter(pk=by.pk).exists():
        raise Refused(_("You are a member of this company. Ask its representative, or file a change."), "is_member")
    if queries.company_of(by) is not None:
        raise Refused(_("You already act for a company. One account acts for one company."), "has_company")
    if queries.my_disputes(by).filter(status=R.FILED).exists():
        raise Refused(_("Your claim is already being looked at. You will hear the result by e-mail."), "claimed_already")
    if queries.disputes_since(by, clock.now() - timedelta(days=rules.DISPUTE_DAYS)) >= rules.DISPUTES_A_PERSON:
        raise Refused(
            _("You filed several claims in the last days. Ask the programme desk before you file another one."), "too_many_claims"
        )
    if not statement.strip():
        raise Refused(_("Say why the number is yours."), "statement_missing", "statement")
    dispute = OwnershipDispute(company=company, claimant=by, statement=statement.strip(), document=document)
    dispute.save()
    journal.record("dispute.filed", dispute, by=by, to=dispute.status, data={"company": company.ref})
    notices.dispute_filed(dispute)
    return dispute


@transaction.atomic
def take_up_dispute(*, dispute_id: int, reason: str, by: User) -> OwnershipDispute:
    """An officer looked at a claim and finds that it may be right: until it is settled nobody's application counts the
    company verified. A second claim may be taken up beside the first. Writes: OwnershipDispute.taken_up_at, Company
    DISPUTED, Events, Notice to the members. Raises: Refused without a reason, IllegalStep when it was taken up or decided."""
    dispute = OwnershipDispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
    require(by, "vouchers.verify_company")
    company = Company.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=dispute.company_id)
    if dispute.status != R.FILED or dispute.taken_up_at is not None:
        raise IllegalStep("company_request", dispute.status, "take_up")
    if not reason.strip():
        raise Refused(_("Write a reason: the people concerned read it."), "reason_missing", "reason")
    dispute.taken_up_at = clock.now()
    dispute.save()
    journal.record("dispute.taken_up", dispute, by=by, reason=reason.strip(), data={"company": company.ref})
    if company.verification != rules.Verification.DISPUTED:
        _dispute(company, reason.strip(), by)
        notices.company_disputed(company, reason.strip())
    return dispute


def _dispute(company: Company, reason: str, by: User) -> None:
    before, company.verification = company.verification, rules.LIFECYCLE.step(company.verification, "dispute")
    company.save()
    journal.record(
        "company.disputed", company, by=by, frm=before, to=company.verification, reason=reason,
        organisations=company.organisation_ids(),
    )  # fmt: skip


@transaction.atomic
def settle_dispute(*, dispute_id: int, granted: bool, reason: str, by: User) -> OwnershipDispute:
    """granted: the claimant becomes the only member, every other open claim on the number is rejected.

    A granted claim verifies the company for its new representative. When the last claim that was taken up is rejected, the
    company has the state again that it had before, and how it was verified; claims that nobody took up do not hold it. One
    rejected before it was taken up changes nothing and is told to its claimant alone.
    Writes: OwnershipDispute, Company, Membership, RoleGrant, Events, Notices.
    """
    dispute = OwnershipDispute.objects.select_for_update(of=("self",)).select_related("claimant").get(pk=dispute_id)
    require(by, "vouchers.verify_company")
    company = Company.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=dispute.company_id)
    _decide(dispute, "dispute", granted, reason, by)
    if granted:
        accounts.appoint_representative(
            organisation=company.organisation, user=dispute.claimant, former_leave=True, all_leave=True, reason=reason, by=by
        )
        for other in queries.open_disputes(company).select_for_update(of=("self",)):
            _decide(other, "dispute", False, reason, by)
            notices.dispute_settled(other, granted=False, members=False)
        if company.verification != rules.Verification.DISPUTED:
            _dispute(company, reason.strip(), by)
    if company.verification == rules.Verification.DISPUTED and not queries.taken_up(company):
        _end_dispute(company, granted, reason, by)
    notices.dispute_settled(dispute, granted=granted, members=dispute.taken_up_at is not None)
    return dispute


def _end_dispute(company: Company, granted: bool, reason: str, by: User) -> None:
    before = company.verification
    verb = "settle_dispute" if granted else f"keep_{queries.before_dispute(company).lower()}"
    company.verification = rules.LIFECYCLE.step(before, verb)
    if granted:
        company.verified_how, company.verified_by, company.sealed_representative = "OFFICER", by, ""
        journal.close_duty(company, "verify_company", by=by)
    company.save()
    journal.record(
        "company.dispute_settled", company, by=by, frm=before, to=company.verification, reason=reason,
        organisations=company.organisation_ids(),
    )  # fmt: skip


@transaction.atomic
def file_representative_change(
    *,
    company_id: int,
    new_representative: User,
    former_leaves: bool,
    statement: str,
    document: Document | None = None,
    by: User,
) -> RepresentativeChange:
    """Another member is to represent the company, instead of (former_leaves) or beside the present ones.

    Writes: RepresentativeChange FILED, Event, Duty for officers. Raises: Refused for somebody who is no member.
    """
    company = Company.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=company_id)
    require(by, "vouchers.edit_company", company)
    if queries.open_change(company) is not None:
        raise Refused(_("A change is already being looked at. You will hear the result by e-mail."), "change_open")
    if not people.users_of(company.organisation).filter(pk=new_representative.pk).exists():
        raise Refused(
            _("The new representative must first be a member of the company. Invite that person."), "no_member",
            "new_representative",
        )  # fmt: skip
    if people.representatives_of(company.organisation).filter(pk=new_representative.pk).exists() and not former_leaves:
        raise Refused(_("This person already represents the company."), "represents_already", "new_representative")
    change = RepresentativeChange(
        company=company, new_representative=new_representative, former_leaves=former_leaves, statement=statement.strip(),
        document=document,
    )  # fmt: skip
    change.save()
    journal.record("representative_change.filed", change, by=by, to=change.status, organisations=company.organisation_ids())
    notices.change_filed(change, by=by)
    return change


@transaction.atomic
def decide_representative_change(*, change_id: int, granted: bool, reason: str, by: User) -> RepresentativeChange:
    """An officer compared the register extract. Writes: RepresentativeChange, Membership, RoleGrant, Events, Notice."""
    found = RepresentativeChange.objects.select_for_update(of=("self",)).select_related("new_representative")
    change = found.get(pk=change_id)
    require(by, "vouchers.verify_company")
    company = Company.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=change.company_id)
    _decide(change, "representative_change", granted, reason, by)
    if granted:
        accounts.appoint_representative(
            organisation=company.organisation, user=change.new_representative, former_leave=change.former_leaves,
            reason=reason, by=by,
        )  # fmt: skip
        journal.record("company.representative_changed", company, by=by, reason=reason, organisations=company.organisation_ids())
    notices.change_decided(change, granted=granted)
    return change


def _decide(row: OwnershipDispute | RepresentativeChange, noun: str, granted: bool, reason: str, by: User) -> None:
    if not reason.strip():
        raise Refused(_("Write a reason: the people concerned read it."), "reason_missing", "reason")
    before, row.status = row.status, rules.REQUEST_LIFECYCLE.step(row.status, "grant" if granted else "reject")
    row.decided_by, row.reason = by, reason.strip()
    row.save()
    journal.record(
        f"{noun}.{'granted' if granted else 'rejected'}", row, by=by, frm=before, to=row.status, reason=reason,
        organisations=row.company.organisation_ids() if noun != "dispute" else [],
    )  # fmt: skip
    journal.close_duty(row, "settle_dispute" if noun == "dispute" else "decide_representative_change", by=by)

"""What happens to a registration, told to its members; what officers owe. Templates: templates/emails/vouchers/company_*."""

from typing import Any

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from vouchers.companies.models import Company, OwnershipDispute, RepresentativeChange

PAGE = "/companies/"


def _names(company: Company) -> dict[str, Any]:
    return {"name_ko": company.name_ko, "name_en": company.name_en or company.name_ko}


def _admin(model: str, pk: int) -> str:
    return f"/admin/vouchers/{model}/{pk}/change/"


def ask_officer(company: Company, *, by: User | None) -> None:
    """A registration that the tax service could not confirm. Writes: Duty verify_company."""
    journal.open_duty(
        company, "verify_company", title_ko=f"기업 등록 확인: {company.name_ko}",
        title_en=f"Check a company registration: {company.name_en or company.name_ko}",
        url=_admin("company", company.pk), due_in=5, role=Role.MINISTRY_OFFICER, by=by,
    )  # fmt: skip


def company_registered(company: Company, to: User) -> None:
    journal.tell("company_registered", app="vouchers", subject=company, to=[to], url=PAGE, context=_names(company))


def company_verified(company: Company) -> None:
    _members("company_verified", company)


def company_not_matched(company: Company) -> None:
    _members("company_not_matched", company)


def company_refused(company: Company, reason: str) -> None:
    _members("company_refused", company, reason=reason)


def dispute_filed(dispute: OwnershipDispute) -> None:
    """An officer owes a look and a decision; nobody else hears of a claim that nobody looked at."""
    company = dispute.company
    journal.open_duty(
        dispute, "settle_dispute", title_ko=f"등록 분쟁 처리: {company.name_ko}",
        title_en=f"Settle a disputed registration: {company.name_en or company.name_ko}",
        url=_admin("ownershipdispute", dispute.pk), due_in=10, role=Role.MINISTRY_OFFICER, by=dispute.claimant,
    )  # fmt: skip


def company_disputed(company: Company, reason: str) -> None:
    """The members learn that there is a claim, not who filed it."""
    _members("company_disputed", company, reason=reason)


def dispute_settled(dispute: OwnershipDispute, *, granted: bool, members: bool) -> None:
    """To the claimant; members: whether the company had heard of a claim, so that its members hear the end too."""
    context = {**_names(dispute.company), "granted": granted, "reason": dispute.reason}
    journal.tell(
        "company_dispute_settled", app="vouchers", subject=dispute, to=[dispute.claimant], url=PAGE,
        context={**context, "claimant": True},
    )  # fmt: skip
    if members and not granted:
        _members("company_dispute_settled", dispute.company, granted=False, claimant=False, reason=dispute.reason)


def change_filed(change: RepresentativeChange, *, by: User) -> None:
    company = change.company
    journal.open_duty(
        change, "decide_representative_change", title_ko=f"대표자 변경 결정: {company.name_ko}",
        title_en=f"Decide a change of representative: {company.name_en or company.name_ko}",
        url=_admin("representativechange", change.pk), due_in=5, role=Role.MINISTRY_OFFICER, by=by,
    )  # fmt: skip


def change_decided(change: RepresentativeChange, *, granted: bool) -> None:
    _members("company_change_decided", change.company, granted=granted, reason=change.reason)


def _members(template: str, company: Company, **more: Any) -> None:
    journal.tell(
        template, app="vouchers", subject=company, organisation=company.organisation, url=PAGE,
        context={**_names(company), **more},
    )  # fmt: skip

"""What is told about agreements and vouchers: one function a message, one template a language."""

from typing import Any

from portal.journal.actions import tell
from portal.kit.won import won
from vouchers.agreements.models import (
    Agreement,
    AgreementChange,
    AgreementParty,
    CarryOver,
    ClauseComment,
    SigningAuthority,
    Voucher,
)
from vouchers.agreements.rules import PartyRole

SIGNING_ROLE = {PartyRole.COMPANY: "REPRESENTATIVE", PartyRole.PROVIDER: "PROVIDER_MANAGER", PartyRole.OPERATOR: "OPERATOR_CASE"}


def agreement_to_sign(agreement: Agreement, party: AgreementParty) -> None:
    _party("agreement_to_sign", agreement, party)


def agreement_to_negotiate(agreement: Agreement, party: AgreementParty) -> None:
    """To company and providers: read the draft, comment on its articles."""
    _party("agreement_to_negotiate", agreement, party, at=f"{agreement.get_absolute_url()}negotiate/")


def comment_answered(agreement: Agreement, comment: ClauseComment) -> None:
    """To the party that commented."""
    _party(
        "comment_answered", agreement, comment.party, at=f"{agreement.get_absolute_url()}negotiate/", clause=comment.clause,
        answer=comment.answer,
    )  # fmt: skip


def agreement_returned(agreement: Agreement, party: AgreementParty, reason: str) -> None:
    _party("agreement_returned", agreement, party, reason=reason, at="/agreements/")


def agreement_refused(agreement: Agreement, party: AgreementParty, provider: str, reason: str) -> None:
    """To those who go on: a provider refused, and the text follows without it. The parties are asked to sign that one."""
    _party("agreement_refused", agreement, party, provider=provider, reason=reason, at="/agreements/")


def agreement_active(agreement: Agreement, party: AgreementParty) -> None:
    _party("agreement_active", agreement, party)


def agreement_suspended(agreement: Agreement, party: AgreementParty, reason: str) -> None:
    _party("agreement_suspended", agreement, party, reason=reason)


def agreement_resumed(agreement: Agreement, party: AgreementParty) -> None:
    _party("agreement_resumed", agreement, party)


def agreement_terminated(agreement: Agreement, party: AgreementParty, reason: str) -> None:
    _party("agreement_terminated", agreement, party, reason=reason)


def agreement_completed(agreement: Agreement, party: AgreementParty) -> None:
    _party("agreement_completed", agreement, party)


def voucher_issued(voucher: Voucher) -> None:
    """To the company: its voucher, number and amount."""
    agreement = voucher.agreement
    tell(
        "voucher_issued", app="vouchers", subject=voucher, organisation=agreement.company.organisation,
        url=agreement.get_absolute_url(),
        context=_context(agreement) | {"voucher": voucher.number, "expires_on": voucher.expires_on.isoformat()},
    )  # fmt: skip


def voucher_expired(voucher: Voucher, party: AgreementParty, left_won: int) -> None:
    """To company and providers: what was not used by the last day is gone."""
    _party(
        "voucher_expired", voucher.agreement, party, voucher=voucher.number, expires_on=voucher.expires_on.isoformat(),
        left_won=left_won,
    )  # fmt: skip


def _party(template: str, agreement: Agreement, party: AgreementParty, at: str = "", **more: Any) -> None:
    tell(
        template, app="vouchers", subject=agreement, organisation=party.organisation, role=SIGNING_ROLE[PartyRole(party.role)],
        url=at or agreement.get_absolute_url(), context=_context(agreement) | more,
    )  # fmt: skip


def _context(agreement: Agreement) -> dict[str, Any]:
    return {
        "number": agreement.number,
        "title": agreement.award.application.title,
        "company_ko": agreement.company.name_ko,
        "company_en": agreement.company.name_en or agreement.company.name_ko,
        "round_ko": agreement.round.title_ko,
        "round_en": agreement.round.title_en,
        "grant_won": agreement.grant_won,
        "starts_on": agreement.starts_on.isoformat(),
        "ends_on": agreement.ends_on.isoformat(),
    }


def change_requested(change: AgreementChange, party: AgreementParty) -> None:
    """To the other parties: what is asked."""
    _change("change_requested", change, party, reason=change.reason)


def change_to_sign(change: AgreementChange, party: AgreementParty) -> None:
    """To who goes on: the changed text waits for the signature."""
    _change("change_to_sign", change, party, at=f"{change.get_absolute_url()}sign/")


def change_rejected(change: AgreementChange, party: AgreementParty) -> None:
    _change("change_rejected", change, party, reason=change.answer)


def change_noted(change: AgreementChange, party: AgreementParty) -> None:
    _change("change_noted", change, party)


def change_given_up(change: AgreementChange, party: AgreementParty) -> None:
    _change("change_given_up", change, party, reason=change.answer)


def change_in_force(change: AgreementChange, party: AgreementParty) -> None:
    _change("change_in_force", change, party)


def _change(template: str, change: AgreementChange, party: AgreementParty, at: str = "", **more: Any) -> None:
    agreement = change.agreement
    tell(
        template, app="vouchers", subject=change, organisation=party.organisation, role=SIGNING_ROLE[PartyRole(party.role)],
        url=at or change.get_absolute_url(),
        context=_context(agreement) | {"asked_for_ko": party_name(change, "ko"), "asked_for_en": party_name(change, "en")} | more,
    )  # fmt: skip


def party_name(change: AgreementChange, lang: str) -> str:
    """Who asked, in one language."""
    named = change.asked_for.organisation
    return str(getattr(named, f"name_{lang}") or named.name_ko)


def carry_over_decided(row: CarryOver) -> None:
    """To the company: what may be paid after the year, or why not."""
    tell(
        "carry_over_decided", app="vouchers", subject=row, organisation=row.agreement.company.organisation,
        url=row.agreement.get_absolute_url(),
        context={
            "number": row.agreement.number, "year": row.fiscal_year, "approved": row.status == "APPROVED", "reason": row.answer,
            "amount_ko": won(row.amount_won, "ko"), "amount_en": won(row.amount_won, "en"),
        },
    )  # fmt: skip


def authority_confirmed(row: SigningAuthority) -> None:
    """To who signs by it: it is on file."""
    _authority("authority_confirmed", row)


def authority_refused(row: SigningAuthority) -> None:
    """To who signs by it: why it was not accepted."""
    _authority("authority_refused", row, reason=row.reason)


def _authority(template: str, row: SigningAuthority, **more: Any) -> None:
    tell(
        template, app="vouchers", subject=row, to=[row.person], url=row.get_absolute_url(),
        context={"organisation_ko": row.organisation.name_ko, "organisation_en": row.organisation.name_en or row.organisation.name_ko,
                 "valid_until": row.valid_until.isoformat(), **more},
    )  # fmt: skip

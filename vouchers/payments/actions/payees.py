"""Accounts that money goes to: entered by one person, verified by another."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from providers.institutions.models import Institution
from vouchers.payments import notices, queries, rules
from vouchers.payments.actions.disbursements import refuse_conflict
from vouchers.payments.models import PayeeAccount


@transaction.atomic
def enter_payee(*, institution_id: int, bank_code: str, number: str, holder: str, by: Any, contact: str = "") -> PayeeAccount:
    """A new account replaces the current one and waits for its second person. Where it takes another's place, nothing is
    released to it for the policy's days (`payee_change`), and both contacts, the payee's people and finance are told: the
    change may be somebody else's. What was registered before goes where it was registered to.

    contact: e-mail address of who knows about this account. Writes: PayeeAccount, Event, Duty, Notice."""
    require(by, "vouchers.enter_payee")
    refuse_conflict(Institution.objects.values_list("organisation_id", flat=True).get(pk=institution_id), by)
    digits = number.replace("-", "").strip()
    if not digits.isdigit() or not 8 <= len(digits) <= 20:
        raise Refused(_("An account number has 8 to 20 digits."), "account_shape", "number")
    if bank_code.strip() not in rules.BANKS:
        raise Refused(_("Choose the bank from the list."), "bank_unknown", "bank_code")
    if not holder.strip() or not holder.isprintable():
        raise Refused(_("Write the holder as the bank has it, on one line."), "holder_shape", "holder")
    Institution.objects.select_for_update().get(pk=institution_id)  # two who enter at once wait for each other
    former = PayeeAccount.objects.filter(institution_id=institution_id, is_current=True).first()
    PayeeAccount.objects.filter(institution_id=institution_id, is_current=True).update(is_current=False)
    account = PayeeAccount(
        institution_id=institution_id, bank_code=bank_code.strip(), number=digits, holder=holder.strip(), entered_by=by,
        contact=contact.strip(), waits_until=_waits_until(institution_id, former),
    )  # fmt: skip
    account.save()
    journal.record(
        "payee_account.entered", account, by=by, organisations=account.organisation_ids(),
        data={"ends_with": digits[-4:], "waits_until": account.waits_until and account.waits_until.isoformat()},
    )  # fmt: skip
    journal.open_duty(
        account, "verify_payee", title_ko=f"지급 계좌를 확인해 주십시오: {account.institution.name_ko}",
        title_en=f"Verify a payee account: {account.institution.name_en}",
        url=f"/admin/vouchers/payeeaccount/{account.pk}/change/", due_in=3, role="OPERATOR_FINANCE", by_mail=True, by=by,
    )  # fmt: skip
    if former is not None:
        notices.payee_changed(account, former)
    return account


def _waits_until(institution_id: int, former: PayeeAccount | None) -> date | None:
    """The longest wait of any round in which the institution is paid, from today; none for a first account. An account that
    waits itself is no reason for a shorter wait, so each change begins it anew."""
    if former is None:
        return None
    days = queries.payee_change_days(institution_id)
    return workdays.add_working_days(clock.today(), days) if days else None


@transaction.atomic
def verify_payee(*, account_id: int, by: Any) -> PayeeAccount:
    """The second person compared the account with the copy of the bank book. Writes: PayeeAccount, Event."""
    account = PayeeAccount.objects.select_for_update().get(pk=account_id)
    require(by, "vouchers.verify_payee")
    refuse_conflict(account.institution.organisation_id, by)
    if account.entered_by_id == by.pk:
        raise NotAllowed(_("Somebody else must verify an account that you entered."), "four_eyes")
    if account.verified_by_id is not None:
        raise Refused(_("This account was already verified."), "already_verified")
    account.verified_by = by
    account.save()
    journal.record("payee_account.verified", account, by=by, organisations=account.organisation_ids())
    journal.close_duty(account, "verify_payee", by=by)
    return account

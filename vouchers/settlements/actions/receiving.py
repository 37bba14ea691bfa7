"""Money that came back: reported by who owes it, found on the account by somebody else, and then booked once."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.actions import require_taken
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.won import won
from vouchers.agreements import actions as agreements
from vouchers.ledger import actions as ledger
from vouchers.settlements import notices, queries, rules
from vouchers.settlements.actions.owing import owe_repayment, release
from vouchers.settlements.actions.repaying import went_back
from vouchers.settlements.actions.steps import lock_debt, require_apart, step_debt
from vouchers.settlements.models import Debt, Receipt

D = rules.DebtStatus


@transaction.atomic
def report_receipt(*, debt_id: int, amount_won: int, received_on: date, proof: Document | None, by: Any) -> Receipt:
    """Who owes it paid all or a part and shows the proof. Writes: Receipt, Event debt.receipt_reported, Duty.
    Raises: Refused (nothing owed, more than is owed, a day that lies ahead or before the debt, no proof)."""
    debt = lock_debt(debt_id)
    require(by, "vouchers.report_receipt", debt.organisation)
    if debt.status not in rules.LIVE:
        raise Refused(_("Nothing is owed here any more."), "nothing_owed")
    _check_day(debt, received_on)
    if proof is None:
        raise Refused(_("Attach the proof of the transfer."), "proof_missing", "file")
    if fault := queries.amount_fault(debt, amount_won, received_on):
        raise Refused(fault, "amount", "amount_won")
    receipt = Receipt(debt=debt, amount_won=amount_won, received_on=received_on, proof=proof, reported_by=by)
    receipt.save()
    journal.record(
        "debt.receipt_reported", debt, by=by, organisations=debt.organisation_ids(),
        data={"receipt": receipt.ref, "amount_won": amount_won, "received_on": received_on.isoformat()},
    )  # fmt: skip
    journal.open_duty(
        debt, "check_receipt", title_ko=f"반납금 입금 확인: {debt.agreement.number}", title_en=f"Check money paid back: {debt.agreement.number}",
        url=debt.get_absolute_url(), due_in=debt.agreement.round.days("receipt_check"), role="OPERATOR_FINANCE", by_mail=True, by=by,
    )  # fmt: skip
    return receipt


def _check_day(debt: Debt, received_on: date) -> None:
    if fault := queries.day_fault(debt, received_on):
        raise Refused(fault, "day_future" if received_on > clock.today() else "day_before", "received_on")


def _lock_receipt(receipt_id: int, by: Any) -> tuple[Debt, Receipt]:
    debt = lock_debt(Receipt.objects.values_list("debt_id", flat=True).get(pk=receipt_id))
    require(by, "vouchers.confirm_receipt")
    require_apart(debt, by)
    receipt = Receipt.objects.select_for_update(of=("self",)).select_related("proof").get(pk=receipt_id)
    if receipt.reported_by_id == by.pk:
        raise NotAllowed(_("Somebody else must check what you reported."), "four_eyes")
    return debt, receipt


@transaction.atomic
def confirm_receipt(*, receipt_id: int, bank_ref: str, by: Any) -> Receipt:
    """Finance found it on the account, what goes back as gone by who did not enter it: shared out (principal, interest, late charge), the principal booked as recovered, and with
    the last won the debt ends. bank_ref: by which the bank's statement names it. Writes: Receipt, Debt, ledger RECOVERED, Events,
    Duties, Notice. Raises: Refused (no reference, one that counted already, more than is owed), NotAllowed."""
    debt, receipt = _lock_receipt(receipt_id, by)
    receipt.status = rules.RECEIPT_LIFECYCLE.step(receipt.status, "confirm_receipt")
    require_taken([receipt.proof])
    receipt.bank_ref = _new_line(bank_ref)
    if receipt.is_repayment:
        return went_back(debt, receipt, by)
    principal, interest, late = queries.came(debt)
    left = {"principal_won": debt.principal_won - principal, "interest_won": debt.interest_won - interest}
    parts = rules.shared(receipt.amount_won, **left, late_won=0)
    paid = parts.principal_won + parts.interest_won
    due_on = queries.due_on(debt, receipt.received_on)
    charge = rules.late_charge_won(paid, due_on, receipt.received_on, queries.policy_of(debt).late)
    parts = rules.shared(receipt.amount_won, **left, late_won=debt.charged_won + charge - late)
    if parts.over_won:
        raise Refused(
            _("This is %(over)s more than is owed. Reject it, have it reported anew and pay the rest back.") % {"over": won(parts.over_won)},
            "over",
        )  # fmt: skip
    receipt.principal_won, receipt.interest_won, receipt.late_won = parts.principal_won, parts.interest_won, parts.late_won
    receipt.charged_won, receipt.decided_by, receipt.decided_at = charge, by, clock.now()
    receipt.save()
    debt.charged_won += charge
    _book(debt, receipt, by)
    step_debt(debt, "receive", "received", by=by, receipt=receipt.ref, amount_won=receipt.amount_won, charged_won=charge)
    _settled(debt, by)
    notices.received(debt, receipt)
    return receipt


def _new_line(bank_ref: str) -> str:
    """One line of the bank's statement counts once. Raises: Refused."""
    named = bank_ref.strip()[:60].upper()
    if not named:
        raise Refused(_("Enter the reference by which the bank's statement names it."), "bank_ref_missing", "bank_ref")
    if Receipt.objects.filter(bank_ref=named).exists():
        raise Refused(_("This payment of the bank's statement is recorded already."), "recorded_already", "bank_ref")
    return named


def _book(debt: Debt, receipt: Receipt, by: Any) -> None:
    """Only what the voucher had paid stands in the programme's ledger; interest, surcharge and late charge are no part of it."""
    if receipt.principal_won and debt.kind != rules.DebtKind.SURCHARGE:
        key = f"{debt.recovery.ref}:{receipt.ref}" if debt.recovery else receipt.ref
        ledger.recover(
            round_id=debt.agreement.round_id, voucher_ref=debt.agreement.voucher.ref, amount_won=receipt.principal_won, key=key,
            reason=f"반납 {debt.agreement.number}: {debt.organisation.name_ko}", by=by,
            reason_en=f"Paid back {debt.agreement.number}: {debt.organisation.name_en or debt.organisation.name_ko}",
        )  # fmt: skip
    if receipt.principal_won and debt.recovery_id:
        agreements.note_recovered(recovery_id=debt.recovery_id, amount_won=receipt.principal_won)


def _settled(debt: Debt, by: Any) -> None:
    if not queries.unchecked(debt):
        journal.close_duty(debt, "check_receipt", by=by)
    if sum(queries.came(debt)) >= debt.owed_won:
        release(debt, "settle", "settled", by=by)


@transaction.atomic
def reject_receipt(*, receipt_id: int, reason: str, by: Any) -> Receipt:
    """It is not on the account; who owes it hears why, and what was to go back is to be paid again. Writes: Receipt REJECTED, Event,
    Notice or Duty."""
    debt, receipt = _lock_receipt(receipt_id, by)
    if not reason.strip():
        raise Refused(_("Say why: who owes it reads it."), "reason_missing", "reason")
    receipt.status = rules.RECEIPT_LIFECYCLE.step(receipt.status, "reject_receipt")
    receipt.decided_by, receipt.decided_at, receipt.reason = by, clock.now(), reason.strip()
    receipt.save()
    journal.record(
        "debt.receipt_rejected", debt, by=by, reason=receipt.reason, organisations=debt.organisation_ids(), data={"receipt": receipt.ref}
    )  # fmt: skip
    if not queries.unchecked(debt):
        journal.close_duty(debt, "check_receipt", by=by)
    if receipt.is_repayment:
        owe_repayment(debt, by=by)
    else:
        notices.not_found(debt, receipt)
    return receipt


@transaction.atomic
def enforce_debt(*, debt_id: int, reason: str, by: Any) -> Debt:
    """강제징수: past its day it is handed over to be collected; it may still be paid. Writes: Debt ENFORCED, Event, Notice."""
    debt = lock_debt(debt_id)
    require(by, "vouchers.confirm_receipt")
    require_apart(debt, by)
    if debt.due_on >= clock.today():
        raise Refused(_("It is not late yet: the due day counts to its end."), "not_late")
    if not reason.strip():
        raise Refused(_("Say to whom it is handed over and why: who owes it reads it."), "reason_missing", "reason")
    debt.reason = reason.strip()
    step_debt(debt, "enforce", "enforced", by=by, reason=debt.reason)
    notices.enforced(debt)
    return debt

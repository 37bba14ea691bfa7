"""How a voucher ends: spent to the last won, past its last day, or cancelled with its agreement; and how one that ended
opens again, because the bank sent money back to it.

Whether something is still on its way is known by later rooms; they call these and ask nobody's permission: the clock does.
"""

from typing import Any

from django.db import transaction

from portal.journal import actions as journal
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.models import Voucher
from vouchers.ledger import actions as ledger
from vouchers.ledger import queries as money


def lock_voucher(voucher_id: int) -> Voucher:
    """The row locked, with its agreement."""
    Voucher.objects.select_for_update().get(pk=voucher_id)
    return Voucher.objects.select_related(
        "agreement__company__organisation", "agreement__award__application", "agreement__round"
    ).get(pk=voucher_id)


def end(voucher: Voucher, verb: str, past: str, *, by: Any, reason: str = "", **data: Any) -> None:
    """Steps the locked voucher and records it. Writes: Voucher, Event."""
    before, voucher.status = voucher.status, rules.VOUCHER_LIFECYCLE.step(voucher.status, verb)
    voucher.save()
    journal.record(
        f"voucher.{past}", voucher, by=by, frm=before, to=voucher.status, reason=reason,
        organisations=voucher.organisation_ids(), data=data,
    )  # fmt: skip


@transaction.atomic
def spend_voucher(*, voucher_id: int) -> bool:
    """The last won was paid: SPENT. Writes: Voucher, Event voucher.spent. Returns: whether it ended now (idempotent)."""
    voucher = lock_voucher(voucher_id)
    if voucher.status != rules.VoucherStatus.ISSUED or _left_won(voucher):
        return False
    end(voucher, "spend", "spent", by=None)
    return True


@transaction.atomic
def expire_voucher(*, voucher_id: int) -> int:
    """Past its last day: what is left committed expires. The caller holds that nothing is on its way.

    Writes: Voucher, ledger EXPIRED (committed → expired), Event voucher.expired, Notices to company and providers.
    Returns: whole won that expired. Idempotent: a voucher that ended already is left alone and answers 0.
    """
    voucher = lock_voucher(voucher_id)
    if voucher.status != rules.VoucherStatus.ISSUED:
        return 0
    left_won, agreement = _left_won(voucher), voucher.agreement
    if not left_won:
        end(voucher, "spend", "spent", by=None)
        return 0
    ledger.expire(
        round_id=agreement.round_id, voucher_ref=voucher.ref, amount_won=left_won,
        reason=f"바우처 {voucher.number} 유효기간 경과", reason_en=f"Voucher {voucher.number} expired", by=None,
    )  # fmt: skip
    end(voucher, "expire", "expired", by=None, left_won=left_won)
    for party in queries.told(agreement).exclude(role=rules.PartyRole.OPERATOR):
        notices.voucher_expired(voucher, party, left_won)
    return left_won


@transaction.atomic
def release_voucher(*, voucher_id: int, reason: str, reason_en: str, by: Any) -> int:
    """The settlement fixed what was used: what is left goes back to the round, and a voucher that is valid still ends with it. The
    caller holds that nothing is on its way.

    Writes: Voucher CANCELLED, ledger RELEASED (committed → available), Event voucher.cancelled. Returns: whole won that went back.
    """
    voucher = lock_voucher(voucher_id)
    left_won = _left_won(voucher)
    if not left_won:
        return 0
    if voucher.status == rules.VoucherStatus.ISSUED:
        end(voucher, "cancel", "cancelled", by=by, reason=reason, left_won=left_won)
    ledger.release(
        round_id=voucher.agreement.round_id, owner_ref=voucher.ref, amount_won=left_won, reason=reason, reason_en=reason_en,
        by=by, kind="COMMITTED",
    )  # fmt: skip
    return left_won


@transaction.atomic
def reopen_voucher(*, voucher_id: int) -> bool:
    """The bank sent a payment back to it: valid again until that is paid; with a terminated agreement it is cancelled instead,
    as its money then waits for the settlement. The caller has booked the money back.

    Writes: Voucher, Event voucher.reopened. Returns: whether it had ended (one that is valid or cancelled stays as it is).
    """
    voucher = lock_voucher(voucher_id)
    if not rules.VOUCHER_LIFECYCLE.can(voucher.status, "reopen"):
        return False
    end(voucher, "reopen", "reopened", by=None)
    if voucher.agreement.status == rules.AgreementStatus.TERMINATED:
        end(voucher, "cancel", "cancelled", by=None, reason=voucher.agreement.reason)
    return True


def _left_won(voucher: Voucher) -> int:
    return money.balance(voucher.agreement.round_id, "COMMITTED", voucher.ref)

"""Unpaid disbursements of which nothing is paid any more (the agreement was terminated, the year is over, the project failed, the
business ended): a person closes each with a reason.

No money moves: it stays committed in the voucher until the agreement's settlement says what is left.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.payments import notices, queries, rules
from vouchers.payments.actions.disbursements import lock, move, owe, require_apart
from vouchers.payments.actions.tries import drop_claimed
from vouchers.payments.models import Disbursement

CLOSED = "not sent: closed without payment"


@transaction.atomic
def close_disbursement(*, disbursement_id: int, reason: str, by: Any) -> Disbursement:
    """Finance closes an unpaid disbursement of which nothing is paid any more, with a reason. Writes: Disbursement CLOSED, Event,
    Notice; closes every duty about it, drops what was claimed of it. Raises: Refused (it may still be paid, transfer under way, no
    reason)."""
    disbursement = lock(disbursement_id)
    require(by, "vouchers.approve_disbursement")
    require_apart(disbursement, by)
    if not queries.closable(disbursement):
        raise Refused(
            _("Only an unpaid disbursement that can never be paid is closed, while no transfer is under way: its agreement was terminated, its fiscal year is over and it was not carried over, its project failed, or the company's business ended."),
            "not_closable",
        )  # fmt: skip
    if not reason.strip():
        raise Refused(_("Say why nothing is paid: provider and company read it."), "reason_missing", "reason")
    drop_claimed(disbursement, CLOSED)
    disbursement.reason = reason.strip()
    move(disbursement, "close_disbursement", by=by, reason=disbursement.reason)
    journal.close_duties(disbursement, by=by)
    ended = rules.pays_no_more(disbursement.milestone.agreement.status) or queries.year_lost(disbursement)
    notices.closed(disbursement, held=not ended)
    return disbursement


def owe_closing(disbursement: Disbursement, *, by: Any) -> bool:
    """Finance owes the closing of what can never be paid, in place of every other step. Writes: Duty. Returns: does it?"""
    if not queries.closable(disbursement):
        return False
    journal.close_duties(disbursement, by=by)
    owe(
        disbursement, "close_disbursement", "더 이상 지급할 수 없는 청구를 종결해 주십시오",
        "Close a payment that can no longer be made", step="payment", by=by, role="OPERATOR_FINANCE", by_mail=True,
    )  # fmt: skip
    return True


def sync_terminated() -> int:
    """What was unpaid when its agreement was terminated, or when its project failed for good, waits for finance to close it; each in
    a transaction of its own, a second run finds nothing. Writes: Duty. Returns: how many."""
    found = dict(queries.terminated().values_list("pk", "ref")) | {row.pk: row.ref for row in queries.failed_for_good()}
    waiting = queries.waiting_for_closing(found.values())
    ended = [pk for pk, ref in found.items() if ref not in waiting]
    return journal.each("payments.sync_terminated", ended, _turn_over)


@transaction.atomic
def _turn_over(disbursement_id: int) -> bool:
    return owe_closing(lock(disbursement_id), by=None)

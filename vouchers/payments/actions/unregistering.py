"""A registration is taken back: the account turned out wrong or must change, and nothing holds the payment yet."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.payments import notices, queries, rules
from vouchers.payments.actions.disbursements import lock, move, owe, require_apart
from vouchers.payments.actions.tries import drop_claimed
from vouchers.payments.models import Disbursement

S = rules.DisbursementStatus
NOT_SENT = "not sent: its registration was taken back while it was kept back"


@transaction.atomic
def unregister_disbursement(*, disbursement_id: int, reason: str, by: Any) -> Disbursement:
    """Finance or the registrar takes a registered payment back, with a reason that company and provider read. It may be one person:
    nothing leaves by it, and it is registered again by a registrar under an approval of somebody else.

    The row's lock decides against a claim and a payment file: whoever comes first has it. Writes: Disbursement (APPROVED; FAILED
    where the bank had refused; EVIDENCE_CHECKED or SENT_BACK where the payee's account is another one now), Event, Duty, Notice.
    Raises: Refused (a transfer or file holds it, agreement terminated, no reason)."""
    disbursement = lock(disbursement_id)
    require(by, "vouchers.unregister_disbursement")
    require_apart(disbursement, by)
    rules.LIFECYCLE.step(disbursement.status, "unregister_disbursement")  # an old page is told so first
    if not queries.may_be_unregistered(disbursement):
        raise Refused(
            _("A transfer of this payment was begun, or it stands in a payment file, so it cannot be taken back: wait for the answer. A payment of a terminated agreement is closed instead."),
            "not_unregisterable",
        )  # fmt: skip
    if not reason.strip():
        raise Refused(_("Say why it is taken back: provider and company read it."), "reason_missing", "reason")
    drop_claimed(disbursement, NOT_SENT)
    verb = queries.unregistering(disbursement)
    _undo(disbursement, rules.LIFECYCLE.step(disbursement.status, verb))
    move(disbursement, verb, by=by, reason=reason.strip())
    _owe_next(disbursement, by)
    notices.unregistered(disbursement, reason.strip())
    return disbursement


def _undo(disbursement: Disbursement, goal: str) -> None:
    """What the state before had not yet. A failed payment keeps who registered it, as the bank's refusal left it."""
    if goal != S.FAILED:
        disbursement.registered_by = disbursement.registered_at = None
    if goal in {S.EVIDENCE_CHECKED, S.SENT_BACK}:
        disbursement.approved_by = disbursement.approved_at = None


def _owe_next(disbursement: Disbursement, by: Any) -> None:
    if disbursement.status == S.APPROVED:
        verb, ko, en, role = (
            "register_disbursement",
            "승인된 지급을 등록해 주십시오",
            "Register an approved payment",
            "PAYMENT_REGISTRAR",
        )
    elif disbursement.status == S.FAILED:
        verb, ko, en, role = (
            "retry_disbursement",
            "거절된 지급을 다시 등록해 주십시오",
            "Retry a payment that was refused",
            "PAYMENT_REGISTRAR",
        )
    else:
        verb, ko, en, role = (
            "approve_disbursement",
            "계좌가 바뀐 지급을 다시 승인해 주십시오",
            "Approve a payment again whose account changed",
            "OPERATOR_FINANCE",
        )
    owe(disbursement, verb, ko, en, step="payment", by=by, role=role, by_mail=True)

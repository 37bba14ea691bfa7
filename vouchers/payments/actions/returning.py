"""A request that goes back to the provider, who mends it: before the approval for any reason, afterwards for a held file."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.queries import not_taken_because
from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.payments import notices, queries, rules
from vouchers.payments.actions.disbursements import lock, move, owe, require_apart
from vouchers.payments.actions.tries import drop_claimed
from vouchers.payments.models import Disbursement

S = rules.DisbursementStatus
NOT_SENT = "not sent: returned to the provider"


@transaction.atomic
def return_disbursement(*, disbursement_id: int, reason: str, by: Any) -> Disbursement:
    """Company, operator or finance send it back with a reason; whose turn it is may. After the approval finance does so only for
    a file that the virus scan refuses, while no transfer is under way. Writes: Disbursement, Event, Duty."""
    disbursement = lock(disbursement_id)
    _require_turn(disbursement, by)
    if not reason.strip():
        raise Refused(_("Say what is missing, so that the provider can mend it."), "reason_missing", "reason")
    rules.LIFECYCLE.step(disbursement.status, "return_disbursement")  # an old page is told so first
    if not _returnable(disbursement):
        raise Refused(
            _("After the approval a payment is returned only for a file that the virus scan refuses, before it is sent."),
            "not_returnable",
        )
    drop_claimed(disbursement, NOT_SENT)
    disbursement.reason = reason.strip()
    move(disbursement, "return_disbursement", by=by, reason=reason)
    journal.close_duties(disbursement, by=by)
    if disbursement.payee.organisation_id:
        owe(
            disbursement, "resubmit_disbursement", "대금 청구를 보완해 주십시오", "Mend the disbursement request",
            step="supplement", by=by, organisation=disbursement.payee.organisation, role="PROVIDER_MANAGER",
        )  # fmt: skip
    notices.returned(disbursement)
    return disbursement


def _require_turn(disbursement: Disbursement, by: Any) -> None:
    if disbursement.status == S.REQUESTED:
        require(by, "vouchers.confirm_disbursement", disbursement.milestone.agreement.company.organisation)
        return
    require(by, "vouchers.check_evidence" if disbursement.status == S.COMPANY_CONFIRMED else "vouchers.approve_disbursement")
    require_apart(disbursement, by)


def _returnable(disbursement: Disbursement) -> bool:
    held = bool(not_taken_because([disbursement.invoice_document, disbursement.own_share_document]))
    return rules.may_return(disbursement.status, held=held, under_way=queries.under_way(disbursement))

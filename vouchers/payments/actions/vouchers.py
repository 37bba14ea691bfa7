"""What the clock does to vouchers: those past their last day expire once nothing is on its way any more."""

from datetime import datetime

from django.db import transaction

from portal.journal import actions as journal
from portal.kit import clock
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Voucher
from vouchers.agreements.rules import VoucherStatus, voucher_lapses
from vouchers.applications import queries as applications
from vouchers.milestones.models import Milestone
from vouchers.payments import queries, rules
from vouchers.payments.models import Disbursement


def expire_vouchers(*, now: datetime) -> int:
    """Every voucher past its last day, each in a transaction of its own; a second run finds nothing. Returns: how many."""
    due = queries.past_their_day(clock.to_kst(now).date()).order_by("id").values_list("pk", flat=True)
    return journal.each("payments.expire_vouchers", list(due), lambda pk: _expire(pk, now))


@transaction.atomic
def _expire(voucher_id: int, now: datetime) -> bool:
    """Looks again once the voucher is locked: a payment may have been asked for, or an agreement suspended, meanwhile."""
    voucher = agreements.lock_voucher(voucher_id)
    today = clock.to_kst(now).date()
    if voucher.status != VoucherStatus.ISSUED or not queries.past_their_day(today).filter(pk=voucher_id).exists():
        return False
    running, handed_in = queries.on_its_way(voucher)
    if not voucher_lapses(voucher.expires_on, today, running=running, handed_in=handed_in, claim_days=_claim_days(voucher)):
        return False
    agreements.expire_voucher(voucher_id=voucher_id)
    _nothing_to_ask(voucher)
    return True


def _claim_days(voucher: Voucher) -> int:
    """Working days: an amendment may lengthen the wait; it takes nobody's that the application was handed in under."""
    own = applications.policy_of(voucher.agreement.award.application).days("voucher_claim")
    return max(own, voucher.agreement.round.days("voucher_claim"))


def _nothing_to_ask(voucher: Voucher) -> None:
    """Nobody owes a request for money that is gone. Writes: Duty."""
    for milestone in Milestone.objects.filter(agreement=voucher.agreement):
        journal.close_duty(milestone, "request_disbursement", by=None)
    for row in Disbursement.objects.filter(voucher=voucher, status=rules.DisbursementStatus.RETURNED):
        journal.close_duty(row, "resubmit_disbursement", by=None)

"""A suspension or termination is carried out exactly as it was shown, or not at all; what comes back afterwards becomes a debt
(`settlements.actions.sync_recoveries`)."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.errors import Refused
from vouchers.agreements import actions as agreements
from vouchers.agreements import rules as agreement_rules
from vouchers.agreements.models import Agreement, AgreementHalt, HaltRecovery, Voucher
from vouchers.ledger import actions as ledger
from vouchers.milestones import actions as milestones
from vouchers.milestones.models import Milestone
from vouchers.payments import notices, queries, rules
from vouchers.payments.actions.attempts import TERMINATED
from vouchers.payments.actions.closing import owe_closing
from vouchers.payments.actions.disbursements import lock
from vouchers.payments.actions.tries import drop_claimed
from vouchers.payments.models import Disbursement

K = agreement_rules.HaltKind
MOVED = _(
    "Money or deliveries moved since these figures were shown. Compute them again, so that everybody sees the new ones first."
)


def execute(row: AgreementHalt, *, step: Callable[..., None], by: Any) -> None:
    """Locks whatever moves money of the agreement, computes once more, and writes what was shown. The agreement and the halt are
    locked; step: moves the halt. Writes: AgreementHalt EXECUTED, ledger RELEASED, Agreement, Voucher, HaltRecovery, Duties, Events,
    Notices. Raises: Refused where something moved meanwhile."""
    agreement = row.agreement
    if agreement.status not in agreement_rules.HALTS_FROM[K(row.kind)]:
        raise Refused(_("The agreement is no longer in the state for this. Reload the page to see it."), "not_in_force")
    deliveries, payments = _lock_all(agreement)
    figures = queries.fresh_figures(row)
    if queries.content_hash(row, figures) != row.content_hash:
        raise Refused(MOVED, "figures_moved")
    row.executed_at = clock.now()
    if figures.released_won:
        row.released = ledger.release(
            round_id=agreement.round_id, owner_ref=Voucher.objects.get(agreement=agreement).ref, amount_won=figures.released_won,
            kind="COMMITTED", reason=f"협약 {agreement.number} 해지", reason_en=f"Termination of the agreement {agreement.number}", by=by,
        )  # fmt: skip
    booked_won = row.released.amount_won if row.released else 0
    if booked_won != figures.released_won:  # a year that is being closed moved it meanwhile
        raise Refused(MOVED, "figures_moved")
    step(row, "execute_halt", by=by, reason=row.answer, released_won=figures.released_won, recovered_won=figures.recovered_won)
    journal.close_duties(row, by=by)
    agreements.stop(row, by=by)
    if row.kind == K.SUSPENSION:
        journal.pause_duties(_clocks(agreement), by=by)
        return
    for delivery in deliveries:
        journal.close_duties(delivery, by=by)
    for payment in payments:
        held = lock(payment.pk)
        drop_claimed(held, TERMINATED)
        owe_closing(held, by=by)
    _owe_recoveries(row, figures, by)


def _lock_all(agreement: Agreement) -> tuple[list[Milestone], list[Disbursement]]:
    """Deliveries, payments, the voucher: in the order in which every other verb takes them."""
    deliveries = list(Milestone.objects.select_for_update(of=("self",)).filter(agreement=agreement).order_by("pk"))
    payments = list(Disbursement.objects.select_for_update(of=("self",)).filter(milestone__agreement=agreement).order_by("pk"))
    Voucher.objects.select_for_update().get(agreement=agreement)
    return deliveries, payments


def _clocks(agreement: Agreement) -> list[str]:
    """Refs of everything about which somebody may owe something while the agreement is in force."""
    deliveries = Milestone.objects.filter(agreement=agreement).values_list("ref", flat=True)
    payments = Disbursement.objects.filter(milestone__agreement=agreement).values_list("ref", flat=True)
    changes = agreement.changes.filter(status__in=agreement_rules.OPEN_CHANGES).values_list("ref", flat=True)
    return [agreement.ref, *deliveries, *payments, *changes]


def _owe_recoveries(row: AgreementHalt, figures: rules.Consequences, by: Any) -> None:
    for one in figures.recoveries:
        recovery = HaltRecovery(halt=row, party_id=one.party, amount_won=one.amount_won)
        recovery.save()
        notices.recovery_due(row, recovery)


@transaction.atomic
def resume(*, agreement_id: int, by: Any) -> Agreement:
    """The agreement goes on: clocks run again, due days of open deliveries move by the working days that it stood, at most to the
    agreement's last day. Writes: Agreement, AgreementHalt, Duties, Milestone.due_on, Events, Notices."""
    halt = agreements.resume(agreement_id=agreement_id, by=by)
    agreement = Agreement.objects.select_related("round").get(pk=agreement_id)
    assert halt.executed_at is not None, "it was suspended"
    journal.resume_duties(_clocks(agreement), since=halt.executed_at, by=by)
    stood = workdays.working_days_between(clock.to_kst(halt.executed_at).date(), clock.today())
    if stood > 0:
        milestones.shift_due_days(agreement_id=agreement_id, days=stood, by=by)
    return agreement

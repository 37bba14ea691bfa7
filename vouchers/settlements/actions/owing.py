"""What is owed becomes a debt with a duty; what an objection, or nothing, makes of it later."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.errors import Refused
from portal.kit.words import pick
from providers.institutions.models import Institution
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement, HaltRecovery
from vouchers.settlements import notices, queries, rules
from vouchers.settlements.actions.steps import claw, lock_agreement, step, step_debt
from vouchers.settlements.models import Clawback, Debt, Settlement

D, K = rules.DebtStatus, rules.DebtKind


def owe_refunds(row: Settlement, found: rules.Balance, *, by: Any) -> None:
    """One debt for each who owes. Writes: Debt, Event, Duty, Notice."""
    due_on = due_day(row.round.policy().settling.refund_days)
    for organisation, (principal, interest) in by_organisation(row, found.owed).items():
        open_debt(
            kind=K.REFUND, settlement=row, agreement=row.agreement, organisation=organisation, principal_won=principal,
            interest_won=interest, due_on=due_on, by=by,
        )  # fmt: skip


def by_organisation(row: Settlement, owed: Mapping[int, tuple[int, int]]) -> dict[Organisation, tuple[int, int]]:
    """Debtor as `rules.balance` names it → its organisation; a provider without one owes through the company."""
    institutions = Institution.objects.select_related("organisation").in_bulk([who for who in owed if who != rules.COMPANY])
    found: dict[Organisation, tuple[int, int]] = {}
    for who, (principal, interest) in owed.items():
        holder = institutions[who].organisation if who != rules.COMPANY else None
        debtor = holder or row.company.organisation
        before = found.get(debtor, (0, 0))
        found[debtor] = (before[0] + principal, before[1] + interest)
    return found


def due_day(days: int) -> date:
    """So many calendar days from today; a day off moves it to the next working day."""
    return workdays.add_working_days(clock.today() + timedelta(days=days), 0)


def open_debt(
    *, kind: rules.DebtKind, agreement: Agreement, organisation: Organisation, principal_won: int, due_on: date, by: Any,
    settlement: Settlement | None = None, interest_won: int = 0, **more: Any,
) -> Debt:  # fmt: skip
    """Writes: Debt OPEN, Event debt.opened, Duty, Notice."""
    debt = Debt(
        kind=kind, settlement=settlement, agreement=agreement, organisation=organisation, principal_won=principal_won,
        interest_won=interest_won, due_on=due_on, **more,
    )  # fmt: skip
    debt.save()
    _note_ordered(debt)
    journal.record(
        "debt.opened", debt, by=by, to=debt.status, organisations=debt.organisation_ids(),
        data={"kind": kind, "amount_won": debt.owed_won, "due_on": due_on.isoformat(), "agreement": agreement.ref},
    )  # fmt: skip
    owe_payment(debt, by=by)
    notices.owed(debt)
    return debt


WHAT = {
    K.REFUND: ("정산 반납금", "refund"), K.CLAWBACK: ("환수명령", "clawback"), K.SURCHARGE: ("제재부가금", "surcharge"),
    K.RECOVERY: ("해지 반환금", "money after a termination"),
}  # fmt: skip


def sync_recoveries() -> int:
    """What a termination takes back of a party is owed like any debt: with a day, a late charge, and payments that are reported and
    checked; each in a transaction of its own, a second run finds nothing. Returns: how many are owed since now."""
    return journal.each("settlements.sync_recoveries", queries.unowed_recoveries(), _owe_recovery)


@transaction.atomic
def _owe_recovery(recovery_id: int) -> bool:
    """Writes: Debt RECOVERY, Event, Duty, Notice."""
    row = HaltRecovery.objects.select_related("halt__agreement__round", "party__organisation").get(pk=recovery_id)
    agreement = row.halt.agreement
    lock_agreement(agreement.pk)
    if recovery_id not in queries.unowed_recoveries():
        return False
    open_debt(
        kind=K.RECOVERY, recovery=row, agreement=agreement, organisation=row.party.organisation, principal_won=row.left_won,
        due_on=workdays.add_working_days(clock.today(), agreement.round.days("recovery")), by=None,
    )  # fmt: skip
    return True


def _note_ordered(debt: Debt) -> None:
    """What is ordered back of somebody stands at the agreement, too: a termination reads it there."""
    if debt.kind == K.CLAWBACK:
        won = queries.ordered_back_won(debt.agreement_id, debt.organisation_id)
        agreements.note_ordered_back(agreement_id=debt.agreement_id, organisation_id=debt.organisation_id, amount_won=won)


def owe_payment(debt: Debt, *, by: Any) -> None:
    ko, en = WHAT[K(debt.kind)]
    journal.open_duty(
        debt, "pay_debt", title_ko=f"{ko} 납부: {debt.agreement.number}", title_en=f"Pay the {en}: {debt.agreement.number}",
        url=debt.get_absolute_url(), due_at=clock.end_of_day(debt.due_on), organisation=debt.organisation, by=by,
    )  # fmt: skip


def require_checked(debt: Debt) -> None:
    """Raises: Refused while money that was reported, or goes back, is not checked: it must count before less is owed."""
    if queries.unchecked(debt):
        raise Refused(
            _("A payment of %(name)s is reported and not checked yet. Confirm or reject it first, then lower.")
            % {"name": pick(debt.organisation, "name")}, "unchecked",
        )  # fmt: skip


def lower(debt: Debt, *, principal_won: int, interest_won: int, by: Any, reason: str) -> None:
    """An objection was right: less is owed. What came already beyond it goes back. Writes: Debt, Event, Duty, Notice."""
    if (principal_won, interest_won) == (debt.principal_won, debt.interest_won):
        return
    before = debt.owed_won
    debt.principal_won, debt.interest_won = principal_won, interest_won
    debt.charged_won = queries.charge_left(debt)
    over, debt.reason = queries.over_won(debt), reason
    if over:
        _overpaid(debt, over, by=by, reason=reason)
    elif debt.owed_won == 0:
        release(debt, "cancel", "cancelled", by=by, reason=reason)
    elif sum(queries.came(debt)) >= debt.owed_won:
        release(debt, "settle", "settled", by=by, reason=reason)
    else:
        step_debt(debt, "lower", "lowered", by=by, reason=reason, before_won=before, after_won=debt.owed_won)
    _note_ordered(debt)
    notices.lowered(debt)


def _overpaid(debt: Debt, over_won: int, *, by: Any, reason: str) -> None:
    debt.suspended_on = None
    verb = "lower" if debt.status == D.OVERPAID else "overpay"
    step_debt(debt, verb, "overpaid", by=by, reason=reason, over_won=over_won)
    journal.close_duties(debt, by=by)
    owe_repayment(debt, by=by)


def owe_repayment(debt: Debt, *, by: Any) -> None:
    journal.open_duty(
        debt, "repay_debt", title_ko=f"과오납 반환: {debt.agreement.number}", title_en=f"Pay back what came too much: {debt.agreement.number}",
        url=debt.get_absolute_url(), due_in=debt.agreement.round.days("receipt_check"), role="OPERATOR_FINANCE", by_mail=True, by=by,
    )  # fmt: skip


def release(debt: Debt, verb: str, event: str, *, by: Any, reason: str = "") -> None:
    """Nothing of it is owed any more; the last one closes its settlement. Writes: Debt, Event, Duties, Settlement."""
    debt.suspended_on = None
    step_debt(debt, verb, event, by=by, reason=reason)
    journal.close_duties(debt, by=by)
    if debt.settlement_id:
        close_if_settled(debt.settlement_id, by=by)
    if debt.clawback_id:
        close_if_paid(debt.clawback_id, by=by)


def close_if_settled(settlement_id: int, *, by: Any) -> None:
    row = Settlement.objects.select_for_update().get(pk=settlement_id)
    open_ones = Debt.objects.filter(settlement=row).exclude(status__in=[D.PAID, D.CANCELLED])
    if row.status == rules.SettlementStatus.REFUND_DUE and not open_ones.exists():
        step(row, "close", "closed", by=by)
        journal.close_duties(row, by=by)


def close_if_paid(clawback_id: int, *, by: Any) -> None:
    """The last won of what was ordered came; the duty to report it stays."""
    row = Clawback.objects.select_for_update().get(pk=clawback_id)
    open_ones = Debt.objects.filter(clawback=row).exclude(status__in=[D.PAID, D.CANCELLED])
    if row.status == rules.ClawbackStatus.ORDERED and not open_ones.exists():
        claw(row, "close", "closed", by=by)

"""The company objects to the fixed amount; where the round says so what is owed is held back meanwhile, and an objection that was
right lowers what was disallowed."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.won import won
from vouchers.objections import actions as objections
from vouchers.objections.models import Objection
from vouchers.settlements import queries, rules
from vouchers.settlements.actions.owing import by_organisation, close_if_settled, lower, owe_payment
from vouchers.settlements.actions.steps import lock, lock_debt, require_apart, step, step_debt
from vouchers.settlements.models import Debt, Settlement, SettlementLine

D = rules.DebtStatus


@transaction.atomic
def object_to_settlement(
    *, settlement_id: int, ground: str, statement: str, documents: Sequence[Document] = (), by: Any
) -> Objection:
    """Writes: through objections.file_against; Debt SUSPENDED where the round says so. Raises: Refused before it is fixed."""
    row = lock(settlement_id)
    decision = queries.decision(row)
    if decision is None:
        raise Refused(_("The amount is not fixed yet. You may object once it is."), "nothing_to_attack")
    filed = objections.file_against(decision=decision, ground=ground, statement=statement, documents=documents, by=by)
    if row.round.policy().settling.objection_suspends:
        for debt_id in row.debts.filter(status=D.OPEN).values_list("pk", flat=True):
            suspend(lock_debt(debt_id), by=by)
    return filed


def suspend(debt: Debt, *, by: Any) -> None:
    """Nothing is owed while the objection is open: no reminder, no late charge. Writes: Debt, Event, Duty paused."""
    debt.suspended_on = clock.today()
    step_debt(debt, "suspend", "suspended", by=by)
    journal.pause_duty(debt, "pay_debt", by=by)


def sync_objections() -> int:
    """Debts held back whose objection was decided against the company or taken back are owed again; each in a transaction of its
    own. What was upheld waits until it is lowered. Returns: how many."""
    found = Debt.objects.filter(status=D.SUSPENDED).order_by("pk").values_list("pk", flat=True)
    return sum(_resume(debt_id) for debt_id in list(found))


@transaction.atomic
def _resume(debt_id: int) -> bool:
    """Looks again once the debt is locked. Writes: Debt OPEN with a later day, Event, Duty."""
    debt = lock_debt(debt_id)
    if debt.status != D.SUSPENDED or queries.held_back(debt):
        return False
    resume(debt, by=None)
    return True


def resume(debt: Debt, *, by: Any) -> None:
    assert debt.suspended_on is not None
    debt.due_on, debt.suspended_on = rules.moved_due(debt.due_on, debt.suspended_on, clock.today()), None
    step_debt(debt, "resume", "resumed", by=by, due_on=debt.due_on.isoformat())
    journal.resume_duty(debt, "pay_debt", by=by)
    owe_payment(debt, by=by)


@transaction.atomic
def lower_disallowance(*, settlement_id: int, disallowed: dict[int, int], reason: str, by: Any) -> Settlement:
    """After an upheld objection: lines (by position) of which less is disallowed, never more. By somebody who took no part in the
    attacked decision.

    Writes: SettlementLine, Settlement, Debts, Event settlement.lowered with the decision's hash, Notices. Raises: Refused.
    """
    row = lock(settlement_id)
    require(by, "vouchers.confirm_settlement")
    require_apart(row, by)
    objection = queries.upheld(row)
    if objection is None:
        raise Refused(_("Only an objection that was upheld lowers what was disallowed."), "not_upheld")
    if by.pk in objection.deciders:
        raise NotAllowed(_("You took part in the decision that was attacked. Somebody else must act on it."), "decided_before")
    if not reason.strip():
        raise Refused(_("Say what is recognised now, and why: the company reads it."), "reason_missing", "reason")
    _lower_lines(row, disallowed)
    before, owed = row.refund_won, by_organisation(row, queries.balance(row).owed)
    debts = [lock_debt(pk) for pk in row.debts.exclude(status=D.CANCELLED).values_list("pk", flat=True)]
    left = {debt: _less(debt, owed.get(debt.organisation, (0, 0))) for debt in debts}
    row.refund_won = sum(sum(parts) for parts in left.values())
    step(
        row, "lower_disallowance", "lowered", by=by, reason=reason.strip(), decision=objection.event.hash, before_won=before,
        after_won=row.refund_won,
    )  # fmt: skip
    for debt, (principal, interest) in left.items():
        if debt.status == D.SUSPENDED:
            resume(debt, by=by)
        lower(debt, principal_won=principal, interest_won=interest, by=by, reason=reason.strip())
    close_if_settled(row.pk, by=by)
    return lock(row.pk)


def _lower_lines(row: Settlement, disallowed: dict[int, int]) -> None:
    if not disallowed:
        raise Refused(_("Enter of at least one line how much stays disallowed."), "nothing_lowered")
    for line in SettlementLine.objects.filter(settlement=row, position__in=disallowed):
        left = disallowed[line.position]
        if not 0 <= left < line.disallowed_won:
            raise Refused(
                _("Line %(line)s: %(held)s are disallowed. An objection only lowers that.") % {"line": line.position, "held": won(line.disallowed_won)},
                "not_lower", f"line_{line.position}",
            )  # fmt: skip
        line.disallowed_won = left
        if not left:
            line.verdict, line.ground = rules.Verdict.RECOGNISED, ""
        line.save()


def _less(debt: Debt, owed: tuple[int, int]) -> tuple[int, int]:
    """Nobody owes more because somebody objected: (principal, interest) as they follow now, at most as before."""
    return min(owed[0], debt.principal_won), min(owed[1], debt.interest_won)

"""The company objects to the fixed amount; where the round says so what is owed is held back meanwhile, and an objection that was
right lowers what was disallowed."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.won import won
from vouchers.objections import actions as objections
from vouchers.objections import queries as objected
from vouchers.objections.models import Objection
from vouchers.settlements import queries, rules
from vouchers.settlements.actions.owing import by_organisation, close_if_settled, lower, owe_payment, require_checked
from vouchers.settlements.actions.steps import claw, lock, lock_clawback, lock_debt, owe_clawback, require_apart, step, step_debt
from vouchers.settlements.models import Clawback, Debt, Settlement, SettlementLine

D = rules.DebtStatus
LOWERINGS: tuple[tuple[Any, str, str, str, str], ...] = (  # model, verb, the decision's event, words of the duty
    (Settlement, "lower_disallowance", "settlement.confirmed", "이의신청 인용에 따른 불인정 감액", "Lower what was disallowed after an objection"),
    (Clawback, "lower_clawback", "clawback.ordered", "이의신청 인용에 따른 환수 감액", "Lower a clawback after an objection"),
)  # fmt: skip


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
    _suspend_all(row, by)
    return filed


@transaction.atomic
def object_to_clawback(
    *, clawback_id: int, ground: str, statement: str, documents: Sequence[Document] = (), by: Any
) -> Objection:
    """As object_to_settlement, against an order. Raises: Refused before it is ordered, or where a provider owes it."""
    row = lock_clawback(clawback_id)
    decision = queries.decision(row)
    if decision is None:
        raise Refused(_("There is no order against which the company could object."), "nothing_to_attack")
    filed = objections.file_against(decision=decision, ground=ground, statement=statement, documents=documents, by=by)
    _suspend_all(row, by)
    return filed


def _suspend_all(row: Settlement | Clawback, by: Any) -> None:
    if row.round.policy().settling.objection_suspends:
        for debt_id in row.debts.filter(status__in=[D.OPEN, D.ENFORCED]).values_list("pk", flat=True):
            suspend(lock_debt(debt_id), by=by)


def suspend(debt: Debt, *, by: Any) -> None:
    """Nothing is due while the objection is open: no reminder, no day that makes it later. Writes: Debt, Event, Duty paused."""
    debt.suspended_on = clock.today()
    step_debt(debt, "suspend", "suspended", by=by)
    journal.pause_duty(debt, "pay_debt", by=by)


def sync_objections() -> int:
    """Debts held back whose objection was decided against the company or taken back are owed again; each in a transaction of its
    own. What was upheld waits until it is lowered. Returns: how many."""
    found = Debt.objects.filter(status=D.SUSPENDED).order_by("pk").values_list("pk", flat=True)
    return journal.each("settlements.sync_objections", list(found), _resume)


def owe_lowering() -> int:
    """After an upheld objection finance owes a lower amount, by somebody who took no part. Idempotent (sweep). Returns: how many are owed
    since now."""
    done = 0
    for model, verb, name, ko, en in LOWERINGS:
        for ref in list(journal_queries.owed(verb)):
            _close_lowering(model, verb, ref)
        refs = {one.event.subject_ref for one in objected.to_act_on([name])}
        new = refs - journal_queries.owing(verb, refs)
        for pk in model.objects.filter(ref__in=new).order_by("pk").values_list("pk", flat=True):
            done += _owe_lowering(model, verb, pk, ko, en)
    return done


@transaction.atomic
def _close_lowering(model: Any, verb: str, ref: str) -> None:
    row = model.objects.select_for_update().get(ref=ref)
    if queries.upheld(row) is None:
        journal.close_duty(row, verb, by=None)


@transaction.atomic
def _owe_lowering(model: Any, verb: str, pk: int, ko: str, en: str) -> bool:
    row = model.objects.select_for_update().get(pk=pk)
    if queries.upheld(row) is None:
        return False
    journal.open_duty(
        row, verb, title_ko=f"{ko}: {row.agreement.number}", title_en=f"{en}: {row.agreement.number}", url=row.get_absolute_url(),
        due_in=row.round.days("remedy"), role="OPERATOR_FINANCE", by_mail=True, by=None,
    )  # fmt: skip
    return True


@transaction.atomic
def _resume(debt_id: int) -> bool:
    """Looks again once the debt is locked; a payment that is reported is checked first, by the day that holds as long as it is held
    back. Writes: Debt OPEN, or ENFORCED as it was, with a later day, Event, Duty."""
    debt = lock_debt(debt_id)
    if debt.status != D.SUSPENDED or queries.held_back(debt) or queries.unchecked(debt):
        return False
    resume(debt, by=None)
    return True


def resume(debt: Debt, *, by: Any) -> None:
    assert debt.suspended_on is not None
    debt.due_on, debt.suspended_on = rules.moved_due(debt.due_on, debt.suspended_on, clock.today()), None
    verb = "resume_enforced" if queries.was_enforced(debt) else "resume"
    step_debt(debt, verb, "resumed", by=by, due_on=debt.due_on.isoformat())
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
    objection = _upheld(row, reason, by)
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
        require_checked(debt)
        if debt.status == D.SUSPENDED:
            resume(debt, by=by)
        lower(debt, principal_won=principal, interest_won=interest, by=by, reason=reason.strip())
    close_if_settled(row.pk, by=by)
    journal.close_duty(row, "lower_disallowance", by=by)
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


def _upheld(row: Settlement | Clawback, reason: str, by: Any) -> Objection:
    objection = queries.upheld(row)
    if objection is None:
        raise Refused(_("Only an objection that was upheld lowers what was decided."), "not_upheld")
    if by.pk in objection.deciders:
        raise NotAllowed(_("You took part in the decision that was attacked. Somebody else must act on it."), "decided_before")
    if not reason.strip():
        raise Refused(_("Say what is decided now, and why: the company reads it."), "reason_missing", "reason")
    return objection


@transaction.atomic
def lower_clawback(*, clawback_id: int, amount_won: int, surcharge_times: int, reason: str, by: Any) -> Clawback:
    """After an upheld objection: less is ordered back, or nothing, by somebody who took no part in the order. Where a company was to
    be kept out, an officer looks at that again.

    Writes: Clawback, Debts, Event clawback.lowered with the decision's hash, Duty, Notices. Raises: Refused, NotAllowed.
    """
    row = lock_clawback(clawback_id)
    require(by, "vouchers.order_clawback")
    require_apart(row, by)
    objection = _upheld(row, reason, by)
    check_lower(row, amount_won, surcharge_times)
    lower_to(row, amount_won, surcharge_times, reason=reason.strip(), by=by, decision=objection.event.hash)
    journal.close_duty(row, "lower_clawback", by=by)
    return lock_clawback(row.pk)


def check_lower(row: Clawback, amount_won: int, surcharge_times: int) -> int:
    """The surcharge of an order that falls to so much. Raises: Refused where it would not fall."""
    within = 0 <= amount_won <= row.ordered_won and 0 <= surcharge_times <= row.surcharge_times
    surcharge = rules.surcharge_won(amount_won + row.base_won, surcharge_times) if within else -1
    falls = amount_won + surcharge < row.ordered_won + row.surcharge_won or not (row.ordered_won + row.surcharge_won)
    if not within or not falls:
        raise Refused(
            _("%(held)s and a surcharge of %(times)s times that are ordered. An objection only lowers that.")
            % {"held": won(row.ordered_won), "times": row.surcharge_times}, "not_lower", "amount_won",
        )  # fmt: skip
    return surcharge


def lower_to(row: Clawback, amount_won: int, surcharge_times: int, *, reason: str, by: Any, **why: Any) -> None:
    """The order falls, and what is owed with it; where nothing is left it is cancelled. why: the decision or ruling, into the event.
    Writes: Clawback, Debts, Event, Duty."""
    surcharge, before = check_lower(row, amount_won, surcharge_times), row.ordered_won + row.surcharge_won
    row.ordered_won, row.surcharge_won, row.surcharge_times = amount_won, surcharge, surcharge_times
    if not amount_won + surcharge:
        _needs_no_restriction(row, by)
    claw(
        row, "lower_clawback" if amount_won + surcharge else "cancel_order", "lowered", by=by, reason=reason, before_won=before,
        after_won=amount_won + surcharge, **why,
    )  # fmt: skip
    _lower_owed(row, reason, by)


def _needs_no_restriction(row: Clawback, by: Any) -> None:
    """A cancelled order keeps nobody out; that it was ordered is reported all the same."""
    row.must_exclude = False
    journal.close_duty(row, "enter_restriction", by=by)


def _lower_owed(row: Clawback, reason: str, by: Any) -> None:
    left = {rules.DebtKind.CLAWBACK: row.ordered_won, rules.DebtKind.SURCHARGE: row.surcharge_won}
    for debt_id in row.debts.exclude(status=D.CANCELLED).values_list("pk", flat=True):
        debt = lock_debt(debt_id)
        require_checked(debt)
        if debt.status == D.SUSPENDED:
            resume(debt, by=by)
        lower(debt, principal_won=left[rules.DebtKind(debt.kind)], interest_won=0, by=by, reason=reason)
    if row.status == rules.ClawbackStatus.CANCELLED and row.restriction_id:
        owe_clawback(
            row, "lift_restriction", "취소된 환수의 참여제한 해제", "Lift the restriction of a cancelled clawback", by=by,
            url=f"/admin/vouchers/restriction/{row.restriction_id}/change/", role="MINISTRY_OFFICER", due_in=row.round.days("restriction_entry"),
        )  # fmt: skip

"""The operator judges each line and proposes the amount; a second person fixes it, which books the money once."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.actions import require_taken
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.won import won
from vouchers.agreements import actions as agreements
from vouchers.settlements import notices, queries, rules
from vouchers.settlements.actions.owing import owe_refunds
from vouchers.settlements.actions.steps import desk, lock, lock_agreement, owe, require_apart, step
from vouchers.settlements.models import Settlement, SettlementLine

HINDRANCES = {
    "unjudged": _("Judge every line first: recognise it, or disallow it with a reason."),
    "moving": _("A payment is under way, or something delivered may still be asked for. Settle once it is paid or closed."),
    "taken": _("A part of what was paid was already ordered back. Disallow no more than is left."),
    "uncovered": _(
        "A part of what was paid was ordered back, and the lines say that it was used rightly. Disallow it on the lines of that provider."
    ),
}


@transaction.atomic
def judge_line(
    *, line_id: int, verdict: str, disallowed_won: int = 0, ground: str = "", note: str = "", owed_by: str = rules.OwedBy.COMPANY,
    by: Any,
) -> SettlementLine:  # fmt: skip
    """One line is recognised, or disallowed in whole or in part. disallowed_won: of grant and own cash together; owed_by: who pays
    the grant's share of it back. Writes: SettlementLine, Event settlement.line_judged. Raises: Refused."""
    row = lock(SettlementLine.objects.values_list("settlement_id", flat=True).get(pk=line_id))
    require(by, "vouchers.review_settlement")
    require_apart(row, by)
    rules.LIFECYCLE.step(row.status, "judge_line")
    line = SettlementLine.objects.select_related("payee", "proof").get(pk=line_id)
    _check(line, verdict, disallowed_won, ground, note)
    require_taken([line.proof])
    line.verdict, line.disallowed_won, line.ground, line.note = verdict, disallowed_won, ground, note.strip()
    line.owed_by = owed_by if line.payee_id else rules.OwedBy.COMPANY
    line.judged_by = by
    line.save()
    step(
        row,
        "judge_line",
        "line_judged",
        by=by,
        reason=line.note,
        line=line.position,
        verdict=verdict,
        disallowed_won=disallowed_won,
        ground=ground,
    )
    return line


def _check(line: SettlementLine, verdict: str, disallowed_won: int, ground: str, note: str) -> None:
    fault = rules.verdict_fault(line.used, disallowed_won, verdict, ground)
    if verdict not in {rules.Verdict.RECOGNISED, rules.Verdict.DISALLOWED}:
        raise Refused(_("Recognise the line or disallow it."), "verdict", "verdict")
    if fault == "over_cost":
        raise Refused(
            _("Of this line %(cost)s were stated; no more can be disallowed.") % {"cost": won(line.cost_won)}, fault, "disallowed_won"
        )  # fmt: skip
    if fault == "amount":
        raise Refused(_("Enter how much is disallowed; nothing is where the line is recognised."), fault, "disallowed_won")
    if fault == "ground":
        raise Refused(_("Choose why it is disallowed."), fault, "ground")
    if verdict == rules.Verdict.DISALLOWED and not note.strip():
        raise Refused(_("Say what is wrong with it: the company reads it."), "note_missing", "note")


@transaction.atomic
def request_supplement(*, settlement_id: int, reason: str, by: Any) -> Settlement:
    """Something is missing; the company mends its statement. Writes: Settlement SUPPLEMENT, Event, Duty, Notice."""
    row = _reviewed(settlement_id, by)
    if not reason.strip():
        raise Refused(_("Say what is missing: the company reads it."), "reason_missing", "reason")
    row.reason = reason.strip()
    step(row, "request_supplement", "supplement_requested", by=by, reason=row.reason)
    journal.close_duty(row, "review_settlement", by=by)
    owe(
        row, "submit_statement", "정산 보완", "Mend the settlement", by=by, organisation=row.company.organisation,
        due_in=row.round.days("settlement_supplement"),
    )  # fmt: skip
    notices.supplement(row)
    return row


@transaction.atomic
def propose_amount(*, settlement_id: int, by: Any) -> Settlement:
    """Every line is judged: what is recognised and what is paid back follows (`rules.balance`). Writes: Settlement PROPOSED, Event,
    Duty. Raises: Refused while a line or a payment is open, or a file is held."""
    row = _reviewed(settlement_id, by)
    rules.LIFECYCLE.step(row.status, "propose_amount")
    _refuse_hindered(row)
    _take_over(row)
    row.proposed_by, row.proposed_at = by, clock.now()
    step(row, "propose_amount", "amount_proposed", by=by, refund_won=row.refund_won, paid_won=row.paid_won)
    journal.close_duty(row, "review_settlement", by=by)
    owe(
        row, "confirm_settlement", "정산 금액 확정", "Fix the amount of a settlement", by=by, url=desk(row), role="OPERATOR_FINANCE",
        by_mail=True, due_in=row.round.days("settlement_review"),
    )  # fmt: skip
    return row


def _reviewed(settlement_id: int, by: Any) -> Settlement:
    row = lock(settlement_id)
    require(by, "vouchers.review_settlement")
    require_apart(row, by)
    return row


def _refuse_hindered(row: Settlement) -> None:
    if code := queries.hindered(row):
        raise Refused(HINDRANCES[code], code)
    require_taken([row.verification, row.interest_proof, *(line.proof for line in queries.lines_of(row))])


def _take_over(row: Settlement) -> rules.Balance:
    found = queries.balance(row)
    row.paid_won, row.refund_won = found.paid_won, found.refund_won
    return found


@transaction.atomic
def send_back(*, settlement_id: int, reason: str, by: Any) -> Settlement:
    """The second person does not agree: it is reviewed again. Writes: Settlement SUBMITTED, Event, Duty."""
    row = _second(settlement_id, by)
    if not reason.strip():
        raise Refused(_("Say what has to be looked at again."), "reason_missing", "reason")
    row.proposed_by = row.proposed_at = None
    row.reason = reason.strip()
    step(row, "send_back", "sent_back", by=by, reason=row.reason)
    journal.close_duty(row, "confirm_settlement", by=by)
    owe(
        row, "review_settlement", "정산 재검토", "Review a settlement again", by=by, url=desk(row), role="OPERATOR_CASE",
        due_in=row.round.days("settlement_review"),
    )  # fmt: skip
    return row


@transaction.atomic
def confirm_amount(*, settlement_id: int, by: Any) -> Settlement:
    """The amount is fixed by somebody who neither proposed it nor judged a line. What the voucher has left is given back, what is to
    be paid back becomes a debt of each who owes.

    Writes: Settlement, Voucher, ledger RELEASED, Debt, Events, Duties, Notices. Raises: Refused when something moved since.
    """
    lock_agreement(Settlement.objects.values_list("agreement_id", flat=True).get(pk=settlement_id))
    row = _second(settlement_id, by)
    if not rules.may_confirm(by.pk, row.proposed_by_id, list(row.lines.values_list("judged_by_id", flat=True))):
        raise NotAllowed(_("Somebody who neither proposed the amount nor judged a line must fix it."), "four_eyes")
    proposed = (row.paid_won, row.refund_won)
    _refuse_hindered(row)
    found = _take_over(row)
    if proposed != (row.paid_won, row.refund_won):
        raise Refused(_("Something was paid since the amount was proposed. Send it back to be reviewed again."), "moved_since")
    row.released_won = agreements.release_voucher(
        voucher_id=row.agreement.voucher.pk, reason=f"정산 {row.agreement.number}", reason_en=f"Settlement {row.agreement.number}", by=by
    )  # fmt: skip
    row.confirmed_by, row.confirmed_at, row.reason = by, clock.now(), ""
    verb = "confirm_refund" if found.refund_won else "confirm_without_refund"
    step(
        row,
        verb,
        "confirmed",
        by=by,
        refund_won=found.refund_won,
        released_won=row.released_won,
        recognised_won=found.recognised_won,
    )
    journal.close_duty(row, "confirm_settlement", by=by)
    owe_refunds(row, found, by=by)
    notices.confirmed(row)
    return row


def _second(settlement_id: int, by: Any) -> Settlement:
    row = lock(settlement_id)
    require(by, "vouchers.confirm_settlement")
    require_apart(row, by)
    return row

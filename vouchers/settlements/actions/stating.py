"""A project that ended is to be settled: the company states what was used, with evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.agreements.models import Agreement
from vouchers.rounds.rules import months_after
from vouchers.settlements import notices, queries, rules
from vouchers.settlements.actions.steps import desk, lock, owe, step
from vouchers.settlements.models import Settlement, SettlementLine


def sync_ended() -> int:
    """Every agreement that ended after it was in force is to be settled; each in a transaction of its own, a second run finds
    nothing. Returns: how many were opened."""
    return journal.each("settlements.sync_ended", queries.unsettled(), _open)


@transaction.atomic
def _open(agreement_id: int) -> bool:
    """Writes: Settlement with a line for each agreed one and one in kind, Event settlement.opened, Duty, Notice."""
    Agreement.objects.select_for_update().get(pk=agreement_id)
    agreement = Agreement.objects.select_related("company__organisation", "round", "award__application").get(pk=agreement_id)
    if agreement.status not in queries.ENDED or Settlement.objects.filter(agreement=agreement).exists():
        return False
    policy, ended_on = agreement.round.policy().settling, queries.ended_on(agreement)
    due_on = workdays.add_working_days(months_after(ended_on, policy.months), 0)
    row = Settlement(
        agreement=agreement, company=agreement.company, round=agreement.round, ended_on=ended_on, due_on=due_on,
        needs_verification=rules.needs_verification(agreement.grant_won, policy.verification_from_won),
    )  # fmt: skip
    row.save()
    _prepare(row)
    journal.record(
        "settlement.opened", row, by=None, to=row.status, organisations=row.organisation_ids(),
        data={"agreement": agreement.ref, "due_on": due_on.isoformat()},
    )  # fmt: skip
    owe(
        row, "submit_statement", "정산 보고", "State what was used", by=None, due_at=clock.end_of_day(due_on),
        organisation=agreement.company.organisation,
    )  # fmt: skip
    notices.opened(row)
    return True


def _prepare(row: Settlement) -> None:
    for line in row.agreement.lines.select_related("payee"):
        SettlementLine(
            settlement=row, position=line.position, agreement_line=line, payee=line.payee, description=line.description,
            agreed_won=line.amount_won,
        ).save()  # fmt: skip
    last = row.lines.order_by("-position").values_list("position", flat=True).first() or 0
    SettlementLine(settlement=row, position=last + 1, description="현물", agreed_won=0).save()


@dataclass(frozen=True)
class Stated:
    """What the company says of one line, whole won. proof: None keeps what was handed in before."""

    grant_won: int = 0
    own_cash_won: int = 0
    in_kind_won: int = 0
    vat_won: int = 0
    proof: Document | None = None


@transaction.atomic
def submit_statement(
    *, settlement_id: int, lines: Mapping[int, Stated], interest_won: int, interest_proof: Document | None = None,
    verification: Document | None = None, note: str = "", by: Any,
) -> Settlement:  # fmt: skip
    """The company states each line (by position), with evidence. What was judged before is judged anew where it changed.

    Writes: Settlement SUBMITTED, SettlementLine, Event settlement.submitted, Duty. Raises: Refused (evidence missing, more grant
    than the voucher paid, no verification report where one is needed).
    """
    row = lock(settlement_id)
    require(by, "vouchers.state_settlement", row.company.organisation)
    after = rules.LIFECYCLE.step(row.status, "submit_statement")
    for line in queries.lines_of(row):
        _state(line, lines.get(line.position, Stated()))
    row.interest_won, row.note = interest_won, note.strip()
    row.interest_proof = interest_proof or row.interest_proof
    row.verification = verification or row.verification
    _check(row)
    row.submitted_by, row.submitted_at, row.reason = by, clock.now(), ""
    step(row, "submit_statement", "submitted", by=by, refund_won=queries.balance(row).refund_won)
    assert row.status == after
    journal.close_duty(row, "submit_statement", by=by)
    owe(
        row, "review_settlement", "정산 검토", "Review a settlement", by=by, url=desk(row), role="OPERATOR_CASE", by_mail=True,
        due_in=row.round.days("settlement_review"),
    )  # fmt: skip
    return row


def _state(line: SettlementLine, said: Stated) -> None:
    before = (line.grant_won, line.own_cash_won, line.in_kind_won, line.vat_won, line.proof_id)
    line.proof = said.proof or line.proof
    if line.agreement_line_id is None:
        line.in_kind_won = said.in_kind_won
    else:
        line.grant_won, line.own_cash_won, line.vat_won = said.grant_won, said.own_cash_won, said.vat_won
    if (line.cost_won or line.in_kind_won or line.vat_won) and line.proof is None:
        raise Refused(
            _("Line %(line)s: attach the evidence of what was used.") % {"line": line.position}, "proof_missing", f"proof_{line.position}"
        )  # fmt: skip
    if before != (line.grant_won, line.own_cash_won, line.in_kind_won, line.vat_won, line.proof_id):
        line.verdict, line.disallowed_won, line.ground, line.judged_by = rules.Verdict.OPEN, 0, "", None
    line.save()


def _check(row: Settlement) -> None:
    lines, paid = list(queries.lines_of(row)), queries.paid_by_payee(row.agreement)
    over = rules.statement_fault([line.used for line in lines], paid)
    if over is not None:
        line = next(one for one in lines if (one.payee_id or 0) == over and one.grant_won)
        raise Refused(queries.more_than_paid(line, paid.get(over, 0)), "over_paid", f"grant_{line.position}")
    if row.interest_won and row.interest_proof is None:
        raise Refused(_("Attach the proof of the interest, such as the bank's statement."), "proof_missing", "interest_proof")
    if row.needs_verification and row.verification is None:
        raise Refused(
            _("This grant needs the report of an external auditor. Attach it."), "verification_missing", "verification"
        )  # fmt: skip

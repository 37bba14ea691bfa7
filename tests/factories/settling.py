"""From money paid to a project that is settled, all through the actions."""

from typing import Any

from portal.accounts.models import User
from portal.kit import clock
from tests.factories import halts
from tests.factories import projects as p
from tests.factories.played import played
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.payments import actions as payments
from vouchers.payments import gateways
from vouchers.settlements import actions, rules
from vouchers.settlements.models import Clawback, Debt, Receipt, Settlement

PAID = gateways.Answer(gateways.Outcome.PAID, "BK1", "ACSC")


def pay(count: int) -> None:
    """The next bank run, which succeeds."""
    for _turn in range(count):
        attempt = payments.claim_next()
        assert attempt is not None
        payments.mark_sent(attempt_id=attempt.pk)
        payments.settle(attempt_id=attempt.pk, answer=PAID)


@played
def ended(*, parts: int = 1, done: int = 1, **policy: Any) -> tuple[p.Project, p.Office, Settlement]:
    """`done` of `parts` equal milestones were paid (grant 320,000,000 of 400,000,000 won in all); then the agreement is completed,
    or terminated where something is left."""
    at, rows = p.planned(p.project(**policy), parts=parts)
    desk = p.office()
    p.account(at, desk)
    for milestone in rows[:done]:
        p.accept(at, milestone)
        row = p.request(at, milestone)
        p.approve(at, row, desk)
        p.released("register", row, desk.registrar)
    pay(done)
    if done == parts:
        agreements.complete(agreement_id=at.agreement.pk, by=at.operator)
    else:
        halts.terminated(at.agreement, by=at.operator)
    at.agreement = Agreement.objects.get(pk=at.agreement.pk)
    assert actions.sync_ended() == 1
    return at, desk, Settlement.objects.get(agreement=at.agreement)


def used(at: p.Project, row: Settlement, *, grant_won: int, own_cash_won: int, **more: Any) -> dict[int, actions.Stated]:
    """Everything on the first line, with its evidence."""
    line = row.lines.filter(agreement_line__isnull=False).first()
    assert line is not None
    proof = p.paper(at.firm.organisation, at.company, "settlement")
    return {line.position: actions.Stated(grant_won=grant_won, own_cash_won=own_cash_won, proof=proof, **more)}


def state(at: p.Project, row: Settlement, lines: dict[int, actions.Stated], **more: Any) -> Settlement:
    given: dict[str, Any] = {"interest_won": 0, "verification": p.paper(at.firm.organisation, at.company, "verification"), **more}
    return actions.submit_statement(settlement_id=row.pk, lines=lines, by=given.pop("by", at.company), **given)


def judge(at: p.Project, row: Settlement, *, disallowed_won: int = 0, owed_by: str = "COMPANY") -> None:
    """The first line loses so much, the others are recognised."""
    for line in row.lines.all():
        if disallowed_won and line.cost_won:
            actions.judge_line(
                line_id=line.pk, verdict=rules.Verdict.DISALLOWED, disallowed_won=disallowed_won, ground="NO_EVIDENCE",
                note="영수증이 없음", owed_by=owed_by, by=at.operator,
            )  # fmt: skip
            disallowed_won = 0
        else:
            actions.judge_line(line_id=line.pk, verdict=rules.Verdict.RECOGNISED, by=at.operator)


@played
def fixed(
    *,
    parts: int = 1,
    done: int = 1,
    disallowed_won: int = 10_000_000,
    owed_by: str = "COMPANY",
    interest_won: int = 0,
    **policy: Any,
) -> tuple[p.Project, p.Office, Settlement]:
    """Stated in full, something disallowed, the amount fixed."""
    at, desk, row = ended(parts=parts, done=done, **policy)
    share = 400_000_000 * done // parts
    lines = used(at, row, grant_won=share * 4 // 5, own_cash_won=share // 5)
    proof = p.paper(at.firm.organisation, at.company, "interest") if interest_won else None
    row = state(at, row, lines, interest_won=interest_won, interest_proof=proof)
    judge(at, row, disallowed_won=disallowed_won, owed_by=owed_by)
    actions.propose_amount(settlement_id=row.pk, by=at.operator)
    return at, desk, actions.confirm_amount(settlement_id=row.pk, by=desk.finance)


def report(debt: Debt, amount_won: int, by: User, **more: Any) -> Receipt:
    given = {"received_on": clock.today(), "proof": p.paper(debt.organisation, by, "receipt"), **more}
    return actions.report_receipt(debt_id=debt.pk, amount_won=amount_won, by=by, **given)


def arrived(receipt: Receipt, by: User) -> Receipt:
    """Finance found it on the account."""
    return actions.confirm_receipt(receipt_id=receipt.pk, bank_ref=receipt.ref, by=by)


@played
def noticed(*, ground: str = "OTHER_USE", amount_won: int = 30_000_000) -> tuple[p.Project, p.Office, Clawback]:
    """Half of the grant was paid and the agreement terminated; the company was given prior notice of a clawback."""
    at, desk, _row = ended(parts=2)
    row = actions.detect_clawback(
        agreement_id=at.agreement.pk, organisation_id=at.firm.organisation.pk, ground=ground, facts="연구비를 다른 과제에 썼습니다.",
        amount_won=amount_won, by=at.operator,
    )  # fmt: skip
    return at, desk, actions.give_prior_notice(clawback_id=row.pk, by=at.operator)

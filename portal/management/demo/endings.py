"""What does not go as planned: an advance that is not worked off, a termination by fault, a year's close as it would be."""

from datetime import timedelta
from typing import Any

from portal.documents import actions as documents
from portal.kit import clock
from portal.management.demo import first_projects, projects
from portal.management.demo.calls import file
from portal.management.demo.stage import Stage
from vouchers.agreements.models import Agreement
from vouchers.milestones import queries as milestones
from vouchers.payments import actions, queries
from vouchers.payments.models import Disbursement
from vouchers.settlements import actions as settlements
from vouchers.settlements.models import Debt

ENDED = 4  # whose project is terminated; nothing of it was accepted


def advance(stage: Stage) -> None:
    """Advances against a guarantee: one paid, one that its company is asked to confirm"""
    with stage.at(-66):
        paid = _asked(stage, stage.agreements[ENDED], "demo-hanbit")
    with stage.at(-64):
        actions.confirm_disbursement(disbursement_id=paid.pk, by=stage.user(ENDED))
        projects.approve_money(stage.cast, paid)
        first_projects.pay()
    with stage.at(-2):
        _asked(stage, stage.agreements[2], "demo-namdo")


def _asked(stage: Stage, agreement: Agreement, key: str) -> Disbursement:
    """A hospital asks for its advance with the guarantee of an insurer."""
    row = Agreement.objects.get(pk=agreement.pk)
    institution = next(one for one, _won in milestones.payees(row)[1] if one.key == key)
    by, found = projects.manager_of(stage.cast, institution), queries.advance_of(row, institution.pk)
    assert found is not None, "nothing was asked for before"

    def paper(name: str, kind: str) -> Any:
        return documents.upload(file=file(name), kind=kind, organisation=institution.organisation, by=by)

    return actions.request_advance(
        agreement_id=row.pk, institution_id=institution.pk, invoice_no=f"DEMO-ADV-{row.number[-2:]}", invoice_on=clock.today(),
        invoice_document=paper("시연_세금계산서.pdf", "tax_invoice"),
        guarantee=actions.Cover(
            "시연보증보험", f"DEMO-G-{row.number[-2:]}", found.amount_won, row.ends_on + timedelta(days=60),
            paper("시연_이행보증.pdf", "guarantee"),
        ),
        by=by,
    )  # fmt: skip


def terminate(stage: Stage) -> None:
    """An agreement is terminated for its company's fault; the advance is to come back, a part of it came"""
    people, agreement = stage.cast.people, Agreement.objects.get(pk=stage.agreements[ENDED].pk)
    with stage.at(-15):
        what = {
            "kind": "TERMINATION", "way": "FAULT", "ground": "NOT_PERFORMED", "at_fault": agreement.parties.get(role="COMPANY").ref,
            "statement": "시연: 두 차례 독촉에도 검수와 자부담 입금이 이루어지지 않고 있습니다.",
        }  # fmt: skip
        _figures, shown = queries.preview_halt(agreement, **what)
        row = actions.propose_halt(agreement_id=agreement.pk, shown=shown, by=people["operator"], **what)
    with stage.at(-11):
        actions.give_halt_opinion(halt_id=row.pk, text="시연: 투자 유치가 늦어져 이행이 어렵습니다.", by=stage.user(ENDED))
        actions.give_halt_opinion(halt_id=row.pk, text="시연: 의견이 없습니다.", by=people["provider"])
    with stage.at(-4):
        reason = "시연: 남은 기간에 이행할 가망이 없어 해지합니다."
        actions.decide_halt(halt_id=row.pk, content_hash=row.content_hash, uphold=True, reason=reason, by=people["approver"])
        settlements.sync_recoveries()
    with stage.at(-1):
        debt, payer = Debt.objects.get(kind="RECOVERY", agreement=agreement), people["provider"]
        proof = documents.upload(file=file("시연_이체확인증.pdf"), kind="receipt", organisation=debt.organisation, by=payer)
        receipt = settlements.report_receipt(
            debt_id=debt.pk, amount_won=debt.principal_won // 2, received_on=clock.today(), proof=proof, by=payer
        )
        settlements.confirm_receipt(receipt_id=receipt.pk, bank_ref="DEMO-BK-01", by=people["finance"])


def rehearse(stage: Stage) -> None:
    """The close of the fiscal year, as it would be today"""
    with stage.at(0):
        settlements.rehearse_year(fiscal_year=stage.played_round.fiscal_year, by=stage.cast.people["finance"])

"""One small project of the first call to its end: paid, completed, settled with a disallowed line, a clawback with its surcharge."""

from portal.documents import actions as documents
from portal.kit import clock
from portal.management.demo import first_projects, projects
from portal.management.demo.calls import file
from portal.management.demo.stage import Stage
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.applications import actions as applications
from vouchers.evaluation.models import Award
from vouchers.matching.models import Match
from vouchers.settlements import actions
from vouchers.settlements.models import Debt, Settlement

NUMBER = 12  # a small project, whose company needs no data beside what it was handed


def play(stage: Stage) -> None:
    """A project is settled: a line disallowed, a refund in parts, money ordered back"""
    agreement = _paid(stage)
    with stage.at(-60):
        agreements.complete(agreement_id=agreement.pk, by=stage.cast.people["operator"])
        actions.sync_ended()
    row = Settlement.objects.get(agreement=agreement)
    _settled(stage, row)
    _taken_back(stage, agreement)
    with stage.at(-2):
        actions.ask_audit_file(agreement_id=agreement.pk, by=stage.cast.people["auditor"])


def _paid(stage: Stage) -> Agreement:
    user, award = stage.user(NUMBER), Award.objects.get(application=stage.applications[NUMBER])
    with stage.at(-72):
        match = Match.objects.filter(need=stage.needs[NUMBER], status="CONFIRMED").get()
        applications.choose_match(application_id=award.application_id, match_id=match.pk, by=user)
        agreement = projects.draft_agreement(stage.cast, award)
        agreement = projects.sign(stage.cast, agreement, user, stage.cast.people["provider"], stage.cast.people["operator"])
    with stage.at(-68):
        (milestone,) = projects.plan(stage.cast, agreement, [20])
        projects.deliver(stage.cast, milestone)
        projects.accept(stage.cast, milestone, user)
        asked = projects.request_money(stage.cast, milestone)
        projects.confirm_money(stage.cast, asked, user)
        projects.approve_money(stage.cast, asked)
        first_projects.pay()
    return Agreement.objects.get(pk=agreement.pk)


def _settled(stage: Stage, row: Settlement) -> None:
    user, operator, finance = stage.user(NUMBER), stage.cast.people["operator"], stage.cast.people["finance"]
    organisation = row.company.organisation
    with stage.at(-50):
        proof = documents.upload(file=file("시연_정산증빙.pdf"), kind="settlement", organisation=organisation, by=user)
        said, left = {}, row.agreement.grant_won
        for line in row.lines.filter(agreement_line__isnull=False):
            share = min(left, line.agreed_won * row.agreement.grant_won // row.agreement.supply_amount_won)
            left -= share
            said[line.position] = actions.Stated(grant_won=share, own_cash_won=line.agreed_won - share, proof=proof)
        actions.submit_statement(
            settlement_id=row.pk, lines=said, interest_won=12_340, interest_proof=proof, note="시연: 이자 포함", by=user
        )
    with stage.at(-45):
        first = True
        for line in row.lines.all():
            verdict = {"verdict": "RECOGNISED"}
            if first:
                verdict = {"verdict": "DISALLOWED", "ground": "NO_EVIDENCE", "note": "시연: 일부 작업의 검수 자료가 없습니다."}
            actions.judge_line(line_id=line.pk, disallowed_won=4_000_000 if first else 0, by=operator, **verdict)
            first = False
        actions.propose_amount(settlement_id=row.pk, by=operator)
    with stage.at(-40):
        actions.confirm_amount(settlement_id=row.pk, by=finance)
    with stage.at(-30):
        debt = Debt.objects.get(settlement=row)
        proof = documents.upload(file=file("시연_이체확인증.pdf"), kind="receipt", organisation=organisation, by=user)
        receipt = actions.report_receipt(
            debt_id=debt.pk, amount_won=debt.principal_won // 2, received_on=clock.today(), proof=proof, by=user
        )
        actions.confirm_receipt(receipt_id=receipt.pk, bank_ref="DEMO-BK-02", by=finance)


def _taken_back(stage: Stage, agreement: Agreement) -> None:
    user, operator, finance = stage.user(NUMBER), stage.cast.people["operator"], stage.cast.people["finance"]
    with stage.at(-28):
        row = actions.detect_clawback(
            agreement_id=agreement.pk, organisation_id=agreement.company.organisation_id, ground="OTHER_USE",
            facts="시연: 받은 데이터를 협약 밖의 다른 제품에 썼습니다.", amount_won=20_000_000, by=operator,
        )  # fmt: skip
        actions.give_prior_notice(clawback_id=row.pk, by=operator)
    with stage.at(-24):
        actions.state_opinion(clawback_id=row.pk, opinion="시연: 일부만 다른 제품에 썼습니다.", by=user)
    with stage.at(-8):
        actions.order_clawback(
            clawback_id=row.pk,
            amount_won=12_000_000,
            surcharge_times=1,
            reason="시연: 의견을 받아들여 일부만 환수합니다.",
            by=finance,
        )

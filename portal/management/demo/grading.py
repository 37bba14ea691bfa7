"""What people look at besides deliveries: indicators, an interim check, a site visit ahead, and the grade of the project that ended."""

from datetime import timedelta
from decimal import Decimal

from portal.kit import clock
from portal.management.demo import settling
from portal.management.demo.stage import Stage
from vouchers.agreements.models import Agreement
from vouchers.milestones import actions, queries
from vouchers.milestones.models import Finding, Milestone
from vouchers.objections import actions as objections
from vouchers.payments import actions as payments


def play(stage: Stage) -> None:
    """Indicators, inspections, a final grade with an objection"""
    _indicators(stage)
    _inspections(stage)
    _final(stage)
    with stage.at(0):
        payments.sync_plans()


def _indicators(stage: Stage) -> None:
    """Of the last milestone of the first project."""
    with stage.at(-12):
        last = Milestone.objects.filter(agreement_id=stage.agreements[1].pk, status="PLANNED").order_by("number").last()
        assert last is not None, "something is left to deliver"
        items = [
            {"name": "가명처리 영상", "unit": "건", "sense": "AT_LEAST", "target": Decimal(3000)},
            {"name": "라벨 오류율", "unit": "%", "sense": "AT_MOST", "target": Decimal(3)},
        ]
        actions.promise_indicators(milestone_id=last.pk, items=items, by=stage.cast.people["operator"])


def _inspections(stage: Stage) -> None:
    """An interim check with a finding that the company answered; a site visit in a week."""
    operator, second = stage.cast.people["operator"], Agreement.objects.get(pk=stage.agreements[2].pk)
    with stage.at(-18):
        row = actions.plan_inspection(
            agreement_id=second.pk, kind="INTERIM", planned_on=clock.today() + timedelta(days=4), place="시연: 화상 회의",
            purpose="시연: 심의 진행과 남은 일정", by=operator,
        )  # fmt: skip
    with stage.at(-14):
        company = second.parties.get(role="COMPANY")
        found = {
            "text": "시연: 두 번째 병원 심의가 늦어질 때의 대안을 적을 것",
            "party_id": company.pk,
            "due_on": clock.today() + timedelta(days=10),
        }
        actions.report_inspection(
            inspection_id=row.pk,
            result="IMPROVE",
            report="시연: 첫 병원 데이터로 개발을 먼저 진행하고 있습니다.",
            findings=[found],
            by=operator,
        )
    with stage.at(-7):
        actions.answer_finding(
            finding_id=Finding.objects.get(inspection=row).pk,
            answer="시연: 첫 병원 데이터만으로 검증하는 안을 세웠습니다.",
            by=stage.user(2),
        )
    with stage.at(-2):
        actions.plan_inspection(
            agreement_id=stage.agreements[1].pk, kind="SITE_VISIT", planned_on=clock.today() + timedelta(days=9),
            place="시연: 가상 한빛대학교병원 분석실", purpose="시연: 데이터 보관과 접근 기록", by=operator,
        )  # fmt: skip


def _final(stage: Stage) -> None:
    """Two evaluators grade the project that ended, the agency decides, an objection is dismissed, the grade holds."""
    people, user = stage.cast.people, stage.user(settling.NUMBER)
    agreement = Agreement.objects.get(award__application=stage.applications[settling.NUMBER])
    with stage.at(-58):
        graders = queries.may_grade_pool(agreement)[:2]
        row = actions.open_final_evaluation(
            agreement_id=agreement.pk, grader_ids=[one.pk for one in graders], by=people["operator"]
        )
    with stage.at(-55):
        for grader, points in zip(graders, (74, 71), strict=True):
            actions.hand_in_grade(
                evaluation_id=row.pk,
                points=Decimal(points),
                good_faith=True,
                opinion="시연: 약속한 분석을 마쳤으나 활용 계획이 약합니다.",
                by=grader,
            )
    with stage.at(-52):
        actions.decide_grade(evaluation_id=row.pk, reason="시연: 평가위원의 점수와 의견에 따릅니다.", by=people["operator"])
    with stage.at(-48):
        filed = actions.object_to_grade(
            evaluation_id=row.pk, ground="FACTS", statement="시연: 활용 계획서를 따로 냈는데 반영되지 않았습니다.", by=user
        )
    with stage.at(-46):
        objections.take_up(objection_id=filed.pk, by=people["reviewer"])
        objections.find_admissible(objection_id=filed.pk, by=people["reviewer"])
        objections.give_opinion(
            objection_id=filed.pk, opinion="시연: 활용 계획서는 기한 뒤에 접수되었습니다.", by=people["officer"]
        )
    with stage.at(-44):
        reason = "시연: 기한 안에 낸 자료로 평가하는 것이 공고의 기준입니다."
        objections.decide(objection_id=filed.pk, verb="dismiss", reason=reason, by=people["reviewer"])
    with stage.at(-43):
        actions.confirm_grades()

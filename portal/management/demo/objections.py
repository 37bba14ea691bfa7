"""Objections of the first call: one was decided, one waits for the opinion of the unit that decided."""

from portal.management.demo.stage import Stage
from vouchers.objections import actions

DISMISSED, OPEN = 15, 22  # companies whose applications were found not eligible, in the first and in the open call


def first_call(stage: Stage) -> None:
    """A company objects to its verdict in the first call; a reviewer decides"""
    reviewer, officer = stage.cast.people["reviewer"], stage.cast.people["officer"]
    with stage.at(-88):
        row = actions.file_objection(
            application_id=stage.applications[DISMISSED].pk, ground="FACTS",
            statement="시연: 다른 사업의 지원은 지난해에 끝났고 과제 내용도 다릅니다. 다시 판단해 주십시오.", by=stage.user(DISMISSED),
        )  # fmt: skip
    with stage.at(-87):
        actions.take_up(objection_id=row.pk, by=reviewer)
        actions.find_admissible(objection_id=row.pk, by=reviewer)
    with stage.at(-87, 15):
        actions.give_opinion(
            objection_id=row.pk, opinion="시연: 두 과제의 수행 기간과 내용이 겹치는 것을 협약서로 확인했습니다.", by=officer
        )
    with stage.at(-86):
        actions.decide(
            objection_id=row.pk, verb="dismiss", by=reviewer,
            reason="시연: 제출된 협약서에서 수행 기간이 석 달 겹치고 과제 목표가 같아 중복지원에 해당합니다.",
        )  # fmt: skip


def open_call(stage: Stage) -> None:
    """A company objects in the open call; its objection is under review"""
    reviewer = stage.cast.people["reviewer"]
    with stage.at(-2):
        row = actions.file_objection(
            application_id=stage.applications[OPEN].pk, ground="PROCEDURE",
            statement="시연: 소명할 기회를 받지 못한 채 판정을 받았습니다. 소명 자료를 보고 다시 판단해 주십시오.", by=stage.user(OPEN),
        )  # fmt: skip
    with stage.at(-1):
        actions.take_up(objection_id=row.pk, by=reviewer)
        actions.find_admissible(objection_id=row.pk, by=reviewer)

"""Objections of the first call: one was decided, one waits for the opinion of the unit that decided."""

from portal.management.demo.stage import Stage
from vouchers.applications import actions as applications
from vouchers.objections import actions
from vouchers.objections.models import Objection

DISMISSED, OPEN, UPHELD = 15, 2, 22  # companies found not eligible, in the first and in the open call; 2 can sign in


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
    """Two companies object in the open call: one is under review, the other upheld, its check goes on"""
    reviewer = stage.cast.people["reviewer"]
    with stage.at(-2):
        own, other = (
            actions.file_objection(
                application_id=stage.applications[number].pk, ground="PROCEDURE",
                statement="시연: 소명할 기회를 받지 못한 채 판정을 받았습니다. 소명 자료를 보고 다시 판단해 주십시오.",
                by=stage.user(number),
            )
            for number in (OPEN, UPHELD)
        )  # fmt: skip
    with stage.at(-1):
        for row in (own, other):
            actions.take_up(objection_id=row.pk, by=reviewer)
            actions.find_admissible(objection_id=row.pk, by=reviewer)
        actions.extend(objection_id=own.pk, reason="시연: 소명 자료의 원본을 발급 기관에 확인하고 있습니다.", by=reviewer)
        _uphold(stage, other)


def _uphold(stage: Stage, row: Objection) -> None:
    """Upheld at once; the officer takes “not eligible” back, and the check goes on."""
    reviewer, officer = stage.cast.people["reviewer"], stage.cast.people["officer"]
    actions.give_opinion(objection_id=row.pk, opinion="시연: 소명 기회를 드리지 못한 것이 맞습니다.", by=officer)
    actions.decide(objection_id=row.pk, verb="uphold", reason="시연: 소명 없이 한 판정이므로 다시 검토해야 합니다.", by=reviewer)
    applications.reopen_check(application_id=stage.applications[UPHELD].pk, reason=f"시연: 이의신청({row.ref}) 인용", by=officer)
    actions.record_remedy(objection_id=row.pk, remedy="시연: 부적격 판정을 되돌리고 요건검토를 이어가고 있습니다.", by=officer)

"""An auditor looks at payments of the first call: a sample, one payment in order, one finding that was answered and one that was not."""

from datetime import timedelta

from portal.kit import clock
from portal.management.demo.stage import Stage
from vouchers.settlements import actions

DAYS = 120  # of payments before the day on which it is drawn


def play(stage: Stage) -> None:
    """An auditor draws a sample of payments"""
    auditor, finance = stage.cast.people["auditor"], stage.cast.people["finance"]
    with stage.at(-3):
        last = clock.today() - timedelta(days=1)
        row = actions.draw_sample(
            round_id=stage.played_round.pk, paid_from=last - timedelta(days=DAYS), paid_until=last, by=auditor
        )
        items = list(row.items.order_by("position"))
        assert len(items) > 1, "the first call paid more than once"
    with stage.at(-2):
        actions.clear_item(item_id=items[0].pk, note="시연: 세금계산서, 입금, 검수, 이체를 대조했습니다.", by=auditor)
        late = actions.mark_finding(
            item_id=items[1].pk, kind="PROCEDURE", seriousness="MINOR", amount_won=0, answered_as="OPERATOR_FINANCE", by=auditor,
            text="시연: 승인 의견이 적혀 있지 않습니다.",
        )  # fmt: skip
    with stage.at(-1):
        answer = "시연: 규정상 의견은 필수가 아니며, 앞으로는 적겠습니다."
        actions.answer_audit_finding(finding_id=late.pk, answer=answer, by=finance)
        actions.mark_finding(
            item_id=items[-1].pk, kind="NO_EVIDENCE", seriousness="MAJOR", amount_won=items[-1].amount_won // 100,
            answered_as="OPERATOR_CASE", by=auditor, text="시연: 검수 파일에 일부 표본의 확인 기록이 없습니다.",
        )  # fmt: skip

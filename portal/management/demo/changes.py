"""Changes of the first call's agreements: one major, signed by everybody and planned again; one minor, noted; one that waits."""

from datetime import timedelta
from typing import Any

from portal.accounts import second_factor
from portal.kit import clock
from portal.management.demo.stage import Stage
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement, AgreementChange
from vouchers.milestones import actions as milestones
from vouchers.milestones import queries


def play(stage: Stage) -> None:
    """Agreements change: a major change signed by all, a minor one noted, one under review"""
    operator = stage.cast.people["operator"]
    with stage.at(-30):
        row = Agreement.objects.get(pk=stage.agreements[2].pk)
        less, ends_on = (
            row.lines.filter(payee__key="demo-namdo").order_by("-amount_won").first(),
            clock.to_kst(stage.now).date() + timedelta(days=35),  # too soon for the second hospital: the plan runs late
        )
        assert less is not None, "the agreement has lines"
        major = _ask(
            row, stage.user(2), "시연: 남도의료원의 사례 수가 예상보다 적어 내역과 데이터 범위를 줄입니다.", amounts={less.position: less.amount_won - 20_000_000},
            data_scope="흉부 CT 4,000건(두 병원)", ends_on=ends_on,
        )  # fmt: skip
        minor = _ask(stage.agreements[1], stage.user(1), "시연: 담당자가 바뀌었습니다.", contact=stage.cast.people["staff"].ref)
    with stage.at(-28):
        for change in (major, minor):
            agreements.take_up_change(change_id=change.pk, version=change.version, by=operator)
        milestones.note_change(change_id=minor.pk, version=minor.version + 1, by=operator)
        major = milestones.approve_change(
            change_id=major.pk, version=major.version + 1, reason="시연: 사유가 타당합니다.", by=operator
        )
    with stage.at(-26):
        for person in (stage.user(2), stage.cast.people["provider"], stage.cast.people["provider2"], operator):
            milestones.sign_change(
                change_id=major.pk, content_hash=major.amended.content_hash,
                second_factor_code=second_factor.demo_code(person), by=person,
            )  # fmt: skip
    with stage.at(-25):
        _replan(Agreement.objects.get(pk=row.pk), operator)
    with stage.at(-3):
        first = Agreement.objects.get(pk=stage.agreements[1].pk)
        one = first.lines.order_by("-amount_won").first()
        assert one is not None, "the agreement has lines"
        _ask(first, stage.user(1), "시연: 라벨링 범위를 줄이려고 합니다.", amounts={one.position: one.amount_won - 10_000_000})


def _ask(agreement: Agreement, by: Any, reason: str, **wanted: Any) -> AgreementChange:
    row = Agreement.objects.get(pk=agreement.pk)
    return agreements.request_change(agreement_id=row.pk, reason=reason, base=row.current().content_hash, by=by, **wanted)


def _replan(agreement: Agreement, operator: Any) -> None:
    """The open milestones as they were, the last of each provider with what is left; none after the new last day."""
    left = {institution.pk: won for institution, won in queries.to_plan(agreement)}
    items: list[dict[str, Any]] = []
    for row in queries.open_milestones(agreement):
        amount = min(row.amount_won, left[row.institution_id])
        left[row.institution_id] -= amount
        items.append(
            {
                "institution_id": row.institution_id, "title": row.title, "description": row.description,
                "due_on": min(row.due_on, agreement.ends_on), "uses_data": row.uses_data, "amount_won": amount,
            }
        )  # fmt: skip
    milestones.replan(agreement_id=agreement.pk, items=[item for item in items if item["amount_won"]], by=operator)

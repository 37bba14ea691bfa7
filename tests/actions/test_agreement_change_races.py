"""Changes of an agreement when two people act at once, on connections of their own."""

from tests.actions.test_agreement_changes import _on, hand_in, money
from tests.committed import together
from tests.factories.changes import agreed
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import AgreementChange
from vouchers.milestones import actions as milestones
from vouchers.milestones.models import Milestone


def test_two_parties_ask_at_once_one_change_is_open(committed_db):
    at = agreed()
    results = together(
        lambda: at.ask(goal="첫 목표"), lambda: at.ask(by=at.first.user, goal="둘째 목표"), behind=at.agreement
    )  # fmt: skip
    assert [getattr(one, "code", "") for one in results if isinstance(one, Exception)] == ["change_open"]
    assert AgreementChange.objects.count() == 1


def test_approved_and_rejected_at_once_is_decided_once(committed_db):
    at = agreed()
    taken = at.review(at.ask(goal="다른 목표"))
    results = together(
        lambda: milestones.approve_change(**_on(taken, at.operator)),
        lambda: agreements.reject_change(reason="아니요", **_on(taken, at.colleague)), behind=at.agreement,
    )  # fmt: skip
    assert [getattr(one, "code", "") for one in results if isinstance(one, Exception)] == ["stale"]


def test_a_delivery_and_the_last_signature_at_once_leave_agreement_and_deliveries_in_step(committed_db):
    at = agreed()
    rows = at.plan()
    change = at.approve(at.ask(amounts={3: 0}))
    at.sign(change, at.operator, at.company)
    results = together(
        lambda: at.sign(change, at.first.user), lambda: hand_in(at, rows[2], at.second), behind=at.agreement
    )  # fmt: skip
    codes = [getattr(one, "code", "") for one in results if isinstance(one, Exception)]
    assert codes in (["delivered_already"], ["plan_apart"])
    delivered = sum(Milestone.objects.filter(status="SUBMITTED").values_list("amount_won", flat=True))
    assert delivered <= money(at)[0] and (codes == ["delivered_already"]) == (money(at)[0] == 400_000_000)

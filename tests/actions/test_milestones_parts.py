"""A milestone accepted in part: the money follows, the rest is delivered again; figures; acceptance in the company's place."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed
from tests.factories import evaluation as ev
from tests.factories import projects as p
from tests.refusals import refused
from vouchers.milestones import actions, queries
from vouchers.milestones.models import Figure, Indicator, Milestone

pytestmark = pytest.mark.django_db


def in_part(at: p.Project, row: Milestone, accepted_won: int = 250_000_001) -> Milestone:
    p.hand_in(at, row)
    return actions.accept_milestone(milestone_id=row.pk, accepted_won=accepted_won, missing="검증 자료 100건", by=at.company)


def test_the_money_of_a_part_follows_and_the_rest_is_delivered_again():
    at, (row,) = p.planned()
    whole = (row.amount_won, row.grant_won, row.vat_won)
    assert in_part(at, row).amount_won == whole[0]  # nothing moves before the check
    done = actions.confirm_milestone(milestone_id=row.pk, by=at.operator)
    rest = Milestone.objects.get(part_of=row)
    assert (done.amount_won, done.planned_won, done.status) == (250_000_001, whole[0], "ACCEPTED")
    assert done.grant_won == whole[1] * 250_000_001 // whole[0]
    assert (
        tuple(
            a + b
            for a, b in zip(
                (done.amount_won, done.grant_won, done.vat_won), (rest.amount_won, rest.grant_won, rest.vat_won), strict=True
            )
        )
        == whole
    )
    assert (rest.status, rest.number, rest.institution_id) == ("PLANNED", 2, row.institution_id)
    assert rest.due_on <= at.agreement.ends_on and rest.description == "검증 자료 100건"
    assert Duty.objects.filter(subject_ref=rest.ref, verb="submit_milestone", closed_at__isnull=True).exists()
    assert not queries.apart(at.agreement) and not queries.all_settled(at.agreement.pk)
    told = set(Notice.objects.filter(template="milestone_accepted_partly").values_list("user_id", flat=True))
    assert {at.company.pk, at.manager.pk} <= told
    assert p.request(at, done).amount_won == done.grant_won
    p.accept(at, rest)
    assert queries.all_settled(at.agreement.pk)


def test_a_rest_may_be_accepted_in_part_again():
    at, (row,) = p.planned()
    in_part(at, row)
    actions.confirm_milestone(milestone_id=row.pk, by=at.operator)
    rest = Milestone.objects.get(part_of=row)
    in_part(at, rest, 1)
    done = actions.confirm_milestone(milestone_id=rest.pk, by=at.operator)
    last = Milestone.objects.get(part_of=rest)
    assert (done.amount_won, done.grant_won) == (1, 0)  # rounded down: the voucher pays nothing of one won
    assert last.amount_won == 149_999_998 and sum(one.amount_won for one in Milestone.objects.all()) == 400_000_000
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the rests are there


def test_a_part_needs_an_amount_within_and_what_is_missing():
    at, (row,) = p.planned()
    p.hand_in(at, row)
    for won in (0, row.amount_won, row.amount_won + 1):
        refused(actions.accept_milestone, "part_range", milestone_id=row.pk, accepted_won=won, missing="x", by=at.company)
    refused(actions.accept_milestone, "missing_missing", milestone_id=row.pk, accepted_won=5, missing=" ", by=at.company)


def test_a_part_that_the_operator_returns_is_forgotten():
    at, (row,) = p.planned()
    in_part(at, row)
    back = actions.return_milestone(milestone_id=row.pk, reason="다시 나누어 주십시오", by=at.operator)
    assert (back.accepted_won, back.missing, back.amount_won) == (None, "", 400_000_000)
    p.hand_in(at, row)
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    assert actions.confirm_milestone(milestone_id=row.pk, by=at.operator).planned_won is None


def test_the_database_lets_money_change_only_by_a_checked_part_and_loses_no_rest():
    at, (row,) = p.planned()
    in_part(at, row)
    mine = Milestone.objects.filter(pk=row.pk)
    confirmed = {"status": "ACCEPTED", "accepted_by": at.operator, "accepted_at": clock.now(), "amount_won": 250_000_001}
    right = {
        **confirmed,
        "grant_won": 320_000_000 * 250_000_001 // 400_000_000,
        "vat_won": 25_000_000,
        "planned_won": 400_000_000,
    }
    wrong = (
        {"amount_won": 250_000_001}, {**right, "grant_won": right["grant_won"] + 1}, {**right, "amount_won": 250_000_002, "accepted_won": 250_000_002},
        {**right, "vat_won": 0}, {**right, "accepted_by": at.company},
    )  # fmt: skip
    for change in wrong:
        with pytest.raises(DatabaseError), transaction.atomic():
            mine.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        mine.update(missing="")
    with pytest.raises(DatabaseError, match="the rest of what was accepted in part is missing"), transaction.atomic():
        mine.update(**right)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    actions.confirm_milestone(milestone_id=row.pk, by=at.operator)
    for change in ({"planned_won": None}, {"missing": "anders"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            mine.update(**change)
    with pytest.raises(DatabaseError, match="belongs to its milestone"), transaction.atomic():
        Milestone.objects.filter(part_of=row).update(part_of=None)


def test_figures_answer_every_promise_and_stay():
    at, (row,) = p.planned()
    actions.promise_indicators(milestone_id=row.pk, items=p.PROMISED[:1], by=at.operator)
    accuracy, missed = actions.promise_indicators(milestone_id=row.pk, items=p.PROMISED, by=at.operator)
    assert Indicator.objects.count() == 2  # the later promise took the place of the earlier
    given = {"milestone_id": row.pk, "documents": [p.paper(at.provider_organisation, at.manager)], "by": at.manager}
    assert "누락률" in refused(actions.submit_milestone, "figures_missing", **given, figures={accuracy.pk: Decimal(80)})
    refused(actions.submit_milestone, "figure_negative", **given, figures={accuracy.pk: Decimal(80), missed.pk: Decimal(-1)})
    actions.submit_milestone(**given, figures={accuracy.pk: Decimal(72), missed.pk: Decimal(10)})
    found = queries.measure(row)
    assert [(one.percent, one.is_kept) for one in found.rows] == [(80, False), (50, False)]
    assert (found.percent, found.suggested_won) == (65, 260_000_000)
    refused(actions.promise_indicators, "indicators_settled", milestone_id=row.pk, items=p.PROMISED, by=at.operator)
    for change in (
        lambda: Figure.objects.update(value=99),
        lambda: accuracy.delete(),
        lambda: Indicator.objects.update(target=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_rest_is_measured_by_the_same_promises():
    at, (row,) = p.planned()
    first = actions.promise_indicators(milestone_id=row.pk, items=p.PROMISED[:1], by=at.operator)[0]
    papers = [p.paper(at.provider_organisation, at.manager)]
    actions.submit_milestone(milestone_id=row.pk, documents=papers, figures={first.pk: Decimal(45)}, by=at.manager)
    actions.accept_milestone(milestone_id=row.pk, accepted_won=200_000_000, missing="나머지", by=at.company)
    actions.confirm_milestone(milestone_id=row.pk, by=at.operator)
    assert [one.target for one in Milestone.objects.get(part_of=row).indicators.all()] == [90]


def test_what_cannot_be_promised():
    at, (row,) = p.planned()
    given = {"milestone_id": row.pk, "by": at.operator}
    refused(actions.promise_indicators, "indicator_twice", items=[p.PROMISED[0], p.PROMISED[0]], **given)
    refused(actions.promise_indicators, "indicator_target", items=[{**p.PROMISED[0], "target": Decimal(0)}], **given)
    for by in (at.company, at.manager):
        with pytest.raises(NotAllowed):
            actions.promise_indicators(milestone_id=row.pk, items=p.PROMISED, by=by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Indicator.objects.create(milestone=row, position=1, name="x", target=0)


def test_the_operator_accepts_in_the_place_of_a_silent_company_and_a_colleague_checks():
    at, (row,) = p.planned()
    p.hand_in(at, row)
    given = {"milestone_id": row.pk, "reason": "세 차례 독촉에도 회신 없음", "by": at.operator}
    assert "10근무일" in refused(actions.accept_in_place, "not_silent", **given)
    with clock.at(p.silent(at, 0)):
        refused(actions.accept_in_place, "not_silent", **given)
    with clock.at(p.silent(at)):
        refused(actions.accept_in_place, "reason_missing", **{**given, "reason": " "})
        for by in (at.company, at.manager):
            with pytest.raises(NotAllowed):
                actions.accept_in_place(**{**given, "by": by})
        done = actions.accept_in_place(**given)
        assert done.status == "COMPANY_ACCEPTED" and done.company_accepted_by == at.operator
        told = set(Notice.objects.filter(template="milestone_accepted_in_place").values_list("user_id", flat=True))
        assert {at.company.pk, at.manager.pk} <= told
        event = Event.objects.get(subject_ref=row.ref, name="milestone.company_accepted")
        assert event.data["in_place"] and event.reason == given["reason"]
        refused(actions.confirm_milestone, "four_eyes", milestone_id=row.pk, by=at.operator)
        assert actions.confirm_milestone(milestone_id=row.pk, by=ev.operator()).status == "ACCEPTED"


def test_nobody_accepts_in_place_of_a_company_that_answered():
    at, (row,) = p.planned()
    with pytest.raises(IllegalStep):
        actions.accept_in_place(milestone_id=row.pk, reason="x", by=at.operator)
    p.hand_in(at, row)
    actions.accept_milestone(milestone_id=row.pk, by=at.company)
    with clock.at(p.silent(at)), pytest.raises(IllegalStep):
        actions.accept_in_place(milestone_id=row.pk, reason="x", by=at.operator)


def test_a_plan_of_parts_is_paid_to_the_last_won():
    at, (row,) = p.planned()
    in_part(at, row, 123_456_789)
    done = actions.confirm_milestone(milestone_id=row.pk, by=at.operator)
    rest = Milestone.objects.get(part_of=row)
    p.accept(at, rest)
    asked = [p.request(at, one) for one in (done, rest)]
    assert sum(one.amount_won for one in asked) == 320_000_000
